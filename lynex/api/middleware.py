"""The one layer around all routes, pure ASGI: request id, host check, security headers, errors as problems, the log."""

import asyncio
import ipaddress
import itertools
import logging
import re
import socket
from typing import Any, Final

from starlette.routing import Match
from starlette.routing import Route as Pattern
from starlette.types import Message, Receive, Scope, Send

from lynex.api.bodies import ClientLeft
from lynex.api.front import KEY, Front
from lynex.api.problems import Headers, answer
from lynex.api.route import REFUSAL, MethodTable, Route, note_refused, tables
from lynex.config import ServerConfig
from lynex.errors import BadRequest, LynexError, Misdirected, NotFound, OutOfMemory, ShuttingDown, TooLarge
from lynex.failpoints import reach
from lynex.ids import new_request_id
from lynex.logs import request_id

logger = logging.getLogger(__name__)

FAILED: Final = "lynex.failed"  # what went wrong with this request on a shorter way, to be answered here
_OWN_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})
_API_POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_SNIFFING: Final = (b"x-content-type-options", b"nosniff")
_ALWAYS: Final[Headers] = [
    _NO_SNIFFING,
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_DRAIN_SECONDS: Final = 1.0
_DRAIN_BYTES: Final = 16 << 20
_LOG_LINES_A_SECOND: Final = 50


class Hosts:
    """Which `Host` a request may name: against DNS rebinding, by which a page reaches a server on localhost."""

    def __init__(self, server: ServerConfig) -> None:
        public = re.sub(r"^https?://", "", server.public_url).partition("/")[0]
        names = {_name_of(public), server.host, *server.allowed_hosts} - _EVERYWHERE - {"*"}
        self._names = frozenset(name.lower().strip("[]") for name in names) | _LOOPBACK
        self._any = "*" in server.allowed_hosts
        # Bound to every address, the server cannot know its own; a bare address cannot be rebound, a name can.
        self._addresses = server.host in _EVERYWHERE
        if self._addresses:
            self._names |= {socket.gethostname().lower()}
        self._seen: set[bytes] = set()

    def check(self, scope: Scope) -> None:
        """Raises `BadRequest` without a proper Host, `Misdirected` for one that is not ours."""
        values = [value for name, value in scope["headers"] if name == b"host"]
        if len(values) == 1 and values[0] in self._seen:
            return
        if len(values) != 1:
            raise BadRequest(f"A request needs one Host header, not {len(values)}.", code="invalid_host")
        host = _name_of(values[0].decode("latin-1"))
        if not host:
            raise BadRequest("The Host header is not a host name.", code="invalid_host")
        if not (self._any or host in self._names or (self._addresses and _is_address(host))):
            raise Misdirected(
                f"This server does not answer to the name {host[:64]}.",
                hint=f'Add it to the settings: [server] allowed_hosts = ["{host[:64]}"]',
            )
        if len(self._seen) < 64:
            self._seen.add(values[0])


class Door:
    """The whole application as ASGI."""

    def __init__(self, front: Front, routes: tuple[Route, ...]) -> None:
        self._front = front
        self._metrics = front.appliance.metrics
        self._hosts = Hosts(front.appliance.config.server)
        by_path = tables(routes)
        self._exact = {path: table for path, table in by_path.items() if "{" not in path}
        self._patterns = [(Pattern(path, table), table) for path, table in by_path.items() if "{" in path]
        self._counts = {number: self._metrics.requests.labels(f"{number}xx") for number in range(1, 6)}
        self._log = _RequestLog(front)
        self._id_prefix = new_request_id()[:8]
        self._serial = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} is not served here")
        reach("loop.block")
        exchange = _Exchange(scope, receive, send, self._id_of(scope))
        scope[KEY] = self._front
        try:
            await self._answer(scope, receive, exchange)
        except ClientLeft:
            self._metrics.disconnects.inc()
            return
        except LynexError as error:
            await self._refuse(exchange, error)
        except Exception as fault:  # the outer edge: whatever it is, the client gets an answer without details
            logger.exception("%s %s failed", scope["method"], scope["path"])
            await self._refuse(exchange, _unexpected(fault))
        if exchange.status:
            self.count(exchange.status)
            self._log.note(scope, exchange.status, exchange.code)

    async def _answer(self, scope: Scope, receive: Receive, exchange: "_Exchange") -> None:
        if self._front.stopping:
            raise ShuttingDown("Lynex is stopping.", hint="Send the same events again in a moment.", retry_after=2)
        failed: Exception | None = scope.get(FAILED)
        if failed is not None:
            if isinstance(failed, LynexError):
                note_refused(scope, failed.code)
            raise failed
        self.check_host(scope)
        await self._table(scope)(scope, receive, exchange.send)

    def _id_of(self, scope: Scope) -> str:
        """The sender's own X-Request-Id where it is harmless, else the next of ours."""
        for name, value in scope["headers"]:
            if name == b"x-request-id" and _OWN_ID.fullmatch(value):
                text: str = value.decode()
                return text
        return self.new_id()

    def serves(self, path: str) -> bool:
        return path in self._exact

    def new_id(self) -> str:
        return f"{self._id_prefix}{next(self._serial):08x}"

    def check_host(self, scope: Scope) -> None:
        self._hosts.check(scope)

    def count(self, status: int) -> None:
        self._counts[status // 100].inc()

    def _table(self, scope: Scope) -> MethodTable:
        table = self._exact.get(scope["path"])
        if table is not None:
            return table
        for pattern, found in self._patterns:
            match, child = pattern.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                return found
        shown = scope["path"][:64].encode("unicode_escape").decode()
        raise NotFound(f"There is nothing at {shown}.", hint="All routes are listed at /docs.")

    async def _refuse(self, exchange: "_Exchange", error: LynexError) -> None:
        self._metrics.refused.labels(error.code).inc()
        exchange.code = error.code
        if exchange.status:
            return  # half an answer is out already: the server cuts the connection
        await exchange.refuse(error, close=self._front.stopping or isinstance(error, TooLarge))


class _Exchange:
    """One request and its answer: adds our headers to whatever is sent and remembers the status."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, own_id: str) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._id = own_id
        self.status = 0
        self.code = ""
        request_id.set(own_id)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._with_ours(list(message["headers"]), message["status"])
        await self._send(message)

    def _with_ours(self, headers: Headers, status: int) -> Headers:
        headers.append((b"x-request-id", self._id.encode()))
        if status == 202 or REFUSAL in self._scope:  # the hot path: nothing a browser would render
            headers.append(_NO_SNIFFING)
            return headers
        if not any(name == b"content-security-policy" for name, _ in headers):
            headers.append(_API_POLICY)
        return headers + _ALWAYS

    async def refuse(self, error: LynexError, *, close: bool) -> None:
        write = self._scope.get(REFUSAL)
        written = write(self._scope, error) if write is not None else None
        status, headers, body = answer(error, self._id, close=close, written=written)
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        if not close:
            await self._send({"type": "http.response.body", "body": body})
            return
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        if isinstance(error, TooLarge):
            await self._drain()
        await self._send({"type": "http.response.body", "body": b""})

    async def _drain(self) -> None:
        """Closing with unread bytes resets the connection, and the client would never see why it was refused."""
        left = _DRAIN_BYTES
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while left > 0:
                    message = await self._receive()
                    if message["type"] == "http.disconnect" or not message.get("more_body"):
                        return
                    left -= len(message.get("body", b""))
        except TimeoutError:
            return


class _RequestLog:
    """One line for each request that was not answered well, at most 50 a second."""

    def __init__(self, front: Front) -> None:
        self._clock = front.appliance.clock
        self._second = 0
        self._lines = 0

    def note(self, scope: Scope, status: int, code: str) -> None:
        if status < 400 or code == "not_ready":  # whoever waits for the start asks again and again
            return
        second = int(self._clock.monotonic())
        if second != self._second:
            if self._lines > _LOG_LINES_A_SECOND:
                logger.warning("%d more refused requests were not logged", self._lines - _LOG_LINES_A_SECOND)
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines > _LOG_LINES_A_SECOND:
            return
        client = scope.get("client")
        level = logging.WARNING if status >= 500 else logging.INFO
        facts: dict[str, Any] = {"method": scope["method"], "path": scope["path"][:256], "status": status, "code": code}
        logger.log(
            level,
            "%s %s answered %d %s to %s",
            facts["method"],
            facts["path"],
            status,
            code,
            client[0] if client else "unknown",
            extra={"facts": facts},
        )


def _name_of(host: str) -> str:
    """The host without its port, in lower case; empty when it is not one."""
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?", host)
    return found[1].lower().strip("[]").rstrip(".") if found else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _unexpected(fault: Exception) -> LynexError:
    if isinstance(fault, MemoryError):
        return OutOfMemory(
            "There was not enough memory for this request.", hint="Send it again; smaller batches need less."
        )
    return LynexError("Something went wrong here; the log has more under this request id.")
