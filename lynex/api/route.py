"""One line of the contents page: what a route is, and the table of methods behind one path."""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lynex.api.cross_origin import require_sending_key
from lynex.api.front import KEY, Front
from lynex.api.problems import NotAllowed
from lynex.auth.principal import Principal
from lynex.auth.roles import PERMISSIONS, PUBLIC, require
from lynex.control.receipts import NOBODY
from lynex.errors import LynexError, StartRefused

Handler = Callable[[Request], Awaitable[ASGIApp]]
Refusal = Callable[[Scope, LynexError], tuple[str, bytes]]
PRINCIPAL: Final = "lynex.principal"
REFUSAL: Final = "lynex.refusal"
PROJECT: Final = "lynex.project"  # the project asked about, once it is known to exist
SENDING: Final = "events.write"
OTLP: Final = "otlp"  # what is taken and given where it is described elsewhere
_FORWARDED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via", b"x-forwarded-host"})


@dataclass(frozen=True, slots=True)
class Param:
    """A query parameter, as JSON schema."""

    name: str
    description: str
    schema: Mapping[str, Any]
    repeated: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """`takes` and `gives` are the types of the bodies; `media` of the answer where it is not JSON.

    `refusal`: media type and body of an error, for senders that do not know problem documents. `sends`: it takes events
    without the permission to, for the key is in the body.
    """

    method: str
    path: str
    handler: Handler
    permission: str
    summary: str
    params: tuple[Param, ...] = ()
    takes: Any = None
    gives: Any = None
    status: int = 200
    media: str = "application/json"
    free_on_loopback: bool = False
    refusal: Refusal | None = None
    sends: bool = False


class MethodTable:
    """ASGI: one path. Asks who it is, whether they may, and lets the handler answer."""

    def __init__(self, path: str, routes: Mapping[str, Route]) -> None:
        self._path = path
        self._routes = dict(routes)
        if "GET" in self._routes:
            self._routes.setdefault("HEAD", self._routes["GET"])
        self._allowed = tuple(sorted(self._routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get(scope["method"])
        if route is None:
            raise NotAllowed(scope["method"], self._path, self._allowed)
        if route.refusal is not None:
            scope[REFUSAL] = route.refusal
        try:
            if route.permission != PUBLIC:
                scope[PRINCIPAL] = await _admitted(scope, route)
            response = await route.handler(Request(scope, receive, send))
        except LynexError as refusal:
            if route.sends or route.permission == SENDING:
                note_refused(scope, refusal.code)
            raise
        await response(scope, receive, send)


def tables(routes: tuple[Route, ...]) -> dict[str, MethodTable]:
    """The routes by path. Raises `StartRefused` for one without a permission from the table of roles, or told twice."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        if route.permission not in PERMISSIONS:
            raise StartRefused(f"The route {route.method} {route.path} has no permission from auth/roles.py.")
        methods = by_path.setdefault(route.path, {})
        if route.method in methods:
            raise StartRefused(f"The route {route.method} {route.path} is listed twice.")
        methods[route.method] = route
    return {path: MethodTable(path, methods) for path, methods in by_path.items()}


def note_refused(scope: Scope, code: str, amount: int = 1) -> None:
    """For the receipts: something that was sent is not kept. Whose it was, as far as that is known."""
    found: Principal | None = scope.get(PRINCIPAL)
    project_id = (found.project_id if found is not None else None) or scope.get(PROJECT) or NOBODY
    receipts = scope[KEY].appliance.receipts
    receipts.note_refused(project_id, found.key_id if found is not None else None, code, amount)


def principal_of(request: Request) -> Principal:
    found: Principal = request.scope[PRINCIPAL]
    return found


async def _admitted(scope: Scope, route: Route) -> Principal:
    front: Front = scope[KEY]
    credentials = front.appliance.credentials
    headers = scope["headers"]
    if route.free_on_loopback and _is_local(scope):
        return Principal("open", frozenset({"read"}))
    principal = credentials.known(headers)
    if principal is None:
        principal = await credentials.identify(scope["method"], headers)
    require(principal, route.permission)
    require_sending_key(scope, principal)
    return principal


def _is_local(scope: Scope) -> bool:
    """Asked from this machine, and not by a proxy on it for somebody else."""
    client = scope.get("client")
    if client is None or any(name in _FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        return ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False
