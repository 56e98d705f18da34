"""Usage times price, exactly: whole numbers of 10⁻²⁴ USD inside, 12 decimal places outside."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from lynex.pricing.usage import Usage

SCALE: Final = 24  # the finest price known needs 18 decimals per million tokens
MILLION_PLACES: Final = 6
_PLACES: Final = 12
_STEP: Final = 10 ** (SCALE - _PLACES)
_HALF: Final = _STEP // 2
_PICO: Final = 10**_PLACES
QUANTUM: Final = Decimal(1).scaleb(-_PLACES)


class Cost(msgspec.Struct, frozen=True, gc=False):
    """What a call cost, in 10⁻¹² USD. The parts do not overlap and add up to the total: `input` is what was not cached,
    `output` what was not reasoning, `other` is fees per request, search or second of audio."""

    total_pico: int
    input_pico: int
    output_pico: int
    cache_read_pico: int
    cache_write_pico: int
    reasoning_pico: int
    other_pico: int
    price_version: str

    @property
    def total(self) -> Decimal:
        return Decimal(self.total_pico) * QUANTUM

    def as_json(self) -> dict[str, object]:
        """`{input, output, cache_read, …, total, currency}` as the nearest doubles; most parts only where not zero."""
        parts: dict[str, object] = {"input": self.input_pico / _PICO, "output": self.output_pico / _PICO}
        if self.cache_read_pico:
            parts["cache_read"] = self.cache_read_pico / _PICO
        if self.cache_write_pico:
            parts["cache_write"] = self.cache_write_pico / _PICO
        if self.reasoning_pico:
            parts["reasoning"] = self.reasoning_pico / _PICO
        if self.other_pico:
            parts["other"] = self.other_pico / _PICO
        parts["total"] = self.total_pico / _PICO
        parts["currency"] = "USD"
        return parts


class Rates(msgspec.Struct, frozen=True, gc=False):
    """What one token costs, in 10⁻²⁴ USD, and what each request costs besides.

    `pico` are the same rates in 10⁻¹² USD where all are whole numbers of it, as nearly all are: sums need no rounding.
    """

    input: int
    output: int
    cache_read: int
    cache_write: int
    reasoning: int
    request: int = 0
    pico: "Rates | None" = None


def rates_of(*, input: int, output: int, cache_read: int, cache_write: int, reasoning: int, request: int = 0) -> Rates:
    """The rates, with their coarser twin where that loses nothing."""
    fine = Rates(input, output, cache_read, cache_write, reasoning, request)
    if any(rate % _STEP for rate in (input, output, cache_read, cache_write, reasoning, request)):
        return fine
    coarse = Rates(
        input // _STEP, output // _STEP, cache_read // _STEP, cache_write // _STEP, reasoning // _STEP, request // _STEP
    )
    return msgspec.structs.replace(fine, pico=coarse)


class Band(msgspec.Struct, frozen=True, gc=False):
    """Rates from a time of day on (microseconds into the UTC day), for inputs of more than `above` tokens."""

    starts: int
    above: int
    rates: Rates


def cost_of_many(usage: Usage, calls: int, rates: Rates) -> Decimal:
    """What calls with the same rates cost together, exactly, from the sums of their tokens."""
    read, write, thought = usage.cache_read_tokens, usage.cache_write_tokens, usage.reasoning_tokens
    fine = (
        (usage.input_tokens - read - write) * rates.input
        + read * rates.cache_read
        + write * rates.cache_write
        + (usage.output_tokens - thought) * rates.output
        + thought * rates.reasoning
        + calls * rates.request
    )
    return Decimal(fine).scaleb(-SCALE)


def per_token(dollars_per_million: Decimal) -> int:
    """The price as a whole number of 10⁻²⁴ USD a token."""
    return int(dollars_per_million.scaleb(SCALE - MILLION_PLACES))


def linear_cost(usage: Usage, rates: Rates, price_version: str) -> Cost:
    """Each kind of token at its own rate."""
    pico_rates = rates.pico
    if pico_rates is not None:
        return _whole_cost(usage, pico_rates, price_version)
    cache_read = usage.cache_read_tokens * rates.cache_read
    cache_write = usage.cache_write_tokens * rates.cache_write
    fresh = (usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens) * rates.input
    reasoning = usage.reasoning_tokens * rates.reasoning
    output = (usage.output_tokens - usage.reasoning_tokens) * rates.output
    other = rates.request
    return Cost(
        rounded(fresh + output + cache_read + cache_write + reasoning + other),
        rounded(fresh),
        rounded(output),
        rounded(cache_read) if cache_read else 0,
        rounded(cache_write) if cache_write else 0,
        rounded(reasoning) if reasoning else 0,
        rounded(other) if other else 0,
        price_version,
    )


def _whole_cost(usage: Usage, rates: Rates, price_version: str) -> Cost:
    """As above, with rates in 10⁻¹² USD."""
    read, write, thought = usage.cache_read_tokens, usage.cache_write_tokens, usage.reasoning_tokens
    cache_read = read * rates.cache_read
    cache_write = write * rates.cache_write
    fresh = (usage.input_tokens - read - write) * rates.input
    reasoning = thought * rates.reasoning
    output = (usage.output_tokens - thought) * rates.output
    other = rates.request
    total = fresh + output + cache_read + cache_write + reasoning + other
    return Cost(total, fresh, output, cache_read, cache_write, reasoning, other, price_version)


def rounded(fine: int) -> int:
    """10⁻²⁴ → 10⁻¹² USD, half to even."""
    whole, rest = divmod(fine, _STEP)
    if rest > _HALF or (rest == _HALF and whole & 1):
        return whole + 1
    return whole


def pico(dollars: Decimal) -> int:
    return int(dollars.quantize(QUANTUM, ROUND_HALF_EVEN).scaleb(_PLACES))
