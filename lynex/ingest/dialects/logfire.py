"""Logfire and Pydantic AI: OpenTelemetry's words, with a rendered message, a level, and totals on the agent's span."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import messages_of, read_content
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import ROLLUP
from lynex.ingest.dialects.severity import level_of
from lynex.ingest.dialects.values import count, listing, mapping, structured, text
from lynex.ingest.otlp_records import Span
from lynex.ingest.tokens import count_tokens

_AGGREGATED: Final = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read.input_tokens": "cache_read",
    "cache_creation.input_tokens": "cache_write",
    "cache_write.input_tokens": "cache_write",
    "reasoning.output_tokens": "reasoning",
    "details.cache_read_tokens": "cache_read",
    "details.cache_write_tokens": "cache_write",
    "details.reasoning_tokens": "reasoning",
}
_REQUESTED: Final = ("output_mode", "output_object", "thinking", "cache")


def _hear_aggregated(draft: Draft, name: str, value: Any) -> None:
    place, counted = _AGGREGATED.get(name), count(value)
    if place is not None and counted is not None:
        draft.notes.setdefault("logfire.aggregated", {}).setdefault(place, counted)


def _finish(span: Span, draft: Draft) -> None:
    notes = draft.notes
    level = notes.get("logfire.level")
    if type(level) is int:
        draft.level = level_of(level)
    message = notes.get("logfire.message", notes.get("logfire.template"))
    if message is not None and message != draft.name:
        draft.more.setdefault("message", message)
    if draft.type == "error":
        draft.error.setdefault("message", message if message is not None else draft.name)
    if "logfire.aggregated" in notes:
        draft.usage, draft.scope = notes["logfire.aggregated"], ROLLUP
    if draft.type == "model_response" and span.attributes.get("logfire.span_type") == "log":
        draft.type = "token_usage"  # a stream's second span, beside the one of its request: it has the counts
    _finish_usage(draft)
    _finish_run(draft)
    _finish_request(draft)


def _finish_usage(draft: Draft) -> None:
    """The provider's own usage object says more than the attributes taken from it."""
    counted = count_tokens(draft.notes.get("logfire.raw_usage") or {})
    if counted is not None:
        found = {"cache_read": counted.cache_read, "cache_write": counted.cache_write, "reasoning": counted.reasoning}
        draft.usage = {place: number for place, number in found.items() if number is not None} | draft.usage


def _finish_run(draft: Draft) -> None:
    """An agent's run: what it was asked and what it came to. All that was said between is in the spans below."""
    notes = draft.notes
    if "logfire.model" in notes:
        draft.model.setdefault("request", notes["logfire.model"])
    spoken = messages_of(notes.get("logfire.messages"), "user")
    if draft.input is None and spoken:
        draft.input = {"messages": spoken[: notes.get("logfire.first", 0) + 1]}
    if draft.output is None and "logfire.result" in notes:
        draft.output = read_content(notes["logfire.result"], "assistant")
    for message in (draft.input or {}).get("messages", ()):
        if message["role"] == "user" and all(part["type"] == "tool_call_response" for part in message["parts"]):
            message["role"] = "tool"


def _finish_request(draft: Draft) -> None:
    """What the model was offered, in versions that do not say it in OpenTelemetry's words."""
    request = draft.notes.get("logfire.request") or {}
    tools = request.get("function_tools")
    if type(tools) is list and tools:
        draft.tool.setdefault("definitions", tools)
    for name in _REQUESTED:
        if request.get(name) is not None:
            draft.params.setdefault(name, request[name])


LOGFIRE: Final = Dialect(
    name="logfire",
    fields={
        "logfire.msg": Field("notes.logfire.message", text),
        "logfire.msg_template": Field("notes.logfire.template", text),
        "logfire.level_num": Field("notes.logfire.level", count),
        "logfire.tags": "tags",
        "agent_name": Field("agent.name", marks=False),
        "model_name": Field("notes.logfire.model", text, marks=False),
        "pydantic_ai.all_messages": Field("notes.logfire.messages", listing),
        "pydantic_ai.new_message_index": Field("notes.logfire.first", count),
        "all_messages_events": Field("notes.logfire.messages", listing, marks=False),
        "final_result": Field("notes.logfire.result", structured, marks=False),
        "tool_arguments": Field("tool.arguments", marks=False),
        "tool_response": Field("tool.result", marks=False),
        "model_request_parameters": Field("notes.logfire.request", mapping, marks=False),
        "operation.cost": Field("cost.total", marks=False),
        "gen_ai.usage.details.cache_read_tokens": Field("usage.cache_read", marks=False),
        "gen_ai.usage.details.cache_write_tokens": Field("usage.cache_write", marks=False),
        "gen_ai.usage.details.reasoning_tokens": Field("usage.reasoning", marks=False),
        "gen_ai.usage.raw": Field("notes.logfire.raw_usage", mapping, marks=False),
        "request_data": Field("notes.logfire.request_data", marks=False),
        "async": Field("notes.logfire.async", marks=False),
    },
    prefixes={"gen_ai.aggregated_usage.": _hear_aggregated},
    ignored=("logfire.", "pydantic_ai.", "code."),
    scopes=("logfire", "pydantic-ai"),
    finish=_finish,
)
