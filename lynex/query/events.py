"""Lists of events, newest first, and one event. Lists find their keys first and then read only the rows they show."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from lynex.clock import DAY, HOUR
from lynex.errors import NotFound
from lynex.query.cursors import Cursors, Place
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.parameters import Parameters, shown
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select, columns_sql
from lynex.store.contract import Cancel, EventStore, Value
from lynex.store.summary import DETAIL_COLUMNS, SUMMARY_COLUMNS, detail_of, summary_of

MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 50
MAX_OFFSET: Final = 10_000
WHOLE_BODY: Final = "body"
FIELDS: Final = (
    WHOLE_BODY,
    "input",
    "output",
    "model",
    "usage",
    "cost",
    "tool",
    "retrieval",
    "agent",
    "state",
    "memory",
    "prompt",
    "eval",
    "error",
    "attributes",
    "metadata",
    "sent",
)
EVENT_PARAMETERS: Final = frozenset(
    ("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "limit", "offset", "cursor", "fields")
)
# Windows back from the newest place: each is one statement that touches only its own row groups.
_WINDOWS: Final = (HOUR, DAY, 30 * DAY)
# One event is sought among the newest rows first: ids have no index, and people look at what they just saw.
_LAST: Final = (1 << 63) - 1
_STRETCHES: Final = (200_000, 2_000_000, _LAST)


class EventQuestion(msgspec.Struct, frozen=True):
    """One page of events. `now` is where the search for the newest starts; `binding` is what a cursor is good for."""

    project_id: str
    filters: Filters
    span: Range
    now: int
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    cursor: str | None = None
    fields: frozenset[str] = frozenset()
    binding: bytes = b""

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "EventQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        params = list(params)
        parameters = Parameters(params, EVENT_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=None)
        question = cls(
            project_id=project_id,
            filters=filters,
            span=span,
            now=now,
            limit=parameters.whole("limit", 1, MAX_LIMIT, DEFAULT_LIMIT),
            offset=parameters.whole("offset", 0, MAX_OFFSET, 0),
            cursor=parameters.one("cursor", code="invalid_cursor"),
            fields=_fields_of(parameters),
            binding=_binding(project_id, filters, params),
        )
        if question.cursor is not None and question.offset:
            parameters.fault("offset", "invalid_offset", "Give either cursor or offset, not both.")
        parameters.check()
        return question


def _fields_of(parameters: Parameters) -> frozenset[str]:
    """`fields=input,output` or `fields=input&fields=output`."""
    names = {name for value in parameters.many("fields", code="invalid_fields") for name in value.split(",")}
    for name in sorted(names - set(FIELDS)):
        message = f"fields may name {', '.join(FIELDS)}; not {shown(name)}."
        parameters.fault("fields", "invalid_fields", message)
    return frozenset(names)


def _binding(project_id: str, filters: Filters, params: Iterable[tuple[str, str]]) -> bytes:
    span = sorted((name, value) for name, value in params if name in RANGE_PARAMETERS)
    return msgspec.json.encode(("events", project_id, filters, span))


class Events:
    def __init__(self, store: EventStore, cursors: Cursors) -> None:
        self._store = store
        self._cursors = cursors

    def page(self, question: EventQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """`{"items": […], "next": cursor or None}`, ordered by (`at`, `eventId`) descending."""
        select = Select(self._store, cancel)
        place, span = None, question.span
        if question.cursor is not None:
            place = self._cursors.opened(question.cursor, question.binding)
            span = Range(start=place.start, end=place.end, until=place.end)
        wanted = question.offset + question.limit + 1
        keys = _keys(select, question, span, place, wanted)[question.offset :]
        shown_keys = keys[: question.limit]
        following = None
        if len(keys) > question.limit:
            last = shown_keys[-1]
            place = Place(at=last["at"], event_id=last["event_id"], start=span.start, end=span.end)
            following = self._cursors.sealed(place, question.binding)
        return {"items": _items(select, question, shown_keys), "next": following}

    def one(self, project_id: str, event_id: str, cancel: Cancel | None = None) -> dict[str, Any]:
        """The event with its whole canonical body. Raises NotFound, also when it belongs to another project."""
        select = Select(self._store, cancel)
        newest, upper = self._store.totals().position, _LAST
        for size in _STRETCHES:
            lower = max(0, newest - size)
            keys = select(_ONE, {"project_id": project_id, "event_id": event_id, "after": lower, "through": upper})
            rows = _rows(select, project_id, keys, DETAIL_COLUMNS)
            if rows:
                return detail_of(rows[0])
            if lower == 0:
                break
            upper = lower
        raise NotFound(f"No event {shown(event_id)} in this project.", code="event_not_found")


def _keys(
    select: Select, question: EventQuestion, span: Range, place: Place | None, wanted: int
) -> list[dict[str, Any]]:
    newest = question.now if place is None else place.at
    keys: list[dict[str, Any]] = []
    for window in [span] if question.filters.is_narrow else _windows(span, newest):
        condition = question.filters.condition(question.project_id, window)
        sql, values = condition.sql, condition.values
        if place is not None:
            sql += _BEFORE_PLACE
            values.update(place_at=place.at, place_id=place.event_id)
        values["wanted"] = wanted - len(keys)
        keys.extend(select(_KEYS.format(condition=sql), values))
        if len(keys) >= wanted:
            break
    return keys


def _items(select: Select, question: EventQuestion, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not question.fields:
        return [summary_of(row) for row in _rows(select, question.project_id, keys, SUMMARY_COLUMNS)]
    rows = _rows(select, question.project_id, keys, DETAIL_COLUMNS)
    if WHOLE_BODY in question.fields:
        return [detail_of(row) for row in rows]
    return [_with_fields(row, question.fields) for row in rows]


def _rows(select: Select, project_id: str, keys: list[dict[str, Any]], columns: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of the keys, in their order; the ranges let the store skip all row groups but theirs."""
    if not keys:
        return []
    seqs = [key["seq"] for key in keys]
    instants = [key["at"] for key in keys]
    values: dict[str, Value] = {
        "project_id": project_id,
        "seqs": seqs,
        "low_seq": min(seqs),
        "high_seq": max(seqs),
        "low_at": min(instants),
        "high_at": max(instants),
    }
    rows = select(_ROWS.format(columns=columns_sql(dict.fromkeys(("seq", *columns)))), values)
    by_seq = {row["seq"]: row for row in rows}
    return [by_seq[seq] for seq in seqs if seq in by_seq]


