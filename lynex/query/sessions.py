"""Sessions: traces any of whose events name the session, with all of their events, and events outside of traces.

A trace that names two sessions counts in both."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from lynex.clock import rfc3339
from lynex.errors import NotFound
from lynex.query.cursors import Cursors
from lynex.query.figures import COUNTS, IS_CALL, whole
from lynex.query.filters import FILTER_PARAMETERS, filters_of
from lynex.query.gathering import AROUND, Gathering, Wanted, cursor_after, find, wanted_of
from lynex.query.parameters import Parameters, shown
from lynex.query.ranges import RANGE_PARAMETERS, range_of
from lynex.query.rows import Select
from lynex.query.trace_facts import ERRORS_SQL, FIRST_SQL, ROLLUPS_SQL, Promotion, Reach, facts_of, shown_cost
from lynex.query.transcript import PART_SQL, TranscriptQuestion, transcript
from lynex.store.contract import Cancel, EventStore

_MOST_NAMES: Final = 20
_DURATION: Final = '((epoch_us(max("at")) - epoch_us(min("at"))) / 1000)'
_TURNS: Final = f"count(DISTINCT {PART_SQL})"
_TOKENS: Final = f"coalesce(sum(total_tokens) FILTER ({COUNTS}), 0)::BIGINT"
_COST: Final = f"(sum(cost) FILTER ({COUNTS}))::DOUBLE"
SESSIONS: Final = Gathering(
    key="session_id",
    sorts={
        "last_seen": 'epoch_us(max("at"))',
        "first_seen": 'epoch_us(min("at"))',
        "duration_ms": _DURATION,
        "turns": _TURNS,
        "traces": "count(DISTINCT trace_id)",
        "events": "count(*)",
        "errors": ERRORS_SQL,
        "requests": f"count_if({IS_CALL})::BIGINT",
        "total_tokens": _TOKENS,
        "cost_usd": _COST,
    },
    bounds={
        "duration_ms": _DURATION,
        "turns": _TURNS,
        "traces": "count(DISTINCT trace_id)",
        "events": "count(*)",
        "errors": ERRORS_SQL,
        "total_tokens": _TOKENS,
        "tokens": _TOKENS,
        "cost_usd": _COST,
    },
    by_end=True,
)
SESSION_PARAMETERS: Final = frozenset(("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, *SESSIONS.parameters))


class SessionQuestion(msgspec.Struct, frozen=True):
    """Sessions last seen in the range. A session passes a filter when any of its events does. It is ordered and bounded
    by what its events that carry the session id say."""

    wanted: Wanted

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "SessionQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        params = list(params)
        parameters = Parameters(params, SESSION_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=None)
        wanted = wanted_of(SESSIONS, parameters, params, project_id=project_id, span=span, filters=filters)
        parameters.check()
        return cls(wanted)


class Sessions:
    """Each question blocks until the store answers; call it from a reader thread."""

    def __init__(self, store: EventStore, cursors: Cursors) -> None:
        self._store = store
        self._cursors = cursors

    def page(self, question: SessionQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """`{"items": […], "next": cursor or None}`."""
        wanted, select = question.wanted, Select(self._store, cancel)
        found = next(find(select, SESSIONS, wanted, self._cursors))
        rows, following = found.rows, None
        if len(rows) > wanted.limit:
            rows = rows[: wanted.limit]
            following = cursor_after(self._cursors, wanted, found, rows[-1])
        facts = _facts_of(select, wanted.project_id, [row["id"] for row in rows])
        items = [_shown(*facts[row["id"]]) for row in rows if row["id"] in facts]
        return {"items": items, "next": following}

    def one(self, question: TranscriptQuestion, cancel: Cancel | None = None) -> dict[str, Any]:
        """The session with its turns, first ones first. Raises NotFound, also for another project's session."""
        select = Select(self._store, cancel)
        found = _facts_of(select, question.project_id, [question.session_id]).get(question.session_id)
        if found is None:
            raise NotFound(f"No session {shown(question.session_id)} in this project.", code="session_not_found")
        reach = Reach(first_seq=found[0]["first_seq"], last_seq=found[0]["last_seq"])
        return {"session": _shown(*found), **transcript(select, self._cursors, question, reach)}


Facts = tuple[Mapping[str, Any], Sequence[Promotion]]  # of a session and of its traces


