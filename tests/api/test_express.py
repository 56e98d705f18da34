"""The express answers what the ordinary way would answer, word for word. An X-Request-Id makes a request ordinary."""

import json
import re
import socket

import pytest

from tests.running import KEY, Running
from tests.samples import a_log


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("express") / "data").start()
    yield running
    running.stop()


def request(server: Running, body: bytes, *headers: str, key: str = KEY, path: str = "/api/v1/events") -> bytes:
    lines = [f"POST {path} HTTP/1.1", *headers, f"X-API-Key: {key}", f"Content-Length: {len(body)}"]
    if not any(line.lower().startswith("host") for line in headers):
        lines.append(f"Host: 127.0.0.1:{server.port}")
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + body


def answers(server: Running, *pieces: bytes, count: int = 1) -> list[tuple[str, dict[str, str], bytes]]:
    """The pieces are sent one by one: (status line, headers, body) of each answer."""
    found = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        stream = connection.makefile("rb")
        for _ in range(count):
            status = stream.readline().decode().strip()
            headers = {}
            while line := stream.readline().decode().strip():
                name, _, value = line.partition(": ")
                headers[name] = value
            found.append((status, headers, stream.read(int(headers["content-length"]))))
    return found


def plain(answer: tuple[str, dict[str, str], bytes]) -> tuple[str, dict[str, str], bytes]:
    """Without what differs from one request to the next."""
    status, headers, body = answer
    assert headers.pop("x-request-id")
    headers.pop("date")
    return status, headers, re.sub(rb'"(request_id|eventId)":"[^"]*"', b"", body)


LOG = b'{"type":"log","body":{"message":"m"}}'
REQUESTS = {
    "good": (LOG, (), {}),
    "with a warning": (b'{"type":"log","timestamp":"2026-11-20T12:00:00","body":{"message":"m"}}', (), {}),
    "a duplicate": (b'{"eventId":"twice","type":"log","body":{"message":"m"}}', (), {}),
    "charset": (LOG, ("Content-Type: application/json; charset=utf-8",), {}),
    "empty": (b"", (), {}),
    "no JSON": (b"{", (), {}),
    "a list": (b"[1]", (), {}),
    "faults": (b'{"type":"log","timestamp":7,"body":{"message":1}}', (), {}),
    "unknown type": (b'{"type":"LOG"}', (), {}),
    "other project": (b'{"type":"log","projectId":"proj_other","body":{}}', (), {}),
    "wrong key": (LOG, (), {"key": "sk_live_" + "W" * 32}),
    "no key": (LOG, (), {"key": ""}),
    "two keys": (LOG, ("Authorization: Bearer sk_live_other",), {}),
    "wrong host": (LOG, ("Host: evil.example",), {}),
    "wrong type": (LOG, ("Content-Type: text/plain",), {}),
    "query": (LOG, (), {"path": "/api/v1/events?project_id=proj_default"}),
    "other query": (LOG, (), {"path": "/api/v1/events?project_id=proj_other"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_the_express_answers_like_the_ordinary_way(server, name):
    body, headers, extra = REQUESTS[name]
    answers(server, request(server, b'{"eventId":"twice","type":"log","body":{"message":"m"}}'))
    (express,) = answers(server, request(server, body, *headers, **extra))
    (ordinary,) = answers(server, request(server, body, *headers, "X-Request-Id: 0123456789abcdef", **extra))
    assert ordinary[1]["x-request-id"] == "0123456789abcdef"
    assert plain(express) == plain(ordinary)
    assert express[0].startswith("HTTP/1.1 202") == (
        name in ("good", "with a warning", "a duplicate", "charset", "query")
    )


def test_requests_in_one_piece_and_in_many_are_answered_in_order(server):
    ids = [f"in-order-{number}" for number in range(6)]
    bodies = [json.dumps(a_log(one)).encode() for one in ids]
    bodies[2] = b'{"type":'
    sent = b"".join(
        request(server, body, *(["X-Request-Id: x"] if number == 4 else [])) for number, body in enumerate(bodies)
    )
    for pieces in ([sent], [sent[at : at + 100] for at in range(0, len(sent), 100)]):
        found = answers(server, *pieces, count=6)
        assert [status.split()[1] for status, _, _ in found] == ["202", "202", "422", "202", "202", "202"]
        assert [json.loads(body).get("eventId") for _, _, body in found] == [*ids[:2], None, *ids[3:]]
    server.drain()
    stored = [item["eventId"] for item in server.get("/api/v1/events", limit=100).json()["items"]]
    assert sorted(one for one in stored if one.startswith("in-order")) == [*ids[:2], *ids[3:]]


def test_the_last_request_of_a_connection_is_answered_and_the_connection_closed(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(request(server, LOG, "Connection: close"))
        received = b""
        while piece := connection.recv(4096):
            received += piece
    assert received.startswith(b"HTTP/1.1 202") and b"\r\nconnection: close\r\n" in received
