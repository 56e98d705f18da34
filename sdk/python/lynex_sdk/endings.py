"""The ends of processes that skip the interpreter's goodbye: children of multiprocessing and of Celery."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

_POOLS: Final = ("multiprocessing", "billiard")  # the second is Celery's own copy
_heeded: set[str] = set()


def heed(close: Callable[[], None]) -> None:
    """Have `close` called where such a child ends, for libraries loaded by now; to be asked again later."""
    for library in _POOLS:
        util = sys.modules.get(f"{library}.util")
        if util is None or library in _heeded:
            continue
        _heeded.add(library)
        util.register_after_fork(close, lambda close, util=util: util.Finalize(None, close, exitpriority=0))
        if _is_child(library):
            util.Finalize(None, close, exitpriority=0)
    signals = sys.modules.get("celery.signals")
    if signals is not None and "celery" not in _heeded:
        _heeded.add("celery")

        def closing(**_: Any) -> None:
            close()

        signals.worker_process_shutdown.connect(closing, weak=False)


def _is_child(library: str) -> bool:
    parent = getattr(sys.modules.get(f"{library}.process"), "parent_process", None)
    return parent is not None and parent() is not None
