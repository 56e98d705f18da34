"""Log records of OpenTelemetry: messages, evaluations and exceptions that stand beside their span, and plain logs."""

from typing import Any, Final

from lynex.ingest.dialects.dialect import Dialect
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import CALL, DUPLICATE
from lynex.ingest.dialects.genai import DETAILS, ROLES, add_choice, add_message, event_message, read_details
from lynex.ingest.dialects.severity import level_of
from lynex.ingest.dialects.values import mapping, structured, text
from lynex.ingest.otlp_records import LogRecord

_EVALUATION: Final = "gen_ai.evaluation.result"
_CHOICE: Final = "gen_ai.choice"
_EXCEPTIONS: Final = ("exception", "gen_ai.client.operation.exception")
_EXCEPTION_KEYS: Final = ("exception.type", "exception.message", "exception.stacktrace")
_EVALUATORS: Final = ("gen_ai.evaluation.evaluator", "gen_ai.evaluation.evaluator.name", "gen_ai.evaluation.source")


def _read_genai(record: LogRecord, draft: Draft) -> bool:
    name = record.event_name
    if name == _EVALUATION:
        _read_evaluation(record, draft)
    elif name in DETAILS:
        _read_details(record, draft)
    elif name == _CHOICE or name in ROLES:
        _read_message(record, draft)
    else:
        return False
    draft.level = level_of(record.severity, record.severity_text)
    return True


def _read_evaluation(record: LogRecord, draft: Draft) -> None:
    """The span it belongs to is what was evaluated."""
    draft.type = "eval_metric"
    draft.name = draft.eval.get("name", draft.name)
    evaluator = next((said for key in _EVALUATORS if (said := text(record.attributes.get(key))) is not None), None)
    if evaluator is not None:
        draft.eval["evaluator"] = evaluator
    target: dict[str, str] = {}
    if record.trace_id is not None:
        target["trace_id"] = record.trace_id
        if record.span_id is not None:
            target["event_id"] = f"{record.trace_id}:{record.span_id}"
    response_id = draft.model.get("response_id")
    if response_id is not None:
        target["response_id"] = response_id
    if target:
        draft.eval["target"] = target


def _read_details(record: LogRecord, draft: Draft) -> None:
    """What was said in a call. Beside a span it adds the words; alone it is all there is of the call, and counts."""
    read_details(draft, mapping(record.body) or {})
    if record.span_id is not None:
        draft.type, draft.scope = "message", DUPLICATE
    else:
        draft.type, draft.kind, draft.scope = "model_response", "llm", CALL
        _read_error(record, draft)


def _read_message(record: LogRecord, draft: Draft) -> None:
    draft.type = "message"
    said: Any = structured(record.body)
    if not said:
        said = record.attributes
    if record.event_name == _CHOICE:
        add_choice(draft, said, record.attributes)
    else:
        add_message(draft, "input", event_message(said, record.attributes, ROLES[record.event_name]))


def _read_plain(record: LogRecord, draft: Draft) -> bool:
    """Anything else: an exception is an `error`, all others are a `log`."""
    draft.level = level_of(record.severity, record.severity_text)
    _read_error(record, draft)
    message = text(record.body) if type(record.body) in (str, int, float) else record.body
    if message is not None and message not in ({}, []):
        draft.more["message"] = message
    if any(key in record.attributes for key in _EXCEPTION_KEYS) or record.event_name in _EXCEPTIONS:
        draft.type = "error"
        draft.name = draft.error.get("type", draft.name)
        draft.level = "error"
    else:
        draft.type = "log"
    if draft.level == "error" and type(message) is str:
        draft.error.setdefault("message", message)
    if record.scope.name:
        draft.more["logger"] = record.scope.name
    return True


def _read_error(record: LogRecord, draft: Draft) -> None:
    for key, place in (("exception.type", "type"), ("exception.message", "message"), ("exception.stacktrace", "stack")):
        said = text(record.attributes.get(key))
        if said is not None:
            draft.error[place] = said
    if draft.error and draft.type == "model_response":
        draft.level = "error"


GENAI_EVENTS: Final = Dialect(name="genai", read_log=_read_genai)
PLAIN_LOGS: Final = Dialect(name="otel", read_log=_read_plain)
