"""Logfire and Pydantic AI: OpenTelemetry's words, with a rendered message, a level, and totals on the agent's span."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import messages_of, read_content
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import ROLLUP
from lynex.ingest.dialects.severity import level_of
from lynex.ingest.dialects.values import count, listing, mapping, structured, text
from lynex.ingest.otlp_records import Span

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


def _hear_aggregated(draft: Draft, name: str, value: Any) -> None:
    place, counted = _AGGREGATED.get(name), count(value)
    if place is not None and counted is not None:
        draft.notes.setdefault("aggregated", {}).setdefault(place, counted)


def _finish(span: Span, draft: Draft) -> None:
    notes = draft.notes
    level = notes.get("level")
    if type(level) is int:
        draft.level = level_of(level)
    message = notes.get("message", notes.get("template"))
    if message is not None and message != draft.name:
        draft.more.setdefault("message", message)
    if draft.type == "error":
        draft.error.setdefault("message", message if message is not None else draft.name)
    if "aggregated" in notes:
        draft.usage, draft.scope = notes["aggregated"], ROLLUP
    _finish_run(draft)
    _finish_request(draft)
    if "metadata" in notes:
        draft.metadata |= notes["metadata"]


def _finish_run(draft: Draft) -> None:
    """An agent's run: what it was asked and what it came to."""
    notes = draft.notes
    if "model" in notes:
        draft.model.setdefault("request", notes["model"])
    spoken = notes.get("messages")
    if draft.input is None and spoken is not None:
        messages = messages_of(spoken, "user")
        draft.input = {"messages": messages} if messages else {"value": spoken}
    if draft.output is None and "result" in notes:
        draft.output = read_content(notes["result"], "assistant")


def _finish_request(draft: Draft) -> None:
    """What the model was offered; the tools are told by OpenTelemetry's own attribute too, in newer versions."""
    request = draft.notes.get("request")
    if request is None:
        return
    tools = request.get("function_tools")
    if type(tools) is list and tools:
        draft.tool.setdefault("definitions", tools)
    offered = {key: value for key, value in request.items() if key != "function_tools" and value not in (None, [], {})}
    for key, value in offered.items():
        draft.params.setdefault(key, value)


LOGFIRE: Final = Dialect(
    name="logfire",
    fields={
        "logfire.msg": Field("notes.message", text),
        "logfire.msg_template": Field("notes.template", text),
        "logfire.level_num": Field("notes.level", count),
        "logfire.tags": "tags",
        "agent_name": Field("agent.name", marks=False),
        "model_name": Field("notes.model", text, marks=False),
        "pydantic_ai.all_messages": Field("notes.messages", listing),
        "all_messages_events": Field("notes.messages", listing, marks=False),
        "final_result": Field("notes.result", structured, marks=False),
        "tool_arguments": Field("tool.arguments", marks=False),
        "tool_response": Field("tool.result", marks=False),
        "model_request_parameters": Field("notes.request", mapping, marks=False),
        "operation.cost": Field("cost.total", marks=False),
        "gen_ai.agent.call.id": Field("agent.call_id", text, marks=False),
    },
    prefixes={"gen_ai.aggregated_usage.": _hear_aggregated},
    ignored=("logfire.", "pydantic_ai.", "code."),
    scopes=("logfire", "pydantic-ai"),
    finish=_finish,
)
