"""One name for each reason to stop (semconv.md section 5)."""

from typing import Final

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


def finish_reason(sent: str) -> str:
    """`END_TURN` → `stop`; an unknown reason stays as sent."""
    known = _FINISH_REASONS.get(sent)
    if known is not None:
        return known
    return _FINISH_REASONS.get(sent.strip().lower(), sent)
