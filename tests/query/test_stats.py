"""What the figures mean, checked against the same sums done by hand."""

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from lynex.clock import DAY, HOUR, MINUTE
from lynex.query.breakdown import SORTS, BreakdownQuestion
from lynex.query.figures import FIGURES
from lynex.query.heatmap import BOUNDS_MS, HeatmapQuestion
from lynex.query.series import GROUPS, SeriesQuestion
from lynex.query.stats import OverviewQuestion
from lynex.query.unpriced import UnpricedQuestion
from tests.query.conftest import NOW, PROJECT, Shelf, a_call, params


def overview(shelf: Shelf, project_id: str = PROJECT, **named: Any) -> dict[str, Any]:
    return shelf.stats.overview(OverviewQuestion.from_params(params(**named), project_id, NOW))


def series(shelf: Shelf, **named: Any) -> dict[str, Any]:
    return shelf.stats.timeseries(SeriesQuestion.from_params(params(**named), PROJECT, NOW))


def breakdown(shelf: Shelf, **named: Any) -> dict[str, Any]:
    return shelf.stats.breakdown(BreakdownQuestion.from_params(params(**named), PROJECT, NOW))


def heatmap(shelf: Shelf, **named: Any) -> dict[str, Any]:
    return shelf.stats.heatmap(HeatmapQuestion.from_params(params(**named), PROJECT, NOW))


def quantile(values: list[float], share: float) -> float | None:
    """Linear interpolation between the two nearest ranks."""
    if not values:
        return None
    ordered, place = sorted(values), share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def test_an_empty_project_has_zeros_and_no_latency(shelf: Shelf) -> None:
    assert overview(shelf) == {
        "events": 0,
        "requests": 0,
        "errors": 0,
        "error_rate": None,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost_usd": 0.0,
        "latency_ms": {"p50": None, "p90": None, "p95": None, "p99": None},
        "from": "2025-11-19T12:00:00.000Z",
        "to": "2025-11-20T12:00:00.000Z",
    }


