"""Sealing: what the hot database took from the journal becomes immutable Parquet; then the journal may forget it.

Order: each file flushed and renamed into place, then one manifest line for all. A kill before that line leaves files
nobody lists, which the next seal removes; the journal still has everything.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from lynex.clock import Clock
from lynex.errors import StorageFailed
from lynex.failpoints import reach
from lynex.store.cold import Cold
from lynex.store.columns import select_list
from lynex.store.hot_file import as_storage_error
from lynex.store.ledger import Entry, read_range
from lynex.store.manifest import FACTS_KEY, FileFacts, Seal, SealedFile

Snapshot = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]

_LOG: Final = logging.getLogger("lynex.store")
_SPAN: Final = 131_072  # sequences a file covers at most: sorting more at once spills to disk and costs twice as much
_SMALLEST_SPAN: Final = 8
_ROW_GROUP: Final = 16_384  # rows: at 4 kB of body still 64 MB a group, within DuckDB's memory limit
_PARTS: Final = """
SELECT project_id, CAST("at" AS DATE)::VARCHAR AS day, count(*), min(seq), max(seq),
       epoch_us(min("at")), epoch_us(max("at"))
FROM events WHERE seq BETWEEN $first AND $last
GROUP BY project_id, day, (seq - $first) // $span ORDER BY project_id, day, min(seq)
"""
PARQUET: Final = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}, KV_METADATA {{{FACTS_KEY}: $facts}})"
_COPY: Final = f"""
COPY (
    SELECT {select_list()} FROM events
    WHERE seq BETWEEN $first AND $last AND project_id = $project
      AND "at" >= CAST($day AS TIMESTAMP) AND "at" < CAST($day AS TIMESTAMP) + INTERVAL 1 DAY
    ORDER BY "at", event_id
) TO $path {PARQUET}
"""


class Sealer:
    """Runs in a thread of its own beside the writer, one seal at a time."""

    def __init__(self, snapshot: Snapshot, cold: Cold, clock: Clock) -> None:
        self._snapshot = snapshot
        self._cold = cold
        self._clock = clock
        self.span = _SPAN  # less once events were so large that sorting so many of them did not fit the memory
        self._one_at_a_time = threading.Lock()

    def seal(self, through: int) -> int:
        """As the contract says. Read in one transaction: later appends and deletions do not disturb it."""
        with self._one_at_a_time:
            try:
                seal = self._seal_what_fits(through)
            except (duckdb.Error, OSError) as error:
                raise as_storage_error(error) from error
            if seal is not None:
                reach("seal.after_manifest")
                _LOG.info("sealed sequences %d to %d, files: %d", seal.first_seq, seal.last_seq, seal.file_count)
            return self._cold.sealed_through

    def _seal_what_fits(self, through: int) -> Seal | None:
        while True:
            try:
                return self._seal(through)
            except duckdb.OutOfMemoryException:
                if self.span <= _SMALLEST_SPAN:
                    raise
                self.span //= 4
                _LOG.info("events are large: from now on a sealed file covers %d sequences", self.span)

    def _seal(self, through: int) -> Seal | None:
        with self._snapshot() as connection:
            entry = read_range(connection, self._cold.sealed_through, through)
            if entry is None:
                return None
            self._cold.clear_unlisted()
            seal = self._write_files(connection, entry)
        reach("seal.before_manifest")
        self._cold.manifest.add(seal)
        return seal

    def _write_files(self, connection: duckdb.DuckDBPyConnection, entry: Entry) -> Seal:
        bounds = {"first": entry.first_seq, "last": entry.last_seq, "span": self.span}
        parts = connection.execute(_PARTS, bounds).fetchall()
        seal = _seal_of(entry, self._clock.now(), len(parts))
        if sum(part[2] for part in parts) != seal.stored - seal.deleted:
            raise StorageFailed(
                f"The hot database does not hold what its ledger says of {seal.first_seq} to {seal.last_seq}."
            )
        files = []
        for number, (project, day, rows, first, last, min_at, max_at) in enumerate(parts):
            facts = FileFacts(
                seal=seal,
                project_id=project,
                day=day,
                rows=rows,
                first_seq=first,
                last_seq=last,
                min_at=min_at,
                max_at=max_at,
            )
            files.append(self._write_file(connection, facts, self._cold.temporary(number)))
        return msgspec.structs.replace(seal, files=tuple(files))

    def _write_file(self, connection: duckdb.DuckDBPyConnection, facts: FileFacts, temporary: Path) -> SealedFile:
        values: dict[str, str | int] = {
            "first": facts.first_seq,
            "last": facts.last_seq,
            "project": facts.project_id,
            "day": facts.day,
            "path": str(temporary),
            "facts": msgspec.json.encode(facts).decode(),
        }
        connection.execute(_COPY, values)
        reach("seal.temp_written")
        return self._cold.take_in(temporary, facts)


def _seal_of(entry: Entry, now: int, file_count: int) -> Seal:
    return Seal(
        first_seq=entry.first_seq,
        last_seq=entry.last_seq,
        stored=entry.stored,
        deduplicated=entry.deduplicated,
        dead_lettered=entry.dead_lettered,
        damaged=entry.damaged,
        deleted=entry.deleted,
        sealed_at=now,
        file_count=file_count,
    )
