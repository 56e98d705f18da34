"""A provider's whole `usage` object, as some conventions hand it on, in the draft's terms."""

from typing import Any

from lynex.ingest.dialects.draft import Draft
from lynex.ingest.tokens import count_tokens


def add_usage(draft: Draft, sent: dict[str, Any]) -> None:
    """Add what the object says and the draft does not have yet. Its counts are made inclusive on the way."""
    counted = count_tokens(sent)
    if counted is None:
        return
    usage = draft.usage
    for place in ("input", "output", "total", "cache_read", "cache_write", "reasoning"):
        amount = getattr(counted, place)
        if amount is not None:
            usage.setdefault(place, amount)
    for name, amount in (counted.usage.details or {}).items():
        usage.setdefault(name, amount)
