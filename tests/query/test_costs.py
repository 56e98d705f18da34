"""What was spent beside what was spent before, the same traffic on another model, and why one event costs what it does."""

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from lynex.clock import DAY, HOUR
from lynex.config import PriceConfig
from lynex.errors import InvalidInput
from lynex.events.envelope import Event
from lynex.ingest.enrich import enrich
from lynex.ingest.normalise import normalise
from lynex.pricing.book import PriceBook
from lynex.pricing.usage import Usage
from lynex.query.cost_of_event import cost_of_event
from lynex.query.costs import GROUPS, SORTS, Costs, CostsQuestion
from lynex.query.prices import PricesQuestion, prices_found
from lynex.query.series import SeriesQuestion
from lynex.query.what_if import WhatIfQuestion
from lynex.store.summary import detail_of
from tests.query.conftest import NOW, PROJECT, Shelf, a_call, params

BOOK = PriceBook((PriceConfig(model="kettle-7b*", provider="own-gpus", input=0.1, output=0.4),))


def costs(shelf: Shelf, **named: Any) -> dict[str, Any]:
    return Costs(shelf.store, BOOK).by_group(CostsQuestion.from_params(params(**named), PROJECT, NOW))


def what_if(shelf: Shelf, **named: Any) -> dict[str, Any]:
    return Costs(shelf.store, BOOK).what_if(WhatIfQuestion.from_params(params(**named), PROJECT, NOW), NOW)


def _random_calls(count: int) -> list[dict[str, Any]]:
    source = random.Random(5)
    return [
        a_call(
            at=NOW - source.randrange(50 * HOUR),
            usage_scope=source.choice(["call"] * 5 + ["duplicate", "rollup"]),
            model=source.choice(["m1", "m2", None]),
            user_id=source.choice(["u1", "u2", None]),
            tags=source.choice([None, [], ["a"], ["a", "b"], ["b", "b"]]),
            prompt_name=source.choice(["refund", None]),
            prompt_version=source.choice(["1", "2"]),
            input_tokens=source.randrange(300_000),
            output_tokens=source.randrange(3000),
            cache_read_tokens=source.choice([None, 7]),
            cost=source.choice([None, Decimal(source.randrange(10**9)) / 10**10]),
            cost_source="unknown_model",
        )
        for _ in range(count)
    ]


def test_each_group_stands_beside_itself_in_the_range_before(shelf: Shelf) -> None:
    rows = _random_calls(400)
    shelf.put(*rows)
    for by in ("model", "user", "tag", "prompt"):
        _check_groups(shelf, rows, by)


def _check_groups(shelf: Shelf, rows: list[dict[str, Any]], by: str) -> None:
    column = {"model": "model", "user": "user_id", "prompt": "prompt_name"}.get(by, "tags")
    now, before = defaultdict(Decimal), defaultdict(Decimal)
    for row in rows:
        if row["usage_scope"] != "call" or row["at"] < NOW - 2 * DAY:
            continue
        keys = (sorted(set(row["tags"] or ())) or [None]) if by == "tag" else [row[column]]
        for key in keys:
            (now if row["at"] >= NOW - DAY else before)[key, row["prompt_version"] if by == "prompt" else None] += (
                row["cost"] or 0
            )
    told = costs(shelf, by=by, range="24h")
    assert {(one["key"], one["version"]): one["cost_usd"] for one in told["items"]} == {
        key: float(cost) for key, cost in now.items()
    }
    assert {(one["key"], one["version"]): one["before"]["cost_usd"] for one in told["items"]} == {
        key: float(cost) for key, cost in before.items()
    }
    assert told["groups"] == len(told["items"]) == len(now)
    alone = costs(shelf, by="environment")["items"]
    assert told["total"] == {name: value for name, value in alone[0].items() if name not in ("key", "version")}


def test_the_chart_of_tags_counts_a_call_under_each(shelf: Shelf) -> None:
    shelf.put(a_call(tags=["a", "b", "a"], cost=Decimal(2)), a_call(tags=[], cost=Decimal(1)), a_call(cost=Decimal(4)))
    for metric, sums in (("cost_usd", {"a": 2, "b": 2, None: 5}), ("latency_p50", {"a": 7, "b": 7, None: 7})):
        shelf.put(a_call(tags=["a", "b"], duration_ms=7.0), a_call(duration_ms=7.0))
        question = SeriesQuestion.from_params(params(metric=metric, group_by="tag", interval="1d"), PROJECT, NOW)
        lines = shelf.stats.timeseries(question)["series"]
        assert {line["key"]: max(value or 0 for value in line["values"]) for line in lines} == sums


