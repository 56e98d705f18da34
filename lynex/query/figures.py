"""What each figure means, once, in SQL (events.md, "Rules"): overview, series and breakdown all read this page.

What counts has `usage_scope = 'call'` (the processor gives every model call and token usage a scope): tokens and cost
are sums over it; requests, errors and latency are those of its `model_response` events. Costs are exact decimals.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

COUNTS: Final = "usage_scope = 'call'"
IS_CALL: Final = f"({COUNTS} AND type = 'model_response')"

QUANTILES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


def whole(value: Any) -> int:
    return 0 if value is None else int(value)


def fraction(value: Any) -> float | None:
    return None if value is None else float(value)


def dollars(value: Decimal | None) -> float:
    return 0.0 if value is None else float(value)


class Figure(msgspec.Struct, frozen=True):
    """`sql` aggregates the rows that pass `only`; `empty` is the figure where there are no rows at all."""

    sql: str
    only: str
    read: Callable[[Any], Any]
    empty: float | None
    adds_up: bool  # a share of the total makes sense, and top groups are those with most of it


def _count(only: str) -> Figure:
    return Figure(sql="count(*)", only=only, read=whole, empty=0, adds_up=True)


def _sum(expression: str) -> Figure:
    return Figure(sql=f"sum({expression})", only=COUNTS, read=whole, empty=0, adds_up=True)


def _quantile(column: str, share: float) -> Figure:
    return Figure(sql=f"quantile_cont({column}, {share})", only=IS_CALL, read=fraction, empty=None, adds_up=False)


FIGURES: Final[dict[str, Figure]] = {
    "requests": _count(IS_CALL),
    "events": _count("true"),
    "errors": _count(f"{IS_CALL} AND status = 'error'"),
    "error_rate": Figure(
        sql="count(*) FILTER (status = 'error') / count(*)", only=IS_CALL, read=fraction, empty=None, adds_up=False
    ),
    "input_tokens": _sum("input_tokens"),
    "output_tokens": _sum("output_tokens"),
    "total_tokens": _sum("total_tokens"),
    "cost_usd": Figure(sql="sum(cost)", only=COUNTS, read=dollars, empty=0.0, adds_up=True),
    "latency_p50": _quantile("duration_ms", 0.5),
    "latency_p90": _quantile("duration_ms", 0.9),
    "latency_p95": _quantile("duration_ms", 0.95),
    "latency_p99": _quantile("duration_ms", 0.99),
    "ttft_p95": _quantile("ttft_ms", 0.95),
}

# The sums every summary of a set of rows begins with; `summed` reads them back.
SUMS_SQL: Final = f"""
count(*) AS events,
count_if({IS_CALL}) AS requests,
count_if({IS_CALL} AND status = 'error') AS errors,
sum(input_tokens) FILTER ({COUNTS}) AS input_tokens,
sum(output_tokens) FILTER ({COUNTS}) AS output_tokens,
sum(cost) FILTER ({COUNTS}) AS cost_usd,
count_if({COUNTS} AND cost_source = 'unknown_model') AS unpriced
"""


def summed(row: dict[str, Any]) -> dict[str, Any]:
    """Counts, tokens and cost of a row of `SUMS_SQL`; cost is None when nothing that used tokens has a known price."""
    requests, errors = whole(row["requests"]), whole(row["errors"])
    unknown = row["cost_usd"] is None and whole(row["unpriced"]) > 0
    return {
        "events": row["events"],
        "requests": requests,
        "errors": errors,
        "error_rate": errors / requests if requests else None,
        "input_tokens": whole(row["input_tokens"]),
        "output_tokens": whole(row["output_tokens"]),
        "cost_usd": None if unknown else dollars(row["cost_usd"]),
    }
