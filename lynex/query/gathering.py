"""Events gathered by trace or by session: which groups a page shows, and in which order.

The newest are found by walking back over slices of time until a page is full, so that it costs what it shows and not
what there is. Any other order groups all of the range. What a page shows of its groups is read afterwards, exactly.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from lynex.clock import DAY
from lynex.query.cursors import LONGEST, Cursors, Ranked
from lynex.query.filters import Bound, Condition, Filters, bounds_of
from lynex.query.parameters import Parameters
from lynex.query.ranges import Range
from lynex.query.rows import Select
from lynex.store.contract import Value

MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 50
MAX_OFFSET: Final = 10_000
AROUND: Final = 7 * DAY  # how far around a range the rest of its groups is looked for
BEFORE: Final = DAY  # and how far before it to tell which of them began earlier; the figures then tell it exactly

_PROBED: Final = 2_000  # events whose times tell how wide the first slice is
_WIDER: Final = 8
_SPARE: Final = 20  # groups beyond the page: some may turn out to have begun before their slice


class Gathering(msgspec.Struct, frozen=True):
    """What is gathered. `sorts` and `bounds` are aggregates in SQL by the names of the figures in the answer; the first
    of the sorts is the group's own instant (µs), by which it is ranged and, newest first, ordered by default. A bound
    that is a filter of events elsewhere is about the whole group here."""

    key: str
    sorts: Mapping[str, str]
    bounds: Mapping[str, str]
    by_end: bool  # whether the instant is that of its last event; else of its first

    @property
    def parameters(self) -> tuple[str, ...]:
        sides = [f"{side}_{name}" for name in self.bounds for side in ("min", "max")]
        return ("limit", "offset", "cursor", "sort", "order", *sides)

    @property
    def instant(self) -> str:
        return next(iter(self.sorts))


class Wanted(msgspec.Struct, frozen=True):
    """One page of groups. A group passes a filter when any of its events does; `having` judges it as a whole."""

    project_id: str
    span: Range
    filters: Filters
    bounds: tuple[Bound, ...]
    having: tuple[str, ...]  # conditions on aggregates, from our own constants
    sort: str
    is_descending: bool
    limit: int
    offset: int
    cursor: str | None
    binding: bytes  # what the cursor is good for


class Found(msgspec.Struct, frozen=True):
    """`rows` (`id`, `sort_key`) in order, some more than the page. Those that turn out to have begun before `since` are
    not of this page; where too few are left, what is found next has more, unless this is all there is to find.
    `is_cut`: more would come after the last row."""

    rows: list[dict[str, Any]]
    since: int | None
    span: Range
    is_all: bool
    is_cut: bool


def wanted_of(
    gathering: Gathering,
    parameters: Parameters,
    params: Iterable[tuple[str, str]],
    *,
    project_id: str,
    span: Range,
    filters: Filters,
    having: tuple[str, ...] = (),
) -> Wanted:
    sort = parameters.choice("sort", tuple(gathering.sorts), code="invalid_sort")
    order = parameters.choice("order", ("asc", "desc"), code="invalid_order")
    kept = sorted(param for param in params if param[0] not in ("limit", "offset", "cursor", "project_id"))
    wanted = Wanted(
        project_id=project_id,
        span=span,
        filters=msgspec.structs.replace(
            filters, bounds=tuple(bound for bound in filters.bounds if bound.figure not in gathering.bounds)
        ),
        bounds=bounds_of(parameters, gathering.bounds),
        having=having,
        sort=sort if sort is not None else gathering.instant,
        is_descending=order != "asc",
        limit=parameters.whole("limit", 1, MAX_LIMIT, DEFAULT_LIMIT),
        offset=parameters.whole("offset", 0, MAX_OFFSET, 0),
        cursor=parameters.one("cursor", code="invalid_cursor", longest=LONGEST),
        binding=msgspec.json.encode((gathering.key, project_id, kept)),
    )
    if wanted.cursor is not None and wanted.offset:
        parameters.fault("offset", "invalid_offset", "Give either cursor or offset, not both.")
    return wanted


def find(select: Select, gathering: Gathering, wanted: Wanted, cursors: Cursors) -> Iterator[Found]:
    """Ever more of the groups, until they are enough for the page."""
    place, span = None, wanted.span
    if wanted.cursor is not None:
        place = cursors.opened(wanted.cursor, wanted.binding, Ranked)
        span = Range(start=place.start, end=place.end, until=place.end)
    page = _Page(gathering, wanted, span, place)
    if wanted.sort == gathering.instant and wanted.is_descending:
        for since in page.slices(select):
            rows = select(*(page.statement(since) if not wanted.offset else page.exact_statement(since)))
            if len(rows) > wanted.limit:
                yield Found(rows, since, span, is_all=False, is_cut=True)
    earliest = None if span.start is None else span.start - BEFORE
    rows = select(*page.statement(earliest))
    yield Found(rows, span.start, span, is_all=True, is_cut=len(rows) > wanted.limit + _SPARE)


def cursor_after(cursors: Cursors, wanted: Wanted, found: Found, last: Mapping[str, Any]) -> str:
    """The cursor of the page after the row `last`."""
    place = Ranked(value=last["sort_key"], group=last["id"], start=found.span.start, end=found.span.end)
    return cursors.sealed(place, wanted.binding)


class _Page(msgspec.Struct, frozen=True):
    gathering: Gathering
    wanted: Wanted
    span: Range
    place: Ranked | None

    def slices(self, select: Select) -> Iterator[int]:
        """Where slices of time begin that all end where the page begins, each reaching back further."""
        newest = self._newest
        reach = Filters().condition(self.wanted.project_id, Range(start=self.span.start, end=newest, until=newest))
        names = {"key": self.gathering.key, "condition": reach.sql}
        (probe,) = select(_PROBE.format(**names), {**reach.values, "probed": _PROBED})
        if probe["events"] < _PROBED:
            return
        width = max(1, probe["newest"] - probe["oldest"])
        yield probe["newest"] - width
        (all_time,) = select(_OLDEST.format(**names), reach.values)
        while (width := width * _WIDER) < probe["newest"] - all_time["oldest"]:
            yield probe["newest"] - width

    @property
    def _newest(self) -> int | None:
        """Before when a group of this page has an event, in the default order."""
        if self.place is None or not isinstance(self.place.value, int):
            return self.span.end
        return self.place.value + 1

    def statement(self, since: int | None) -> tuple[str, dict[str, Value]]:
        """The groups with events from `since` on that pass, in order."""
        wanted, gathering = self.wanted, self.gathering
        events = self._events(since)
        conditions, values = [*wanted.having], dict(events.values)
        for number, bound in enumerate(wanted.bounds):
            conditions.append(f"{gathering.bounds[bound.figure]} {'>=' if bound.is_lowest else '<='} $bound_{number}")
            values[f"bound_{number}"] = bound.value
        instant = gathering.sorts[gathering.instant]
        for name, sign, limit in (("from_instant", ">=", self.span.start), ("to_instant", "<", self.span.end)):
            if limit is not None:
                conditions.append(f"{instant} {sign} ${name}")
                values[name] = limit
        sql = _GROUPS.format(
            key=gathering.key,
            sort=gathering.sorts[wanted.sort],
            condition=events.sql,
            having=f"HAVING {' AND '.join(conditions)}" if conditions else "",
            place=self._after_place(values),
            direction="DESC" if wanted.is_descending else "ASC",
        )
        values.update(wanted=wanted.limit + 1 + _SPARE, skipped=wanted.offset)
        return sql, values

    def exact_statement(self, since: int) -> tuple[str, dict[str, Value]]:
        """Without groups that began before: nobody sees what an offset leaves out, so it must be counted right."""
        narrowed = Range(start=since, end=self.span.end, until=self.span.end)
        return msgspec.structs.replace(self, span=narrowed).statement(since - BEFORE)

    def _events(self, since: int | None) -> Condition:
        """The events of groups that pass every filter, each by whichever of its events."""
        key, project_id = self.gathering.key, self.wanted.project_id
        until = self._until
        reach = Range(start=since, end=until, until=until)
        mine = Filters().condition(project_id, reach)
        parts, values = [mine.sql, f"{key} IS NOT NULL"], mine.values
        for alone in self.wanted.filters.each_alone():
            passing = alone.condition(project_id, reach)
            parts.append(f"{key} IN (SELECT {key} FROM events WHERE {passing.sql})")
            values |= passing.values
        for alone in self.wanted.filters.each_excluded():
            free = alone.passing()
            had = f"{mine.sql} AND {key} IS NOT NULL AND NOT ({free.sql})"
            parts.append(f"{key} NOT IN (SELECT {key} FROM events WHERE {had})")
            values |= free.values
        return Condition(" AND ".join(parts), values)

    @property
    def _until(self) -> int | None:
        """Before when events matter. A group that began in time has an event then, whatever follows."""
        wanted = self.wanted
        if self.gathering.by_end or self.span.end is None:
            return None
        if wanted.bounds or wanted.having or wanted.filters != Filters() or wanted.sort != self.gathering.instant:
            return self.span.end + AROUND
        return self._newest if wanted.is_descending else self.span.end

    def _after_place(self, values: dict[str, Value]) -> str:
        """What comes after the cursor; groups without the figure come last in either direction."""
        if self.place is None:
            return "true"
        values["place_id"] = self.place.group
        sign = "<" if self.wanted.is_descending else ">"
        if self.place.value is None:
            return f"sort_key IS NULL AND id {sign} $place_id"
        values["place"] = self.place.value
        same = f"(sort_key = $place AND id {sign} $place_id)"
        return f"(sort_key {sign} $place OR {same} OR sort_key IS NULL)"


_GROUPS: Final = """
SELECT id, sort_key FROM (
  SELECT {key} AS id, {sort} AS sort_key FROM events WHERE {condition} GROUP BY {key} {having}
) WHERE {place} ORDER BY sort_key {direction} NULLS LAST, id {direction} LIMIT $wanted OFFSET $skipped
"""
_PROBE: Final = """
SELECT count(*) AS events, epoch_us(min("at")) AS oldest, epoch_us(max("at")) AS newest
FROM (SELECT "at" FROM events WHERE {condition} AND {key} IS NOT NULL ORDER BY "at" DESC LIMIT $probed)
"""
_OLDEST: Final = 'SELECT epoch_us(min("at")) AS oldest FROM events WHERE {condition} AND {key} IS NOT NULL'
