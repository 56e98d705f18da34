"""The hot store: DuckDB, the last days of events, rebuilt from Parquet and the journal whenever it must be.

One writer thread; questions run beside it on connections of their own and never block it.
"""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NoReturn

import duckdb
import msgspec
import pyarrow as pa

from lynex.clock import Clock
from lynex.config import StorageConfig
from lynex.errors import LynexError, Rebuilding, ShuttingDown, StorageFailed
from lynex.failpoints import reach
from lynex.store.cold import Cold, Written
from lynex.store.contract import Appended, Batch, Cancel, Poisoned, Progress, State, Totals, Value
from lynex.store.dedup import Dedup
from lynex.store.exchange import bring_up, take_over
from lynex.store.hot_file import HotFile, as_storage_error, is_fault
from lynex.store.ledger import Entry, advanced, merge_entries, read_totals
from lynex.store.opening import Opening
from lynex.store.readers import Readers
from lynex.store.rebuild import top_up
from lynex.store.removal import apply_missing, apply_tombstone, covered_ids, covered_rows
from lynex.store.rewrite import Rewriter
from lynex.store.seal import Sealer
from lynex.store.stored_event import StoredEvent
from lynex.store.tombstones import Tombstone, read_tombstones

_LOG: Final = logging.getLogger("lynex.store")
_WAL_AT_MOST: Final = 8  # times checkpoint_wal_bytes: then `append` checkpoints, however long the queue is


