"""A finished draft → its row and canonical body (semconv.md section 1), so that `enrich` treats it as any event."""

from operator import attrgetter
from typing import Any, Final

import msgspec

from lynex.events.structure import key_fault
from lynex.ingest.dialects.draft import Draft, Piece
from lynex.ingest.dialects.event_type import CALL, ROLLUP
from lynex.ingest.dialects.values import looks_cut_off
from lynex.ingest.names import finish_reason
from lynex.ingest.reading import LONGEST_COLUMN, Reading, preview, preview_of, read_cost
from lynex.ingest.tokens import Counted, count_slots
from lynex.pricing.context import price_context
from lynex.pricing.providers import canonical_provider, is_framework, provider_of_model
from lynex.store.stored_event import StoredEvent

_LONGEST_NAME: Final = 512
_LONGEST_TAG, _MOST_TAGS = 256, 50
_COUNTED_TYPES: Final = frozenset(("model_response", "token_usage"))
_CONTEXT: Final = frozenset(
    ("session_id", "user_id", "environment", "release", "service_name", "agent_name", "step_index")
)
_COUNTS: Final = frozenset(("input", "output", "total", "cache_read", "cache_write", "reasoning"))
_NAMES: Final = (
    "name", "kind", "level", "provider", "model", "response_model", "session_id", "user_id", "environment", "release",
    "service_name", "response_id", "finish_reason", "tool_name", "agent_name", "prompt_name", "prompt_version",
    "error_type", "error_message", "eval_name", "sdk_name", "sdk_version", "parent_event_id",
)  # fmt: skip
_names_in: Final = attrgetter(*_NAMES)
_PIECES: Final = ("prompt", "agent", "workflow", "mcp", "eval", "error")
_MOST_SEARCHABLE: Final = 16 << 10  # bytes
_LONGEST_TEXT: Final = 256
_ENCODER: Final = msgspec.json.Encoder()


def complete(draft: Draft, row: StoredEvent) -> Reading:
    """Fill the row's columns and a canonical body; raw attributes are the caller's to add."""
    row.type, row.name, row.kind, row.dialect = draft.type, draft.name, draft.kind, draft.dialect
    reading = Reading(row, {})
    body = reading.body
    for field in ("name", "kind", "operation"):
        value = getattr(draft, field)
        if value is not None:
            body[field] = value
    _complete_status(draft, row, body)
    if row.duration_ms is None:
        row.duration_ms = draft.duration_ms
    if row.duration_ms is not None:
        body["duration_ms"] = row.duration_ms
    if draft.model or draft.params:
        _complete_model(draft, reading)
    _complete_contents(draft, row, body)
    _complete_usage(draft, reading)
    _complete_pieces(draft, row, body)
    _complete_context(draft, row)
    _bound_columns(row)
    return reading


def _bound_columns(row: StoredEvent) -> None:
    """Lists, breakdowns and traces answer columns: a name of a megabyte must not make each of them one."""
    for column, said in zip(_NAMES, _names_in(row), strict=True):
        if said is not None and len(said) > LONGEST_COLUMN:
            setattr(row, column, said[:LONGEST_COLUMN])
    if row.tags:
        row.tags = [tag[:_LONGEST_TAG] for tag in row.tags[:_MOST_TAGS]]


def _complete_status(draft: Draft, row: StoredEvent, body: dict[str, Any]) -> None:
    row.level = draft.level
    error = draft.error
    if draft.type == "error" or draft.level == "error":
        row.status = row.level = "error"
        row.error_type, row.error_message = error.get("type"), error.get("message")
    body["status"] = row.status
    if row.level is not None:
        body["level"] = row.level


def _complete_model(draft: Draft, reading: Reading) -> None:
    row, model = reading.row, draft.model
    row.model = model.get("request")
    row.response_model = model.get("response")
    row.provider = _provider(model, row)
    if row.provider is not None:
        model["provider"] = row.provider
    if draft.params:
        model["params"] = {**model.get("params", {}), **draft.params}
    if "params" in model:
        reading.price_context = price_context(model["params"])
    reasons = model.get("finish_reasons")
    if reasons:
        model["finish_reasons"] = [finish_reason(one.removeprefix("FinishReason.")) for one in reasons]
        row.finish_reason = model["finish_reasons"][0]
    row.response_id = model.get("response_id")
    row.ttft_ms = model.get("ttft_ms")
    reading.body["model"] = model


