"""Vercel's AI SDK: `ai.*` up to 6 (and 7's legacy class), whose outer spans add up the calls below them; 7 speaks
OpenTelemetry's own words but for a few."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import message_of, part_of, read_content
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.event_type import ROLLUP
from lynex.ingest.dialects.values import (
    count,
    listing,
    mapping,
    milliseconds,
    seconds,
    structured,
    text,
    texts,
    unquoted,
)
from lynex.ingest.messages import Message, Part, decoded_arguments, text_message
from lynex.ingest.otlp_records import Span
from lynex.pricing.providers import provider_before_dot

_SETTINGS: Final = {
    "maxOutputTokens": "max_tokens",
    "maxTokens": "max_tokens",
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty",
    "seed": "seed",
    "stopSequences": "stop",
}
_WHO: Final = {
    "userId": "user_id",
    "user_id": "user_id",
    "sessionId": "session_id",
    "session_id": "session_id",
    "environment": "environment",
    "release": "release",
}
_CACHED_ON_THE_SIDE: Final = {
    "cachedPromptTokens": "cache_read",
    "cacheReadInputTokens": "cache_read",
    "cacheCreationInputTokens": "cache_write",
    "reasoningTokens": "reasoning",
}
_CACHED_BY_ANTHROPIC: Final = {"cache_read_input_tokens": "cache_read", "cache_creation_input_tokens": "cache_write"}


def _messages(value: Any) -> dict[str, Any]:
    """The prompt as the model gets it: JSON of `{role, content}` with the SDK's own parts."""
    sent = listing(value)
    if sent is None:
        return read_content(value, "user")
    messages = [_message(one) for one in sent]
    found = [one for one in messages if one is not None]
    return {"messages": found} if len(found) == len(sent) else {"value": sent}


def _message(sent: Any) -> Message | None:
    content = sent.get("content") if type(sent) is dict else None
    if type(content) is not list:
        return message_of(sent, "user")
    role = sent.get("role")
    return {"role": role if type(role) is str else "user", "parts": [_part(part) for part in content]}


def _part(sent: Any) -> Part:
    kind = sent.get("type") if type(sent) is dict else None
    if kind == "tool-call":
        return _call(sent)
    if kind == "tool-result":
        output = sent.get("output", sent.get("result"))
        wrapped = type(output) is dict and "value" in output and type(output.get("type")) is str
        result = output["value"] if wrapped else output
        return {"type": "tool_call_response", "id": sent.get("toolCallId"), "result": decoded_arguments(result)[0]}
    if kind == "reasoning" and "content" not in sent:
        return {"type": "reasoning", "content": sent.get("text")}
    if kind in ("file", "image"):
        return _file(sent)
    return part_of(sent)


def _call(sent: dict[str, Any]) -> Part:
    arguments = sent.get("input", sent.get("args"))
    part = {"type": "tool_call", "name": sent.get("toolName"), "id": sent.get("toolCallId")}
    return {**part, "arguments": decoded_arguments(arguments)[0]}


def _file(sent: dict[str, Any]) -> Part:
    given = sent.get("data", sent.get("image"))
    media = sent.get("mediaType", sent.get("mimeType"))
    part: Part = {"type": "blob", "mime_type": media, "content": given}
    if type(given) is str and given.startswith(("http://", "https://")):
        part = {"type": "uri", "mime_type": media, "uri": given}
    return {key: value for key, value in part.items() if value is not None}


def _calls(value: Any) -> list[Part] | None:
    sent = listing(value)
    return [_call(one) for one in sent if type(one) is dict] if sent is not None else None


def _values(value: Any) -> dict[str, Any]:
    """What is to be embedded: each text is JSON of its own."""
    return {"value": [unquoted(one) for one in value] if type(value) is list else unquoted(value)}


def _documents(value: Any) -> list[Any] | None:
    return [unquoted(one) for one in value] if type(value) is list and value else listing(value)


