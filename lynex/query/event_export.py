"""All events of a filter as one file, newest first, in pieces: what is exported costs no memory, however much it is.

The events are those that were stored when the export began: their number is known, and nothing that arrives moves it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from lynex.query.export_formats import FORMS
from lynex.query.filters import FILTER_PARAMETERS, Condition, Filters, filters_of
from lynex.query.parameters import Parameters
from lynex.query.ranges import RANGE_PARAMETERS, Range, range_of
from lynex.query.rows import Select
from lynex.store.contract import Cancel, EventStore, Value

CELLS: Final = ("safe", "raw")
EXPORT_PARAMETERS: Final = frozenset(
    ("project_id", *FILTER_PARAMETERS, *RANGE_PARAMETERS, "format", "cells", "export_id")
)
EXPORT_ID: Final = "^[A-Za-z0-9_-]{8,64}$"
_PLACES: Final = 20_000  # events whose places are known at once
_CHUNK_EVENTS: Final = 1000
_CHUNK_BYTES: Final = 8 << 20  # of bodies; one event alone may have more


class ExportQuestion(msgspec.Struct, frozen=True):
    """`export_id`: a name the asker gave it, to ask how far it is."""

    project_id: str
    filters: Filters
    span: Range
    format: str
    is_raw: bool
    export_id: str | None

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, now: int) -> "ExportQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, EXPORT_PARAMETERS)
        filters = filters_of(parameters)
        span, _ = range_of(parameters, now, default=None)
        form = parameters.choice("format", tuple(FORMS), code="invalid_format")
        cells = parameters.choice("cells", CELLS, code="invalid_cells")
        export_id = parameters.one("export_id", code="invalid_export_id")
        if export_id is not None and not re.fullmatch(EXPORT_ID, export_id, re.ASCII):
            message = "export_id must be 8 to 64 of the characters A-Z a-z 0-9 _ and -."
            parameters.fault("export_id", "invalid_export_id", message)
        parameters.check()
        return cls(project_id, filters, span, form if form is not None else "jsonl", cells == "raw", export_id)


class Piece(msgspec.Struct, frozen=True):
    """Bytes of the file, and how many events were read for them."""

    data: bytes
    rows: int


class EventExport(msgspec.Struct, frozen=True):
    """`rows` in all; each of the `pieces` blocks while it is read."""

    rows: int
    pieces: Iterator[Piece]


class EventExports:
    def __init__(self, store: EventStore) -> None:
        self._store = store

    def begun(self, question: ExportQuestion, cancel: Cancel | None = None) -> EventExport:
        """Counts; the pieces are read as they are asked for. `cancel` gives up whichever statement runs."""
        select = Select(self._store, cancel)
        known = question.filters.condition(question.project_id, question.span)
        stored = Condition(f"{known.sql} AND seq <= $stored", known.values | {"stored": self._store.totals().position})
        (counted,) = select(_COUNT.format(condition=stored.sql), stored.values)
        return EventExport(counted["rows"], self._pieces(question, stored, select, cancel))

    def _pieces(
        self, question: ExportQuestion, stored: Condition, select: Select, cancel: Cancel | None
    ) -> Iterator[Piece]:
        form = FORMS[question.format](question.is_raw)
        rows = _ROWS.format(columns=form.columns)
        for seqs in _chunks(select, stored):
            values: dict[str, Value] = {"seqs": seqs, "first": min(seqs), "last": max(seqs)}
            table = self._store.select(rows, values, cancel=cancel)
            yield Piece(form.add(table), table.num_rows)
        yield Piece(form.end(), 0)


def _chunks(select: Select, stored: Condition) -> Iterator[list[int]]:
    """The sequences of the events, newest first, in portions that fit into memory."""
    sql, values = stored.sql, dict(stored.values)
    while True:
        places = select.columns(_PLACES_SQL.format(condition=sql), values | {"wanted": _PLACES})
        yield from _portions(places["seq"], places["bytes"])
        if len(places["seq"]) < _PLACES:
            return
        sql = stored.sql + _AFTER
        values |= {"place_at": places["at"][-1], "place_id": places["event_id"][-1]}


def _portions(seqs: list[int], sizes: list[int]) -> Iterator[list[int]]:
    portion: list[int] = []
    size = 0
    for seq, own in zip(seqs, sizes, strict=True):
        if portion and (len(portion) == _CHUNK_EVENTS or size + own > _CHUNK_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(seq)
        size += own
    if portion:
        yield portion


_COUNT: Final = "SELECT count(*) AS rows FROM events WHERE {condition}"
# The newest are found first; only their bodies are measured.
_PLACES_SQL: Final = """
SELECT seq, epoch_us(events."at") AS at, event_id, strlen(body) AS bytes FROM events WHERE rowid IN (
  SELECT rowid FROM events WHERE {condition} ORDER BY "at" DESC, event_id DESC LIMIT $wanted
) ORDER BY events."at" DESC, event_id DESC
"""
_AFTER: Final = ' AND "at" <= make_timestamp($place_at) AND ("at" < make_timestamp($place_at) OR event_id < $place_id)'
# Rows lie in order of sequence: the bounds leave out almost all row groups.
_ROWS: Final = """
SELECT {columns} FROM events
WHERE seq >= $first AND seq <= $last AND seq IN (SELECT unnest($seqs)) ORDER BY events."at" DESC, event_id DESC
"""
