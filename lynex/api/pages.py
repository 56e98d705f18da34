"""What a browser loads: the page, its files, the documentation of the API; nothing comes from outside."""

import asyncio
import gzip
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from lynex.api.front import front, parts
from lynex.api.guide import guide_page
from lynex.errors import LynexError, NotFound

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
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
_TEXTS: Final = frozenset((".html", ".css", ".js", ".svg", ".json"))
# The addresses of the dashboard's pages: each answers with the same file, which shows what its address says.
_PAGES: Final = ("dashboards", "events", "traces", "sessions", "errors", "costs", "settings")
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
    """GET /guide/{path} – the user guide: inside the dashboard for who is signed in, else as it is, without scripts."""
    if "plain" not in request.query_params and await _is_signed_in(request):
        return await index(request)
    page = await asyncio.to_thread(guide_page, _FOLDER / "guide", request.path_params["path"])
    return Response(page, 200, _HEADERS, media_type="text/html")


async def _is_signed_in(request: Request) -> bool:
    try:
        await parts(request).credentials.identify("GET", request.scope["headers"])
    except LynexError:
        return False
    return True


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
    if isinstance(found, FileResponse) and Path(found.path).suffix in _TEXTS:
        found.headers["vary"] = "accept-encoding"
        found = await _compressed(found) if _takes_gzip(request) else found
    for name, value in _HEADERS.items():
        found.headers[name] = value
    return found


def _takes_gzip(request: Request) -> bool:
    offered = (word.partition(";") for word in request.headers.get("accept-encoding", "").split(","))
    return any(name.strip() == "gzip" and weight.replace(" ", "") != "q=0" for name, _, weight in offered)


async def _compressed(found: FileResponse) -> Response:
    """The same file in fewer bytes; its tag is weak, for it names both forms."""
    headers = {name: found.headers[name] for name in ("content-type", "last-modified")}
    headers |= {"etag": f"W/{found.headers['etag']}", "content-encoding": "gzip", "vary": "accept-encoding"}
    path, changed = str(found.path), found.headers["etag"]
    return Response(await asyncio.to_thread(_gzipped, path, changed), 200, headers)


@lru_cache(maxsize=256)
def _gzipped(path: str, changed: str) -> bytes:
    """Once for each file and `changed`."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
