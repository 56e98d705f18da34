"""OTLP requests as exporters send them: built with the official classes, and the same in JSON."""

import base64
import json
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics, ScopeMetrics
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

TRACE = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")
START_NS = 1_763_640_000_123_456_789
_IDS = ("traceId", "spanId", "parentSpanId")


def any_value(value: Any) -> AnyValue:
    if value is None:
        return AnyValue()
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[any_value(member) for member in value]))
    if isinstance(value, dict):
        return AnyValue(kvlist_value=KeyValueList(values=pairs(value)))
    return AnyValue(string_value=value)


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def a_span(number: int = 1, attributes: dict[str, Any] | None = None, **more: Any) -> Span:
    """A model call of 5 ms, a child of span 1 unless it is that itself."""
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": f"Q {number}"}]}]),
    }
    span = Span(
        trace_id=TRACE,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=b"" if number == 1 else (1).to_bytes(8, "big"),
        name="chat gpt-4o-mini",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=START_NS,
        end_time_unix_nano=START_NS + 5_000_000,
        attributes=pairs(said if attributes is None else attributes),
    )
    span.MergeFrom(Span(**more))
    return span


def traces(*spans: Span, resource: dict[str, Any] | None = None) -> ExportTraceServiceRequest:
    scope = ScopeSpans(scope=InstrumentationScope(name="tests", version="1.0"), spans=spans)
    shared = Resource(attributes=pairs({"service.name": "shop"} if resource is None else resource))
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=shared, scope_spans=[scope])])


def logs(*records: LogRecord) -> ExportLogsServiceRequest:
    scope = ScopeLogs(scope=InstrumentationScope(name="tests"), log_records=records)
    shared = Resource(attributes=pairs({"service.name": "shop"}))
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(resource=shared, scope_logs=[scope])])


def metrics(*found: Metric) -> ExportMetricsServiceRequest:
    shared = Resource(attributes=pairs({"service.name": "shop"}))
    scope = ScopeMetrics(scope=InstrumentationScope(name="tests"), metrics=found)
    return ExportMetricsServiceRequest(resource_metrics=[ResourceMetrics(resource=shared, scope_metrics=[scope])])


def as_json(request: Any) -> dict[str, Any]:
    """As OTLP wants it: proto3 JSON, but with ids in hex and enums as numbers."""
    found: dict[str, Any] = MessageToDict(request, use_integers_for_enums=True)
    _with_hex_ids(found)
    return found


def json_bytes(request: Any) -> bytes:
    return json.dumps(as_json(request)).encode()


def _with_hex_ids(value: Any) -> None:
    if isinstance(value, list):
        for member in value:
            _with_hex_ids(member)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key in _IDS:
                value[key] = base64.b64decode(member).hex()
            else:
                _with_hex_ids(member)
