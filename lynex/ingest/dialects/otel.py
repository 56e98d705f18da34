"""What any OpenTelemetry span says: its resource, who acted, its status and exceptions."""

from typing import Any, Final

from lynex.ingest.dialects.dialect import Dialect
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.values import text
from lynex.ingest.otlp_records import Attributes, Span

_RESOURCE: Final = (
    ("service.name", "service_name"),
    ("openinference.project.name", "service_name"),
    ("service.version", "release"),
    ("deployment.environment.name", "environment"),
    ("deployment.environment", "environment"),
    ("session.id", "session_id"),
    ("user.id", "user_id"),
    ("enduser.id", "user_id"),
)
_EXCEPTION: Final = (
    ("exception.type", "type"),
    ("exception.message", "message"),
    ("exception.stacktrace", "stack"),
)
_EXCEPTIONS: Final = frozenset(("exception", "gen_ai.client.operation.exception"))
_NAMELESS: Final = "unknown_service"
# Parts of a body that have a meaning of their own, which must come by their own attributes.
_TAKEN: Final = frozenset(
    (
        "name", "kind", "operation", "status", "level", "duration_ms", "model", "input", "output", "usage", "cost",
        "system_instructions", "tool", "retrieval", "prompt", "agent", "workflow", "mcp", "eval", "error", "sent",
        "attributes", "resource", "scope", "span", "log", "metric", "events", "links",
    )
)  # fmt: skip


def read_resource(resource: Attributes, draft: Draft) -> None:
    """What a record says itself comes first."""
    context = draft.context
    for key, place in _RESOURCE:
        if key in resource and place not in context:
            said = text(resource[key])
            if said is not None and not said.startswith(_NAMELESS):
                context[place] = said


def finish(span: Span, draft: Draft) -> None:
    """Exceptions among the span's events, and the status: a span that failed says why."""
    for event in span.events:
        if event.name in _EXCEPTIONS:
            _read_exception(event.attributes, draft)
    if span.status == "error":
        draft.level = "error"
        if span.status_message:
            draft.error.setdefault("message", span.status_message)
    elif draft.error and span.status == "unset" and "type" in draft.error:
        draft.level = "error"


def _read_exception(attributes: Attributes, draft: Draft) -> None:
    """The last exception is the one that ended the span."""
    found = {place: text(attributes[key]) for key, place in _EXCEPTION if key in attributes}
    draft.error.update({place: said for place, said in found.items() if said is not None})


def _metadata(draft: Draft, name: str, value: Any) -> None:
    if value not in ("", "[]", "{}", "None"):
        draft.metadata.setdefault(name, value)


def _rest_of_body(draft: Draft, name: str, value: Any) -> None:
    """What Lynex's own events say beyond any convention, when an exported trace comes back."""
    if name not in _TAKEN:
        draft.more.setdefault(name, value)


OTEL: Final = Dialect(
    name="otel",
    fields={
        "lynex.name": "name",
        "session.id": "context.session_id",
        "user.id": "context.user_id",
        "enduser.id": "context.user_id",
        "enduser.pseudo.id": "context.user_id",
        "service.name": "context.service_name",
        "service.version": "context.release",
        "deployment.environment.name": "context.environment",
        "deployment.environment": "context.environment",
        "lynex.step_index": "context.step_index",
        "lynex.tags": "tags",
        "error.type": "error.type",
        "error.message": "error.message",
        "exception.type": "error.type",
        "exception.message": "error.message",
        "exception.stacktrace": "error.stack",
        "lynex.type": "notes.type",
        "lynex.level": "level",
        "lynex.model.params": "model.params",
        "lynex.agent.action": "agent.action",
        "lynex.agent.thought": "agent.thought",
        "lynex.prompt.template": "prompt.template",
        "lynex.prompt.variables": "prompt.variables",
        "lynex.eval.evaluator": "eval.evaluator",
        "lynex.error.code": "error.code",
    },
    prefixes={"metadata.": _metadata, "lynex.body.": _rest_of_body},
    ignored=(
        "http.", "url.", "user_agent.", "messaging.", "faas.", "code.", "thread.", "server.", "client.", "network.",
        "net.", "telemetry.", "otel.", "process.", "host.", "os.",
    ),
    finish=finish,
)  # fmt: skip
