"""Each (project, event id) is stored once, the first one wins: exact memory, then filters, then the table itself."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from lynex.clock import Clock
from lynex.store.hot_file import HotFile
from lynex.store.id_filters import LARGEST, SMALLEST, IdFilter, fingerprint
from lynex.store.recent_ids import RecentIds
from lynex.store.stored_event import StoredEvent

_LOG: Final = logging.getLogger("lynex.store")
_SAVE_EVERY: Final = 1 << 18  # ids; more of them are read back from the table after a crash
_RECALLED: Final = 100_000  # rows whose ids are put into recent memory at start
_CHUNK: Final = 20_000


@dataclass(frozen=True, slots=True)
class Sifted:
    """The rows that are new, with their fingerprints, and how many were not."""

    rows: Sequence[StoredEvent]
    fingerprints: Sequence[int]
    duplicates: int


class Dedup:
    """Used by the writer thread; `recent` may be asked by others. `filters` cover 1 … position without a hole."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self.recent = RecentIds(clock)
        self._filters: list[IdFilter] = []

    def open(self, file: HotFile, position: int) -> None:
        """Load the filters, and make from the table what they lack. Ids past `position` do no harm in them."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self.recent.clear()
        self._filters = []
        for saved in self._load(position):
            self._cover(file, saved.first_seq - 1)
            self._filters.append(saved)
        self._cover(file, position)
        self._recall(file, position)

    def sift(self, rows: Sequence[StoredEvent], connection: duckdb.DuckDBPyConnection) -> Sifted:
        seen: set[tuple[str, str]] = set()
        fresh: list[StoredEvent] = []
        numbers: list[int] = []
        knows = self.recent.knows
        for row in rows:
            key = (row.project_id, row.event_id)
            if key in seen or knows(row):
                continue
            seen.add(key)
            fresh.append(row)
            numbers.append(fingerprint(*key))
        suspects: dict[int, list[str]] = {}
        for index, filter_ in enumerate(self._filters):
            hits = filter_.hits(numbers)
            if hits:
                suspects[index] = [fresh[place].event_id for place in hits]
        if suspects:
            stored = self._look_up(suspects, connection)
            kept = [(r, n) for r, n in zip(fresh, numbers, strict=True) if (r.project_id, r.event_id) not in stored]
            fresh, numbers = [row for row, _ in kept], [number for _, number in kept]
        return Sifted(fresh, numbers, len(rows) - len(fresh))

    def remember(self, sifted: Sifted, last_seq: int) -> None:
        """After the commit of everything up to `last_seq`."""
        self.recent.add(sifted.rows)
        self._grow(sifted.fingerprints, last_seq)

    def save(self) -> None:
        """Write the growing filter; full ones were written when they filled up."""
        if self._filters and self._filters[-1].unsaved:
            self._filters[-1].save(self._directory)

    def _look_up(self, suspects: dict[int, list[str]], connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
        stored: set[tuple[str, str]] = set()
        for index, event_ids in suspects.items():
            where = self._filters[index]
            stored.update(
                connection.execute(
                    """
                    SELECT project_id, event_id FROM events
                    WHERE seq BETWEEN $first AND $last AND event_id = ANY($ids)
                    """,
                    {"first": where.first_seq, "last": where.last_seq, "ids": event_ids},
                ).fetchall()
            )
        return stored

    def _grow(self, numbers: Sequence[int], last_seq: int) -> None:
        if not self._filters or self._filters[-1].is_full:
            self._start_filter()
        growing = self._filters[-1]
        growing.add(numbers, last_seq)
        if growing.is_full or growing.unsaved >= _SAVE_EVERY:
            growing.save(self._directory)

    def _start_filter(self) -> None:
        first = self._filters[-1].last_seq + 1 if self._filters else 1
        capacity = min(2 * self._filters[-1].capacity, LARGEST) if self._filters else SMALLEST
        self._filters.append(IdFilter(first, capacity))

    def _load(self, position: int) -> Iterator[IdFilter]:
        for path in sorted(self._directory.glob("*.ids")):
            found = IdFilter.load(path)
            if found is None:
                _LOG.warning("%s is damaged; it is made again from the table", path.name)
            if found is None or found.first_seq > position:
                path.unlink()
                continue
            if found.last_seq > position:  # the table went back since
                found.last_seq = position
                found.save(self._directory)
            yield found

    def _cover(self, file: HotFile, through: int) -> None:
        """Fill filters from the table up to `through`, where the loaded ones end earlier."""
        after = self._filters[-1].last_seq if self._filters else 0
        if after >= through:
            return
        cursor = file.cursor()
        cursor.execute(
            "SELECT project_id, event_id, seq FROM events WHERE seq > $1 AND seq <= $2 ORDER BY seq", (after, through)
        )
        while found := cursor.fetchmany(_CHUNK):
            self._grow([fingerprint(project_id, event_id) for project_id, event_id, _ in found], found[-1][2])
        cursor.close()
        self._grow((), through)

    def _recall(self, file: HotFile, position: int) -> None:
        cursor = file.cursor()
        cursor.execute("SELECT project_id, event_id FROM events WHERE seq > $1", (position - _RECALLED,))
        while found := cursor.fetchmany(_CHUNK):
            for project_id, event_id in found:
                self.recent.add_id(project_id, event_id)
        cursor.close()
