"""OTLP in protobuf: requests into portions, and spans and log records into plain values."""

import base64
from collections.abc import Iterable, Iterator
from typing import Any, Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as WireLog
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from lynex.errors import BadRequest
from lynex.ingest.otlp_portions import CROWD_FROM, MOST_PARTS, Form, Portion, Unfit, Weighed, require_modest
from lynex.ingest.otlp_records import Attributes, Link, LogRecord, Scope, Span, SpanEvent
from lynex.ingest.otlp_values import (
    EMPTY_LOG,
    MAX_DEPTH,
    NO_IDS,
    SPAN_BYTES,
    TOO_DEEP,
    TRACE_BYTES,
    WRONG_IDS,
    micros,
    plain_float,
    span_kind,
    status_name,
)
from lynex.ingest.otlp_wire import Broken, count_messages, parts_of, with_sound_texts

_NO_TRACE: Final = bytes(TRACE_BYTES)
_NO_SPAN: Final = bytes(SPAN_BYTES)


def split(data: bytes) -> Iterator[Portion]:
    """The records of a request with what they share. Raises `BadRequest` where the levels around them are broken."""
    try:
        for number, start, end in parts_of(data, 0, len(data)):
            if number == 1:
                yield from _portions(data, start, end)
    except (Broken, DecodeError) as fault:
        raise BadRequest(f"The body is no OTLP request in protobuf: {fault}.", code="invalid_protobuf") from fault


def _portions(data: bytes, start: int, end: int) -> Iterator[Portion]:
    """Those of one resource. A message that comes in pieces is whole when they are put together."""
    inner = list(parts_of(data, start, end))
    shared = b"".join([data[first:last] for number, first, last in inner if number == 1])
    require_modest(len(shared))
    resource = attributes_of(decoded(Resource, shared).attributes) if shared else {}
    for number, first, last in inner:
        if number == 2:
            parts = list(parts_of(data, first, last))
            scope = b"".join([data[a:b] for field, a, b in parts if field == 1])
            require_modest(len(shared) + len(scope))
            records = [data[a:b] for field, a, b in parts if field == 2]
            yield Portion(resource, _scope(scope), records, len(shared) + len(scope))


def _scope(data: bytes) -> Scope:
    if not data:
        return Scope()
    found = decoded(InstrumentationScope, data)
    return Scope(found.name, found.version, attributes_of(found.attributes))


def decoded(kind: Any, raw: bytes) -> Any:
    """One message, its texts mended where they are not UTF-8. Raises `DecodeError` and `Broken`."""
    try:
        return kind.FromString(raw)
    except DecodeError:
        mended = with_sound_texts(raw, kind.DESCRIPTOR)
        if mended == raw:
            raise
        return kind.FromString(mended)


def open_record(kind: Any, raw: bytes) -> Any:
    """A record as it is seen first. Raises `Unfit`."""
    try:
        if len(raw) > CROWD_FROM and count_messages(raw, kind.DESCRIPTOR, MOST_PARTS) > MOST_PARTS:
            raise Unfit(f"it has more than {MOST_PARTS} attributes and values")
        return decoded(kind, raw)
    except (DecodeError, Broken) as fault:
        raise Unfit(f"it cannot be decoded: {str(fault)[:200]}") from None


def attributes_of(pairs: Iterable[Any]) -> Attributes:
    """Most values are text or numbers, and asking which they are costs more than looking."""
    found: Attributes = {}
    for pair in pairs:
        value = pair.value
        found[pair.key] = value.string_value or value.int_value or plain(value)
    return found


def plain(value: Any, depth: int = 0) -> Any:
    which = value.WhichOneof("value")
    if which == "string_value":
        return value.string_value
    if which == "int_value":
        return value.int_value
    if which == "bool_value":
        return value.bool_value
    if which == "double_value":
        return plain_float(value.double_value)
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    if which not in ("array_value", "kvlist_value"):
        return None
    if depth == MAX_DEPTH:
        return TOO_DEEP
    if which == "array_value":
        return [plain(member, depth + 1) for member in value.array_value.values]
    return {pair.key: plain(pair.value, depth + 1) for pair in value.kvlist_value.values}


def _weigh_span(raw: bytes) -> Weighed:
    span = open_record(WireSpan, raw)
    trace_id, span_id = span.trace_id, span.span_id
    if len(trace_id) != TRACE_BYTES or len(span_id) != SPAN_BYTES or trace_id == _NO_TRACE or span_id == _NO_SPAN:
        raise Unfit(NO_IDS)
    return Weighed(1, 0, micros(span.end_time_unix_nano or span.start_time_unix_nano))


def _read_span(raw: bytes, portion: Portion) -> tuple[Span]:
    span = decoded(WireSpan, raw)
    status = span.status
    return (
        Span(
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_span_id=_span_id(span.parent_span_id),
            name=span.name,
            kind=span_kind(span.kind),
            start=micros(span.start_time_unix_nano),
            end=micros(span.end_time_unix_nano),
            status=status_name(status.code),
            status_message=status.message,
            attributes=attributes_of(span.attributes),
            events=[_event(event) for event in span.events],
            links=[_link(link) for link in span.links],
            resource=portion.resource,
            scope=portion.scope,
            trace_state=span.trace_state,
            flags=span.flags,
        ),
    )


def _event(event: Any) -> SpanEvent:
    return SpanEvent(event.name, micros(event.time_unix_nano), attributes_of(event.attributes))


def _link(link: Any) -> Link:
    return Link(link.trace_id.hex(), link.span_id.hex(), attributes_of(link.attributes))


def _span_id(raw: bytes) -> str | None:
    return raw.hex() if len(raw) == SPAN_BYTES and raw != _NO_SPAN else None


def _trace_id(raw: bytes) -> str | None:
    return raw.hex() if len(raw) == TRACE_BYTES and raw != _NO_TRACE else None


def _weigh_log(raw: bytes) -> Weighed:
    record = open_record(WireLog, raw)
    nanos = record.time_unix_nano or record.observed_time_unix_nano
    if not (nanos or record.event_name or len(record.attributes) or record.HasField("body")):
        raise Unfit(EMPTY_LOG)
    if len(record.trace_id) not in (0, TRACE_BYTES) or len(record.span_id) not in (0, SPAN_BYTES):
        raise Unfit(WRONG_IDS)
    return Weighed(1, 0, micros(nanos))


def _read_log(raw: bytes, portion: Portion) -> tuple[LogRecord]:
    record = decoded(WireLog, raw)
    attributes = attributes_of(record.attributes)
    named = attributes.get("event.name")
    return (
        LogRecord(
            trace_id=_trace_id(record.trace_id),
            span_id=_span_id(record.span_id),
            at=micros(record.time_unix_nano or record.observed_time_unix_nano),
            severity=record.severity_number if 0 <= record.severity_number <= 24 else 0,
            severity_text=record.severity_text,
            event_name=record.event_name or (named if isinstance(named, str) else ""),
            body=plain(record.body),
            attributes=attributes,
            resource=portion.resource,
            scope=portion.scope,
        ),
    )


SPANS: Final = Form(split, _weigh_span, _read_span)
LOGS: Final = Form(split, _weigh_log, _read_log)
