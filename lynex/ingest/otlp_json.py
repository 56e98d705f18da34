"""OTLP in JSON: requests into portions, and spans and log records into plain values; never by way of protobuf.

Taken as senders write it: ids in hex or base64, 64-bit numbers as numbers or text, enums by number or name.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw

from lynex.errors import BadRequest, TooLarge
from lynex.events.syntax import count_parts
from lynex.ingest import otlp_json_wire as wire
from lynex.ingest.otlp_portions import CROWD_FROM, MOST_PARTS, Form, Portion, Unfit, Weighed, require_modest
from lynex.ingest.otlp_records import Attributes, Link, LogRecord, Scope, Span, SpanEvent
from lynex.ingest.otlp_values import (
    EMPTY_LOG,
    MAX_DEPTH,
    NO_IDS,
    SPAN_BYTES,
    TOO_DEEP,
    TRACE_BYTES,
    double_value,
    int_value,
    micros,
    read_id,
    read_integer,
    read_severity,
    read_span_kind,
    read_status,
)

Decoded = TypeVar("Decoded")
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_MOST_MEMBERS: Final = 1_000_000  # commas; taking more lists and objects apart would cost gigabytes
_ESCAPE: Final = re.compile(rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})(\\u[dD][c-fC-F][0-9a-fA-F]{2})?|u([dD][c-fC-F]..)|.)")

_decode_resource: Final = msgspec.json.Decoder(wire.Resource | None).decode
_decode_scope: Final = msgspec.json.Decoder(wire.Scope | None).decode
_decode_span: Final = msgspec.json.Decoder(wire.Span).decode
_decode_log: Final = msgspec.json.Decoder(wire.LogRecord).decode


def splitter(kind: Any) -> Callable[[bytes], Iterator[Portion]]:
    decode = msgspec.json.Decoder(kind).decode

    def split(data: bytes) -> Iterator[Portion]:
        """The records of a request with what they share. Raises `BadRequest`, `TooLarge`."""
        if len(data) > _MOST_MEMBERS and data.count(b",") > _MOST_MEMBERS:
            raise TooLarge(f"The request has more than {_MOST_MEMBERS} values.", hint="Send smaller batches.")
        try:
            for one in _decoded(decode, data).resources or ():
                resource_bytes = len(memoryview(one.resource))
                require_modest(resource_bytes)
                resource = attributes_of((_decode_resource(one.resource) or wire.Resource()).attributes)
                for inner in one.scopes or ():
                    shared_bytes = resource_bytes + len(memoryview(inner.scope))
                    require_modest(shared_bytes)
                    yield Portion(resource, _scope(inner.scope), inner.records or (), shared_bytes)
        except _UNDECODABLE as fault:
            raise BadRequest(f"The body is no OTLP request in JSON: {fault}.", code="invalid_json") from fault

    return split


def _decoded(decode: Callable[[bytes], Any], data: bytes) -> Any:
    """JavaScript cuts long texts between the halves of a character; such text is mended rather than lost."""
    try:
        return decode(data)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        mended = _ESCAPE.sub(_without_half, data)
        if mended == data:
            raise
        return decode(mended)


def _without_half(escape: re.Match[bytes]) -> bytes:
    high, low, lone_low = escape.groups()
    return b"\\ufffd" if lone_low or (high and not low) else escape[0]


def _scope(raw: Raw) -> Scope:
    found = _decode_scope(raw) or wire.Scope()
    return Scope(found.name or "", found.version or "", attributes_of(found.attributes))


def attributes_of(pairs: wire.Pairs) -> Attributes:
    return {pair.key or "": plain(pair.value) for pair in pairs} if pairs else {}


def plain(value: wire.AnyValue | None, depth: int = 0) -> Any:
    if value is None:
        return None
    if value.string_value is not None:
        return value.string_value
    if value.int_value is not None:
        return int_value(value.int_value)
    if value.double_value is not None:
        return double_value(value.double_value)
    if value.bool_value is not None:
        return value.bool_value
    if value.array_value is None and value.kvlist_value is None:
        return value.bytes_value
    if depth == MAX_DEPTH:
        return TOO_DEEP
    if value.array_value is not None:
        return [plain(member, depth + 1) for member in value.array_value.values or ()]
    return {pair.key or "": plain(pair.value, depth + 1) for pair in value.kvlist_value.values or ()}  # type: ignore[union-attr]


def opened(decode: Callable[[Raw], Decoded], raw: Raw) -> Decoded:
    """Raises `Unfit`."""
    size = len(memoryview(raw))
    if size > CROWD_FROM and count_parts(bytes(raw), MOST_PARTS) > MOST_PARTS:
        raise Unfit(f"it has more than {MOST_PARTS} lists and objects")
    try:
        return decode(raw)
    except _UNDECODABLE as fault:
        raise Unfit(f"it cannot be decoded: {str(fault)[:200]}") from None


def _weigh_span(raw: Raw) -> Weighed:
    span = opened(_decode_span, raw)
    if read_id(span.trace_id, TRACE_BYTES) is None or read_id(span.span_id, SPAN_BYTES) is None:
        raise Unfit(NO_IDS)
    return Weighed(1, 0, instant(span.end_time_unix_nano) or instant(span.start_time_unix_nano))


def _read_span(raw: Raw, portion: Portion) -> tuple[Span]:
    span = _decode_span(raw)
    status = span.status or wire.Status()
    return (
        Span(
            trace_id=read_id(span.trace_id, TRACE_BYTES) or "",
            span_id=read_id(span.span_id, SPAN_BYTES) or "",
            parent_span_id=read_id(span.parent_span_id, SPAN_BYTES),
            name=span.name or "",
            kind=read_span_kind(span.kind),
            start=instant(span.start_time_unix_nano),
            end=instant(span.end_time_unix_nano),
            status=read_status(status.code),
            status_message=status.message or "",
            attributes=attributes_of(span.attributes),
            events=[
                SpanEvent(event.name or "", instant(event.time_unix_nano), attributes_of(event.attributes))
                for event in span.events or ()
            ],
            links=[
                Link(
                    read_id(link.trace_id, TRACE_BYTES) or "",
                    read_id(link.span_id, SPAN_BYTES) or "",
                    attributes_of(link.attributes),
                )
                for link in span.links or ()
            ],
            resource=portion.resource,
            scope=portion.scope,
            trace_state=span.trace_state or "",
            flags=(read_integer(span.flags) or 0) & 0xFFFFFFFF,
        ),
    )


def _weigh_log(raw: Raw) -> Weighed:
    record = opened(_decode_log, raw)
    at = instant(record.time_unix_nano) or instant(record.observed_time_unix_nano)
    if not (at or record.event_name or record.attributes or record.body):
        raise Unfit(EMPTY_LOG)
    return Weighed(1, 0, at)


def _read_log(raw: Raw, portion: Portion) -> tuple[LogRecord]:
    record = _decode_log(raw)
    attributes = attributes_of(record.attributes)
    named = attributes.get("event.name")
    return (
        LogRecord(
            trace_id=read_id(record.trace_id, TRACE_BYTES),
            span_id=read_id(record.span_id, SPAN_BYTES),
            at=instant(record.time_unix_nano) or instant(record.observed_time_unix_nano),
            severity=read_severity(record.severity_number),
            severity_text=record.severity_text or "",
            event_name=record.event_name or (named if isinstance(named, str) else ""),
            body=plain(record.body),
            attributes=attributes,
            resource=portion.resource,
            scope=portion.scope,
        ),
    )


def instant(value: wire.Number) -> int | None:
    return micros(read_integer(value) or 0)


SPANS: Final = Form(splitter(wire.Traces), _weigh_span, _read_span)
LOGS: Final = Form(splitter(wire.Logs), _weigh_log, _read_log)
