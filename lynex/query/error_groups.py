"""Failures grouped by problem: what failed, how often and for whom, since when, and whether somebody dealt with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from lynex.clock import DAY, rfc3339
from lynex.control.error_states import Decision, ErrorStates
from lynex.errors import NotFound
from lynex.query.cursors import LONGEST, Cursors, Ranked
from lynex.query.error_statements import (
    BODY,
    EVENTS,
    KNOWN,
    PHASES,
    SHARED,
    SORTS,
    TREND,
    WORDS,
    beside_statement,
    one_statement,
    page_statement,
    samples_statement,
    shares_statement,
)
from lynex.query.filters import FILTER_PARAMETERS, Condition, Filters, filters_of
from lynex.query.parameters import Parameters, shown
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select
from lynex.store.contract import Cancel, EventStore, Value
from lynex.store.summary import summary_of

STATES: Final = tuple(PHASES)
MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 50
MAX_OFFSET: Final = 10_000
_DEFAULT_RANGE: Final = 14 * DAY
_ANY_TIME: Final = Range(start=None, end=None, until=None)
_SAMPLES: Final = 200  # failures among which events and traces to show are looked for
_EVENTS: Final = 20
_TRACES: Final = 10
ERROR_PARAMETERS: Final = frozenset(("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS))
ERRORS_PARAMETERS: Final = ERROR_PARAMETERS | {"state", "sort", "order", "limit", "offset", "cursor"}


class ErrorQuestion(msgspec.Struct, frozen=True):
    """One group of errors: its figures are those of the range and filters, the last 14 days by default."""

    project_id: str
    group: str
    filters: Filters
    span: Range

    @classmethod
    def from_params(
        cls, params: Iterable[tuple[str, str]], project_id: str, now: int, group: str = ""
    ) -> "ErrorQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, ERROR_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=_DEFAULT_RANGE)
        parameters.check()
        return cls(project_id=project_id, group=group, filters=filters, span=span)


class ErrorsQuestion(msgspec.Struct, frozen=True):
    """One page of groups with failures in the range that pass the filters; `binding` is what its cursor is good for."""

    project_id: str
    filters: Filters
    span: Range
    states: tuple[str, ...]
    sort: str
    descending: bool
    limit: int
    offset: int
    cursor: str | None
    binding: bytes

    @property
    def phases(self) -> list[str]:
        return sorted({phase for state in self.states for phase in PHASES[state]})

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "ErrorsQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        params = list(params)
        parameters = Parameters(params, ERRORS_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=_DEFAULT_RANGE)
        states = parameters.choices("state", STATES, code="invalid_state")
        sort = parameters.choice("sort", SORTS, code="invalid_sort")
        order = parameters.choice("order", ("asc", "desc"), code="invalid_order")
        limit = parameters.whole("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
        offset = parameters.whole("offset", 0, MAX_OFFSET, 0)
        cursor = parameters.one("cursor", code="invalid_cursor", longest=LONGEST)
        if cursor is not None and offset:
            parameters.fault("offset", "invalid_offset", "Give either cursor or offset, not both.")
        parameters.check()
        sort = "last_seen" if sort is None else sort
        descending = order != "asc"
        asked = sorted((name, value) for name, value in params if name in RANGE_PARAMETERS)
        return cls(
            project_id=project_id,
            filters=filters,
            span=span,
            states=states or STATES,
            sort=sort,
            descending=descending,
            limit=limit,
            offset=offset,
            cursor=cursor,
            binding=msgspec.json.encode(("errors", project_id, filters, asked, states, sort, descending)),
        )


PlaceOf = Callable[[str], str | None]  # where in the application's own code a stack says it failed


class ErrorGroups:
    """Each question blocks until store and control database answer; call it from a reader thread."""

    def __init__(self, store: EventStore, states: ErrorStates, cursors: Cursors, place_of: PlaceOf) -> None:
        self._store = store
        self._states = states
        self._cursors = cursors
        self._place_of = place_of

    def page(self, question: ErrorsQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """`{"items": […], "next": cursor or None, "groups": how many match, "states": how many there are of each,
        "from", "to", "buckets"}`."""
        span, after, values = question.span, "true", {}
        if question.cursor is not None:
            place = self._cursors.opened(question.cursor, question.binding, Ranked)
            span = Range(start=place.start, end=place.end, until=span.until)
            after = _AFTER.format(sort=question.sort, beyond="<" if question.descending else ">")
            values = {"place_value": place.value, "place_group": place.group}
        decisions = self._states.of_project(question.project_id)
        where, asked = _conditions(question.project_id, question.filters, span)
        sql = page_statement(
            span=where.sql,
            asked=asked.sql,
            phases=question.phases,
            after=after,
            sort=question.sort,
            descending=question.descending,
        )
        bound = where.values | asked.values | _trend(span) | _decided(decisions) | values
        bound |= {"wanted": question.limit + 1, "skipped": question.offset}
        select = Select(self._store, cancel)
        told = select(sql, bound)
        found = [row for row in told if row["error_group"] is not None]
        rows, following = found[: question.limit], None
        if len(found) > question.limit:
            last = rows[-1]
            place = Ranked(last[question.sort], last["error_group"], span.start, span.end)
            following = self._cursors.sealed(place, question.binding)
        items = _items(select, rows, decisions, self._place_of)
        groups = sum(told[0][f"in_{phase}"] for phase in question.phases)
        states = {state: sum(told[0][f"in_{phase}"] for phase in phases) for state, phases in PHASES.items()}
        return {"items": items, "next": following, "groups": groups, "states": states} | _axis(span)

    def one(self, question: ErrorQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """The item with the latest error in full, events and traces. Raises NotFound for a group never seen here."""
        select = Select(self._store, cancel)
        decisions = [one for one in self._states.of_project(question.project_id) if one.group == question.group]
        where, asked = _conditions(question.project_id, question.filters, question.span)
        values = where.values | asked.values | {"group": question.group}
        figures = one_statement(span=where.sql, asked=asked.sql)
        rows = select(figures, values | _trend(question.span) | _decided(decisions))
        if not rows:
            raise _not_found(question.group)
        (item,) = _items(select, rows, decisions, self._place_of)
        failures = select(samples_statement(span=where.sql, asked=asked.sql), values | {"most": _SAMPLES})
        shares = select(shares_statement(span=where.sql, asked=asked.sql), values)
        beside = _beside(select, select(beside_statement(span=where.sql, asked=asked.sql), values))
        told = _latest(select, rows[0]["seq"]) | _samples(select, failures)
        return item | told | {"shares": _shares(shares), "beside": beside} | _axis(question.span)

    def check(self, project_id: str, groups: Sequence[str], cancel: Cancel | None = None) -> None:
        """Raises NotFound unless something stored is in each of these groups."""
        rows = Select(self._store, cancel)(KNOWN, {"project_id": project_id, "groups": list(groups)})
        known = {row["error_group"] for row in rows}
        for group in groups:
            if group not in known:
                raise _not_found(group)


def _conditions(project_id: str, filters: Filters, span: Range) -> tuple[Condition, Condition]:
    """(the project and range, what is asked of a row in it)."""
    return Filters().condition(project_id, span), filters.condition(project_id, _ANY_TIME)


def _trend(span: Range) -> dict[str, Value]:
    start, length = _buckets(span)
    return {"trend_start": start, "trend_length": length}


def _axis(span: Range) -> dict[str, Any]:
    start, length = _buckets(span)
    buckets = [rfc3339(start + number * length) for number in range(TREND)]
    return {"from": rfc3339(start), "to": rfc3339(span.until) if span.until is not None else None, "buckets": buckets}


def _buckets(span: Range) -> tuple[int, int]:
    """Where the first begins and how long each is, so that all of them together cover the range."""
    assert span.start is not None and span.until is not None
    return span.start, max(1, -(-(span.until - span.start) // TREND))


def _decided(decisions: Sequence[Decision]) -> dict[str, Value]:
    return {
        "decided_groups": [one.group for one in decisions],
        "decided_states": [one.state for one in decisions],
        "decided_times": [one.changed_at for one in decisions],
    }


def _items(
    select: Select, rows: Sequence[Mapping[str, Any]], decisions: Sequence[Decision], place_of: PlaceOf
) -> list[dict[str, Any]]:
    """The groups in the words of their latest events."""
    by_group = {one.group: one for one in decisions}
    words = _words(select, rows)
    items = [_item(row, words.get(row["seq"], {}), by_group.get(row["error_group"])) for row in rows]
    for item, row in zip(items, rows, strict=True):
        stack = words.get(row["seq"], {}).get("stack")
        item["place"] = place_of(stack) if stack else None
    return items


def _item(row: Mapping[str, Any], words: Mapping[str, Any], decision: Decision | None) -> dict[str, Any]:
    trend = dict(row["trend"] or ())
    return {
        "id": row["error_group"],
        "type": words.get("error_type"),
        "message": words.get("message"),
        "state": row["state"],
        "reopened_at": rfc3339(row["reopened_at"]) if row["reopened_at"] is not None else None,
        "changed_at": rfc3339(decision.changed_at) if decision is not None else None,
        "changed_by": decision.changed_by if decision is not None else None,
        "note": decision.note if decision is not None else None,
        "first_seen": rfc3339(row["first_seen"]),
        "last_seen": rfc3339(row["last_seen"]),
        "count": row["count"],
        "users": row["users"],
        "traces": row["traces"],
        "models": row["models"] or [],
        "releases": row["releases"] or [],
        "first_release": row["first_release"],
        "trend": [trend.get(number, 0) for number in range(TREND)],
    }


def _samples(select: Select, failures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The newest events of the group, and the newest traces, each once."""
    seqs = [one["seq"] for one in failures[:_EVENTS]]
    rows = {row["seq"]: row for row in select(EVENTS, {"seqs": seqs})} if seqs else {}
    traces: dict[str, int] = {}
    for one in failures:
        if one["trace_id"] is not None and len(traces) < _TRACES:
            traces.setdefault(one["trace_id"], one["at"])
    return {
        "events": [summary_of(rows[seq]) for seq in seqs if seq in rows],
        "sample_traces": [{"trace_id": trace, "at": rfc3339(at)} for trace, at in traces.items()],
    }


