"""The door events come in by, and the lists of them."""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import JSON, NDJSON, kind_of, read_body
from lynex.api.cross_origin import is_from_listed_page, require_sending_key
from lynex.api.front import OnDisk, front, json_answer, parts
from lynex.api.guard import project_of
from lynex.api.problems import invalid
from lynex.api.route import PRINCIPAL, principal_of
from lynex.api.shapes import Beacon, Queued, QueuedBatch
from lynex.auth.roles import may, require
from lynex.errors import Forbidden, UnsupportedMedia
from lynex.ingest.intake import Accepted
from lynex.query.events import EventQuestion

BACKFILL: Final = "events.write_old"


async def post_event(request: Request) -> OnDisk:
    """POST /api/v1/events – one event; 202 means on disk."""
    principal, project_id = principal_of(request), await project_of(request)
    if kind_of(request.scope) is not JSON:
        raise UnsupportedMedia(
            "One event is sent as application/json.", hint="Lines of events go to /api/v1/events/batch."
        )
    data = await _body(request)
    intake = parts(request).intake
    accepted = await intake.accept_single(project_id, principal.key_id, data, backfill=may(principal, BACKFILL))
    return OnDisk(queued_event(accepted))


async def post_batch(request: Request) -> OnDisk:
    """POST /api/v1/events/batch – all or none."""
    principal, project_id = principal_of(request), await project_of(request)
    kind = kind_of(request.scope)
    data = await _body(request)
    intake = parts(request).intake
    accept = intake.accept_ndjson if kind is NDJSON else intake.accept_batch
    accepted = await accept(project_id, principal.key_id, data, backfill=may(principal, BACKFILL))
    return OnDisk(_queued(accepted))


def queued_event(accepted: Accepted) -> Queued:
    return Queued(
        status="queued",
        event_id=accepted.event_ids[0],
        duplicate=accepted.duplicates > 0,
        durable=accepted.durable,
        warnings=accepted.warnings,
    )


def _queued(accepted: Accepted) -> QueuedBatch:
    return QueuedBatch(
        status="queued",
        accepted=len(accepted.event_ids),
        duplicates=accepted.duplicates,
        event_ids=accepted.event_ids,
        durable=accepted.durable,
        warnings=accepted.warnings,
    )


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


async def post_beacon(request: Request) -> OnDisk:
    """POST /api/v1/events/beacon – a page's last words: `sendBeacon` can set no header, so the key is in the body."""
    if not is_from_listed_page(request.scope):
        raise Forbidden(
            "Only pages of origins in the setting ingest.cors_origins may send beacons.",
            code="origin_not_listed",
            hint="Programs use /api/v1/events/batch.",
        )
    try:
        beacon = msgspec.json.decode(await _body(request), type=Beacon)
    except msgspec.MsgspecError as fault:
        raise invalid("", "invalid_beacon", f"A beacon is {{apiKey, events}} in JSON: {fault}.") from fault
    credentials = parts(request).credentials
    principal = await credentials.identify("POST", [(b"x-api-key", beacon.api_key.encode("utf-8", "replace"))])
    request.scope[PRINCIPAL] = principal
    require(principal, "events.write")
    require_sending_key(request.scope, principal)
    if principal.project_id is None:
        raise Forbidden("A beacon needs an API key.", code="key_needed")
    accepted = await parts(request).intake.accept_batch(principal.project_id, principal.key_id, bytes(beacon.events))
    return OnDisk(_queued(accepted))