class HotStore:
    """The EventStore of a single machine. `cold` is what it has sealed; `set_aside` names damaged databases."""

    def __init__(self, data_dir: Path, config: StorageConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self.cold = Cold(data_dir / "cold")
        self._opening = Opening(data_dir / "hot", config, clock)
        self._dedup = Dedup(data_dir / "hot" / "ids", clock)
        self._sealer = Sealer(self.snapshot, self.cold, clock)
        self.rewriter = Rewriter(self.cold, self.snapshot, config.memory_limit)
        self._deleting = threading.Lock()  # before `_writing`; two that delete at once would conflict
        self._writing = threading.RLock()
        self._fault: BaseException | None = None
        self._prepared = False
        self._closed = False
        self._readers: Readers | None = None
        self._file = self._opening.open()
        self._totals = read_totals(self._file.connection)
        self._checkpointed_at = clock.monotonic()
        if self._totals.position >= self.cold.sealed_through:
            self._readers = self._new_readers()

    @classmethod
    def open(cls, data_dir: Path, config: StorageConfig, clock: Clock) -> "HotStore":
        """Quick: a whole file can be asked at once, what takes longer is left to `prepare`. Raises `StorageFailed`."""
        return cls(data_dir, config, clock)

    @property
    def state(self) -> State:
        return "ready" if self._prepared and self._fault is None else "rebuilding"

    @property
    def known_through(self) -> int:
        return max(self._totals.position, self.cold.sealed_through)

    @property
    def sealed_through(self) -> int:
        return self.cold.sealed_through

    def seal(self, through: int) -> int:
        return self._sealer.seal(through)

    @property
    def set_aside(self) -> list[str]:
        return self._opening.set_aside

    @property
    def wal_bytes(self) -> int:
        return self._file.wal_bytes

    def prepare(self, progress: Progress | None = None) -> None:
        with self._writing:
            if self._closed:
                raise ShuttingDown("The store is closed.")
            fault, self._fault, self._prepared = self._fault, None, False
            try:
                if fault is not None:
                    self._exchange_file(fault)
                self._bring_up(progress)
            except LynexError as error:
                self._fault = fault if fault is not None else error
                raise
            except (duckdb.Error, OSError) as error:
                self._fault = error
                raise as_storage_error(error) from error
            self._prepared = True

    def _exchange_file(self, fault: BaseException) -> None:
        _LOG.error("the hot database is reopened after: %s", fault)
        self._stop_reading()
        self._file.close()
        self._file = self._opening.reopen(fault)

    def _bring_up(self, progress: Progress | None) -> None:
        file = self._file
        self.cold.tombstones.merge(read_tombstones(file.connection))
        if read_totals(file.connection).position < self.cold.sealed_through:
            self._stop_reading()
            top_up(file, self.cold, self._clock, progress)
        apply_missing(file, list(self.cold.tombstones))
        bring_up(file, self.cold)
        self._totals = read_totals(file.connection)
        self._dedup.open(file, self._totals.position)
        if self._readers is None:
            self._readers = self._new_readers()

    def append(self, batch: Batch) -> Appended:
        with self._writing:
            self._must_be_prepared()
            if batch.last_seq <= self._totals.position:
                return Appended((), 0)
            batch = _past(batch, self._totals.position)
            try:
                return self._append(batch)
            except Poisoned:
                raise
            except Exception as error:  # whatever it was, only opening the file again makes sure of its state
                raise self._broken(error) from error

    def _append(self, batch: Batch) -> Appended:
        rows: Sequence[StoredEvent] = batch.rows
        if batch.first_seq <= self.cold.tombstones.through:  # a replay of what may have been deleted since
            rows = [row for row in rows if not self.cold.tombstones.cover(row)]
        try:
            sifted = self._dedup.sift(rows, self._file.connection)
        except (UnicodeError, TypeError) as error:
            raise Poisoned(f"an id that is not text: {error}") from error
        deleted = len(batch.rows) - len(rows)
        entry = Entry(
            first_seq=batch.first_seq,
            last_seq=batch.last_seq,
            stored=len(sifted.rows) + deleted,
            deduplicated=sifted.duplicates,
            dead_lettered=batch.dead_lettered,
            damaged=batch.damaged,
            deleted=deleted,
            committed_at=self._clock.now(),
        )
        self._file.insert(sifted.rows, entry)
        reach("store.after_commit")
        self._totals = advanced(self._totals, entry)
        self._dedup.remember(sifted, batch.last_seq)
        if self._file.wal_bytes > _WAL_AT_MOST * self._config.checkpoint_wal_bytes:
            self._checkpoint()
        return Appended(sifted.rows, sifted.duplicates)

    def totals(self) -> Totals:
        return self._totals

    def probably_stored(self, project_id: str, event_ids: Sequence[str]) -> set[str]:
        return self._dedup.recent.known(project_id, event_ids)

    def select(
        self, sql: str, values: Mapping[str, Value], *, timeout: float | None = None, cancel: Cancel | None = None
    ) -> pa.Table:
        readers = self._readers
        if readers is None or self._fault is not None:
            self._cannot_read()
        seconds = timeout if timeout is not None else self._config.query_timeout_s
        try:
            return readers.ask(sql, values, seconds, cancel)
        except duckdb.Error as error:
            if is_fault(error):
                self._fault = error
                raise as_storage_error(error) from error
            if isinstance(error, duckdb.IOException | duckdb.InternalException):
                raise as_storage_error(error) from error
            raise

    @contextmanager
    def snapshot(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection inside one reading transaction, for long work beside the writer. Raises `Rebuilding`."""
        with self._some_readers().borrow() as connection:
            connection.execute("BEGIN TRANSACTION READ ONLY")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def remove(self, project_id: str, sdk_name: str) -> int:
        with self._deleting, self._writing:
            self._must_be_prepared()
            try:
                return self._remove(project_id, sdk_name)
            except Exception as error:
                raise self._broken(error) from error

    def _remove(self, project_id: str, sdk_name: str) -> int:
        stone = Tombstone(
            project_id=project_id,
            sdk_name=sdk_name,
            through_seq=self._totals.position,
            rows=0,
            removed_at=self._clock.now(),
        )
        stone = msgspec.structs.replace(stone, rows=covered_rows(self._file.connection, stone))
        if not stone.rows:
            return 0
        for event_ids in covered_ids(self._file, stone):
            self._dedup.recent.forget(project_id, event_ids)
        try:
            self.cold.tombstones.add(stone)
        except OSError as error:
            raise as_storage_error(error) from error
        reach("store.tombstone_written")
        apply_tombstone(self._file, stone)
        self._totals = read_totals(self._file.connection)
        return stone.rows

    def exchange(self, written: Sequence[Written]) -> None:
        """Let new files of one day take the place of old ones, and their rows here with them: all or none.

        From any thread, beside the writer, which never waits for it but to delete. Durable when it returns; a crash in
        between is made good by `prepare`.
        """
        with self._deleting:
            with self._writing, ExitStack() as taken_back:
                self._must_be_prepared()
                connection = taken_back.enter_context(self._some_readers().borrow())
                try:
                    listed = self.cold.exchange(written)
                except OSError as error:
                    raise as_storage_error(error) from error
                borrowed = taken_back.pop_all()
            try:
                with borrowed:
                    take_over(HotFile(self._file.path, connection), self.cold, listed)
            except Exception as error:
                raise self._broken(error) from error
        reach("rewrite.after_commit")
        self.cold.remove(one.old for one in written)

    def checkpoint(self, *, force: bool = False) -> None:
        with self._writing:
            self._must_be_prepared()
            size = self._file.wal_bytes
            waited = self._clock.monotonic() - self._checkpointed_at
            large, old = size >= self._config.checkpoint_wal_bytes, waited >= self._config.checkpoint_seconds
            if not force and not large and not (old and size):
                return
            try:
                self._checkpoint()
            except Exception as error:
                raise self._broken(error) from error

    def _checkpoint(self) -> None:
        self._checkpointed_at = self._clock.monotonic()
        with self._file.transaction() as connection:
            merge_entries(connection, self.cold.sealed_through)
        reach("store.in_checkpoint")
        try:
            self._file.checkpoint()
        except duckdb.TransactionException as error:
            _LOG.info("checkpoint put off: %s", error)  # a long question is in the way; the log only grows a little
        self._dedup.save()

    def close(self) -> None:
        """Questions that run are interrupted; the log is folded in, so that the next start is quick."""
        with self._writing:
            if self._closed:
                return
            self._closed = True
            self._stop_reading()
            try:
                if self._prepared and self._fault is None:
                    self._checkpoint()
                self._file.close()
                if self._fault is None and not self._file.wal_bytes:
                    self._opening.note_clean_close()
            except (duckdb.Error, OSError):
                _LOG.exception("the hot database did not close cleanly; the next start repairs it")

    def _new_readers(self) -> Readers:
        return Readers(self._file.cursor, self._config.readers, self._clock)

    def _some_readers(self) -> Readers:
        readers = self._readers
        if readers is None or not self._prepared:
            self._cannot_read()
        return readers

    def _stop_reading(self) -> None:
        if self._readers is not None:
            self._readers.close()
            self._readers = None

    def _must_be_prepared(self) -> None:
        if self._closed:
            raise ShuttingDown("The store is closed.")
        if self._fault is not None:
            raise as_storage_error(self._fault)
        if not self._prepared:
            raise StorageFailed("The hot store was not prepared yet.")

    def _cannot_read(self) -> NoReturn:
        if self._closed:
            raise ShuttingDown("The store is closed.")
        raise Rebuilding("The hot database is being reopened or rebuilt.")

    def _broken(self, error: Exception) -> LynexError:
        if isinstance(error, LynexError):
            return error
        self._fault = error
        _LOG.error("the hot database failed: %s: %s", type(error).__name__, error)
        return as_storage_error(error)


def _past(batch: Batch, position: int) -> Batch:
    """The batch without what is stored already, where a replay cuts it in two."""
    if batch.first_seq > position + 1:
        raise ValueError(f"batch {batch.first_seq}–{batch.last_seq} does not follow position {position}")
    if batch.last_seq - batch.first_seq + 1 != len(batch.rows) + batch.dead_lettered + batch.damaged:
        raise ValueError(f"batch {batch.first_seq}–{batch.last_seq} does not account for each of its sequences")
    if batch.first_seq == position + 1:
        return batch
    rows = [row for row in batch.rows if row.seq > position]
    others = batch.last_seq - position - len(rows)
    dead_lettered = min(batch.dead_lettered, others)
    return Batch(position + 1, batch.last_seq, rows, dead_lettered, others - dead_lettered)
