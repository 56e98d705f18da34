"""What the server would refuse, found before it is sent: its rules for what people get wrong, in its words."""

from __future__ import annotations

import re
from typing import Any, Final

TYPES: Final = (
    "log", "error", "span", "token_usage", "message", "agent_action", "tool_call", "model_response", "retrieval",
    "eval_metric", "custom",
)  # fmt: skip
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_MOST: Final = 2**53 - 1
_LEVELS: Final = frozenset(("debug", "info", "warning", "error"))
_TEXTS: Final = frozenset(
    ("model", "provider", "response_model", "response_id", "name", "tool", "tool_type", "call_id", "metric",
     "evaluator", "kind", "logger", "role", "channel")
)  # fmt: skip
_OBJECTS: Final = frozenset(("parameters", "attributes", "state", "state_patch", "metadata"))
_MILLISECONDS: Final = frozenset(("latency_ms", "duration_ms", "ttft_ms"))


def fault_of(event_id: str, kind: str, body: dict[str, Any]) -> str | None:
    """What is wrong with the event as `field: message`; None when nothing is."""
    if kind not in TYPES:
        return f"type: must be one of {', '.join(TYPES)}"
    if not _EVENT_ID.fullmatch(event_id):
        return "eventId: must be 1 to 128 of A–Z a–z 0–9 . _ : -"
    for field, value in body.items():
        if value is None:
            continue
        problem = _problem(field, value)
        if problem:
            return f"body.{field}: {problem}"
    return None


def _problem(field: str, value: Any) -> str | None:
    if field in _TEXTS and not isinstance(value, str):
        return "must be text"
    if field in _OBJECTS and not isinstance(value, dict):
        return "must be an object"
    if field in _MILLISECONDS and (isinstance(value, bool) or not isinstance(value, (int, float))):
        return "must be a number of milliseconds"
    if field in ("tokens", "usage"):
        return _problem_of_tokens(value)
    if field == "level" and value not in _LEVELS:
        return "must be one of debug, info, warning, error"
    if field == "status" and value not in ("ok", "error"):
        return "must be ok or error"
    if field == "score" and not isinstance(value, (bool, int, float)):
        return "must be a number or true or false"
    return None


def _problem_of_tokens(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "must be an object such as {input, output}"
    for name, count in value.items():
        if isinstance(count, (dict, list)) or count is None:
            continue
        if isinstance(count, bool) or not isinstance(count, int):
            return f"{name} must be a whole number"
        if not 0 <= count <= _MOST:
            return f"{name} must be between 0 and {_MOST}"
    return None
