"""What was deleted by request, and stays deleted: replay, rebuild and restore ask here before they bring rows back.

Kept in the hot database (same transaction as the deletion) and, first, in a flushed file of its own.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from lynex.store.record_file import RecordFile
from lynex.store.stored_event import StoredEvent

TOMBSTONE_TABLE: Final = """
CREATE TABLE IF NOT EXISTS tombstones (
    project_id VARCHAR, sdk_name VARCHAR, through_seq BIGINT, rows BIGINT, removed_at BIGINT
)"""


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of the project from this SDK at or below `through_seq` are deleted; `rows` of them were stored then."""

    project_id: str
    sdk_name: str
    through_seq: int
    rows: int
    removed_at: int

    def covers(self, row: StoredEvent) -> bool:
        return row.seq <= self.through_seq and row.project_id == self.project_id and row.sdk_name == self.sdk_name


class Tombstones:
    """All of them, in memory: there are few, one for each request."""

    def __init__(self, path: Path) -> None:
        self._file = RecordFile(path, Tombstone)

    def __iter__(self) -> Iterator[Tombstone]:
        return iter(self._file.records)

    @property
    def through(self) -> int:
        """Rows above this sequence are touched by none."""
        return max((stone.through_seq for stone in self._file.records), default=0)

    def add(self, stone: Tombstone) -> None:
        self._file.append(stone)

    def merge(self, others: Iterable[Tombstone]) -> None:
        """Take over what the hot database knows and the file lost."""
        missing = [stone for stone in others if stone not in self._file.records]
        if missing or self._file.damaged:
            self._file.rewrite([*self._file.records, *missing])

    def cover(self, row: StoredEvent) -> bool:
        return any(stone.covers(row) for stone in self._file.records)


def read_tombstones(connection: duckdb.DuckDBPyConnection) -> list[Tombstone]:
    found = connection.execute(
        "SELECT project_id, sdk_name, through_seq, rows, removed_at FROM tombstones ORDER BY removed_at"
    ).fetchall()
    return [
        Tombstone(project_id=project, sdk_name=sdk, through_seq=through, rows=rows, removed_at=at)
        for project, sdk, through, rows, at in found
    ]


def write_tombstone(connection: duckdb.DuckDBPyConnection, stone: Tombstone) -> None:
    connection.execute(
        """
        INSERT INTO tombstones (project_id, sdk_name, through_seq, rows, removed_at)
        VALUES ($1, $2, $3, $4, $5)
        """,
        (stone.project_id, stone.sdk_name, stone.through_seq, stone.rows, stone.removed_at),
    )


def still_wanted(position: int, stones: Iterable[Tombstone]) -> tuple[str, dict[str, str | int]]:
    """The SQL condition for rows of Parquet past `position` that were not deleted, and its values."""
    conditions = ["seq > $position"]
    values: dict[str, str | int] = {"position": position}
    for number, stone in enumerate(stones):
        conditions.append(
            f"NOT (seq <= $through_{number} AND project_id = $project_{number}"
            f" AND sdk_name IS NOT DISTINCT FROM $sdk_{number})"
        )
        values[f"through_{number}"] = stone.through_seq
        values[f"project_{number}"] = stone.project_id
        values[f"sdk_{number}"] = stone.sdk_name
    return " AND ".join(conditions), values