def _vectors(value: Any) -> dict[str, Any]:
    """How many numbers came back; the numbers themselves say nothing to a reader."""
    vectors = value if type(value) is list else [value]
    first = vectors[0] if vectors else ""
    dimensions = first.count(",") + 1 if type(first) is str else len(first) if type(first) is list else 0
    return {"value": {"embeddings": len(vectors), "dimensions": dimensions}}


def _hear_setting(draft: Draft, name: str, value: Any) -> None:
    if name != "maxRetries":  # it changes nothing in the answer
        draft.params.setdefault(_SETTINGS.get(name, name), value)


def _hear_metadata(draft: Draft, name: str, value: Any) -> None:
    place = _WHO.get(name)
    said = text(value) if place is not None else None
    if place is not None and said is not None:
        draft.context.setdefault(place, said)
    elif name == "tags":
        draft.tags = draft.tags or texts(value) or []
    elif name == "langfusePrompt":
        prompt = mapping(value) or {}
        draft.prompt |= {key: str(prompt[key]) for key in ("name", "version") if prompt.get(key) is not None}
    else:
        draft.metadata.setdefault(name, value)


def _finish(span: Span, draft: Draft) -> None:
    notes = draft.notes
    provider = draft.model.get("provider")
    if provider is not None:
        draft.model["provider"] = provider_before_dot(provider)
    operation = span.attributes.get("ai.operationId")
    if type(operation) is not str:
        if draft.operation == "embeddings" and not draft.usage and span.status != "error":
            draft.scope = ROLLUP  # version 7 has an outer span for these too, which only looks like a call
        return
    if operation.endswith(".doStream"):
        draft.model.setdefault("stream", True)
    if "ai.function" in notes and draft.scope == ROLLUP:
        draft.name = draft.agent["name"] = notes["ai.function"]
    _finish_input(draft)
    _finish_output(span, draft)
    _finish_usage(draft)
    if operation.startswith("ai.rerank"):
        _finish_ranking(draft)


def _finish_input(draft: Draft) -> None:
    """The outer span's `{system, prompt, messages}`, as the caller wrote it."""
    prompt = draft.notes.get("ai.prompt")
    if prompt is None or draft.input is not None:
        return
    if type(prompt) is not dict:
        draft.input = _messages(prompt)
        return
    system, words, messages = prompt.get("system"), prompt.get("prompt"), prompt.get("messages")
    if type(system) is str and system and not draft.system_instructions:
        draft.system_instructions = [{"type": "text", "content": system}]
    if type(words) is str:
        draft.input = {"messages": [text_message("user", words)]}
    else:
        draft.input = _messages(messages if messages is not None else words)


def _finish_output(span: Span, draft: Draft) -> None:
    notes = draft.notes
    if draft.output is None:
        parts: list[Part] = []
        if notes.get("ai.reasoning"):
            parts.append({"type": "reasoning", "content": notes["ai.reasoning"]})
        answer = notes.get("ai.text", notes.get("ai.object"))
        if type(answer) is str and answer:
            parts.append({"type": "text", "content": answer})
        parts += notes.get("ai.calls", ())
        if parts:
            draft.output = {"messages": [{"role": "assistant", "parts": parts}]}
    if "ttft_ms" not in draft.model:
        for event in span.events:
            if event.name == "ai.stream.firstChunk":
                told = milliseconds(event.attributes.get("ai.response.msToFirstChunk"))
                if told is not None:
                    draft.model["ttft_ms"] = told


def _finish_usage(draft: Draft) -> None:
    """Older SDKs tell cached and reasoning tokens only beside the answer, in the provider's own words."""
    for name, told in (draft.notes.get("ai.provider") or {}).items():
        if type(told) is not dict:
            continue
        _count(told, _CACHED_ON_THE_SIDE, draft)
        raw = told.get("usage")
        if name == "anthropic" and type(raw) is dict:
            _count(raw, _CACHED_BY_ANTHROPIC, draft)
            cached = draft.usage.get("cache_read", 0) + draft.usage.get("cache_write", 0)
            # Until version 6 the SDK passed its input on, which is without the cache.
            draft.cache_on_top = cached > 0 and raw.get("input_tokens") == draft.usage.get("input")


