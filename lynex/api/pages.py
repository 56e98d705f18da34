"""What a browser loads: the page, its files, the documentation of the API; nothing comes from outside."""

import asyncio
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lynex.api.assets import Asset, Assets
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
}
_ASK_AGAIN: Final = "no-cache"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_PACKAGE: Final = Path(__file__).parent.parent
_FOLDER: Final = next(
    (folder for folder in (_PACKAGE / "static", _PACKAGE.parent / "static") if folder.is_dir()), _PACKAGE
)
_ASSETS: Final = Assets(_FOLDER)
# The addresses of the dashboard's pages: each answers with the same file, which shows what its address says.
_PAGES: Final = ("dashboards", "events", "traces", "sessions", "errors", "costs", "settings")
PATHS: Final = ("/", *(f"/{page}{rest}" for page in _PAGES for rest in ("", "/{rest:path}")))


async def index(request: Request) -> Response:
    """GET / and every page of the dashboard"""
    return _answer(request, await asyncio.to_thread(_ASSETS.page, request.url.path))


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
    return Response(page, 200, _HEADERS | {"cache-control": _ASK_AGAIN}, media_type="text/html")


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
    known = _ASSETS.known(path)
    if known is not None:
        return _answer(request, known, is_lasting=True)
    found, is_lasting = await asyncio.to_thread(_ASSETS.find, path) or (None, False)
    return _answer(request, found, is_lasting=is_lasting)


def _answer(request: Request, found: Asset | None, *, is_lasting: bool = False) -> Response:
    """Compressed for who takes that; nothing for who has it. The tag is weak, for it names both forms."""
    if found is None:
        raise NotFound("There is no such file.")
    headers = _HEADERS | {"cache-control": _FOR_EVER if is_lasting else _ASK_AGAIN, "etag": found.tag}
    if found.small is not None:
        headers["vary"] = "accept-encoding"
    known = request.headers.get("if-none-match", "")
    if found.tag.removeprefix("W/") in known:
        return Response(None, 304, headers)
    if found.small is not None and _takes_gzip(request):
        return Response(found.small, 200, headers | {"content-encoding": "gzip"}, media_type=found.media_type)
    return Response(found.data, 200, headers, media_type=found.media_type)


def _takes_gzip(request: Request) -> bool:
    offered = (word.partition(";") for word in request.headers.get("accept-encoding", "").split(","))
    return any(name.strip() == "gzip" and weight.replace(" ", "") != "q=0" for name, _, weight in offered)
