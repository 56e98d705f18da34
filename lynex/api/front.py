"""What every door needs besides its request: the appliance, the limits on bodies, and how to answer in JSON."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lynex.api.bodies import BodyLimits, Memory
from lynex.api.export_progress import Exports
from lynex.api.health import Health

if TYPE_CHECKING:
    from lynex.appliance import Appliance

KEY: Final = "lynex"
_BODIES_IN_MEMORY: Final = 256 << 20

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


@dataclass(slots=True)
class Front:
    """One for the process. `stopping` turns new requests away; `openapi` is the document, made once."""

    appliance: "Appliance"
    limits: BodyLimits
    memory: Memory
    health: Health
    started_at: int
    stopping: bool = False
    openapi: bytes = b"{}"
    exports: Exports = field(default_factory=Exports)

    @classmethod
    def of(cls, appliance: "Appliance") -> "Front":
        ingest = appliance.config.ingest
        limits = BodyLimits(ingest.max_request_bytes, ingest.max_expanded_bytes)
        memory = Memory(max(_BODIES_IN_MEMORY, 2 * (limits.sent + limits.expanded)))
        health = Health(appliance.store, appliance.clock)
        return cls(appliance, limits, memory, health, appliance.clock.now())

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by TLS."""
        return self.appliance.config.server.public_url.startswith("https://")


def front(request: Request) -> Front:
    found: Front = request.scope[KEY]
    return found


def parts(request: Request) -> "Appliance":
    return front(request).appliance


def json_bytes(value: Any) -> bytes:
    return _ENCODER.encode(value)


class OnDisk:
    """202 in JSON, as ASGI: the one answer that is given thousands of times a second."""

    __slots__ = ("_body",)

    def __init__(self, value: Any) -> None:
        self._body = _ENCODER.encode(value)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return encoded_answer(_ENCODER.encode(value), status, headers)


def encoded_answer(data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """For answers that were encoded outside of the event loop."""
    return Response(data, status, {"cache-control": "no-store", **(headers or {})}, media_type="application/json")
