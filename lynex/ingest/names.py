"""One name for each reason to stop, and which parameters of a call change its price (semconv.md section 5)."""

from typing import Any, Final

from lynex.pricing.book import NO_CONTEXT, PriceContext

_FINISH_REASONS: Final[dict[str, str]] = {
    spelling: name
    for name, spellings in (
        ("tool_calls", ("tool_call", "tool_calls", "tool-calls", "tool_use", "function_call")),
        ("stop", ("stop", "end_turn", "stop_sequence", "eos")),
        ("length", ("length", "max_tokens", "max_output_tokens")),
        ("content_filter", ("content_filter", "content-filter", "safety", "refusal")),
    )
    for spelling in spellings
}
_PRICED_PARAMETERS: Final = ("service_tier", "speed", "processing", "search_type")


def finish_reason(sent: str) -> str:
    """`END_TURN` → `stop`; an unknown reason stays as sent."""
    known = _FINISH_REASONS.get(sent)
    if known is not None:
        return known
    return _FINISH_REASONS.get(sent.strip().lower(), sent)


def price_context(parameters: dict[str, Any]) -> PriceContext:
    """What of a call's parameters providers price by, such as `service_tier: flex`."""
    found = [(name, parameters[name]) for name in _PRICED_PARAMETERS if type(parameters.get(name)) is str]
    if not found:
        return NO_CONTEXT
    return tuple(("processing", "batch") if pair == ("service_tier", "batch") else pair for pair in found)
