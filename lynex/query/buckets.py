"""Time cut into buckets that follow local days: on the day clocks change a day has 23 or 25 hours.

The edges are made here; a statement computes a row's bucket by arithmetic over runs of equally long buckets.
"""

from datetime import UTC, timedelta, tzinfo
from typing import Final

import msgspec

from lynex.clock import DAY, HOUR, MINUTE, to_datetime
from lynex.query.parameters import Parameters
from lynex.query.ranges import MAX_SPAN, Range, wall_to_micros
from lynex.store.contract import Value

MAX_BUCKETS: Final = 1000
INTERVALS: Final = {
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "1h": HOUR,
    "6h": 6 * HOUR,
    "1d": DAY,
    "7d": 7 * DAY,
}
_COMFORTABLE: Final = 200  # buckets; `auto` takes the shortest interval that needs no more


class Run(msgspec.Struct, frozen=True):
    """Buckets of one length in a row."""

    start: int
    length: int
    first: int


class Buckets(msgspec.Struct, frozen=True):
    """`edges` has one more instant than there are buckets; `shown` buckets begin before the end that is answered."""

    interval: str
    edges: tuple[int, ...]
    shown: int

    @property
    def starts(self) -> tuple[int, ...]:
        return self.edges[:-1]

    def index_sql(self) -> tuple[str, dict[str, Value]]:
        """The number of the bucket that holds `at`, and the values the expression binds."""
        runs = _runs(self.edges)
        values: dict[str, Value] = {}
        parts = []
        for number, run in enumerate(runs):
            values.update({f"start{number}": run.start, f"length{number}": run.length, f"first{number}": run.first})
            index = f'(epoch_us("at") - $start{number}) // $length{number} + $first{number}'
            if number == len(runs) - 1:
                parts.append(index)
            else:
                parts.append(f'CASE WHEN "at" < make_timestamp($start{number + 1}) THEN {index} ELSE')
        return " ".join(parts) + " END" * (len(runs) - 1), values


def buckets_of(parameters: Parameters, span: Range, zone: tzinfo) -> Buckets | None:
    """The buckets that cover the span; None after a fault."""
    interval = parameters.choice("interval", ("auto", *INTERVALS), code="invalid_interval")
    if span.start is None or span.until is None or span.end is None or not 0 <= span.until - span.start <= MAX_SPAN:
        return None  # the range is faulty, and said to be
    if interval is None or interval == "auto":
        interval = _comfortable(span.until - span.start)
    size = INTERVALS[interval]
    if (span.until - span.start) // size <= MAX_BUCKETS:
        edges = _edges(span.start, span.end, interval, zone)
        shown = max(1, sum(1 for edge in edges[:-1] if edge < span.until))
        if shown <= MAX_BUCKETS:
            return Buckets(interval=interval, edges=edges, shown=shown)
    message = (
        f"An interval of {interval} gives more than {MAX_BUCKETS:,} buckets (max {MAX_BUCKETS:,}); "
        "take a longer interval or a shorter range."
    )
    parameters.fault("interval", "too_many_buckets", message)
    return None


def _comfortable(length: int) -> str:
    """The shortest interval that a chart can show well; days as long as they fit at all, then weeks."""
    for name, size in INTERVALS.items():
        if size <= DAY and length <= size * _COMFORTABLE:
            return name
    return "1d" if length < DAY * (MAX_BUCKETS - 1) else "7d"


def _edges(start: int, end: int, interval: str, zone: tzinfo) -> tuple[int, ...]:
    size = INTERVALS[interval]
    if zone is UTC and size <= DAY:
        first = start - start % size
        return (*range(first, max(end, first + 1), size), _after(first, end, size))
    if size <= HOUR:
        shift = _offset(start, zone)
        first = start - (start + shift) % size
        return (*range(first, max(end, first + 1), size), _after(first, end, size))
    return _wall_edges(start, end, size, zone)


def _after(first: int, end: int, size: int) -> int:
    """The first edge at or after `end`, at least one bucket after `first`."""
    return first + max(1, -(-(end - first) // size)) * size


def _wall_edges(start: int, end: int, size: int, zone: tzinfo) -> tuple[int, ...]:
    """Edges where local clocks show the full six hours, midnight, or Monday's midnight."""
    local = to_datetime(start).astimezone(zone).replace(tzinfo=None)
    wall = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if size > DAY:
        wall -= timedelta(days=wall.weekday())
    elif size < DAY:
        wall += timedelta(microseconds=size) * (local.hour * HOUR // size)
    edges = [wall_to_micros(wall, zone)]
    while edges[-1] < end or len(edges) < 2:
        wall += timedelta(microseconds=size)
        instant = wall_to_micros(wall, zone)
        if instant > edges[-1]:
            edges.append(instant)
    return tuple(edges)


def _offset(instant: int, zone: tzinfo) -> int:
    offset = to_datetime(instant).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)


def _runs(edges: tuple[int, ...]) -> list[Run]:
    runs: list[Run] = []
    for number, (start, end) in enumerate(zip(edges, edges[1:], strict=False)):
        if not runs or runs[-1].length != end - start:
            runs.append(Run(start=start, length=end - start, first=number))
    return runs