def test_duplicates_and_other_events_count_as_events_only(shelf: Shelf) -> None:
    facts = {"duration_ms": 100.0, "input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "cost": Decimal("0.01")}
    shelf.put(
        a_call(**facts),
        a_call(**facts | {"duration_ms": 300.0}, status="error"),
        a_call(**facts, usage_scope="duplicate", status="error"),
        {"type": "token_usage", "usage_scope": "call", "input_tokens": 1, "total_tokens": 1, "cost": Decimal("0.5")},
        {"type": "token_usage", "usage_scope": "duplicate", "input_tokens": 1000, "cost": Decimal(7)},
        {"type": "tool_call", "status": "error", "duration_ms": 9e9},
        {"type": "log", "project_id": "proj_b"},
    )
    figures = overview(shelf)
    assert (figures["events"], figures["requests"], figures["errors"], figures["error_rate"]) == (6, 2, 1, 0.5)
    assert (figures["input_tokens"], figures["output_tokens"], figures["cost_usd"]) == (21, 10, 0.52)
    assert figures["latency_ms"] == {"p50": 200.0, "p90": 280.0, "p95": 290.0, "p99": 298.0}
    assert overview(shelf, "proj_b")["events"] == 1
    assert overview(shelf, status="error")["requests"] == 1


def test_costs_are_summed_exactly(shelf: Shelf) -> None:
    for _ in range(10):
        shelf.put(
            *(a_call(cost=Decimal("0.1")) for _ in range(1000)), *(a_call(cost=Decimal("0.2")) for _ in range(1000))
        )
    assert overview(shelf)["cost_usd"] == 3000.0
    assert breakdown(shelf)["items"][0]["cost_usd"] == 3000.0
    assert sum(series(shelf, metric="cost_usd")["series"][0]["values"]) == 3000.0


def test_a_cost_nobody_knows_is_null_and_never_zero(shelf: Shelf) -> None:
    shelf.put(
        a_call(model="new", cost_source="unknown_model"), a_call(model="free", cost=Decimal(0), cost_source="reported")
    )
    assert overview(shelf, model="new")["cost_usd"] is None
    assert overview(shelf, model="free")["cost_usd"] == 0.0
    assert {item["key"]: item["cost_usd"] for item in breakdown(shelf)["items"]} == {"new": None, "free": 0.0}


def test_the_largest_token_counts_do_not_overflow(shelf: Shelf) -> None:
    most = 9_007_199_254_740_991
    shelf.put(*(a_call(input_tokens=most, output_tokens=most, total_tokens=most) for _ in range(3000)))
    assert overview(shelf)["input_tokens"] == 3000 * most
    assert breakdown(shelf, sort="total_tokens")["items"][0]["total_tokens"] == 3000 * most
    assert sum(series(shelf, metric="input_tokens", group_by="model")["series"][0]["values"]) == 3000 * most


def _random_rows(count: int) -> list[dict[str, Any]]:
    source = random.Random(7)
    rows = []
    for _ in range(count):
        tokens = source.randrange(3000)
        rows.append(
            a_call(
                at=NOW - source.randrange(20 * HOUR),
                type=source.choice(["model_response"] * 4 + ["token_usage"]),
                usage_scope=source.choice(["call"] * 5 + ["duplicate"]),
                status=source.choice(["ok"] * 9 + ["error"]),
                model=source.choice([f"m{number}" for number in range(14)] + [None]),
                user_id=source.choice(["u1", "u2", None]),
                tags=source.choice([None, [], ["a"], ["a", "b"], ["b", "b"], ["c", "a"]]),
                duration_ms=source.choice([None, float(source.randrange(1, 10**6)) / 7]),
                ttft_ms=source.choice([None, source.random() * 900]),
                input_tokens=tokens,
                output_tokens=tokens // 3,
                total_tokens=tokens + tokens // 3,
                cost=source.choice([None, Decimal(source.randrange(10**9)) / 10**12]),
            )
        )
    return rows


def _by_hand(rows: list[dict[str, Any]], metric: str) -> Any:
    counted = [row for row in rows if row["usage_scope"] == "call"]
    calls = [row for row in counted if row["type"] == "model_response"]
    failed = sum(row["status"] == "error" for row in calls)
    plain = {
        "events": len(rows),
        "requests": len(calls),
        "errors": failed,
        "error_rate": failed / len(calls) if calls else None,
        "cost_usd": float(sum((row["cost"] for row in counted if row["cost"] is not None), Decimal(0))),
    }
    if metric in plain:
        return plain[metric]
    if metric.endswith("_tokens"):
        return sum(row[metric] for row in counted)
    column = "ttft_ms" if metric.startswith("ttft") else "duration_ms"
    return quantile([row[column] for row in calls if row[column] is not None], int(metric[-2:]) / 100)


def _same(value: Any, expected: Any) -> bool:
    return value == expected if expected is None or value is None else value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("metric", FIGURES)
def test_every_metric_equals_the_sum_done_by_hand(shelf: Shelf, metric: str) -> None:
    rows = _random_rows(800)
    shelf.put(*rows)
    shelf.put({"project_id": "proj_b", "type": "model_response", "usage_scope": "call"})
    answer = series(shelf, metric=metric, interval="1h")
    hours: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        hours[(row["at"] - (NOW - DAY)) // HOUR].append(row)
    expected = [_by_hand(hours[hour], metric) for hour in range(24)]
    assert len(answer["buckets"]) == 24
    assert answer["buckets"][0] == "2025-11-19T12:00:00.000Z"
    [line] = answer["series"]
    assert all(map(_same, line["values"], expected))

    grouped = series(shelf, metric=metric, interval="6h", group_by="model")["series"]
    named = {line["key"] for line in grouped if not line["other"]}
    assert len(named) == 10
    for line in grouped:
        mine = [row for row in rows if (row["model"] not in named if line["other"] else row["model"] == line["key"])]
        windows = [[row for row in mine if (row["at"] - (NOW - DAY)) // (6 * HOUR) == number] for number in range(4)]
        assert all(map(_same, line["values"], [_by_hand(window, metric) for window in windows]))


@pytest.mark.parametrize("sort", SORTS)
def test_breakdowns_equal_the_sums_done_by_hand_in_any_order(shelf: Shelf, sort: str) -> None:
    rows = _random_rows(500)
    shelf.put(*rows)
    for by, keys_of in {
        "model": lambda row: [row["model"]],
        "user": lambda row: [row["user_id"]],
        "tag": lambda row: list(set(row["tags"] or [])),
    }.items():
        answer = breakdown(shelf, by=by, sort=sort, limit=1000)
        groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            for key in keys_of(row):
                groups[key].append(row)
        assert answer["groups"] == len(groups) == len(answer["items"])
        for item in answer["items"]:
            mine = groups[item["key"]]
            for metric in ("events", "requests", "errors", "error_rate", "input_tokens", "total_tokens", "cost_usd"):
                assert _same(item[metric], _by_hand(mine, metric))
            assert _same(item["latency_ms"]["p95"], _by_hand(mine, "latency_p95"))
        values = [item["latency_ms"]["p95"] if sort == "latency_p95" else item[sort] for item in answer["items"]]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=sort != "key")
        assert values[: len(known)] == known
        assert breakdown(shelf, by=by, sort=sort, limit=2)["items"] == answer["items"][:2]


def test_series_add_up_to_the_overview_also_when_a_clock_runs_ahead(shelf: Shelf) -> None:
    shelf.put(*(a_call(at=NOW + minute * MINUTE) for minute in (-90, -1, 0, 30, 59)))
    assert overview(shelf, from_="-2h")["requests"] == 5
    answer = series(shelf, from_="-2h", interval="15m")
    assert sum(answer["series"][0]["values"]) == 5
    assert answer["to"] == "2025-11-20T12:00:00.000Z"
    assert answer["buckets"][-1] == "2025-11-20T12:45:00.000Z"
    assert overview(shelf, from_="-2h", to="2025-11-20T12:00:00Z")["requests"] == 2
    assert overview(shelf, range="today", tz="Asia/Tokyo")["from"] == "2025-11-19T15:00:00.000Z"


def test_groups_without_a_value_and_all_others_are_told_apart(shelf: Shelf) -> None:
    shelf.put(*(a_call(user_id=None) for _ in range(50)))
    shelf.put(*(a_call(user_id=f"u{number:02}") for number in range(12) for _ in range(12 - number)))
    lines = series(shelf, group_by="user_id", metric="requests", interval="1d")["series"]
    assert [(line["key"], line["other"], sum(line["values"])) for line in lines] == [
        (None, False, 50),
        *((f"u{number:02}", False, 12 - number) for number in range(9)),
        (None, True, 3 + 2 + 1),
    ]
    for group in GROUPS:
        assert sum(sum(line["values"]) for line in series(shelf, group_by=group)["series"]) == 128


def test_the_heat_map_counts_every_call_once(shelf: Shelf) -> None:
    durations = [0.0, 0.999, 1.0, 1.5849, 99.99, 100.0, 1000.0, 999_999.0, 1_000_000.0, 1e15]
    shelf.put(*(a_call(duration_ms=value, at=NOW - HOUR) for value in durations))
    shelf.put(a_call(duration_ms=None), a_call(duration_ms=5.0, usage_scope="duplicate"), {"duration_ms": 5.0})
    answer = heatmap(shelf, interval="1h")
    counts = answer["counts"][answer["buckets"].index("2025-11-20T11:00:00.000Z")]
    assert sum(map(sum, answer["counts"])) == sum(counts) == len(durations)
    for value in (0.0, 1.0, 99.99, 100.0, 1000.0, 1e15):
        step = sum(bound <= value for bound in BOUNDS_MS)
        assert counts[step] >= 1
    assert counts[0] == 2 and counts[-1] == 2 and len(counts) == len(BOUNDS_MS) + 1


def test_wrong_questions_are_refused(refused: Callable[..., dict[str, str]]) -> None:
    assert refused(SeriesQuestion, metric="requests; drop", group_by="body", interval="1ms") == {
        "metric": "invalid_metric",
        "group_by": "invalid_group",
        "interval": "invalid_interval",
    }
    assert refused(BreakdownQuestion, by="body", sort="body.a'", order="up", limit="0") == {
        "by": "invalid_group",
        "sort": "invalid_sort",
        "order": "invalid_order",
        "limit": "invalid_limit",
    }
    assert refused(SeriesQuestion, interval="1m", range="7d") == {"interval": "too_many_buckets"}
    assert refused(HeatmapQuestion, interval="1m", from_="-1d") == {"interval": "too_many_buckets"}
    assert refused(OverviewQuestion, interval="1m", metric="x") == {
        "interval": "unknown_parameter",
        "metric": "unknown_parameter",
    }


def test_models_without_a_price_are_listed_most_used_first_and_apart_by_project(shelf: Shelf) -> None:
    unknown = {"cost_source": "unknown_model", "provider": "acme"}
    shelf.put(
        a_call(model="acme-1", input_tokens=5, output_tokens=2, at=NOW - DAY, **unknown),
        a_call(model="acme-2", **unknown),
        a_call(model=None, response_model="acme-1", input_tokens=7, at=NOW - HOUR, **unknown),
        a_call(model="acme-3", **(unknown | {"usage_scope": "duplicate"})),
        a_call(model="acme-4", at=NOW - 40 * DAY, **unknown),
        a_call(model="acme-5", project_id="proj_b", **unknown),
        a_call(model="gpt-4o", cost_source="computed", cost=Decimal("0.1")),
    )
    found = shelf.stats.unpriced(UnpricedQuestion.from_params([], PROJECT, NOW))
    assert found["next"] is None and [one["model"] for one in found["items"]] == ["acme-1", "acme-2"]
    assert found["items"][0] == {
        "provider": "acme",
        "model": "acme-1",
        "calls": 2,
        "input_tokens": 12,
        "output_tokens": 2,
        "first_at": "2025-11-19T12:00:00.000Z",
        "last_at": "2025-11-20T11:00:00.000Z",
    }
    longer = UnpricedQuestion.from_params(params(from_="-60d"), PROJECT, NOW)
    assert "acme-4" in [one["model"] for one in shelf.stats.unpriced(longer)["items"]]
