"""The few routes Langfuse's SDKs need besides OpenTelemetry's, with answers in Langfuse's own shapes."""

import asyncio
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

import lynex
from lynex.api.bodies import read_body
from lynex.api.front import front, json_answer, parts
from lynex.api.guard import project_of
from lynex.api.langfuse_shapes import (
    LangfuseBatchAnswer,
    LangfuseError,
    LangfuseHealth,
    LangfuseOrganization,
    LangfuseProject,
    LangfuseProjects,
    LangfuseScoreMade,
    LangfuseScoresAccepted,
    LangfuseScoresPartly,
    LangfuseSuccess,
)
from lynex.api.route import note_refused, principal_of
from lynex.auth.roles import may
from lynex.errors import InvalidInput
from lynex.ingest.langfuse_batches import Outcome
from lynex.ingest.langfuse_events import Malformed, score_event

_BACKFILL: Final = "events.write_old"
_REFUSED_PIECE: Final = "langfuse_piece"
_MOST_SCORES: Final = 1000
_MOST_PIECES: Final = 5000
_LARGE: Final = 256 << 10  # bytes that are not decoded on the event loop
_SDK: Final = {"name": "langfuse"}


async def health(_: Request) -> Response:
    """GET /api/public/health"""
    return json_answer(LangfuseHealth("OK", lynex.__version__))


async def list_projects(request: Request) -> Response:
    """GET /api/public/projects – how the SDKs find out whether their keys are good."""
    project_id, appliance = await project_of(request), parts(request)
    project = await appliance.ask(appliance.projects.get, project_id)
    return json_answer(LangfuseProjects([LangfuseProject(project.id, project.name, LangfuseOrganization())]))


async def get_prompt(request: Request) -> Response:
    """GET /api/public/v2/prompts/{name} – SDKs use their fallback."""
    await project_of(request)
    return json_answer(LangfuseError("Prompt not found", "LangfuseNotFoundError"), 404)


async def post_scores(request: Request) -> Response:
    """POST /api/public/scores – one score, or a list of them of which the good ones are kept."""
    sent = await _json(request)
    if type(sent) is not list:
        refused = await _keep_scores(request, [sent])
        if refused:
            raise InvalidInput(refused[0], code="invalid_score")
        return json_answer(LangfuseScoreMade(_id_of(sent)))
    if len(sent) > _MOST_SCORES:
        raise InvalidInput(f"{len(sent)} scores; the limit is {_MOST_SCORES}.", code="batch_too_large")
    refused = await _keep_scores(request, sent)
    if refused:
        note_refused(request.scope, _REFUSED_PIECE, len(refused))
        errors = [LangfuseError(message) for message in refused]
        return json_answer(LangfuseScoresPartly(len(sent) - len(refused), len(refused), errors), 207)
    return json_answer(LangfuseScoresAccepted(), 202)


async def post_batch(request: Request) -> Response:
    """POST /api/public/ingestion – the batches of version 2 SDKs; 207 says what became of each piece."""
    principal, project_id, sent = principal_of(request), await project_of(request), await _json(request)
    batch = sent.get("batch") if type(sent) is dict else None
    if type(batch) is not list:
        raise InvalidInput("Send an object with a list `batch`.", code="invalid_batch")
    if len(batch) > _MOST_PIECES:
        raise InvalidInput(f"{len(batch)} pieces; the limit is {_MOST_PIECES}.", code="batch_too_large")
    outcomes = await parts(request).langfuse_batches.accept(
        project_id, principal.key_id, batch, _sdk_of(sent), backfill=may(principal, _BACKFILL)
    )
    refused = sum(1 for outcome in outcomes if outcome.message)
    if refused:
        note_refused(request.scope, _REFUSED_PIECE, refused)
    return json_answer(_answer_of(outcomes), 207)


async def _keep_scores(request: Request, scores: list[Any]) -> list[str]:
    """Why some of them are no scores, or refused; all others are on disk."""
    principal, project_id = principal_of(request), await project_of(request)
    refused, events = [], []
    for score in scores:
        try:
            events.append(score_event(score) | {"sdk": _SDK})
        except Malformed as fault:
            refused.append(str(fault))
    intake, backfill = parts(request).intake, may(principal, _BACKFILL)
    while events:
        data = msgspec.json.encode({"events": events})
        try:
            await intake.accept_batch(project_id, principal.key_id, data, backfill=backfill)
            break
        except InvalidInput as refusal:
            faults = {fault.index: fault.message for fault in refusal.faults if fault.index is not None}
            if not faults:
                raise
            refused += faults.values()
            events = [event for index, event in enumerate(events) if index not in faults]
    return refused


async def _json(request: Request) -> Any:
    desk = front(request)
    data = await read_body(request.scope, request.receive, desk.limits, desk.memory)
    try:
        return msgspec.json.decode(data) if len(data) <= _LARGE else await asyncio.to_thread(msgspec.json.decode, data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise InvalidInput(f"The body is not JSON: {str(fault)[:200]}.", code="invalid_json") from fault


def _id_of(score: Any) -> str:
    named = score.get("id")
    return named if type(named) is str else ""


def _sdk_of(sent: dict[str, Any]) -> dict[str, str]:
    """Which SDK it was, by what the batch says of itself."""
    said = sent.get("metadata")
    said = said if type(said) is dict else {}
    named = {"language": said.get("sdk_name"), "version": said.get("sdk_version")}
    return _SDK | {key: value[:64] for key, value in named.items() if type(value) is str and value.isprintable()}


def _answer_of(outcomes: list[Outcome]) -> LangfuseBatchAnswer:
    return LangfuseBatchAnswer(
        [LangfuseSuccess(one.piece, one.status) for one in outcomes if not one.message],
        [LangfuseError(one.message, "InvalidRequest", one.piece, one.status) for one in outcomes if one.message],
    )
