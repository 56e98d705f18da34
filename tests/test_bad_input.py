"""Bad input against the real server: each row with its status, its code and a message that names the fault (B01–B80)."""

import gzip
import json
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.running import KEY, PROJECT, Running

JSON = {"Content-Type": "application/json"}
MIB = 1 << 20
SINGLE, BATCH = "/api/v1/events", "/api/v1/events/batch"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("bad") / "data", settings={"LYNEX_SERVER_BODY_TIMEOUT_S": "2", "LYNEX_SERVER_HEADER_TIMEOUT_S": "2"}).start()  # fmt: skip
    yield running
    assert "Traceback" not in running.log(), running.log()[-3000:]
    assert running.stop() == 0


@dataclass(frozen=True)
class Row:
    name: str
    body: bytes
    status: int
    code: str | None = None
    field_path: str | None = None
    says: str | None = None
    index: int | None = None
    path: str = SINGLE
    headers: dict[str, str] = field(default_factory=dict)


def event(**changes: Any) -> dict[str, Any]:
    return {"type": "log", "body": {"message": "hello"}} | changes


def call(**body: Any) -> dict[str, Any]:
    return {"type": "model_response", "body": {"model": "gpt-4o", "prompt": "a", "response": "b"} | body}


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def with_body(text: str) -> bytes:
    return b'{"type":"log","body":{"message":"x","x":' + text.encode() + b"}}"


def at(moment: Any) -> bytes:
    return raw(event(timestamp=moment))


def nested(depth: int) -> str:
    return "[" * depth + "1" + "]" * depth


NOW = datetime.now(UTC)
BOMB = gzip.compress(b'{"type":"log","body":{"message":"' + b"a" * (50 * MIB) + b'"}}')

