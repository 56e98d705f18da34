"""LiteLLM's `otel` callback: GenAI with reported costs; what it has from Python objects comes as their repr."""

import ast
from typing import Any, Final

import msgspec

from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import DUPLICATE
from lynex.ingest.dialects.flattened import unflatten
from lynex.ingest.dialects.usage import add_usage
from lynex.ingest.dialects.values import is_sound, mapping, number, text
from lynex.ingest.messages import read_tool_call
from lynex.ingest.otlp_records import Span

_RAW_REQUEST: Final = "raw_gen_ai_request"
_LONGEST_REPR: Final = 8192
_WORDS: Final = (("None", "null"), ("True", "true"), ("False", "false"))


def python_object(value: Any) -> dict[str, Any] | None:
    """`{'prompt_tokens': 20}` as text, or JSON. None for anything long or strange: it is somebody else's text."""
    found = mapping(value)
    if found is not None or type(value) is not str or value[:1] != "{" or len(value) > _LONGEST_REPR:
        return found
    if "\\" in value:  # escapes may mean another thing in Python than in JSON, and its compiler warns of some
        return None
    if '"' not in value:
        json = value.replace("'", '"')
        for word, name in _WORDS:
            json = json.replace(word, name)
        found = mapping(json)  # forty times quicker than Python's own reader
        if found is not None:
            return found
    return _literal(value)


def _literal(value: str) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(msgspec.json.encode(ast.literal_eval(value)))  # as JSON would have it
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError):
        return None
    return found if type(found) is dict and is_sound(found) else None


def _somebody(value: Any) -> str | None:
    """Who was not said is `None`, spelled out."""
    said = text(value)
    return said if said != "None" else None


def finish(span: Span, draft: Draft) -> None:
    if span.name == _RAW_REQUEST:
        draft.scope, draft.kind = DUPLICATE, "llm"
        return
    notes = draft.notes
    usage = notes.get("usage_object")
    if usage is not None:
        add_usage(draft, usage)
    _read_metadata(notes.get("requester"), draft)
    named = notes.get("provider_model")
    if named is not None and "provider" not in draft.model:
        provider, slash, _ = named.partition("/")
        if slash:
            draft.model["provider"] = provider
    _separate_costs(draft.cost)
    _read_tool_calls(draft)


def _read_metadata(said: dict[str, Any] | None, draft: Draft) -> None:
    """What the caller gave along with the request."""
    for name, value in (said or {}).items():
        who = text(value) if name in ("session_id", "user_id") else None
        if who is not None:
            draft.context.setdefault(name, who)
        elif value is not None:
            draft.metadata.setdefault(name, value)


def _read_tool_calls(draft: Draft) -> None:
    """The calls of tools in an answer: flattened, numbered as if each were an answer."""
    answers = draft.flat.get("gen_ai.completion")
    messages = draft.output.get("messages") if draft.output is not None else None
    if answers is None or not messages or any(part["type"] == "tool_call" for part in messages[0]["parts"]):
        return
    listed = unflatten(answers)
    calls = [one.get("function_call") for one in listed if type(one) is dict] if type(listed) is list else []
    messages[0]["parts"] = messages[0]["parts"] + [read_tool_call(one)[0] for one in calls if type(one) is dict]


def _separate_costs(cost: dict[str, Any]) -> None:
    """LiteLLM's input cost includes cached tokens, its output cost reasoning; our parts do not overlap."""
    for whole, place, parts in (
        ("input_cost", "input", ("cache_read", "cache_write")),
        ("output_cost", "output", ("reasoning",)),
    ):
        amount = cost.pop(whole, None)
        if amount is not None:
            cost[place] = max(0, round(amount - sum(cost.get(part, 0) for part in parts), 15))


LITELLM: Final = Dialect(
    name="litellm",
    fields={
        "gen_ai.cost.total_cost": "cost.total",
        "gen_ai.cost.input_cost": Field("cost.input_cost", number),
        "gen_ai.cost.output_cost": Field("cost.output_cost", number),
        "gen_ai.cost.cache_read_cost": "cost.cache_read",
        "gen_ai.cost.cache_creation_cost": "cost.cache_write",
        "gen_ai.cost.reasoning_cost": "cost.reasoning",
        "gen_ai.cost.tool_usage_cost": "cost.other",
        "litellm.provider.model": Field("notes.provider_model", text),
        "litellm.call_id": Field("metadata.litellm_call_id", text),
        "metadata.usage_object": Field("notes.usage_object", python_object),
        "metadata.session_id": Field("context.session_id", _somebody, marks=False),
        "metadata.user_api_key_end_user_id": Field("context.user_id", _somebody),
        "metadata.user_api_key_user_id": Field("context.user_id", _somebody),
        "metadata.requester_metadata": Field("notes.requester", python_object),
        "hidden_params": "notes.hidden_params",
    },
    ignored=("litellm.",),
    scopes=("litellm",),
    finish=finish,
)
