"""Named places where a test can make the process die, fail or wait. Off unless LYNEX_FAILPOINTS is set.

`LYNEX_FAILPOINTS="journal.before_sync=kill@3,processor.insert=raise,loop.block=sleep:5"`: the action is taken when the
point is reached for the n-th time (`@n`, default: each time for `raise` and `sleep`, the first for `kill`).
"""

import os
import signal
import threading
import time
from typing import Final

_PLAN: Final[dict[str, tuple[str, int]]] = {}
_REACHED: Final[dict[str, int]] = {}
_LOCK: Final = threading.Lock()


class FailpointHit(Exception):
    """What the action `raise` raises."""


def _read_plan(text: str) -> None:
    for entry in filter(None, text.split(",")):
        point, _, action = entry.partition("=")
        action, _, nth = action.partition("@")
        _PLAN[point.strip()] = (action.strip(), int(nth) if nth else (1 if action.strip() == "kill" else 0))


_read_plan(os.environ.get("LYNEX_FAILPOINTS", ""))


def reach(point: str) -> None:
    """Say that execution is at `point`."""
    if not _PLAN or point not in _PLAN:
        return
    action, nth = _PLAN[point]
    with _LOCK:
        _REACHED[point] = _REACHED.get(point, 0) + 1
        due = nth in (0, _REACHED[point])
    if due:
        _act(point, action)


def is_planned(prefix: str) -> bool:
    """Whether any point whose name starts with `prefix` has an action."""
    return any(point.startswith(prefix) for point in _PLAN)


def _act(point: str, action: str) -> None:
    verb, _, amount = action.partition(":")
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)  # the signal is on its way; go no further
    elif verb == "memory":
        raise MemoryError(point)
    elif verb == "sleep":
        time.sleep(float(amount))
    else:
        raise FailpointHit(point)
