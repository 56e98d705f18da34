"""Where the host is right now: the trace, the span around, the session, the user. Carried by contextvars."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from .identity import chance, new_span_id, new_trace_id, read_traceparent, write_traceparent

if TYPE_CHECKING:
    from .agent import Run


class Scope(NamedTuple):
    """`event_id` is the span around, to which new events are children."""

    trace_id: str | None = None
    event_id: str | None = None
    sampled: bool = True
    session_id: str | None = None
    user_id: str | None = None
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] | None = None
    run: Run | None = None


NOWHERE = Scope()
CURRENT: ContextVar[Scope] = ContextVar("lynex_scope", default=NOWHERE)


def here() -> Scope:
    """The scope, joined to OpenTelemetry's current span where the host has one and we have none."""
    scope = CURRENT.get()
    return scope if scope.trace_id is not None else _joined(scope)


def _joined(scope: Scope) -> Scope:
    """OpenTelemetry is only asked where the host has loaded it already."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return scope
    try:
        context = api.get_current_span().get_span_context()
        if not context.is_valid:
            return scope
        trace_id = f"{context.trace_id:032x}"
        sampled = bool(context.trace_flags & 1)
        return scope._replace(trace_id=trace_id, event_id=f"{trace_id}:{context.span_id:016x}", sampled=sampled)
    except Exception:  # somebody else's library in an unknown state
        return scope


def began(scope: Scope, sample_rate: float) -> Scope:
    """The scope inside a trace: the one there is, or a new one, recorded or not as the dice fall."""
    if scope.trace_id is not None:
        return scope
    return scope._replace(trace_id=new_trace_id(), event_id=None, sampled=sample_rate >= 1 or chance() < sample_rate)


def child_id(scope: Scope) -> str:
    """A new event id in this trace."""
    return f"{scope.trace_id}:{new_span_id()}"


@contextmanager
def within(**changes: Any) -> Iterator[None]:
    """Everything recorded inside has these."""
    token = CURRENT.set(CURRENT.get()._replace(**changes))
    try:
        yield
    finally:
        CURRENT.reset(token)


@contextmanager
def session(session_id: str) -> Iterator[None]:
    """`with session("chat-42"):` everything recorded inside belongs to that conversation."""
    with within(session_id=str(session_id)):
        yield


@contextmanager
def user(user_id: str) -> Iterator[None]:
    """`with user("u-7"):` everything recorded inside was done for that user."""
    with within(user_id=str(user_id)):
        yield


@contextmanager
def tag(*tags: str, **metadata: Any) -> Iterator[None]:
    """`with tag("rag", tenant="acme"):` tags, and searchable metadata by name."""
    scope = CURRENT.get()
    more = tuple(str(one) for one in tags if str(one) not in scope.tags)
    with within(tags=scope.tags + more, metadata={**(scope.metadata or {}), **metadata} or None):
        yield


@contextmanager
def continue_trace(headers: Any) -> Iterator[None]:
    """Go on with the trace of a caller: `headers` is a mapping with a W3C `traceparent`, or its text.

    Without a valid one, everything inside is a trace of its own as always.
    """
    found = read_traceparent(headers if isinstance(headers, str) else _header(headers))
    if found is None:
        yield
        return
    trace_id, span_id, sampled = found
    with within(trace_id=trace_id, event_id=f"{trace_id}:{span_id}", sampled=sampled, run=None):
        yield


def traceparent() -> str | None:
    """The header to send along, so that the called service goes on with this trace; None outside a trace."""
    scope = here()
    if scope.trace_id is None or scope.event_id is None:
        return None
    return write_traceparent(scope.trace_id, scope.event_id.rpartition(":")[2], scope.sampled)


def _header(headers: Any) -> str | None:
    try:
        for name, value in headers.items() if hasattr(headers, "items") else headers:
            text = name.decode("latin-1") if isinstance(name, bytes) else str(name)
            if text.lower() == "traceparent":
                return value.decode("latin-1") if isinstance(value, bytes) else str(value)
    except (TypeError, ValueError):
        return None
    return None
