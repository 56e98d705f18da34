"""Langfuse's SDKs from version 3 on: observations as spans with `langfuse.*` attributes, values often JSON in text."""

from collections.abc import Mapping
from typing import Any, Final

from lynex.events.timestamps import quick_instant
from lynex.ingest.dialects.conversation import read_content
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.values import count, looks_cut_off, mapping, number, structured, text, texts, unquoted
from lynex.ingest.otlp_records import Span

_LEVELS: Final = {"DEBUG": "debug", "DEFAULT": "info", "WARNING": "warning", "ERROR": "error"}
_TOKENS: Final = {
    "input": "input",
    "prompt_tokens": "input",
    "input_tokens": "input",
    "promptTokens": "input",
    "output": "output",
    "completion_tokens": "output",
    "output_tokens": "output",
    "completionTokens": "output",
    "total": "total",
    "total_tokens": "total",
    "totalTokens": "total",
    "cache_read_input_tokens": "cache_read",
    "input_cached_tokens": "cache_read",
    "input_cache_read": "cache_read",
    "cached_tokens": "cache_read",
    "cache_creation_input_tokens": "cache_write",
    "input_cache_creation": "cache_write",
    "output_reasoning_tokens": "reasoning",
    "output_reasoning": "reasoning",
    "reasoning_tokens": "reasoning",
    "input_audio_tokens": "input_audio_tokens",
    "input_audio": "input_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "output_audio": "output_audio_tokens",
    "input_image_tokens": "input_image_tokens",
}
_NESTED: Final = {
    "prompt_tokens_details": "input_",
    "input_tokens_details": "input_",
    "completion_tokens_details": "output_",
    "output_tokens_details": "output_",
}
_BESIDE: Final = (
    ("cache_read", "cache_write", "input_audio_tokens", "input_image_tokens"),
    ("reasoning", "output_audio_tokens"),
)
_PROVIDERS_OWN: Final = frozenset(("prompt_tokens", "completion_tokens", *_NESTED))  # OpenAI's shape is inclusive
_COSTS: Final = {place: place for place in ("input", "output", "total")} | {
    key: place for key, place in _TOKENS.items() if place in ("cache_read", "cache_write", "reasoning")
}
_UNSET: Final = ("inf", "Infinity")
_CONVERSING: Final = frozenset(("generation", "agent"))


def read_usage(sent: Mapping[str, Any], draft: Draft) -> None:
    """Buckets of any name that add up: input without its cached tokens, output without its reasoning.

    OpenAI's own usage object is sent on as it is, and a total can show that a sender does not keep to the rule.
    """
    told: dict[str, int] = {}
    for key, value in _flat(sent):
        place, counted = _TOKENS.get(key), count(value)
        if place is not None and counted is not None:
            told.setdefault(place, counted)
    if not told:
        return
    for place, beside in zip(("input", "output"), _beside(told, sent), strict=True):
        if beside:
            told[place] = told.get(place, 0) + beside
    draft.usage |= told
    draft.cache_on_top = False


def _beside(told: Mapping[str, int], sent: Mapping[str, Any]) -> tuple[int, int]:
    """What was counted beside the input and beside the output, and not in them."""
    whole = told.get("input", 0) + told.get("output", 0)
    of_input, of_output = (sum(told.get(place, 0) for place in places) for places in _BESIDE)
    for beside in ((0, 0), (of_input, of_output), (of_input, 0), (0, of_output)):
        if told.get("total") == whole + sum(beside):
            return beside
    return (0, 0) if not _PROVIDERS_OWN.isdisjoint(sent) else (of_input, of_output)