ROWS = [
    Row("B01 empty body", b"", 422, "empty_body", says="empty"),
    Row("B01 spaces only", b"  \n ", 422, "empty_body"),
    Row("B02 half an object", b"{", 422, "invalid_json", says="line 1 column 2"),
    Row("B03 trailing comma", b"[1,]", 422, "invalid_json", says="line 1 column", path=BATCH),
    Row("B04 null", b"null", 422, "not_an_object"),
    Row("B04 true", b"true", 422, "not_an_object"),
    Row("B04 text", b'"x"', 422, "not_an_object"),
    Row("B04 number", b"5", 422, "not_an_object"),
    Row("B04 list to the single door", b"[]", 422, "not_an_object"),
    Row("B04 empty batch", b"[]", 422, "empty_batch", path=BATCH),
    Row("B04 empty batch object", b'{"events":[]}', 422, "empty_batch", path=BATCH),
    Row("B04 batch of numbers", b"[1]", 422, "not_an_object", index=0, path=BATCH),
    Row("B06 too many", raw([event()] * 1001), 422, "batch_too_large", says="1001 events; the limit is 1000", path=BATCH),
    Row("B07 one bad of a hundred", raw([event()] * 37 + [event(type="foo")] + [event()] * 62), 422, "unknown_type", index=37, path=BATCH),
    Row("B08 a hundred thousand brackets", b"[" * 100_000, 422, "too_deep"),
    Row("B08 the same in a batch", b"[" * 100_000, 422, "too_deep", path=BATCH),
    Row("B09 depth 65", with_body(nested(63)), 422, "too_deep", says="64"),
    Row("B09 depth 64", with_body(nested(62)), 202),
    Row("B10 depth 300", with_body(nested(300)), 422, "too_deep"),
    Row("B11 NaN", with_body("NaN"), 422, "invalid_number"),
    Row("B11 Infinity", with_body("Infinity"), 422, "invalid_number"),
    Row("B11 -Infinity", with_body("-Infinity"), 422, "invalid_number"),
    Row("B12 1e999", with_body("1e999"), 422, "invalid_number"),
    Row("B14 tokens 2^63", raw(call(tokens={"input": 2**63})), 422, "out_of_range", says="9007199254740991"),
    Row("B14 tokens 2^64", raw(call(tokens={"total": 2**64})), 422, "out_of_range", says="9007199254740991"),
    Row("B14 unknown integer over 64 bits", with_body(str(2**64)), 422, "out_of_range"),
    Row("B15 negative tokens", raw(call(tokens={"input": -1})), 422, "out_of_range"),
    Row("B16 tokens 1.5", raw(call(tokens={"input": 1.5})), 422, "not_integer"),
    Row("B16 tokens as text", raw(call(tokens={"input": "12"})), 422, "not_integer"),
    Row("B16 tokens true", raw(call(tokens={"input": True})), 422, "not_integer"),
    Row("B17 latency -0.0", raw(call(latency_ms=-0.0)), 202),
    Row("B17 latency 1e308", raw(call(latency_ms=1e308)), 422, "out_of_range"),
    Row("B19 lone surrogate", b'{"type":"log","body":{"message":"\\ud800"}}', 422, "invalid_unicode", field_path="message"),
    Row("B19 not UTF-8", b'{"type":"log","body":{"message":"\xff"}}', 422, "invalid_unicode"),
    Row("B21 UTF-16", raw(event()).decode().encode("utf-16"), 415, "unsupported_charset"),
    Row("B21 UTF-32", raw(event()).decode().encode("utf-32"), 415, "unsupported_charset"),
    Row("B22 byte-order mark", b"\xef\xbb\xbf" + raw(event()), 202),
    Row("B23 NUL in a value", b'{"type":"log","body":{"message":"a\\u0000b"}}', 202),
    Row("B24 NUL in eventId", raw(event(eventId="a\u0000b")), 422, "invalid_identifier", field_path="eventId"),
    Row("B24 newline in eventId", raw(event(eventId="a\nb")), 422, "invalid_identifier"),
    Row("B24 control in projectId", raw(event(projectId="proj\u0007")), 422, "invalid_identifier", field_path="projectId"),
    Row("B24 control in a key name", b'{"type":"log","body":{"message":"x","a\\nb":1}}', 422, "invalid_identifier"),
    Row("B24 NUL in type", raw(event(type="log\u0000")), 422, "invalid_identifier", field_path="type"),
    Row("B26 two spellings that disagree", raw(event(projectId=PROJECT, project_id="proj_other")), 422, "conflicting_fields"),
    Row("B26 two spellings that agree", raw(event(projectId=PROJECT, project_id=PROJECT)), 202),
    Row("B27 key with NUL", b'{"type":"log","body":{"id\\u0000":1,"id":2}}', 422, "invalid_key"),
    Row("B28 prototype keys", raw(event(body={"message": "x", "__proto__": {"a": 1}, "constructor": 1, "prototype": 2, "__class__": 3})), 202),
    Row("B30 long key", raw(event(body={"message": "x", "k" * 300: 1})), 422, "invalid_key"),
    Row("B30 empty key", raw(event(body={"message": "x", "": 1})), 202),
    Row("B30 dotted key", raw(event(body={"message": "x", "a.b": 1})), 202),
    Row("B30 emoji key", raw(event(body={"message": "x", "🦆": 1})), 202),
    Row("B31 no eventId", raw(event()), 202),
    Row("B32 any id", raw(event(eventId="evt_123")), 202),
    Row("B33 long id", raw(event(eventId="a" * 129)), 422, "invalid_event_id"),
    Row("B33 id with spaces", raw(event(eventId="a b")), 422, "invalid_event_id"),
    Row("B33 id with a path", raw(event(eventId="../x")), 422, "invalid_event_id"),
    Row("B37 another project", raw(event(projectId="proj_other")), 403, "project_mismatch"),
    Row("B38 unknown type", raw(event(type="foo")), 422, "unknown_type", says="agent_action"),
    Row("B39 type in capitals", raw(event(type="LOG")), 422, "unknown_type", says="Did you mean log?"),
    Row("B39 type with a space", raw(event(type=" log")), 422, "unknown_type", says="Did you mean log?"),
    Row("B38 no type", raw({"body": {}}), 422, None, field_path="type"),
    Row("B40 two hours ahead", at((NOW + timedelta(hours=2)).isoformat()), 202),
    Row("B41 year 9999", at("9999-12-31T23:59:59Z"), 422, "timestamp_out_of_range"),
    Row("B41 year 294300", at("294300-01-01T00:00:00Z"), 422, None, field_path="timestamp"),
    Row("B42 year 1970", at("1970-01-02T00:00:00Z"), 202),
    Row("B43 no offset", at("2026-01-01T00:00:00"), 202, says="UTC"),
    Row("B44 30 February", at("2026-02-30T00:00:00Z"), 422, "invalid_timestamp"),
    Row("B44 24:00", at("2026-01-01T24:00:00Z"), 422, "invalid_timestamp"),
    Row("B44 T25", at("2026-01-01T25:00:00Z"), 422, "invalid_timestamp"),
    Row("B46 basic date", at("20260101"), 422, "invalid_timestamp", says="RFC 3339"),
    Row("B46 week date", at("2026-W01-1"), 422, "invalid_timestamp", says="RFC 3339"),
    Row("B47 epoch seconds", at(1764979200), 422, "invalid_timestamp", says="2025-12-06T00:00:00"),
    Row("B47 epoch milliseconds", at(1764979200000), 422, "invalid_timestamp", says="2025-12-06T00:00:00"),
    Row("B47 epoch nanoseconds", at(1764979200000000000), 422, "invalid_timestamp", says="2025-12-06T00:00:00"),
    Row("B48 nanoseconds", at("2026-01-01T00:00:00.123456789Z"), 202),
    Row("B49 its own parent", raw(event(eventId="self", context={"parent_event_id": "self"})), 202),
    Row("B51 foreign parent", raw(event(context={"parent_event_id": "elsewhere"})), 202),
    Row("B52 negative duration", raw({"type": "span", "body": {"name": "s", "duration_ms": -5}}), 202),
    Row("B53 an event of 4 MiB and 1", raw(event(body={"message": "x" * (4 * MIB)})), 422, "event_too_large", says="4194304"),
    Row("B56 bomb", BOMB, 413, "expanded_too_large", headers={"Content-Encoding": "gzip"}),
    Row("B57 gzip of gzip", gzip.compress(gzip.compress(raw(event()))), 415, "unsupported_encoding", headers={"Content-Encoding": "gzip, gzip"}),
    Row("B57 gzip said once, done twice", gzip.compress(gzip.compress(raw(event()))), 415, "unsupported_encoding", headers={"Content-Encoding": "gzip"}),
    Row("B58 gzip that is none", b"not gzip", 400, None, headers={"Content-Encoding": "gzip"}),
    Row("B58 gzip cut short", gzip.compress(raw(event()) * 50)[:-9], 400, None, headers={"Content-Encoding": "gzip"}),
    Row("B59 zstd", raw(event()), 415, "unsupported_encoding", says="gzip", headers={"Content-Encoding": "zstd"}),
    Row("B59 br", raw(event()), 415, "unsupported_encoding", headers={"Content-Encoding": "br"}),
    Row("B59 foo", raw(event()), 415, "unsupported_encoding", headers={"Content-Encoding": "foo"}),
    Row("B60 text/plain", raw(event()), 415, None, headers={"Content-Type": "text/plain"}),
    Row("B61 absurd type", raw(event()), 415, None, headers={"Content-Type": "application/" + "x;=" * 2700}),
    Row("B61 latin1", raw(event()), 415, "unsupported_charset", headers={"Content-Type": "application/json; charset=latin1"}),
    Row("B61 utf-8 named", raw(event()), 202, headers={"Content-Type": "application/json; charset=utf-8"}),
    Row("B62 multipart", b"--x\r\n\r\n--x--", 415, None, headers={"Content-Type": "multipart/form-data; boundary=x"}),
    Row("gzip that is fine", gzip.compress(raw(event())), 202, headers={"Content-Encoding": "gzip"}),
    Row("NDJSON", raw(event()) + b"\n" + raw(event()) + b"\n", 202, path=BATCH, headers={"Content-Type": "application/x-ndjson"}),
    Row("NDJSON with one bad line", raw(event()) + b"\n{\n", 422, "invalid_json", path=BATCH, headers={"Content-Type": "application/x-ndjson"}),
    Row("snake_case envelope", raw({"event_id": "snake-1", "type": "log", "body": {"message": "x"}}), 202),
    Row("body that is a list", raw(event(body=[])), 422, None, field_path="body"),
    Row("context that is text", raw(event(context="x")), 422, None, field_path="context"),
    Row("too many keys", raw(event(body={"message": "x"} | {f"k{n}": n for n in range(2001)})), 422, "too_many_keys"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_is_answered_as_the_table_says(server, row):
    answer = httpx2.post(
        server.url + row.path, content=row.body, headers=server.headers | JSON | row.headers, timeout=20
    )
    assert answer.status_code == row.status, answer.text[:600]
    if row.status == 202:
        assert row.says is None or row.says in answer.text
        return
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert {"type", "title", "status", "code", "detail", "request_id"} <= problem.keys()
    assert problem["status"] == row.status and problem["detail"]
    faults = problem.get("errors") or []
    codes = {problem["code"], *(fault["code"] for fault in faults)}
    assert row.code is None or row.code in codes, problem
    if row.field_path is not None:
        assert any(row.field_path in fault["field"] for fault in faults), problem
    if row.index is not None:
        assert faults[0]["index"] == row.index, problem
    assert row.says is None or row.says in answer.text, answer.text[:600]
    assert len(answer.text) < 40_000


def test_two_repeats_of_one_id_count_once(server):
    both = [event(eventId="b34-same"), event(eventId="b34-same")]
    first = server.post(both).json()
    assert (first["accepted"], first["duplicates"]) == (2, 1)
    again = server.post([event(eventId="b34-same", body={"message": "other"})]).json()
    assert again["duplicates"] == 1
    server.drain()
    stored = server.get("/api/v1/events/b34-same").json()
    assert stored["body"]["message"] == "hello"  # B35: the first wins


def test_a_bad_batch_stores_nothing(server):
    events = [event(eventId=f"b07-{n}") for n in range(100)]
    events[37]["type"] = "foo"
    assert server.post(events).status_code == 422
    server.drain()
    assert server.get("/api/v1/events/b07-0").status_code == 404


def test_every_fault_of_a_batch_is_named_at_once(server):
    answer = server.post(
        [event(), event(type="foo"), event(eventId="a b"), call(tokens={"input": -1, "output": 1.5})]
    ).json()
    assert {(fault["index"], fault["code"]) for fault in answer["errors"]} >= {
        (1, "unknown_type"), (2, "invalid_event_id"), (3, "out_of_range"), (3, "not_integer"),
    }  # fmt: skip


def test_costs_add_up_exactly(server):
    """B18: a thousand times 0.1 + 0.2 is 300, not 299.99999999."""
    events = [call(cost=cost) | {"context": {"user_id": "b18"}} for cost in [0.1, 0.2] * 500]
    assert server.post(events).status_code == 202
    server.drain()
    overview = server.get("/api/v1/stats/overview", **{"user_id": "b18", "from": "-1d"}).json()
    assert overview["requests"] == 1000
    assert overview["cost_usd"] == 150


def test_nul_in_a_value_comes_back(server):
    server.post([event(eventId="b23", body={"message": "a\u0000b", "__proto__": {"x": 1}, "a.b": 2})])
    server.drain()
    body = server.get("/api/v1/events/b23").json()["body"]
    assert (body["message"], body["__proto__"], body["a.b"]) == ("a\u0000b", {"x": 1}, 2)


def test_skewed_clocks_are_stored_with_the_time_received(server):
    ahead = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    server.post([event(eventId="b40", timestamp=ahead), event(eventId="b42", timestamp="1970-01-02T00:00:00Z")])
    server.drain()
    with server.client() as client:
        for event_id in ("b40", "b42"):
            found = client.get(f"/api/v1/events/{event_id}").json()
            assert found["at"] == found["received_at"]
            assert abs(found["clock_skew_ms"]) > 3_600_000


def test_large_requests_are_refused_before_they_are_read(server):
    """B54, B55: by Content-Length at once, chunked as soon as the limit is passed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        plain.sendall(head(server, f"Content-Length: {10 * MIB + 1}"))
        assert b" 413 " in plain.recv(4096)[:40]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as chunked:
        chunked.sendall(head(server, "Transfer-Encoding: chunked"))
        try:
            for _ in range(200):
                chunked.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        except OSError:
            pass  # the server has closed: it had answered before
        assert b" 413 " in chunked.recv(4096)[:40]


CREDENTIALS = [
    ({}, 401, "missing_credentials"),
    ({"X-API-Key": "sk_"}, 403, "invalid_key"),
    ({"X-API-Key": "sk_live_wrong"}, 403, "invalid_key"),
    ({"X-API-Key": "sk_live_" + "x" * 10_240}, 403, "invalid_key"),
    ({"X-API-Key": "sk_live_' OR '1'='1"}, 403, "invalid_key"),
    ({"Authorization": "Bearer sk_live_wrong"}, 403, "invalid_key"),
    ({"X-API-Key": KEY, "Authorization": "Bearer sk_live_other"}, 400, "ambiguous_credentials"),
    ({"X-API-Key": KEY, "Authorization": f"Bearer {KEY}"}, 202, None),
    ({"Authorization": f"Bearer {KEY}"}, 202, None),
]


@pytest.mark.parametrize(("headers", "status", "code"), CREDENTIALS)
def test_credentials(server, headers, status, code):
    answer = httpx2.post(server.url + SINGLE, json=event(), headers=headers)
    assert answer.status_code == status, answer.text
    if code:
        assert answer.json()["code"] == code
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"


def test_refused_keys_are_told_apart_by_nothing(server):
    bodies = []
    for secret in ("sk_live_wrong", "sk_live_" + "A" * 32, "sk_live_" + "x" * 300):
        answer = httpx2.post(server.url + SINGLE, json=event(), headers={"X-API-Key": secret}).json()
        answer.pop("request_id")
        bodies.append(answer)
    assert bodies[0] == bodies[1] == bodies[2]


def test_a_revoked_key_stops_working(server):
    local = {"Authorization": f"Bearer {json.loads((server.data_dir / 'run/server.json').read_text())['token']}"}
    keys = f"{server.url}/api/v1/projects/{PROJECT}/keys"
    made = httpx2.post(keys, json={"name": "short-lived", "scopes": ["ingest"]}, headers=local).json()
    use = {"X-API-Key": made["secret"]}
    assert httpx2.post(server.url + SINGLE, json=event(), headers=use).status_code == 202
    assert httpx2.get(server.url + SINGLE, headers=use).status_code == 403  # A13: the scope is ingest only
    assert httpx2.delete(f"{keys}/{made['id']}", headers=local).status_code == 200
    assert httpx2.post(server.url + SINGLE, json=event(), headers=use).status_code == 403


METHODS = [("PUT", SINGLE), ("DELETE", SINGLE), ("PATCH", BATCH), ("TRACE", SINGLE), ("GET", BATCH)]


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_other_methods_are_refused_with_what_is_allowed(server, method, path):
    answer = httpx2.request(method, server.url + path, headers=server.headers)
    assert answer.status_code == 405 and "POST" in answer.headers["allow"]


QUESTIONS = [
    ("/api/v1/events?limit=-1", "invalid_limit"), ("/api/v1/events?limit=0", "invalid_limit"),
    ("/api/v1/events?limit=1000000000", "invalid_limit"), ("/api/v1/events?limit=abc", "invalid_limit"),
    ("/api/v1/events?limit=1&limit=2", "invalid_limit"), ("/api/v1/events?cursor=forged", "invalid_cursor"),
    ("/api/v1/events?offset=10001", "invalid_offset"), ("/api/v1/events?colour=red", "unknown_parameter"),
    ("/api/v1/events?type=foo", "unknown_type"), ("/api/v1/events?from=2026-02-01&to=2026-01-01", "invalid_range"),
    ("/api/v1/stats/overview?from=1900-01-01&to=2026-01-01", "invalid_range"),
    ("/api/v1/stats/timeseries?metric=requests&interval=1m&from=-365d", "too_many_buckets"),
    ("/api/v1/stats/timeseries?metric=requests;drop", "invalid_metric"),
    ("/api/v1/stats/timeseries?metric=requests&interval=1ms&from=-365d", None),
    ("/api/v1/stats/timeseries?metric=requests&group_by=body.a'", "invalid_group"),
    ("/api/v1/stats/breakdown?by=timestamp;drop table", None),
    ("/api/v1/stats/breakdown?by=model&sort=body.a'", "invalid_sort"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "code"), QUESTIONS)
def test_bad_questions_are_refused_by_name(server, path, code):
    answer = httpx2.get(server.url + path, headers=server.headers)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert code is None or code in {problem["code"], *(fault["code"] for fault in problem["errors"])}, problem


def test_a_cursor_is_good_for_its_own_question_only(server):
    server.post([event() for _ in range(5)])
    server.drain()
    with server.client() as client:
        cursor = client.get("/api/v1/events", params={"limit": 2, "type": "log"}).json()["next"]
        assert client.get("/api/v1/events", params={"limit": 2, "type": "log", "cursor": cursor}).status_code == 200
        for wrong in (
            {"type": "span", "cursor": cursor},
            {"type": "log", "cursor": cursor[:-2]},
            {"type": "log", "cursor": cursor[::-1]},
        ):
            assert client.get("/api/v1/events", params={"limit": 2} | wrong).json()["code"] == "invalid_cursor"


def test_a_hostile_pattern_is_only_text(server):
    """B82: text filters are plain text, so no expression can run away."""
    assert server.get("/api/v1/events", text="(a+)+$").status_code == 200


def head(server: Running, *lines: str, path: str = SINGLE) -> bytes:
    fixed = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"X-API-Key: {KEY}",
        "Content-Type: application/json",
    ]
    return "\r\n".join([*fixed, *lines, "", ""]).encode()


def conversation(server: Running, sent: bytes, timeout: float = 12) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        try:
            connection.sendall(sent)
        except OSError:
            pass
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except OSError:
            pass
    return answer


def test_slow_headers_and_bodies_are_cut(server):
    """B72: the server's own timeout ends them (2 s here)."""
    assert b" 408 " in conversation(server, b"POST /api/v1/events HTTP/1.1\r\nHost: x")[:40]
    assert b" 408 " in conversation(server, head(server, "Content-Length: 100") + b"{")[:40]


HEADS = [
    ("B73 5,000 headers", b"".join(b"X-H-%d: 1\r\n" % n for n in range(5000)), 431),
    ("B73 a header of 1 MB", b"X-Long: " + b"x" * MIB + b"\r\n", 431),
]


@pytest.mark.parametrize(("name", "extra", "status"), HEADS, ids=[row[0] for row in HEADS])
def test_large_heads_are_refused(server, name, extra, status):
    answer = conversation(server, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n" + extra + b"\r\n")
    assert f" {status} ".encode() in answer[:40], answer[:200]


def test_a_long_url_is_refused(server):
    answer = conversation(
        server, b"GET /api/v1/events?text=" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    )
    assert b" 414 " in answer[:40]


@pytest.mark.parametrize("hosts", [b"", b"Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n"], ids=["none", "two"])
def test_hosts_missing_or_doubled_are_refused(server, hosts):
    assert b" 400 " in conversation(server, b"GET /health HTTP/1.1\r\n" + hosts + b"\r\n")[:40]


def test_another_host_name_is_not_ours(server):
    answer = httpx2.get(server.url + "/health", headers={"Host": "evil.example"})
    assert answer.status_code == 421


SMUGGLED = [
    b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 2\r\nContent-Length: 3\r\n",
    b"Transfer-Encoding: xchunked\r\n", b"X-A: 1\n\r\n", b"X-A: 1\r\n folded\r\nContent-Length: 2\r\n",
]  # fmt: skip


@pytest.mark.parametrize("lines", SMUGGLED)
def test_smuggled_framing_is_refused(server, lines):
    answer = conversation(server, head(server)[:-2] + lines + b"\r\n{}", timeout=4)
    assert b" 202 " not in answer and answer.count(b"HTTP/1.1 4") <= 1


def test_a_client_that_leaves_is_counted_and_nothing_is_stored(server):
    before = server.metric("lynex_client_disconnects_total")
    with socket.create_connection(("127.0.0.1", server.port)) as leaving:
        leaving.sendall(head(server, "Content-Length: 5000") + b'{"eventId":"b71",')
    server.post([event()])
    for _ in range(100):
        if server.metric("lynex_client_disconnects_total") > before:
            break
    assert server.metric("lynex_client_disconnects_total") == before + 1
    assert server.get("/api/v1/events/b71").status_code == 404


def test_many_bombs_at_once_do_not_grow_the_server(server):
    import concurrent.futures

    import psutil

    process = psutil.Process(server.server_pid())
    before = process.memory_info().rss

    def send(_):
        return httpx2.post(
            server.url + SINGLE, content=BOMB, headers=server.headers | JSON | {"Content-Encoding": "gzip"}, timeout=30
        ).status_code

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert set(pool.map(send, range(64))) <= {413, 503}
    assert process.memory_info().rss - before < 200 * MIB


def test_the_rate_limit_names_its_wait_and_spares_others(tmp_path):
    """B69."""
    server = Running(tmp_path / "data", settings={"LYNEX_INGEST_RATE_LIMIT": "5"}).start()
    try:
        statuses = [httpx2.post(server.url + SINGLE, json=event(), headers=server.headers) for _ in range(20)]
        limited = [answer for answer in statuses if answer.status_code == 429]
        assert limited and int(limited[0].headers["retry-after"]) >= 1
        local = {"Authorization": f"Bearer {json.loads((server.data_dir / 'run/server.json').read_text())['token']}"}
        project = httpx2.post(f"{server.url}/api/v1/projects", json={"name": "other"}, headers=local).json()["id"]
        key = httpx2.post(f"{server.url}/api/v1/projects/{project}/keys", json={"name": "k"}, headers=local).json()[
            "secret"
        ]
        assert httpx2.post(server.url + SINGLE, json=event(), headers={"X-API-Key": key}).status_code == 202
        same = httpx2.post(server.url + SINGLE, json=event(eventId="b36"), headers={"X-API-Key": key})
        assert same.status_code == 202  # B36: ids are a project's own
    finally:
        server.stop()


def test_retention_refuses_what_is_too_old(tmp_path):
    server = Running(tmp_path / "data", settings={"LYNEX_RETENTION_DAYS": "30"}).start()
    try:
        old = server.post([event(timestamp="2020-01-01T00:00:00Z")])
        assert old.status_code == 422 and "older_than_retention" in old.text
    finally:
        server.stop()
