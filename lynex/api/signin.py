"""The browser's way in and out: a link that works once opens a session, a cookie carries it."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lynex.api.front import front, json_answer, parts
from lynex.api.guard import not_bound_to_a_project
from lynex.api.route import principal_of
from lynex.auth.credentials import ended_cookie, session_cookie
from lynex.errors import Forbidden

_AGAIN: Final = "/?signin=invalid"


async def sign_in(request: Request) -> Response:
    """GET /signin?token=… – printed at the start; used up by the first who opens it."""
    token = request.query_params.get("token", "")
    try:
        if not token:
            raise Forbidden("The link carries no token.", code="invalid_sign_in_link")
        opened = await asyncio.to_thread(parts(request).sessions.sign_in, token)
    except Forbidden:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return RedirectResponse(_AGAIN, 303, {"cache-control": "no-store"})  # the page says it better
    answer = RedirectResponse("/", 303, {"cache-control": "no-store"})
    answer.headers["set-cookie"] = session_cookie(opened.token, secure=front(request).secure)
    return answer


async def new_link(request: Request) -> Response:
    """POST /api/v1/signin-links – for `lynex signin`, and for a second browser."""
    not_bound_to_a_project(request)
    token = await asyncio.to_thread(parts(request).sessions.new_sign_in_token)
    return json_answer({"url": f"{parts(request).config.url}/signin?token={token}"}, 201)


async def sign_out(request: Request) -> Response:
    """POST /api/v1/signout – ends this browser's session."""
    session_id = principal_of(request).session_id
    if session_id is not None:
        await asyncio.to_thread(parts(request).sessions.revoke, session_id)
    return json_answer(
        {"signed_out": session_id is not None}, headers={"set-cookie": ended_cookie(secure=front(request).secure)}
    )
