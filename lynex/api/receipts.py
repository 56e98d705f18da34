"""Receipts: what a project sent, hour by hour and by key, and what became of it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.front import json_answer, parts
from lynex.api.guard import project_of
from lynex.api.parameters import PROJECT, RANGE
from lynex.api.route import Param, principal_of
from lynex.query.receipts import WITHOUT_KEY, ReceiptBook, ReceiptQuestion

_KEY: Final = f"Figures of one key only; {WITHOUT_KEY}: of what came without one."
PARAMETERS: Final = (
    PROJECT,
    *RANGE,
    Param("key_id", _KEY, {"type": "string", "minLength": 1, "maxLength": 80}),
)


async def show(request: Request) -> Response:
    """GET /api/v1/receipts"""
    project_id, appliance = await project_of(request), parts(request)
    question = ReceiptQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    book = ReceiptBook(appliance.store, appliance.receipts, appliance.keys, appliance.dead_letters)
    answer = await appliance.ask(book.of, question)
    is_bound = principal_of(request).project_id is not None
    answer["nobody"] = None if is_bound else await appliance.ask(book.refused_without_project, question)
    answer["waiting"] = appliance.processor.queue_depth
    answer["lag_seconds"] = round(appliance.processor.visible_lag(), 3)
    return json_answer(answer)
