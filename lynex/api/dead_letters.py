"""Events that were accepted and could not be stored: listed with their reason, shown, sent again."""

import asyncio
from typing import Final

import msgspec
from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from lynex.api.front import json_answer, parts
from lynex.api.guard import project_of
from lynex.api.route import principal_of
from lynex.api.shapes import DeadLetterList, DeadLetterShown, DeadLetterWhole, Queued
from lynex.clock import rfc3339
from lynex.control.dead_letters import DeadLetter
from lynex.errors import NotFound
from lynex.query.parameters import Parameters

_PARAMETERS: Final = frozenset({"project_id", "limit", "cursor", "replayed"})


async def list_dead_letters(request: Request) -> Response:
    """GET /api/v1/dead-letters – newest first."""
    project_id = await project_of(request)
    parameters = Parameters(request.query_params.multi_items(), _PARAMETERS)
    limit = parameters.whole("limit", 1, 1000, 50)
    cursor = parameters.one("cursor", code="invalid_cursor")
    replayed = parameters.choice("replayed", ("true", "false"), code="invalid_value")
    before = _sequence(cursor) if cursor is not None else None
    if cursor is not None and before is None:
        parameters.fault("cursor", "invalid_cursor", "cursor must be the `next` of the page before.")
    parameters.check()
    letters = await asyncio.to_thread(
        parts(request).dead_letters.list,
        project_id,
        before=before,
        limit=limit + 1,
        replayed=None if replayed is None else replayed == "true",
    )
    following = str(letters[limit - 1].seq) if len(letters) > limit else None
    return json_answer(DeadLetterList([_shown(letter) for letter in letters[:limit]], following))


async def get_dead_letter(request: Request) -> Response:
    """GET /api/v1/dead-letters/{seq} – with the event as it was sent."""
    project_id, seq = await project_of(request), _asked(request)
    letters = parts(request).dead_letters
    letter = await asyncio.to_thread(letters.get, seq, project_id)
    payload = await asyncio.to_thread(letters.payload, seq)
    return json_answer(DeadLetterWhole(**asdict(_shown(letter)), payload=_readable(payload)))


async def replay(request: Request) -> Response:
    """POST /api/v1/dead-letters/{seq}/replay – send the event in again, as if it came now."""
    project_id, seq = await project_of(request), _asked(request)
    letters, intake = parts(request).dead_letters, parts(request).intake
    await asyncio.to_thread(letters.get, seq, project_id)
    payload = await asyncio.to_thread(letters.payload, seq)
    accepted = await intake.accept_single(project_id, principal_of(request).key_id, payload, backfill=True)
    await asyncio.to_thread(letters.mark_replayed, [seq])
    return json_answer(Queued("queued", accepted.event_ids[0], durable=accepted.durable), 202)


def _asked(request: Request) -> int:
    seq = _sequence(request.path_params["seq"])
    if seq is None:
        raise NotFound("There is no such dead letter.", code="dead_letter_not_found")
    return seq


def _sequence(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _readable(payload: bytes) -> object:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return payload.decode(errors="replace")


def _shown(letter: DeadLetter) -> DeadLetterShown:
    return DeadLetterShown(
        seq=letter.seq,
        project_id=letter.project_id,
        event_id=letter.event_id,
        reason=letter.reason,
        error=letter.error,
        attempts=letter.attempts,
        bytes=letter.bytes,
        created_at=rfc3339(letter.created_at),
        replayed_at=None if letter.replayed_at is None else rfc3339(letter.replayed_at),
    )
