"""Exports: a file that is made while it is sent, and how far each one is, for the page that waits beside it."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from lynex.api.export_progress import Running
from lynex.api.front import Front, front, json_answer
from lynex.api.guard import project_of
from lynex.api.route import principal_of
from lynex.auth.principal import Principal
from lynex.clock import rfc3339
from lynex.errors import Conflict, Forbidden, LynexError
from lynex.query.event_export import EventExport, ExportQuestion, Piece
from lynex.query.export_formats import MEDIA
from lynex.store.contract import Cancel, Cancelled

if TYPE_CHECKING:
    from lynex.appliance import Appliance

_RECHECK_S: Final = 5.0  # how long an export may outlive the rights of whoever asked for it
_MOMENT: Final = slice(0, 19)  # of an instant, to the second


async def export_events(request: Request) -> Response:
    """GET /api/v1/events/export – whole bodies, newest first, written while it is sent."""
    project_id, desk = await project_of(request), front(request)
    now = desk.appliance.clock.now()
    question = ExportQuestion.from_params(request.query_params.multi_items(), project_id, now)
    running = Running(question.export_id or "", question.format, Cancel())
    if question.export_id is not None and request.method == "GET":
        desk.exports.add(project_id, running)
    export = await _begun(desk, question, running)
    name = f"events-{rfc3339(now)[_MOMENT].replace(':', '')}.{question.format}"
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{name}"',
        "x-total-rows": str(export.rows),
    }
    if request.method == "HEAD":
        return Response(None, 200, headers, MEDIA[question.format])
    file = _written(desk, principal_of(request), export, running)
    return StreamingResponse(file, 200, headers, MEDIA[question.format])


async def _begun(desk: Front, question: ExportQuestion, running: Running) -> EventExport:
    export = None
    try:
        desk.exports.check_room()
        begun = desk.appliance.queries.exports.begun
        export = await desk.appliance.ask(begun, question, running.cancel)
    except LynexError as fault:
        running.detail = fault.detail
        raise
    except Cancelled as fault:
        raise _given_up() from fault
    finally:
        if export is None:
            running.state = "cancelled" if running.cancel.cancelled else "failed"
    running.total = export.rows
    return export


def _given_up() -> LynexError:
    return Conflict("The export was cancelled.", code="export_cancelled")


async def _written(desk: Front, principal: Principal, export: EventExport, running: Running) -> AsyncIterator[bytes]:
    """Whatever ends it early cuts the connection: half a file must not look like a whole one."""
    appliance = desk.appliance
    checked = appliance.clock.monotonic()
    desk.exports.writing += 1
    try:
        while (piece := await appliance.ask(_next, export.pieces)) is not None:
            if appliance.clock.monotonic() - checked >= _RECHECK_S:
                await _must_still_stand(appliance, principal)
                checked = appliance.clock.monotonic()
            running.rows += piece.rows
            running.size += len(piece.data)
            if piece.data:
                yield piece.data
        running.state = "done"
    except Cancelled as fault:
        running.state = "cancelled"
        raise _given_up() from fault
    except LynexError as fault:
        running.state, running.detail = "failed", fault.detail
        raise
    finally:
        desk.exports.writing -= 1
        if running.state == "running":  # whoever asked is gone
            running.state = "cancelled"
            running.cancel.cancel()


async def _must_still_stand(appliance: "Appliance", principal: Principal) -> None:
    if not await appliance.credentials.still_stands(principal):
        raise Forbidden("The key or the session was revoked while the export ran.")


def _next(pieces: Iterator[Piece]) -> Piece | None:
    return next(pieces, None)


async def get_export(request: Request) -> Response:
    """GET /api/v1/exports/{export_id}"""
    project_id = await project_of(request)
    return json_answer(front(request).exports.one(project_id, request.path_params["export_id"]).shown())


async def cancel_export(request: Request) -> Response:
    """DELETE /api/v1/exports/{export_id} – the file that is being sent breaks off."""
    project_id = await project_of(request)
    running = front(request).exports.one(project_id, request.path_params["export_id"])
    running.cancel.cancel()
    if running.state == "running":
        running.state = "cancelled"
    return json_answer(running.shown())
