"""OTLP by gRPC, for exporters that speak nothing else: the same requests, keys and promise as over HTTP.

Needs the extra `lynex[grpc]`; nothing else of Lynex imports this file or its library.
"""

import functools
import logging
from typing import Any, Final

import grpc
from grpc import aio

from lynex.appliance import Appliance
from lynex.auth.principal import Principal
from lynex.auth.roles import may, require
from lynex.control.receipts import NOBODY
from lynex.errors import LynexError
from lynex.ingest.otlp import LOGS, METRICS, TRACES
from lynex.ingest.otlp_answers import response, rpc_code
from lynex.ingest.otlp_intake import REFUSED_RECORD

logger = logging.getLogger(__name__)

_SERVICES: Final = {
    "opentelemetry.proto.collector.trace.v1.TraceService": TRACES,
    "opentelemetry.proto.collector.logs.v1.LogsService": LOGS,
    "opentelemetry.proto.collector.metrics.v1.MetricsService": METRICS,
}
_PERMISSION, _BACKFILL = "events.write", "events.write_old"
_AT_ONCE: Final = 64  # requests being read, each perhaps of the largest size; exporters give up those beyond
_RETRYABLE: Final = frozenset((429, 503))  # of these, exporters try UNAVAILABLE again in any case
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}


class GrpcPort:
    """One listener. `open` raises `OSError` where the port cannot be had."""

    def __init__(self, appliance: Appliance) -> None:
        self._appliance = appliance
        largest = appliance.config.ingest.max_request_bytes  # whether compressed or not: its parts are kept in memory
        self._server = aio.server(
            options=[("grpc.max_receive_message_length", largest), ("grpc.so_reuseport", 0)],
            maximum_concurrent_rpcs=_AT_ONCE,
        )
        for service, signal in _SERVICES.items():
            # Without a deserializer the request stays the bytes that were sent, as the journal keeps them.
            export = grpc.unary_unary_rpc_method_handler(functools.partial(self._export, signal))
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"Export": export}),))

    async def open(self, address: str) -> None:
        try:
            self._server.add_insecure_port(address)
        except RuntimeError as fault:
            raise OSError(f"{address} cannot be had") from fault
        await self._server.start()

    async def close(self, seconds: float) -> None:
        """What is in flight is answered within that time."""
        await self._server.stop(seconds)

    async def _export(self, signal: str, data: bytes, context: Any) -> bytes:
        sender: tuple[str, str | None] = (NOBODY, None)
        try:
            principal = await self._admitted(context.invocation_metadata() or ())
            project_id = await self._project_of(principal)
            sender = project_id, principal.key_id
            return await self._accept(signal, data, principal, project_id)
        except LynexError as error:
            self._appliance.receipts.note_refused(*sender, error.code)
            self._appliance.metrics.refused.labels(error.code).inc()
            code = grpc.StatusCode.UNAVAILABLE if error.status in _RETRYABLE else _CODES[rpc_code(error.status)]
            details = " ".join(part for part in (error.detail, error.hint) if part)
        except Exception:  # the outer edge: whatever it is, the exporter gets an answer without details
            logger.exception("OTLP by gRPC failed")
            code, details = grpc.StatusCode.INTERNAL, "Something went wrong here; the log of the server has more."
        await context.abort(code, details)
        raise AssertionError("abort raises")

    async def _project_of(self, principal: Principal) -> str:
        if principal.project_id is not None:
            return principal.project_id
        project_id = self._appliance.config.init.project
        await self._appliance.ask(self._appliance.projects.get, project_id)
        return project_id

    async def _accept(self, signal: str, data: bytes, principal: Principal, project_id: str) -> bytes:
        receipt = await self._appliance.otlp.accept(
            signal, project_id, principal.key_id, data, in_json=False, backfill=may(principal, _BACKFILL)
        )
        if receipt.rejected:
            receipts = self._appliance.receipts
            receipts.note_refused(project_id, principal.key_id, REFUSED_RECORD, receipt.rejected)
        return response(signal, receipt.rejected, receipt.message, in_json=False)

    async def _admitted(self, metadata: Any) -> Principal:
        headers = [(name.encode(), _as_bytes(value)) for name, value in metadata]
        credentials = self._appliance.credentials
        principal = credentials.known(headers)
        if principal is None:
            principal = await credentials.identify("POST", headers)
        require(principal, _PERMISSION)
        return principal


def _as_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