def _provider(model: Piece, row: StoredEvent) -> str | None:
    """Who served the model. A framework's name, or none, says less than the model's id does."""
    sent = model.get("provider")
    provider = canonical_provider(sent) if sent is not None else None
    if provider is None or is_framework(provider):
        for name in (row.model, row.response_model):
            inferred = provider_of_model(name) if name and len(name) <= _LONGEST_NAME else None
            if inferred is not None:
                return inferred
    return provider


def _complete_contents(draft: Draft, row: StoredEvent, body: dict[str, Any]) -> None:
    for direction, content in (("input", draft.input), ("output", draft.output)):
        if content is not None:
            if "value" in content:
                _note_cut(draft, content["value"])
            body[direction] = content
    if draft.system_instructions:
        body["system_instructions"] = draft.system_instructions
    tool, retrieval = draft.tool, draft.retrieval
    if tool:
        body["tool"] = tool
        _note_cut(draft, tool.get("arguments"), tool.get("result"))
        row.tool_name = tool.get("name")
    if retrieval:
        body["retrieval"] = retrieval
    row.input_preview = preview_of(draft.input, last_user=True)
    row.output_preview = preview_of(draft.output, last_user=False)
    if row.input_preview is None:
        row.input_preview = preview(tool.get("arguments", retrieval.get("query")))
    if row.output_preview is None:
        row.output_preview = preview(tool.get("result")) if "result" in tool else _preview_of_documents(retrieval)
    if row.output_preview is None and draft.type == "log":
        row.output_preview = preview(draft.more.get("message"))


def _note_cut(draft: Draft, *values: Any) -> None:
    """Text that was to be JSON and lost its end to a limit of the sender's."""
    for value in values:
        if type(value) is str and looks_cut_off(value) and "truncated" not in draft.flags:
            draft.flags.append("truncated")


def _preview_of_documents(retrieval: Piece) -> str | None:
    documents = retrieval.get("documents")
    if not documents:
        return None
    first = documents[0]
    return preview(first.get("content", first) if type(first) is dict else first)


def _complete_usage(draft: Draft, reading: Reading) -> None:
    """Tokens in one meaning, the sender's own cost, and whether they count (semconv.md 3.3)."""
    row = reading.row
    reading.counted = _counted(draft)
    reading.reported = read_cost(draft.cost) if draft.cost else None
    scope = draft.scope
    if scope is None and (row.type in _COUNTED_TYPES or reading.counted is not None or reading.reported is not None):
        scope = CALL if row.type in _COUNTED_TYPES else ROLLUP
    row.usage_scope = scope


def _counted(draft: Draft) -> Counted | None:
    usage = draft.usage
    if not usage:
        return None
    if draft.cache_on_top:
        usage["input"] = usage.get("input", 0) + usage.get("cache_read", 0) + usage.get("cache_write", 0)
    fine = usage.keys() - _COUNTS
    return count_slots(usage, {name: usage[name] for name in fine if usage[name]} if fine else None)


def _complete_pieces(draft: Draft, row: StoredEvent, body: dict[str, Any]) -> None:
    for name in _PIECES:
        piece = getattr(draft, name)
        if piece:
            body[name] = piece
    if draft.more:
        body.update({name: value for name, value in draft.more.items() if name not in body})
    if draft.prompt:
        row.prompt_name, row.prompt_version = draft.prompt.get("name"), draft.prompt.get("version")
    if draft.agent:
        row.agent_name = draft.agent.get("name")
    if draft.eval:
        row.eval_name, row.eval_score = draft.eval.get("name"), draft.eval.get("score")
        row.output_preview = preview(draft.eval.get("explanation", draft.eval.get("label")))


def _complete_context(draft: Draft, row: StoredEvent) -> None:
    for name, value in draft.context.items():
        if value is not None and name in _CONTEXT:
            setattr(row, name, value)
    if draft.tags:
        row.tags = draft.tags
    searchable = {**draft.unknown, **draft.metadata} if draft.unknown else draft.metadata
    if draft.flags:
        searchable = searchable | dict.fromkeys(draft.flags, True)
    if searchable:
        row.attrs = _searchable(searchable)


def _searchable(metadata: Piece) -> str | None:
    """JSON text of metadata. Keys that the store might confuse, and long values, are left to the raw attributes."""
    sound = {name: value for name, value in metadata.items() if name.isprintable() or key_fault(name) is None}
    encoded = _ENCODER.encode(sound)
    if len(encoded) > _MOST_SEARCHABLE:
        encoded = _ENCODER.encode({name: value for name, value in sound.items() if _is_short(value)})
    return encoded.decode() if sound else None


def _is_short(value: Any) -> bool:
    return type(value) in (int, float, bool) or (type(value) is str and len(value) <= _LONGEST_TEXT)
