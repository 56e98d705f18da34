"""Gemini CLI's log events. Its input tokens include the cache; thoughts are counted beside the output.

It tells each call twice: as an event of its own, which counts, and in OpenTelemetry's words, which hold the contents.
"""

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
from lynex.ingest.dialects.conversation import read_content
from lynex.ingest.dialects.dialect import Dialect
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import DUPLICATE
from lynex.ingest.dialects.values import structured, text, texts
from lynex.ingest.otlp_records import Attributes, LogRecord

_NAME: Final = "gemini_cli"
_SERVICE: Final = "gemini-cli"
_USAGE: Final = {
    "input_token_count": "input",
    "output_token_count": "output",
    "cached_content_token_count": "cache_read",
    "thoughts_token_count": "reasoning",
    "total_token_count": "total",
}
_UNDERSTOOD: Final = (
    *_USAGE, "model", "model_name", "response_text", "request_text", "function_name", "function_args", "tool_type",
    "success", "error", "error_type", "finish_reasons", "tool_token_count",
)  # fmt: skip


def _read_log(record: LogRecord, draft: Draft) -> bool:
    event, attributes = event_of(record, _NAME, _SERVICE), record.attributes
    if event is None:
        return False
    read_agent_event(record, draft, _NAME, event, session="session.id", understood=_UNDERSTOOD)
    read_step(draft, attributes.get("prompt_id"), is_prompt=event == "user_prompt")
    if event == "user_prompt":
        read_prompt(attributes, draft)
    elif event == "api_request" and attributes.get("request_text"):
        draft.type, draft.input = "message", read_content(attributes["request_text"], "user")
    elif event == "api_response":
        _read_call(attributes, draft)
    elif event == "api_error":
        _read_model(attributes, draft)
        draft.type = "error"
        kind = attributes.get("error.type", attributes.get("error_type"))
        read_failure(draft, attributes.get("error"), kind, attributes.get("status_code"))
    elif event == "tool_call":
        _read_tool_call(attributes, draft)
    elif event.startswith("gen_ai.") and (draft.input is not None or draft.output is not None):
        draft.name, draft.type, draft.scope = event, "message", DUPLICATE
    else:
        read_remark(record, draft, event)
    return True


def _read_call(attributes: Attributes, draft: Draft) -> None:
    _read_model(attributes, draft)
    read_counts(attributes, draft, _USAGE, cache_on_top=False)
    usage = draft.usage
    thoughts, said = usage.get("reasoning", 0), usage.get("input", 0) + usage.get("output", 0)
    if thoughts and usage.get("total", said + thoughts) >= said + thoughts:
        usage["output"] = usage.get("output", 0) + thoughts
    reasons, answer = texts(attributes.get("finish_reasons")), structured(attributes.get("response_text"))
    if reasons is not None:
        draft.model["finish_reasons"] = reasons
    if answer is not None:
        candidates = answer.get("candidates") if type(answer) is dict else None
        contents = [one.get("content") for one in candidates or () if type(one) is dict]
        draft.output = read_content(contents if contents else answer, "assistant")


def _read_model(attributes: Attributes, draft: Draft) -> None:
    model = text(attributes.get("model", attributes.get("model_name")))
    if model is not None:
        draft.model["request"] = model
        draft.model["provider"] = "gcp.vertex_ai" if attributes.get("auth_type") == "vertex-ai" else "gcp.gemini"


def _read_tool_call(attributes: Attributes, draft: Draft) -> None:
    read_tool(
        draft,
        name=attributes.get("function_name"),
        type=attributes.get("tool_type"),
        arguments=attributes.get("function_args"),
    )
    if has_failed(attributes):
        read_failure(draft, attributes.get("error.message", attributes.get("error")), attributes.get("error.type"))


GEMINI_CLI: Final = Dialect(name=_NAME, read_log=_read_log)
