"""Lists of events, newest first, and one event. Lists find their keys first and then read only the rows they show."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from lynex.errors import NotFound
from lynex.query.cursors import Cursors, Place
from lynex.query.filters import FILTER_PARAMETERS, Filters, filters_of
from lynex.query.joined import with_records
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
# One event is sought among the newest rows first: ids have no index, and people look at what they just saw.
_LAST: Final = (1 << 63) - 1
_STRETCHES: Final = (200_000, 2_000_000, _LAST)


class EventQuestion(msgspec.Struct, frozen=True):
    """One page of events; `binding` is what its cursor is good for."""

    project_id: str
    filters: Filters
    span: Range
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
        place, span = None, question.span
        if question.cursor is not None:
            place = self._cursors.opened(question.cursor, question.binding, Place)
            span = Range(start=place.start, end=place.end, until=place.end)
        rows = Select(self._store, cancel)(*_page_statement(question, span, place))
        following = None
        if len(rows) > question.limit:
            rows = rows[: question.limit]
            last = Place(at=rows[-1]["at"], event_id=rows[-1]["event_id"], start=span.start, end=span.end)
            following = self._cursors.sealed(last, question.binding)
        return {"items": [_item(row, question.fields) for row in rows], "next": following}

    def one(self, project_id: str, event_id: str, cancel: Cancel | None = None) -> dict[str, Any]:
        """The event with its whole canonical body, completed by its log events (`query/joined.py`).

        Raises NotFound, also when it belongs to another project.
        """
        select = Select(self._store, cancel)
        newest, through = self._store.totals().position, _LAST
        for size in _STRETCHES:
            after = max(0, newest - size)
            values: dict[str, Value] = {
                "project_id": project_id,
                "event_id": event_id,
                "after": after,
                "through": through,
            }
            rows = select(_ONE, values)
            if rows:
                return with_records(select, rows[0], detail_of(rows[0]))
            if after == 0:
                break
            through = after
        raise NotFound(f"No event {shown(event_id)} in this project.", code="event_not_found")


def _page_statement(question: EventQuestion, span: Range, place: Place | None) -> tuple[str, dict[str, Value]]:
    """One row more than the page shows is asked for: it says whether there is a next page."""
    condition = question.filters.condition(question.project_id, span)
    sql, values = condition.sql, condition.values
    if place is not None:
        sql += _BEFORE_PLACE
        values.update(place_at=place.at, place_id=place.event_id)
    values.update(wanted=question.limit + 1, skipped=question.offset)
    columns = DETAIL_COLUMNS if question.fields else SUMMARY_COLUMNS
    return _PAGE.format(columns=columns_sql(columns), condition=sql), values


def _item(row: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    if not fields:
        return summary_of(row)
    if WHOLE_BODY in fields:
        return detail_of(row)
    return _with_fields(row, fields)


# The keys are found first, over the row groups that can hold the newest; whole rows are read for these alone.
_PAGE: Final = """
SELECT {columns} FROM events WHERE rowid IN (
  SELECT rowid FROM events WHERE {condition} ORDER BY "at" DESC, event_id DESC LIMIT $wanted OFFSET $skipped
) ORDER BY events."at" DESC, event_id DESC
"""
_BEFORE_PLACE: Final = (
    ' AND "at" <= make_timestamp($place_at) AND ("at" < make_timestamp($place_at) OR event_id < $place_id)'
)
_ONE: Final = f"""
SELECT {columns_sql(DETAIL_COLUMNS)} FROM events WHERE rowid IN (
  SELECT rowid FROM events
  WHERE seq > $after AND seq <= $through AND project_id = $project_id AND event_id = $event_id LIMIT 1
)
"""


def _with_fields(row: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    item = summary_of(row)
    whole = detail_of(row)["body"]
    item["body"] = {**item["body"], **{name: whole[name] for name in fields if name in whole}}
    return item
