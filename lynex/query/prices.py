"""The price book as it is asked: a price in plain numbers, and the models whose names contain some words."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from lynex.pricing.book import PriceBook
from lynex.pricing.explanation import Explanation
from lynex.query.parameters import Parameters

MAX_LIMIT: Final = 200
DEFAULT_LIMIT: Final = 20
PRICES_PARAMETERS: Final = frozenset(("search", "limit"))
_LONGEST: Final = 128


class RateShown(msgspec.Struct, frozen=True):
    """USD per million tokens, for calls whose input has more than `above_input_tokens` tokens."""

    above_input_tokens: int
    input: float
    output: float
    cache_read: float
    cache_write: float
    reasoning: float


class PriceShown(msgspec.Struct, frozen=True):
    """`source`: own (the owner's settings) or book. `matched`: the id it was found by. `since`: its first day, where
    that is known. `rates`: the smallest input first."""

    source: str
    version: str
    provider: str | None
    model: str
    matched: str
    since: str | None
    remarks: str | None
    rates: tuple[RateShown, ...]


def price_shown(explained: Explanation) -> PriceShown:
    return PriceShown(
        source=explained.source,
        version=explained.version,
        provider=explained.provider,
        model=explained.model,
        matched=explained.matched,
        since=explained.since,
        remarks=explained.remarks,
        rates=tuple(RateShown(card.above_input_tokens, *map(float, _dollars(card))) for card in explained.cards),
    )


def _dollars(card: Any) -> tuple[Decimal, ...]:
    return (card.input, card.output, card.cache_read, card.cache_write, card.reasoning)


class PricesQuestion(msgspec.Struct, frozen=True):
    words: tuple[str, ...]
    limit: int

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]]) -> "PricesQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, PRICES_PARAMETERS)
        search = parameters.one("search", code="invalid_search", longest=_LONGEST)
        limit = parameters.whole("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
        parameters.check()
        return cls(words=tuple((search or "").lower().split()), limit=limit)


def prices_found(prices: PriceBook, question: PricesQuestion, now: int) -> dict[str, Any]:
    """`{"items": [PriceShown …], "found": how many there are}`: prices of today, those of a model's maker first."""
    found = prices.search(question.words, now)
    shown = (price.explain(now) for price in found[: question.limit])
    return {"items": [price_shown(explained) for explained in shown], "found": len(found)}
