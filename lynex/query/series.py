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
from lynex.query.rows import rows_of
from lynex.store.contract import EventStore, Value

TOP: Final = 10
GROUPS: Final = {
    "model": "model",
    "provider": "provider",
    "user_id": "user_id",
    "session_id": "session_id",
    "environment": "environment",
    "release": "release",
    "type": "type",
    "name": "name",
}
SERIES_PARAMETERS: Final = frozenset(
    ("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "metric", "interval", "group_by")
)
_OTHER: Final = -1
_MISSING: Final = -2  # rows that have no value for the property


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


def series(store: EventStore, question: SeriesQuestion) -> dict[str, Any]:
    """`{"buckets": [start, …], "series": [{"key", "other", "values": [one per bucket]}]}`."""
    figure = FIGURES[question.metric]
    condition = question.filters.condition(question.project_id, question.span)
    where = condition.sql if figure.only == "true" else f"{condition.sql} AND {figure.only}"
    if question.group_by is None:
        lines = _plain(store, question, figure, where, condition.values)
    else:
        lines = _grouped(store, question, figure, where, condition.values)
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
    store: EventStore, question: SeriesQuestion, figure: Figure, where: str, values: dict[str, Value]
) -> list[Line]:
    index, bound = question.buckets.index_sql()
    sql = f"SELECT {index} AS bucket, {figure.sql} AS figure FROM events WHERE {where} GROUP BY bucket"
    rows = rows_of(store.select(sql, {**values, **bound}))
    return [({"key": None, "other": False}, {row["bucket"]: figure.read(row["figure"]) for row in rows})]


def _grouped(
    store: EventStore, question: SeriesQuestion, figure: Figure, where: str, values: dict[str, Value]
) -> list[Line]:
    assert question.group_by is not None
    column = GROUPS[question.group_by]
    rank = figure.sql if figure.adds_up else "count(*)"
    top_sql = (
        f'SELECT "{column}" AS key FROM events WHERE {where} GROUP BY key '
        f"ORDER BY {rank} DESC NULLS LAST, key NULLS LAST LIMIT $top"
    )
    keys = [row["key"] for row in rows_of(store.select(top_sql, {**values, "top": TOP}))]
    index, bound = question.buckets.index_sql()
    label, labels = _label_sql(column, keys)
    sql = (
        f"SELECT {index} AS bucket, {label} AS line, {figure.sql} AS figure "
        f"FROM events WHERE {where} GROUP BY bucket, line"
    )
    cells: dict[int, dict[int, Any]] = {}
    for row in rows_of(store.select(sql, {**values, **bound, **labels})):
        cells.setdefault(row["line"], {})[row["bucket"]] = figure.read(row["figure"])
    lines: list[Line] = [
        ({"key": key, "other": False}, cells.get(_MISSING if key is None else number, {}))
        for number, key in enumerate(keys)
    ]
    if _OTHER in cells:
        lines.append(({"key": None, "other": True}, cells[_OTHER]))
    return lines


def _label_sql(column: str, keys: list[str | None]) -> tuple[str, dict[str, Value]]:
    """The number of the row's line: its place among the top keys, or other."""
    named = {number: key for number, key in enumerate(keys) if key is not None}
    values: dict[str, Value] = {f"key{number}": key for number, key in named.items()}
    cases = [f"WHEN $key{number} THEN {number}" for number in named]
    known = f'CASE "{column}" {" ".join(cases)} ELSE {_OTHER} END' if cases else str(_OTHER)
    if None in keys:
        return f'CASE WHEN "{column}" IS NULL THEN {_MISSING} ELSE {known} END', values
    return known, values