def _facts_of(select: Select, project_id: str, session_ids: Sequence[str]) -> dict[str, Facts]:
    if not session_ids:
        return {}
    named = select(_NAMED, {"project_id": project_id, "ids": list(session_ids)})
    if not named:
        return {}
    near = Reach(
        since=min(row["first_at"] for row in named) - AROUND, until=max(row["last_at"] for row in named) + AROUND
    )
    these = near.condition(project_id)
    values = {
        **these.values,
        "ids": list(session_ids),
        "sessions": [row["session_id"] for row in named],
        "parts": [row["part"] for row in named],
        "trace_ids": list({row["trace_id"] for row in named if row["trace_id"] is not None}),
    }
    rows = select(_FACTS.format(condition=these.sql), values)
    rolled_up = list({trace_id for row in rows for trace_id in row["rolled_up"] or ()})
    traces = facts_of(select, project_id, rolled_up, near)
    return {
        row["session_id"]: (row, [traces[one][1] for one in row["rolled_up"] or () if one in traces]) for row in rows
    }


def _shown(row: Mapping[str, Any], promotions: Sequence[Promotion]) -> dict[str, Any]:
    first, last = row["first_seen"], row["last_seen"]
    unpriced = bool(row["unpriced"]) or any(one.is_unpriced for one in promotions)
    return {
        "session_id": row["session_id"],
        "first_seen": rfc3339(first),
        "last_seen": rfc3339(last),
        "duration_ms": (last - first) / 1000,
        "turns": row["turns"],
        "traces": row["traces"],
        "events": whole(row["events"]),
        "errors": whole(row["errors"]),
        "requests": whole(row["requests"]),
        "input_tokens": whole(row["input_tokens"]) + sum(one.input_tokens for one in promotions),
        "output_tokens": whole(row["output_tokens"]) + sum(one.output_tokens for one in promotions),
        "total_tokens": whole(row["total_tokens"]) + sum(one.total_tokens for one in promotions),
        "cost_usd": shown_cost([row["cost"], *(one.cost for one in promotions)], is_unpriced=unpriced),
        "users": sorted(set(row["users"] or ()))[:_MOST_NAMES],
        "models": sorted(set(row["models"] or ()))[:_MOST_NAMES],
        "environment": row["environment"],
        "preview": row["said"] if row["said"] is not None else row["put_in"],
    }


# A roll-up alone counts like one in a trace that has no call.
_COUNTED: Final = f"({COUNTS} OR (trace_id IS NULL AND usage_scope = 'rollup'))"
# The parts of sessions: their traces, and events outside of traces.
_NAMED: Final = f"""
SELECT session_id, {PART_SQL} AS part, any_value(trace_id) AS trace_id, epoch_us(min("at")) AS first_at,
  epoch_us(max("at")) AS last_at
FROM events WHERE project_id = $project_id AND session_id IN (SELECT unnest($ids)) GROUP BY session_id, part
"""
_FACTS: Final = f"""
WITH named AS MATERIALIZED (
  SELECT unnest($sessions) AS session_id, unnest($parts) AS part
), parts AS (
  SELECT {PART_SQL} AS part, any_value(trace_id) AS trace_id, epoch_us(min("at")) AS first_at,
    min(seq) AS first_seq, max(seq) AS last_seq,
    epoch_us(max("at")) AS last_at, count(*) AS events, {ERRORS_SQL} AS errors, count_if({IS_CALL}) AS requests,
    sum(input_tokens) FILTER ({_COUNTED}) AS input_tokens, sum(output_tokens) FILTER ({_COUNTED}) AS output_tokens,
    sum(total_tokens) FILTER ({_COUNTED}) AS total_tokens, sum(cost) FILTER ({_COUNTED}) AS cost,
    count_if({_COUNTED} AND cost_source = 'unknown_model') AS unpriced, {ROLLUPS_SQL} AS rollups,
    list(DISTINCT user_id) FILTER (user_id IS NOT NULL) AS users,
    list(DISTINCT model) FILTER (model IS NOT NULL) AS models, arg_min(environment, {FIRST_SQL}) AS environment,
    arg_min(input_preview, {FIRST_SQL}) FILTER (type IN ('message', 'model_response')) AS said,
    arg_min(input_preview, {FIRST_SQL}) AS put_in
  FROM events WHERE rowid IN (
    SELECT rowid FROM events WHERE {{condition}} AND trace_id IN (SELECT unnest($trace_ids))
    UNION ALL SELECT rowid FROM events
    WHERE {{condition}} AND trace_id IS NULL AND session_id IN (SELECT unnest($ids))) GROUP BY part
)
SELECT session_id, min(first_seq) AS first_seq, max(last_seq) AS last_seq,
  min(first_at) AS first_seen, max(last_at) AS last_seen, count(*) AS turns, count(trace_id) AS traces,
  sum(events) AS events, sum(errors) AS errors, sum(requests) AS requests, sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens, sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(unpriced) AS unpriced,
  list(trace_id) FILTER (rollups > 0 AND trace_id IS NOT NULL) AS rolled_up,
  flatten(list(users)) AS users, flatten(list(models)) AS models,
  arg_min(environment, first_at) AS environment, arg_min(said, first_at) AS said, arg_min(put_in, first_at) AS put_in
FROM named JOIN parts USING (part) GROUP BY session_id
"""
