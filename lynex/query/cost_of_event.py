"""Why one event costs what it does: whose price, since when, which tokens; what was reported and what is computed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from lynex.clock import to_micros
from lynex.pricing.book import PriceBook
from lynex.pricing.context import NO_CONTEXT, PriceContext, price_context
from lynex.pricing.cost import Cost
from lynex.pricing.explanation import RateCard
from lynex.pricing.usage import Usage
from lynex.query.prices import PriceShown, price_shown

COUNTED: Final = "call"
_PICO: Final = 10**12


class CostLine(msgspec.Struct, frozen=True):
    """Tokens times rate. `usd_per_million` null: a fee, or kinds of tokens with rates of their own."""

    kind: str  # input | cache_read | cache_write | output | reasoning | other
    tokens: int | None
    usd_per_million: float | None
    usd: float


class CostOfEvent(msgspec.Struct, frozen=True):
    """`cost_usd` is what counts: as reported where the sender said it, else as computed when the event was stored
    (`computed_usd`, by `price_version`). `price`, `lines` and `total_usd` are what the prices of this server say today
    of the event's own day; `differs`: that is not what was stored."""

    event_id: str
    model: str | None
    response_model: str | None
    provider: str | None
    scope: str | None
    counts: bool
    source: str | None  # reported | computed | unknown_model | null: nothing was counted
    cost_usd: float | None
    reported_usd: float | None
    computed_usd: float | None
    price_version: str | None
    context: dict[str, str]
    price: PriceShown | None
    above_input_tokens: int  # which of the price's rates
    lines: tuple[CostLine, ...]
    total_usd: float | None
    differs: bool


def cost_of_event(prices: PriceBook, event: Mapping[str, Any]) -> CostOfEvent:
    """`event` as it is answered, with its whole canonical body."""
    body = event["body"]
    model, cost, said = body.get("model") or {}, body.get("cost") or {}, body.get("usage") or {}
    today = _priced_today(prices, event, _usage_of(said), model)
    is_reported = cost.get("source") == "reported"
    computed = cost.get("computed", {}) if is_reported else cost
    return CostOfEvent(
        event_id=event["eventId"],
        model=model.get("request"),
        response_model=model.get("response"),
        provider=model.get("provider"),
        scope=said.get("scope"),
        counts=said.get("scope") == COUNTED,
        source=cost.get("source") or ("unknown_model" if today.is_priceable and not cost else None),
        cost_usd=cost.get("total"),
        reported_usd=cost.get("total") if is_reported else None,
        computed_usd=computed.get("total"),
        price_version=computed.get("price_version"),
        context=dict(today.context),
        price=today.price,
        above_input_tokens=today.above,
        lines=today.lines,
        total_usd=today.total,
        differs=today.total != computed.get("total"),
    )


class _Today(msgspec.Struct, frozen=True):
    """What this server's prices say now; `is_priceable`: tokens were counted and a model was named."""

    is_priceable: bool = False
    context: PriceContext = NO_CONTEXT
    price: PriceShown | None = None
    above: int = 0
    lines: tuple[CostLine, ...] = ()
    total: float | None = None


def _priced_today(prices: PriceBook, event: Mapping[str, Any], usage: Usage | None, model: Mapping[str, Any]) -> _Today:
    asked = model.get("request") or model.get("response")
    context, at = _context_of(event["body"]), to_micros(datetime.fromisoformat(event["at"]))
    if not asked or usage is None:
        return _Today(context=context)
    price = prices.price_of(model.get("provider"), asked, at, response_model=model.get("response"), context=context)
    if price is None:
        return _Today(is_priceable=True, context=context)
    explained, cost = price.explain(at), price.cost_of(usage, at)
    card = _card(explained.cards, usage)
    return _Today(
        is_priceable=True,
        context=context,
        price=price_shown(explained),
        above=card.above_input_tokens,
        lines=_lines(cost, usage, card) if cost is not None else (),
        total=float(cost.total) if cost is not None else None,
    )


def _usage_of(said: Mapping[str, Any]) -> Usage | None:
    """None: nothing was counted."""
    if "input_tokens" not in said and "output_tokens" not in said and not said.get("details"):
        return None
    return Usage(**{name: said.get(name) or 0 for name in _COUNTS}, details=said.get("details"))


def _context_of(body: Mapping[str, Any]) -> PriceContext:
    """As when the event came in: the tier that was served, where the usage told it, before what was asked for."""
    sent = body.get("sent") or {}
    for field in ("tokens", "usage"):
        usage = sent.get(field)
        if isinstance(usage, dict) and isinstance(usage.get("service_tier"), str):
            return price_context({"service_tier": usage["service_tier"]})
    parameters = (body.get("model") or {}).get("params")
    return price_context(parameters) if isinstance(parameters, dict) else NO_CONTEXT


def _card(cards: tuple[RateCard, ...], usage: Usage) -> RateCard:
    return next((card for card in reversed(cards) if usage.input_tokens > card.above_input_tokens), cards[0])


def _lines(cost: Cost, usage: Usage, card: RateCard) -> tuple[CostLine, ...]:
    read, write, thought = usage.cache_read_tokens, usage.cache_write_tokens, usage.reasoning_tokens
    kinds = (
        ("input", usage.input_tokens - read - write, card.input, cost.input_pico),
        ("cache_read", read, card.cache_read, cost.cache_read_pico),
        ("cache_write", write, card.cache_write, cost.cache_write_pico),
        ("output", usage.output_tokens - thought, card.output, cost.output_pico),
        ("reasoning", thought, card.reasoning, cost.reasoning_pico),
    )
    if all(abs(pico - _expected(tokens, rate)) <= 1 for _, tokens, rate, pico in kinds):
        lines = [CostLine(kind, tokens, float(rate), pico / _PICO) for kind, tokens, rate, pico in kinds if tokens]
    else:  # audio and the like: rates of their own inside of both
        lines = [
            CostLine("input", usage.input_tokens, None, cost.input_pico / _PICO),
            CostLine("output", usage.output_tokens, None, cost.output_pico / _PICO),
        ]
    return (*lines, *([CostLine("other", None, None, cost.other_pico / _PICO)] if cost.other_pico else ()))


def _expected(tokens: int, dollars_per_million: Decimal) -> int:
    return round(tokens * dollars_per_million * (_PICO // 10**6))


_COUNTS: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