_KEYS: Final = """
SELECT seq, epoch_us("at") AS "at", event_id FROM events
WHERE {condition} ORDER BY events."at" DESC, event_id DESC LIMIT $wanted
"""
_BEFORE_PLACE: Final = (
    ' AND "at" <= make_timestamp($place_at) AND ("at" < make_timestamp($place_at) OR event_id < $place_id)'
)
_ONE: Final = """
SELECT seq, epoch_us("at") AS "at" FROM events
WHERE seq > $after AND seq <= $through AND project_id = $project_id AND event_id = $event_id LIMIT 1
"""
_ROWS: Final = """
SELECT {columns} FROM events
WHERE project_id = $project_id AND seq BETWEEN $low_seq AND $high_seq
  AND "at" BETWEEN make_timestamp($low_at) AND make_timestamp($high_at)
  AND seq IN (SELECT unnest($seqs))
"""


def _windows(span: Range, newest: int) -> Iterator[Range]:
    """The span cut into disjoint windows, newest first, each longer than the one before."""
    upper = span.end
    for length in _WINDOWS:
        lower = newest - length
        if span.start is not None and lower <= span.start:
            break
        if upper is None or lower < upper:
            yield Range(start=lower, end=upper, until=None)
            upper = lower
    yield Range(start=span.start, end=upper, until=None)


def _with_fields(row: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    item = summary_of(row)
    whole = detail_of(row)["body"]
    item["body"] = {**item["body"], **{name: whole[name] for name in fields if name in whole}}
    return item
