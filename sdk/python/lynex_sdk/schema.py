"""What the server would refuse, found before it is sent, and told in the server's words.

A test compares every field here with what the server says of the same faults.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple


class Slot(NamedTuple):
    """What may stand in a field. Limits where there are any: characters of texts, bounds of numbers, allowed words."""

    words: tuple[str, ...]
    longest: int | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


_MOST: Final = 2**53 - 1
_TEXT, _OBJECT, _LIST = Slot(("a string",)), Slot(("an object",)), Slot(("a list",))
_NAME: Final = Slot(("a string",), longest=1024)
_COUNT: Final = Slot(("an integer",), low=0, high=_MOST)
_FLAG: Final = Slot(("true or false",))
_MILLISECONDS: Final = Slot(("a number",), low=-1e15, high=1e15)
_DOLLARS: Final = Slot(("a number", "an object"), low=0, high=1e9)
_SAID: Final = Slot(("a string", "a list", "an object"))

_EVERY: Final = {
    "name": _NAME,
    "level": Slot(("a string",), choices=("debug", "error", "info", "warning")),
    "status": Slot(("a string",), choices=("error", "ok")),
    "error": Slot(("an object", "a string")),
    "duration_ms": _MILLISECONDS,
    "latency_ms": _MILLISECONDS,
    "metadata": _OBJECT,
}
_USAGE: Final = {
    "model": _NAME, "provider": _NAME, "tokens": _OBJECT, "usage": _OBJECT, "cost": _DOLLARS, "response_id": _NAME,
}  # fmt: skip
FIELDS: Final[dict[str, dict[str, Slot]]] = {
    "log": {"message": _TEXT, "logger": _NAME, "attributes": _OBJECT},
    "error": {
        "message": _TEXT, "error_type": _NAME, "type": _NAME, "stack": _TEXT, "handled": _FLAG,
        "code": Slot(("a string", "an integer")),
    },
    "span": {"kind": _NAME, "attributes": _OBJECT},
    "token_usage": _USAGE,
    "message": {"role": _NAME, "content": _SAID, "channel": _NAME, "message_id": _NAME},
    "agent_action": {
        "action": Slot(("a string", "an object")), "thought": _TEXT, "state": _OBJECT, "state_patch": _OBJECT,
        "state_base": _NAME, "memory": Slot(("an object", "a list")), "step_index": _COUNT,
    },
    "tool_call": {
        "tool": _NAME, "arguments": Slot(("an object", "a string", "a list")), "call_id": _NAME, "tool_type": _NAME,
    },
    "model_response": {
        **_USAGE, "prompt": _SAID, "messages": _LIST, "system": Slot(("a string", "a list")), "parameters": _OBJECT,
        "tools": _LIST, "tool_calls": _LIST, "response_model": _NAME,
        "finish_reason": Slot(("a string", "a list"), longest=1024), "finish_reasons": _LIST, "stream": _FLAG,
        "ttft_ms": _MILLISECONDS, "prompt_template": _OBJECT,
    },
    "retrieval": {
        "query": Slot(("a string", "an object", "a list")), "documents": _LIST, "top_k": _COUNT,
        "source": Slot(("a string", "an object"), longest=1024),
    },
    "eval_metric": {
        "metric": _NAME, "score": Slot(("true or false", "a number")), "label": _TEXT, "explanation": _TEXT,
        "evaluator": _NAME, "target_event_id": _NAME, "target_trace_id": Slot(("a string",), longest=128),
    },
    "custom": {},
}  # fmt: skip
_COUNTS: Final = frozenset(
    (
        "input", "output", "cached", "cache_read", "cache_write", "reasoning", "total", "prompt", "completion",
        "input_tokens", "output_tokens", "total_tokens", "cached_tokens", "cache_read_tokens", "cache_write_tokens",
        "reasoning_tokens", "prompt_tokens", "completion_tokens", "thinking_tokens", "cached_input_tokens",
        "input_cached_tokens", "cache_read_input_tokens", "cache_write_input_tokens", "cache_creation_input_tokens",
        "cache_creation_tokens", "input_cache_read", "input_cache_creation", "output_reasoning_tokens",
        "reasoning_output_tokens", "prompt_token_count", "candidates_token_count", "total_token_count",
        "cached_content_token_count", "thoughts_token_count", "input_audio_tokens", "output_audio_tokens",
        "input_image_tokens", "output_image_tokens",
    )
)  # fmt: skip
_WORDS: Final[dict[type, tuple[str, ...]]] = {
    bool: ("true or false",),
    int: ("an integer", "a number"),
    float: ("a number",),
    str: ("a string",),
    list: ("a list",),
    dict: ("an object",),
}
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_LONGEST_QUOTE: Final = 64


def fault_of(event_id: str, kind: str, body: dict[str, Any]) -> str | None:
    """What is wrong with the event as `field: message`; None when nothing is."""
    if kind not in FIELDS:
        return f"type: {quoted(kind)} is not a type. Types are {', '.join(FIELDS)}."
    if not _EVENT_ID.fullmatch(event_id):
        return f"eventId: eventId must be 1 to 128 of A-Z a-z 0-9 . _ : - and not {quoted(event_id)}."
    known = FIELDS[kind]
    for field, value in body.items():
        slot = known.get(field) or _EVERY.get(field)
        if slot is None or value is None:
            continue
        fault = _fault(field, value, slot)
        if fault:
            return f"body.{field}: {fault}"
        if field in ("tokens", "usage"):
            for name, count in value.items():
                fault = _fault(name, count, _COUNT) if name in _COUNTS and count is not None else None
                if fault:
                    return f"body.{field}.{name}: {fault}"
    return None


def _fault(name: str, value: Any, slot: Slot) -> str | None:
    kind = type(value)
    if not any(word in slot.words for word in _WORDS.get(kind, ())):
        return f"{name} must be {' or '.join(slot.words)}, not {quoted(value)}."
    if kind is str:
        if slot.longest is not None and len(value) > slot.longest:
            return f"{name} has {len(value)} characters; the limit is {slot.longest}."
        if slot.choices and value not in slot.choices:
            return f"{name} must be one of {', '.join(slot.choices)}, not {quoted(value)}."
    elif kind in (int, float) and slot.low is not None and slot.high is not None and not slot.low <= value <= slot.high:
        return f"{name} must be {_figure(slot.low)}…{_figure(slot.high)}."
    return None


def _figure(bound: float) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)


def quoted(value: Any) -> str:
    """The value as JSON in ASCII, cut at 64 characters."""
    if isinstance(value, str):
        text = '"' + value[:_LONGEST_QUOTE].encode("ascii", "backslashreplace").decode() + '"'
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    elif isinstance(value, dict):
        return "an object"
    elif isinstance(value, list):
        return "a list"
    else:
        text = json.dumps(value).replace("e+", "e")
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
