"""What a trace is in one line: lists show it for each trace and one trace shows it at its head, from the same page.

Tokens and cost are sums over what counts, and over roll-ups that count because no call is below them. Its root is the
first event without a parent, a span rather than a fact beside it; until one arrives, the first event stands for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from lynex.clock import rfc3339
from lynex.query.arrangement import arranged
from lynex.query.figures import COUNTS, IS_CALL, whole
from lynex.query.filters import Condition, Filters
from lynex.query.ranges import Range
from lynex.query.rollups import promoted
from lynex.query.rows import Select
from lynex.store.contract import Value

MOST_ARRANGED: Final = 20_000  # events; in larger traces a roll-up counts only where there is no call at all
_MOST_MODELS: Final = 20
_MOST_TAGS: Final = 50
_BATCH: Final = 200_000  # events arranged at once

FINISH_SQL: Final = 'max(epoch_us("at") + coalesce((duration_ms * 1000)::BIGINT, 0))'
DURATION_SQL: Final = f'(({FINISH_SQL} - epoch_us(min("at"))) / 1000)'
# A failed span and the exception it logged are one failure.
ERRORS_SQL: Final = "coalesce(len(list_distinct(list(coalesce(span_id, event_id)) FILTER (status = 'error'))), 0)"
FAILED_SQL: Final = """CASE WHEN bool_or(parent_event_id IS NULL)
  THEN bool_or(parent_event_id IS NULL AND status = 'error') ELSE arg_min(status, "at") = 'error' END"""
# Roll-ups that no call names as its parent: only these can count.
_ROLLUPS: Final = "list(event_id) FILTER (usage_scope = 'rollup')"
_CALLERS: Final = "list(parent_event_id) FILTER (usage_scope IN ('call', 'duplicate') AND parent_event_id IS NOT NULL)"
ROLLUPS_SQL: Final = f"coalesce(len({_ROLLUPS}), 0) - coalesce(len(list_intersect({_ROLLUPS}, {_CALLERS})), 0)"
# 0: a span without a parent, 1: another event without a parent, 2: any other. A failure that says how long was tried
# is no span.
_RANK: Final = (
    "CASE WHEN parent_event_id IS NOT NULL THEN 2 WHEN duration_ms IS NULL OR type = 'error' THEN 1 ELSE 0 END"
)
FIRST_SQL: Final = 'struct_pack(t := "at", id := event_id)'


class Promotion(msgspec.Struct, frozen=True):
    """Roll-ups that count, and what they add."""

    event_ids: frozenset[str] = frozenset()
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cost: Decimal | None = None
    is_unpriced: bool = False


Facts = tuple[dict[str, Any], Promotion]  # what `shown_facts` takes; `start` is in µs
Key = Literal["trace_id", "event_id"]  # event_id: events outside of traces, each like a trace of its own


class Reach(msgspec.Struct, frozen=True):
    """Where events are looked for: between two instants, and between two sequences. Rows lie in order of sequence: what
    is known to be near costs no look at all the rest."""

    since: int | None = None
    until: int | None = None
    first_seq: int = 0
    last_seq: int = (1 << 63) - 1

    def condition(self, project_id: str) -> Condition:
        of_project = Filters().condition(project_id, Range(self.since, self.until, self.until))
        values: dict[str, Value] = {"first_seq": self.first_seq, "last_seq": self.last_seq}
        return Condition(f"{of_project.sql} AND seq >= $first_seq AND seq <= $last_seq", of_project.values | values)


EVERYWHERE: Final = Reach()


def facts_of(
    select: Select, project_id: str, ids: Sequence[str], reach: Reach = EVERYWHERE, *, key: Key = "trace_id"
) -> dict[str, Facts]:
    """By id."""
    if not ids:
        return {}
    these = _among(reach.condition(project_id), key, ids)
    rows = select(_FACTS.format(condition=these.sql, key=key), these.values)
    promotions = _promotions(select, reach.condition(project_id), key, rows)
    return {row["id"]: (row, promotions.get(row["id"], Promotion())) for row in rows}


def _among(condition: Condition, key: Key, ids: Sequence[str]) -> Condition:
    """A comparison with one id is done while scanning, which halves the time of a join with many."""
    if len(ids) == 1:
        return Condition(f"{condition.sql} AND {key} = $id", condition.values | {"id": ids[0]})
    return Condition(f"{condition.sql} AND {key} IN (SELECT unnest($ids))", condition.values | {"ids": list(ids)})


def shown_facts(row: Mapping[str, Any], promotion: Promotion) -> dict[str, Any]:
    """An item of a list of traces."""
    root = row["root"]
    failed = row["root_failed"] if row["has_root"] else root["status"] == "error"
    return {
        "trace_id": row["trace_id"],
        "name": root["name"],
        "type": root["type"],
        "root_event_id": root["event_id"] if row["has_root"] else None,
        "start": rfc3339(row["start"]),
        "end": rfc3339(row["finish"]),
        "duration_ms": (row["finish"] - row["start"]) / 1000,
        "status": "error" if failed else "ok",
        "events": row["events"],
        "errors": row["errors"],
        "requests": whole(row["requests"]),
        "models": sorted(row["models"] or ())[:_MOST_MODELS],
        "input_tokens": whole(row["input_tokens"]) + promotion.input_tokens,
        "output_tokens": whole(row["output_tokens"]) + promotion.output_tokens,
        "total_tokens": whole(row["total_tokens"]) + promotion.total_tokens,
        "cost_usd": shown_cost([row["cost"], promotion.cost], is_unpriced=row["unpriced"] or promotion.is_unpriced),
        "is_promoted": bool(promotion.event_ids),
        "session_id": row["session_id"],
        "user_id": row["user_id"],
        "environment": row["environment"],
        "release": row["release"],
        "service": row["service"],
        "tags": sorted(set(row["tags"] or ()))[:_MOST_TAGS],
    }


def shown_cost(costs: Iterable[Decimal | None], *, is_unpriced: bool) -> float | None:
    """The sum of what is known; None where nothing is and something used a model without a known price."""
    known = [cost for cost in costs if cost is not None]
    return None if is_unpriced and not known else float(sum(known))


def _promotions(select: Select, these: Condition, key: Key, facts: Sequence[Mapping[str, Any]]) -> dict[str, Promotion]:
    rows = [row for row in facts if row["rollups"]]
    found = {
        row["id"]: _promotion_of([row["largest_rollup"]])
        for row in rows
        if row["events"] > MOST_ARRANGED and not row["calls"]
    }
    batch: list[str] = []
    size = 0
    for row in [*(row for row in rows if row["events"] <= MOST_ARRANGED), None]:
        if batch and (row is None or size + row["events"] > _BATCH):
            found |= _arranged_promotions(select, these, key, batch)
            batch, size = [], 0
        if row is not None:
            batch.append(row["id"])
            size += row["events"]
    return found


def _arranged_promotions(select: Select, these: Condition, key: Key, ids: Sequence[str]) -> dict[str, Promotion]:
    mine = _among(these, key, ids)
    columns = select.columns(_SKELETONS.format(condition=mine.sql, key=key), mine.values)
    found, first = {}, 0
    owners = columns["id"]
    while first < len(owners):
        last = first + 1
        while last < len(owners) and owners[last] == owners[first]:
            last += 1
        own = {name: values[first:last] for name, values in columns.items()}
        tree = arranged(own["event_id"], own["parent_event_id"])
        events = promoted(tree, own["usage_scope"], own["start"], own["duration_ms"])
        if events:
            found[owners[first]] = _promotion_of([{name: own[name][event] for name in own} for event in events])
        first = last
    return found


def _promotion_of(rollups: Sequence[Mapping[str, Any]]) -> Promotion:
    costs = [one["cost"] for one in rollups if one["cost"] is not None]
    return Promotion(
        event_ids=frozenset(one["event_id"] for one in rollups),
        input_tokens=sum(whole(one["input_tokens"]) for one in rollups),
        output_tokens=sum(whole(one["output_tokens"]) for one in rollups),
        total_tokens=sum(whole(one["total_tokens"]) for one in rollups),
        cost=sum(costs, Decimal(0)) if costs else None,
        is_unpriced=any(one["cost_source"] == "unknown_model" for one in rollups),
    )


def _first_said(column: str) -> str:
    return f"arg_min({column}, {FIRST_SQL}) AS {column}"


_USED: Final = ("event_id", "input_tokens", "output_tokens", "total_tokens", "cost", "cost_source")
# Keys first, whole rows afterwards: only the row groups of these traces are read.
_OF_THESE: Final = "rowid IN (SELECT rowid FROM events WHERE {condition})"
_FACTS: Final = f"""
SELECT {{key}} AS id, any_value(trace_id) AS trace_id, epoch_us(min("at")) AS start, {FINISH_SQL} AS finish,
  count(*) AS events, min(seq) AS first_seq, max(seq) AS last_seq, {ERRORS_SQL} AS errors,
  bool_or(parent_event_id IS NULL AND status = 'error') AS root_failed,
  bool_or(parent_event_id IS NULL) AS has_root, count_if({IS_CALL}) AS requests,
  sum(input_tokens) FILTER ({COUNTS}) AS input_tokens, sum(output_tokens) FILTER ({COUNTS}) AS output_tokens,
  sum(total_tokens) FILTER ({COUNTS}) AS total_tokens, sum(cost) FILTER ({COUNTS}) AS cost,
  count_if({COUNTS} AND cost_source = 'unknown_model') AS unpriced,
  {ROLLUPS_SQL} AS rollups, count_if(usage_scope IN ('call', 'duplicate')) AS calls,
  arg_max(struct_pack({", ".join(f"{name} := {name}" for name in _USED)}), coalesce(total_tokens, 0))
    FILTER (usage_scope = 'rollup') AS largest_rollup,
  list(DISTINCT model) FILTER (model IS NOT NULL) AS models, flatten(list(DISTINCT tags)) AS tags,
  arg_min(struct_pack(name := name, type := type, event_id := event_id, status := status),
    struct_pack(rank := {_RANK}, t := "at", id := event_id)) AS root,
  {", ".join(_first_said(column) for column in ("session_id", "user_id", "environment", "release"))},
  arg_min(service_name, {FIRST_SQL}) AS service
FROM events WHERE {_OF_THESE} GROUP BY {{key}}
"""
_SKELETONS: Final = f"""
SELECT {{key}} AS id, event_id, parent_event_id, usage_scope, epoch_us("at") AS start, duration_ms,
  input_tokens, output_tokens, total_tokens, cost, cost_source
FROM events WHERE {_OF_THESE} ORDER BY id, events."at", event_id
"""