def test_what_was_spent_only_before_is_there_and_what_is_unknown_is_null(shelf: Shelf) -> None:
    shelf.put(
        a_call(model="gone", cost=Decimal(3), at=NOW - 30 * HOUR),
        a_call(model="new", cost_source="unknown_model", input_tokens=5),
        a_call(model="used", cost=Decimal(2)),
    )
    shown = {one["key"]: (one["cost_usd"], one["before"]["cost_usd"], one["unpriced"]) for one in costs(shelf)["items"]}
    assert shown == {"gone": (0.0, 3.0, 0), "new": (None, 0.0, 1), "used": (2.0, 0.0, 0)}
    assert [one["key"] for one in costs(shelf, sort="change")["items"]] == ["gone", "used", "new"]
    assert costs(shelf, from_="-2d", to="-1d")["total"]["cost_usd"] == 3.0


def test_every_group_and_sort_is_answered(shelf: Shelf) -> None:
    shelf.put(a_call(tags=["a"], cost=Decimal(1)))
    for by, sort in product(GROUPS, SORTS):
        assert costs(shelf, by=by, sort=sort, order="asc")["items"][0]["cost_usd"] == 1.0


def _on_gemini(row: dict[str, Any], cached: int) -> Decimal:
    usage = Usage(row["input_tokens"], row["output_tokens"], cached)
    cost = BOOK.cost_of(usage, "google", "gemini-2.5-pro", NOW)
    assert cost is not None
    return cost.total


def test_a_sum_on_another_model_is_the_sum_of_its_calls(shelf: Shelf) -> None:
    """gemini-2.5-pro has another price above 200,000 tokens; half of these calls are above."""
    rows = [row | {"model": "gpt-4o", "provider": "openai"} for row in _random_calls(200) if row["at"] >= NOW - DAY]
    shelf.put(*rows, a_call(cost=Decimal(9)), a_call(status="error"))
    counted = [row for row in rows if row["usage_scope"] == "call"]
    wanted = sum(_on_gemini(row, row["cache_read_tokens"] or 0) for row in counted)
    uncached = sum(_on_gemini(row, 0) for row in counted)
    told = what_if(shelf, target="gemini-2.5-pro", target_provider="google")
    [item] = told["items"]
    assert (item["calls"], item["uncounted"]) == (len(counted), 1)
    assert item["unpriced"] == sum(row["cost"] is None for row in counted)
    assert item["then_usd"] == pytest.approx(float(wanted), rel=1e-12)
    assert item["then_uncached_usd"] == pytest.approx(float(uncached), rel=1e-12)
    assert item["cost_usd"] == float(sum(row["cost"] or 0 for row in counted))
    assert [rate.above_input_tokens for rate in told["price"].rates] == [0, 200_000]


def test_a_price_by_the_time_of_day_and_the_owners_own_are_used(shelf: Shelf) -> None:
    shelf.put(
        *(a_call(at=NOW - hour * HOUR, input_tokens=10**6, output_tokens=0, cost=Decimal(5)) for hour in range(24))
    )
    dear = BOOK.price_of("deepseek", "deepseek-chat", NOW)
    assert dear is not None
    by_hour = sum(dear.cost_of(Usage(10**6, 0), NOW - hour * HOUR).total for hour in range(24))
    assert what_if(shelf, target="deepseek-chat", target_provider="deepseek")["items"][0]["then_usd"] == float(by_hour)
    assert what_if(shelf, target="kettle-7b-v2", target_provider="own-gpus")["items"][0]["then_usd"] == pytest.approx(
        2.4
    )


def test_a_target_without_a_price_is_refused_by_name(shelf: Shelf, refused: Callable[..., dict[str, str]]) -> None:
    with pytest.raises(InvalidInput, match="No price per token is known for 'nonsense-9'"):
        what_if(shelf, target="nonsense-9")
    assert refused(WhatIfQuestion) == {"target": "target_missing"}
    assert refused(CostsQuestion, by="colour", sort="size") == {"by": "invalid_group", "sort": "invalid_sort"}


