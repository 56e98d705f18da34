"""OTLP against the real server: every answer in the encoding of its request, bad bodies by the dozen, the ports, gRPC."""

import base64
import random
import socket
import zlib

import grpc
import httpx2
import psutil
import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from lynex.ingest.otlp_answers import failure
from tests.otlp_samples import START_NS, TRACE, a_span, any_value, json_bytes, logs, metrics, traces
from tests.running import KEY, Running, free_port
from tests.samples import zipped

PROTOBUF, JSON = "application/x-protobuf", "application/json"
MIB = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("otlp") / "data", settings={"LYNEX_SERVER_BODY_TIMEOUT_S": "5"}).start()
    yield running
    assert "Traceback" not in running.log(), running.log()[-3000:]
    assert running.stop() == 0


def export(server: Running, signal: str, body: bytes, media: str = PROTOBUF, **headers: str) -> httpx2.Response:
    headers = {"content-type": media, "x-api-key": KEY} | {
        key.replace("_", "-"): value for key, value in headers.items()
    }
    return httpx2.post(f"{server.url}/v1/{signal}", content=body, headers=headers, timeout=30)


def said(answer: httpx2.Response) -> str:
    """The message of a google.rpc.Status, in either encoding."""
    if answer.headers["content-type"] == JSON:
        assert isinstance(answer.json()["code"], int)
        return answer.json()["message"]
    assert answer.headers["content-type"] == PROTOBUF
    text = answer.content[4 if answer.content[3] & 0x80 == 0 else 5 :].decode()
    assert failure(answer.status_code, text, in_json=False) == answer.content
    return text


def test_all_signals_in_both_encodings_are_taken_and_shown(server):
    bodies = {
        "traces": traces(a_span(1), a_span(2)),
        "logs": logs(LogRecord(time_unix_nano=START_NS, body=any_value("said by a log"))),
        "metrics": metrics(Metric(name="gen_ai.client.operation.duration", gauge={"data_points": [{"as_double": 0.5, "time_unix_nano": START_NS}]})),
    }  # fmt: skip
    for signal, body in bodies.items():
        whole = body.SerializeToString()
        assert [(one.status_code, one.headers["content-type"], one.content) for one in (
            export(server, signal, whole),
            export(server, signal, zipped(whole), content_encoding="gzip"),
            export(server, signal, whole, "application/protobuf; x=y"),
            export(server, signal, json_bytes(body), JSON + "; charset=utf-8"),
        )] == [(200, PROTOBUF, b"")] * 3 + [(200, JSON, b"{}")]  # fmt: skip
        for path in (f"/v1/{signal}/", f"/api/public/otel/v1/{signal}", f"/api/public/otel/v1/{signal}/"):
            headers = {
                "content-type": PROTOBUF,
                "authorization": "Basic " + base64.b64encode(f"pk-any:{KEY}".encode()).decode(),
            }
            assert httpx2.post(server.url + path, content=whole, headers=headers).status_code == 200
    server.drain()
    items = server.get("/api/v1/events", limit=100).json()["items"]
    assert sorted(one["type"] for one in items if one["at"].startswith("2025-11-20")).count("model_response") == 2
    assert len(items) == 4, "what was sent again is there once"


