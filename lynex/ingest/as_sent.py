"""The way back: from the canonical body to the fields that were sent. Nothing was overwritten silently (events.md)."""

from typing import Any, Final

from lynex.ingest.messages import encoded_arguments, write_message

_CANONICAL: Final = frozenset(
    (
        "model", "input", "output", "usage", "cost", "tool", "retrieval", "agent", "prompt", "eval", "error", "sent",
        "system_instructions",
    )
)  # fmt: skip
# Notes about how fields were written; everything else in `sent` is a field as sent.
_NOTES: Final = frozenset(
    (
        "derived", "nulls", "input_from", "output_from", "input_styles", "output_styles", "input_kept", "output_kept",
        "arguments_from",
    )
)  # fmt: skip
# Canonical object → (its key, field as sent).
_MOVED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "model": (
        ("request", "model"),
        ("provider", "provider"),
        ("response", "response_model"),
        ("params", "parameters"),
        ("response_id", "response_id"),
        ("stream", "stream"),
        ("ttft_ms", "ttft_ms"),
    ),
    "tool": (
        ("name", "tool"),
        ("type", "tool_type"),
        ("call_id", "call_id"),
        ("result", "result"),
        ("definitions", "tools"),
    ),
    "retrieval": (("query", "query"), ("documents", "documents"), ("top_k", "top_k"), ("source", "source")),
    "agent": (("action", "action"), ("thought", "thought")),
    "eval": (
        ("name", "metric"),
        ("score", "score"),
        ("label", "label"),
        ("explanation", "explanation"),
        ("evaluator", "evaluator"),
    ),
}
_ERROR_FIELDS: Final = (("message", "message"), ("type", "error_type"), ("stack", "stack"), ("code", "code"))


def as_sent(body: dict[str, Any]) -> dict[str, Any]:
    """The body as sent (known names in snake_case), from its canonical form."""
    notes: dict[str, Any] = body.get("sent", {})
    derived = frozenset(notes.get("derived", ()))
    fields = {name: value for name, value in body.items() if name not in _CANONICAL and name not in derived}
    if "latency_ms" in notes:
        fields.pop("duration_ms", None)
    for name, places in _MOVED.items():
        for key, field in places:
            if key in body.get(name, {}) and field not in derived:
                fields[field] = body[name][key]
    _restore_small_things(body, notes, derived, fields)
    for direction in ("input", "output"):
        if direction in body:
            _restore_content(direction, body[direction], notes, fields)
    fields.update({name: value for name, value in notes.items() if name not in _NOTES})
    fields.update(dict.fromkeys(notes.get("nulls", ())))
    return fields


def _restore_small_things(
    body: dict[str, Any], notes: dict[str, Any], derived: frozenset[str], fields: dict[str, Any]
) -> None:
    reasons = body.get("model", {}).get("finish_reasons")
    if reasons and "finish_reason" not in derived:
        fields["finish_reason"] = reasons[0]
    target = body.get("eval", {}).get("target", {})
    fields.update({f"target_{place}": value for place, value in target.items()})
    if "arguments" in body.get("tool", {}):
        arguments, written = body["tool"]["arguments"], notes.get("arguments_from")
        fields["arguments"] = encoded_arguments(arguments, spaced=written == "spaced text") if written else arguments
    if "prompt" in body:
        prompt = body["prompt"]
        fields["prompt_template"] = {"text" if key == "template" else key: value for key, value in prompt.items()}
    for part in body.get("system_instructions", ()):
        fields["system"] = part["content"] if part["type"] == "text" else part["value"]
    if "error" in derived:
        error = body["error"]
        fields.update({field: error[key] for key, field in _ERROR_FIELDS if key in error and field not in derived})
    elif "error" in body:
        fields["error"] = body["error"]


def _restore_content(direction: str, content: dict[str, Any], notes: dict[str, Any], fields: dict[str, Any]) -> None:
    field, _, shape = notes[f"{direction}_from"].partition(".")
    written = _written(content, notes.get(f"{direction}_styles", {}), notes.get(f"{direction}_kept", {}))
    if "+" in field or field in ("role", "content", "tool_calls"):
        for name, value in written[0].items():
            if name == "content" and field != "content" and "role" not in field:
                fields[field.partition("+")[0]] = value
            elif name != "role" or "role" in field:
                fields[name] = value
    elif shape == "text":
        fields[field] = content["messages"][0]["parts"][0]["content"]
    else:
        fields[field] = written if shape == "" else written[0]


def _written(content: dict[str, Any], styles: dict[str, str], kept: dict[str, Any]) -> list[Any]:
    if "value" in content:
        return [content["value"]]
    return [
        kept[str(index)] if str(index) in kept else write_message(message, styles.get(str(index), ""))
        for index, message in enumerate(content["messages"])
    ]
