"""Log events beside their span: what a span does not say itself is taken from its messages, errors and evaluations.

They are events of their own and may come before or after the span, so they meet when they are read. Nothing the span
says is changed, and `joined_from` names the events that what was added comes from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from lynex.clock import HOUR
from lynex.query.rows import Select, columns_sql
from lynex.store.contract import Value
from lynex.store.summary import SUMMARY_COLUMNS, detail_of, summary_of

RECORD_TYPES: Final = ("message", "eval_metric", "error", "log")
MOST: Final = 200  # shown beside one event; plain logs give way first
MOST_TOGETHER: Final = 2_000  # beside all events of one answer
_MOST_BYTES: Final = 16 << 20  # of bodies read for it
_EARLY: Final = HOUR  # before its span; later a record may come whenever it likes
_DETAILS: Final = frozenset(("gen_ai.client.inference.operation.details", "gen_ai.client.inference.details"))
Row = Mapping[str, Any]


def with_records(select: Select, row: Row, answer: dict[str, Any]) -> dict[str, Any]:
    """`answer` (`detail_of(row)`) completed by its log events; those themselves are answered as they are."""
    if row["type"] in RECORD_TYPES:
        return answer
    values: dict[str, Value] = {"project_id": row["project_id"], "parent": row["event_id"], "since": row["at"] - _EARLY}
    condition = _BESIDE
    if row["trace_id"] is not None:
        condition += " AND trace_id = $trace_id"
        values["trace_id"] = row["trace_id"]
    records = _read(select, condition, values, MOST + 1)
    completed = join(answer, records[:MOST])
    if len(records) > MOST:
        found = select(_COUNT.format(condition=condition), values)
        completed["joined_left_out"] = found[0]["n"] - MOST
    return completed


def details_with_records(select: Select, project_id: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """`detail_of` each of the rows, completed like one alone; what is beyond 2,000 log events is counted, not shown."""
    spans = {row["event_id"]: row for row in rows if row["type"] not in RECORD_TYPES}
    if not spans:
        return [detail_of(row) for row in rows]
    since = min(row["at"] for row in spans.values()) - _EARLY
    values: dict[str, Value] = {"project_id": project_id, "parents": list(spans), "since": since}
    condition = _BESIDE_THESE
    traces = {row["trace_id"] for row in spans.values()}
    if None not in traces:
        condition += " AND trace_id IN (SELECT unnest($traces))"
        values["traces"] = list(traces)
    records: dict[str, list[Row]] = {}
    found = _read(select, condition, values, MOST_TOGETHER + 1)
    for record in found[:MOST_TOGETHER]:
        span = spans[record["parent_event_id"]]
        if span["trace_id"] in (None, record["trace_id"]):
            records.setdefault(span["event_id"], []).append(record)
    there = {name: len(told) for name, told in records.items()}
    if len(found) > MOST_TOGETHER:
        there = {row["parent"]: row["n"] for row in select(_COUNTS.format(condition=condition), values)}
    return [_completed(row, records, there) if row["event_id"] in spans else detail_of(row) for row in rows]


def _completed(row: Row, records: Mapping[str, Sequence[Row]], there: Mapping[str, int]) -> dict[str, Any]:
    shown = records.get(row["event_id"], [])[:MOST]
    completed = join(detail_of(row), shown)
    left_out = there.get(row["event_id"], 0) - len(shown)
    return completed | {"joined_left_out": left_out} if left_out > 0 else completed


def join(answer: Mapping[str, Any], records: Sequence[Row]) -> dict[str, Any]:
    """The answer with `joined` (its records, oldest first), `joined_from` (field of the body → event ids), and a body
    that says what they add."""
    records = sorted(records, key=lambda row: (row["at"], row["event_id"]))
    told = [(row, msgspec.json.decode(row["body"])) for row in records if row["body"] is not None]
    body: dict[str, Any] = dict(answer["body"])
    sources: dict[str, list[str]] = {}
    for field in ("system_instructions", "input", "output"):
        if not body.get(field):
            _add_content(body, field, told, sources)
    _add_error(body, told, sources)
    _add_evaluations(body, told, sources)
    return {**answer, "body": body, "joined": [summary_of(row) for row in records], "joined_from": sources}


Told = Sequence[tuple[Row, dict[str, Any]]]


def _add_content(body: dict[str, Any], field: str, told: Told, sources: dict[str, list[str]]) -> None:
    """A record of the whole call, the last one told; else the messages told one by one."""
    said = [(row, record[field]) for row, record in told if row["type"] == "message" and record.get(field)]
    whole = [(row, content) for row, content in said if row["name"] in _DETAILS]
    if whole:
        row, body[field] = whole[-1]
        sources[field] = [row["event_id"]]
        return
    single = [(row, content["messages"]) for row, content in said if type(content) is dict and content.get("messages")]
    if single:
        body[field] = {"messages": [message for _, messages in single for message in messages]}
        sources[field] = [row["event_id"] for row, _ in single]


def _add_error(body: dict[str, Any], told: Told, sources: dict[str, list[str]]) -> None:
    """The last exception recorded is the one it failed with, unless the span names another."""
    own = body.get("error")
    if own is not None and type(own) is not dict:
        return
    own = own if own is not None else {}
    for row, record in reversed(told):
        error = record.get("error")
        if row["type"] != "error" or type(error) is not dict or not _may_be_one(own, error):
            continue
        added = {name: value for name, value in error.items() if own.get(name) is None}
        if added:
            body["error"] = {**own, **added}
            sources["error"] = [row["event_id"]]
        return


def _may_be_one(own: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if not own.get("type") or not own.get("message"):
        return True
    return str(own["type"]).rpartition(".")[2] == str(other.get("type")).rpartition(".")[2]


def _add_evaluations(body: dict[str, Any], told: Told, sources: dict[str, list[str]]) -> None:
    own = body.get("evaluations", [])
    found = [(row, record.get("eval")) for row, record in told if row["type"] == "eval_metric"]
    told_of = [(row["event_id"], result) for row, result in found if type(result) is dict]
    if not told_of or type(own) is not list:
        return
    added = [{"eventId": name, **{k: v for k, v in one.items() if k != "target"}} for name, one in told_of]
    body["evaluations"] = [*own, *added]
    sources["evaluations"] = [name for name, _ in told_of]


def _read(select: Select, condition: str, values: dict[str, Value], most: int) -> list[dict[str, Any]]:
    return select(_RECORDS.format(condition=condition), {**values, "most": most, "bytes": _MOST_BYTES})


# What has a span of its own is a child, not a record; scores are records wherever they come from.
_IS_RECORD: Final = f"""
type IN {RECORD_TYPES} AND (type = 'eval_metric' OR event_id IS DISTINCT FROM concat(trace_id, ':', span_id))
"""
_BESIDE: Final = f"""
project_id = $project_id AND parent_event_id = $parent AND "at" >= make_timestamp($since) AND {_IS_RECORD}
"""
_BESIDE_THESE: Final = _BESIDE.replace("= $parent", "IN (SELECT unnest($parents))")
_NAMES: Final = ", ".join(f'"{name}"' for name in SUMMARY_COLUMNS)
# Bodies of plain logs add nothing; those of the others are taken while they are not too much together. Few rows match:
# they are read in one go, which costs a third of finding their keys first.
_RECORDS: Final = f"""
SELECT {_NAMES}, CASE WHEN sum(strlen(body)) OVER (
    ORDER BY is_log, "at", event_id ROWS UNBOUNDED PRECEDING) <= $bytes THEN body END AS body
FROM (
  SELECT {columns_sql(SUMMARY_COLUMNS)}, type = 'log' AS is_log, CASE WHEN type <> 'log' THEN body END AS body
  FROM events WHERE {{condition}} ORDER BY is_log, events."at", event_id LIMIT $most
) ORDER BY is_log, "at", event_id
"""
_COUNT: Final = "SELECT count(*) AS n FROM events WHERE {condition}"
_COUNTS: Final = "SELECT parent_event_id AS parent, count(*) AS n FROM events WHERE {condition} GROUP BY parent"
