"""The door events come in by, and the lists of them."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import JSON, NDJSON, kind_of, read_body
from lynex.api.front import OnDisk, front, json_answer, parts
from lynex.api.guard import project_of
from lynex.api.route import principal_of
from lynex.api.shapes import Queued, QueuedBatch
from lynex.auth.roles import may
from lynex.errors import UnsupportedMedia
from lynex.query.events import EventQuestion

_BACKFILL: Final = "events.write_old"


async def post_event(request: Request) -> OnDisk:
    """POST /api/v1/events – one event; 202 means on disk."""
    principal, project_id = principal_of(request), await project_of(request)
    if kind_of(request.scope) is not JSON:
        raise UnsupportedMedia(
            "One event is sent as application/json.", hint="Lines of events go to /api/v1/events/batch."
        )
    data = await _body(request)
    intake = parts(request).intake
    accepted = await intake.accept_single(project_id, principal.key_id, data, backfill=may(principal, _BACKFILL))
    answer = Queued(
        status="queued",
        event_id=accepted.event_ids[0],
        duplicate=accepted.duplicates > 0,
        durable=accepted.durable,
        warnings=accepted.warnings,
    )
    return OnDisk(answer)


async def post_batch(request: Request) -> OnDisk:
    """POST /api/v1/events/batch – all or none."""
    principal, project_id = principal_of(request), await project_of(request)
    kind = kind_of(request.scope)
    data = await _body(request)
    intake = parts(request).intake
    accept = intake.accept_ndjson if kind is NDJSON else intake.accept_batch
    accepted = await accept(project_id, principal.key_id, data, backfill=may(principal, _BACKFILL))
    answer = QueuedBatch(
        status="queued",
        accepted=len(accepted.event_ids),
        duplicates=accepted.duplicates,
        event_ids=accepted.event_ids,
        durable=accepted.durable,
        warnings=accepted.warnings,
    )
    return OnDisk(answer)


async def list_events(request: Request) -> Response:
    """GET /api/v1/events – newest first."""
    project_id, appliance = await project_of(request), parts(request)
    question = EventQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.events.page, question))


async def get_event(request: Request) -> Response:
    """GET /api/v1/events/{event_id} – with its whole body."""
    project_id, appliance = await project_of(request), parts(request)
    return json_answer(await appliance.ask(appliance.queries.events.one, project_id, request.path_params["event_id"]))


async def _body(request: Request) -> bytes:
    desk = front(request)
    return await read_body(request.scope, request.receive, desk.limits, desk.memory)
