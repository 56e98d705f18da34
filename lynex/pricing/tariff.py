"""The price of one model on one day: rates by time of day and by size of the input; the library for finer counts."""

from bisect import bisect_right
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec
from genai_prices import types as book
from genai_prices.types import ModelInfo, ModelPrice, Provider, StartDateConstraint, TieredPrices, TimeOfDateConstraint

from lynex.clock import DAY, SECOND, to_datetime
from lynex.pricing.cost import QUANTUM, Band, Cost, Rates, linear_cost, per_token, pico, rates_of
from lynex.pricing.explanation import Explanation, rate_card
from lynex.pricing.usage import Usage

_FREE_SUFFIX: Final = ":free"
_TOKEN_PRICES: Final = frozenset(
    ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "output_reasoning_mtok", "requests_kcount")
)
_ZERO: Final = Decimal(0)


class Tier(msgspec.Struct, frozen=True, gc=False):
    """Rates for calls whose input has more than `above` tokens."""

    above: int
    rates: Rates


class Segment(msgspec.Struct, frozen=True):
    """What holds from one time of day on. `price` is the library's own record."""

    starts: int  # microseconds into the UTC day
    tiers: tuple[Tier, ...]  # the first for any size
    price: ModelPrice
    prices_tokens: bool


class Tariff(msgspec.Struct, frozen=True):
    """One model's prices on one UTC day."""

    provider: Provider
    model: ModelInfo
    matched: str  # the id that was found
    version: str
    segments: tuple[Segment, ...]

    def segment_at(self, at: int) -> Segment:
        if len(self.segments) == 1:
            return self.segments[0]
        return self.segments[bisect_right(self.segments, at % DAY, key=_starts) - 1]

    def cost_of(self, usage: Usage, at: int) -> Cost | None:
        """None where the model has no price for anything that was used."""
        segments = self.segments
        segment = segments[0] if len(segments) == 1 else self.segment_at(at)
        if usage.details:
            detailed = self._cost_in_detail(usage, segment, at)
            if detailed is not None:
                return detailed
        if not segment.prices_tokens and not self.is_free:
            return None
        tiers = segment.tiers
        rates = tiers[0].rates
        if len(tiers) > 1:
            for tier in tiers:
                if usage.input_tokens > tier.above:
                    rates = tier.rates
        return linear_cost(usage, rates, self.version)

    def explain(self, at: int) -> Explanation:
        """Which price holds at this instant, and the rates for each size of input."""
        segment = self.segment_at(at)
        cards = tuple(rate_card(tier.above, tier.rates) for tier in segment.tiers)
        since = _since(self.model, segment.price, at)
        remarks = self.model.price_comments
        return Explanation("book", self.version, self.provider.id, self.model.id, self.matched, since, cards, remarks)

    @property
    def bands(self) -> tuple[Band, ...]:
        """Which rates hold when, and for which size of input; empty where tokens have no price at some time of day."""
        if not self.is_free and not all(segment.prices_tokens for segment in self.segments):
            return ()
        return tuple(
            Band(segment.starts, tier.above, tier.rates) for segment in self.segments for tier in segment.tiers
        )

    @property
    def is_free(self) -> bool:
        """No price because nothing is charged, as opposed to: no price known for this kind of use."""
        return self.model.id.endswith(_FREE_SUFFIX) or self.matched.endswith(_FREE_SUFFIX)

    def _cost_in_detail(self, usage: Usage, segment: Segment, at: int) -> Cost | None:
        """Audio, images, longer cache writes, searches: the library's decomposition. None where it cannot."""
        details = usage.details if usage.details is not None else {}
        priced = {key: count for key, count in details.items() if key in _priced_units(segment.price) and count}
        if not priced:
            return None
        counts = _with_joins(segment.price, priced)
        everything = book.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            output_reasoning_tokens=usage.reasoning_tokens,
            **counts,
        )
        try:
            moment = to_datetime(at)
            priced_model = ModelInfo(id=self.model.id, match=self.model.match, prices=segment.price)
            sums = priced_model.calc_price(everything, self.provider, genai_request_timestamp=moment)
        except ValueError:  # counts that contradict each other: the coarse counts were checked, so price those
            return None
        total = sums.total_price.quantize(QUANTUM, ROUND_HALF_EVEN)
        other = sums.total_price - sums.input_price - sums.output_price
        return Cost(pico(total), pico(sums.input_price), pico(sums.output_price), 0, 0, 0, pico(other), self.version)


