"""Watches the event loop from a thread: says where it is stuck, and answers /health even then."""

import asyncio
import logging
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from lynex.clock import Clock

logger = logging.getLogger(__name__)

_BEAT_S: Final = 0.25
_STALL_S: Final = 1.0
_DEAD_S: Final = 60.0  # a loop stuck this long will not come back


class Watchdog:
    """`stalled` is called once for each time the loop did not turn for a second."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, clock: Clock, stalled: Callable[[], None], host: str, health_port: int
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._stalled = stalled
        self._address = (host, health_port)
        self._loop_thread = threading.get_ident()
        self._beaten = self._clock.monotonic()
        self._stopping = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        self._beat()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        if self._address[1]:
            self._server = _HealthServer(self._address, self)
            threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def still_for(self) -> float:
        """Seconds since the loop last turned."""
        return self._clock.monotonic() - self._beaten

    def _beat(self) -> None:
        self._beaten = self._clock.monotonic()
        if not self._stopping.is_set():
            self._loop.call_later(_BEAT_S, self._beat)

    def _watch(self) -> None:
        reported = 0.0
        while not self._stopping.wait(_BEAT_S):
            if self.still_for() > _STALL_S + _BEAT_S and reported != self._beaten:
                reported = self._beaten
                self._stalled()
                stack = {"stack": self._stack()}
                logger.error("The event loop has been stuck for %.1f s, here:", self.still_for(), extra=stack)

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._loop_thread)
        return "".join(traceback.format_stack(frame)) if frame is not None else "(gone)"


class _HealthServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], watchdog: Watchdog) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.watchdog = watchdog
        super().__init__(address, _HealthHandler)


class _HealthHandler(BaseHTTPRequestHandler):
    """GET /health and nothing else."""

    server: _HealthServer
    timeout = 5

    def do_GET(self) -> None:
        is_dead = self.server.watchdog.still_for() > _DEAD_S
        status, word = (404, b"not found") if self.path != "/health" else (503, b"stuck") if is_dead else (200, b"ok")
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(word)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(word)

    def log_message(self, format: str, *args: object) -> None:
        return
