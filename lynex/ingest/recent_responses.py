"""Which provider responses were seen lately, so that one call reported twice counts once. Bounded memory."""

from typing import Final

_Key = tuple[str, str, str]
_CALL: Final = "\0call"
_USAGE: Final = "\0usage"


class RecentResponses:
    """Remembers `capacity` to twice as many responses, oldest forgotten first."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._young: dict[_Key, str] = {}
        self._old: dict[_Key, str] = {}

    def is_second_call(self, project_id: str, trace_id: str | None, response_id: str, event_id: str) -> bool:
        """Remember a model call. True if another event of the same trace reported this response before: two
        instrumentations of one call. Outside traces response ids are not trusted to be unique, as proxies and test
        servers repeat them."""
        self._first((project_id, _CALL, response_id), event_id)
        return trace_id is not None and self._first((project_id, trace_id, response_id), event_id) != event_id

    def is_known_call(self, project_id: str, response_id: str) -> bool:
        """Whether a model call with this response was seen: its tokens are counted there."""
        return self._find((project_id, _CALL, response_id)) is not None

    def note_usage(self, project_id: str, response_id: str, event_id: str) -> None:
        """Remember that the tokens of a response were counted by a `token_usage` event."""
        self._first((project_id, _USAGE, response_id), event_id)

    def is_counted_usage(self, project_id: str, response_id: str) -> bool:
        return self._find((project_id, _USAGE, response_id)) is not None

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
