"""Token counts in everybody's spelling → one meaning: input includes cached tokens, output includes reasoning.

Exclusive senders (raw Anthropic and Gemini usage, additive buckets) are recognised by their names, their total, or
counts that could not be otherwise (semconv.md 3.3).
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from lynex.pricing.usage import Usage

_MOST: Final = 2**53 - 1  # counts beyond are no counts, and doubles lose them
_SPELLINGS: Final[dict[str, str]] = {
    "input": "input input_tokens prompt_tokens prompt prompt_token_count inputTokens promptTokens promptTokenCount",
    "output": "output output_tokens completion_tokens completion candidates_token_count outputTokens completionTokens"
    " candidatesTokenCount",
    "cache_read": "cached cache_read cache_read_tokens cached_tokens cache_read_input_tokens input_cached_tokens"
    " cached_content_token_count cacheRead cacheReadTokens cachedTokens cachedInputTokens cached_input_tokens"
    " cacheReadInputTokens cachedContentTokenCount input_cache_read",
    "cache_write": "cache_write cache_write_tokens cache_creation_input_tokens cache_creation_tokens cacheWrite"
    " cacheWriteTokens cacheWriteInputTokens cacheCreationInputTokens cache_write_input_tokens input_cache_creation",
    "reasoning": "reasoning reasoning_tokens thoughts_token_count thinking_tokens reasoningTokens thoughtsTokenCount"
    " output_reasoning_tokens reasoning_output_tokens",
    "total": "total total_tokens total_token_count totalTokens totalTokenCount",
}
_SLOTS: Final = {spelling: slot for slot, spellings in _SPELLINGS.items() for spelling in spellings.split()}

# Names that are only ever used for counts that come on top of the others.
_CACHE_ON_TOP: Final = frozenset(
    [
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "cacheReadInputTokens",
        "cacheWriteInputTokens",
        "cacheCreationInputTokens",
    ]
)
_REASONING_ON_TOP: Final = frozenset(("thoughts_token_count", "thoughtsTokenCount"))
_PROMPT_NAMES: Final = frozenset(("prompt_tokens", "prompt", "promptTokens"))  # OpenAI's shape includes the cache

# Finer counts by the price book's unit names; some arrive under these names, some nested.
_FINE: Final = frozenset(
    [
        "input_audio_tokens",
        "output_audio_tokens",
        "input_image_tokens",
        "output_image_tokens",
        "input_video_tokens",
        "output_video_tokens",
        "cache_audio_read_tokens",
        "cache_image_read_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "web_searches",
        "audio_seconds",
        "input_audio_seconds",
        "output_audio_seconds",
    ]
)
_INPUT_DETAILS: Final = {
    "cached_tokens": "cache_read",
    "cachedTokens": "cache_read",
    "cache_read": "cache_read",
    "cacheReadTokens": "cache_read",
    "cache_creation": "cache_write",
    "cache_write_tokens": "cache_write",
    "cacheWriteTokens": "cache_write",
    "audio_tokens": "input_audio_tokens",
    "audio": "input_audio_tokens",
    "image_tokens": "input_image_tokens",
}
_OUTPUT_DETAILS: Final = {
    "reasoning_tokens": "reasoning",
    "reasoningTokens": "reasoning",
    "reasoning": "reasoning",
    "thinking_tokens": "reasoning",
    "audio_tokens": "output_audio_tokens",
    "audio": "output_audio_tokens",
    "image_tokens": "output_image_tokens",
}
_NESTED: Final[dict[str, dict[str, str]]] = {
    "prompt_tokens_details": _INPUT_DETAILS,
    "promptTokensDetails": _INPUT_DETAILS,
    "input_tokens_details": _INPUT_DETAILS,
    "inputTokensDetails": _INPUT_DETAILS,
    "input_token_details": _INPUT_DETAILS,
    "inputTokenDetails": _INPUT_DETAILS,
    "completion_tokens_details": _OUTPUT_DETAILS,
    "completionTokensDetails": _OUTPUT_DETAILS,
    "output_tokens_details": _OUTPUT_DETAILS,
    "outputTokensDetails": _OUTPUT_DETAILS,
    "output_token_details": _OUTPUT_DETAILS,
    "outputTokenDetails": _OUTPUT_DETAILS,
    "cache_creation": {
        "ephemeral_5m_input_tokens": "cache_write_5m_tokens",
        "ephemeral_1h_input_tokens": "cache_write_1h_tokens",
    },
    "server_tool_use": {"web_search_requests": "web_searches"},
}


class Counted(msgspec.Struct, gc=False):
    """What a sender counted, made inclusive. None: not said."""

    usage: Usage
    input: int | None
    output: int | None
    total: int | None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None

    @property
    def is_priceable(self) -> bool:
        return self.input is not None or self.output is not None or bool(self.usage.details)

    def as_json(self) -> dict[str, Any]:
        """The canonical `usage`, without its scope."""
        usage: dict[str, Any] = {}
        if self.input is not None:
            usage["input_tokens"] = self.input
        if self.output is not None:
            usage["output_tokens"] = self.output
        if self.total is not None:
            usage["total_tokens"] = self.total
        if self.cache_read is not None:
            usage["cache_read_tokens"] = self.cache_read
        if self.cache_write is not None:
            usage["cache_write_tokens"] = self.cache_write
        if self.reasoning is not None:
            usage["reasoning_tokens"] = self.reasoning
        if self.usage.details:
            usage["details"] = self.usage.details
        return usage


def count_tokens(sent: dict[str, Any]) -> Counted | None:
    """Understand a `tokens` or `usage` object; None when it counts nothing."""
    if len(sent) == 2:  # the usual case, cheaply
        fresh, output = sent.get("input", sent.get("input_tokens")), sent.get("output", sent.get("output_tokens"))
        if type(fresh) is int and type(output) is int and 0 <= fresh <= _MOST and 0 <= output <= _MOST:
            return Counted(Usage(fresh, output), fresh, output, fresh + output)
    found: dict[str, int] = {}
    details: dict[str, int] | None = None
    for name, value in sent.items():
        slot = _SLOTS.get(name)
        if slot is not None:
            if type(value) is int and 0 <= value <= _MOST:
                found.setdefault(slot, value)
        elif type(value) is dict and name in _NESTED:
            details = _read_nested(value, _NESTED[name], found, details)
        elif name in _FINE and type(value) is int and 0 <= value <= _MOST:
            details = details if details is not None else {}
            details.setdefault(name, value)
    if details is not None:
        _count_cache_writes(details, found)
    if not found and not details:
        return None
    return _counted(sent, found, details)


def count_slots(found: dict[str, int], details: dict[str, int] | None) -> Counted:
    """Counts that have our names already (`input`, `cache_read` …), made inclusive if they are not."""
    return _counted({}, found, details)


def _read_nested(
    value: dict[str, Any], names: dict[str, str], found: dict[str, int], details: dict[str, int] | None
) -> dict[str, int] | None:
    for name, count in value.items():
        slot = names.get(name)
        if slot is None or type(count) is not int or not 0 <= count <= _MOST:
            continue
        if slot in _FINE:
            if count:
                details = details if details is not None else {}
                details.setdefault(slot, count)
        else:
            found.setdefault(slot, count)
    return details


def _count_cache_writes(details: dict[str, int], found: dict[str, int]) -> None:
    """Writes of five minutes and of an hour are writes, where the sum was not sent."""
    written = details.get("cache_write_5m_tokens", 0) + details.get("cache_write_1h_tokens", 0)
    if written and "cache_write" not in found:
        found["cache_write"] = written


def _counted(sent: dict[str, Any], found: dict[str, int], details: dict[str, int] | None) -> Counted:
    get = found.get
    fresh, output, total = get("input"), get("output"), get("total")
    read, write, reasoning = get("cache_read"), get("cache_write"), get("reasoning")
    if (read or write) and _cache_is_on_top(sent, get):
        fresh = (fresh or 0) + (read or 0) + (write or 0)
    if reasoning and _reasoning_is_on_top(sent, fresh or 0, output or 0, reasoning, total):
        output = (output or 0) + reasoning
    if fresh is not None or output is not None:
        summed = (fresh or 0) + (output or 0)
        total = summed if total is None or total < summed else total
    usage = Usage(fresh or 0, output or 0, read or 0, write or 0, reasoning or 0, details)
    return Counted(usage, fresh, output, total, read, write, reasoning)


def _cache_is_on_top(sent: dict[str, Any], get: Callable[[str, int], int]) -> bool:
    fresh, cached = get("input", 0), get("cache_read", 0) + get("cache_write", 0)
    if cached > fresh:
        return True
    total, plain, reasoning = get("total", -1), fresh + get("output", 0), get("reasoning", 0)
    if total in (plain, plain + reasoning):
        return False
    if total in (plain + cached, plain + cached + reasoning):
        return True
    return not _CACHE_ON_TOP.isdisjoint(sent) and _PROMPT_NAMES.isdisjoint(sent)


def _reasoning_is_on_top(sent: dict[str, Any], fresh: int, output: int, reasoning: int, total: int | None) -> bool:
    if reasoning > output:
        return True
    if total == fresh + output:
        return False
    if total == fresh + output + reasoning:
        return True
    return not _REASONING_ON_TOP.isdisjoint(sent)
