"""One figure over time, as columns a chart can draw: empty buckets are there, and small groups are summed as other."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.query.buckets import Buckets, buckets_of
from lynex.query.figures import FIGURES, Figure
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select
from lynex.store.contract import Value

TOP: Final = 10
GROUPS: Final = {
    "model": '"model"',
    "provider": '"provider"',
    "user_id": '"user_id"',
    "session_id": '"session_id"',
    "environment": '"environment"',
    "release": '"release"',
    "type": '"type"',
    "name": '"name"',
    "service": '"service_name"',
    "prompt": '"prompt_name"',
    "tag": "unnest(CASE WHEN len(tags) > 0 THEN list_distinct(tags) ELSE [NULL] END)",  # under each of its tags
}
SERIES_PARAMETERS: Final = frozenset(
    ("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "metric", "interval", "group_by")
)


class SeriesQuestion(msgspec.Struct, frozen=True):
    project_id: str
    filters: Filters
    span: Range
    timezone: str
    buckets: Buckets
    metric: str
    group_by: str | None

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "SeriesQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, SERIES_PARAMETERS)
        filters = filters_of(parameters)
        span, zone = range_of(parameters, now, default=DAY)
        metric = parameters.choice("metric", tuple(FIGURES), code="invalid_metric")
        group_by = parameters.choice("group_by", tuple(GROUPS), code="invalid_group")
        buckets = buckets_of(parameters, span, zone)
        parameters.check()
        assert buckets is not None
        return cls(
            project_id=project_id,
            filters=filters,
            span=span,
            timezone=str(zone),
            buckets=buckets,
            metric="requests" if metric is None else metric,
            group_by=group_by,
        )


def series(select: Select, question: SeriesQuestion) -> dict[str, Any]:
    """`{"buckets": [start, …], "series": [{"key", "other", "values": [one per bucket]}]}`."""
    figure = FIGURES[question.metric]
    condition = question.filters.condition(question.project_id, question.span)
    where = condition.sql if figure.only == "true" else f"{condition.sql} AND {figure.only}"
    if question.group_by is None:
        lines = _plain(select, question, figure, where, condition.values)
    else:
        lines = _grouped(select, question, figure, where, condition.values)
    shown = max([question.buckets.shown, *(1 + max(cells, default=0) for _, cells in lines)])
    starts = question.buckets.starts[:shown]
    assert question.span.start is not None and question.span.until is not None
    return {
        "metric": question.metric,
        "interval": question.buckets.interval,
        "group_by": question.group_by,
        "tz": question.timezone,
        "from": rfc3339(question.span.start),
        "to": rfc3339(question.span.until),
        "buckets": [rfc3339(start) for start in starts],
        "series": [
            {**label, "values": [cells.get(number, figure.empty) for number in range(shown)]} for label, cells in lines
        ],
    }


Line = tuple[dict[str, Any], dict[int, Any]]


def _plain(
    select: Select, question: SeriesQuestion, figure: Figure, where: str, values: dict[str, Value]
) -> list[Line]:
    index, bound = question.buckets.index_sql()
    sql = f"SELECT {index} AS bucket, {figure.sql} AS figure FROM events WHERE {where} GROUP BY bucket"
    rows = select(sql, {**values, **bound})
    return [({"key": None, "other": False}, {row["bucket"]: figure.read(row["figure"]) for row in rows})]


def _grouped(
    select: Select, question: SeriesQuestion, figure: Figure, where: str, values: dict[str, Value]
) -> list[Line]:
    """The groups with most of the figure (with most events, where it does not add up), then all others as one."""
    assert question.group_by is not None
    index, bound = question.buckets.index_sql()
    statement = _ADDED_UP if figure.adds_up else _TAKEN_AGAIN
    rows = _ROWS.format(key=GROUPS[question.group_by], where=where)
    sql = statement.format(rows=rows, bucket=index, figure=figure.sql)
    lines: dict[int, Line] = {}
    for row in select(sql, {**values, **bound, "top": TOP}):
        place = row["place"] if row["place"] is not None else TOP + 1
        label = {"key": row["key"], "other": row["place"] is None}
        _, cells = lines.setdefault(place, (label, {}))
        cells[row["bucket"]] = figure.read(row["figure"])
    return [lines[place] for place in sorted(lines)]


_ROWS: Final = """
SELECT {key} AS key, "at", status, input_tokens, output_tokens, total_tokens, cost, duration_ms, ttft_ms
FROM events WHERE {where}
"""
# Sums of groups are summed again: events are read once. `None` is a key like any other.
_ADDED_UP: Final = """
WITH cells AS MATERIALIZED (
  SELECT {bucket} AS bucket, key, {figure} AS figure FROM ({rows}) GROUP BY bucket, key
), top AS (
  SELECT key, row_number() OVER (ORDER BY sum(figure) DESC NULLS LAST, key NULLS LAST) AS place
  FROM cells GROUP BY key ORDER BY place LIMIT $top
)
SELECT cells.bucket, top.key, top.place, sum(cells.figure) AS figure
FROM cells LEFT JOIN top ON cells.key IS NOT DISTINCT FROM top.key
GROUP BY cells.bucket, top.key, top.place
"""
# Quantiles and rates of all others together need their events: the largest groups are found first.
_TAKEN_AGAIN: Final = """
WITH top AS MATERIALIZED (
  SELECT key, row_number() OVER (ORDER BY size DESC, key NULLS LAST) AS place
  FROM (SELECT key, count(*) AS size FROM ({rows}) GROUP BY key)
  ORDER BY place LIMIT $top
)
SELECT {bucket} AS bucket, top.key, top.place, {figure} AS figure
FROM ({rows}) AS rows LEFT JOIN top ON rows.key IS NOT DISTINCT FROM top.key
GROUP BY bucket, top.key, top.place
"""
