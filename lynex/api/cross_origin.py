"""Pages of other sites may send events: from listed origins, by the ways in, with keys that can do nothing else."""

from collections.abc import Iterable
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from lynex.auth.principal import Principal
from lynex.errors import Forbidden

WAYS_IN: Final = frozenset(
    (
        "/api/v1/events", "/api/v1/events/batch", "/api/v1/events/beacon", "/v1/traces", "/v1/logs", "/v1/metrics",
    )
)  # fmt: skip
_FROM_PAGE: Final = "lynex.from_page"
_HEADERS: Final = ("content-type", "content-encoding", "authorization", "x-api-key")
_PREFLIGHT_S: Final = 600  # how long a browser need not ask again
_SENDS: Final = "ingest"


class CrossOrigin:
    """ASGI around the application, so that refusals too can be read by the page that caused them."""

    def __init__(self, app: ASGIApp, origins: Iterable[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)
        self._for_pages = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["POST"],
            allow_headers=_HEADERS,
            expose_headers=["retry-after", "x-request-id"],
            max_age=_PREFLIGHT_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = _origin_of(scope) if scope["type"] == "http" and scope["path"] in WAYS_IN else None
        if origin is None:
            await self._app(scope, receive, send)
            return
        scope[_FROM_PAGE] = origin in self._origins
        await self._for_pages(scope, receive, send)


def is_from_listed_page(scope: Scope) -> bool:
    return scope.get(_FROM_PAGE) is True


def require_sending_key(scope: Scope, principal: Principal) -> None:
    """Everybody can read the key in a page, so it must not open anything else. Raises `Forbidden`."""
    if is_from_listed_page(scope) and principal.scopes != {_SENDS}:
        raise Forbidden(
            "A page may only use a key with the scope ingest and no other.",
            code="key_too_wide",
            hint="`lynex keys create --scope ingest` makes one; revoke the one that was in the page.",
        )


def _origin_of(scope: Scope) -> bytes | None:
    return next((value for name, value in scope["headers"] if name == b"origin"), None)
