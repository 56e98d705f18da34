"""Which model calls were counted lately, so that one call reported twice counts once. Bounded memory."""

from collections.abc import Iterable
from typing import Final

from lynex.store.stored_event import StoredEvent

_Key = tuple[str, str, str]
_CALL: Final = "\0call"
_USAGE: Final = "\0usage"
_LONGEST_ID: Final = 256  # longer ones are no provider's and not worth the memory


class RecentCalls:
    """Remembers `capacity` to twice as many responses, oldest forgotten first. For one thread."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._young: dict[_Key, str] = {}
        self._old: dict[_Key, str] = {}

    def settle(self, rows: Iterable[StoredEvent]) -> None:
        """In order of sequence: set the scope, and empty tokens and cost, of what was counted elsewhere.

        Rows that come a second time, as after a failure, are settled as they were the first time.
        """
        for row in rows:
            response_id = row.response_id
            if response_id is not None and row.usage_scope == "call" and len(response_id) <= _LONGEST_ID:
                if row.type == "token_usage":
                    self._settle_usage(row, response_id)
                else:
                    self._settle_call(row, response_id)

    def _settle_usage(self, row: StoredEvent, response_id: str) -> None:
        """The tokens of a response as an event of their own. Its scope alone keeps a duplicate out of the sums."""
        counted_by = self._find((row.project_id, _USAGE, response_id))
        if counted_by == row.event_id:
            return
        if self._find((row.project_id, _CALL, response_id)) is not None:
            row.usage_scope = "duplicate"
        else:
            self._first((row.project_id, _USAGE, response_id), row.event_id)

    def _settle_call(self, row: StoredEvent, response_id: str) -> None:
        """A second call of one trace with the same response is another instrumentation of the first. Outside traces
        response ids are not trusted to be unique, as proxies and test servers repeat them."""
        self._first((row.project_id, _CALL, response_id), row.event_id)
        if row.trace_id is not None:
            first = self._first((row.project_id, row.trace_id, response_id), row.event_id)
            if first != row.event_id:
                row.usage_scope = "duplicate"
                return
        if self._find((row.project_id, _USAGE, response_id)) is not None:
            _empty(row)

    def _first(self, key: _Key, event_id: str) -> str:
        """The event that came with this key first."""
        known = self._find(key)
        if known is not None:
            return known
        if len(self._young) >= self._capacity:
            self._old, self._young = self._young, {}
        self._young[key] = event_id
        return event_id

    def _find(self, key: _Key) -> str | None:
        known = self._young.get(key)
        return known if known is not None else self._old.get(key)


def _empty(row: StoredEvent) -> None:
    """Its usage came before it, as an event of its own: it counts as a request, its tokens and cost count there."""
    row.input_tokens = row.output_tokens = row.total_tokens = None
    row.cache_read_tokens = row.cache_write_tokens = row.reasoning_tokens = None
    row.cost = None
