"""Which releases began in a range: first seen in it, after another one had been seen before."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.query.filters import Filters
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select

RELEASE_PARAMETERS: Final = frozenset(("project_id", *RANGE_PARAMETERS))
_LOOK_BACK: Final = 90 * DAY  # a release that was away so long begins anew, and no question reads more history
_MOST: Final = 50


class ReleasesQuestion(msgspec.Struct, frozen=True):
    project_id: str
    span: Range

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "ReleasesQuestion":
        """The last day unless a range is asked for. Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, RELEASE_PARAMETERS)
        span, _ = range_of(parameters, now, default=DAY)
        parameters.check()
        return cls(project_id=project_id, span=span)


def releases(select: Select, question: ReleasesQuestion) -> dict[str, Any]:
    """`{"items": [{release, first_seen, events}]}`, oldest first, the newest 50 at most; `events` are those of the
    range."""
    span = question.span
    assert span.start is not None and span.until is not None
    read = msgspec.structs.replace(span, start=max(0, span.start - _LOOK_BACK))
    condition = Filters().condition(question.project_id, read)
    rows = select(_RELEASES.format(condition=condition.sql), {**condition.values, "begins": span.start, "most": _MOST})
    return {
        "from": rfc3339(span.start),
        "to": rfc3339(span.until),
        "items": [{**row, "first_seen": rfc3339(row["first_seen"])} for row in reversed(rows)],
    }


# What the project had from the start is nothing that changed.
_RELEASES: Final = """
WITH seen AS (
  SELECT release, min("at") AS first_seen, count(*) AS events
  FROM events WHERE {condition} AND release IS NOT NULL GROUP BY release
)
SELECT release, epoch_us(first_seen) AS first_seen, events FROM seen
WHERE first_seen >= make_timestamp($begins) AND first_seen > (SELECT min(first_seen) FROM seen)
ORDER BY first_seen DESC, release LIMIT $most
"""
