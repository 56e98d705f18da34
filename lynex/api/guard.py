"""Which project a request is about, and that it exists."""

from starlette.requests import Request

from lynex.api.front import parts
from lynex.api.problems import invalid
from lynex.api.route import PROJECT, principal_of
from lynex.errors import Forbidden

_PARAMETER = "project_id"


async def project_of(request: Request) -> str:
    """A key names its project; everybody else says `project_id`. Foreign and unknown ones answer alike: `NotFound`."""
    query = request.scope["query_string"]
    principal = principal_of(request)
    if not query and principal.project_id is not None:
        return principal.project_id
    asked = request.query_params.getlist(_PARAMETER)
    if len(asked) > 1:
        raise invalid(_PARAMETER, "repeated_parameter", f"{_PARAMETER} is given {len(asked)} times; give it once.")
    return await reachable(request, principal.project(asked[0] if asked else None))


def not_bound_to_a_project(request: Request) -> None:
    """For what concerns the whole appliance. Raises `Forbidden` for API keys."""
    if principal_of(request).project_id is not None:
        raise Forbidden(
            "An API key belongs to one project; this concerns all of them.",
            code="key_is_bound",
            hint="Use the `lynex` command on the server, or sign in.",
        )


async def reachable(request: Request, project_id: str) -> str:
    """The project if the principal may reach it and it exists. Raises `NotFound`."""
    principal = principal_of(request)
    if principal.project(project_id) != principal.project_id:
        await parts(request).ask(parts(request).projects.get, project_id)
        request.scope[PROJECT] = project_id
    return project_id
