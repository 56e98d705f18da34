"""Codex CLI's log events. Its input tokens include the cache; a call's usage is in its last streamed event."""

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
)
from lynex.ingest.dialects.dialect import Dialect
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.values import count, milliseconds, text
from lynex.ingest.otlp_records import Attributes, LogRecord

_NAME: Final = "codex"
_SERVICE: Final = "codex_cli_rs"
_USAGE: Final = {
    "input_token_count": "input",
    "output_token_count": "output",
    "cached_token_count": "cache_read",
    "reasoning_token_count": "reasoning",
}
_UNDERSTOOD: Final = (
    *_USAGE, "model", "slug", "ttft_ms", "tool_name", "call_id", "arguments", "output", "success",
)  # fmt: skip
_REQUESTS: Final = frozenset(("api_request", "sse_event", "websocket_connect", "websocket_request", "websocket_event"))
_FIRST_FAILURE: Final = 400


def _read_log(record: LogRecord, draft: Draft) -> bool:
    event, attributes = event_of(record, _NAME, _SERVICE), record.attributes
    if event is None:
        return False
    read_agent_event(record, draft, _NAME, event, session="conversation.id", understood=_UNDERSTOOD)
    read_step(draft, "start", is_prompt=event == "conversation_starts")  # its prompts have no ids
    if event == "user_prompt":
        read_prompt(attributes, draft)
    elif event == "sse_event" and "input_token_count" in attributes:
        _read_call(attributes, draft)
    elif event == "tool_result":
        _read_tool_result(attributes, draft)
    elif event in _REQUESTS and _is_failure(attributes):
        _read_model(attributes, draft)
        draft.type = "error"
        read_failure(draft, attributes.get("error.message"), event, _status(attributes))
    else:
        read_remark(record, draft, event)
        if event == "tool_decision" and "tool_name" in attributes:
            draft.tool["name"] = text(attributes["tool_name"])
    return True


def _status(attributes: Attributes) -> int | None:
    return count(attributes.get("http.response.status_code", attributes.get("status")))


def _is_failure(attributes: Attributes) -> bool:
    status = _status(attributes)
    failed = has_failed(attributes) or bool(attributes.get("error.message"))
    return failed or (status is not None and status >= _FIRST_FAILURE)


def _read_call(attributes: Attributes, draft: Draft) -> None:
    _read_model(attributes, draft)
    read_counts(attributes, draft, _USAGE, cache_on_top=False)
    ttft = milliseconds(attributes.get("ttft_ms"))
    if ttft is not None:
        draft.model["ttft_ms"] = ttft


def _read_model(attributes: Attributes, draft: Draft) -> None:
    model = text(attributes.get("model", attributes.get("slug")))
    if model is not None:
        draft.model["request"] = model


def _read_tool_result(attributes: Attributes, draft: Draft) -> None:
    read_tool(
        draft,
        name=attributes.get("tool_name"),
        type="mcp" if attributes.get("mcp_server") else None,
        call_id=attributes.get("call_id"),
        arguments=attributes.get("arguments"),
        result=attributes.get("output"),
    )
    if has_failed(attributes):
        read_failure(draft, attributes.get("error.message", attributes.get("output")))


CODEX: Final = Dialect(name=_NAME, read_log=_read_log)
