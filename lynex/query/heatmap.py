"""How latencies are spread, over time: model calls counted by bucket of time and by step of latency."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.query.buckets import Buckets, buckets_of
from lynex.query.figures import IS_CALL
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select

# Five steps a decade from 1 ms to 1,000 s; below the first and from the last on there is one more step each.
STEPS_PER_DECADE: Final = 5
_DECADES: Final = 6
STEPS: Final = STEPS_PER_DECADE * _DECADES
BOUNDS_MS: Final = tuple(round(10 ** (step / STEPS_PER_DECADE), 3) for step in range(STEPS + 1))
HEATMAP_PARAMETERS: Final = frozenset(("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "interval"))


class HeatmapQuestion(msgspec.Struct, frozen=True):
    project_id: str
    filters: Filters
    span: Range
    timezone: str
    buckets: Buckets

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "HeatmapQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, HEATMAP_PARAMETERS)
        filters = filters_of(parameters)
        span, zone = range_of(parameters, now, default=DAY)
        buckets = buckets_of(parameters, span, zone)
        parameters.check()
        assert buckets is not None
        return cls(project_id=project_id, filters=filters, span=span, timezone=str(zone), buckets=buckets)


def heatmap(select: Select, question: HeatmapQuestion) -> dict[str, Any]:
    """`counts[bucket][step]`: step 0 lies below `bounds_ms[0]`, step n starts at `bounds_ms[n-1]`."""
    condition = question.filters.condition(question.project_id, question.span)
    index, bound = question.buckets.index_sql()
    rows = select(_HEATMAP.format(index=index, condition=condition.sql), {**condition.values, **bound})
    shown = max([question.buckets.shown, *(row["bucket"] + 1 for row in rows)])
    counts = [[0] * (STEPS + 2) for _ in range(shown)]
    for row in rows:
        counts[row["bucket"]][row["step"]] = row["calls"]
    assert question.span.start is not None and question.span.until is not None
    return {
        "interval": question.buckets.interval,
        "tz": question.timezone,
        "from": rfc3339(question.span.start),
        "to": rfc3339(question.span.until),
        "buckets": [rfc3339(start) for start in question.buckets.starts[:shown]],
        "bounds_ms": list(BOUNDS_MS),
        "counts": counts,
    }


_HEATMAP: Final = f"""
SELECT {{index}} AS bucket,
  CASE WHEN duration_ms < {BOUNDS_MS[0]} THEN 0
       WHEN duration_ms >= {BOUNDS_MS[-1]} THEN {STEPS + 1}
       ELSE 1 + floor(log10(duration_ms) * {STEPS_PER_DECADE})::INTEGER END AS step,
  count(*) AS calls
FROM events WHERE {{condition}} AND {IS_CALL} AND duration_ms IS NOT NULL
GROUP BY bucket, step
"""
