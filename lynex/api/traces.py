"""Traces: a list, one as a tree, and the bodies of its events. Large answers are encoded in the reader's thread."""

import string
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from lynex.api.bodies import read_form
from lynex.api.front import encoded_answer, front, json_answer, json_bytes, parts
from lynex.api.guard import project_of
from lynex.api.trace_shapes import LookupWanted
from lynex.query.trace_detail import TraceDetailQuestion
from lynex.query.trace_steps import TraceStepsQuestion
from lynex.query.traces import TraceQuestion

_LONGEST_NAME: Final = 32
_PLAIN: Final = frozenset(string.ascii_letters + string.digits + "-_")


async def list_traces(request: Request) -> Response:
    """GET /api/v1/traces – newest first."""
    project_id, appliance = await project_of(request), parts(request)
    question = TraceQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.traces.page, question))


async def get_trace(request: Request) -> Response:
    """GET /api/v1/traces/{trace_id} – structure only."""
    project_id, traces = await project_of(request), parts(request).queries.traces
    params = request.query_params.multi_items()
    question = TraceDetailQuestion.from_params(params, project_id, request.path_params["trace_id"])
    return encoded_answer(await parts(request).ask(lambda: json_bytes(traces.one(question))))


async def get_steps(request: Request) -> Response:
    """GET /api/v1/traces/{trace_id}/steps – what each says, and which calls of tools are alike."""
    project_id, traces = await project_of(request), parts(request).queries.traces
    params = request.query_params.multi_items()
    question = TraceStepsQuestion.from_params(params, project_id, request.path_params["trace_id"])
    return encoded_answer(await parts(request).ask(lambda: json_bytes(traces.steps(question))))


async def export_trace(request: Request) -> Response:
    """GET /api/v1/traces/{trace_id}/export – OTLP in JSON, in pieces as it is read."""
    project_id, appliance = await project_of(request), parts(request)
    trace_id = request.path_params["trace_id"]
    pieces = await appliance.ask(appliance.queries.traces.exported, project_id, trace_id)

    async def read() -> AsyncIterator[bytes]:
        while (piece := await appliance.ask(next, pieces, None)) is not None:
            yield piece

    name = "".join(char for char in trace_id[:_LONGEST_NAME] if char in _PLAIN)
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="trace-{name}.json"'}
    return StreamingResponse(read(), headers=headers, media_type="application/json")


async def lookup_events(request: Request) -> Response:
    """POST /api/v1/events/lookup – up to 200 events with their bodies."""
    project_id, lookup = await project_of(request), parts(request).queries.lookup
    wanted = await read_form(request, front(request).memory, LookupWanted)
    return encoded_answer(
        await parts(request).ask(lambda: json_bytes(lookup.events(project_id, wanted.ids, wanted.trace_id)))
    )
