"""The SQL about groups of errors.

A failure is an event that failed. In a span that failed, exception records tell of that same failure (semconv.md 2),
and whichever says most decides about the group: the span with a message, else a record with one. Records of a span that
did not fail are failures of their own, once for span and group; whatever stands outside spans stands for itself.
"""

from collections.abc import Iterable
from typing import Final

from lynex.query.rows import columns_sql
from lynex.store.summary import SUMMARY_COLUMNS

LONGEST_MESSAGE: Final = 500
STACK_END: Final = 32_768  # characters of a stack that are read, from either end
NAMED: Final = 10  # models and releases, of a group
BESIDE: Final = 5  # groups that fail together with a group
TREND: Final = 24  # buckets

SORTS: Final = ("last_seen", "first_seen", "count", "users")
_IS_RECORD: Final = "(span_id IS NOT NULL AND type IN ('error', 'log'))"
# Sequences are below 2**60: what comes first, then the earliest.
_OWN_FIRST: Final = f"seq + {1 << 60} * is_record::BIGINT"
_LATEST: Final = f'epoch_us("at")::HUGEINT * {1 << 60} + seq'
_TELLING_FIRST: Final = f"seq + {1 << 60} * (2 * (error_message IS NULL)::BIGINT + is_record::BIGINT)"
# Open again after it was resolved: for who asks for open ones too.
PHASES: Final = {
    "open": ("open", "regressed"), "regressed": ("regressed",), "resolved": ("resolved",), "ignored": ("ignored",),
}  # fmt: skip
SHARED: Final = {"user": "user_id", "release": "release", "model": "model", "environment": "environment"}
_SHOWN: Final = """
states.error_group, state, phase, epoch_us(reopened_at) AS reopened_at,
epoch_us(first_seen) AS first_seen, epoch_us(last_seen) AS last_seen, first_release, states.seq,
coalesce("count", 0) AS "count", coalesce(users, 0) AS users, coalesce(traces, 0) AS traces, models, releases, trend
"""

_NAMES: Final = """
error_group, state, phase, reopened_at, first_seen, last_seen, first_release, seq, "count", users, traces, models,
releases, trend
"""


def page_statement(*, span: str, asked: str, phases: Iterable[str], after: str, sort: str, descending: bool) -> str:
    """Groups in order of one of `SORTS`, each row with how many groups there are of every phase (`in_<phase>`); without
    any group there is one row of these alone. `after` is SQL, as the conditions of `_failures`."""
    order = f'"{sort}" {"DESC" if descending else "ASC"}, error_group'
    counts = ", ".join(f"count(*) FILTER (phase = '{phase}') AS in_{phase}" for phase in PHASES)
    return f"""
WITH {_failures(span, asked)}, {_COUNTED}, {_lives("error_group IN (SELECT error_group FROM counted)")},
matching AS MATERIALIZED (
  SELECT {_SHOWN} FROM states JOIN counted ON counted.error_group = states.error_group
), page AS (
  SELECT {_NAMES} FROM matching WHERE phase IN ({", ".join(f"'{phase}'" for phase in phases)}) AND {after}
  ORDER BY {order} LIMIT $wanted OFFSET $skipped
)
SELECT {_NAMES}, {", ".join(f"in_{phase}" for phase in PHASES)}
FROM (SELECT {counts} FROM matching) LEFT JOIN page ON true ORDER BY {order}
"""


def one_statement(*, span: str, asked: str) -> str:
    """The group `$group`, with figures of nothing where it was not met in the range; no row if it never was at all."""
    return f"""
WITH {_failures(span, asked, of_group=True)}, {_COUNTED}, {_lives("error_group = $group")}
SELECT {_SHOWN} FROM states LEFT JOIN counted ON counted.error_group = states.error_group
"""


def samples_statement(*, span: str, asked: str) -> str:
    """The newest failures of the group `$group`."""
    return f"""
WITH {_failures(span, asked, of_group=True)}
SELECT seq, trace_id, epoch_us("at") AS "at" FROM failures
WHERE error_group = $group ORDER BY failures."at" DESC, seq DESC LIMIT $most
"""


def shares_statement(*, span: str, asked: str) -> str:
    """Of the group `$group`: who and what most of its failures are about, by `kind`, one of `SHARED`."""
    kinds = (
        f"""
(SELECT '{kind}' AS kind, {column} AS key, count(*) AS "count", epoch_us(min("at")) AS first_seen,
  epoch_us(max("at")) AS last_seen
FROM failures WHERE error_group = $group AND {column} IS NOT NULL
GROUP BY {column} ORDER BY "count" DESC, key LIMIT {NAMED})"""
        for kind, column in SHARED.items()
    )
    return f"WITH {_failures(span, asked, of_group=True)} {' UNION ALL '.join(kinds)}"


