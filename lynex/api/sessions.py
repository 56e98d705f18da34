"""Sessions: a list, and one as it was talked."""

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.front import encoded_answer, json_answer, json_bytes, parts
from lynex.api.guard import project_of
from lynex.query.sessions import SessionQuestion
from lynex.query.transcript import TranscriptQuestion


async def list_sessions(request: Request) -> Response:
    """GET /api/v1/sessions – last seen first."""
    project_id, appliance = await project_of(request), parts(request)
    question = SessionQuestion.from_params(request.query_params.multi_items(), project_id, appliance.clock.now())
    return json_answer(await appliance.ask(appliance.queries.sessions.page, question))


async def get_session(request: Request) -> Response:
    """GET /api/v1/sessions/{session_id} – turn by turn."""
    project_id, sessions = await project_of(request), parts(request).queries.sessions
    params = request.query_params.multi_items()
    question = TranscriptQuestion.from_params(params, project_id, request.path_params["session_id"])
    return encoded_answer(await parts(request).ask(lambda: json_bytes(sessions.one(question))))
