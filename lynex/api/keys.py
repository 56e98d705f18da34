"""API keys of a project: listed by prefix, shown once, revoked."""

import asyncio

from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import read_form
from lynex.api.front import front, json_answer, parts
from lynex.api.guard import reachable
from lynex.api.route import principal_of
from lynex.api.shapes import KeyList, KeyMade, KeyShown, NewKeyWanted
from lynex.auth.roles import require_grantable
from lynex.clock import rfc3339
from lynex.control.keys import Key


async def list_keys(request: Request) -> Response:
    """GET /api/v1/projects/{project_id}/keys"""
    project_id = await reachable(request, request.path_params["project_id"])
    keys = await asyncio.to_thread(parts(request).keys.list, project_id)
    return json_answer(KeyList([_shown(key) for key in keys]))


async def create_key(request: Request) -> Response:
    """POST /api/v1/projects/{project_id}/keys – never wider than its maker."""
    project_id = await reachable(request, request.path_params["project_id"])
    wanted = await read_form(request, front(request).memory, NewKeyWanted)
    require_grantable(principal_of(request), wanted.scopes)
    made = await asyncio.to_thread(parts(request).keys.create, project_id, wanted.name, wanted.scopes)
    return json_answer(KeyMade(**asdict(_shown(made.key)), secret=made.secret), 201)


async def revoke_key(request: Request) -> Response:
    """DELETE /api/v1/projects/{project_id}/keys/{key_id}"""
    project_id = await reachable(request, request.path_params["project_id"])
    key = await asyncio.to_thread(parts(request).keys.revoke, project_id, request.path_params["key_id"])
    return json_answer(_shown(key))


def _shown(key: Key) -> KeyShown:
    return KeyShown(
        id=key.id,
        project_id=key.project_id,
        name=key.name,
        prefix=key.prefix,
        scopes=list(key.scopes),
        created_at=rfc3339(key.created_at),
        last_used_at=None if key.last_used_at is None else rfc3339(key.last_used_at),
        events=key.events,
        revoked_at=None if key.revoked_at is None else rfc3339(key.revoked_at),
    )
