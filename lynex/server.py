"""The server around an appliance: the application, the sockets, the signals, and a stop that keeps its promises."""

import asyncio
import contextlib
import functools
import importlib.util
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import uvicorn
import uvloop
from starlette.types import ASGIApp

from lynex.allocation import calm_allocation, release_what_was_kept
from lynex.api.cross_origin import CrossOrigin
from lynex.api.express import Express
from lynex.api.front import Front
from lynex.api.middleware import Door
from lynex.api.openapi import document
from lynex.api.route import Route
from lynex.api.routes import DESCRIBED, FOR_EXPORTERS, ROUTES
from lynex.appliance import Appliance
from lynex.config import ServerConfig
from lynex.errors import StartRefused
from lynex.express import ExpressProtocol
from lynex.failpoints import reach
from lynex.protocol import GRPC_HINT, ProtocolLimits, VersionNotSupported
from lynex.watchdog import Watchdog

if TYPE_CHECKING:
    from lynex.otlp_grpc import GrpcPort

logger = logging.getLogger(__name__)

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_LAST_WORDS_S: Final = 0.3  # how long new requests are still told that we are stopping
_KEEP_ALIVE_S: Final = 75
# The loop gives the GIL away at each poll and would wait 5 ms (the default) to get it back from the busy processor.
_GIL_SWITCH_S: Final = 0.001
_GRPC_FAREWELL_S: Final = 2.0
_RESERVE_S: Final = 1.0  # of the time to stop, kept for closing what is open


def build_app(appliance: Appliance) -> ASGIApp:
    """The application as ASGI. Raises `StartRefused` for a route nobody gave a permission."""
    front = _front(appliance)
    return _application(Door(front, ROUTES), front)


def _application(door: Door, front: Front) -> ASGIApp:
    """The door, and the layer for pages of other sites only where some are listed: it stands before every request."""
    origins = front.appliance.config.ingest.cors_origins
    return CrossOrigin(door, origins) if origins else door


OnReady = Callable[[tuple[str, ...]], None]


