"""A price in words and dollars, for people who ask why."""

from decimal import Decimal

import msgspec

from lynex.pricing.cost import MILLION_PLACES, SCALE, Rates


class RateCard(msgspec.Struct, frozen=True):
    """USD per million tokens, for calls whose input has more than `above_input_tokens` tokens."""

    above_input_tokens: int
    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    reasoning: Decimal


class Explanation(msgspec.Struct, frozen=True):
    """Which price held for a call."""

    source: str  # own | book
    version: str
    provider: str | None  # by the book's own ids, as is `model`
    model: str
    matched: str  # the id that was looked up successfully
    since: str | None  # first day of the price; None: no start is known
    cards: tuple[RateCard, ...]
    remarks: str | None = None


def rate_card(above: int, rates: Rates) -> RateCard:
    fine = (rates.input, rates.output, rates.cache_read, rates.cache_write, rates.reasoning)
    return RateCard(max(above, 0), *(Decimal(rate).scaleb(MILLION_PLACES - SCALE).normalize() for rate in fine))
