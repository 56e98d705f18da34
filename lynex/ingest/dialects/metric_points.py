"""Points of metrics that count tokens: usage for charts, which never adds to that of spans and logs."""

from typing import Final

from lynex.ingest.dialects.dialect import Dialect
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.values import text
from lynex.ingest.otlp_records import DataPoint

_KINDS: Final = {
    "input": "input",
    "prompt": "input",
    "output": "output",
    "completion": "output",
    "cacheread": "cache_read",
    "cache": "cache_read",
    "cached": "cache_read",
    "cached_input": "cache_read",
    "cache_read": "cache_read",
    "cachecreation": "cache_write",
    "cache_write": "cache_write",
    "cache_creation": "cache_write",
    "reasoning": "reasoning",
    "reasoning_output": "reasoning",
    "thought": "reasoning",
    "total": "total",
}
# Metrics of tokens → the attribute that says which tokens.
_BY_KIND: Final = {
    "gen_ai.client.token.usage": "gen_ai.token.type",
    "llm.openai.chat_completions.tokens": "gen_ai.token.type",
    "llm.openai.embeddings.tokens": "gen_ai.token.type",
    "claude_code.token.usage": "type",
    "gemini_cli.token.usage": "type",
    "codex.turn.token_usage": "token_type",
}
_INFERENCE: Final = "gen_ai.client.inference."
_BY_NAME: Final = {
    f"{_INFERENCE}usage.input_tokens": "input",
    f"{_INFERENCE}usage.output_tokens": "output",
    f"{_INFERENCE}usage.cache_read.input_tokens": "cache_read",
    f"{_INFERENCE}usage.cache_write.input_tokens": "cache_write",
    f"{_INFERENCE}usage.reasoning.output_tokens": "reasoning",
    f"{_INFERENCE}operation.input_tokens": "input",
    f"{_INFERENCE}operation.output_tokens": "output",
}
_AGENTS: Final = ("claude_code", "codex", "gemini_cli")
_SESSIONS: Final = ("session.id", "conversation.id")
_MOST: Final = 2**53 - 1


def _read_point(point: DataPoint, draft: Draft) -> bool:
    place = _place(point)
    for key in _SESSIONS:
        session = text(point.attributes.get(key))
        if session is not None:
            draft.context.setdefault("session_id", session)
    model = text(point.attributes.get("model"))
    if model is not None and point.metric.startswith(_AGENTS):
        draft.model.setdefault("request", model)
    amount = point.value if point.value is not None else point.sum
    if place is None or amount is None or not 0 <= amount <= _MOST:
        return False
    draft.type = "token_usage"
    draft.usage = {place: round(amount)}
    return True


def _place(point: DataPoint) -> str | None:
    place = _BY_NAME.get(point.metric)
    if place is not None:
        return place
    kind = text(point.attributes.get(_BY_KIND.get(point.metric, "")))
    return _KINDS.get(kind.lower()) if kind is not None else None


TOKEN_METRICS: Final = Dialect(name="otel", read_point=_read_point)
