"""What was spent, by model, user, tag …: each group in a range beside the same group in the range just before.

A call counts under each of its tags, so shares of tags may add up to more than the whole.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.pricing.book import PriceBook
from lynex.query.cost_of_event import CostOfEvent, cost_of_event
from lynex.query.figures import COUNTS, dollars, whole
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select
from lynex.query.what_if import WhatIfQuestion, what_if
from lynex.store.contract import Cancel, EventStore

MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 50
# Group → its columns: what it is called, and the version where it has one.
GROUPS: Final[dict[str, tuple[str, str]]] = {
    "model": ('"model"', "NULL"),
    "provider": ('"provider"', "NULL"),
    "user": ('"user_id"', "NULL"),
    "session": ('"session_id"', "NULL"),
    "tag": ("tags", "NULL"),
    "prompt": ('"prompt_name"', '"prompt_version"'),
    "release": ('"release"', "NULL"),
    "environment": ('"environment"', "NULL"),
    "service": ('"service_name"', "NULL"),
    "name": ('"name"', "NULL"),
}
_SORT_SQL: Final = {
    "cost_usd": "cost_usd",
    "change": "abs(coalesce(cost_usd, 0) - coalesce(cost_before, 0))",
    "each": "cost_usd / nullif(requests, 0)",
    "requests": "requests",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "key": "key",
}
SORTS: Final = tuple(_SORT_SQL)
COSTS_PARAMETERS: Final = frozenset(
    ("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "by", "sort", "order", "limit")
)


class CostsQuestion(msgspec.Struct, frozen=True):
    project_id: str
    filters: Filters
    span: Range
    start: int  # of the range
    until: int
    before: int  # start of the range before
    by: str
    sort: str
    descending: bool
    limit: int

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "CostsQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, COSTS_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=DAY)
        by = parameters.choice("by", tuple(GROUPS), code="invalid_group")
        sort = parameters.choice("sort", SORTS, code="invalid_sort")
        order = parameters.choice("order", ("asc", "desc"), code="invalid_order")
        limit = parameters.whole("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
        parameters.check()
        assert span.start is not None and span.until is not None
        return cls(
            project_id=project_id,
            filters=filters,
            span=span,
            start=span.start,
            until=span.until,
            before=2 * span.start - span.until,
            by="model" if by is None else by,
            sort="cost_usd" if sort is None else sort,
            descending=sort != "key" if order is None else order == "desc",
            limit=limit,
        )


class Costs:
    """Each question blocks until the store answers; call it from a reader thread."""

    def __init__(self, store: EventStore, prices: PriceBook) -> None:
        self._store = store
        self._prices = prices

    def by_group(self, question: CostsQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        return costs(Select(self._store, cancel), question)

    def what_if(self, question: WhatIfQuestion, now: int, cancel: Cancel | None = None) -> dict[str, Any]:
        """Raises InvalidInput where the wanted model has no price per token."""
        return what_if(Select(self._store, cancel), self._prices, question, now)

    def of_event(self, event: dict[str, Any]) -> CostOfEvent:
        """`event` with its whole canonical body."""
        return cost_of_event(self._prices, event)


def costs(select: Select, question: CostsQuestion) -> dict[str, Any]:
    """`{"by", "items": [{"key", "version", …figures, "before"}], "groups", "total"}`; key None: calls without that
    property. Groups that spent only before are there too."""
    both = Range(start=question.before, end=question.span.end, until=question.until)
    condition = question.filters.condition(question.project_id, both)
    key, version = GROUPS[question.by]
    direction = "DESC" if question.descending else "ASC"
    sql = _COSTS.format(
        key=key,
        version=version,
        condition=condition.sql,
        groups=_EACH_TAG if question.by == "tag" else "sums",
        sort=_SORT_SQL[question.sort],
        direction=direction,
    )
    total, *rows = select(sql, {**condition.values, "now_from": question.start, "limit": question.limit})
    return {
        "by": question.by,
        "sort": question.sort,
        "order": direction.lower(),
        "from": rfc3339(question.start),
        "to": rfc3339(question.until),
        "before_from": rfc3339(question.before),
        "groups": rows[0]["groups"] if rows else 0,
        "total": _figures(total),
        "items": [{"key": row["key"], "version": row["version"], **_figures(row)} for row in rows],
    }


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: whole(row[name]) for name in _COUNTED},
        "cost_usd": _known(row["cost_usd"], row["unpriced"]),
        "before": {
            "requests": whole(row["requests_before"]),
            "cost_usd": _known(row["cost_before"], row["unpriced_before"]),
        },
    }


def _known(cost: Decimal | None, unpriced: Any) -> float | None:
    """None where nothing that used tokens has a known price."""
    return None if cost is None and whole(unpriced) > 0 else dollars(cost)


_COUNTED: Final = ("requests", "input_tokens", "output_tokens", "cache_read_tokens", "unpriced")
_TURNED: Final = (
    ", ".join(f"sum({name}) FILTER (is_now) AS {name}" for name in (*_COUNTED, "cost_usd"))
    + """, sum(requests) FILTER (NOT is_now) AS requests_before, sum(cost_usd) FILTER (NOT is_now) AS cost_before,
  sum(unpriced) FILTER (NOT is_now) AS unpriced_before"""
)
_SHOWN: Final = f"{', '.join(_COUNTED)}, cost_usd, requests_before, cost_before, unpriced_before"
# Lists of tags are far fewer than calls: they are grouped first.
_EACH_TAG: Final = f"""(
  SELECT unnest(CASE WHEN len(key) > 0 THEN list_distinct(key) ELSE [NULL] END) AS key, version, is_now,
    {", ".join(_COUNTED)}, cost_usd
  FROM sums
)"""
# What counts is read once, for both ranges, the groups and the total, which comes first.
_COSTS: Final = f"""
WITH sums AS MATERIALIZED (
  SELECT {{key}} AS key, {{version}} AS version, "at" >= make_timestamp($now_from) AS is_now,
    count_if(type = 'model_response') AS requests, sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens, sum(cache_read_tokens) AS cache_read_tokens,
    count_if(cost_source = 'unknown_model') AS unpriced, sum(cost) AS cost_usd
  FROM events WHERE {{condition}} AND {COUNTS} GROUP BY ALL
), groups AS (
  SELECT key, version, {_TURNED} FROM {{groups}} GROUP BY key, version
), ranked AS (
  SELECT key, version, {_SHOWN}, count(*) OVER () AS groups,
    row_number() OVER (
      ORDER BY {{sort}} {{direction}} NULLS LAST, requests DESC NULLS LAST, key NULLS LAST, version NULLS LAST
    ) AS place
  FROM groups
)
SELECT NULL AS key, NULL AS version, {_SHOWN}, 0 AS groups, 0 AS place FROM (SELECT {_TURNED} FROM sums)
UNION ALL
SELECT key, version, {_SHOWN}, groups, place FROM ranked WHERE place <= $limit
ORDER BY place
"""
