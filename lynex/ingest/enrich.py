"""What is added to an event once it was read: its price, when it was processed, its fingerprint. Remembers no other."""

from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import msgspec

from lynex.ingest.error_groups import note_group
from lynex.ingest.reading import Reading
from lynex.pricing.book import PriceBook
from lynex.pricing.cost import Cost
from lynex.store.stored_event import StoredEvent

CALL: Final = "call"  # as a usage scope: it counts; what was counted elsewhere is settled later (recent_calls)
UNKNOWN_MODEL: Final = "unknown_model"  # as a cost's source
_PRICED_TYPES: Final = frozenset(("model_response", "token_usage"))
_LONGEST_REMEMBERED: Final = 512
_REMEMBERED: Final = 4096
_MOST_PICO: Final = 10**12 * 10**12  # what the cost column can hold
_ENCODER: Final = msgspec.json.Encoder()
_SORTED: Final = msgspec.json.Encoder(order="sorted")
_Names = tuple[str | None, str | None, str | None]  # provider, model, answering model
_FINGERPRINTS: Final[dict[_Names, str]] = {}  # of calls without parameters; one thread adds


def enrich(reading: Reading, prices: PriceBook, processed_at: int, buffer: bytearray | None = None) -> StoredEvent:
    """Finish what was read. The answer is ready to store; its body is encoded, in `buffer` if one is lent."""
    row = reading.row
    row.processed_at = processed_at
    waited = processed_at - row.received_at
    row.queue_latency_ms = waited / 1000 if waited > 0 else 0.0
    if row.usage_scope is not None or row.type in _PRICED_TYPES:
        _count(reading, prices)
        model = reading.body.get("model")
        if model:
            row.model_fingerprint = fingerprint((row.provider, row.model, row.response_model), model.get("params"))
    if row.level == "error" or row.status == "error":
        note_group(row, reading.body)
    encoded = buffer if buffer is not None else bytearray()
    _ENCODER.encode_into(reading.body, encoded)
    row.body = encoded.decode()
    return row


def _count(reading: Reading, prices: PriceBook) -> None:
    """Tokens, cost and scope of a model call or its usage."""
    row, counted = reading.row, reading.counted
    if row.usage_scope is None:
        row.usage_scope = CALL
    if counted is not None:
        usage = reading.body["usage"] = counted.as_json()
        usage["scope"] = row.usage_scope
        row.input_tokens = counted.input
        row.output_tokens = counted.output
        row.total_tokens = counted.total
        row.cache_read_tokens = counted.cache_read
        row.cache_write_tokens = counted.cache_write
        row.reasoning_tokens = counted.reasoning
    row.cost, row.cost_source, body = _price(reading, prices)
    if body is not None:
        reading.body["cost"] = body


def _price(reading: Reading, prices: PriceBook) -> tuple[Decimal | None, str | None, dict[str, Any] | None]:
    """(cost, source, canonical `cost`). The sender's own figure wins; what we would have computed is kept beside it."""
    computed, is_unknown = _computed(reading, prices)
    reported = reading.reported
    if reported is not None:
        body: dict[str, Any] = dict(reported.parts) if reported.parts is not None else {}
        body |= {"total": float(reported.total), "currency": "USD", "source": "reported"}
        if computed is not None:
            body["computed"] = _as_json(computed)
        return reported.total, "reported", body
    if computed is not None:
        body = _as_json(computed)
        body["source"] = "computed"
        return computed.total, "computed", body
    return None, UNKNOWN_MODEL if is_unknown and reading.row.usage_scope == CALL else None, None


def _computed(reading: Reading, prices: PriceBook) -> tuple[Cost | None, bool]:
    """(what the book says, whether the model is unknown to it). Nothing can be said of a call that counted nothing."""
    row, counted = reading.row, reading.counted
    model = row.model if row.model else row.response_model
    if counted is None or not model or not counted.is_priceable:
        return None, False
    cost = prices.cost_of(
        counted.usage, row.provider, model, row.at, response_model=row.response_model, context=reading.price_context
    )
    if cost is not None and cost.total_pico >= _MOST_PICO:
        return None, False
    return cost, cost is None


def _as_json(cost: Cost) -> dict[str, Any]:
    body = cost.as_json()
    body["price_version"] = cost.price_version
    return body


def fingerprint(names: _Names, parameters: dict[str, Any] | None) -> str:
    """16 hex digits that stay the same while provider, model, answering model and parameters do."""
    if parameters is None:
        known = _FINGERPRINTS.get(names)
        return known if known is not None else _fingerprint_of_names(names)
    encoded = _SORTED.encode((*names, parameters))
    return _remembered_digest(encoded) if len(encoded) <= _LONGEST_REMEMBERED else _digest(encoded)


def _fingerprint_of_names(names: _Names) -> str:
    encoded = _SORTED.encode((*names, None))
    digest = _digest(encoded)
    if len(encoded) <= _LONGEST_REMEMBERED:
        if len(_FINGERPRINTS) >= _REMEMBERED:
            _FINGERPRINTS.clear()
        _FINGERPRINTS[names] = digest
    return digest


def _digest(identity: bytes) -> str:
    return blake2b(identity, digest_size=8).hexdigest()


_remembered_digest = lru_cache(maxsize=_REMEMBERED)(_digest)