def test_what_is_refused_is_said_in_the_encoding_of_the_request(server):
    mixed = traces(a_span(3), a_span(4, span_id=b"\1"), a_span(5))
    mixed.resource_spans[0].scope_spans[0].spans[1].span_id = b"\1" * 5
    answer = export(server, "traces", mixed.SerializeToString())
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_spans) == (200, 1) and "(at 1)" in partial.error_message
    answer = export(server, "traces", json_bytes(mixed), JSON)
    assert json_format.ParseDict(answer.json(), ExportTraceServiceResponse()).partial_success == partial

    some_logs = logs(*[LogRecord(time_unix_nano=START_NS, body=any_value("no span"), trace_id=TRACE)] * 2)
    wrong = [
        ("traces", some_logs, "log records, which are sent to /v1/logs"),
        ("logs", traces(*map(a_span, range(1, 50))), "spans, which are sent to /v1/traces"),
        ("metrics", some_logs, "log records, which are sent to /v1/logs"),
        ("traces", metrics(Metric(name="gen_ai.x", gauge={"data_points": [{"as_int": 1}]})), "metrics, which are sent to /v1/metrics"),
    ]  # fmt: skip
    for signal, body, cause in wrong:
        for data, media in ((body.SerializeToString(), PROTOBUF), (json_bytes(body), JSON)):
            answer = export(server, signal, data, media)
            assert answer.status_code == 400 and cause in said(answer), (signal, media, said(answer))

    other = metrics(Metric(name="process.cpu.time", sum={"data_points": [{"as_int": 1}] * 3}))
    answer = export(server, "metrics", json_bytes(other), JSON)
    assert answer.status_code == 200
    assert answer.json()["partialSuccess"]["rejectedDataPoints"] == "0" and "3 data points" in answer.text
    assert server.metric("lynex_otlp_ignored_points_total") == 3


@pytest.mark.parametrize(
    ("body", "media", "headers", "status", "words"),
    [
        (b"", PROTOBUF, {}, 200, None),
        (b"{}", JSON, {}, 200, None),
        (b'{"resourceSpans":[]}', JSON, {}, 200, None),
        (b"", JSON, {}, 400, "no OTLP request in JSON"),
        (b"[]", JSON, {}, 400, "no OTLP request in JSON"),
        (b'{"resourceSpans":7}', JSON, {}, 400, "$.resourceSpans"),
        (b"\xff\xfe{\0}\0", JSON, {}, 400, "no OTLP request"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", PROTOBUF, {}, 400, "does not end"),
        (b"\x0a\x7f", PROTOBUF, {}, 400, "ends too early"),
        (b"\x0b", PROTOBUF, {}, 400, "wire type"),
        (b'{"resourceSpans":[]}', PROTOBUF, {}, 400, "looks like JSON"),
        (traces(a_span(1)).SerializeToString(), JSON, {}, 400, "may be protobuf"),
        (zipped(b"{}"), JSON, {}, 400, "Content-Encoding: gzip"),
        (b"x", "text/plain", {}, 415, "OTEL_EXPORTER_OTLP_PROTOCOL"),
        (b"x", "", {}, 415, "none"),
        (b"x", PROTOBUF, {"content_encoding": "br"}, 415, "gzip"),
        (b"x", PROTOBUF, {"content_encoding": "gzip, gzip"}, 415, "gzip"),
        (b"no gzip", PROTOBUF, {"content_encoding": "gzip"}, 400, "not valid gzip"),
        (zipped(bytes(range(256)) * 9)[:-9], PROTOBUF, {"content_encoding": "gzip"}, 400, "ends too early"),
        (zipped(b"abc" * 99)[:-8] + b"\0" * 8, JSON, {"content_encoding": "gzip"}, 400, "not valid gzip"),
        (zipped(zipped(b"{}")), JSON, {"content_encoding": "gzip"}, 415, "twice"),
        (zipped(b"\0" * 30 * MIB), PROTOBUF, {"content_encoding": "gzip"}, 413, "times its size"),
        (random.Random(1).randbytes(MIB) * 11, PROTOBUF, {}, 413, "10485760 bytes"),
        (b"{}", JSON, {"x_api_key": "sk_live_wrong"}, 403, "not valid"),
    ],
)  # fmt: skip
def test_bad_requests_are_told_why(server, body, media, headers, status, words):
    answer = export(server, "traces", body, media, **headers)
    assert answer.status_code == status, answer.content
    assert words is None or words in said(answer)


def test_odd_spans_are_kept(server):
    """Absurd times, no name, 10,000 attributes, deep values: all of it is somebody's telemetry."""
    odd = [a_span(n) for n in range(11, 16)]
    odd[0].start_time_unix_nano = odd[0].end_time_unix_nano = 0
    odd[1].start_time_unix_nano, odd[1].end_time_unix_nano = 2**64 - 1, 1
    odd[2].name, odd[2].kind = "", 99
    odd[3].CopyFrom(a_span(14, {f"k{number}": "v" for number in range(10_000)}))
    deep: object = "end"
    for _ in range(40):
        deep = [deep]
    odd[4].CopyFrom(a_span(15, {"deep": deep}))
    assert export(server, "traces", traces(*odd).SerializeToString()).content == b""
    server.drain()
    found = [server.get(f"/api/v1/events/{TRACE.hex()}:{number:016x}") for number in range(11, 16)]
    assert [one.status_code for one in found] == [200] * 5
    assert len(found[3].json()["body"]["attributes"]) == 10_000
    assert server.metric("lynex_events_dead_lettered_total") == 0


def flood(server: Running, size: int | None) -> int:
    """The status of a request of that many bytes; of one that does not say its size and does not end, without."""
    length = f"Content-Length: {size}" if size is not None else "Transfer-Encoding: chunked"
    head = f"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {KEY}\r\nContent-Type: {PROTOBUF}\r\n{length}\r\n\r\n"
    piece = b"\0" * MIB if size is not None else b"100000\r\n" + b"\0" * MIB + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode())
        try:
            for _ in range(200):
                connection.sendall(piece)
        except OSError:  # it has answered and does not read on
            pass
        return int(connection.recv(4096).split()[1])


