"""Deleting by request: the tombstone first, then the rows with the ledger in one transaction. Repeatable."""

from collections.abc import Iterator
from typing import Final

import duckdb

from lynex.store.hot_file import HotFile
from lynex.store.tombstones import Tombstone, read_tombstones, write_tombstone

_CHUNK: Final = 20_000
_COVERED: Final = "project_id = $project AND sdk_name = $sdk AND seq <= $through"


def covered_rows(connection: duckdb.DuckDBPyConnection, stone: Tombstone) -> int:
    # All rows are fetched: an unfinished result would block the next `register` on this connection.
    found = connection.execute(f"SELECT count(*) FROM events WHERE {_COVERED}", _values(stone)).fetchall()
    return int(found[0][0])


def covered_ids(file: HotFile, stone: Tombstone) -> Iterator[list[str]]:
    """The event ids, in chunks."""
    cursor = file.cursor()
    cursor.execute(f"SELECT event_id FROM events WHERE {_COVERED}", _values(stone))
    while chunk := cursor.fetchmany(_CHUNK):
        yield [event_id for (event_id,) in chunk]
    cursor.close()


def apply_tombstone(file: HotFile, stone: Tombstone) -> None:
    """Delete what the stone covers and say so in the ledger, range by range."""
    with file.transaction() as connection:
        deletions = connection.execute(
            f"""
            SELECT entry.first_seq, count(*)
            FROM events ASOF JOIN (SELECT first_seq FROM ledger) AS entry ON events.seq >= entry.first_seq
            WHERE {_COVERED} GROUP BY entry.first_seq
            """,
            _values(stone),
        ).fetchall()
        connection.execute(f"DELETE FROM events WHERE {_COVERED}", _values(stone))
        if deletions:
            _count_deletions(connection, deletions)
        write_tombstone(connection, stone)


def apply_missing(file: HotFile, stones: list[Tombstone]) -> None:
    """What a crash, or a database made anew, has not seen yet."""
    known = read_tombstones(file.connection)
    for stone in stones:
        if stone not in known:
            apply_tombstone(file, stone)


def _count_deletions(connection: duckdb.DuckDBPyConnection, deletions: list[tuple[int, int]]) -> None:
    """Rewrite the entries concerned: the ledger knows no UPDATE, which DuckDB does in place and keeps versions of."""
    starts = [first for first, _ in deletions]
    entries = connection.execute(
        """
        SELECT first_seq, last_seq, stored, deduplicated, dead_lettered, damaged, deleted, committed_at
        FROM ledger WHERE first_seq = ANY($1)
        """,
        (starts,),
    ).fetchall()
    more = dict(deletions)
    connection.execute("DELETE FROM ledger WHERE first_seq = ANY($1)", (starts,))
    connection.executemany(
        """
        INSERT INTO ledger (first_seq, last_seq, stored, deduplicated, dead_lettered, damaged, deleted, committed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [(*entry[:6], entry[6] + more[entry[0]], entry[7]) for entry in entries],
    )


def _values(stone: Tombstone) -> dict[str, str | int]:
    return {"project": stone.project_id, "sdk": stone.sdk_name, "through": stone.through_seq}
