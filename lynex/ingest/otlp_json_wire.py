"""How OTLP looks in JSON. Every field may be missing or null, numbers may be text, unknown fields are passed over."""

from typing import Final

import msgspec

Number = int | float | str | None
_NULL: Final = msgspec.Raw(b"null")


class AnyValue(msgspec.Struct, rename="camel", gc=False):
    string_value: str | None = None
    int_value: Number = None
    double_value: Number = None
    bool_value: bool | None = None
    array_value: "ArrayValue | None" = None
    kvlist_value: "KeyValueList | None" = None
    bytes_value: str | None = None


class KeyValue(msgspec.Struct, gc=False):
    key: str | None = None
    value: AnyValue | None = None


Pairs = list[KeyValue] | None


class ArrayValue(msgspec.Struct, gc=False):
    values: list[AnyValue | None] | None = None


class KeyValueList(msgspec.Struct, gc=False):
    values: Pairs = None


class Resource(msgspec.Struct, gc=False):
    attributes: Pairs = None


class Scope(msgspec.Struct, gc=False):
    name: str | None = None
    version: str | None = None
    attributes: Pairs = None


class SpanEvent(msgspec.Struct, rename="camel", gc=False):
    name: str | None = None
    time_unix_nano: Number = None
    attributes: Pairs = None


class Link(msgspec.Struct, rename="camel", gc=False):
    trace_id: str | None = None
    span_id: str | None = None
    attributes: Pairs = None


class Status(msgspec.Struct, gc=False):
    code: Number = None
    message: str | None = None


class Span(msgspec.Struct, rename="camel", gc=False):
    trace_id: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    trace_state: str | None = None
    flags: Number = None
    name: str | None = None
    kind: Number = None
    start_time_unix_nano: Number = None
    end_time_unix_nano: Number = None
    attributes: Pairs = None
    events: list[SpanEvent] | None = None
    links: list[Link] | None = None
    status: Status | None = None


class LogRecord(msgspec.Struct, rename="camel", gc=False):
    time_unix_nano: Number = None
    observed_time_unix_nano: Number = None
    severity_number: Number = None
    severity_text: str | None = None
    body: AnyValue | None = None
    attributes: Pairs = None
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str | None = None


class DataPoint(msgspec.Struct, rename="camel", gc=False):
    """Of any kind of metric."""

    start_time_unix_nano: Number = None
    time_unix_nano: Number = None
    flags: Number = None
    as_double: Number = None
    as_int: Number = None
    count: Number = None
    sum: Number = None
    min: Number = None
    max: Number = None
    attributes: Pairs = None


class Points(msgspec.Struct, rename="camel", gc=False):
    data_points: list[DataPoint] | None = None
    aggregation_temporality: Number = None


class Metric(msgspec.Struct, rename="camel", gc=False):
    name: str | None = None
    unit: str | None = None
    gauge: Points | None = None
    sum: Points | None = None
    histogram: Points | None = None
    exponential_histogram: Points | None = None
    summary: Points | None = None


class SpansOfScope(msgspec.Struct, rename={"records": "spans"}, gc=False):
    scope: msgspec.Raw = _NULL
    records: list[msgspec.Raw] | None = None


class LogsOfScope(msgspec.Struct, rename={"records": "logRecords"}, gc=False):
    scope: msgspec.Raw = _NULL
    records: list[msgspec.Raw] | None = None


class MetricsOfScope(msgspec.Struct, rename={"records": "metrics"}, gc=False):
    scope: msgspec.Raw = _NULL
    records: list[msgspec.Raw] | None = None


class SpansOfResource(msgspec.Struct, rename={"scopes": "scopeSpans"}, gc=False):
    resource: msgspec.Raw = _NULL
    scopes: list[SpansOfScope] | None = None


class LogsOfResource(msgspec.Struct, rename={"scopes": "scopeLogs"}, gc=False):
    resource: msgspec.Raw = _NULL
    scopes: list[LogsOfScope] | None = None


class MetricsOfResource(msgspec.Struct, rename={"scopes": "scopeMetrics"}, gc=False):
    resource: msgspec.Raw = _NULL
    scopes: list[MetricsOfScope] | None = None


class Traces(msgspec.Struct, rename={"resources": "resourceSpans"}):
    resources: list[SpansOfResource] | None = None


class Logs(msgspec.Struct, rename={"resources": "resourceLogs"}):
    resources: list[LogsOfResource] | None = None


class Metrics(msgspec.Struct, rename={"resources": "resourceMetrics"}):
    resources: list[MetricsOfResource] | None = None
