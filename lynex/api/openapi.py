"""The OpenAPI 3.1 document, made from the contents page and the types of the bodies."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

import lynex
from lynex.api.problems import Problem
from lynex.api.route import OTLP, Param, Route
from lynex.api.shapes import Beacon
from lynex.auth.roles import PERMISSIONS, PUBLIC
from lynex.events.bodies import BODIES, Context, Sdk
from lynex.events.envelope import EVENT_TYPES
from lynex.query.event_export import EXPORT_ID

_REF: Final = "#/components/schemas/{name}"
_DESCRIPTION: Final = (
    "Observability for LLM applications. Errors are problem documents (RFC 9457), for OTLP google.rpc.Status."
    " OTLP is also taken below /api/public/otel. Langfuse's own routes (/api/public/health, projects, scores,"
    " v2/prompts, ingestion) are as its documentation has them."
)
_STATUS_TEXT: Final = {200: "OK", 201: "Made", 202: "On disk", 303: "Signed in", 308: "Elsewhere"}
_JSON: Final = "application/json"
_LINES: Final = "application/x-ndjson"
_PATH_PARAMS: Final[dict[str, dict[str, Any]]] = {
    "event_id": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
    "project_id": {"type": "string", "pattern": "^proj_[A-Za-z0-9_-]{1,64}$"},
    "trace_id": {"type": "string", "minLength": 1, "maxLength": 128},
    "session_id": {"type": "string", "minLength": 1, "maxLength": 1024},
    "key_id": {"type": "string", "pattern": "^key_[a-z0-9]{1,32}$"},
    "group": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    "saved_id": {"type": "string", "pattern": "^saved_[a-z0-9]{26}$"},
    "export_id": {"type": "string", "pattern": EXPORT_ID},
    "seq": {"type": "integer", "minimum": 1},
}

Described = Sequence[tuple[str, Sequence[Route]]]


def document(groups: Described) -> bytes:
    """The document as JSON."""
    types = [route_type for _, routes in groups for route in routes for route_type in (route.takes, route.gives)]
    structs = list(dict.fromkeys([Problem, Sdk, Context, *BODIES.values(), *filter(_is_struct, types)]))
    _, schemas = msgspec.json.schema_components(structs, ref_template=_REF)
    paths: dict[str, Any] = {}
    for group, routes in groups:
        for route in routes:
            paths.setdefault(_plain(route.path), {})[route.method.lower()] = _operation(group, route)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Lynex",
                "version": lynex.__version__,
                "description": _DESCRIPTION,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "tags": [{"name": group} for group, _ in groups],
            "paths": paths,
            "components": {"schemas": {**schemas, **_EVENT}, "securitySchemes": _SCHEMES},
        }
    )


def _operation(group: str, route: Route) -> dict[str, Any]:
    name = re.sub(r"\W+", "_", f"{route.handler.__module__.rpartition('.')[2]}_{route.handler.__name__}")
    operation: dict[str, Any] = {
        "tags": [group],
        "summary": route.summary,
        "operationId": name,
        "parameters": [*_in_path(route.path), *map(_in_query, route.params)],
        "responses": {str(route.status): _answer(route), "default": _PROBLEM if route.gives != OTLP else _STATUS},
        "security": [] if route.permission == PUBLIC else [{name: []} for name in _SCHEMES],
    }
    if route.permission != PUBLIC:
        operation["description"] = f"Needs the scope `{PERMISSIONS[route.permission]}`."
    if route.takes is not None:
        operation["requestBody"] = {"required": True, "content": _taken(route.takes)}
    return operation


def _taken(takes: Any) -> dict[str, Any]:
    if takes == OTLP:
        return _IN_OTLP
    if takes is Beacon:
        return {"text/plain": {"schema": _ref(Beacon.__name__)}}
    if takes == "Events":
        return {
            _JSON: {"schema": _ref("Events")},
            _LINES: {"schema": {"type": "string", "description": "One event a line."}},
        }
    return {_JSON: {"schema": _ref(takes if isinstance(takes, str) else takes.__name__)}}


def _answer(route: Route) -> dict[str, Any]:
    if route.gives == OTLP:
        return {"description": "On disk", "content": _IN_OTLP}
    schema: dict[str, Any] = {"type": "string"}
    if route.media == _JSON:
        schema = _ref(route.gives.__name__) if _is_struct(route.gives) else {"type": "object"}
    if route.status in (303, 308):
        return {"description": _STATUS_TEXT[route.status]}
    return {"description": _STATUS_TEXT[route.status], "content": {route.media: {"schema": schema}}}


def _in_path(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)", path)
    return [{"name": name, "in": "path", "required": True, "schema": _PATH_PARAMS[name]} for name in names]


def _in_query(param: Param) -> dict[str, Any]:
    schema = {"type": "array", "items": param.schema, "maxItems": 100} if param.repeated else param.schema
    return {
        "name": param.name,
        "in": "query",
        "description": param.description,
        "required": param.required,
        "schema": schema,
    }


def _plain(path: str) -> str:
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}


def _is_struct(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, msgspec.Struct)


_PROBLEM: Final = {
    "description": "A problem document",
    "content": {"application/problem+json": {"schema": _ref("Problem")}},
}
_IN_OTLP: Final = {
    "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
    _JSON: {"schema": {"type": "object", "description": "As opentelemetry-proto has it, in JSON."}},
}
_STATUS: Final = {"description": "A google.rpc.Status in the encoding of the request", "content": _IN_OTLP}
_SCHEMES: Final = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "The password is the key, or the user is."},
    "session": {"type": "apiKey", "in": "cookie", "name": "lynex_session"},
}
_OPEN: Final = {"type": "object", "additionalProperties": True}
_EVENT: Final[dict[str, Any]] = {
    "Event": {
        "title": "Event",
        "description": "camelCase or snake_case. The fields of `body` depend on the type; unknown ones are kept.",
        "type": "object",
        "required": ["type"],
        "properties": {
            "eventId": {
                "type": "string",
                "pattern": "^[A-Za-z0-9._:-]{1,128}$",
                "description": "Made where it is left out.",
            },
            "projectId": {"type": "string", "description": "Must be the project of the key."},
            "type": {"type": "string", "enum": list(EVENT_TYPES)},
            "timestamp": {"type": "string", "format": "date-time"},
            "sdk": _ref("Sdk"),
            "context": _ref("Context"),
            "body": {"description": "By type.", "anyOf": [*(_ref(body.__name__) for body in BODIES.values()), _OPEN]},
        },
    },
    "Events": {
        "title": "Events",
        "oneOf": [
            {
                "type": "object",
                "required": ["events"],
                "properties": {"events": {"type": "array", "items": _ref("Event")}},
            },
            {"type": "array", "items": _ref("Event")},
        ],
    },
}