def _count(told: dict[str, Any], names: dict[str, str], draft: Draft) -> None:
    for key, place in names.items():
        counted = count(told.get(key))
        if counted is not None:
            draft.usage.setdefault(place, counted)


def _finish_ranking(draft: Draft) -> None:
    """The documents in their new order, each with its score."""
    given = draft.retrieval.pop("documents", [])
    ranking = [one for one in draft.notes.get("ai.ranking", ()) if type(one) is dict]
    ranked = []
    for one in ranking:
        place = one.get("originalIndex", one.get("index"))
        if type(place) is int and 0 <= place < len(given):
            ranked.append({"content": given[place], "score": one.get("relevanceScore", one.get("score"))})
    documents = ranked or [{"content": one} for one in given]
    if documents:
        draft.retrieval["documents"] = documents


AI_SDK: Final = Dialect(
    name="ai_sdk",
    fields={
        "ai.operationId": "operation",
        "ai.model.provider": "model.provider",
        "ai.model.id": "model.request",
        "ai.response.model": "model.response",
        "ai.response.id": "model.response_id",
        "ai.response.finishReason": "model.finish_reasons",
        "ai.finishReason": "model.finish_reasons",
        "ai.response.msToFirstChunk": "model.ttft_ms",
        "ai.stream.msToFirstChunk": "model.ttft_ms",
        "gen_ai.client.operation.time_to_first_chunk": Field("model.ttft_ms", seconds, marks=False),
        "ai.prompt.messages": Field("input", _messages),
        "ai.prompt": Field("notes.ai.prompt", structured),
        "ai.value": Field("input", _values),
        "ai.values": Field("input", _values),
        "ai.embedding": Field("output", _vectors),
        "ai.embeddings": Field("output", _vectors),
        "ai.response.text": Field("notes.ai.text"),
        "ai.result.text": Field("notes.ai.text"),
        "ai.response.object": Field("notes.ai.object"),
        "ai.result.object": Field("notes.ai.object"),
        "ai.response.toolCalls": Field("notes.ai.calls", _calls),
        "ai.result.toolCalls": Field("notes.ai.calls", _calls),
        "ai.response.reasoning": Field("notes.ai.reasoning"),
        "ai.result.reasoning": Field("notes.ai.reasoning"),
        "ai.response.providerMetadata": Field("notes.ai.provider", mapping),
        "ai.result.providerMetadata": Field("notes.ai.provider", mapping),
        "ai.prompt.tools": "tool.definitions",
        "ai.prompt.toolChoice": "params.tool_choice",
        "ai.toolCall.name": "tool.name",
        "ai.toolCall.id": "tool.call_id",
        "ai.toolCall.args": "tool.arguments",
        "ai.toolCall.result": "tool.result",
        "ai.usage.inputTokens": "usage.input",
        "ai.usage.promptTokens": "usage.input",
        "ai.usage.tokens": "usage.input",
        "ai.usage.outputTokens": "usage.output",
        "ai.usage.completionTokens": "usage.output",
        "ai.usage.totalTokens": "usage.total",
        "ai.usage.inputTokenDetails.cacheReadTokens": "usage.cache_read",
        "ai.usage.cachedInputTokens": "usage.cache_read",
        "ai.usage.inputTokenDetails.cacheWriteTokens": "usage.cache_write",
        "ai.usage.outputTokenDetails.reasoningTokens": "usage.reasoning",
        "ai.usage.reasoningTokens": "usage.reasoning",
        "ai.documents": Field("retrieval.documents", _documents),
        "ai.ranking": Field("notes.ai.ranking", listing),
        "ai.telemetry.functionId": Field("notes.ai.function", text),
        "resource.name": Field("notes.ai.resource", text, marks=False),
        "operation.name": Field("notes.ai.operation", text, marks=False),
    },
    prefixes={
        "ai.settings.": _hear_setting,
        "ai.telemetry.metadata.": _hear_metadata,
    },
    ignored=("ai.prompt.", "ai.request.headers.", "ai.response.", "ai.usage.", "ai.schema", "ai.ranking."),
    scopes=("gen_ai",),
    finish=_finish,
)
