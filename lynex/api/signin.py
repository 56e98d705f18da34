"""The browser's way in and out: a link that works once opens a session, a cookie carries it."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lynex.api.front import front, json_answer, parts
from lynex.api.route import principal_of
from lynex.auth.credentials import ended_cookie, session_cookie
from lynex.errors import Forbidden


async def sign_in(request: Request) -> Response:
    """GET /signin?token=… – printed at the start; used up by the first who opens it."""
    token = request.query_params.get("token", "")
    if not token:
        raise Forbidden("The link carries no token.", code="invalid_sign_in_link")
    opened = await asyncio.to_thread(parts(request).sessions.sign_in, token)
    answer = RedirectResponse("/", 303, {"cache-control": "no-store"})
    answer.headers["set-cookie"] = session_cookie(opened.token, secure=front(request).secure)
    return answer


async def sign_out(request: Request) -> Response:
    """POST /api/v1/signout – ends this browser's session."""
    session_id = principal_of(request).session_id
    if session_id is not None:
        await asyncio.to_thread(parts(request).sessions.revoke, session_id)
    return json_answer(
        {"signed_out": session_id is not None}, headers={"set-cookie": ended_cookie(secure=front(request).secure)}
    )
