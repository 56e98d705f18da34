"""What a host can say: a verb for each type of event. Each answers the event's id, or None, and never raises."""

from __future__ import annotations

import functools
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from .client import Recorder
from .values import message_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

_LONGEST_STACK = 32_000
F = TypeVar("F", bound=Callable[..., Any])


class Where(TypedDict, total=False):
    """Said of one event; otherwise what is around it holds."""

    user_id: str | None
    session_id: str | None
    trace_id: str | None
    parent_event_id: str | None
    tags: Sequence[str]
    metadata: Mapping[str, Any]
    event_id: str | None
    at: float | None  # seconds since 1970


def harmless(verb: F) -> F:
    """A verb whose own faults, such as odd arguments, are reported and stay away from the host."""

    @functools.wraps(verb)
    def guarded(self: Verbs, *args: Any, **named: Any) -> Any:
        try:
            return verb(self, *args, **named)
        except Exception as fault:
            self.recorder.warn(f"{verb.__name__}: {type(fault).__name__}: {fault}")
            return None

    return guarded  # type: ignore[return-value]


class Verbs:
    """Mixed into `Lynex`. Times in ms, tokens as counts, costs in USD."""

    recorder: Recorder

    @harmless
    def capture_event(self, type: str, body: Mapping[str, Any] | None = None, **where: Unpack[Where]) -> str | None:
        """Any event, with the fields of its type as they are (the guide lists them)."""
        return self._record(type, dict(body or {}), where)

    @harmless
    def capture_llm_call(
        self,
        model: str,
        prompt: Any = None,
        response: Any = None,
        tokens: Mapping[str, Any] | None = None,
        latency_ms: float | None = None,
        *,
        provider: str | None = None,
        messages: Sequence[Any] | None = None,
        system: Any = None,
        parameters: Mapping[str, Any] | None = None,
        tools: Sequence[Any] | None = None,
        tool_calls: Sequence[Any] | None = None,
        finish_reason: str | None = None,
        response_id: str | None = None,
        response_model: str | None = None,
        stream: bool | None = None,
        ttft_ms: float | None = None,
        cost: float | Mapping[str, Any] | None = None,
        error: BaseException | str | Mapping[str, Any] | None = None,
        prompt_template: Mapping[str, Any] | None = None,
        name: str | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """A call of a model that has ended. `prompt` is text or a list of `{role, content}`; `tokens` is
        `{input, output, cached, cache_write, reasoning}` or the provider's own usage."""
        body = {
            "model": model, "provider": provider, "prompt": prompt, "messages": messages, "system": system,
            "response": response, "tokens": tokens, "latency_ms": latency_ms, "parameters": parameters,
            "tools": tools, "tool_calls": tool_calls, "finish_reason": finish_reason, "response_id": response_id,
            "response_model": response_model, "stream": stream, "ttft_ms": ttft_ms, "cost": cost,
            "prompt_template": prompt_template, "name": name,
        }  # fmt: skip
        return self._record("model_response", {**body, **failure(error)}, where, latency_ms)

    @harmless
    def capture_exception(
        self, error: BaseException | None = None, *, handled: bool = True, **where: Unpack[Where]
    ) -> str | None:
        """An exception; the one being handled where none is given."""
        if error is None:
            import sys

            error = sys.exc_info()[1]
        if error is None:
            return None
        said = described(error)
        body = {
            "message": said["message"], "error_type": said["type"], "stack": said.get("stack"),
            "code": said.get("code"), "handled": handled,
        }  # fmt: skip
        return self._record("error", body, where)

    @harmless
    def log(
        self,
        message: str,
        level: str = "info",
        *,
        logger: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """A line of a log; level is debug, info, warning or error."""
        body = {"message": message, "level": level, "logger": logger, "attributes": attributes}
        return self._record("log", body, where)

    @harmless
    def error(
        self,
        message: str,
        *,
        error_type: str | None = None,
        stack: str | None = None,
        code: str | int | None = None,
        handled: bool | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """A failure that is no Python exception."""
        body = {"message": message, "error_type": error_type, "stack": stack, "code": code, "handled": handled}
        return self._record("error", body, where)

    @harmless
    def token_usage(
        self,
        model: str,
        tokens: Mapping[str, Any],
        *,
        provider: str | None = None,
        cost: float | Mapping[str, Any] | None = None,
        response_id: str | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """Tokens used, where the call itself is not recorded."""
        body = {"model": model, "tokens": tokens, "provider": provider, "cost": cost, "response_id": response_id}
        return self._record("token_usage", body, where)

    @harmless
    def message(
        self, role: str, content: Any, *, channel: str | None = None, message_id: str | None = None,
        **where: Unpack[Where],
    ) -> str | None:  # fmt: skip
        """A message of a conversation."""
        body = {"role": role, "content": content, "channel": channel, "message_id": message_id}
        return self._record("message", body, where)

    @harmless
    def agent_action(
        self,
        name: str,
        action: Any = None,
        *,
        thought: str | None = None,
        input: Any = None,
        output: Any = None,
        state: Mapping[str, Any] | None = None,
        memory: Any = None,
        step_index: int | None = None,
        error: BaseException | str | Mapping[str, Any] | None = None,
        latency_ms: float | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """What an agent did, told afterwards; `step` counts and compares states by itself."""
        body = {
            "name": name, "action": action, "thought": thought, "input": input, "output": output, "state": state,
            "memory": memory, "step_index": step_index, "latency_ms": latency_ms,
        }  # fmt: skip
        return self._record("agent_action", {**body, **failure(error)}, where, latency_ms)

    @harmless
    def tool_call(
        self,
        tool: str,
        arguments: Any = None,
        result: Any = None,
        *,
        call_id: str | None = None,
        tool_type: str | None = None,
        latency_ms: float | None = None,
        error: BaseException | str | Mapping[str, Any] | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """A call of a tool that has ended."""
        body = {
            "tool": tool, "arguments": arguments, "result": result, "call_id": call_id, "tool_type": tool_type,
            "latency_ms": latency_ms,
        }  # fmt: skip
        return self._record("tool_call", {**body, **failure(error)}, where, latency_ms)

    @harmless
    def retrieval(
        self,
        query: Any,
        documents: Sequence[Any] = (),
        *,
        top_k: int | None = None,
        source: str | None = None,
        latency_ms: float | None = None,
        error: BaseException | str | Mapping[str, Any] | None = None,
        name: str | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """A search; documents are texts or `{id, content, score, metadata, source}`."""
        body = {
            "query": query, "documents": list(documents), "top_k": top_k, "source": source, "name": name,
            "latency_ms": latency_ms,
        }  # fmt: skip
        return self._record("retrieval", {**body, **failure(error)}, where, latency_ms)

    @harmless
    def eval_metric(
        self,
        metric: str,
        score: float | bool | None = None,
        *,
        label: str | None = None,
        explanation: str | None = None,
        evaluator: str | None = None,
        target_event_id: str | None = None,
        target_trace_id: str | None = None,
        **where: Unpack[Where],
    ) -> str | None:
        """A judgement of an event or of a whole trace."""
        body = {
            "metric": metric, "score": score, "label": label, "explanation": explanation, "evaluator": evaluator,
            "target_event_id": target_event_id, "target_trace_id": target_trace_id,
        }  # fmt: skip
        return self._record("eval_metric", body, where)

    @harmless
    def custom(self, name: str, fields: Mapping[str, Any] | None = None, **where: Unpack[Where]) -> str | None:
        """Anything else worth keeping, by name."""
        return self._record("custom", {**(fields or {}), "name": name}, where)

    def _record(
        self, kind: str, body: dict[str, Any], where: Mapping[str, Any], latency_ms: float | None = None
    ) -> str | None:
        """`latency_ms` moves the instant back to when it began."""
        if not where:
            at = None if latency_ms is None else time.time_ns() - int(latency_ms * 1_000_000)
            return self.recorder.record(kind, body, at=at)
        said = dict(where)
        event_id, seconds = said.pop("event_id", None), said.pop("at", None)
        if seconds is not None:
            at = int(float(seconds) * 1_000_000_000)
        else:
            at = None if latency_ms is None else time.time_ns() - int(latency_ms * 1_000_000)
        return self.recorder.record(kind, body, event_id=event_id, at=at, where=said)


def failure(error: BaseException | str | Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields that say that something failed."""
    if error is None:
        return {}
    return {"status": "error", "error": described(error) if isinstance(error, BaseException) else error}


def described(error: BaseException) -> dict[str, Any]:
    """`{type, message, stack, code}` of an exception; the code is the provider's or the HTTP status."""
    kind = type(error)
    name = (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )
    said: dict[str, Any] = {"type": name, "message": message_of(error)}
    try:
        stack = "".join(traceback.format_exception(kind, error, error.__traceback__))
        said["stack"] = stack if len(stack) <= _LONGEST_STACK else stack[-_LONGEST_STACK:]
    except Exception:  # a `__str__` somewhere in the chain
        pass
    for attribute in ("code", "status_code"):
        code = getattr(error, attribute, None)
        if isinstance(code, (str, int)) and not isinstance(code, bool):
            said["code"] = code
            break
    return said
