"""The client object, and the module functions that use the default one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .client import Recorder
from .settings import BeforeSend, OnError, Redact
from .span import Span
from .step import Step
from .threads import carry_context
from .trace import traced
from .verbs import Verbs

if TYPE_CHECKING:
    from .instrumentors import Instrumented

C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., Any])


class Lynex(Verbs):
    """One project of one server. Every argument may also stand in the environment as `LYNEX_<NAME>`."""

    def __init__(
        self,
        api_key: str | None = None,
        project_id: str | None = None,
        endpoint: str | None = None,
        *,
        environment: str | None = None,
        release: str | None = None,
        service_name: str | None = None,
        sample_rate: float | None = None,
        redact: Redact = None,
        capture_content: bool | None = None,
        before_send: BeforeSend | None = None,
        on_error: OnError | None = None,
        enabled: bool | None = None,
        **settings: Any,
    ) -> None:
        """`settings` are the rarer ones: flush_events, flush_bytes, flush_interval (s), max_buffer_events,
        max_buffer_bytes, max_event_bytes, max_text, timeout (s), shutdown_timeout (s), max_retry_wait (s), spool_dir,
        max_spool_bytes, drop_fields, propagate_threads, debug. A wrong one warns and is not used."""
        given = {
            "api_key": api_key, "project_id": project_id, "endpoint": endpoint, "environment": environment,
            "release": release, "service_name": service_name, "sample_rate": sample_rate, "redact": redact,
            "capture_content": capture_content, "before_send": before_send, "on_error": on_error, "enabled": enabled,
            **settings,
        }  # fmt: skip
        self.recorder = Recorder(given)
        if self.recorder.enabled and self.recorder.settings.propagate_threads:
            carry_context()

    @overload
    def trace(self, name: F) -> F: ...
    @overload
    def trace(
        self, name: str | None = None, *, type: str = "span", capture_input: bool = True, capture_output: bool = True
    ) -> Callable[[F], F]: ...
    def trace(
        self, name: Any = None, *, type: str = "span", capture_input: bool = True, capture_output: bool = True
    ) -> Any:
        """`@client.trace("name")` or `@client.trace`: each run of the function is a span (or another type of event)."""
        return decorator(lambda: self.recorder, name, type, capture_input, capture_output)

    def span(self, name: str, /, *, type: str = "span", input: Any = None, **attributes: Any) -> Span:
        """`with client.span("name") as s:`; type may be tool_call, retrieval, agent_action … as well."""
        return opened(self.recorder, name, type, input, attributes)

    def step(
        self, name: str, *, action: Any = None, state: Mapping[str, Any] | None = None, memory: Any = None,
        input: Any = None, thought: str | None = None,
    ) -> Step:  # fmt: skip
        """`with client.step("planner", action="search", state=state) as s:` one step of an agent."""
        return Step(self.recorder, name, action=action, state=state, memory=memory, input=input, thought=thought)

    def wrap_openai(self, client: C, *, stream_usage: bool | None = None) -> C:
        """Record each call of an `openai` client, sync or async; the same client comes back."""
        from .openai import wrap

        return wrap(self.recorder, client, stream_usage)

    def wrap_anthropic(self, client: C) -> C:
        """Record each `messages.create` of an `anthropic` client, sync or async; the same client comes back."""
        from .anthropic import wrap

        return wrap(self.recorder, client)

    def instrument(self, *only: str) -> Instrumented:
        """Switch on the OpenInference and OpenTelemetry instrumentors that are installed; says what was found."""
        from .instrumentors import instrument

        return instrument(self.recorder, only or None)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until what was captured so far is sent; False when it is not within `timeout` seconds."""
        return self.recorder.flush(timeout)

    def shutdown(self, timeout: float | None = None) -> bool:
        """Send what can be sent in `timeout` seconds (`shutdown_timeout` by default), and record nothing more."""
        return self.recorder.shutdown(timeout)

    def stats(self) -> dict[str, Any]:
        """`{captured, sent, retried, dropped: {reason: n}, waiting, spooled}`."""
        return self.recorder.stats()


def decorator(recorder: Callable[[], Recorder], name: Any, type: str, capture_input: bool, capture_output: bool) -> Any:
    if callable(name):
        return traced(recorder, name)

    def wrap(function: F) -> F:
        return traced(recorder, function, name, type, capture_input=capture_input, capture_output=capture_output)

    return wrap


def opened(recorder: Recorder, name: str, type: str, input: Any, attributes: Mapping[str, Any]) -> Span:
    span = Span(recorder, name, type)
    if input is not None:
        span.set(input=input)
    return span.set(**attributes)
