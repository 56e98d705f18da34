"""An agent's run: its steps are counted, and each state is told in full or as what changed since the one before."""

from __future__ import annotations

import json
import threading
from typing import Any, Final

_FULL_EVERY: Final = 50
_WORTH_A_PATCH: Final = 0.6  # of the size of the full state


class Run:
    """One per trace: hands out step indexes and remembers the last state. Safe for any thread."""

    __slots__ = ("_base", "_last", "_lock", "_next", "_since_full")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0
        self._last: dict[str, Any] | None = None
        self._base: str | None = None
        self._since_full = 0

    def next_index(self) -> int:
        with self._lock:
            index = self._next
            self._next += 1
            return index

    def told(self, state: dict[str, Any], event_id: str) -> dict[str, Any]:
        """The fields that tell `state` (plain JSON) in an event: `state`, or `state_patch` and `state_base`."""
        with self._lock:
            last, base = self._last, self._base
            self._last, self._base = state, event_id
            if last is None or base is None or self._since_full >= _FULL_EVERY - 1:
                self._since_full = 0
                return {"state": state}
            patch = patch_between(last, state)
            if patch is None or not _is_small(patch, state):
                self._since_full = 0
                return {"state": state}
            self._since_full += 1
            return {"state_patch": patch, "state_base": base}


def patch_between(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON merge patch (RFC 7396) from one object to another; None where there is none, as for nulls."""
    patch: dict[str, Any] = {name: None for name in old if name not in new}
    for name, value in new.items():
        if name in old and _same(old[name], value):
            continue
        if value is None or _holds_null(value):
            return None  # in a merge patch null means "take away"
        before = old.get(name)
        if type(value) is dict and type(before) is dict:
            inner = patch_between(before, value)
            if inner is None:
                return None
            patch[name] = inner
        else:
            patch[name] = value
    return patch


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 and True are not."""
    if type(one) is not type(other):
        return False
    if type(one) is dict:
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    if type(one) is list:
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _holds_null(value: Any) -> bool:
    """In lists null is a value like any other; in objects a patch cannot say it."""
    if type(value) is dict:
        return any(one is None or _holds_null(one) for one in value.values())
    return False


def _is_small(patch: dict[str, Any], state: dict[str, Any]) -> bool:
    return len(json.dumps(patch)) <= _WORTH_A_PATCH * len(json.dumps(state))
