"""Projects: who can be asked about, and new ones."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from lynex.api.bodies import read_form
from lynex.api.front import front, json_answer, parts
from lynex.api.guard import not_bound_to_a_project, reachable
from lynex.api.route import principal_of
from lynex.api.shapes import NewProject, ProjectChange, ProjectList, ProjectShown, RemovalWanted, Removed
from lynex.clock import rfc3339
from lynex.control.projects import Project


async def list_projects(request: Request) -> Response:
    """GET /api/v1/projects – a key sees its own."""
    principal, projects = principal_of(request), parts(request).projects
    found = await asyncio.to_thread(projects.list)
    mine = [project for project in found if principal.project_id in (None, project.id)]
    return json_answer(ProjectList([_shown(project) for project in mine]))


async def create_project(request: Request) -> Response:
    """POST /api/v1/projects"""
    not_bound_to_a_project(request)
    wanted = await read_form(request, front(request).memory, NewProject)
    created = await asyncio.to_thread(parts(request).projects.create, wanted.name, project_id=wanted.id)
    return json_answer(_shown(created), 201)


async def rename_project(request: Request) -> Response:
    """PATCH /api/v1/projects/{project_id}"""
    project_id = await reachable(request, request.path_params["project_id"])
    wanted = await read_form(request, front(request).memory, ProjectChange)
    return json_answer(_shown(await asyncio.to_thread(parts(request).projects.rename, project_id, wanted.name)))


async def remove_events(request: Request) -> Response:
    """POST /api/v1/projects/{project_id}/remove – delete for good what one SDK has sent so far."""
    project_id, appliance = await reachable(request, request.path_params["project_id"]), parts(request)
    wanted = await read_form(request, front(request).memory, RemovalWanted)
    removed = await appliance.maintain(lambda: appliance.store.remove(project_id, wanted.sdk))
    return json_answer(Removed(removed))


def _shown(project: Project) -> ProjectShown:
    return ProjectShown(project.id, project.name, rfc3339(project.created_at))
