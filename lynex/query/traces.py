"""Traces: all events with one trace id. A list of them, and one as a tree."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from lynex.query.cursors import Cursors
from lynex.query.figures import COUNTS, IS_CALL
from lynex.query.filters import FILTER_PARAMETERS, Filters, Named, filters_of
from lynex.query.gathering import AROUND, Found, Gathering, Wanted, cursor_after, find, wanted_of
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, range_of
from lynex.query.rows import Select
from lynex.query.trace_bars import MOST_BARS, bars_of
from lynex.query.trace_detail import TraceDetailQuestion, trace_detail
from lynex.query.trace_export import exported
from lynex.query.trace_facts import DURATION_SQL, ERRORS_SQL, FAILED_SQL, Facts, Reach, facts_of, shown_facts
from lynex.query.trace_steps import TraceStepsQuestion, trace_steps
from lynex.store.contract import Cancel, EventStore

_TEXT_SORTED: Final = 64  # characters of a name that order it
_OUTCOMES: Final = {"ok": FAILED_SQL, "error": f"NOT ({FAILED_SQL})"}  # what holds where it is not asked for


# Where nothing was called, the largest roll-up stands for what was used; the page itself shows the exact figure.
def _used(column: str) -> str:
    return (
        f"CASE WHEN count_if(usage_scope IN ('call', 'duplicate')) > 0 THEN sum({column}) FILTER ({COUNTS})"
        f" ELSE max({column}) FILTER (usage_scope = 'rollup') END"
    )


def _first(column: str) -> str:
    return f'left(arg_min({column}, "at"), {_TEXT_SORTED})'


_TOKENS: Final = f"coalesce({_used('total_tokens')}, 0)::BIGINT"
_COST: Final = f"({_used('cost')})::DOUBLE"
TRACES: Final = Gathering(
    key="trace_id",
    sorts={
        "start": 'epoch_us(min("at"))',
        "duration_ms": DURATION_SQL,
        "events": "count(*)",
        "errors": ERRORS_SQL,
        "requests": f"count_if({IS_CALL})::BIGINT",
        "input_tokens": f"coalesce({_used('input_tokens')}, 0)::BIGINT",
        "output_tokens": f"coalesce({_used('output_tokens')}, 0)::BIGINT",
        "total_tokens": _TOKENS,
        "cost_usd": _COST,
        "name": f'left(arg_min(name, epoch_us("at") + CASE WHEN parent_event_id IS NULL THEN 0 ELSE {1 << 60} END), '
        f"{_TEXT_SORTED})",
        "status": f"CASE WHEN {FAILED_SQL} THEN 'error' ELSE 'ok' END",
        "models": f"left(min(model), {_TEXT_SORTED})",
        "session_id": _first("session_id"),
        "user_id": _first("user_id"),
        "environment": _first("environment"),
        "release": _first("release"),
        "service": _first("service_name"),
    },
    bounds={
        "duration_ms": DURATION_SQL,
        "latency_ms": DURATION_SQL,
        "cost_usd": _COST,
        "total_tokens": _TOKENS,
        "tokens": _TOKENS,
        "events": "count(*)",
        "errors": ERRORS_SQL,
    },
    by_end=False,
)
TRACE_PARAMETERS: Final = frozenset(("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, *TRACES.parameters, "bars"))


class TraceQuestion(msgspec.Struct, frozen=True):
    """Traces that began in the range. Filters are about any of its events, exclusions about all; outcome, duration
    (`latency_ms`), cost and tokens are its own."""

    wanted: Wanted
    bars: int

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "TraceQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        params = list(params)
        parameters = Parameters(params, TRACE_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=None)
        wanted = wanted_of(
            TRACES,
            parameters,
            params,
            project_id=project_id,
            span=span,
            filters=msgspec.structs.replace(
                filters, exact=_but_status(filters.exact), excluded=_but_status(filters.excluded)
            ),
            having=_having(filters),
        )
        bars = parameters.whole("bars", 0, MOST_BARS, 0)
        parameters.check()
        return cls(wanted, bars)


def _but_status(named: Named) -> Named:
    return tuple(one for one in named if one[0] != "status")


def _having(filters: Filters) -> tuple[str, ...]:
    """The outcome that is asked for is the trace's own."""
    wanted = set(dict(filters.exact).get("status", _OUTCOMES)) - set(dict(filters.excluded).get("status", ()))
    return tuple(sql for outcome, sql in _OUTCOMES.items() if outcome not in wanted)


class Traces:
    """Each question blocks until the store answers; call it from a reader thread."""

    def __init__(self, store: EventStore, cursors: Cursors) -> None:
        self._store = store
        self._cursors = cursors

    def page(self, question: TraceQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """`{"items": […], "next": cursor or None}`."""
        wanted, select = question.wanted, Select(self._store, cancel)
        for found in find(select, TRACES, wanted, self._cursors):
            facts = _facts_since(select, wanted.project_id, found)
            rows = [row for row in found.rows if row["id"] in facts]
            if found.is_all or len(rows) > wanted.limit:
                break
        following = None
        if len(rows) > wanted.limit:
            rows = rows[: wanted.limit]
            following = cursor_after(self._cursors, wanted, found, rows[-1])
        elif found.is_cut:
            following = cursor_after(self._cursors, wanted, found, found.rows[-1])
        mine = [facts[row["id"]] for row in rows]
        items = [shown_facts(*one) for one in mine]
        if question.bars:
            bars = bars_of(select, wanted.project_id, (row for row, _ in mine), question.bars)
            items = [item | {"bars": bars.get(item["trace_id"], [])} for item in items]
        return {"items": items, "next": following}

    def exported(self, project_id: str, trace_id: str, cancel: Cancel | None = None) -> Iterator[bytes]:
        """OTLP in JSON, in pieces; each blocks. Raises NotFound before the first."""
        return exported(Select(self._store, cancel), project_id, trace_id)

    def one(self, question: TraceDetailQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """Facts and structure. Raises NotFound, also when the trace belongs to another project."""
        return trace_detail(Select(self._store, cancel), self._cursors, question)

    def steps(self, question: TraceStepsQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """What its steps say. Raises NotFound like `one`."""
        return trace_steps(Select(self._store, cancel), question)


def _facts_since(select: Select, project_id: str, found: Found) -> dict[str, Facts]:
    """By trace id; without those that began before the found ones."""
    since = found.since
    reach = Reach(since=None if since is None else since - AROUND)
    facts = facts_of(select, project_id, [row["id"] for row in found.rows], reach)
    return {trace_id: one for trace_id, one in facts.items() if since is None or one[0]["start"] >= since}
