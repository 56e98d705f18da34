"""Failures grouped by problem: listed, one in full, and what people decide about them."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import read_form
from lynex.api.error_shapes import DecisionMade, DecisionsMade, DecisionsWanted, DecisionWanted
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
    project_id, group = await project_of(request), request.path_params["group"]
    wanted = await read_form(request, front(request).memory, DecisionWanted)
    (made,) = await _decided(request, project_id, [group], wanted)
    return json_answer(made)


async def decide_many(request: Request) -> Response:
    """PATCH /api/v1/errors – the same for many, all or none."""
    project_id = await project_of(request)
    wanted = await read_form(request, front(request).memory, DecisionsWanted)
    return json_answer(DecisionsMade(await _decided(request, project_id, list(dict.fromkeys(wanted.ids)), wanted)))


async def _decided(request: Request, project_id: str, groups: list[str], wanted: DecisionWanted) -> list[DecisionMade]:
    appliance, author = parts(request), _author(principal_of(request))
    await appliance.ask(appliance.queries.errors.check, project_id, groups)
    decisions = await asyncio.to_thread(
        appliance.error_states.decide_all, project_id, groups, wanted.state, by=author, note=wanted.note
    )
    return [DecisionMade(one.group, one.state, rfc3339(one.changed_at), one.changed_by, one.note) for one in decisions]


def _author(principal: Principal) -> str:
    """Until people have accounts: the id of the key or session, or that it was somebody at the machine."""
    return principal.key_id or principal.session_id or principal.kind
