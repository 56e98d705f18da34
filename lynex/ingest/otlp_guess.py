"""Why a request makes no sense where it arrived: it was meant for another path, or is in another encoding."""

from typing import Any, Final

import msgspec
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from lynex.ingest.otlp import LOGS, METRICS, TRACES
from lynex.ingest.otlp_portions import Unfit
from lynex.ingest.otlp_protobuf import open_record
from lynex.ingest.otlp_values import SPAN_BYTES, TRACE_BYTES

_GZIP: Final = b"\x1f\x8b"
_HEAD: Final = 64  # bytes, enough to tell JSON
_MEMBERS: Final = {"resourceSpans": TRACES, "resourceLogs": LOGS, "resourceMetrics": METRICS}
_decode_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def meant_for(raw: bytes) -> str | None:
    """The signal that a record in protobuf looks like."""
    span = _parsed(Span, raw)
    if span is not None and len(span.trace_id) == TRACE_BYTES and len(span.span_id) == SPAN_BYTES:
        return TRACES
    log = _parsed(LogRecord, raw)
    if log is not None and (log.time_unix_nano or log.observed_time_unix_nano):
        return LOGS
    metric = _parsed(Metric, raw)
    if metric is not None and metric.name and metric.WhichOneof("data"):
        return METRICS
    return None


def other_signal(data: bytes, signal: str) -> str | None:
    """What a JSON request without records of this signal holds instead."""
    try:
        members = _decode_members(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = [_MEMBERS[name] for name in members if name in _MEMBERS]
    return found[0] if found and signal not in found else None


def encoding_hint(data: bytes, *, in_json: bool) -> str:
    """What may help where a body cannot be read at all."""
    if data.startswith(_GZIP):
        return "It is compressed: say so with Content-Encoding: gzip."
    looks_like_json = data[:_HEAD].lstrip()[:1] == b"{"
    if looks_like_json and not in_json:
        return "It looks like JSON: send it with Content-Type: application/json."
    if in_json and data and not looks_like_json:
        return "It may be protobuf: send it with Content-Type: application/x-protobuf."
    return ""


def _parsed(kind: Any, raw: bytes) -> Any:
    try:
        return open_record(kind, raw)
    except Unfit:
        return None
