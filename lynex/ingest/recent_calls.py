"""Which model calls were counted lately, so that one call reported twice counts once. Bounded memory."""

from collections.abc import Iterable
from typing import Final

from lynex.ingest.call_trees import CallTrees, identity_of
from lynex.ingest.generations import Generations
from lynex.store.stored_event import StoredEvent

_LONGEST_ID: Final = 256  # longer ones are no provider's and not worth the memory
_Call = tuple[StoredEvent, int]  # with the identity of its event
_UNPLACED: Final = ("log:", "metric:")  # they stand beside spans, not around them


class RecentCalls:
    """Remembers `responses` of model calls and `spans` of traces, to twice as many (80 MB at most); the oldest are
    forgotten first. For one thread."""

    def __init__(self, responses: int = 100_000, spans: int = 40_000) -> None:
        # By a hash of project and response id: whether it was told of as a call; the event that told of its tokens.
        self._calls: Generations[int, bool] = Generations(responses)
        self._usages: Generations[int, str] = Generations(responses)
        self._trees = CallTrees(spans)

    def settle(self, rows: Iterable[StoredEvent]) -> None:
        """In order of sequence: set the scope, and empty tokens and cost, of what was counted elsewhere.

        Of several spans of one call in one batch the innermost counts, else the one with most content; otherwise the
        one that came first. Rows that come a second time, as after a failure, are settled as they were the first time.
        """
        usages: list[StoredEvent] = []
        alone: list[StoredEvent] = []
        traced: dict[tuple[str, str], list[_Call]] = {}
        place = self._trees.place
        for row in rows:
            trace_id, identity = row.trace_id, 0
            if trace_id is not None:
                identity = identity_of(row, row.event_id)
                if not row.event_id.startswith(_UNPLACED):
                    place(row, identity)
            if row.usage_scope != "call":
                continue
            if row.type == "token_usage":
                usages.append(row)
            elif trace_id is None:
                alone.append(row)
            else:
                traced.setdefault((row.project_id, trace_id), []).append((row, identity))
        for calls in traced.values():
            self._settle_trace(calls)
        for row in alone:
            if row.response_id is not None:
                self._note_response(row)
        for row in usages:
            self._settle_usage(row)

    def _settle_trace(self, calls: list[_Call]) -> None:
        """Outside traces response ids are not trusted to be unique, as proxies and test servers repeat them."""
        trees = self._trees
        if len(calls) > 1 and not _stand_apart([row for row, _ in calls]):
            calls.sort(
                key=lambda one: (one[0].input_tokens is None, -trees.depth(one[1]), -len(one[0].body), one[0].seq)
            )
        for row, identity in calls:
            if not trees.counts(row, identity):
                row.usage_scope = "duplicate"
            if row.response_id is not None:
                self._note_response(row)

    def _note_response(self, row: StoredEvent) -> None:
        response = _response_of(row)
        if response is None:
            return
        if self._calls.get(response) is None:
            self._calls.put(response, True)
        if row.usage_scope == "call" and self._usages.get(response) is not None:
            _empty(row)

    def _settle_usage(self, row: StoredEvent) -> None:
        """The tokens of a response as an event of their own. Its scope alone keeps a duplicate out of the sums."""
        response = _response_of(row)
        if response is None and row.trace_id is not None and not self._trees.counts_alone(row):
            row.usage_scope = "duplicate"
        if response is None or self._usages.get(response) == row.event_id:
            return
        if self._calls.get(response) is not None:
            row.usage_scope = "duplicate"
        elif self._usages.get(response) is None:
            self._usages.put(response, row.event_id)


def _stand_apart(calls: list[StoredEvent]) -> bool:
    """Whether no two of these can be one call: of one instrumentation, each with neither a parent nor a response id."""
    told_by = calls[0].sdk_name
    return all(row.parent_event_id is None and row.response_id is None and row.sdk_name == told_by for row in calls)


def _response_of(row: StoredEvent) -> int | None:
    response_id = row.response_id
    return hash((row.project_id, response_id)) if response_id is not None and len(response_id) <= _LONGEST_ID else None


def _empty(row: StoredEvent) -> None:
    """Its usage came before it, as an event of its own: it counts as a request, its tokens and cost count there."""
    row.input_tokens = row.output_tokens = row.total_tokens = None
    row.cache_read_tokens = row.cache_write_tokens = row.reasoning_tokens = None
    row.cost = None
