"""What can be said: the envelope of an event, after it was understood and before it is interpreted."""

from typing import Any, Final

import msgspec

EVENT_TYPES: Final = (
    "log",
    "error",
    "span",
    "token_usage",
    "message",
    "agent_action",
    "tool_call",
    "model_response",
    "retrieval",
    "eval_metric",
    "custom",
)


class Event(msgspec.Struct, gc=False):
    """One valid event as sent. Field names we know are in snake_case, whatever the sender wrote; others as sent."""

    event_id: str  # made where the sender gave none
    type: str
    sent_at: int | None  # microseconds UTC
    sdk: dict[str, Any]
    context: dict[str, Any]
    body: dict[str, Any]
    size: int  # bytes as sent
