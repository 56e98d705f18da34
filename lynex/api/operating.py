"""For those who run the server: is it alive, is it ready, what does it say of itself."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from lynex.api.front import front, json_answer, parts
from lynex.api.shapes import Readiness
from lynex.errors import QueryTimeout, Rebuilding, Unavailable

_NO_STORE: Final = {"cache-control": "no-store"}


async def health(request: Request) -> Response:
    """GET /health – one word."""
    fault = await front(request).health.fault()
    # While the hot file is rebuilt or all readers are busy, the process does serve: nobody should restart it for that.
    fails = fault is not None and not isinstance(fault, Rebuilding | QueryTimeout)
    return PlainTextResponse("failing" if fails else "ok", 503 if fails else 200, _NO_STORE)


async def ready(request: Request) -> Response:
    """GET /ready – 200 once everything accepted before the start is visible and the first query answers."""
    appliance = parts(request)
    fault = await front(request).health.fault()
    if fault is not None or not appliance.ready:
        raise Unavailable(
            "Lynex is not ready: it is catching up with its journal, or its storage does not answer.", code="not_ready"
        )
    return json_answer(Readiness(True))


async def metrics(request: Request) -> Response:
    """GET /metrics – for Prometheus."""
    text = await asyncio.to_thread(parts(request).metrics.exposition)
    return Response(text, 200, _NO_STORE, media_type="text/plain; version=0.0.4; charset=utf-8")
