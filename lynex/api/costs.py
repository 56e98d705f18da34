"""What was spent on what, what it would be elsewhere, and why one event costs what it does."""

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.front import json_answer, parts
from lynex.api.guard import project_of
from lynex.query.costs import CostsQuestion
from lynex.query.prices import PricesQuestion, prices_found
from lynex.query.what_if import WhatIfQuestion


async def by_group(request: Request) -> Response:
    """GET /api/v1/costs"""
    project_id, appliance = await project_of(request), parts(request)
    question = CostsQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.costs.by_group, question))


async def what_if(request: Request) -> Response:
    """GET /api/v1/costs/what-if"""
    project_id, appliance = await project_of(request), parts(request)
    now = appliance.clock.now()
    question = WhatIfQuestion.from_params(request.query_params.multi_items(), project_id, now)
    return json_answer(await appliance.ask(appliance.queries.costs.what_if, question, now))


async def of_event(request: Request) -> Response:
    """GET /api/v1/events/{event_id}/cost"""
    project_id, appliance = await project_of(request), parts(request)
    event = await appliance.ask(appliance.queries.events.one, project_id, request.path_params["event_id"])
    return json_answer(await appliance.ask(appliance.queries.costs.of_event, event))


async def list_prices(request: Request) -> Response:
    """GET /api/v1/prices – the same for every project."""
    appliance = parts(request)
    question = PricesQuestion.from_params(request.query_params.multi_items())
    return json_answer(await appliance.ask(prices_found, appliance.prices, question, appliance.clock.now()))
