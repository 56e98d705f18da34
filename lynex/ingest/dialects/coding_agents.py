"""What the log events of coding agents have in common (semconv.md section 4): numbers as text, no trace of their own.

A session is their trace and a prompt its step, both with ids made from the agent's own, so that retries stay the same.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.values import count, milliseconds, structured, text
from lynex.ingest.messages import text_message
from lynex.ingest.otlp_records import Attributes, LogRecord

_USER_KEYS: Final = ("user.id", "user.email", "user.account_id", "user.account_uuid")
_UNDERSTOOD: Final = frozenset(("event.name", "event.timestamp", "event.sequence", "prompt", "duration_ms", "duration"))
_FAILURES: Final = (False, "false", "False", "0")
_REDACTED: Final = frozenset(("<REDACTED>", "[REDACTED]", ""))


def event_of(record: LogRecord, agent: str, service: str) -> str | None:
    """`api_request` of `claude_code.api_request`, which stands in the event name or in the body; None: not this agent.

    Some events only have a short name: then the service must be the agent's.
    """
    prefix = f"{agent}."
    named = record.attributes.get("event.name")
    for name in (named, record.event_name, record.body):
        if type(name) is str and name.startswith(prefix):
            return name[len(prefix) :]
    if record.resource.get("service.name") != service:
        return None
    return named if type(named) is str and named else record.event_name


def read_agent_event(
    record: LogRecord, draft: Draft, agent: str, event: str, *, session: str, understood: Iterable[str]
) -> None:
    """What every event says: its name, whose it is, how long it took. `session` and `understood` are attributes."""
    attributes, context = record.attributes, draft.context
    draft.name = f"{agent}.{event}"
    for key in (session, *_UNDERSTOOD.intersection(draft.unknown), *understood):
        draft.unknown.pop(key, None)
    for key in _USER_KEYS:
        user = text(attributes.get(key))
        if user is not None:
            context["user_id"] = user
            draft.unknown.pop(key, None)
            break
    session_id = text(attributes.get(session))
    if session_id is not None:
        context["session_id"] = session_id
        if record.trace_id is None:
            context["trace_id"] = _digest(f"{agent}:{session_id}", 16)
    step = count(attributes.get("event.sequence"))
    if step is not None:
        context["step_index"] = step
    draft.duration_ms = milliseconds(attributes.get("duration_ms", attributes.get("duration")))


def read_step(draft: Draft, step: Any, *, is_prompt: bool) -> None:
    """What happens for a prompt stands below it in the trace. `step` is the prompt's id in the session."""
    trace_id, named = draft.context.get("trace_id"), text(step)
    if trace_id is None or named is None:
        return
    span_id = _digest(f"{trace_id}:{named}", 8)
    if is_prompt:
        draft.context["span_id"] = span_id
    else:
        draft.context["parent_event_id"] = f"{trace_id}:{span_id}"


def read_prompt(attributes: Attributes, draft: Draft) -> None:
    """What the user typed, where the agent was told to say so."""
    draft.type = "message"
    read_words(attributes.get("prompt"), draft)


def read_words(prompt: Any, draft: Draft) -> None:
    if type(prompt) is str and prompt not in _REDACTED:
        draft.input = {"messages": [text_message("user", prompt)]}


def read_counts(attributes: Attributes, draft: Draft, names: Mapping[str, str], *, cache_on_top: bool) -> None:
    """The usage of a call: `names` says which attribute is which count."""
    draft.type = "model_response"
    draft.kind = "llm"
    draft.cache_on_top = cache_on_top
    counted = ((place, count(attributes.get(name))) for name, place in names.items())
    draft.usage = {place: number for place, number in counted if number is not None}


def read_tool(draft: Draft, **pieces: Any) -> None:
    """Arguments and results are often JSON as text."""
    draft.type = "tool_call"
    for place, value in pieces.items():
        if value is not None and value != "":
            draft.tool[place] = structured(value) if place in ("arguments", "result") else text(value)


def has_failed(attributes: Attributes) -> bool:
    success = attributes.get("success")
    return success is not None and success in _FAILURES


def read_failure(draft: Draft, message: Any, kind: Any = None, code: Any = None) -> None:
    draft.level = "error"
    said = (("type", text(kind)), ("message", text(message)), ("code", text(code)))
    draft.error |= {place: value for place, value in said if value is not None}
    draft.error.setdefault("message", "failed")


def read_remark(record: LogRecord, draft: Draft, event: str) -> None:
    """An event that is no call and no message: its name says what happened."""
    draft.type = "log"
    draft.kind = event
    draft.more["message"] = record.body if type(record.body) is str and record.body else draft.name


def _digest(identity: str, size: int) -> str:
    return blake2b(identity.encode(), digest_size=size).hexdigest()
