"""What happens before a request is a request: slow, large and malformed heads over real sockets."""

import asyncio
import functools
from contextlib import asynccontextmanager

import pytest
import uvicorn

from lynex.protocol import MAX_HEADER_BYTES, MAX_HEADERS, MAX_URL_BYTES, BoundedProtocol, ProtocolLimits

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


async def echo(scope, receive, send):
    """Answers with the length of the body, once it has all come."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = b"%d" % size
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(app=echo, *, seconds=0.3, connections=50, idle=5):
    refused = []
    protocol = functools.partial(BoundedProtocol, ProtocolLimits(seconds, seconds, connections), refused.append)
    config = uvicorn.Config(
        app, port=0, http=protocol, ws="none", lifespan="off", log_config=None, log_level="error",
        timeout_keep_alive=idle,
    )  # fmt: skip
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1], refused
    finally:
        server.force_exit = True
        await server.shutdown()


async def say(port, *pieces, end=False):
    """Send the pieces, read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if end:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_plain_request_is_answered():
    async with serving() as (port, refused):
        answer = await say(port, GET + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"3")
    assert refused == []


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: local", 408, "request_timeout"),
        (GET + b"Content-Length: 100\r\n\r\nhalf", 408, "request_timeout"),
        (GET + b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\n", 431, "headers_too_large"),
        (GET + b"X: " + b"y" * (MAX_HEADER_BYTES + 1) + b"\r\n\r\n", 431, "headers_too_large"),
        (GET + b"X: " + b"y" * (1 << 20), 431, "headers_too_large"),
        (b"GET /" + b"x" * MAX_URL_BYTES + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "url_too_long"),
        (b"GET /" + b"x" * (1 << 20), 414, "url_too_long"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "invalid_host"),
        (GET + b"Host: localhost\r\n\r\n", 400, "invalid_host"),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400, "invalid_host"),
        (GET + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "malformed_request"),
        (GET + b" folded: yes\r\n\r\n", 400, "malformed_request"),
        (b"nonsense\r\n\r\n", 400, "malformed_request"),
        (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed_request"),
        (b"CONNECT evil:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed_request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version_not_supported"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformed_request"),
    ],
)
async def test_bad_heads_are_refused_with_a_problem_document(sent, status, code):
    async with serving() as (port, refused):
        answer = await say(port, sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d" % status), answer[:300]
    assert b"application/problem+json" in head and b"connection: close" in head and b"x-request-id" in head
    assert code.encode() in body
    assert refused == [code]


async def test_a_connection_that_says_nothing_is_closed_without_a_word():
    async with serving() as (port, refused):
        assert await say(port) == b""
    assert refused == []


async def test_a_slow_body_ends_the_request_for_the_application_too():
    left = asyncio.Event()

    async def app(scope, receive, send):
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    async with serving(app) as (port, _):
        assert b" 408 " in await say(port, GET + b"Content-Length: 10\r\n\r\nx")
        await asyncio.wait_for(left.wait(), 5)


async def test_connections_beyond_the_limit_are_turned_away():
    async with serving(connections=2, seconds=5) as (port, refused):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        answer = await say(port, GET + b"\r\n")
        for _, writer in held:
            writer.close()
    assert b" 503 " in answer and b"too_many_connections" in answer and b"retry-after: 2" in answer
    assert refused == ["too_many_connections"]


async def test_an_offer_to_upgrade_is_declined_and_the_connection_goes_on():
    upgrade = GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab"
    async with serving() as (port, refused):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(upgrade)
        assert (await reader.readuntil(b"\r\n\r\n2")).startswith(b"HTTP/1.1 200")
        writer.write(GET + b"Content-Length: 3\r\n\r\nabc")
        assert (await reader.readuntil(b"\r\n\r\n3")).startswith(b"HTTP/1.1 200")
        writer.close()
    assert refused == []


async def test_the_head_of_a_stream_does_not_wait_for_its_body():
    release = asyncio.Event()

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await release.wait()
        await send({"type": "http.response.body", "body": b"at last", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async with serving(app, seconds=5) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"Connection: close\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        release.set()
        rest = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert head.startswith(b"HTTP/1.1 200") and rest == b"7\r\nat last\r\n0\r\n\r\n"


async def test_an_expected_continue_comes_before_the_answer():
    async with serving(seconds=5) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert b"100 Continue" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        writer.write(b"abc")
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_garbage_behind_a_request_does_not_break_its_answer():
    release = asyncio.Event()

    async def app(scope, receive, send):
        await release.wait()
        await echo(scope, receive, send)

    async with serving(app, seconds=5) as (port, refused):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"Content-Length: 0\r\n\r\n" + b"garbage\r\n\r\n")
        await writer.drain()
        while not refused:
            await asyncio.sleep(0.01)
        release.set()
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 200") and answer.count(b"HTTP/1.1") == 1


async def test_many_small_requests_on_one_connection_do_not_add_up_to_a_large_head():
    async with serving() as (port, refused):
        answer = await say(port, (GET + b"X: " + b"y" * 200 + b"\r\n\r\n") * 600 + GET + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 601
    assert refused == []


async def test_an_idle_connection_outlives_the_limits_of_requests_and_is_closed_by_its_own():
    async with serving(idle=2) as (port, refused):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(GET + b"\r\n")
            assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.5)  # the limits are 0.3 s
        writer.write(GET)  # and never the rest: the limit of the headers holds, however long it was idle
        assert (await asyncio.wait_for(reader.read(), 30)).startswith(b"HTTP/1.1 408")
        writer.close()
        assert (await say(port, GET + b"\r\n")).endswith(b"\r\n\r\n0")
        assert refused == ["request_timeout"]
