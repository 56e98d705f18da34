"""The same traffic priced on another model: the tokens as they were counted, at the rates that hold today.

Calls are summed by model, and by whatever changes a rate of the wanted model: the size of the input, the time of day.
What only bodies tell (audio, images, longer cache writes, searches) is priced as plain tokens.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.errors import Fault, InvalidInput
from lynex.pricing.book import PriceBook
from lynex.pricing.cost import Band, cost_of_many
from lynex.pricing.usage import Usage
from lynex.query.figures import COUNTS, whole
from lynex.query.filters import FILTER_PARAMETERS, Condition, Filters, filters_of
from lynex.query.parameters import Parameters, shown
from lynex.query.prices import price_shown
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select
from lynex.store.contract import Value

WHAT_IF_PARAMETERS: Final = frozenset(
    ("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "target", "target_provider")
)
_MOST: Final = 1000


class WhatIfQuestion(msgspec.Struct, frozen=True):
    """`target`: the model to price on."""

    project_id: str
    filters: Filters
    span: Range
    target: str
    target_provider: str | None

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "WhatIfQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, WHAT_IF_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=DAY)
        target = parameters.one("target", code="invalid_target", longest=256)
        provider = parameters.one("target_provider", code="invalid_target", longest=256)
        if target is None:
            parameters.fault("target", "target_missing", "Name the model to price on: target=gpt-4o-mini.")
        parameters.check()
        assert target is not None
        return cls(project_id=project_id, filters=filters, span=span, target=target, target_provider=provider)


def what_if(select: Select, prices: PriceBook, question: WhatIfQuestion, now: int) -> dict[str, Any]:
    """`{"price", "items": [{"model", "provider", …tokens, "cost_usd", "then_usd", "then_uncached_usd"}]}`, dearest
    first; `cost_usd` is of the calls that counted tokens and had a price."""
    price = prices.price_of(question.target_provider, question.target, now)
    bands = price.bands if price is not None else ()
    if price is None or not bands:
        raise _without_price(question)
    condition = question.filters.condition(question.project_id, question.span)
    rows = _rows(select, condition, bands)
    assert question.span.start is not None and question.span.until is not None
    return {
        "from": rfc3339(question.span.start),
        "to": rfc3339(question.span.until),
        "price": price_shown(price.explain(now)),
        "items": _items(rows, bands),
    }


def _without_price(question: WhatIfQuestion) -> InvalidInput:
    of = f" of {shown(question.target_provider)}" if question.target_provider else ""
    message = f"No price per token is known for {shown(question.target)}{of}."
    hint = "Choose another model: /api/v1/prices?search=… finds those with a price."
    return InvalidInput(message, code="unknown_price", hint=hint, faults=(Fault("target", "unknown_price", message),))


def _rows(select: Select, condition: Condition, bands: Sequence[Band]) -> list[dict[str, Any]]:
    starts, sizes = sorted({band.starts for band in bands} - {0}), sorted({band.above for band in bands} - {-1})
    values: dict[str, Value] = dict(condition.values)
    values |= {f"start_{place}": start for place, start in enumerate(starts)}
    values |= {f"size_{place}": size for place, size in enumerate(sizes)}
    segment = _place_among(f'epoch_us("at") % {DAY} >=', "start", len(starts))
    tier = _place_among("coalesce(input_tokens, 0) >", "size", len(sizes))
    sql = _SUMMED.format(condition=condition.sql, segment=segment, tier=tier)
    rows = select(sql, values)
    for row in rows:
        row["starts"] = [0, *starts][row["segment"]]
        row["above"] = [-1, *sizes][row["tier"]]
    return rows


def _place_among(reaches: str, name: str, many: int) -> str:
    """How many of the bound limits a row reaches."""
    return " + ".join(f"(CASE WHEN {reaches} ${name}_{place} THEN 1 ELSE 0 END)" for place in range(many)) or "0"


def _items(rows: Iterable[dict[str, Any]], bands: Sequence[Band]) -> list[dict[str, Any]]:
    found: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for row in rows:
        item = found.setdefault((row["provider"], row["model"]), _empty(row))
        usage = _usage_of(row)
        band = max((band for band in bands if _holds(band, row)), key=lambda band: (band.starts, band.above))
        for name in ("calls", "unpriced", "uncounted", *_TOKENS):
            item[name] += whole(row[name])
        if row["cost"] is not None:
            item["cost_usd"] = (item["cost_usd"] or Decimal(0)) + row["cost"]
        item["then_usd"] += cost_of_many(usage, row["calls"], band.rates)
        item["then_uncached_usd"] += cost_of_many(_uncached(usage), row["calls"], band.rates)
    items = sorted(found.values(), key=lambda item: item["cost_usd"] or item["then_usd"], reverse=True)
    return [item | {name: _number(item[name]) for name in _MONEY} for item in items[:_MOST]]


def _empty(row: dict[str, Any]) -> dict[str, Any]:
    counts = dict.fromkeys(("calls", "unpriced", "uncounted", *_TOKENS), 0)
    money = dict.fromkeys(_MONEY, Decimal(0)) | {"cost_usd": None}
    return {"provider": row["provider"], "model": row["model"], **counts, **money}


def _holds(band: Band, row: dict[str, Any]) -> bool:
    return bool(band.starts <= row["starts"] and band.above <= row["above"])


def _usage_of(row: dict[str, Any]) -> Usage:
    return Usage(
        input_tokens=whole(row["input_tokens"]),
        output_tokens=whole(row["output_tokens"]),
        cache_read_tokens=whole(row["cache_read_tokens"]),
        cache_write_tokens=whole(row["cache_write_tokens"]),
        reasoning_tokens=whole(row["reasoning_tokens"]),
    )


def _uncached(usage: Usage) -> Usage:
    return msgspec.structs.replace(usage, cache_read_tokens=0, cache_write_tokens=0)


def _number(dollars: Decimal | None) -> float | None:
    return None if dollars is None else float(dollars)


_TOKENS: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
_MONEY: Final = ("cost_usd", "then_usd", "then_uncached_usd")
_HAS_TOKENS: Final = "(input_tokens IS NOT NULL OR output_tokens IS NOT NULL)"
_SUMMED: Final = f"""
SELECT provider, coalesce(model, response_model) AS model, {{segment}} AS segment, {{tier}} AS tier,
  count_if({_HAS_TOKENS}) AS calls, count_if(NOT {_HAS_TOKENS} AND cost IS NOT NULL) AS uncounted,
  count_if({_HAS_TOKENS} AND cost IS NULL) AS unpriced,
  {", ".join(f"sum({name}) AS {name}" for name in _TOKENS)},
  sum(cost) FILTER ({_HAS_TOKENS}) AS cost
FROM events WHERE {{condition}} AND {COUNTS} AND ({_HAS_TOKENS} OR cost IS NOT NULL) GROUP BY ALL
"""
