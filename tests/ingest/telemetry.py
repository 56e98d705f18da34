"""Telemetry for tests: spans, log records and points with little said, and the events they become."""

import json
from typing import Any

from lynex.ingest.otlp_events import read_record
from lynex.ingest.otlp_records import Attributes, DataPoint, LogRecord, Record, Scope, Span, SpanEvent
from lynex.ingest.parcel import Sender
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent
from lynex.store.summary import detail_of

NOON = 1_795_262_400_000_000
TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
_SENDER = Sender("otlp.traces", "proj_a", None, NOON, {})
_PRICES = PriceBook()


def a_span(name: str, attributes: Attributes, *, parent: str | None = None, status: str = "unset", ms: int = 40,
           events: list[SpanEvent] | None = None, scope: str = "", message: str = "") -> Span:  # fmt: skip
    return Span(
        trace_id=TRACE, span_id=SPAN, parent_span_id=parent, name=name, kind="internal", start=NOON,
        end=NOON + 1000 * ms, status=status, status_message=message, attributes=attributes, events=events or [],
        links=[], resource={}, scope=Scope(scope),
    )  # fmt: skip


def a_log(name: str, attributes: Attributes, *, body: Any = None, traced: bool = True, severity: int = 9,
          resource: Attributes | None = None, scope: str = "", at: int = NOON) -> LogRecord:  # fmt: skip
    return LogRecord(
        trace_id=TRACE if traced else None, span_id=SPAN if traced else None, at=at, severity=severity,
        severity_text="", event_name=name, body=body, attributes=attributes, resource=resource or {},
        scope=Scope(scope),
    )  # fmt: skip


def a_point(
    metric: str, attributes: Attributes, *, value: float | None = None, total: float | None = None
) -> DataPoint:
    return DataPoint(
        metric=metric, unit="", kind="sum" if total is None else "histogram", temporality="delta", start=NOON, at=NOON,
        value=value, count=None if total is None else 2, sum=total, min=None, max=None, attributes=attributes,
        resource={}, scope=Scope(),
    )  # fmt: skip


def row_of(record: Record) -> StoredEvent:
    row = read_record(record, seq=1, sender=_SENDER, processed_at=NOON, prices=_PRICES, buffer=bytearray())
    assert "mapping_error" not in (row.attrs or ""), row.body
    return row


def event_of(record: Record) -> dict[str, Any]:
    """As the API answers it."""
    event = detail_of(row_of(record))
    assert json.loads(json.dumps(event)) == event
    return event
