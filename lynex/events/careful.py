"""One event, read with care: every fault found and named. Ordinary events never come this way (see `quick`)."""

import difflib
from dataclasses import dataclass, field
from typing import Any, Final

from lynex.events.envelope import EVENT_TYPES, Event
from lynex.events.findings import EnoughFaults, EventFindings, inside, quoted
from lynex.events.identifiers import has_control, is_event_id
from lynex.events.levels import respell_level
from lynex.events.limits import Limits
from lynex.events.numbers import BadNumber
from lynex.events.shapes import BODY, CONTEXT, SDK, Shape
from lynex.events.spelling import Conflict
from lynex.events.structure import inspect_value, is_ordinary
from lynex.events.timestamps import BadTimestamp, read_instant
from lynex.events.wire import ENVELOPE_FIELDS

UNPLACED: Final = "envelope"
"""Where in the context envelope fields are kept that we do not know."""
_TWINS: Final = (("eventId", "event_id"), ("projectId", "project_id"))


@dataclass(slots=True)
class Reading:
    """What reading one event gave besides the event."""

    event: Event | None = None  # with an empty id where the sender gave none
    warnings: list[str] = field(default_factory=list)


def read_carefully(
    value: Any,
    size: int,
    limits: Limits | None,
    project_id: str | None,
    findings: EventFindings,
    *,
    is_strict: bool = True,
) -> Reading:
    """The event, or faults in `findings`. Without `limits` (it was accepted once) only its meaning is checked.

    `is_strict`: the value came from the strict decoder, so that its numbers and texts are real ones.
    """
    reading = Reading()
    try:
        if not isinstance(value, dict):
            findings.add("", "not_an_object", f"An event must be a JSON object, not {_kind_of(value)}.")
            return reading
        event = _read(_Sent(value, findings), size, limits, project_id, reading)
        if not (is_strict and is_ordinary(value, limits)):
            inspect_value(value, limits, findings)
    except EnoughFaults:
        return reading
    reading.event = None if findings else event
    return reading


def _read(sent: "_Sent", size: int, limits: Limits | None, project_id: str | None, reading: Reading) -> Event:
    event_id = sent.event_id()
    sent.check_project(project_id)
    type_ = sent.type()
    sent_at = sent.instant(limits, reading)
    sdk = sent.part("sdk", SDK)
    context = sent.with_unplaced(sent.part("context", CONTEXT), reading)
    return Event(event_id, type_, sent_at, sdk, context, sent.body(type_), size)


