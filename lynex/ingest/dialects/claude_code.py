"""Claude Code's log events, and its spans (beta). Its input tokens do not include the cache; numbers may be text."""

from typing import Final

from lynex.ingest.dialects.coding_agents import (
    event_of,
    has_failed,
    read_agent_event,
    read_counts,
    read_failure,
    read_prompt,
    read_remark,
    read_step,
    read_tool,
    read_words,
)
from lynex.ingest.dialects.dialect import Dialect
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import CALL
from lynex.ingest.dialects.values import milliseconds, number, text
from lynex.ingest.otlp_records import Attributes, LogRecord, Span

_NAME: Final = "claude_code"
_SERVICE: Final = "claude-code"
_USAGE: Final = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read_tokens": "cache_read",
    "cache_creation_tokens": "cache_write",
}
_UNDERSTOOD: Final = (
    *_USAGE, "cost_usd", "model", "request_id", "ttft_ms", "tool_name", "tool_use_id", "tool_input", "tool_output",
    "tool_parameters", "success", "error", "user_prompt",
)  # fmt: skip


def _read_log(record: LogRecord, draft: Draft) -> bool:
    event, attributes = event_of(record, _NAME, _SERVICE), record.attributes
    if event is None:
        return False
    read_agent_event(record, draft, _NAME, event, session="session.id", understood=_UNDERSTOOD)
    read_step(draft, attributes.get("prompt.id"), is_prompt=event == "user_prompt")
    if event == "user_prompt":
        read_prompt(attributes, draft)
    elif event == "api_request":
        _read_call(attributes, draft)
    elif event in ("api_error", "api_refusal"):
        _read_model(attributes, draft)
        draft.type = "error"
        read_failure(draft, attributes.get("error"), attributes.get("error_type", event), attributes.get("status_code"))
    elif event == "tool_result":
        _read_tool_result(attributes, draft)
    else:
        read_remark(record, draft, event)
        if event == "tool_decision" and "tool_name" in attributes:
            draft.tool["name"] = text(attributes["tool_name"])
    return True


def _read_call(attributes: Attributes, draft: Draft) -> None:
    _read_model(attributes, draft)
    read_counts(attributes, draft, _USAGE, cache_on_top=True)
    cost, ttft = number(attributes.get("cost_usd")), milliseconds(attributes.get("ttft_ms"))
    if cost is not None:
        draft.cost["total"] = cost
    if ttft is not None:
        draft.model["ttft_ms"] = ttft


def _read_model(attributes: Attributes, draft: Draft) -> None:
    model, request_id = text(attributes.get("model")), text(attributes.get("request_id"))
    if model is not None:
        draft.model["request"] = model
        if model.startswith("claude") and "@" not in model:  # Bedrock's and Vertex's ids look otherwise
            draft.model["provider"] = "anthropic"
    if request_id is not None:
        draft.model["response_id"] = request_id


def _read_tool_result(attributes: Attributes, draft: Draft) -> None:
    read_tool(
        draft,
        name=attributes.get("tool_name"),
        call_id=attributes.get("tool_use_id"),
        arguments=attributes.get("tool_input", attributes.get("tool_parameters")),
        result=attributes.get("tool_output"),
    )
    if has_failed(attributes):
        read_failure(draft, attributes.get("error"), attributes.get("error_type"))


def _finish(span: Span, draft: Draft) -> None:
    """A span for each prompt, call and tool. A call has the request's id in its span and its log event alike, and
    counts once by that."""
    attributes, event = span.attributes, span.name.removeprefix(f"{_NAME}.")
    for key in _UNDERSTOOD:
        draft.unknown.pop(key, None)
    if event == "interaction":
        draft.type, draft.kind = "agent_action", "agent"
        draft.agent.setdefault("name", _NAME)
        read_words(attributes.get("user_prompt"), draft)
    elif event == "llm_request":
        draft.scope = CALL
        _read_call(attributes, draft)
    elif event == "tool":
        _read_tool_result(attributes, draft)


CLAUDE_CODE: Final = Dialect(name=_NAME, scopes=("com.anthropic.claude_code",), finish=_finish, read_log=_read_log)
