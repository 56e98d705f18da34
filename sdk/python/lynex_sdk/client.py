"""Takes what the host tells, keeps it safe, sends it later. It never raises into the host and never waits."""

from __future__ import annotations

import atexit
import os
import sys
import time
import weakref
from typing import TYPE_CHECKING, Any, Final

from .buffer import Buffer, Captured
from .endings import heed
from .envelope import Envelope, Unsendable
from .identity import chance
from .scope import Scope, child_id, here
from .settings import Settings
from .tally import Tally
from .transport import Transport
from .values import Budget, plain
from .worker import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLIENTS: Final[weakref.WeakSet[Recorder]] = weakref.WeakSet()
_NO_KEY: Final = "no API key: nothing is recorded. Pass api_key= or set LYNEX_API_KEY; `lynex serve` prints one."


class Recorder:
    """Buffer, worker and counts of one client. The verbs are in `Lynex`, which is what the host uses."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.settings = Settings.read(given)
        self.tally = Tally()
        for problem in self.settings.problems:
            self.warn(problem)
        self.enabled = self.settings.enabled and bool(self.settings.api_key)
        self._envelope = Envelope(self.settings)
        for name in self._envelope.unknown_rules:
            self.warn(f"redact: there is no rule {name[:40]!r}")
        self._worker = self._new_worker()
        if self.settings.enabled and not self.settings.api_key:
            self.warn(_NO_KEY)
        if self.enabled:
            _CLIENTS.add(self)
            heed(_close_all)

    def _new_worker(self) -> Worker:
        settings = self.settings
        buffer = Buffer(settings.max_buffer_events, settings.max_buffer_bytes, settings.flush_events)
        transport = Transport(settings.endpoint, settings.api_key or "", settings.timeout)
        return Worker(settings, buffer, transport, self.tally, self._seal, self.warn)

    def begin_anew(self) -> None:
        """In a forked child: what the parent captured the parent sends; its thread and its socket stay there."""
        self.tally = Tally()
        self._worker = self._new_worker()

    def record(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        scope: Scope | None = None,
        event_id: str | None = None,
        at: int | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> str | None:
        """Take an event; its id, or None where it is not recorded. Never raises.

        `at` in nanoseconds since 1970. `where` may say user_id, session_id, tags, metadata, trace_id … for this event.
        """
        if not self.enabled:
            return None
        try:
            return self._record(kind, body, scope, event_id, at, where)
        except Exception as fault:  # the outer edge: whatever it is, it is ours and not the host's trouble
            self.tally.capture()
            self.tally.dropped("internal")
            self.warn(f"an event could not be recorded: {type(fault).__name__}: {fault}")
            return None

    def _record(
        self,
        kind: str,
        body: dict[str, Any],
        scope: Scope | None,
        event_id: str | None,
        at: int | None,
        where: Mapping[str, Any] | None,
    ) -> str | None:
        scope = here() if scope is None else scope
        settings = self.settings
        if scope.trace_id is None:
            if settings.sample_rate < 1 and chance() >= settings.sample_rate:
                return None
        elif not scope.sampled:
            return None
        if event_id is None:
            event_id = child_id(scope) if scope.trace_id is not None else _fresh_id()
        budget = Budget(settings.max_event_bytes // 2, settings.max_text)
        context = self._context(scope, event_id, where, budget)
        body = {name: plain(value, budget, 1) for name, value in body.items() if value is not None}
        if budget.cut:
            body["truncated"] = True
        size = settings.max_event_bytes // 2 - budget.left + 400
        self.tally.capture()
        taken = Captured(event_id, kind, time.time_ns() if at is None else at, context, body, size)
        if self._worker.put(taken):
            return event_id
        self.tally.dropped("buffer_full")
        return None

    def _context(self, scope: Scope, event_id: str, where: Mapping[str, Any] | None, budget: Budget) -> dict[str, Any]:
        context: dict[str, Any] = {
            "trace_id": scope.trace_id,
            "session_id": scope.session_id,
            "user_id": scope.user_id,
        }
        if scope.event_id is not None and scope.event_id != event_id:
            context["parent_event_id"] = scope.event_id
        tags, metadata = scope.tags, scope.metadata
        if where:
            tags += tuple(where.get("tags") or ())
            metadata = {**(metadata or {}), **(where.get("metadata") or {})}
            for name, value in where.items():
                if value is not None and name not in ("tags", "metadata"):
                    context[name] = value if type(value) is int else str(value)
        if tags:
            context["tags"] = list(dict.fromkeys(str(one)[:256] for one in tags))[:50]
        if metadata:
            context["metadata"] = plain(metadata, budget, 1)
        return context

    def _seal(self, captured: Captured) -> bytes | None:
        try:
            return self._envelope.seal(captured)
        except Unsendable as fault:
            self.tally.dropped(fault.reason)
            if str(fault):
                self.warn(f"an event ({captured.type}) was dropped: {fault}")
        except Exception as fault:  # an envelope that a hook has made unreadable
            self.tally.dropped("internal")
            self.warn(f"an event ({captured.type}) could not be encoded: {type(fault).__name__}: {fault}")
        return None

    def flush(self, timeout: float) -> bool:
        return self._worker.flush(timeout) if self.enabled else True

    def shutdown(self, timeout: float | None = None) -> bool:
        if not self.enabled:
            return True
        self.enabled = False
        _CLIENTS.discard(self)
        return self._worker.stop(self.settings.shutdown_timeout if timeout is None else timeout)

    def stats(self) -> dict[str, Any]:
        return {**self.tally.read(), "waiting": self._worker.waiting, "spooled": self._worker.spooled}

    def warn(self, text: str) -> None:
        """To the host's `on_error`, or to stderr. What it raises is its own affair and stays here."""
        on_error = self.settings.on_error if hasattr(self, "settings") else None
        try:
            if on_error is not None:
                on_error(text)
            else:
                print(f"lynex: {text}", file=sys.stderr)
        except Exception:  # a hook that fails, a closed stderr
            pass


def _fresh_id() -> str:
    from .identity import new_trace_id

    digits = new_trace_id()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _close_all() -> None:
    """At the end of the interpreter: together no longer than the longest `shutdown_timeout`."""
    clients = list(_CLIENTS)
    began = time.monotonic()
    for client in clients:
        left = client.settings.shutdown_timeout - (time.monotonic() - began)
        client.shutdown(max(0.0, left))


def _begin_anew_all() -> None:
    heed(_close_all)
    for client in list(_CLIENTS):
        client.begin_anew()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew_all)