class _Sent:
    """The members of one envelope, whichever way they are spelled."""

    def __init__(self, value: dict[str, Any], findings: EventFindings) -> None:
        self._value = value
        self._findings = findings
        for camel, snake in _TWINS:
            one, other = value.get(camel), value.get(snake)
            if one is not None and other is not None and one != other:
                message = f"{camel} and {snake} have different values; send one."
                findings.add(camel, "conflicting_fields", message)

    def _find(self, camel: str, snake: str) -> tuple[str, Any]:
        return (camel, self._value[camel]) if self._value.get(camel) is not None else (snake, self._value.get(snake))

    def event_id(self) -> str:
        name, value = self._find("eventId", "event_id")
        if not self._is_text(name, value):
            return ""
        if not is_event_id(value):
            message = f"{name} must be 1 to 128 of A-Z a-z 0-9 . _ : - and not {quoted(value)}."
            self._findings.add(name, "invalid_event_id", message)
        return str(value)

    def check_project(self, project_id: str | None) -> None:
        name, value = self._find("projectId", "project_id")
        if self._is_text(name, value) and project_id is not None and value != project_id:
            self._findings.add_foreign(name)

    def _is_text(self, name: str, value: object) -> bool:
        if value is None or isinstance(value, BadNumber):
            return False
        if not isinstance(value, str):
            self._findings.add(name, "wrong_type", f"{name} must be a string, not {quoted(value)}.")
            return False
        if has_control(value):
            self._findings.add(name, "invalid_identifier", f"{name} must not contain control characters.")
            return False
        return True

    def type(self) -> str:
        value = self._value.get("type")
        if value is None:
            batch = "This is a batch: send it to /api/v1/events/batch. " if "events" in self._value else ""
            message = f"{batch}type is missing; it is one of {', '.join(EVENT_TYPES)}."
            self._findings.add("type", "missing_field", message)
        elif self._is_text("type", value) and value not in EVENT_TYPES:
            nearest = _nearest_type(value)
            guess = f"Did you mean {nearest}? " if nearest else ""
            message = f"{quoted(value)} is not a type. {guess}Types are {', '.join(EVENT_TYPES)}."
            self._findings.add("type", "unknown_type", message)
        else:
            return str(value)
        return ""

    def instant(self, limits: Limits | None, reading: Reading) -> int | None:
        value = self._value.get("timestamp")
        if value is None or isinstance(value, BadNumber):
            return None
        try:
            instant = read_instant(value, limits.now if limits is not None else 0)
        except BadTimestamp as fault:
            self._findings.add("timestamp", fault.code, fault.message)
            return None
        if limits is not None and limits.oldest is not None and instant.micros < limits.oldest:
            message = "timestamp is older than this server keeps events (setting retention.days)."
            self._findings.add("timestamp", "older_than_retention", message)
        if instant.assumed_utc:
            reading.warnings.append(f"timestamp {quoted(value)} has no offset and was taken as UTC")
        return instant.micros

    def part(self, name: str, shape: Shape) -> dict[str, Any]:
        return self._read_part(name, self._value.get(name), shape)

    def _read_part(self, name: str, value: object, shape: Shape) -> dict[str, Any]:
        if value is None or isinstance(value, BadNumber):
            return {}
        if not isinstance(value, dict):
            self._findings.add(name, "wrong_type", f"{name} must be an object, not {quoted(value)}.")
            return {}
        shape.check(value, name, self._findings)
        try:
            return shape.spelling.respell(value)
        except Conflict:
            return {}  # the check named it

    def body(self, type_: str) -> dict[str, Any]:
        shape = BODY.get(type_, BODY["custom"])
        if self._value.get("body") is None:
            strays = self._unplaced()
            if strays:
                message = f"body is missing; fields such as {quoted(next(iter(strays)))} belong inside it."
                self._findings.add("body", "missing_field", message)
            return {}
        body = self._value["body"]
        return self._read_part("body", respell_level(body) if isinstance(body, dict) else body, shape)

    def _unplaced(self) -> dict[str, Any]:
        return {name: value for name, value in self._value.items() if name not in ENVELOPE_FIELDS}

    def with_unplaced(self, context: dict[str, Any], reading: Reading) -> dict[str, Any]:
        """Fields of the envelope that we do not know are not lost: they are kept in the context."""
        strays = self._unplaced()
        if not strays:
            return context
        kept = context.get(UNPLACED)
        if kept is not None and not isinstance(kept, dict):
            place = inside("context", UNPLACED)
            self._findings.add(place, "wrong_type", f"{place} must be an object, not {quoted(kept)}.")
            return context
        stray = quoted(next(iter(strays)))
        reading.warnings.append(f"field {stray} of the envelope is not known; kept in context.{UNPLACED}")
        return {**context, UNPLACED: {**(kept or {}), **strays}}


def _kind_of(value: object) -> str:
    if isinstance(value, BadNumber):
        return "a number"
    return "text" if isinstance(value, str) else quoted(value)


def _nearest_type(text: str) -> str | None:
    wanted = text.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in EVENT_TYPES:
        return wanted
    squeezed = {name.replace("_", ""): name for name in EVENT_TYPES}
    found = squeezed.get(wanted.replace("_", ""))
    if found is not None:
        return found
    close = difflib.get_close_matches(wanted[:64], EVENT_TYPES, n=1, cutoff=0.6)
    return close[0] if close else None
