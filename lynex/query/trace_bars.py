"""A trace as a few bars in time, so that a list shows its shape: its longest spans, those that failed first of all."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lynex.query.rows import Select
from lynex.query.trace_facts import Reach

MOST_BARS: Final = 24
_WHOLE: Final = 1000  # a bar is in thousandths of its trace
_FAILED_FIRST: Final = "duration_ms + CASE WHEN status = 'error' THEN 1e15 ELSE 0 END"
_BARS: Final = f"""
SELECT trace_id AS id, arg_max(struct_pack(start := epoch_us("at"), length := duration_ms * 1000, type := type,
  failed := status = 'error'), {_FAILED_FIRST}, $most) AS bars
FROM events WHERE rowid IN (SELECT rowid FROM events WHERE {{condition}} AND trace_id IN (SELECT unnest($ids)))
  AND duration_ms > 0 GROUP BY trace_id
"""
Bar = tuple[int, int, str, bool]  # start, length, type, whether it failed


def bars_of(select: Select, project_id: str, facts: Iterable[Mapping[str, Any]], most: int) -> dict[str, list[Bar]]:
    """By trace id, in order of their start."""
    by_id = {row["id"]: row for row in facts}
    if not by_id:
        return {}
    reach = Reach(
        since=min(row["start"] for row in by_id.values()),
        until=max(row["finish"] for row in by_id.values()) + 1,
        first_seq=min(row["first_seq"] for row in by_id.values()),
        last_seq=max(row["last_seq"] for row in by_id.values()),
    ).condition(project_id)
    rows = select(_BARS.format(condition=reach.sql), reach.values | {"ids": list(by_id), "most": most})
    return {row["id"]: [_bar(by_id[row["id"]], span) for span in _in_order(row["bars"])] for row in rows}


def _in_order(spans: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(spans, key=lambda span: (span["start"], -span["length"]))


def _bar(trace: Mapping[str, Any], span: Mapping[str, Any]) -> Bar:
    whole = max(1, trace["finish"] - trace["start"])
    start = round((span["start"] - trace["start"]) / whole * _WHOLE)
    return start, max(1, round(span["length"] / whole * _WHOLE)), span["type"], span["failed"]
