"""Traces: a list, one as a tree, and the bodies of its events. Large answers are encoded in the reader's thread."""

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import read_form
from lynex.api.front import encoded_answer, front, json_answer, json_bytes, parts
from lynex.api.guard import project_of
from lynex.api.trace_shapes import LookupWanted
from lynex.query.trace_detail import TraceDetailQuestion
from lynex.query.traces import TraceQuestion


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


async def lookup_events(request: Request) -> Response:
    """POST /api/v1/events/lookup – up to 200 events with their bodies."""
    project_id, lookup = await project_of(request), parts(request).queries.lookup
    wanted = await read_form(request, front(request).memory, LookupWanted)
    return encoded_answer(
        await parts(request).ask(lambda: json_bytes(lookup.events(project_id, wanted.ids, wanted.trace_id)))
    )
