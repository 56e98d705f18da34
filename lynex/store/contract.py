"""What Lynex asks of a place where telemetry rests. DuckDB keeps it today; a cluster would keep it in ClickHouse.

Every event of the appliance has a sequence: 1, 2, 3 … in the order in which the journal made it durable. A store takes
batches that each cover a closed range of sequences, and its position is the last sequence it has taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import pyarrow as pa

from lynex.store.columns import StoredEvent


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Everything that became of the sequences `first_seq … last_seq` (both included).

    `rows` are in order of sequence. `last_seq - first_seq + 1 == len(rows) + dead_lettered + damaged` always.
    """

    first_seq: int
    last_seq: int
    rows: Sequence[StoredEvent]
    dead_lettered: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Appended:
    """What the store made of a batch: the rows that are now stored, and how many were duplicates."""

    rows: Sequence[StoredEvent]
    duplicates: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Cumulative figures kept in the same transaction as the rows.

    `position == stored + deduplicated + dead_lettered + damaged` always: sequences start at 1.
    """

    position: int
    stored: int
    deduplicated: int
    dead_lettered: int
    damaged: int


Value = str | int | float | bool | None | Sequence[str] | Sequence[int]


class EventStore(Protocol):
    """One writer thread calls `append`, `checkpoint`; any thread calls `select`, `totals`."""

    def append(self, batch: Batch) -> Appended:
        """Store the rows that are not duplicates by (project_id, event_id), and move the position, in one transaction.

        A batch at or below the position is a replay and changes nothing. Raises `StorageFailed` when the store is
        broken for good (the caller reopens or rebuilds), `Poisoned` when this very batch cannot be stored.
        """
        ...

    def totals(self) -> Totals:
        """What was committed last, from memory."""
        ...

    def select(self, sql: str, values: Mapping[str, Value], *, timeout: float | None = None) -> pa.Table:
        """Run one reading statement over the relation `events` (see `columns`), with named values bound (`$name`).

        `timeout` in seconds, the configured limit by default. Raises `QueryTimeout`, `Rebuilding`, `StorageFailed`.
        """
        ...

    def probably_stored(self, project_id: str, event_ids: Sequence[str]) -> set[str]:
        """Which of the ids are known from recent memory to be stored already; never waits for the disk."""
        ...

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file when it is large or old enough."""
        ...

    def close(self) -> None: ...


class Poisoned(Exception):  # noqa: N818 - names the batch, not a kind of error
    """The store refuses this batch because of what is in it; halve it and try again."""
