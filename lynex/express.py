"""The protocol with an express for single events: from the parser to the answer without uvicorn's cycle and ASGI."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from lynex.api.express import PATH, Express, NotOrdinary
from lynex.api.middleware import FAILED
from lynex.protocol import BoundedProtocol, ProtocolLimits

_NOBODY_WAITS: Final = asyncio.Event()


class _ShortCycle:
    """Stands where uvicorn has the cycle of a request, for one that takes the express."""

    __slots__ = (
        "body", "disconnected", "keep_alive", "message_event", "more_body", "response_complete", "response_started",
        "scope",
    )  # fmt: skip

    def __init__(self, scope: Any) -> None:
        self.scope = scope
        self.body = bytearray()
        self.more_body = self.keep_alive = True
        self.disconnected = self.response_started = self.response_complete = False
        self.message_event = _NOBODY_WAITS


class ExpressProtocol(BoundedProtocol):
    def __init__(
        self,
        limits: ProtocolLimits,
        refused: Callable[[str], None],
        express: Express,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(limits, refused, config, server_state, app_state, _loop)
        self._express = express

    def begin_cycle(self) -> None:
        if self.url == PATH and self._may_be_short():
            self.cycle = _ShortCycle(self.scope)  # type: ignore[assignment]
        else:
            super().begin_cycle()

    def connection_lost(self, exc: Exception | None) -> None:
        cycle: Any = self.cycle
        if type(cycle) is _ShortCycle and cycle.more_body:
            self._express.client_left()
        super().connection_lost(exc)

    def on_message_complete(self) -> None:
        cycle: Any = self.cycle
        is_awaited = type(cycle) is _ShortCycle and cycle.more_body
        super().on_message_complete()
        if is_awaited and not cycle.more_body:
            task = self.loop.create_task(self._answer_short(cycle))
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    def _may_be_short(self) -> bool:
        parser, before = self.parser, self.cycle
        return (
            (before is None or before.response_complete)
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not self.flow.write_paused
            and self._express.takes(self.headers)
        )

    async def _answer_short(self, cycle: _ShortCycle) -> None:
        scope = cycle.scope
        try:
            own_id, body = await self._express.answer(scope, bytes(cycle.body))
        except NotOrdinary:
            await self._answer_long(cycle)
        except Exception as fault:  # the application answers it, as if it had happened there
            scope[FAILED] = fault
            await self._answer_long(cycle)
        else:
            cycle.response_started = cycle.response_complete = True
            if cycle.disconnected:
                return
            close = b"" if cycle.keep_alive else b"connection: close\r\n"
            usual = b"".join([b"%b: %b\r\n" % header for header in self.server_state.default_headers])
            self.transport.write_whole(  # type: ignore[attr-defined]
                b"HTTP/1.1 202 Accepted\r\n%bcontent-type: application/json\r\ncontent-length: %d\r\n"
                b"x-request-id: %b\r\nx-content-type-options: nosniff\r\n%b\r\n%b"
                % (usual, len(body), own_id.encode(), close, body)
            )
            if not cycle.keep_alive:
                self.transport.close()
            self.on_response_complete()

    async def _answer_long(self, short: _ShortCycle) -> None:
        """The ordinary way, from the beginning."""
        path = PATH.decode()
        short.scope.update(method="POST", path=path, raw_path=PATH, query_string=b"")
        cycle = RequestResponseCycle(
            scope=short.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=short.keep_alive,
            on_response=self.on_response_complete,
        )
        cycle.body, cycle.more_body, cycle.disconnected = short.body, False, short.disconnected
        cycle.message_event.set()
        if self.cycle is short:  # type: ignore[comparison-overlap]
            self.cycle = cycle
        await cycle.run_asgi(self.app)