def _flat(sent: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in sent.items():
        if type(value) is dict and key in _NESTED:
            pairs += ((name if name in _TOKENS else _NESTED[key] + name, inner) for name, inner in value.items())
        else:
            pairs.append((key, value))
    return pairs


def read_parameters(sent: Any) -> dict[str, Any] | None:
    """Of a call, without those the wrapper of OpenAI's client makes up for what was not set."""
    told = mapping(sent) or {}
    return {name: unquoted(value) for name, value in told.items() if value not in _UNSET} or None


def read_costs(sent: Mapping[str, Any], draft: Draft) -> None:
    """USD by bucket; buckets of other names are `other`."""
    for key, value in sent.items():
        dollars = number(value)
        if dollars is not None:
            place = _COSTS.get(key, "other")
            draft.cost[place] = draft.cost.get(place, 0) + dollars


def read_level(level: str | None, message: str | None, draft: Draft) -> None:
    """An observation with the level ERROR failed, and its status message says why."""
    draft.level = _LEVELS.get(level.upper()) if level is not None else None
    if draft.level == "error":
        draft.error.setdefault("message", message if message is not None else "failed")
    elif message is not None:
        draft.more["status_message"] = message


def read_values(kind: str | None, given: Any, answered: Any, draft: Draft) -> None:
    """Input and output, in the place the kind of observation has for them. None: not said."""
    if kind == "tool":
        _put(draft.tool, ("arguments", given), ("result", answered))
        draft.tool.setdefault("name", draft.name)
    elif kind == "retriever":
        query = given.get("query", given) if type(given) is dict else given
        found = answered.get("documents", answered) if type(answered) is dict else answered
        _put(draft.retrieval, ("query", query))
        if found is not None:
            draft.retrieval["documents"] = found if type(found) is list else [found]
    elif kind == "evaluator":
        draft.eval.setdefault("name", draft.name)
        _put(draft.eval, ("score", _score(answered)))
        _put_content(kind, given, answered, draft)
    else:
        if kind == "agent":
            draft.agent.setdefault("name", draft.name)
        _put_content(kind, given, answered, draft)


def _score(answered: Any) -> float | None:
    if type(answered) is dict:
        answered = answered.get("score", answered.get("value"))
    return number(answered)


def _put(piece: dict[str, Any], *pairs: tuple[str, Any]) -> None:
    piece.update((place, value) for place, value in pairs if value is not None)


def _put_content(kind: str | None, given: Any, answered: Any, draft: Draft) -> None:
    talks = kind in _CONVERSING
    if talks and type(given) is dict and type(given.get("tools")) is list:
        draft.tool.setdefault("definitions", given["tools"])
    if given is not None:
        draft.input = read_content(given, "user") if talks else {"value": given}
    if answered is not None:
        draft.output = read_content(answered, "assistant") if talks else {"value": answered}


def _hear_metadata(draft: Draft, name: str, value: Any) -> None:
    draft.metadata[name] = unquoted(value)


def _hear_trace_metadata(draft: Draft, name: str, value: Any) -> None:
    draft.metadata.setdefault(name, unquoted(value))


def _hear_experiment(draft: Draft, name: str, value: Any) -> None:
    draft.metadata[f"experiment.{name}"] = unquoted(value)


def _finish(span: Span, draft: Draft) -> None:
    notes = draft.notes
    given, answered = notes.get("langfuse.given"), notes.get("langfuse.answered")
    of_trace = {"input": notes.get("langfuse.trace_given"), "output": notes.get("langfuse.trace_answered")}
    if given is None and answered is None:
        given, answered = of_trace["input"], of_trace["output"]
    elif of_trace != {"input": None, "output": None}:
        draft.more["trace"] = {key: value for key, value in of_trace.items() if value is not None}
    if given is not None or answered is not None:
        kind = span.attributes.get("langfuse.observation.type")
        read_values(kind if type(kind) is str else None, given, answered, draft)
    if any(type(value) is str and looks_cut_off(value) for value in (given, answered)):
        draft.flags.append("truncated")
    read_usage(notes.get("langfuse.usage") or {}, draft)
    read_costs(notes.get("langfuse.costs") or {}, draft)
    if "langfuse.level" in notes or "langfuse.message" in notes:
        read_level(notes.get("langfuse.level"), notes.get("langfuse.message"), draft)
    for key in ("langfuse.metadata", "langfuse.trace_metadata"):
        if type(notes.get(key)) is dict:
            draft.metadata = notes[key] | draft.metadata
        elif notes.get(key) is not None:
            draft.metadata.setdefault("metadata", notes[key])
    reason = draft.metadata.get("finish_reason")  # where the wrapper of OpenAI's client puts it
    if type(reason) is str and draft.type == "model_response":
        draft.model.setdefault("finish_reasons", [reason])
    _finish_first_token(span, draft)
    if "langfuse.trace_name" in notes:
        draft.workflow.setdefault("name", notes["langfuse.trace_name"])
        if span.parent_span_id is None:
            draft.name = notes["langfuse.trace_name"]


def _finish_first_token(span: Span, draft: Draft) -> None:
    moment = draft.notes.get("langfuse.first_token")
    began = quick_instant(moment) if type(moment) is str else None
    if began is not None and span.start is not None and began >= span.start:
        draft.model.setdefault("ttft_ms", (began - span.start) / 1000)


LANGFUSE: Final = Dialect(
    name="langfuse",
    fields={
        "langfuse.session.id": "context.session_id",
        "langfuse.user.id": "context.user_id",
        "langfuse.environment": "context.environment",
        "langfuse.release": "context.release",
        "langfuse.version": "context.release",
        "langfuse.trace.tags": Field("tags", texts),
        "langfuse.trace.name": Field("notes.langfuse.trace_name", text),
        "langfuse.observation.type": "operation",
        "langfuse.observation.input": Field("notes.langfuse.given", structured),
        "langfuse.observation.output": Field("notes.langfuse.answered", structured),
        "langfuse.trace.input": Field("notes.langfuse.trace_given", structured),
        "langfuse.trace.output": Field("notes.langfuse.trace_answered", structured),
        "langfuse.observation.model.name": "model.request",
        "langfuse.observation.model.parameters": Field("model.params", read_parameters),
        "langfuse.observation.usage_details": Field("notes.langfuse.usage", mapping),
        "langfuse.observation.cost_details": Field("notes.langfuse.costs", mapping),
        "langfuse.observation.completion_start_time": Field("notes.langfuse.first_token", unquoted),
        "langfuse.observation.prompt.name": "prompt.name",
        "langfuse.prompt.name": "prompt.name",
        "langfuse.observation.prompt.version": "prompt.version",
        "langfuse.prompt.version": "prompt.version",
        "langfuse.observation.level": Field("notes.langfuse.level", text),
        "langfuse.observation.status_message": Field("notes.langfuse.message", text),
        "langfuse.observation.metadata": Field("notes.langfuse.metadata", unquoted),
        "langfuse.trace.metadata": Field("notes.langfuse.trace_metadata", unquoted),
    },
    prefixes={
        "langfuse.observation.metadata.": _hear_metadata,
        "langfuse.trace.metadata.": _hear_trace_metadata,
        "langfuse.experiment.": _hear_experiment,
    },
    ignored=("langfuse.internal.", "langfuse.trace.public"),
    scopes=("langfuse-sdk",),
    finish=_finish,
)
