"""Lynex's own events as spans of OpenTelemetry: the GenAI conventions where they have a word, `lynex.` where not."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec

from lynex.query.otlp_values import kind_number, nanos, pairs, status_number

_TRACE_DIGITS, _SPAN_DIGITS = 32, 16
_HEX: Final = frozenset("0123456789abcdef")
_OPERATIONS: Final = {
    "model_response": "chat",
    "tool_call": "execute_tool",
    "retrieval": "retrieval",
    "agent_action": "invoke_agent",
}
# Piece of the body → its key and the attribute that says it.
_WORDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "model": (
        ("provider", "gen_ai.provider.name"),
        ("request", "gen_ai.request.model"),
        ("response", "gen_ai.response.model"),
        ("response_id", "gen_ai.response.id"),
        ("finish_reasons", "gen_ai.response.finish_reasons"),
        ("stream", "gen_ai.request.stream"),
        ("params", "lynex.model.params"),
    ),
    "usage": (
        ("input_tokens", "gen_ai.usage.input_tokens"),
        ("output_tokens", "gen_ai.usage.output_tokens"),
        ("total_tokens", "gen_ai.usage.total_tokens"),
        ("cache_read_tokens", "gen_ai.usage.cache_read.input_tokens"),
        ("cache_write_tokens", "gen_ai.usage.cache_write.input_tokens"),
        ("reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"),
    ),
    "tool": (
        ("name", "gen_ai.tool.name"),
        ("type", "gen_ai.tool.type"),
        ("call_id", "gen_ai.tool.call.id"),
        ("arguments", "gen_ai.tool.call.arguments"),
        ("result", "gen_ai.tool.call.result"),
        ("definitions", "gen_ai.tool.definitions"),
    ),
    "retrieval": (
        ("query", "gen_ai.retrieval.query.text"),
        ("documents", "gen_ai.retrieval.documents"),
        ("top_k", "gen_ai.retrieval.top_k"),
        ("source", "gen_ai.data_source.id"),
    ),
    "prompt": (
        ("name", "gen_ai.prompt.name"),
        ("version", "gen_ai.prompt.version"),
        ("template", "lynex.prompt.template"),
        ("variables", "lynex.prompt.variables"),
    ),
    "agent": (
        ("name", "gen_ai.agent.name"),
        ("action", "lynex.agent.action"),
        ("thought", "lynex.agent.thought"),
    ),
    "eval": (
        ("name", "gen_ai.evaluation.name"),
        ("score", "gen_ai.evaluation.score.value"),
        ("label", "gen_ai.evaluation.score.label"),
        ("explanation", "gen_ai.evaluation.explanation"),
        ("evaluator", "lynex.eval.evaluator"),
    ),
    "error": (
        ("type", "error.type"),
        ("stack", "exception.stacktrace"),
        ("code", "lynex.error.code"),
    ),
}
_CONTENTS: Final = (("input", "gen_ai.input.messages"), ("output", "gen_ai.output.messages"))
# Said by columns, by the span itself, or by what was just named.
_SAID: Final = frozenset(
    (*_WORDS, "input", "output", "system_instructions", "cost", "name", "status", "level", "duration_ms", "sent")
)

Row = Mapping[str, Any]
Json = dict[str, Any]


def resource_of(row: Row) -> Json:
    said = {
        "service.name": row["service_name"],
        "service.version": row["release"],
        "deployment.environment.name": row["environment"],
    }
    return {name: value for name, value in said.items() if value is not None}


def span_of(row: Row, body: Json) -> Json:
    """A span in OTLP JSON; ids that are none of OpenTelemetry's become what is derived from them."""
    start = row["at"]
    error = body.get("error")
    message = error.get("message") if isinstance(error, dict) else None
    span = {
        "traceId": trace_digits(row["trace_id"]),
        "spanId": span_digits(row["event_id"]),
        "name": row["name"] if row["name"] is not None else row["type"],
        "kind": kind_number("client" if row["type"] == "model_response" else "internal"),
        "startTimeUnixNano": nanos(start),
        "endTimeUnixNano": nanos(start + round((row["duration_ms"] or 0) * 1000)),
        "attributes": pairs(_attributes(row, body)),
        "status": {"code": status_number("error" if row["status"] == "error" else "unset")},
    }
    if isinstance(message, str) and row["status"] == "error":
        span["status"]["message"] = message
    if row["parent_event_id"] is not None:
        span["parentSpanId"] = span_digits(row["parent_event_id"])
    return span


def trace_digits(trace_id: str) -> str:
    return trace_id if _is_hex(trace_id, _TRACE_DIGITS) else _digest(trace_id, _TRACE_DIGITS)


def span_digits(event_id: str) -> str:
    """The span's own id where the event's is `<trace>:<span>`."""
    trace_id, _, span_id = event_id.partition(":")
    is_traced = _is_hex(trace_id, _TRACE_DIGITS) and _is_hex(span_id, _SPAN_DIGITS)
    return span_id if is_traced else _digest(event_id, _SPAN_DIGITS)


def _is_hex(text: str, digits: int) -> bool:
    return len(text) == digits and not set(text) - _HEX and text.strip("0") != ""


def _digest(text: str, digits: int) -> str:
    return blake2b(text.encode(), digest_size=digits // 2).hexdigest()


def _attributes(row: Row, body: Json) -> Json:
    found: Json = {"lynex.type": row["type"]}
    if row["type"] in _OPERATIONS:
        found["gen_ai.operation.name"] = _OPERATIONS[row["type"]]
    for piece, words in _WORDS.items():
        said = body.get(piece)
        if isinstance(said, dict):
            found |= {attribute: said[key] for key, attribute in words if said.get(key) is not None}
    _add_contents(body, found)
    _add_figures(body, found)
    columns = {
        "session.id": row["session_id"],
        "user.id": row["user_id"],
        "lynex.level": row["level"],
        "lynex.step_index": row["step_index"],
        "lynex.tags": row["tags"],
        "gen_ai.agent.name": row["agent_name"],
    }
    found |= {name: value for name, value in columns.items() if value is not None}
    metadata = msgspec.json.decode(row["attrs"]) if row["attrs"] else {}
    found |= {f"metadata.{name}": value for name, value in metadata.items()}
    return found | {f"lynex.body.{name}": value for name, value in body.items() if name not in _SAID}


def _add_contents(body: Json, found: Json) -> None:
    """Messages in JSON text, as instrumentations send them."""
    for direction, attribute in _CONTENTS:
        content = body.get(direction)
        if isinstance(content, dict):
            value = content["messages"] if "messages" in content else content.get("value")
            found[attribute] = value if isinstance(value, str) else _text(value)
    if "system_instructions" in body:
        found["gen_ai.system_instructions"] = _text(body["system_instructions"])
    for attribute in ("gen_ai.tool.definitions", "gen_ai.retrieval.documents", "lynex.model.params"):
        if attribute in found:
            found[attribute] = _text(found[attribute])


def _add_figures(body: Json, found: Json) -> None:
    cost, model = body.get("cost"), body.get("model")
    if isinstance(cost, dict) and cost.get("source") == "reported" and cost.get("total") is not None:
        found["gen_ai.usage.cost"] = cost["total"]
    if isinstance(model, dict) and model.get("ttft_ms") is not None:
        found["gen_ai.response.time_to_first_chunk"] = model["ttft_ms"] / 1000


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
