"""Turns what a client sent into files for the fast suite, without a trace of the machine it was sent from."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.clients.catcher import Caught

FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"
TELLING_HEADERS = ("content-type", "content-encoding", "user-agent", "x-langfuse-ingestion-version")
OF_THE_MACHINE = re.compile(r"^(host|process|os)\.|^service\.instance\.id$")
FOLDERS = re.compile(r"(?<![\w.])/[^\s\"':]*?/(?=(site-packages|recipes|node_modules|python3\.\d+)/)")
PORTS = re.compile(r"127\.0\.0\.1:\d+")


def freeze(client: str, requests: Sequence[Caught]) -> Path:
    """Writes NN-<path>.(pb|json) for each request and requests.json, which says how each was sent."""
    folder = FIXTURES / client
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = []
    for number, request in enumerate(requests, start=1):
        suffix, body = _cleaned(request)
        name = f"{number:02d}-{_flat(request.path)}.{suffix}"
        (folder / name).write_bytes(body)
        headers = {name: request.headers[name] for name in TELLING_HEADERS if name in request.headers}
        told.append({"file": name, "method": request.method, "path": request.path, "headers": headers})
    (folder / "requests.json").write_text(json.dumps(told, indent=2) + "\n")
    return folder


def _flat(path: str) -> str:
    return path.rpartition("/v1/")[2].strip("/").replace("/", "-").replace("opentelemetry.proto.collector.", "")


def _cleaned(request: Caught) -> tuple[str, bytes]:
    if request.headers.get("content-type", "").startswith("application/json"):
        return "json", json.dumps(_cleaned_json(json.loads(request.body)), indent=1, ensure_ascii=False).encode()
    message = _message_of(request.path)
    message.ParseFromString(request.body)
    for resource in _resources(message):
        kept = [pair for pair in resource.attributes if not OF_THE_MACHINE.search(pair.key)]
        del resource.attributes[:]
        resource.attributes.extend(kept)
    _rewrite_texts(message, _anonymous)
    return "pb", message.SerializeToString(deterministic=True)


def _message_of(path: str) -> Message:
    kinds = {
        "trace": ExportTraceServiceRequest,
        "logs": ExportLogsServiceRequest,
        "metrics": ExportMetricsServiceRequest,
    }
    return next(kind() for word, kind in kinds.items() if word in path)


def _resources(message: Any) -> list[Any]:
    return [group.resource for _, groups in message.ListFields() for group in groups]


def _rewrite_texts(message: Message, change: Callable[[str], str]) -> None:
    for descriptor, value in message.ListFields():
        if descriptor.type == descriptor.TYPE_MESSAGE:
            for inner in value if descriptor.is_repeated else [value]:
                _rewrite_texts(inner, change)
        elif descriptor.type == descriptor.TYPE_STRING and not descriptor.is_repeated:
            setattr(message, descriptor.name, change(value))


def _cleaned_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned_json(inner) for inner in value if not _is_of_the_machine(inner)]
    return _anonymous(value) if isinstance(value, str) else value


def _is_of_the_machine(value: Any) -> bool:
    return isinstance(value, dict) and bool(OF_THE_MACHINE.search(str(value.get("key", ""))))


def _anonymous(text: str) -> str:
    return PORTS.sub("127.0.0.1:4000", FOLDERS.sub("/app/", text))
