"""The Model Context Protocol, as OpenTelemetry and OpenLLMetry tell it."""

from typing import Any, Final

from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.values import structured, text
from lynex.ingest.otlp_records import Span


def finish(span: Span, draft: Draft) -> None:
    notes, tool, retrieval = draft.notes, draft.tool, draft.retrieval
    request = structured(notes.get("mcp_request"))
    if draft.type == "tool_call":
        if type(request) is dict:
            asked = _asked(request)
            if type(asked.get("name")) is str:
                tool.setdefault("name", asked["name"])
            tool.setdefault("arguments", asked.get("arguments", asked))
        if "mcp_response" in notes:
            tool.setdefault("result", structured(notes["mcp_response"]))
    elif draft.type == "retrieval":
        uri = text(notes.get("mcp_uri"))
        if uri is not None:
            retrieval.setdefault("query", uri)
        if "mcp_response" in notes:
            retrieval.setdefault("documents", [{"id": uri, "content": structured(notes["mcp_response"])}])
    else:
        if request is not None and draft.input is None:
            draft.input = {"value": request}
        if "mcp_response" in notes and draft.output is None:
            draft.output = {"value": structured(notes["mcp_response"])}


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    """The parameters of `tools/call`, with or without the envelope of JSON-RPC around them."""
    inner = request.get("params")
    return inner if type(inner) is dict else request


def _about(name: str) -> Field:
    return Field("mcp." + name, text)


MCP: Final = Dialect(
    name="mcp",
    fields={
        "mcp.method.name": _about("method"),
        "mcp.session.id": _about("session_id"),
        "mcp.protocol.version": _about("protocol_version"),
        "mcp.request.id": _about("request_id"),
        "jsonrpc.request.id": _about("request_id"),
        "rpc.jsonrpc.request_id": _about("request_id"),
        "rpc.response.status_code": _about("status_code"),
        "mcp.resource.uri": "notes.mcp_uri",
        "mcp.prompt.name": "prompt.name",
        "mcp.tool.name": "tool.name",
        "mcp.request.argument": "notes.mcp_request",
        "mcp.response.value": "notes.mcp_response",
    },
    ignored=("mcp.", "jsonrpc.", "rpc."),
    scopes=("opentelemetry.instrumentation.mcp",),
    finish=finish,
)
