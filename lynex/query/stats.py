"""Figures of a project: one overview, series over time, breakdowns by a property, and the heat map of latencies."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.query.breakdown import BreakdownQuestion, breakdown
from lynex.query.figures import IS_CALL, QUANTILES, SUMS_SQL, summed
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.heatmap import HeatmapQuestion, heatmap
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.releases import ReleasesQuestion, releases
from lynex.query.rows import Select
from lynex.query.series import SeriesQuestion, series
from lynex.query.unpriced import UnpricedQuestion, unpriced
from lynex.store.contract import Cancel, EventStore

OVERVIEW_PARAMETERS: Final = frozenset(("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS))


class OverviewQuestion(msgspec.Struct, frozen=True):
    project_id: str
    filters: Filters
    span: Range

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "OverviewQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, OVERVIEW_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=DAY)
        parameters.check()
        return cls(project_id=project_id, filters=filters, span=span)


class Stats:
    """Each question blocks until the store answers; call it from a reader thread."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def overview(self, question: OverviewQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        condition = question.filters.condition(question.project_id, question.span)
        row = Select(self._store, cancel)(_OVERVIEW.format(condition=condition.sql), condition.values)[0]
        quantiles = row["latency"] if row["latency"] is not None else [None] * len(QUANTILES)
        return {
            **summed(row),
            "latency_ms": dict(zip(QUANTILES, quantiles, strict=True)),
            "from": rfc3339(question.span.start) if question.span.start is not None else None,
            "to": rfc3339(question.span.until) if question.span.until is not None else None,
        }

    def timeseries(self, question: SeriesQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        return series(Select(self._store, cancel), question)

    def breakdown(self, question: BreakdownQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        return breakdown(Select(self._store, cancel), question)

    def heatmap(self, question: HeatmapQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        return heatmap(Select(self._store, cancel), question)

    def releases(self, question: ReleasesQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        return releases(Select(self._store, cancel), question)

    def unpriced(self, question: UnpricedQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        return unpriced(Select(self._store, cancel), question)


_OVERVIEW: Final = f"""
SELECT {SUMS_SQL}, quantile_cont(duration_ms, {list(QUANTILES.values())}) FILTER ({IS_CALL}) AS latency
FROM events WHERE {{condition}}
"""
