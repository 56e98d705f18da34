"""What a browser loads: the page, its files, the documentation of the API; nothing comes from outside."""

import asyncio
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from lynex.api.front import front
from lynex.api.guide import guide_page
from lynex.errors import NotFound

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-cache",
}
_PACKAGE: Final = Path(__file__).parent.parent
_FOLDER: Final = next(
    (folder for folder in (_PACKAGE / "static", _PACKAGE.parent / "static") if folder.is_dir()), _PACKAGE
)
_FILES: Final = StaticFiles(directory=_FOLDER, check_dir=False)
# The addresses of the dashboard's pages: each answers with the same file, which shows what its address says.
_PAGES: Final = ("events", "traces", "sessions", "errors", "costs", "settings")
PATHS: Final = ("/", *(f"/{page}{rest}" for page in _PAGES for rest in ("", "/{rest:path}")))


async def index(request: Request) -> Response:
    """GET / and every page of the dashboard"""
    return await _file(request, "index.html")


async def docs(request: Request) -> Response:
    """GET /docs – the API, rendered from its OpenAPI document."""
    return await _file(request, "docs/index.html")


async def static_file(request: Request) -> Response:
    """GET /static/{path}"""
    return await _file(request, request.path_params["path"])


async def guide(request: Request) -> Response:
    """GET /guide/{path} – the user guide."""
    page = await asyncio.to_thread(guide_page, _FOLDER / "guide", request.path_params["path"])
    return Response(page, 200, _HEADERS, media_type="text/html")


async def favicon(request: Request) -> Response:
    """GET /favicon.ico"""
    return RedirectResponse("/static/icon.svg", 308)


async def openapi(request: Request) -> Response:
    """GET /api/openapi.json"""
    return Response(front(request).openapi, 200, {"cache-control": "no-cache"}, media_type="application/json")


async def _file(request: Request, path: str) -> Response:
    try:
        found = await _FILES.get_response(path, request.scope)
    except (HTTPException, OSError, ValueError) as fault:
        raise NotFound("There is no such file.") from fault
    for name, value in _HEADERS.items():
        found.headers[name] = value
    return found
