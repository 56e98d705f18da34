"""From the bytes of a request to its events: all of them, or every fault of every one of them.

Nothing leaves here that could fail later. The verbatim JSON of each event goes to the journal beside the event.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct

from lynex.errors import Fault, InvalidInput
from lynex.events.careful import read_carefully
from lynex.events.envelope import Event
from lynex.events.findings import EventFindings, Findings, quoted, refuse
from lynex.events.limits import Limits
from lynex.events.quick import QuickReader, read_accepted
from lynex.events.syntax import count_parts, has_more_members, parse_loosely, text_of
from lynex.events.wire import decode_any_batch_body, decode_anything, decode_batch_body, decode_list, is_bottomless
from lynex.ids import new_event_id

_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_A_BATCH: Final = '{"events": [ … ]}, or an array of events'
_NO_EVENTS: Final = f"events is missing. Send {_A_BATCH}."
_LINE: Final = re.compile(rb"\S[^\n]*")
_MANY_MEMBERS: Final = 1_000_000
_BYTES_A_PART: Final = 2  # a list takes two brackets at least
_MAX_WARNINGS: Final = 20


class Decoded(Struct, frozen=True, gc=False):
    """The events of a request in order, repeats included, and what was noticed.

    `raws`: the verbatim JSON of each. `made_ids`: index to the id made for an event that had none.
    `duplicates`: events whose id stood earlier in the same request. `array`: all raws, where they came as one array.
    """

    events: list[Event]
    raws: Sequence[bytes | Raw]
    made_ids: dict[int, str]
    duplicates: int
    warnings: list[str]
    array: bytes | None = None


class Unreadable(Struct, frozen=True, gc=False):
    """A journaled event that cannot be understood (any more), for the dead letters."""

    raw: bytes
    reason: str


def decode_single(data: bytes, limits: Limits, project_id: str | None) -> Decoded:
    """One JSON object. Raises `InvalidInput`, `Forbidden` (`project_mismatch`), `UnsupportedMedia`."""
    event = _read_ordinary(data, limits, project_id)
    if event is not None:
        made_ids = {}
        if not event.event_id:
            event.event_id = made_ids[0] = new_event_id()
        return Decoded([event], [data.rstrip()], made_ids, 0, [])
    data = text_of(data).strip()
    if data.startswith(b"["):
        parse_loosely(data, limits.max_depth)
        raise refuse("not_an_object", "Send one JSON object here; batches go to /api/v1/events/batch.")
    return _Request(limits, project_id, is_single=True).read([data])


def _read_ordinary(data: bytes, limits: Limits, project_id: str | None) -> Event | None:
    """The event of most requests: they need none of what `_Request` keeps."""
    if data[:1] != b"{" or len(data) > _small(limits) or limits.max_batch_events < 1:
        return None
    return QuickReader(limits, project_id).read(data, len(data.rstrip()))


def _small(limits: Limits) -> int:
    """Bytes of an event that needs no measuring."""
    return min(limits.max_event_bytes, _BYTES_A_PART * limits.max_parts)


def decode_batch(data: bytes, limits: Limits, project_id: str | None) -> Decoded:
    """`{"events": […]}` or a bare array. Raises like `decode_single`."""
    request = _Request(limits, project_id)
    data = text_of(data).strip()
    return request.read(request.split(data), data if data.startswith(b"[") else None)


def decode_ndjson(data: bytes, limits: Limits, project_id: str | None) -> Decoded:
    """One JSON object a line; empty lines do not count. Raises like `decode_single`."""
    data = text_of(data)
    lines: list[bytes] = []
    numbers: list[int] = []
    number, counted = 1, 0
    for match in _LINE.finditer(data):
        start = data.rfind(b"\n", 0, match.start()) + 1  # spaces at its start count for the column of a fault
        number += data.count(b"\n", counted, start)
        counted = start
        numbers.append(number)
        lines.append(data[start : match.end()].rstrip())
    return _Request(limits, project_id, lines=numbers).read(lines)


def decode_journaled(data: bytes, made_ids: dict[int, str]) -> list[Event | Unreadable]:
    """The events of a JSON array that was accepted once: without limits, each on its own."""
    try:
        raws = decode_list(data)
    except _UNDECODABLE as error:
        return [Unreadable(bytes(data), f"The journaled array is no JSON: {error}")]
    return [_journaled(raw, made_ids.get(index)) for index, raw in enumerate(raws)]


def _journaled(raw: Raw, made_id: str | None) -> Event | Unreadable:
    size = len(memoryview(raw))
    event = read_accepted(raw, size)
    if event is None:
        findings = Findings()
        try:
            reading = read_carefully(decode_anything(raw), size, None, None, EventFindings(findings, None))
        except _UNDECODABLE as error:
            return Unreadable(bytes(raw), f"The event is no JSON: {error}")
        if reading.event is None:
            return Unreadable(bytes(raw), "; ".join(f"{f.field}: {f.message}" for f in findings.faults))
        event = reading.event
    if not event.event_id:
        if made_id is None:
            return Unreadable(bytes(raw), "eventId: the event has none and none was made for it.")
        event.event_id = made_id
    return event


class _Request:
    """One request on its way to `Decoded`. `lines`: the line number of each event, where lines are events."""

    def __init__(
        self, limits: Limits, project_id: str | None, *, is_single: bool = False, lines: list[int] | None = None
    ) -> None:
        self._limits = limits
        self._project_id = project_id
        self._is_single = is_single
        self._lines = lines
        self._findings = Findings()
        self._warnings: list[str] = []
        self._quick = QuickReader(limits, project_id)
        self._small = _small(limits)

    def split(self, data: bytes) -> list[Raw]:
        """The verbatim members of a batch."""
        if not data.startswith((b"[", b"{")):
            parse_loosely(data, self._limits.max_depth)
            raise refuse("not_an_object", f"A batch is {_A_BATCH}.")
        try:
            self._check_crowd(data)
            return decode_list(data) if data.startswith(b"[") else self._members_of_object(data)
        except _UNDECODABLE as error:
            raise self._explain(data, error) from None

    def read(self, raws: Sequence[bytes | Raw], array: bytes | None = None) -> Decoded:
        self._check_count(len(raws))
        read_quickly, small = self._quick.read, self._small
        events: list[Event] = []
        made_ids: dict[int, str] = {}
        for index, raw in enumerate(raws):
            size = len(memoryview(raw))
            event = read_quickly(raw, size) if size <= small else None
            if event is None:
                event = self._look_closer(index, raw, size)
                if event is None:
                    continue
            if not event.event_id:
                event.event_id = made_ids[index] = new_event_id()
            events.append(event)
        self._findings.raise_if_any(len(raws))
        duplicates = len(events) - len({event.event_id for event in events})
        return Decoded(events, raws, made_ids, duplicates, self._shown_warnings(), array)

    def _members_of_object(self, data: bytes) -> list[Raw]:
        try:
            return decode_batch_body(data).events
        except msgspec.ValidationError as unexpected:
            events = _events_in(data)
            stray = str(unexpected).partition("unknown field `")[2].partition("`")[0]
            self._warn(None, [f"field {quoted(stray)} beside events is not known and was ignored"])
            return decode_list(events)

    def _check_crowd(self, data: bytes) -> None:
        """Taking a batch of millions of numbers apart would cost gigabytes before it could be refused."""
        if len(data) > _MANY_MEMBERS and data.count(b",") > _MANY_MEMBERS:
            most = self._limits.max_batch_events
            events = data if data.startswith(b"[") else bytes(_events_in(data))
            if has_more_members(events, most):
                raise refuse("batch_too_large", f"More than {most} events; the limit is {most}.")

    def _check_count(self, count: int) -> None:
        if not count:
            raise refuse("empty_batch", "The batch has no events.")
        most = self._limits.max_batch_events
        if count > most:
            raise refuse("batch_too_large", f"{count} events; the limit is {most}.")

    def _look_closer(self, index: int, raw: bytes | Raw, size: int) -> Event | None:
        findings = EventFindings(self._findings, None if self._is_single else index)
        if size > self._small:
            if not self._is_in_proportion(raw, size, findings):
                return None
            event = self._quick.read(raw, size)
            if event is not None:
                return event
        try:
            value, strict_error = decode_anything(raw), None
        except _UNDECODABLE as error:
            value, strict_error = self._parse_loosely(index, bytes(raw), findings), error
        if findings:
            return None
        is_strict = strict_error is None
        reading = read_carefully(value, size, self._limits, self._project_id, findings, is_strict=is_strict)
        if strict_error is not None and not findings:
            findings.add("", "invalid_json", f"Invalid JSON: {strict_error}.")
            return None
        self._warn(index, reading.warnings)
        return reading.event

    def _is_in_proportion(self, raw: bytes | Raw, size: int, findings: EventFindings) -> bool:
        limits = self._limits
        if size > limits.max_event_bytes:
            message = f"The event has {size} bytes; the limit is {limits.max_event_bytes}."
            findings.add("", "event_too_large", message)
            return False
        parts = count_parts(bytes(raw), limits.max_parts)
        if parts > limits.max_parts and not is_bottomless(raw):
            message = f"The event has {parts} lists and objects; the limit is {limits.max_parts}."
            findings.add("", "too_complex", message)
            return False
        return True

    def _parse_loosely(self, index: int, raw: bytes, findings: EventFindings) -> Any:
        try:
            if self._lines is not None:
                return parse_loosely(raw, self._limits.max_depth, line=self._lines[index])
            return parse_loosely(raw, self._limits.max_depth, of="" if self._is_single else " of the event")
        except InvalidInput as error:
            findings.add("", error.code, error.detail)
            return None

    def _explain(self, data: bytes, error: Exception) -> InvalidInput:
        """Why a batch could not even be split; raises as soon as that is known."""
        value = parse_loosely(data, self._limits.max_depth)
        members = value.get("events") if isinstance(value, dict) else value
        if isinstance(value, dict) and members is None:
            return refuse("missing_field", _NO_EVENTS)
        if isinstance(members, list):
            self._check_count(len(members))
            for index, member in enumerate(members):
                findings = EventFindings(self._findings, index)
                read_carefully(member, 0, self._limits, self._project_id, findings, is_strict=False)
            self._findings.raise_if_any(len(members))
        return refuse("invalid_json", f"Invalid JSON: {error}.")

    def _warn(self, index: int | None, warnings: list[str]) -> None:
        where = "" if index is None or self._is_single else f"event {index}: "
        self._warnings.extend(where + warning for warning in warnings)

    def _shown_warnings(self) -> list[str]:
        unnamed = len(self._warnings) - _MAX_WARNINGS
        return self._warnings if unnamed <= 0 else [*self._warnings[:_MAX_WARNINGS], f"{unnamed} more warnings"]


def _events_in(data: bytes) -> Raw:
    events = decode_any_batch_body(data).events
    if events is UNSET:
        raise refuse("missing_field", _NO_EVENTS)
    if not bytes(events).startswith(b"["):
        fault = Fault("events", "wrong_type", "events must be a list.")
        raise InvalidInput(fault.message, code=fault.code, faults=(fault,))
    return events
