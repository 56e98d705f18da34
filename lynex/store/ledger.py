"""The ledger inside the hot database: what became of each range of sequences, written with the rows themselves.

It is the position of the store and the yardstick of `reconcile`: in each range, rows == stored - deleted.
"""

from dataclasses import dataclass
from typing import Final

import duckdb

from lynex.store.contract import Totals

LEDGER_TABLE: Final = """
CREATE TABLE IF NOT EXISTS ledger (
    first_seq BIGINT, last_seq BIGINT, stored BIGINT, deduplicated BIGINT, dead_lettered BIGINT, damaged BIGINT,
    deleted BIGINT, committed_at BIGINT
)"""
_MOST_ENTRIES: Final = 2_000
_ENTRIES_KEPT_APART: Final = 500
_SUMS: Final = "sum(stored), sum(deduplicated), sum(dead_lettered), sum(damaged), sum(deleted)"


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of `first_seq … last_seq`. `deleted` of the `stored` rows are gone again, by request."""

    first_seq: int
    last_seq: int
    stored: int
    deduplicated: int
    dead_lettered: int
    damaged: int
    deleted: int
    committed_at: int


def write_entry(connection: duckdb.DuckDBPyConnection, entry: Entry) -> None:
    connection.execute(
        """
        INSERT INTO ledger (first_seq, last_seq, stored, deduplicated, dead_lettered, damaged, deleted, committed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        (
            entry.first_seq,
            entry.last_seq,
            entry.stored,
            entry.deduplicated,
            entry.dead_lettered,
            entry.damaged,
            entry.deleted,
            entry.committed_at,
        ),
    )


def advanced(totals: Totals, entry: Entry) -> Totals:
    return Totals(
        position=entry.last_seq,
        stored=totals.stored + entry.stored,
        deduplicated=totals.deduplicated + entry.deduplicated,
        dead_lettered=totals.dead_lettered + entry.dead_lettered,
        damaged=totals.damaged + entry.damaged,
        deleted_by_request=totals.deleted_by_request + entry.deleted,
    )


def read_totals(connection: duckdb.DuckDBPyConnection, through: int | None = None) -> Totals:
    """The totals of all entries, or of those that end at or before `through`."""
    (found,) = connection.execute(
        f"SELECT max(last_seq), {_SUMS} FROM ledger WHERE $1 IS NULL OR last_seq <= $1", (through,)
    ).fetchall()
    position, stored, deduplicated, dead_lettered, damaged, deleted = (int(value or 0) for value in found)
    return Totals(position, stored, deduplicated, dead_lettered, damaged, deleted)


def read_range(connection: duckdb.DuckDBPyConnection, after: int, through: int | None) -> Entry | None:
    """Everything that follows `after`, in entries that end at or before `through`, as one entry."""
    (found,) = connection.execute(
        f"""
        SELECT min(first_seq), max(last_seq), {_SUMS}, max(committed_at)
        FROM ledger WHERE first_seq > $1 AND ($2 IS NULL OR last_seq <= $2)
        """,
        (after, through),
    ).fetchall()
    return Entry(*map(int, found)) if found[0] is not None else None


def is_whole(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the entries cover 1 … position without hole or overlap, and the rows are as many as they say."""
    ((covered,),) = connection.execute("SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM ledger").fetchall()
    ((rows, top),) = connection.execute("SELECT count(*), coalesce(max(seq), 0) FROM events").fetchall()
    totals = read_totals(connection)
    lawful = totals.position == totals.stored + totals.deduplicated + totals.dead_lettered + totals.damaged
    return bool(covered == totals.position and lawful and rows == totals.rows and top <= totals.position)


def sound_through(connection: duckdb.DuckDBPyConnection) -> int:
    """The last sequence up to which every ledger entry follows its predecessor and has its rows. Scans the table."""
    entries = connection.execute(
        """
        SELECT first_seq, last_seq, stored, deduplicated, dead_lettered, damaged, deleted
        FROM ledger ORDER BY first_seq
        """
    ).fetchall()
    counts = connection.execute(
        """
        SELECT entry.first_seq, count(*)
        FROM events ASOF JOIN (SELECT first_seq, last_seq FROM ledger) AS entry ON events.seq >= entry.first_seq
        WHERE events.seq <= entry.last_seq
        GROUP BY entry.first_seq
        """
    ).fetchall()
    found = dict(counts)
    position = 0
    for first, last, stored, deduplicated, dead_lettered, damaged, deleted in entries:
        follows = first == position + 1 and last - first + 1 == stored + deduplicated + dead_lettered + damaged
        if not follows or found.get(first, 0) != stored - deleted:
            break
        position = last
    return position


def cut_back(connection: duckdb.DuckDBPyConnection, position: int) -> None:
    """Inside a transaction: forget everything past `position`; the journal or Parquet brings it again."""
    connection.execute("DELETE FROM events WHERE seq > $1", (position,))
    connection.execute("DELETE FROM ledger WHERE first_seq > $1 OR last_seq > $1", (position,))


def merge_entries(connection: duckdb.DuckDBPyConnection, sealed_through: int) -> None:
    """Inside a transaction: fold old entries when there are many, never across `sealed_through`: seals start there."""
    ends = [last for (last,) in connection.execute("SELECT last_seq FROM ledger ORDER BY last_seq").fetchall()]
    if len(ends) <= _MOST_ENTRIES:
        return
    boundary = ends[-_ENTRIES_KEPT_APART]
    _fold(connection, 0, min(boundary, sealed_through))
    _fold(connection, sealed_through, boundary)


def _fold(connection: duckdb.DuckDBPyConnection, after: int, through: int) -> None:
    between = "first_seq > $1 AND last_seq <= $2"
    (old,) = connection.execute(
        f"SELECT count(*), min(first_seq), max(last_seq), {_SUMS}, max(committed_at) FROM ledger WHERE {between}",
        (after, through),
    ).fetchall()
    if old[0] > 1:
        connection.execute(f"DELETE FROM ledger WHERE {between}", (after, through))
        write_entry(connection, Entry(*map(int, old[1:])))
