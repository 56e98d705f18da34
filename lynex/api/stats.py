"""Figures over a range of time."""

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.front import json_answer, parts
from lynex.api.guard import project_of
from lynex.query.breakdown import BreakdownQuestion
from lynex.query.heatmap import HeatmapQuestion
from lynex.query.releases import ReleasesQuestion
from lynex.query.series import SeriesQuestion
from lynex.query.stats import OverviewQuestion
from lynex.query.unpriced import UnpricedQuestion


async def overview(request: Request) -> Response:
    """GET /api/v1/stats/overview"""
    project_id, appliance = await project_of(request), parts(request)
    question = OverviewQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.stats.overview, question))


async def timeseries(request: Request) -> Response:
    """GET /api/v1/stats/timeseries"""
    project_id, appliance = await project_of(request), parts(request)
    question = SeriesQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.stats.timeseries, question))


async def breakdown(request: Request) -> Response:
    """GET /api/v1/stats/breakdown"""
    project_id, appliance = await project_of(request), parts(request)
    question = BreakdownQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.stats.breakdown, question))


async def heatmap(request: Request) -> Response:
    """GET /api/v1/stats/heatmap"""
    project_id, appliance = await project_of(request), parts(request)
    question = HeatmapQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.stats.heatmap, question))


async def releases(request: Request) -> Response:
    """GET /api/v1/stats/releases"""
    project_id, appliance = await project_of(request), parts(request)
    question = ReleasesQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.stats.releases, question))


async def unpriced(request: Request) -> Response:
    """GET /api/v1/prices/unknown"""
    project_id, appliance = await project_of(request), parts(request)
    question = UnpricedQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.stats.unpriced, question))
