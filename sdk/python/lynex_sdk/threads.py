"""Threads and executors started inside a span belong to it: contextvars end at a thread's start, spans should not."""

from __future__ import annotations

import concurrent.futures
import contextvars
import functools
import threading
from collections.abc import Callable
from typing import Any

from .scope import CURRENT, NOWHERE

_MARK = "_lynex_carries_context"


def carry_context() -> None:
    """Once in a process. Only threads that begin inside a trace or a session are touched; all others run as ever."""
    if getattr(threading.Thread.start, _MARK, False):
        return
    _carry_into_threads()
    _carry_into_executors()


def _carry_into_threads() -> None:
    start = threading.Thread.start

    @functools.wraps(start)
    def start_inside(thread: threading.Thread) -> None:
        if CURRENT.get() is not NOWHERE:
            context = contextvars.copy_context()
            run = thread.run
            thread.run = lambda: context.run(run)  # type: ignore[method-assign]
        start(thread)

    setattr(start_inside, _MARK, True)
    threads: Any = threading.Thread
    threads.start = start_inside


def _carry_into_executors() -> None:
    submit: Callable[..., Any] = concurrent.futures.ThreadPoolExecutor.submit

    @functools.wraps(submit)
    def submit_inside(
        executor: concurrent.futures.ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **named: Any
    ) -> Any:
        if CURRENT.get() is not NOWHERE:
            return submit(executor, contextvars.copy_context().run, fn, *args, **named)
        return submit(executor, fn, *args, **named)

    executors: Any = concurrent.futures.ThreadPoolExecutor
    executors.submit = submit_inside
