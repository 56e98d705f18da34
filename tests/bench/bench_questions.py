"""How long questions take, next to the plain DuckDB statement on the same file, in turns within the same run.

    python -m tests.bench.bench_questions [--events 1000000] [--runs 7] [--only TEXT] [--keep DIRECTORY]

The target is at most 1.3 times the floor plus 5 ms (performance.md). Prints one Markdown row per question.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from lynex.clock import DAY, HOUR, SystemClock
from lynex.config import StorageConfig
from lynex.query.breakdown import BreakdownQuestion
from lynex.query.cursors import Cursors
from lynex.query.events import EventQuestion, Events
from lynex.query.heatmap import HeatmapQuestion
from lynex.query.rows import columns_sql
from lynex.query.series import SeriesQuestion
from lynex.query.sessions import SessionQuestion, Sessions
from lynex.query.stats import OverviewQuestion, Stats
from lynex.query.trace_detail import TraceDetailQuestion
from lynex.query.trace_tree import COLUMNS
from lynex.query.traces import TraceQuestion, Traces
from lynex.query.transcript import TranscriptQuestion
from lynex.store.hot import HotStore
from lynex.store.hot_file import HotFile
from lynex.store.ledger import Entry, write_entry
from lynex.store.summary import DETAIL_COLUMNS, SUMMARY_COLUMNS

NOW = 1_763_640_000_000_000
SPAN = 30 * DAY
PROJECT = "proj_default"
STEP = 1_000_000
CALL = "usage_scope = 'call' AND type = 'model_response'"

# Thirty days of 2,000 users: three events in eight are model calls, one in twenty belongs to another project.
FILL = """
INSERT INTO events BY NAME
SELECT i + 1 AS seq, CASE WHEN i % 20 = 19 THEN 'proj_other' ELSE 'proj_default' END AS project_id,
  printf('%032x:%016x', hash(i // 10), hash(i)) AS event_id, kind AS type, make_timestamp(arrived - lag) AS "at",
  make_timestamp(arrived) AS received_at, make_timestamp(arrived + 300000) AS processed_at, 'key_1' AS key_id,
  'step ' || (i % 37) AS name, CASE WHEN failed THEN 'error' ELSE 'info' END AS level,
  CASE WHEN failed THEN 'error' ELSE 'ok' END AS status,
  CASE WHEN is_call THEN ['openai', 'anthropic', 'google'][1 + i % 3] END AS provider,
  CASE WHEN is_call THEN ['gpt-4o', 'gpt-4o-mini', 'o3', 'claude', 'claude-haiku', 'gemini'][1 + r1 % 6] END AS model,
  printf('%032x', hash(i // 10)) AS trace_id, printf('%016x', hash(i)) AS span_id, 's' || (i // 40) AS session_id,
  'u' || ((hash(i // 40) >> 1)::BIGINT % 2000) AS user_id, CASE WHEN r2 % 10 = 0 THEN 'staging' ELSE 'prod' END
  AS environment, '2.8.' || (i * 3 // $events) AS release, ['rag', 'team' || (i % 11)] AS tags,
  exp((r1 % 1000) / 250.0) * 20 + (r2 % 1000) / 1000.0 AS duration_ms,
  CASE WHEN is_call THEN 100 + r1 % 3000 END AS input_tokens, CASE WHEN is_call THEN r2 % 800 END AS output_tokens,
  CASE WHEN is_call THEN 100 + r1 % 3000 + r2 % 800 END AS total_tokens, CASE WHEN is_call THEN 'call' END
  AS usage_scope, CASE WHEN is_call THEN ((r2 % 1000000) / 1000000000.0)::DECIMAL(24, 12) END AS cost,
  CASE WHEN is_call THEN 'computed' END AS cost_source, md5(i::VARCHAR) AS input_preview,
  '{"input":{"value":"' || md5(i::VARCHAR) || md5(r1::VARCHAR) || md5(r2::VARCHAR) || '"}}' AS body
FROM (
  SELECT i, kind, kind = 'model_response' AS is_call, r2 % 20 = 0 AS failed, r1, r2, (r1 % 5000000) AS lag,
    $newest - ($events - i) * $gap AS arrived
  FROM (
    SELECT i, (hash(i + 1) >> 1)::BIGINT AS r1, (hash(i + 2) >> 1)::BIGINT AS r2,
      ['model_response', 'model_response', 'model_response', 'tool_call', 'agent_action', 'retrieval', 'span', 'log'][
        1 + (hash(i) >> 1)::BIGINT % 8] AS kind
    FROM range($from, $to) numbers(i)
  )
)
"""


def fill(directory: Path, events: int, newest: int = NOW) -> None:
    path = directory / "hot" / "lynex.duckdb"
    if path.exists():
        return
    path.parent.mkdir(parents=True)
    file = HotFile.open(path, StorageConfig())
    for start in range(0, events, STEP):
        end = min(start + STEP, events)
        values = {"from": start, "to": end, "events": events, "newest": newest, "gap": SPAN // events}
        with file.transaction() as connection:
            connection.execute(FILL, values)
            write_entry(connection, Entry(start + 1, end, end - start, 0, 0, 0, 0, newest))
        file.checkpoint()
    file.close()


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Callable[[], Any]:
    return lambda: connection.execute(sql).fetchall()


def within(length: int) -> str:
    return (
        f'project_id = \'{PROJECT}\' AND "at" >= make_timestamp({NOW - length}) AND "at" < make_timestamp({NOW + HOUR})'
    )


def lists(events: Events, floor: duckdb.DuckDBPyConnection, total: int) -> Iterator[tuple[str, Any, Any]]:
    def page(**named: Any) -> Callable[[], Any]:
        return lambda: events.page(EventQuestion.from_params([*named.items()], PROJECT, NOW))

    def plain(where: str, limit: int = 50, names: tuple[str, ...] = SUMMARY_COLUMNS) -> Callable[[], Any]:
        mine = f"project_id = '{PROJECT}'"
        sql = (
            f'SELECT {columns_sql(names)} FROM events WHERE {mine} AND {where} ORDER BY events."at" DESC LIMIT {limit}'
        )
        return rows(floor, sql)

    (old_id, old_trace), (new_id, new_trace) = (
        floor.execute(
            f"SELECT event_id, trace_id FROM events WHERE project_id = '{PROJECT}' AND seq >= {seq} LIMIT 1"
        ).fetchall()[0]
        for seq in (total // 7, total - 30)
    )
    yield "latest 50", page(), plain("true")
    yield "latest 50, whole bodies", page(fields="body"), plain("true", names=DETAIL_COLUMNS)
    yield "latest 1,000", page(limit="1000"), plain("true", 1000)
    yield "latest 50 failed calls", page(status="error", model="o3"), plain("status = 'error' AND model = 'o3'")
    yield "one trace, new", page(trace_id=new_trace), plain(f"trace_id = '{new_trace}'")
    yield "one trace, old", page(trace_id=old_trace), plain(f"trace_id = '{old_trace}'")
    for age, event_id in (("new", new_id), ("old", old_id)):
        ours = lambda event_id=event_id: events.one(PROJECT, event_id)  # noqa: E731
        yield f"one event, {age}", ours, plain(f"event_id = '{event_id}'", names=DETAIL_COLUMNS)


def figures(stats: Stats, floor: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, Any, Any]]:
    def ask(kind: Any, method: Callable[[Any], Any], **named: str) -> Callable[[], Any]:
        return lambda: method(kind.from_params([*named.items()], PROJECT, NOW))

    overview = (
        f"SELECT count(*), count(*) FILTER ({CALL}), count(*) FILTER ({CALL} AND status = 'error'), "
        "sum(input_tokens) FILTER (usage_scope = 'call'), sum(output_tokens) FILTER (usage_scope = 'call'), "
        "sum(cost) FILTER (usage_scope = 'call'), "
        f"quantile_cont(duration_ms, [0.5, 0.9, 0.95, 0.99]) FILTER ({CALL}) FROM events WHERE {{where}}"
    )
    bucket = "time_bucket(INTERVAL '6 hours', \"at\")"
    for name, length in (("24h", DAY), ("30d", SPAN)):
        question = ask(OverviewQuestion, stats.overview, range=name)
        yield f"overview {name}", question, rows(floor, overview.format(where=within(length)))
    for metric, sql in (
        ("requests", f"count(*) FROM events WHERE {within(SPAN)} AND {CALL}"),
        ("cost_usd", f"sum(cost) FROM events WHERE {within(SPAN)} AND usage_scope = 'call'"),
        ("latency_p95", f"quantile_cont(duration_ms, 0.95) FROM events WHERE {within(SPAN)} AND {CALL}"),
    ):
        question = ask(SeriesQuestion, stats.timeseries, range="30d", metric=metric)
        yield f"series of {metric}, 30d", question, rows(floor, f"SELECT {bucket} AS b, {sql} GROUP BY b")
        for group in ("model", "user_id"):
            question = ask(SeriesQuestion, stats.timeseries, range="30d", metric=metric, group_by=group)
            plain = f"SELECT {bucket} AS b, {group} AS g, {sql} GROUP BY b, g"
            if metric == "latency_p95":  # quantiles of all others together take the names of the top ten first
                first = f"SELECT {group} FROM events WHERE {within(SPAN)} AND {CALL} GROUP BY 1 ORDER BY count(*) DESC"
                top = f"CASE WHEN {group} IN ({first} LIMIT 10) THEN {group} END"
                plain = f"SELECT {bucket} AS b, {top} AS g, {sql} GROUP BY b, g"
            yield f"series of {metric} by {group}, 30d", question, rows(floor, plain)
    sums = (
        overview.split(" FROM ", maxsplit=1)[0].replace("SELECT ", "").replace("[0.5, 0.9, 0.95, 0.99]", "[0.5, 0.95]")
    )
    for by, column in (("model", "model"), ("user", "user_id"), ("session", "session_id"), ("tag", "unnest(tags)")):
        question = ask(BreakdownQuestion, stats.breakdown, range="30d", by=by, limit="20")
        plain = f"SELECT {column} AS k, {sums} FROM events WHERE {within(SPAN)} GROUP BY k ORDER BY 3 DESC LIMIT 20"
        yield f"breakdown by {by}, 30d", question, rows(floor, plain)
    step = "floor(log10(greatest(duration_ms, 0.001)) * 5)"
    plain = f"SELECT {bucket} AS b, {step} AS s, count(*) FROM events WHERE {within(SPAN)} AND {CALL} GROUP BY b, s"
    yield "heat map, 30d", ask(HeatmapQuestion, stats.heatmap, range="30d"), rows(floor, plain)


def groups(
    traces: Traces, sessions: Sessions, floor: duckdb.DuckDBPyConnection, total: int
) -> Iterator[tuple[str, Any, Any]]:
    """Traces and sessions; the floor groups the range plainly, or reads the rows of one trace or session."""

    def newest(**named: str) -> Callable[[], Any]:
        return lambda: traces.page(TraceQuestion.from_params([*named.items()], PROJECT, NOW))

    def plain(key: str, sort: str, where: str) -> Callable[[], Any]:
        figures = (
            'min("at"), max("at"), count(*), count(*) FILTER (status = \'error\'), list(DISTINCT model), '
            "sum(input_tokens) FILTER (usage_scope = 'call'), sum(cost) FILTER (usage_scope = 'call')"
        )
        sql = f"SELECT {key}, {figures} FROM events WHERE {where} GROUP BY {key} ORDER BY {sort} DESC LIMIT 50"
        return rows(floor, sql)

    ((trace_id, session_id),) = floor.execute(
        f"SELECT trace_id, session_id FROM events WHERE project_id = '{PROJECT}' AND seq >= {total // 2} LIMIT 1"
    ).fetchall()
    mine, spent = f"project_id = '{PROJECT}'", "sum(cost) FILTER (usage_scope = 'call')"
    yield "newest 50 traces", newest(), plain("trace_id", 'min("at")', mine)
    yield "newest 1,000 traces", newest(limit="1000"), plain("trace_id", 'min("at")', mine)
    staging = f"{mine} AND environment = 'staging' AND model = 'o3'"
    yield "newest 50 traces, filtered", newest(environment="staging", model="o3"), plain("trace_id", "2", staging)
    yield "dearest 50 traces, 24h", newest(sort="cost_usd", range="24h"), plain("trace_id", spent, within(DAY))
    yield "dearest 50 traces, 30d", newest(sort="cost_usd", range="30d"), plain("trace_id", spent, within(SPAN))
    detail = TraceDetailQuestion(PROJECT, trace_id)
    of_trace = f"SELECT {columns_sql(COLUMNS)} FROM events WHERE {mine} AND trace_id = '{trace_id}'"
    yield "structure of one trace", lambda: traces.one(detail), rows(floor, of_trace)
    last = SessionQuestion.from_params([], PROJECT, NOW)
    yield "50 sessions seen last", lambda: sessions.page(last), plain("session_id", 'max("at")', mine)
    transcript = TranscriptQuestion(PROJECT, session_id)
    of_session = f"SELECT {columns_sql(DETAIL_COLUMNS)} FROM events WHERE {mine} AND session_id = '{session_id}'"
    yield "one session, turn by turn", lambda: sessions.one(transcript), rows(floor, of_session)


def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def compare(name: str, ours: Callable[[], Any], floor: Callable[[], Any], runs: int) -> bool:
    ours()
    floor()
    pairs = [(timed(ours), timed(floor)) for _ in range(runs)]
    mine, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    kept = mine <= 1.3 * bare + 5
    spread = f"{min(pair[0] for pair in pairs):.1f}–{max(pair[0] for pair in pairs):.1f}"
    print(
        f"| {name} | {mine:.1f} | {spread} | {bare:.1f} | {mine / bare:.2f} | {'yes' if kept else 'NO'} |", flush=True
    )
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", default="", help="only questions whose names hold this text")
    parser.add_argument("--keep", type=Path, help="directory to make the database in, and to find it in again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep if options.keep is not None else Path(temporary)
        fill(directory, options.events)
        start = time.perf_counter()
        store = HotStore.open(directory, StorageConfig(), SystemClock())
        opened = time.perf_counter() - start
        store.prepare()
        print(f"{options.events:,} events; opened in {opened:.2f} s, prepared in {time.perf_counter() - start:.2f} s\n")
        print("| question | ms | min–max | floor ms | ratio | ≤ 1.3 × + 5 ms |\n|---|---|---|---|---|---|")
        with store.snapshot() as floor:
            cursors = Cursors(b"bench")
            questions = [
                *lists(Events(store, cursors), floor, options.events),
                *figures(Stats(store), floor),
                *groups(Traces(store, cursors), Sessions(store, cursors), floor, options.events),
            ]
            kept = [compare(name, ours, plain, options.runs) for name, ours, plain in questions if options.only in name]
        store.close()
        print(f"\n{sum(kept)} of {len(kept)} within the target")


if __name__ == "__main__":
    main()
