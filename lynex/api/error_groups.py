"""Failures grouped by problem: listed, one in full, and what people decide about them."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import read_form
from lynex.api.error_shapes import DecisionMade, DecisionWanted
from lynex.api.front import front, json_answer, parts
from lynex.api.guard import project_of
from lynex.api.route import principal_of
from lynex.auth.principal import Principal
from lynex.clock import rfc3339
from lynex.query.error_groups import ErrorQuestion, ErrorsQuestion


async def list_errors(request: Request) -> Response:
    """GET /api/v1/errors – seen last first."""
    project_id, appliance = await project_of(request), parts(request)
    question = ErrorsQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.errors.page, question))


async def get_error(request: Request) -> Response:
    """GET /api/v1/errors/{group} – with the latest error, events and traces."""
    project_id, appliance = await project_of(request), parts(request)
    params, group = request.query_params.multi_items(), request.path_params["group"]
    question = ErrorQuestion.from_params(params, project_id, appliance.clock.now(), group)
    return json_answer(await appliance.ask(appliance.queries.errors.one, question))


async def decide(request: Request) -> Response:
    """PATCH /api/v1/errors/{group} – resolve, ignore or reopen it."""
    project_id, appliance, group = await project_of(request), parts(request), request.path_params["group"]
    wanted = await read_form(request, front(request).memory, DecisionWanted)
    await appliance.ask(appliance.queries.errors.check, project_id, group)
    author = _author(principal_of(request))
    made = await asyncio.to_thread(
        appliance.error_states.decide, project_id, group, wanted.state, by=author, note=wanted.note
    )
    return json_answer(DecisionMade(made.group, made.state, rfc3339(made.changed_at), made.changed_by, made.note))


def _author(principal: Principal) -> str:
    """Until people have accounts: the id of the key or session, or that it was somebody at the machine."""
    return principal.key_id or principal.session_id or principal.kind
