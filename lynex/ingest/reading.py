"""One event while it is understood: what is left to read, what it means so far, what was sent where that differs."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from lynex.ingest.messages import (
    Conversation,
    Text,
    TextMessage,
    read_message,
    read_messages,
    same_json,
    usual_messages,
    write_message,
)
from lynex.ingest.tokens import Counted
from lynex.pricing.context import NO_CONTEXT, PriceContext
from lynex.store.stored_event import StoredEvent

PREVIEW: Final = 160
LONGEST_COLUMN: Final = 1024  # characters of a name or message in a column, which lists answer; the body has the whole
_LONGEST_MS: Final = 10**15
_PLACES: Final = 12
_TOO_MUCH: Final = Decimal(10**12)  # USD; the column holds twelve digits before the point
_QUANTUM: Final = Decimal(1).scaleb(-_PLACES)


class Reported(msgspec.Struct, frozen=True, gc=False):
    """A cost the sender worked out himself, in USD."""

    total: Decimal
    parts: dict[str, float] | None


class Reading(msgspec.Struct, gc=False):
    """`rest` starts as a copy of the body and shrinks; `body` grows into the canonical one; `sent` keeps what differs.

    A field that is not understood is kept: a wrong type never stops an event here.
    """

    row: StoredEvent
    rest: dict[str, Any]
    body: dict[str, Any] = msgspec.field(default_factory=dict)
    sent: dict[str, Any] = msgspec.field(default_factory=dict)
    derived: list[str] = msgspec.field(default_factory=list)
    flags: list[str] = msgspec.field(default_factory=list)
    counted: Counted | None = None
    reported: Reported | None = None
    price_context: PriceContext = NO_CONTEXT

    def text(self, field: str) -> str | None:
        """Take a text field; anything else under that name is set aside."""
        value = self.rest.pop(field, None)
        if value is None or type(value) is str:
            return value
        self.sent[field] = value
        return None

    def number(self, field: str) -> float | None:
        """Take a number of milliseconds. A negative one is a broken clock: 0, flagged."""
        value = self.rest.pop(field, None)
        if value is None:
            return None
        if (type(value) is not float and type(value) is not int) or value > _LONGEST_MS:
            self.sent[field] = value
            return None
        if value < 0:
            self.sent[field] = value
            self.flags.append("clock_anomaly")
            return 0
        return abs(value)  # -0.0 is 0

    def content(self, direction: str, fields: tuple[str, ...], role: str) -> None:
        """Make `input` or `output` of the first of `fields` that was sent; the others are set aside."""
        rest = self.rest
        candidates = iter(fields)
        for field in candidates:
            if field in rest:
                break
        else:
            return
        self.body[direction], shape, talk = read_content(rest.pop(field), role)
        self.sent[direction + "_from"] = field + shape
        if talk is not None and (talk.styles or talk.kept):
            self._note_talk(direction, talk)
        for other in candidates:  # those after it; the ones before were not sent
            if other in rest:
                self.sent[other] = rest.pop(other)

    def conversation(self, direction: str, message: dict[str, Any], source: str) -> None:
        """Make `input` or `output` of one message put together from several fields (`source` names them)."""
        self.body[direction], _, talk = read_content(message, "assistant")
        self.sent[direction + "_from"] = source
        if talk is not None:
            self._note_talk(direction, talk)

    def _note_talk(self, direction: str, talk: Conversation) -> None:
        if talk.styles:
            self.sent[f"{direction}_styles"] = talk.styles
        if talk.kept:
            self.sent[f"{direction}_kept"] = talk.kept


def read_content(value: Any, role: str) -> tuple[dict[str, Any], str, Conversation | None]:
    """(`{messages}` or `{value}`, the shape it came in, how the messages were written)."""
    kind = type(value)
    if kind is str:
        return {"messages": (TextMessage(role, (Text(value),)),)}, ".text", None
    if kind is list and value:
        usual = usual_messages(value)
        if usual is not None:
            return {"messages": usual}, "", None
        talk = read_messages(value, role)
        if talk is not None:
            return {"messages": talk.messages}, "", talk
    if kind is dict:
        message, style = read_message(value, role)
        if message is not None:
            exact = same_json(write_message(message, style), value)
            styles = {"0": style} if exact and style else None
            kept = None if exact else {"0": value}
            return {"messages": [message]}, ".message", Conversation([message], styles, kept)
    return {"value": value}, ".value", None


def read_cost(sent: Any) -> Reported | None:
    """A number, or parts with or without their total. None where it is no amount of USD."""
    if type(sent) is not dict:
        total = _dollars(sent)
        return Reported(total, None) if total is not None else None
    if str(sent.get("currency", "USD")).upper() != "USD":
        return None
    parts: dict[str, float] = {}
    summed = Decimal(0)
    for name in ("input", "output", "cache_read", "cache_write", "reasoning", "other"):
        amount = _dollars(sent.get(name, sent.get(f"{name}_cost")))
        if amount is not None:
            parts[name] = float(amount)
            summed += amount
    total = _dollars(sent.get("total", sent.get("total_cost")))
    if total is None and (not parts or summed >= _TOO_MUCH):
        return None
    return Reported(total if total is not None else summed, parts or None)


def _dollars(sent: Any) -> Decimal | None:
    if type(sent) is not int and type(sent) is not float:
        return None
    try:
        amount = Decimal(repr(sent))
        return amount.quantize(_QUANTUM) if 0 <= amount < _TOO_MUCH else None
    except InvalidOperation:
        return None


def preview_of(content: dict[str, Any] | None, *, last_user: bool) -> str | None:
    """The first characters of what went in (the user's latest words) or came out."""
    if content is None:
        return None
    messages = content.get("messages")
    if not messages:
        return preview(content.get("value"))
    chosen = messages[-1] if last_user else messages[0]
    if type(chosen) is TextMessage:  # then all are
        if last_user and chosen.role != "user":
            chosen = next((one for one in reversed(messages) if one.role == "user"), chosen)
        text: str = chosen.parts[0].content
        return text[:PREVIEW] if text else preview(chosen.parts[0])
    if last_user and chosen["role"] != "user":
        chosen = next((one for one in reversed(messages) if one["role"] == "user"), chosen)
    return _preview_of_parts(chosen["parts"])


def _preview_of_parts(parts: list[Any]) -> str | None:
    for part in parts:
        text = part.get("content")
        if part["type"] == "text" and type(text) is str and text:
            return text[:PREVIEW]
    for part in parts:
        if part["type"] == "tool_call":
            arguments = preview(part.get("arguments"))
            return f"{part.get('name')}({arguments if arguments is not None else ''})"[:PREVIEW]
        if part["type"] == "tool_call_response":
            return preview(part.get("result"))
    return preview(parts[0]) if parts else None


def preview(value: Any) -> str | None:
    """The first characters of any JSON value."""
    if value is None:
        return None
    if type(value) is str:
        return value[:PREVIEW]
    if type(value) is list and len(value) > PREVIEW:
        value = value[:PREVIEW]
    return msgspec.json.encode(value).decode()[:PREVIEW]
