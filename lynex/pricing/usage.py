"""What a call used. Input includes cached tokens, output includes reasoning (semconv.md 3.3)."""

import msgspec


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Token counts of one call. `details` holds finer counts by the price book's unit names: `input_audio_tokens`,
    `cache_write_1h_tokens`, `web_searches` …"""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    details: dict[str, int] | None = None
