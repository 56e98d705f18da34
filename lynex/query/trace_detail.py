"""One trace: its facts, its structure a hundred thousand events at a time, and which of its events exist."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lynex.errors import NotFound
from lynex.query.cursors import LONGEST, Cursors, Place
from lynex.query.parameters import Parameters, shown
from lynex.query.rows import Select, columns_sql
from lynex.query.trace_facts import facts_of, shown_facts
from lynex.query.trace_tree import COLUMNS, tree_of

MOST_EVENTS: Final = 100_000
DETAIL_PARAMETERS: Final = frozenset(("project_id", "limit", "cursor"))


class TraceDetailQuestion(msgspec.Struct, frozen=True):
    project_id: str
    trace_id: str
    limit: int = MOST_EVENTS
    cursor: str | None = None

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, trace_id: str) -> "TraceDetailQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, DETAIL_PARAMETERS)
        limit = parameters.whole("limit", 1, MOST_EVENTS, MOST_EVENTS)
        cursor = parameters.one("cursor", code="invalid_cursor", longest=LONGEST)
        parameters.check()
        return cls(project_id, trace_id, limit, cursor)

    @property
    def binding(self) -> bytes:
        return msgspec.json.encode(("trace", self.project_id, self.trace_id))


def trace_detail(select: Select, cursors: Cursors, question: TraceDetailQuestion) -> dict[str, Any]:
    """The facts and the structure. Raises NotFound, also when the trace belongs to another project."""
    found = facts_of(select, question.project_id, [question.trace_id])
    if question.trace_id not in found:
        raise NotFound(f"No trace {shown(question.trace_id)} in this project.", code="trace_not_found")
    facts, promotion = found[question.trace_id]
    columns, following = _events(select, cursors, question, (facts["first_seq"], facts["last_seq"]))

    def elsewhere(event_ids: list[str]) -> set[str]:
        if following is None and question.cursor is None:
            return set()
        values = {"project_id": question.project_id, "trace_id": question.trace_id, "ids": event_ids}
        return {row["event_id"] for row in select(_THOSE, values)}

    return {
        "trace": shown_facts(facts, promotion),
        "start_us": facts["start"],
        "total": facts["events"],
        "truncated": following is not None,
        "next": following,
        **tree_of(columns, question.trace_id, facts["start"], elsewhere, promotion.event_ids),
    }


def _events(
    select: Select, cursors: Cursors, question: TraceDetailQuestion, seqs: tuple[int, int]
) -> tuple[dict[str, list[Any]], str | None]:
    """The next events by time, and the cursor of those after them."""
    values: dict[str, Any] = {"project_id": question.project_id, "trace_id": question.trace_id}
    values.update(wanted=question.limit + 1, first_seq=seqs[0], last_seq=seqs[1])
    condition = f"{_MINE} AND seq >= $first_seq AND seq <= $last_seq"
    if question.cursor is not None:
        place = cursors.opened(question.cursor, question.binding, Place)
        condition += _AFTER_PLACE
        values.update(place_at=place.at, place_id=place.event_id)
    columns = select.columns(_EVENTS.format(condition=condition), values)
    if len(columns["event_id"]) <= question.limit:
        return columns, None
    columns = {name: cells[: question.limit] for name, cells in columns.items()}
    last = Place(at=columns["at"][-1], event_id=columns["event_id"][-1], start=None, end=None)
    return columns, cursors.sealed(last, question.binding)


_MINE: Final = "project_id = $project_id AND trace_id = $trace_id"
_AFTER_PLACE: Final = (
    ' AND "at" >= make_timestamp($place_at) AND ("at" > make_timestamp($place_at) OR event_id > $place_id)'
)
_EVENTS: Final = f"""
SELECT {columns_sql(COLUMNS)} FROM events WHERE {{condition}} ORDER BY events."at", event_id LIMIT $wanted
"""
_THOSE: Final = f"SELECT event_id FROM events WHERE {_MINE} AND event_id IN (SELECT unnest($ids))"
