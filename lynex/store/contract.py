"""What Lynex asks of a place where telemetry rests. DuckDB keeps it today; a cluster would keep it in ClickHouse.

Every event of the appliance has a sequence: 1, 2, 3 … in the order in which the journal made it durable. A store takes
batches that each cover a closed range of sequences, and its position is the last sequence it has taken.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec
import pyarrow as pa

from lynex.store.stored_event import StoredEvent


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
    `stored` counts what was removed later too: the rows there are now are `stored - deleted_by_request`.
    """

    position: int = 0
    stored: int = 0
    deduplicated: int = 0
    dead_lettered: int = 0
    damaged: int = 0
    deleted_by_request: int = 0

    @property
    def rows(self) -> int:
        return self.stored - self.deleted_by_request


State = Literal["ready", "rebuilding"]
Progress = Callable[[int, int], None]  # events done, events in all
Value = str | int | float | bool | None | Sequence[str] | Sequence[int]


class Cancel:
    """Lets another thread give up a running `select`: pass it along, call `cancel()` when nobody waits any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._interrupt: Callable[[], None] | None = None
        self.cancelled = False

    def cancel(self) -> None:
        with self._lock:
            self.cancelled = True
            if self._interrupt is not None:
                self._interrupt()

    def watch(self, interrupt: Callable[[], None] | None) -> None:
        """For the store: what to call from now on; None when the statement is over."""
        with self._lock:
            self._interrupt = interrupt
            if self.cancelled and interrupt is not None:
                interrupt()


class EventStore(Protocol):
    """One writer thread calls `prepare`, `append`, `remove`, `checkpoint`; any thread calls the rest."""

    @property
    def state(self) -> State:
        """`ready` once `prepare` has run; `rebuilding` before, and from a fault until it has run again."""
        ...

    @property
    def known_through(self) -> int:
        """The last sequence this store has ever taken and still holds in any form: new ones must be greater."""
        ...

    def prepare(self, progress: Progress | None = None) -> None:
        """Make the store ready: repair, reopen or rebuild, whatever it takes. May take minutes; ready after it.

        Afterwards the caller goes on from `totals().position`, which may have gone back. Raises `StorageFailed` or
        `StorageFull` when it cannot be done now; then call it again later.
        """
        ...

    def append(self, batch: Batch) -> Appended:
        """Store the rows that are not duplicates by (project_id, event_id), and move the position, in one transaction.

        A batch at or below the position is a replay and changes nothing. Raises `StorageFailed` when the store needs
        `prepare` first, `Poisoned` when this very batch cannot be stored.
        """
        ...

    def totals(self) -> Totals:
        """What was committed last, from memory."""
        ...

    def select(
        self, sql: str, values: Mapping[str, Value], *, timeout: float | None = None, cancel: Cancel | None = None
    ) -> pa.Table:
        """Run one reading statement over the relation `events` (see `columns`), with named values bound (`$name`).

        `timeout` in seconds, the configured limit by default; waiting for a free reader counts. Raises
        `QueryTimeout`, `Rebuilding`, `StorageFailed`, `ShuttingDown`, `OutOfMemory`, and `Cancelled`.
        """
        ...

    def probably_stored(self, project_id: str, event_ids: Sequence[str]) -> set[str]:
        """Which of the ids are known from recent memory to be stored already; never waits for the disk."""
        ...

    def remove(self, project_id: str, sdk_name: str) -> int:
        """Delete what this project has stored so far from that SDK, for good: no replay or rebuild brings it back.

        Returns the number of events deleted. Their ids may be sent again afterwards.
        """
        ...

    def checkpoint(self, *, force: bool = False) -> None:
        """Fold the write-ahead log into the file when it is large or old enough. Raises `StorageFailed` as `append`."""
        ...

    def close(self) -> None: ...


class Sealer(Protocol):
    """What makes the stored immutable, so that the journal may forget it. May run beside the writer thread."""

    @property
    def sealed_through(self) -> int:
        """The journal may forget everything up to this sequence."""
        ...

    def totals(self) -> Totals: ...

    def seal(self, through: int) -> int:
        """Seal what was stored by batches that end at or before `through`; answers what is sealed now.

        Restartable at any point. Raises `StorageFailed`, `StorageFull`, `Rebuilding`; then nothing changed.
        """
        ...


class Poisoned(Exception):
    """The store refuses this batch because of what is in it; halve it and try again."""


class Cancelled(Exception):
    """The `Cancel` passed to a `select` was used."""