def _words(select: Select, rows: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {row["seq"]: row for row in select(WORDS, {"seqs": [row["seq"] for row in rows]})} if rows else {}


def _beside(select: Select, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    words = _words(select, rows)
    told = [(row, words.get(row["seq"], {})) for row in rows]
    return [
        {
            "id": row["error_group"],
            "type": said.get("error_type"),
            "message": said.get("message"),
            "traces": row["traces"],
        }
        for row, said in told
    ]


def _shares(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By what, most first."""
    shares: dict[str, list[dict[str, Any]]] = {kind: [] for kind in SHARED}
    for row in rows:
        seen = {"first_seen": rfc3339(row["first_seen"]), "last_seen": rfc3339(row["last_seen"])}
        shares[row["kind"]].append({"key": row["key"], "count": row["count"], **seen})
    return shares


def _latest(select: Select, seq: int) -> dict[str, Any]:
    """The newest event's error as it was told, stack and all."""
    found = select(BODY, {"seq": seq})
    body = msgspec.json.decode(found[0]["body"]) if found else {}
    return {"error": body.get("error"), "latest_event_id": found[0]["event_id"] if found else None}


def _not_found(group: str) -> NotFound:
    return NotFound(f"No errors of the group {shown(group)} in this project.", code="error_group_not_found")


_AFTER: Final = '("{sort}" {beyond} $place_value OR ("{sort}" = $place_value AND error_group > $place_group))'
