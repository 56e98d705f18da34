"""The figures of each model, user, tag … side by side: the largest first, with how many there are in all."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.query.figures import COUNTS, IS_CALL, SUMS_SQL, summed, whole
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select

MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 50
GROUPS: Final = {
    "model": '"model"',
    "provider": '"provider"',
    "user": '"user_id"',
    "session": '"session_id"',
    "tag": "tags",
    "name": '"name"',
    "environment": '"environment"',
    "release": '"release"',
    "service": '"service_name"',
    "prompt": '"prompt_name"',
    "type": '"type"',
}
SORTS: Final = (
    "requests",
    "events",
    "errors",
    "error_rate",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cost_usd",
    "latency_p95",
    "key",
)
BREAKDOWN_PARAMETERS: Final = frozenset(
    ("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "by", "sort", "order", "limit")
)


class BreakdownQuestion(msgspec.Struct, frozen=True):
    project_id: str
    filters: Filters
    span: Range
    by: str
    sort: str
    descending: bool
    limit: int

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "BreakdownQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, BREAKDOWN_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=DAY)
        by = parameters.choice("by", tuple(GROUPS), code="invalid_group")
        sort = parameters.choice("sort", SORTS, code="invalid_sort")
        order = parameters.choice("order", ("asc", "desc"), code="invalid_order")
        limit = parameters.whole("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
        parameters.check()
        sort = "requests" if sort is None else sort
        return cls(
            project_id=project_id,
            filters=filters,
            span=span,
            by="model" if by is None else by,
            sort=sort,
            descending=sort != "key" if order is None else order == "desc",
            limit=limit,
        )


def breakdown(select: Select, question: BreakdownQuestion) -> dict[str, Any]:
    """`{"by", "items": [{"key", …figures}], "groups": how many there are}`; key None: events without that property."""
    condition = question.filters.condition(question.project_id, question.span)
    direction = "DESC" if question.descending else "ASC"
    groups = _BY_TAG if question.by == "tag" else _BY_COLUMN
    sql = _RANKED.format(
        groups=groups.format(key=GROUPS[question.by], condition=condition.sql),
        sort=_SORT_SQL.get(question.sort, question.sort),
        direction=direction,
    )
    rows = select(sql, {**condition.values, "limit": question.limit})
    return {
        "by": question.by,
        "sort": question.sort,
        "order": direction.lower(),
        "from": rfc3339(question.span.start) if question.span.start is not None else None,
        "to": rfc3339(question.span.until) if question.span.until is not None else None,
        "groups": rows[0]["groups"] if rows else 0,
        "items": [_item(row) for row in rows],
    }


def _item(row: dict[str, Any]) -> dict[str, Any]:
    middle, high = row["latency"] if row["latency"] is not None else (None, None)
    return {
        "key": row["key"],
        **summed(row),
        "total_tokens": whole(row["total_tokens"]),
        "latency_ms": {"p50": middle, "p95": high},
    }


_SORT_SQL: Final = {
    "error_rate": "errors / nullif(requests, 0)",
    "latency_p95": "latency[2]",
}
_RANKED: Final = """
SELECT key, events, requests, errors, input_tokens, output_tokens, cost_usd, unpriced, total_tokens, latency,
  count(*) OVER () AS groups
FROM ({groups})
ORDER BY {sort} {direction} NULLS LAST, key NULLS LAST LIMIT $limit
"""
_BY_COLUMN: Final = f"""
SELECT {{key}} AS key, {SUMS_SQL}, sum(total_tokens) FILTER ({COUNTS}) AS total_tokens,
  quantile_cont(duration_ms, [0.5, 0.95]) FILTER ({IS_CALL}) AS latency
FROM events WHERE {{condition}} GROUP BY key
"""
# An event counts once for each of its tags. Lists of tags are far fewer than events: they are grouped first.
_BY_TAG: Final = f"""
SELECT key, sum(events)::BIGINT AS events, sum(requests) AS requests, sum(errors) AS errors,
  sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cost_usd) AS cost_usd,
  sum(unpriced) AS unpriced, sum(total_tokens) AS total_tokens,
  list_aggregate(flatten(list(durations)), 'quantile_cont', [0.5, 0.95]) AS latency
FROM (
  SELECT unnest(list_distinct(tags)) AS key, events, requests, errors, input_tokens, output_tokens, cost_usd,
    unpriced, total_tokens, durations
  FROM (
    SELECT tags, {SUMS_SQL}, sum(total_tokens) FILTER ({COUNTS}) AS total_tokens,
      list(duration_ms) FILTER ({IS_CALL} AND duration_ms IS NOT NULL) AS durations
    FROM events WHERE {{condition}} AND len(tags) > 0 GROUP BY tags
  )
) GROUP BY key
"""
