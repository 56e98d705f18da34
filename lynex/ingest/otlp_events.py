"""One record of OpenTelemetry → one event, finished: id, place in time, what its dialect means, price, raw attributes.

It never fails on a record that was accepted: what a dialect stumbles over is stored as plain OpenTelemetry, flagged.
"""

from hashlib import blake2b
from typing import Any, Final

import msgspec

from lynex.events.timestamps import EARLIEST, LATEST
from lynex.ingest.completion import complete
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.mapping import MAPPING_VERSION, draft_of_log, draft_of_point, draft_of_span, plain_draft
from lynex.ingest.enrich import enrich
from lynex.ingest.normalise import place_in_time
from lynex.ingest.otlp_records import DataPoint, LogRecord, Record, Scope, Span
from lynex.ingest.parcel import Sender
from lynex.ingest.reading import Reading
from lynex.ingest.vectors import without_vectors
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent

_SORTED: Final = msgspec.json.Encoder(order="sorted")


def read_record(
    record: Record, *, seq: int, sender: Sender, processed_at: int, prices: PriceBook, buffer: bytearray
) -> StoredEvent:
    """The row to store. Only its scope may still change, by what else is known of the same call (`RecentCalls`)."""
    try:
        return _finished(record, _draft_of(record), seq, sender, processed_at, prices, buffer)
    except MemoryError:
        raise
    except Exception as fault:  # a fault of our mapping must not cost a sender his record: it is stored plainly
        plain = plain_draft(record, f"{type(fault).__name__}: {fault}")
        return _finished(record, plain, seq, sender, processed_at, prices, buffer)


def _draft_of(record: Record) -> Draft:
    if isinstance(record, Span):
        return draft_of_span(record)
    return draft_of_log(record) if isinstance(record, LogRecord) else draft_of_point(record)


def _finished(
    record: Record, draft: Draft, seq: int, sender: Sender, processed_at: int, prices: PriceBook, buffer: bytearray
) -> StoredEvent:
    row = StoredEvent(
        seq=seq,
        project_id=sender.project_id,
        event_id="",
        type="span",
        at=sender.received_at,
        received_at=sender.received_at,
        processed_at=processed_at,
        key_id=sender.key_id,
        mapping=MAPPING_VERSION,
    )
    sent_at = _fill_identity(record, row, draft)
    if sent_at is not None and EARLIEST < sent_at <= LATEST:
        row.sent_at = sent_at
        place_in_time(row, sent_at)
    row.sdk_name, row.sdk_version = record.scope.name or None, record.scope.version or None
    reading = complete(draft, row)
    _add_raw(record, reading)
    return enrich(reading, prices, processed_at, buffer)


def _fill_identity(record: Record, row: StoredEvent, draft: Draft) -> int | None:
    """Ids and parents; the instant the record itself names."""
    if isinstance(record, Span):
        row.event_id = f"{record.trace_id}:{record.span_id}"
        row.trace_id, row.span_id = record.trace_id, record.span_id
        if record.parent_span_id is not None:
            row.parent_event_id = f"{record.trace_id}:{record.parent_span_id}"
        row.duration_ms = record.duration_ms
        if record.start is not None and record.end is not None and record.end < record.start:
            draft.flags.append("clock_anomaly")
        if row.parent_event_id == row.event_id:
            draft.flags.append("cycle")
        return record.start if record.start is not None else record.end
    if isinstance(record, LogRecord):
        return _fill_identity_of_log(record, row, draft)
    row.event_id = f"metric:{_digest_of_point(record)}"
    return record.at


def _fill_identity_of_log(record: LogRecord, row: StoredEvent, draft: Draft) -> int | None:
    """A record outside any trace stands in the one its dialect made of a session, if it did."""
    context = draft.context
    row.event_id = f"log:{_digest_of_log(record)}"
    row.trace_id, row.span_id = record.trace_id, record.span_id
    if record.trace_id is not None and record.span_id is not None:
        row.parent_event_id = f"{record.trace_id}:{record.span_id}"
    elif record.trace_id is None and "trace_id" in context:
        row.trace_id, row.span_id = context["trace_id"], context.get("span_id")
        row.parent_event_id = context.get("parent_event_id")
        if row.span_id is not None:
            row.event_id = f"{row.trace_id}:{row.span_id}"
    if record.at is None or draft.duration_ms is None:
        return record.at
    began = record.at - round(draft.duration_ms * 1000)  # it is written when what it tells of is over
    return began if began >= 0 else record.at


def _digest_of_log(record: LogRecord) -> str:
    """32 hex digits that a record sent twice has twice."""
    service = record.resource.get("service.name")
    return _digest(
        record.trace_id, record.span_id, record.at, record.event_name, record.body, record.attributes, service
    )


def _digest_of_point(point: DataPoint) -> str:
    values = (point.value, point.count, point.sum, point.min, point.max)
    service = point.resource.get("service.name")
    return _digest(point.metric, point.kind, point.start, point.at, values, point.attributes, service)


def _digest(*identity: Any) -> str:
    return blake2b(_SORTED.encode(identity), digest_size=16).hexdigest()


def _add_raw(record: Record, reading: Reading) -> None:
    """What was sent, whole: `remap` and the OTLP export go by it."""
    body = reading.body
    body["attributes"] = without_vectors(record.attributes, reading.row.kind == "embedding")
    body["resource"] = record.resource
    body["scope"] = _scope(record.scope)
    if isinstance(record, Span):
        _add_raw_span(record, body)
    elif isinstance(record, LogRecord):
        body["log"] = _present(
            at=record.at,  # the event may have begun before it was written down
            severity=record.severity or None,
            severity_text=record.severity_text,
            event_name=record.event_name,
            outside_trace=True if record.trace_id is None and reading.row.trace_id is not None else None,
        )
        if record.body is not None:
            body["log"]["body"] = record.body
    else:
        body["metric"] = _present(
            name=record.metric, unit=record.unit, kind=record.kind, temporality=record.temporality, start=record.start,
            value=record.value, count=record.count, sum=record.sum, min=record.min, max=record.max,
        )  # fmt: skip


def _add_raw_span(span: Span, body: dict[str, Any]) -> None:
    if span.events:
        body["events"] = [
            {"name": one.name, "at": one.at, "attributes": without_vectors(one.attributes)} for one in span.events
        ]
    if span.links:
        body["links"] = [
            {"trace_id": one.trace_id, "span_id": one.span_id, "attributes": one.attributes} for one in span.links
        ]
    raw: dict[str, Any] = {"name": span.name, "kind": span.kind, "status": {"code": span.status}}
    if span.status_message:
        raw["status"]["message"] = span.status_message
    if span.trace_state:
        raw["trace_state"] = span.trace_state
    if span.flags:
        raw["flags"] = span.flags
    raw["end"] = span.end
    body["span"] = raw


def _scope(scope: Scope) -> dict[str, Any]:
    said: dict[str, Any] = {"name": scope.name, "version": scope.version}
    if scope.attributes:
        said["attributes"] = scope.attributes
    return said


def _present(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != ""}