def beside_statement(*, span: str, asked: str) -> str:
    """Other groups with failures in the traces of `$group`, those in most of them first."""
    return f"""
WITH {_failures(span, asked, of_group=True)}
SELECT error_group, count(DISTINCT trace_id) AS traces, arg_max(seq, "at") AS seq FROM failures
WHERE error_group <> $group AND trace_id IN (SELECT trace_id FROM failures WHERE error_group = $group)
GROUP BY error_group ORDER BY traces DESC, error_group LIMIT {BESIDE}
"""


WORDS: Final = f"""
SELECT seq, error_type,
  left(coalesce(error_message, CASE WHEN type = 'log' THEN output_preview END, name), {LONGEST_MESSAGE}) AS message,
  CASE WHEN len(stack) > {2 * STACK_END} THEN concat(left(stack, {STACK_END}), chr(10), right(stack, {STACK_END}))
    ELSE stack END AS stack
FROM (
  SELECT seq, error_type, error_message, type, output_preview, name, body ->> '$.error.stack' AS stack
  FROM events WHERE seq IN (SELECT unnest($seqs::BIGINT[]))
)
"""
EVENTS: Final = (
    f"SELECT {columns_sql(('seq', *SUMMARY_COLUMNS))} FROM events WHERE seq IN (SELECT unnest($seqs::BIGINT[]))"
)
BODY: Final = "SELECT event_id, body FROM events WHERE seq = $seq"
KNOWN: Final = """
SELECT DISTINCT error_group FROM events
WHERE project_id = $project_id AND error_group IN (SELECT unnest($groups::VARCHAR[]))
"""


def _failures(span: str, asked: str, *, of_group: bool = False) -> str:
    """One row a failure, in its group. All its rows in the span are looked at; `asked` may pass some of them only.

    `of_group`: all of `$group`, and all beside it in the same traces. Whatever tells of such a failure is in its group,
    or in a span of a trace that has some of it."""
    told = "error_group IS NOT NULL"
    if of_group:
        near = f"SELECT trace_id FROM events WHERE {span} AND error_group = $group AND trace_id IS NOT NULL"
        told += f" AND (error_group = $group OR trace_id IN ({near}))"
    return f"""
said AS MATERIALIZED (
  SELECT seq, "at", error_group, error_message, trace_id, user_id, coalesce(response_model, model) AS model, release,
    environment, hash(CASE WHEN span_id IS NULL THEN event_id ELSE concat(trace_id, ':', span_id) END) AS failure,
    {_IS_RECORD} AS is_record, ({asked}) AS is_asked
  FROM events WHERE {span} AND {told}
), failed_spans AS (
  SELECT failure, arg_min(error_group, {_TELLING_FIRST}) AS error_group
  FROM said GROUP BY failure HAVING bool_or(is_record) AND NOT bool_and(is_record)
), failures AS MATERIALIZED (
  SELECT coalesce(failed_spans.error_group, said.error_group) AS error_group, said.failure,
    min("at") AS "at", arg_min(seq, {_OWN_FIRST}) AS seq, any_value(trace_id) AS trace_id,
    any_value(user_id) AS user_id, any_value(model) AS model, any_value(release) AS release,
    any_value(environment) AS environment
  FROM said LEFT JOIN failed_spans ON failed_spans.failure = said.failure
  WHERE is_asked GROUP BY ALL
)"""


def _lives(groups: str) -> str:
    """What is known of the groups over all of history, and what was decided about them."""
    return f"""
decided AS (
  SELECT unnest($decided_groups::VARCHAR[]) AS decided_group, unnest($decided_states::VARCHAR[]) AS decided_state,
    make_timestamp(unnest($decided_times::BIGINT[])) AS decided_at
), lives AS (
  SELECT error_group, any_value(decided_state) AS decided_state, min("at") AS first_seen, max("at") AS last_seen,
    min(received_at) FILTER (received_at > decided_at) AS received_again, arg_min(release, "at") AS first_release,
    arg_max(seq, {_LATEST}) AS seq
  FROM events LEFT JOIN decided ON decided_group = error_group
  WHERE project_id = $project_id AND {groups} GROUP BY error_group
), states AS (
  SELECT error_group, first_seen, last_seen, first_release, seq,
    CASE WHEN decided_state = 'ignored' THEN 'ignored'
         WHEN decided_state = 'resolved' AND received_again IS NULL THEN 'resolved' ELSE 'open' END AS state,
    CASE WHEN decided_state = 'resolved' THEN received_again END AS reopened_at,
    CASE WHEN reopened_at IS NOT NULL THEN 'regressed' ELSE state END AS phase
  FROM lives
)"""


def _named(column: str) -> str:
    return f"coalesce(list_sort(list(DISTINCT {column}) FILTER ({column} IS NOT NULL))[1:{NAMED}], []) AS {column}s"


_COUNTED: Final = f"""
counted AS (
  SELECT error_group, count(*) AS "count", count(DISTINCT user_id) AS users, count(DISTINCT trace_id) AS traces,
    {_named("model")}, {_named("release")},
    histogram(greatest(0, least({TREND - 1}, (epoch_us("at") - $trend_start) // $trend_length))) AS trend
  FROM failures GROUP BY error_group
)"""
