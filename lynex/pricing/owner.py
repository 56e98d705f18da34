"""The owner's own prices from the settings. They win over the book."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from lynex.clock import day_of, to_micros
from lynex.config import PriceConfig
from lynex.pricing.cost import Band, Cost, Rates, linear_cost, per_token, rates_of
from lynex.pricing.explanation import Explanation, rate_card
from lynex.pricing.providers import bare_ids, canonical_provider
from lynex.pricing.usage import Usage

_ALWAYS: Final = -(2**62)


class OwnPrice(msgspec.Struct, frozen=True):
    """One `[[prices]]` entry, ready to use."""

    pattern: str  # lower case, without the `*`
    is_prefix: bool
    provider: str  # canonical; empty: any
    starts: int
    rates: Rates
    version: str
    config: PriceConfig

    def matches(self, provider: str | None, ids: list[str], at: int) -> bool:
        if at < self.starts or (self.provider and self.provider != provider):
            return False
        if self.is_prefix:
            return any(one.startswith(self.pattern) for one in ids)
        return self.pattern in ids

    @property
    def bands(self) -> tuple[Band, ...]:
        return (Band(0, -1, self.rates),)

    def explain(self, at: int) -> Explanation:
        since = day_of(self.starts) if self.starts != _ALWAYS else None
        pattern = self.config.model
        return Explanation(
            "own", self.version, self.provider or None, pattern, pattern, since, (rate_card(-1, self.rates),)
        )

    def cost_of(self, usage: Usage, at: int) -> Cost:
        """The same at any instant `at` of a day, unlike a tariff's."""
        return linear_cost(usage, self.rates, self.version)


class OwnPrices:
    """Most specific first: an exact id before a prefix, a longer prefix before a shorter one, a named provider before
    any, the later start before the earlier."""

    def __init__(self, prices: Iterable[PriceConfig]) -> None:
        made = [_own_price(price) for price in prices]
        self._prices = sorted(made, key=_specificity, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._prices)

    def find(self, provider: str | None, model: str, at: int) -> OwnPrice | None:
        ids = bare_ids(model)
        named = canonical_provider(provider) if provider else None
        return next((price for price in self._prices if price.matches(named, ids, at)), None)

    def named(self, words: Sequence[str], at: int) -> list[OwnPrice]:
        """Those that hold at an instant and whose names contain every word."""
        return [price for price in self._prices if at >= price.starts and _says(price, words)]


def _says(price: OwnPrice, words: Sequence[str]) -> bool:
    return all(word in f"{price.provider} {price.pattern}" for word in words)


def _specificity(price: OwnPrice) -> tuple[bool, int, bool, int]:
    return (not price.is_prefix, len(price.pattern), bool(price.provider), price.starts)


def _own_price(price: PriceConfig) -> OwnPrice:
    fresh, output = _rate(price.input), _rate(price.output)
    starts = _first_instant(price.starts) if price.starts else _ALWAYS
    return OwnPrice(
        pattern=price.model.strip().lower().removesuffix("*"),
        is_prefix=price.model.strip().endswith("*"),
        provider=canonical_provider(price.provider) if price.provider else "",
        starts=starts,
        rates=rates_of(
            input=fresh,
            output=output,
            cache_read=_rate(price.cache_read) if price.cache_read is not None else fresh,
            cache_write=_rate(price.cache_write) if price.cache_write is not None else fresh,
            reasoning=_rate(price.reasoning) if price.reasoning is not None else output,
        ),
        version=f"own {price.model}" + (f" since {day_of(starts)}" if price.starts else ""),
        config=price,
    )


def _first_instant(day: str) -> int:
    first = date.fromisoformat(day)
    return to_micros(datetime(first.year, first.month, first.day, tzinfo=UTC))


def _rate(dollars_per_million: float) -> int:
    return per_token(Decimal(repr(dollars_per_million)))