def test_neither_a_bomb_nor_a_flood_nor_nonsense_makes_the_server_grow(server):
    process = psutil.Process(server.server_pid())
    before = process.memory_info().rss
    sixteen = zipped(b"\0" * 16 * MIB)
    bomb = sixteen * 64
    assert export(server, "traces", bomb, content_encoding="gzip").status_code == 413  # 1 GiB
    assert flood(server, 200 * MIB) == 413
    assert flood(server, None) == 413
    crowds = [b"\x12\x00", b"\x0a\x00", b"\x4a\x00", b"\x78\x00"]
    for filling in crowds:
        wrapped = field(1, field(2, filling * (4 * MIB)))
        packed = zlib.compress(wrapped, 0, wbits=31)
        assert export(server, "traces", packed, content_encoding="gzip").status_code in (400, 413)
        wrapped = field(1, field(2, field(2, filling * (2 * MIB))))
        assert export(server, "traces", wrapped).status_code == 400
    for filling in (b"{},", b"[],", b"1,", b'{"name":"a"},'):
        body = b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + filling * (9 * MIB // len(filling)) + b"{}]}]}]}"
        assert export(server, "traces", body, JSON).status_code in (400, 413)
    rng, whole = random.Random(7), traces(*map(a_span, range(20, 40)))
    for seed, media in ((whole.SerializeToString(), PROTOBUF), (json_bytes(whole), JSON)):
        with server.client() as client:
            for _ in range(60):
                data = bytearray(seed)
                for _ in range(rng.randint(1, 3)):
                    data[rng.randrange(len(data))] = rng.randrange(256)
                assert client.post("/v1/traces", content=bytes(data), headers={"content-type": media}).status_code in (
                    200,
                    400,
                )
    server.drain()
    assert server.metric("lynex_events_dead_lettered_total") == 0
    assert process.memory_info().rss - before < 160 * MIB


def field(number: int, data: bytes) -> bytes:
    size, length = len(data), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def test_what_was_answered_200_survives_a_kill(tmp_path):
    server = Running(tmp_path / "data").start()
    kept = []
    for number in range(1, 21):
        span = traces(a_span(number), a_span(99))  # the second is refused: its place is remembered
        span.resource_spans[0].scope_spans[0].spans[1].span_id = b""
        body, media = (json_bytes(span), JSON) if number % 2 else (span.SerializeToString(), PROTOBUF)
        assert export(server, "traces", body, media).status_code == 200
        kept.append(f"{TRACE.hex()}:{number:016x}")
    server.kill()
    server.start()
    server.drain()
    assert all(server.get(f"/api/v1/events/{event_id}").status_code == 200 for event_id in kept)
    assert server.metric("lynex_events_dead_lettered_total") == 0
    assert server.stop() == 0
    assert sorted(server.stored_ids()) == kept


def test_exporters_find_the_ports_they_use_by_default_and_a_taken_one_stops_nobody(tmp_path):
    http, grpc_port = free_port(), free_port()
    ports = {"LYNEX_SERVER_OTLP_PORT": str(http), "LYNEX_SERVER_OTLP_GRPC_PORT": str(grpc_port)}
    first = Running(tmp_path / "first", settings=ports | {"LYNEX_INGEST_RATE_LIMIT": "5"}).start()
    second = Running(tmp_path / "second", settings=ports | {"LYNEX_SERVER_AUTH": "false"}).start()
    try:
        there = f"http://127.0.0.1:{http}"
        headers = {"content-type": PROTOBUF, "api_key": KEY}
        body = traces(a_span(1), a_span(2)).SerializeToString()
        assert httpx2.post(f"{there}/v1/traces", content=body, headers=headers).status_code == 200
        assert httpx2.get(f"{there}/health").text == "ok"
        assert [
            httpx2.get(there + path, headers=headers).status_code for path in ("/", "/api/v1/events", "/metrics")
        ] == [404] * 3
        assert f"127.0.0.1:{http}\n" in first.log() and f"127.0.0.1:{grpc_port} (gRPC)" in first.log()
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", http), timeout=5) as connection:
                connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                assert connection.recv(64).startswith(b"HTTP/1.1 505")
        assert first.log().count("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf") == 1
        _speak_grpc(first, grpc_port, body)
        too_many = [httpx2.post(f"{there}/v1/traces", content=body, headers=headers) for _ in range(4)][-1]
        assert (too_many.status_code, too_many.headers["retry-after"]) == (429, "1")

        assert second.log().count("OpenTelemetry is not taken on port") == 2
        keyless = httpx2.post(f"{second.url}/v1/traces", content=body, headers={"content-type": PROTOBUF})
        assert keyless.status_code == 200
        second.drain()
        assert len(second.get("/api/v1/events", project_id="proj_default").json()["items"]) == 2
    finally:
        assert (first.stop(), second.stop()) == (0, 0)


def _speak_grpc(server: Running, port: int, body: bytes) -> None:
    key = ("x-api-key", KEY)
    with grpc.insecure_channel(f"127.0.0.1:{port}", compression=grpc.Compression.Gzip) as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        assert export(body, metadata=[key], timeout=10) == b""
        partial = ExportTraceServiceResponse.FromString(
            export(traces(a_span(3), a_span(4, trace_id=b"x")).SerializeToString(), metadata=[key], timeout=10)
        )
        assert partial.partial_success.rejected_spans == 1
        for data, metadata, code in (
            (body, [], "UNAUTHENTICATED"), (body, [("x-api-key", "sk_live_x")], "PERMISSION_DENIED"), (b"\x0b", [key], "INVALID_ARGUMENT"),
            (b"\0" * (21 * MIB), [key], "RESOURCE_EXHAUSTED"), (traces(*map(a_span, range(1, 9))).SerializeToString(), [key], "UNAVAILABLE"),
        ):  # fmt: skip
            with pytest.raises(grpc.RpcError) as fault:
                export(data, metadata=metadata, timeout=10)
            assert fault.value.code().name == code
    server.drain()
    assert server.get(f"/api/v1/events/{TRACE.hex()}:{3:016x}").status_code == 200
