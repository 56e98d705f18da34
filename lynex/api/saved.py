"""What people saved with a project: views, dashboards, breakpoints."""

import asyncio
from typing import Any, Final, cast, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import read_form
from lynex.api.front import front, json_answer, parts
from lynex.api.guard import project_of
from lynex.api.saved_shapes import SavedChange, SavedList, SavedShown, SavedWanted
from lynex.clock import rfc3339
from lynex.control.saved_items import LARGEST, Kind, SavedItem
from lynex.query.parameters import Parameters

_PARAMETERS: Final = frozenset({"project_id", "kind"})
_BODY_BYTES: Final = 2 * LARGEST  # what is sent may be spaced out; what is kept is not


async def list_saved(request: Request) -> Response:
    """GET /api/v1/saved – oldest first."""
    project_id = await project_of(request)
    parameters = Parameters(request.query_params.multi_items(), _PARAMETERS)
    kind = cast(Kind | None, parameters.choice("kind", get_args(Kind), code="invalid_kind"))
    parameters.check()
    found = await asyncio.to_thread(parts(request).saved_items.list, project_id, kind)
    return json_answer(SavedList([_shown(item) for item in found]))


async def create_saved(request: Request) -> Response:
    """POST /api/v1/saved"""
    project_id = await project_of(request)
    wanted = await read_form(request, front(request).memory, SavedWanted, _BODY_BYTES)
    saved = parts(request).saved_items
    made = await asyncio.to_thread(saved.add, project_id, wanted.kind, wanted.name, _text(wanted.content))
    return json_answer(_shown(made), 201)


async def change_saved(request: Request) -> Response:
    """PUT /api/v1/saved/{saved_id}"""
    project_id, saved_id = await project_of(request), request.path_params["saved_id"]
    wanted = await read_form(request, front(request).memory, SavedChange, _BODY_BYTES)
    saved = parts(request).saved_items
    return json_answer(
        _shown(await asyncio.to_thread(saved.change, project_id, saved_id, wanted.name, _text(wanted.content)))
    )


async def remove_saved(request: Request) -> Response:
    """DELETE /api/v1/saved/{saved_id} – answers what is gone."""
    project_id, saved_id = await project_of(request), request.path_params["saved_id"]
    return json_answer(_shown(await asyncio.to_thread(parts(request).saved_items.remove, project_id, saved_id)))


def _text(content: dict[str, Any]) -> str:
    return msgspec.json.encode(content).decode()


def _shown(item: SavedItem) -> SavedShown:
    return SavedShown(
        id=item.id,
        kind=item.kind,
        name=item.name,
        content=msgspec.Raw(item.content.encode()),
        created_at=rfc3339(item.created_at),
        updated_at=rfc3339(item.updated_at),
    )
