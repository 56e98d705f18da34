"""A stretch of the host's work with a beginning and an end: one event, the parent of what is recorded inside."""

from __future__ import annotations

import time
from contextvars import Token
from types import TracebackType
from typing import Any, Final

from .agent import Run
from .client import Recorder
from .scope import CURRENT, Scope, began, child_id, here
from .verbs import failure

# Type of event → its names for what went in, and what came out.
_FIELDS: Final[dict[str, tuple[str, str]]] = {
    "tool_call": ("arguments", "result"),
    "retrieval": ("query", "documents"),
    "model_response": ("prompt", "response"),
}
_NOTHING: Final = object()


class Span:
    """`with span("name") as s: s.set(...)`; also `async with`. What happens inside nests by itself."""

    __slots__ = ("_at", "_attributes", "_began", "_fields", "_name", "_outer", "_recorder", "_scope", "_token", "_type")

    def __init__(self, recorder: Recorder, name: str, type: str = "span", fields: dict[str, Any] | None = None) -> None:
        self._recorder = recorder
        self._name = name
        self._type = type
        self._fields: dict[str, Any] = fields if fields is not None else {}
        self._attributes: dict[str, Any] = {}
        self._scope: Scope | None = None
        self._outer: Scope | None = None
        self._token: Token[Scope] | None = None
        self._at = self._began = 0

    @property
    def event_id(self) -> str | None:
        """The id the event will have; None before it begins, or when nothing is recorded."""
        return self._scope.event_id if self._scope is not None else None

    @property
    def trace_id(self) -> str | None:
        return self._scope.trace_id if self._scope is not None else None

    def set(self, *, input: Any = _NOTHING, output: Any = _NOTHING, **attributes: Any) -> Span:
        """What went in, what came out, and attributes by name."""
        goes_in, comes_out = _FIELDS.get(self._type, ("input", "output"))
        if input is not _NOTHING:
            self._fields[goes_in] = input
        if output is not _NOTHING:
            self._fields[comes_out] = output
        self._attributes.update(attributes)
        return self

    def fail(self, error: BaseException | str) -> None:
        """It failed, although no exception leaves it."""
        self._fields.update(failure(error))

    def begin(self) -> None:
        """Without `with`: what is recorded from now on is inside, until `end`."""
        if not self._recorder.enabled:
            return
        outer = here()
        scope = began(outer, self._recorder.settings.sample_rate)
        run = scope.run if scope.run is not None else Run()
        self._outer = scope
        self._scope = scope._replace(event_id=child_id(scope), run=run)
        self._token = CURRENT.set(self._scope)
        self._at = time.time_ns()
        self._began = time.perf_counter_ns()

    def end(self, error: BaseException | None = None) -> None:
        scope = self._scope
        if scope is None or self._outer is None:
            return
        duration = (time.perf_counter_ns() - self._began) / 1_000_000
        self.leave()
        if not scope.sampled:
            return
        body = {"tool" if self._type == "tool_call" else "name": self._name, **self._fields, "duration_ms": duration}
        if self._attributes:
            body["attributes" if self._type == "span" else "metadata"] = self._attributes
        if error is not None:
            body.update(failure(error))
        self._recorder.record(self._type, body, scope=self._outer, event_id=scope.event_id, at=self._at)
        self._outer = None

    def enter(self) -> None:
        """Be around again what is recorded from now on; for generators, between two of their steps."""
        if self._scope is not None:
            self._token = CURRENT.set(self._scope)

    def leave(self) -> None:
        token, self._token = self._token, None
        if token is not None:
            try:
                CURRENT.reset(token)
            except ValueError:  # ended in another context than it began in, as some frameworks do with generators
                pass

    def __enter__(self) -> Span:
        try:
            self.begin()
        except Exception as fault:
            self._recorder.warn(f"span {self._name}: {type(fault).__name__}: {fault}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.end(error)
        except Exception as fault:
            self._recorder.warn(f"span {self._name}: {type(fault).__name__}: {fault}")

    async def __aenter__(self) -> Span:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)
