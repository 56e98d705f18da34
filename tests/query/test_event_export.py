"""Exports: every event once, whole, in files that other programs read, and nothing a spreadsheet would run."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from lynex.query.event_export import EventExports, ExportQuestion
from lynex.store.contract import Cancel, Cancelled
from tests.query.conftest import NOW, PROJECT, Shelf, a_call, params

csv.field_size_limit(1 << 24)


def exported(shelf: Shelf, **named: Any) -> bytes:
    export = EventExports(shelf.store).begun(ExportQuestion.from_params(params(**named), PROJECT, NOW))
    pieces = list(export.pieces)
    assert sum(piece.rows for piece in pieces) == export.rows
    return b"".join(piece.data for piece in pieces)


def cells(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_hundred_thousand_events_are_each_exported_once_in_order(shelf: Shelf) -> None:
    rows = 100_003
    for first in range(0, rows, 20_000):
        ats = range(first, min(rows, first + 20_000))
        shelf.put(*({"event_id": f"x{number}", "at": NOW - number // 3 * 1000 - 1} for number in ats))
    shelf.put({"event_id": "elsewhere", "project_id": "proj_b"}, {"event_id": "old", "at": NOW - 10**12})
    expected = sorted((f"x{number}" for number in range(rows)), key=lambda one: (int(one[1:]) // 3, _backwards(one)))
    table = csv.reader(io.StringIO(exported(shelf, format="csv", from_="-7d").decode(), newline=""))
    assert [row[0] for row in table] == ["event_id", *expected]
    file = io.BytesIO(exported(shelf, format="parquet", from_="-7d"))
    assert pq.read_table(file, columns=["event_id"]).column(0).to_pylist() == expected
    lines = exported(shelf, format="jsonl", to="-25s").splitlines()
    assert len(lines) == rows - 75_000 + 1


def _backwards(text: str) -> tuple[int, ...]:
    return tuple(-ord(char) for char in text)


BODY = {"input": {"value": 'one, "two"\nthree'}, "output": {"value": "日本 \u0000"}}


def test_all_of_an_event_is_in_every_form(shelf: Shelf) -> None:
    body = msgspec.json.encode(BODY).decode()
    shelf.put(
        a_call(body=body, attrs='{"tenant":"t1"}', tags=["a", "b"], cost=Decimal("0.000000000012"), total_tokens=7)
    )
    (line,) = exported(shelf, format="jsonl").splitlines()
    whole = msgspec.json.decode(line)
    assert whole | {"joined": [], "joined_from": {}} == shelf.events.one(PROJECT, "e1")
    (row,) = cells(exported(shelf, format="csv"))
    assert msgspec.json.decode(row["body"]) == BODY and msgspec.json.decode(row["tags"]) == ["a", "b"]
    assert row["at"] == "2025-11-20T11:59:59.000000Z" and Decimal(row["cost_usd"]) == Decimal("0.000000000012")
    (typed,) = pq.read_table(io.BytesIO(exported(shelf, format="parquet"))).to_pylist()
    assert msgspec.json.decode(typed["body"]) == BODY and typed["tags"] == ["a", "b"]
    assert typed["at"].isoformat() == "2025-11-20T11:59:59+00:00" and typed["cost_usd"] == Decimal("0.000000000012")
    assert typed["metadata"] == '{"tenant":"t1"}' and typed["total_tokens"] == 7


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_is_never_a_formula_unless_it_is_wanted_raw(shelf: Shelf, start: str) -> None:
    formula = start + "cmd|' /C calc'!A0"
    shelf.put(a_call(name=formula, user_id=formula, model=formula, body='{"x":"=1"}'))
    (row,) = cells(exported(shelf, format="csv"))
    assert row["name"] == row["user_id"] == row["model"] == "'" + formula
    (raw,) = cells(exported(shelf, format="csv", cells="raw"))
    assert raw["name"] == formula


def test_nothing_found_is_a_whole_file_without_rows(shelf: Shelf) -> None:
    assert exported(shelf, format="jsonl") == b""
    assert exported(shelf, format="csv").startswith(b'"event_id","type","at"')
    assert pq.read_table(io.BytesIO(exported(shelf, format="parquet"))).num_rows == 0


def test_what_arrives_meanwhile_is_not_in_it_and_who_gives_up_gets_no_more(shelf: Shelf) -> None:
    shelf.put(*({"at": NOW - number} for number in range(1500)))
    cancel = Cancel()
    export = EventExports(shelf.store).begun(ExportQuestion.from_params([], PROJECT, NOW), cancel)
    first = next(export.pieces)
    shelf.put({"at": NOW - 1499, "event_id": "late"})
    assert first.rows + next(export.pieces).rows == 1500 == export.rows
    again = EventExports(shelf.store).begun(ExportQuestion.from_params([], PROJECT, NOW), cancel)
    next(again.pieces)
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(again.pieces)


def test_wrong_parameters_are_named(refused: Callable[..., dict[str, str]]) -> None:
    assert refused(ExportQuestion, format="xlsx", cells="no", export_id="a/b", limit=5) == {
        "format": "invalid_format",
        "cells": "invalid_cells",
        "export_id": "invalid_export_id",
        "limit": "unknown_parameter",
    }
