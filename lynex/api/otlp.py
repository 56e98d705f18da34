"""The doors for OpenTelemetry: OTLP over HTTP in protobuf or JSON, answered in the same encoding."""

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lynex.api.bodies import essence_of, read_body
from lynex.api.front import front, parts
from lynex.api.guard import project_of, reachable
from lynex.api.route import note_refused, principal_of
from lynex.auth.roles import may
from lynex.errors import LynexError, UnsupportedMedia
from lynex.ingest.otlp import LOGS, METRICS, TRACES
from lynex.ingest.otlp_answers import failure, response
from lynex.ingest.otlp_intake import REFUSED_RECORD

PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"
_PROTOBUF_KINDS: Final = (b"application/x-protobuf", b"application/protobuf")
_JSON_KIND: Final = b"application/json"
_BACKFILL: Final = "events.write_old"


async def post_traces(request: Request) -> ASGIApp:
    """POST /v1/traces – 200 means on disk."""
    return await _export(request, TRACES)


async def post_logs(request: Request) -> ASGIApp:
    """POST /v1/logs – 200 means on disk."""
    return await _export(request, LOGS)


async def post_metrics(request: Request) -> ASGIApp:
    """POST /v1/metrics – 200 means on disk; points that do not concern models are not kept."""
    return await _export(request, METRICS)


def refusal(scope: Scope, error: LynexError) -> tuple[str, bytes]:
    """Media type and body of an error, as an exporter understands it."""
    in_json = essence_of(scope) not in _PROTOBUF_KINDS
    text = " ".join(part for part in (error.detail, error.hint) if part)
    return JSON if in_json else PROTOBUF, failure(error.status, text, in_json=in_json)


async def _export(request: Request, signal: str) -> "_Answer":
    principal, project_id = principal_of(request), await _project_of(request)
    in_json = _is_json(request.scope)
    desk = front(request)
    data = await read_body(request.scope, request.receive, desk.limits, desk.memory)
    receipt = await parts(request).otlp.accept(
        signal, project_id, principal.key_id, data, in_json=in_json, backfill=may(principal, _BACKFILL)
    )
    if receipt.rejected:
        note_refused(request.scope, REFUSED_RECORD, receipt.rejected)
    return _Answer(response(signal, receipt.rejected, receipt.message, in_json=in_json), JSON if in_json else PROTOBUF)


async def _project_of(request: Request) -> str:
    """Exporters cannot name a project: without a key, where none is asked for, it is the one of the first start."""
    if principal_of(request).project_id is not None or request.scope["query_string"]:
        return await project_of(request)
    return await reachable(request, parts(request).config.init.project)


def _is_json(scope: Scope) -> bool:
    essence = essence_of(scope)
    if essence in _PROTOBUF_KINDS:
        return False
    if essence == _JSON_KIND:
        return True
    named = essence[:64].decode("latin-1").encode("unicode_escape").decode() or "none"
    raise UnsupportedMedia(
        f"The Content-Type is {named}; OTLP is taken as {PROTOBUF} and {JSON}.",
        hint="Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.",
    )


class _Answer:
    """200 as ASGI: given thousands of times a second."""

    __slots__ = ("_body", "_media")

    def __init__(self, body: bytes, media: str) -> None:
        self._body = body
        self._media = media

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", self._media.encode()), (b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})
