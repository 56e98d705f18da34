"""What was stored after a sequence, for listeners that come back; the order is the order of storing."""

from typing import Any, Final

import msgspec

from lynex.query.filters import Filters
from lynex.query.ranges import Range
from lynex.query.rows import columns_sql, rows_of
from lynex.store.contract import EventStore
from lynex.store.summary import SUMMARY_COLUMNS, summary_of

_ANY_TIME: Final = Range(start=None, end=None, until=None)


class Missed(msgspec.Struct, frozen=True):
    """The newest of what was missed as (sequence, list item), oldest first; `left_out` were too many to tell."""

    items: list[tuple[int, dict[str, Any]]]
    left_out: int


def stored_after(store: EventStore, project_id: str, filters: Filters, after: int, limit: int) -> Missed:
    condition = filters.condition(project_id, _ANY_TIME)
    values = {**condition.values, "after": after}
    wanted = dict.fromkeys(("seq", *SUMMARY_COLUMNS))
    sql = _ROWS.format(columns=columns_sql(wanted), condition=condition.sql)
    rows = rows_of(store.select(sql, {**values, "wanted": limit}))
    left_out = 0
    if len(rows) == limit:
        left_out = rows_of(store.select(_COUNT.format(condition=condition.sql), values))[0]["n"] - limit
    return Missed([(row["seq"], summary_of(row)) for row in reversed(rows)], max(0, left_out))


_ROWS: Final = "SELECT {columns} FROM events WHERE {condition} AND seq > $after ORDER BY seq DESC LIMIT $wanted"
_COUNT: Final = "SELECT count(*) AS n FROM events WHERE {condition} AND seq > $after"
