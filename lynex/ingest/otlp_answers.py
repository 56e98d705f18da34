"""What OTLP senders are answered, in the encoding they used: a response of their signal, or a google.rpc.Status."""

from typing import Any, Final

import msgspec
from google.protobuf import message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from lynex.ingest.otlp import LOGS, METRICS, TRACES

_RESPONSES: Final[dict[str, Any]] = {
    TRACES: ExportTraceServiceResponse,
    LOGS: ExportLogsServiceResponse,
    METRICS: ExportMetricsServiceResponse,
}
_REJECTED: Final = {
    TRACES: ("rejected_spans", "rejectedSpans"),
    LOGS: ("rejected_log_records", "rejectedLogRecords"),
    METRICS: ("rejected_data_points", "rejectedDataPoints"),
}
_RPC_CODES: Final = {400: 3, 401: 16, 403: 7, 404: 5, 408: 4, 413: 3, 415: 3, 422: 3, 429: 8, 503: 14}
_INTERNAL: Final = 13


def response(signal: str, rejected: int, message: str, *, in_json: bool) -> bytes:
    """Without a message: everything was taken. With one and nothing rejected: a word of advice."""
    if not message:
        return b"{}" if in_json else b""
    in_protobuf, name = _REJECTED[signal]
    if in_json:  # 64-bit numbers are text in the JSON of protobuf
        return msgspec.json.encode({"partialSuccess": {name: str(rejected), "errorMessage": message}})
    answer = _RESPONSES[signal]()
    setattr(answer.partial_success, in_protobuf, rejected)
    answer.partial_success.error_message = message
    encoded: bytes = answer.SerializeToString()
    return encoded


def rpc_code(status: int) -> int:
    """The code of gRPC for a status of HTTP."""
    return _RPC_CODES.get(status, _INTERNAL)


def failure(status: int, message: str, *, in_json: bool) -> bytes:
    """A google.rpc.Status."""
    code = rpc_code(status)
    if in_json:
        return msgspec.json.encode({"code": code, "message": message})
    encoded: bytes = _STATUS(code=code, message=message).SerializeToString()
    return encoded


def _status_class() -> Any:
    """google.rpc.Status without its package, which would be one more dependency for two fields."""
    file = FileDescriptorProto(name="google/rpc/status.proto", package="google.rpc", syntax="proto3")
    status = file.message_type.add(name="Status")
    kinds = (("code", 1, FieldDescriptorProto.TYPE_INT32), ("message", 2, FieldDescriptorProto.TYPE_STRING))
    for name, number, kind in kinds:
        status.field.add(name=name, number=number, type=kind, label=FieldDescriptorProto.LABEL_OPTIONAL)
    pool = DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("google.rpc.Status"))


_STATUS: Final = _status_class()
