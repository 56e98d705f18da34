"""HTTP/1.1 with limits of our own: uvicorn and httptools accept thousands of headers, wait for ever, and take any Host.

Everything here happens before a request exists, so answers are written to the socket directly, as problem documents.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from lynex.api.problems import answer
from lynex.corked import CorkedTransport
from lynex.errors import LynexError, RequestTimeout, Unavailable
from lynex.ids import new_request_id

MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 64 << 10
MAX_URL_BYTES: Final = 8 << 10

GRPC_HINT: Final = (
    "If it is an exporter of OpenTelemetry: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, "
    "or send gRPC to port 4317 of a Lynex installed as lynex[grpc]."
)
_LINGER_S: Final = 1.0
_LAST_CHANCE_S: Final = 0.2
_STUCK_READER_S: Final = 60.0
_HTTP2_PREFACE: Final = b"PRI * HTTP/2"
_TLS_HELLO: Final = b"\x16\x03"
_PHRASES: Final = {
    400: b"Bad Request",
    408: b"Request Timeout",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
    505: b"HTTP Version Not Supported",
}


@dataclass(frozen=True, slots=True)
class ProtocolLimits:
    """Seconds for the headers and for the body of a request, and connections open at once."""

    header_timeout_s: float
    body_timeout_s: float
    max_connections: int


class MalformedRequest(LynexError):
    status, code, title = 400, "malformed_request", "Not a proper HTTP request"


class UrlTooLong(LynexError):
    status, code, title = 414, "url_too_long", "URL too long"


class HeadersTooLarge(LynexError):
    status, code, title = 431, "headers_too_large", "Too many or too large headers"


class VersionNotSupported(LynexError):
    status, code, title = 505, "http_version_not_supported", "HTTP version not supported"


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `refused` is told the code of everything turned away here."""

    def __init__(
        self,
        limits: ProtocolLimits,
        refused: Callable[[str], None],
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._refused = refused
        self._closing = False  # refused: whatever still comes is read and thrown away
        self._refusal: LynexError | None = None
        self._in_head = False
        self._declining = False
        self._untouched = True
        self._head_bytes = 0
        self._header_bytes = 0
        self._hosts = 0
        self._chunk = 0
        self._deadline: float | None = None
        self._write_deadline: float | None = None
        self._idle_deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    # -- the connection ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(CorkedTransport(transport, self.loop))
        self._arm(self._limits.header_timeout_s)
        if len(self.connections) > self._limits.max_connections:
            most = self._limits.max_connections
            self._turn_away(
                Unavailable(f"{most} connections are open already.", code="too_many_connections", retry_after=2)
            )

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline = self._write_deadline = self._idle_deadline = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        if self._untouched:
            self._untouched = False
            if self._speaks_something_else(data):
                return
        self._chunk = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError:
            refusal = self._refusal
            self._turn_away(
                refusal if refusal is not None else MalformedRequest("This is not a proper HTTP/1.1 request.")
            )
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEADER_BYTES + MAX_URL_BYTES:
                self._turn_away(_headers_too_large() if self.headers else UrlTooLong("The URL does not end."))

    def on_response_complete(self) -> None:
        """As uvicorn's, with the one timer of the connection instead of a new one after each answer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_deadline = self.loop.time() + self.timeout_keep_alive
            self._watch(self.timeout_keep_alive)

    def shutdown(self) -> None:
        """An idle connection may have a request on its way: it gets a moment, and that request its 503."""
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_LAST_CHANCE_S, super().shutdown)
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_deadline = self.loop.time() + _STUCK_READER_S
        self._watch(_STUCK_READER_S)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._write_deadline = None

    # -- the parser's calls --------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = -self._chunk  # this chunk may hold the body of the request before
        self._header_bytes = self._hosts = 0
        self._idle_deadline = None
        self._arm(self._limits.header_timeout_s)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(UrlTooLong(f"The URL is longer than {MAX_URL_BYTES} bytes."))

    def on_header(self, name: bytes, value: bytes) -> None:
        """What uvicorn does is done here too: the call for each header is saved."""
        self._header_bytes += len(name) + len(value)
        headers = self.headers
        if len(headers) >= MAX_HEADERS or self._header_bytes > MAX_HEADER_BYTES:
            self._refuse(_headers_too_large())
        name = name.lower()
        if name == b"host":
            self._hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        hosts = self._hosts
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            self._refuse(MalformedRequest(f"A request needs one Host header, not {hosts}.", code="invalid_host"))
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                self._refuse(MalformedRequest("This is not a proxy: CONNECT is not served."))
            self._declining = True
            return
        self._arm(self._limits.body_timeout_s)
        self.begin_cycle()

    def on_message_complete(self) -> None:
        if self._declining:
            return
        self._deadline = None
        super().on_message_complete()

    def begin_cycle(self) -> None:
        """The headers are complete and good."""
        super().on_headers_complete()

    # -- turning away --------------------------------------------------------------------------------------------

    def _refuse(self, error: LynexError) -> None:
        """Inside the parser: stop it; `data_received` answers."""
        self._refusal = error
        raise error

    def _turn_away(self, error: LynexError) -> None:
        self._closing = True
        self._deadline = None
        self._refused(error.code)
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if self._in_head or cycle.response_started:
                cycle.keep_alive = False  # the answer to the request before is still on its way, and is the last
                self.pipeline.clear()
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.write(_as_bytes(error))
        self._linger()

    def _linger(self) -> None:
        """Closing with unread bytes would reset the connection, and the client would never see the answer."""
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER_S, self.transport.close)

    def _speaks_something_else(self, data: bytes) -> bool:
        if data.startswith(_TLS_HELLO):
            self._turn_away(
                MalformedRequest("This port speaks HTTP, not HTTPS.", hint="Use http:// or put TLS in front.")
            )
        elif data.startswith(_HTTP2_PREFACE):
            self._turn_away(
                VersionNotSupported(
                    "This port speaks HTTP/1.1.", hint=f"Switch HTTP/2 off in the client or proxy. {GRPC_HINT}"
                )
            )
        return self._closing

    def _decline_upgrade(self, rest: bytes) -> None:
        """An offer to upgrade is declined by answering in HTTP/1.1.

        The parser has stopped and would lose the body (Java's HttpClient offers h2c with each POST), so a new one is
        given the same head without the offer.
        """
        self._declining = False
        lines = [b"%b %b HTTP/1.1" % (self.parser.get_method(), self.url)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] not in (b"upgrade", b"connection")]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join([*lines, b"", rest]))

    # -- time ----------------------------------------------------------------------------------------------------

    def _arm(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds
        if self._timer is None:
            self._timer = self.loop.call_later(seconds, self._time_is_up)

    def _watch(self, seconds: float) -> None:
        """Look again in `seconds`, or earlier: the request that comes next may have less time."""
        if self._timer is None:
            least = min(seconds, self._limits.header_timeout_s, self._limits.body_timeout_s)
            self._timer = self.loop.call_later(least, self._time_is_up)

    def _time_is_up(self) -> None:
        """One timer a connection, set again only when it has fired: arming costs a busy connection nothing."""
        self._timer = None
        if self.transport.is_closing():
            return
        now = self.loop.time()
        if self._write_deadline is not None and self._write_deadline <= now:
            self.transport.abort()
        elif self._idle_deadline is not None and self._idle_deadline <= now:
            self.transport.close()
        elif self._deadline is not None and self._deadline <= now:
            self._cut()
        else:
            deadlines = self._deadline, self._write_deadline, self._idle_deadline
            due = [moment for moment in deadlines if moment is not None]
            if due:
                self._watch(min(due) - now)

    def _cut(self) -> None:
        if self._untouched:  # connected and never said a word
            self.transport.close()
            return
        part, limit = (
            ("headers", self._limits.header_timeout_s) if self._in_head else ("body", self._limits.body_timeout_s)
        )
        self._turn_away(RequestTimeout(f"The {part} did not arrive within {limit:g} s."))


def _headers_too_large() -> HeadersTooLarge:
    return HeadersTooLarge(f"At most {MAX_HEADERS} headers of {MAX_HEADER_BYTES} bytes together are taken.")


def _as_bytes(error: LynexError) -> bytes:
    own_id = new_request_id()
    status, headers, body = answer(error, own_id, close=True)
    lines = [b"HTTP/1.1 %d %b" % (status, _PHRASES.get(status, b"Error"))]
    lines += [b"%b: %b" % header for header in headers]
    lines += [b"x-request-id: " + own_id.encode(), b"x-content-type-options: nosniff"]
    return b"\r\n".join([*lines, b"", body])