def _since(model: ModelInfo, price: ModelPrice, at: int) -> str | None:
    """The latest start, not after `at`, among the dated entries that hold this price."""
    conditional = model.prices if isinstance(model.prices, list) else []
    day = to_datetime(at).date()
    starts = [
        one.constraint.start_date
        for one in conditional
        if isinstance(one.constraint, StartDateConstraint) and one.prices is price and one.constraint.start_date <= day
    ]
    return max(starts).isoformat() if starts else None


def _starts(segment: Segment) -> int:
    return segment.starts


def tariff_of(
    provider: Provider, model: ModelInfo, matched: str, *, version: str, day: int, context: dict[str, str]
) -> Tariff:
    """Resolve the dated and variant prices of a model for one UTC day (`day` is its first microsecond)."""
    if context and not any(model is own for own in provider.models):
        context = {}  # as the library: variants belong to the provider that lists the model
    segments: list[Segment] = []
    for start in _boundaries(model):
        price = model.get_prices(to_datetime(day + start), context or None)
        if not segments or segments[-1].price is not price:
            segments.append(_segment(start, price))
    return Tariff(provider, model, matched, f"{version} {provider.id}/{model.id}", tuple(segments))


def _boundaries(model: ModelInfo) -> list[int]:
    """Times of day, in microseconds, at which another price may begin to hold."""
    cuts = {0}
    conditional = model.prices if isinstance(model.prices, list) else []
    constraints = [one.constraint for one in conditional] + [one.constraint for one in model.price_variants or ()]
    for constraint in constraints:
        if isinstance(constraint, TimeOfDateConstraint):
            for moment in (constraint.start_time, constraint.end_time):
                aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
                utc = datetime.combine(datetime(1970, 1, 2).date(), aware).astimezone(UTC)
                cuts.add(((utc.hour * 60 + utc.minute) * 60 + utc.second) * SECOND + utc.microsecond)
    return sorted(cuts)


def _segment(start: int, price: ModelPrice) -> Segment:
    prices = {key: value for key, value in price.__dict__.items() if value is not None}
    thresholds = {tier.start for value in prices.values() if isinstance(value, TieredPrices) for tier in value.tiers}
    tiers = (Tier(-1, _rates(price, -1)), *(Tier(above, _rates(price, above)) for above in sorted(thresholds)))
    return Segment(start, tiers, price, not _TOKEN_PRICES.isdisjoint(prices))


def _rates(price: ModelPrice, above: int) -> Rates:
    """The rates for an input of just more than `above` tokens. A kind without its own price costs as its parent."""
    fresh = _dollars(price, "input_mtok", above)
    output = _dollars(price, "output_mtok", above)
    request = _dollars(price, "requests_kcount", above)
    return rates_of(
        input=per_token(fresh if fresh is not None else _ZERO),
        output=per_token(output if output is not None else _ZERO),
        cache_read=per_token(_first(_dollars(price, "cache_read_mtok", above), fresh)),
        cache_write=per_token(_first(_dollars(price, "cache_write_mtok", above), fresh)),
        reasoning=per_token(_first(_dollars(price, "output_reasoning_mtok", above), output)),
        request=1000 * per_token(request) if request is not None else 0,
    )


def _first(own: Decimal | None, parent: Decimal | None) -> Decimal:
    if own is not None:
        return own
    return parent if parent is not None else _ZERO


def _dollars(price: ModelPrice, key: str, above: int) -> Decimal | None:
    value = price.__dict__.get(key)
    if not isinstance(value, TieredPrices):
        return value
    reached = [tier.price for tier in value.tiers if tier.start <= above]
    return reached[-1] if reached else value.base


def _priced_units(price: ModelPrice) -> frozenset[str]:
    """The usage keys that change the sum: those with a price."""
    return frozenset(_unit_name(key) for key, value in price.__dict__.items() if value is not None)


def _unit_name(price_key: str) -> str:
    from genai_prices.units import _get_registry

    return _get_registry().unit_for_price_key(price_key).usage_key


def _with_joins(price: ModelPrice, priced: dict[str, int]) -> dict[str, int]:
    """Add a zero for each finer priced unit nobody counted; the library refuses to guess those."""
    coarse = {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "output_reasoning_tokens"}
    finer = _priced_units(price) - coarse - {"requests"}
    return {key: 0 for key in finer} | priced
