"""The way back from a stored row to what was received: an event of our own format, or a record of OpenTelemetry."""

from typing import Any, Final

import msgspec

from lynex.events.envelope import Event
from lynex.ingest.as_sent import as_sent
from lynex.ingest.normalise import CONTEXT_TEXTS
from lynex.ingest.otlp_records import Attributes, DataPoint, Link, LogRecord, Record, Scope, Span, SpanEvent
from lynex.store.stored_event import StoredEvent

_SIGNALS: Final = ("span", "log", "metric")
_CONTEXT: Final = (*CONTEXT_TEXTS, "tags", "step_index")
_FLAGS: Final = frozenset(("cycle", "clock_anomaly"))  # what normalise itself adds to the metadata of an event

Body = dict[str, Any]


def is_record(row: StoredEvent, body: Body) -> bool:
    """Whether the row was made of a record of OpenTelemetry: only these keep all of it in the body."""
    whole = "attributes" in body and "resource" in body and type(body.get("scope")) is dict
    return row.dialect is not None and whole and any(type(body.get(signal)) is dict for signal in _SIGNALS)


def record_of(row: StoredEvent, body: Body) -> Record:
    """The record that a row with this body was made of."""
    said = body["scope"]
    scope = Scope(said["name"], said["version"], said.get("attributes", {}))
    attributes, resource = body["attributes"], body["resource"]
    if "span" in body:
        return _span_of(row, body, attributes, resource, scope)
    if "log" in body:
        return _log_of(row, body["log"], attributes, resource, scope)
    point = body["metric"]
    return DataPoint(
        metric=point.get("name", ""),
        unit=point.get("unit", ""),
        kind=point.get("kind", ""),
        temporality=point.get("temporality", ""),
        start=point.get("start"),
        at=row.sent_at,
        value=point.get("value"),
        count=point.get("count"),
        sum=point.get("sum"),
        min=point.get("min"),
        max=point.get("max"),
        attributes=attributes,
        resource=resource,
        scope=scope,
    )


def _span_of(row: StoredEvent, body: Body, attributes: Attributes, resource: Attributes, scope: Scope) -> Span:
    raw = body["span"]
    trace_id, _, span_id = row.event_id.partition(":")
    parent = row.parent_event_id
    end = raw.get("end")
    only_end = row.sent_at == end and row.duration_ms is None  # then the event stands where the span ended
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent.partition(":")[2] if parent is not None else None,
        name=raw["name"],
        kind=raw["kind"],
        start=None if only_end else row.sent_at,
        end=end,
        status=raw["status"]["code"],
        status_message=raw["status"].get("message", ""),
        attributes=attributes,
        events=[SpanEvent(one["name"], one["at"], one["attributes"]) for one in body.get("events", ())],
        links=[Link(one["trace_id"], one["span_id"], one["attributes"]) for one in body.get("links", ())],
        resource=resource,
        scope=scope,
        trace_state=raw.get("trace_state", ""),
        flags=raw.get("flags", 0),
    )


def _log_of(row: StoredEvent, raw: Body, attributes: Attributes, resource: Attributes, scope: Scope) -> LogRecord:
    outside = raw.get("outside_trace", False)
    return LogRecord(
        trace_id=None if outside else row.trace_id,
        span_id=None if outside else row.span_id,
        at=raw.get("at"),
        severity=raw.get("severity", 0),
        severity_text=raw.get("severity_text", ""),
        event_name=raw.get("event_name", ""),
        body=raw.get("body"),
        attributes=attributes,
        resource=resource,
        scope=scope,
    )


def event_of(row: StoredEvent, body: Body, *, flagged: bool = True) -> Event:
    """The event of our own format that a row with this body was made of; its names in snake_case.

    Metadata that looks like flags of ours is taken for them, unless the caller knows that the event is not `flagged`.
    """
    fields = as_sent(body)
    left = msgspec.json.decode(row.context) if row.context else {}
    sdk = _sdk_of(row, left)
    placed = {name: value for name in _CONTEXT if (value := getattr(row, name)) is not None}
    context = placed | left  # what is left under such a name is not what its column says
    if "metadata" not in left and row.attrs is not None:
        metadata = msgspec.json.decode(row.attrs)
        if not (_is_of_body(fields) or (flagged and _are_flags(metadata))):
            context["metadata"] = metadata
    return Event(row.event_id, row.type, row.sent_at, sdk, context, fields, 0)


def _sdk_of(row: StoredEvent, left: Body) -> dict[str, Any]:
    """What the sender said of itself: its columns, and what else of it lies with the context, which it leaves."""
    columns = {"name": row.sdk_name, "version": row.sdk_version}
    sdk = {name: value for name, value in columns.items() if value is not None}
    place = "sdk (sender)" if "sdk (sender)" in left else "sdk"
    more = left.get(place)
    if type(more) is not dict or not more:
        return sdk
    placed = (name for name in columns.keys() & more.keys() if columns[name] is not None or type(more[name]) is str)
    if not any(placed):  # else it is a field of the context that has this name
        sdk = left.pop(place) | sdk
    return sdk


def _is_of_body(fields: Body) -> bool:
    own = fields.get("metadata")
    return type(own) is dict and bool(own)


def _are_flags(metadata: Any) -> bool:
    return bool(metadata) and all(name in _FLAGS and value is True for name, value in metadata.items())
