"""History mapped again: begun, looked at, stopped. It concerns the whole appliance."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import read_form
from lynex.api.front import front, json_answer, parts
from lynex.api.guard import not_bound_to_a_project, reachable
from lynex.api.remap_shapes import RemapWanted, shown
from lynex.clock import day_of
from lynex.errors import NotFound
from lynex.jobs.remapping import Run, Wanted
from lynex.query.parameters import Parameters
from lynex.query.ranges import range_of


async def start(request: Request) -> Response:
    """POST /api/v1/remap"""
    not_bound_to_a_project(request)
    form = await read_form(request, front(request).memory, RemapWanted)
    if form.project_id is not None:
        await reachable(request, form.project_id)
    appliance = parts(request)
    run = await asyncio.to_thread(appliance.remapping.start, wanted_by(form, appliance.clock.now()))
    return json_answer(shown(run), 202)


async def latest(request: Request) -> Response:
    """GET /api/v1/remap – the run in progress, else the last one."""
    not_bound_to_a_project(request)
    return json_answer(shown(_some(parts(request).remapping.latest)))


async def stop(request: Request) -> Response:
    """DELETE /api/v1/remap – days that are done stay done."""
    not_bound_to_a_project(request)
    return json_answer(shown(_some(await asyncio.to_thread(parts(request).remapping.stop))))


def wanted_by(form: RemapWanted, now: int) -> Wanted:
    """Raises `InvalidInput`."""
    parameters = Parameters([("from", form.from_), ("to", form.to)], ("from", "to"))
    asked, _ = range_of(parameters, now, default=None)
    parameters.check()
    first = asked.start if asked.start is not None else now
    last = asked.until if asked.until is not None else now
    return Wanted(first_day=day_of(first), last_day=day_of(last), project_id=form.project_id, dry_run=form.dry_run)


def _some(run: Run | None) -> Run:
    if run is None:
        raise NotFound("History was never mapped again here.", code="no_remap")
    return run
