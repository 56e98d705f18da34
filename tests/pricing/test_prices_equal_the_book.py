"""Every price of the bundled book, at any time of day and any size, is what the library itself says, to 12 places."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot

from lynex.clock import DAY, to_datetime, to_micros
from lynex.pricing.book import PriceBook
from lynex.pricing.tariff import tariff_of
from lynex.pricing.usage import Usage

QUANTUM = Decimal(1).scaleb(-12)
FIRST = to_micros(datetime(2024, 1, 1, tzinfo=UTC))
LAST = to_micros(datetime(2027, 6, 1, tzinfo=UTC))
SIZES = (0, 1, 999, 100_001, 128_001, 200_000, 200_001, 256_001, 272_001, 1_000_000)


def random_usage(random_: random.Random) -> Usage:
    fresh = random_.choice((*SIZES, random_.randrange(10**7)))
    read = random_.choice((0, random_.randrange(fresh + 1)))
    write = random_.choice((0, random_.randrange(fresh - read + 1)))
    output = random_.choice((0, random_.randrange(10**6)))
    return Usage(fresh, output, read, write, random_.choice((0, random_.randrange(output + 1))))


def the_library_says(provider, model, usage: Usage, at: int, context: dict[str, str] | None = None) -> Decimal:
    counts = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_reasoning_tokens=usage.reasoning_tokens,
        **(usage.details if usage.details is not None else {}),
    )
    moment = to_datetime(at)
    priced = model.calc_price(counts, provider, genai_request_timestamp=moment, price_context=context)
    return priced.total_price.quantize(QUANTUM)


def test_every_model_costs_what_the_library_says_at_any_time_and_size():
    random_ = random.Random(7)
    compared = unpriced = 0
    for provider in get_snapshot().providers:
        for model in provider.models:
            for _ in range(2):
                usage, at = random_usage(random_), random_.randrange(FIRST, LAST)
                tariff = tariff_of(provider, model, model.id, version="v", day=at - at % DAY, context={})
                cost, expected = tariff.cost_of(usage, at), the_library_says(provider, model, usage, at)
                if cost is None:
                    assert expected == 0, f"{provider.id}/{model.id} has a price"
                    unpriced += 1
                else:
                    assert cost.total == expected, f"{provider.id}/{model.id} {usage} at {to_datetime(at)}"
                    compared += 1
    assert compared > 4000
    assert unpriced < 200


def test_variants_by_service_tier_and_batch_cost_what_the_library_says():
    random_ = random.Random(8)
    compared = 0
    for provider in get_snapshot().providers:
        for model in provider.models:
            for variant in model.price_variants or ():
                usage, at = random_usage(random_), random_.randrange(FIRST, LAST)
                context = dict(variant.when)
                tariff = tariff_of(provider, model, model.id, version="v", day=at - at % DAY, context=context)
                cost, expected = tariff.cost_of(usage, at), the_library_says(provider, model, usage, at, context)
                if cost is None:
                    assert expected == 0, f"{model.id} {context} has a price"
                else:
                    assert cost.total == expected, f"{model.id} {context}"
                    compared += 1
    assert compared > 200


@pytest.mark.parametrize(
    ("provider", "model", "details"),
    [
        ("openai", "gpt-realtime", {"input_audio_tokens": 300, "output_audio_tokens": 40}),
        ("anthropic", "claude-sonnet-4-5", {"cache_write_1h_tokens": 100}),
        ("anthropic", "claude-sonnet-4-5", {"web_searches": 3}),
        ("google", "gemini-2.5-flash", {"input_audio_tokens": 500}),
    ],
)
def test_audio_long_cache_writes_and_searches_are_priced_as_the_library_does(provider, model, details):
    usage = Usage(1000, 100, 200, 150, 0, details)
    at = to_micros(datetime(2026, 11, 20, tzinfo=UTC))
    found = next(one for one in get_snapshot().providers if one.id == provider)
    listed = found.find_model(model)
    plain = PriceBook().cost_of(Usage(1000, 100, 200, 150), provider, model, at)
    cost = PriceBook().cost_of(usage, provider, model, at)
    joined = {"cache_audio_read_tokens": 0} if "input_audio_tokens" in details else {}
    expected = the_library_says(found, listed, Usage(1000, 100, 200, 150, 0, details | joined), at)
    assert cost is not None and plain is not None
    assert cost.total == expected
    assert cost.total != plain.total


def test_prices_change_with_the_date_and_the_hour_of_the_event():
    book, usage = PriceBook(), Usage(1_000_000, 0)

    def cost_at(*moment: int) -> Decimal:
        cost = book.cost_of(usage, "deepseek", "deepseek-chat", to_micros(datetime(*moment, tzinfo=UTC)))
        assert cost is not None
        return cost.total

    model = next(one for one in get_snapshot().providers if one.id == "deepseek").find_model("deepseek-chat")
    provider = next(one for one in get_snapshot().providers if one.id == "deepseek")
    moments = [(2025, 3, 1, hour, minute) for hour in (0, 12, 16, 23) for minute in (29, 30, 31)]
    figures = set()
    for moment in moments:
        at = to_micros(datetime(*moment, tzinfo=UTC))
        assert cost_at(*moment) == the_library_says(provider, model, usage, at)
        figures.add(cost_at(*moment))
    assert len(figures) > 1, "the book knows cheaper hours"