def serve(appliance: Appliance, on_ready: OnReady = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT, then stop within `stop_timeout_s`. A second signal ends the process at once.

    `on_ready` is called once the port answers, with the endpoints of OpenTelemetry that were to be had besides.
    Raises `StartRefused` when the port cannot be had.
    """
    calm_allocation()
    sys.setswitchinterval(_GIL_SWITCH_S)
    try:
        uvloop.run(Serving(appliance, on_ready).run())
    finally:
        release_what_was_kept()


class Serving:
    """One run of the server."""

    def __init__(self, appliance: Appliance, on_ready: OnReady) -> None:
        self._appliance = appliance
        self._on_ready = on_ready
        self._front = _front(appliance)
        self._told_of_grpc = False
        self._stop = asyncio.Event()
        self._server = _Server(self._uvicorn_config(ROUTES))
        self._otlp = _OtlpPorts(appliance, _Server(self._uvicorn_config(FOR_EXPORTERS)))
        self._ended = threading.Event()

    async def run(self) -> None:
        loop, server = asyncio.get_running_loop(), self._appliance.config.server
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)
        stalls = self._appliance.metrics.loop_stalls
        watchdog = Watchdog(loop, self._appliance.clock, stalls.inc, server.host, server.health_port)
        self._appliance.start(loop)
        try:
            await self._server.open()
            watchdog.start()
            self._appliance.directory.announce(_own_url(server, server.port), self._appliance.local_token)
            self._on_ready(await self._otlp.open())
            logger.info("Serving %s", self._appliance.config.url)
            await self._stop.wait()
            await self._wind_down()
        finally:
            waiting = await self._appliance.close(max(_RESERVE_S, server.stop_timeout_s / 2))
            watchdog.stop()
            self._ended.set()
        logger.info("Stopped. %s", _left(waiting))

    def _signalled(self, number: int) -> None:
        if self._stop.is_set():
            logger.warning("Second signal: stopping at once. What was answered 202 is in the journal.")
            os._exit(128 + number)
        logger.info("Stopping: finishing %d requests.", len(self._server.server_state.tasks))
        self._front.stopping = True
        threading.Thread(target=self._insist, name="stop", daemon=True).start()
        self._stop.set()

    async def _wind_down(self) -> None:
        """New requests get 503 and `Connection: close` for a moment, what is in flight is answered, all is closed."""
        reach("server.draining")
        self._appliance.live.close()
        await asyncio.sleep(_LAST_WORDS_S)
        await asyncio.gather(self._server.shutdown(), self._otlp.close())

    def _insist(self) -> None:
        """In a thread: a stuck part must not keep the process past its time; nothing acknowledged is at stake."""
        if not self._ended.wait(self._appliance.config.server.stop_timeout_s):
            waiting = self._appliance.processor.queue_depth
            logger.error("Something did not stop in time; ending anyway. %s", _left(waiting))
            logging.shutdown()
            os._exit(0)

    def _turned_away(self, code: str) -> None:
        """Counted; and told once, where an exporter speaks gRPC to a port of HTTP and would say only `unavailable`."""
        self._appliance.metrics.refused.labels(code).inc()
        if code == VersionNotSupported.code and not self._told_of_grpc:
            self._told_of_grpc = True
            logger.warning("A client speaks HTTP/2 to a port of HTTP/1.1. %s", GRPC_HINT)

    def _uvicorn_config(self, routes: tuple[Route, ...]) -> uvicorn.Config:
        server = self._appliance.config.server
        limits = ProtocolLimits(server.header_timeout_s, server.body_timeout_s, server.max_connections)
        door = Door(self._front, routes)
        express = Express(self._front, door)
        protocol = functools.partial(ExpressProtocol, limits, self._turned_away, express)
        return uvicorn.Config(
            _application(door, self._front),
            host=server.host,
            port=server.port,
            http=protocol,  # type: ignore[arg-type]  # anything that makes a protocol will do
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=max(1, int(server.stop_timeout_s / 2)),
        )


class _Server(uvicorn.Server):
    """uvicorn without its signals and its own main loop: we say when it opens and closes."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ticking: asyncio.Task[None] | None = None

    async def open(self, *sockets: socket.socket) -> None:
        config = self.config
        config.load()
        self.lifespan = config.lifespan_class(config)
        try:
            await self.startup(list(sockets) or None)
        except SystemExit as fault:  # uvicorn's way to say that the port is taken; it has logged why
            raise StartRefused(
                f"Cannot listen on {config.host} port {config.port}: it is in use or not allowed.",
                hint="Stop what uses it (`lynex doctor` says what), or choose another --port.",
            ) from fault
        self._ticking = asyncio.create_task(self.main_loop())

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        self.should_exit = True
        if self._ticking is not None:
            await self._ticking
        await super().shutdown()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _OtlpPorts:
    """The ports that exporters send to by default. They are a convenience: where one is taken, we go on without."""

    def __init__(self, appliance: Appliance, http: _Server) -> None:
        self._appliance = appliance
        self._settings = appliance.config.server
        self._http = http
        self._http_is_open = False
        self._grpc: GrpcPort | None = None

    async def open(self) -> tuple[str, ...]:
        """The endpoints that were to be had."""
        endpoints = []
        if await self._open_http(self._settings.otlp_port):
            endpoints.append(_own_url(self._settings, self._settings.otlp_port))
        if await self._open_grpc(self._settings.otlp_grpc_port):
            endpoints.append(_own_url(self._settings, self._settings.otlp_grpc_port) + " (gRPC)")
        return tuple(endpoints)

    async def close(self) -> None:
        if self._http_is_open:
            await self._http.shutdown()
        if self._grpc is not None:
            await self._grpc.close(_GRPC_FAREWELL_S)

    async def _open_http(self, port: int) -> bool:
        if port in (0, self._settings.port):
            return False
        try:
            listener = _listener(self._settings.host, port)
        except OSError as fault:
            return self._go_without("otlp_port", port, fault)
        await self._http.open(listener)
        self._http_is_open = True
        return True

    async def _open_grpc(self, port: int) -> bool:
        if not port or importlib.util.find_spec("grpc") is None:
            return False
        from lynex.otlp_grpc import GrpcPort

        host = self._settings.host.strip("[]")
        grpc = GrpcPort(self._appliance)
        try:
            await grpc.open(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        except OSError as fault:
            return self._go_without("otlp_grpc_port", port, fault)
        self._grpc = grpc
        return True

    def _go_without(self, setting: str, port: int, fault: OSError) -> bool:
        logger.warning(
            "OpenTelemetry is not taken on port %d (%s): %s. Exporters reach it at %s.",
            port,
            setting,
            fault.strerror or fault,
            self._appliance.config.url,
        )
        return False


def _listener(host: str, port: int) -> socket.socket:
    """Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def _front(appliance: Appliance) -> Front:
    made = Front.of(appliance)
    made.openapi = document(DESCRIBED)
    return made


def _own_url(server: ServerConfig, port: int) -> str:
    """How programs on this machine reach us, whatever people outside use."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(server.host, server.host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _left(waiting: int) -> str:
    return f"{waiting} accepted events wait in the journal for the next start." if waiting else "Nothing waits."
