"""Several events by their ids, with whole bodies, as many as one answer may carry."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from lynex.query.joined import details_with_records
from lynex.query.rows import Select, columns_sql
from lynex.store.contract import Cancel, EventStore, Value
from lynex.store.summary import DETAIL_COLUMNS

MOST_BYTES: Final = 16 << 20  # of bodies in one answer; one event alone may have any size
# Ids have no index, and people look at what they just saw: the newest rows come first.
_LAST: Final = (1 << 63) - 1
_STRETCHES: Final = (200_000, 2_000_000, _LAST)


class Lookup:
    """Blocks until the store answers; call it from a reader thread."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def events(
        self, project_id: str, event_ids: Sequence[str], trace_id: str | None = None, cancel: Cancel | None = None
    ) -> dict[str, Any]:
        """`{"items", "missing", "left_out"}`, each item as it is answered alone (`query/joined.py`).

        Ids of other projects are missing like unknown ones.
        """
        select = Select(self._store, cancel)
        wanted = list(dict.fromkeys(event_ids))
        found = self._find(select, project_id, wanted, trace_id)
        chosen: list[int] = []
        left_out, size = [], 0
        for event_id in wanted:
            if event_id not in found:
                continue
            size += found[event_id]["bytes"]
            if chosen and size > MOST_BYTES:
                left_out.append(event_id)
            else:
                chosen.append(found[event_id]["seq"])
        events = read_events(select, chosen)
        return {
            "items": details_with_records(select, project_id, [events[seq] for seq in chosen]),
            "missing": [event_id for event_id in wanted if event_id not in found],
            "left_out": left_out,
        }

    def _find(
        self, select: Select, project_id: str, wanted: Sequence[str], trace_id: str | None
    ) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        condition = _PLACE if trace_id is None else f"{_PLACE} AND trace_id = $trace_id"
        for after, through in [(0, _LAST)] if trace_id is not None else self._stretches():
            missing = [event_id for event_id in wanted if event_id not in found]
            if not missing:
                break
            values: dict[str, Value] = {"project_id": project_id, "ids": missing, "after": after, "through": through}
            if trace_id is not None:
                values["trace_id"] = trace_id
            for row in select(_SIZES.format(condition=condition), values):
                found.setdefault(row["event_id"], row)
        return found

    def _stretches(self) -> Iterable[tuple[int, int]]:
        newest, through = self._store.totals().position, _LAST
        for size in _STRETCHES:
            after = max(0, newest - size)
            yield after, through
            if after == 0:
                return
            through = after


def read_events(select: Select, seqs: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Whole rows (`DETAIL_COLUMNS`) by sequence."""
    if not seqs:
        return {}
    rows = select(_WHOLE, {"seqs": list(seqs), "first": min(seqs), "last": max(seqs)})
    return {row["seq"]: row for row in rows}


_PLACE: Final = "seq > $after AND seq <= $through AND project_id = $project_id"
_SIZES: Final = """
SELECT seq, event_id, strlen(body) AS bytes FROM events WHERE {condition} AND event_id IN (SELECT unnest($ids))
"""
# Rows lie in order of sequence: the bounds leave out almost all row groups.
_WHOLE: Final = f"""
SELECT {columns_sql(DETAIL_COLUMNS)} FROM events
WHERE seq >= $first AND seq <= $last AND seq IN (SELECT unnest($seqs))
"""