def test_models_are_found_by_words_the_makers_and_the_owners_first() -> None:
    def found(search: str) -> list[tuple[str | None, str]]:
        told = prices_found(BOOK, PricesQuestion.from_params([("search", search)]), NOW)
        return [(price.provider, price.model) for price in told["items"]]

    assert found("kettle")[0] == ("own-gpus", "kettle-7b*")
    assert found("gpt-4o-mini")[0] == ("openai", "gpt-4o-mini")
    assert found("anthropic OPUS")[0][0] == "anthropic"
    assert found("no such model at all") == []
    everything = prices_found(BOOK, PricesQuestion.from_params([]), NOW)
    assert everything["found"] > 1000 and len(everything["items"]) == 20
    mini = found("gpt-4o-mini")
    assert len(mini) == len(set(mini))


_COUNTED: list[dict[str, Any]] = [
    {"model": "gpt-4o", "provider": "openai", "tokens": {"input": 1000, "output": 50, "cached": 400}},
    {"model": "claude-sonnet-4-5", "tokens": {"input": 300_000, "output": 9, "cache_write": 1000, "cached": 5}},
    {"model": "gpt-4o", "provider": "openai", "tokens": {"input": 10, "output": 1}, "parameters": {"service_tier": "flex"}},
    {"model": "o3", "usage": {"input_tokens": 70, "output_tokens": 50, "reasoning_tokens": 40, "service_tier": "flex"}},
    {"model": "gpt-4o-audio-preview", "usage": {"prompt_tokens": 100, "completion_tokens": 9, "prompt_tokens_details": {"audio_tokens": 60}}},
    {"model": "gpt-4o", "tokens": {"input": 3, "output": 4}, "cost": 0.25},
    {"model": "kettle-7b-q4", "provider": "own-gpus", "tokens": {"input": 1000, "output": 10}},
]  # fmt: skip


@pytest.mark.parametrize("body", _COUNTED)
def test_the_explanation_of_an_event_comes_to_what_was_stored(body: dict[str, Any]) -> None:
    told = cost_of_event(BOOK, _as_answered(body))
    assert told.price is not None and told.counts and not told.differs
    assert told.total_usd == told.computed_usd and told.price_version == told.price.version
    assert sum(line.usd for line in told.lines) == pytest.approx(told.total_usd)
    for line in told.lines:
        if line.usd_per_million is not None and line.tokens is not None:
            assert line.usd == pytest.approx(line.tokens * line.usd_per_million / 1e6)
    if "cost" in body:
        assert (told.source, told.cost_usd, told.reported_usd) == ("reported", 0.25, 0.25)
    else:
        assert (told.source, told.cost_usd, told.reported_usd) == ("computed", told.computed_usd, None)


def test_an_unknown_model_and_another_price_since_are_said() -> None:
    unknown = cost_of_event(BOOK, _as_answered({"model": "nonsense-9", "tokens": {"input": 5, "output": 1}}))
    assert (unknown.source, unknown.price, unknown.cost_usd, unknown.differs) == ("unknown_model", None, None, False)
    kettle = _as_answered({"model": "kettle-7b", "provider": "own-gpus", "tokens": {"input": 1000, "output": 1}})
    since = PriceBook((PriceConfig(model="kettle-7b", input=9, output=9),))
    told = cost_of_event(since, kettle)
    assert told.differs and told.total_usd == 0.009009 and told.computed_usd == 0.0001004
    failed = cost_of_event(BOOK, _as_answered({"model": "gpt-4o", "status": "error"}))
    assert (failed.source, failed.total_usd, failed.lines, failed.differs) == (None, None, (), False)


def _as_answered(body: dict[str, Any]) -> dict[str, Any]:
    """The event as it is answered after it came in like anybody's."""
    event = Event("e1", "model_response", NOW, {}, {}, body, 100)
    reading = normalise(event, seq=1, project_id=PROJECT, key_id=None, received_at=NOW)
    return detail_of(enrich(reading, BOOK, NOW))
