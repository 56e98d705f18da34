"""Sealed days written anew: read in order of sequence, made into other rows by the caller, put into new Parquet files.

Nothing that is listed changes here: `HotStore.exchange` lets the new files take the place of the old ones.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa

from lynex.clock import HOUR
from lynex.failpoints import reach
from lynex.store.cold import Cold, Written
from lynex.store.columns import COLUMNS, SCHEMA, name_list, select_list, to_arrow
from lynex.store.durable import make_directory, sync_file
from lynex.store.hot_file import as_storage_error
from lynex.store.manifest import SealedFile, facts_of, hash_of
from lynex.store.revisions import Day
from lynex.store.seal import PARQUET, Snapshot
from lynex.store.stored_event import StoredEvent

Rows = list[StoredEvent]

_BATCH: Final = 6_000  # rows, as many as the processor takes at once
_BATCH_BYTES: Final = 32 << 20
_UNSEALED_BATCH: Final = 2_000
_AROUND: Final = 6 * HOUR  # how far before and after a day it is looked for events of the same calls
_MOST_AROUND: Final = 50_000
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
}
_LONG: Final = frozenset({"body", "attrs", "context", "input_preview"})  # no rule of counting looks at them
_WHAT_COUNTS: Final = tuple(name for name in COLUMNS if name not in _LONG)
_UNSEALED_DAYS: Final = 'SELECT DISTINCT CAST("at" AS DATE)::VARCHAR, project_id FROM events WHERE seq > $1'
_SOURCE: Final = "read_parquet($paths, union_by_name = true, hive_partitioning = false)"


class Rewriter:
    """For one thread. `directory` is its own: it may be emptied whenever no day is in hand."""

    def __init__(self, cold: Cold, snapshot: Snapshot, memory_limit: str) -> None:
        self._cold = cold
        self._snapshot = snapshot
        self._memory_limit = memory_limit  # what was sealed within it can be written again within it
        self._directory = cold.directory / "rewriting"

    def days(self, first: str, last: str, project_id: str | None = None, *, also_unsealed: bool = False) -> list[Day]:
        """The days from `first` to `last`, both included, of which something is sealed, oldest first."""
        found = {(file.day, file.project_id) for file in self._cold.files()}
        if also_unsealed:
            with self._snapshot() as connection:
                found.update(connection.execute(_UNSEALED_DAYS, (self._cold.sealed_through,)).fetchall())
        wanted = [(project, day) for day, project in sorted(found) if first <= day <= last]
        return [one for one in wanted if project_id in (None, one[0])]

    def clear(self) -> None:
        """Away with what a day left behind that was never exchanged."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def files(self, day: Day) -> list[SealedFile]:
        """The files of a day that are whole, in order of sequence."""
        return [file for file in self._cold.files(*day) if self._cold.verified(file) is not None]

    def rows(self, file: SealedFile) -> Iterator[Rows]:
        """What a file holds, in order of sequence, a batch at a time."""
        with self._connected() as connection:
            found = {"paths": [str(self._cold.directory / file.path)]}
            columns = _shared(connection, found, COLUMNS)
            # In windows of sequences: a sort of all the bodies would not fit the memory, and files are nearly in order.
            sizes = connection.execute(f"SELECT seq, strlen(body) FROM {_SOURCE} ORDER BY seq", found).fetchall()
            for first, last in _windows(sizes):
                window = found | {"first": first, "last": last}
                yield from _batches(connection, _SOURCE, "seq BETWEEN $first AND $last", window, columns)

    def unsealed(self, day: Day) -> Iterator[Rows]:
        """What the hot database holds of a day beyond what is sealed, in order of sequence."""
        project, name = day
        condition = """
        seq BETWEEN $first AND $last AND project_id = $project
        AND "at" >= CAST($day AS TIMESTAMP) AND "at" < CAST($day AS TIMESTAMP) + INTERVAL 1 DAY
        """
        with self._snapshot() as connection:
            ((head,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchall()
            for first in range(self._cold.sealed_through + 1, head + 1, _UNSEALED_BATCH):
                window = {"project": project, "day": name, "first": first, "last": first + _UNSEALED_BATCH - 1}
                yield from _batches(connection, "events", condition, window, COLUMNS)

    def around(self, day: Day, first: int, last: int) -> Iterator[Rows]:
        """What may count the same calls as the day from `first` to `last` (its bounds): events of the hours before and
        after, in order of sequence, with the columns that counting goes by."""
        project, name = day
        near = [
            file
            for file in self._cold.files(project)
            if file.day != name and file.min_at < last + _AROUND and file.max_at >= first - _AROUND
        ]
        paths = [str(path) for file in near if (path := self._cold.verified(file)) is not None]
        if not paths:
            return
        condition = f"""
        "at" >= make_timestamp($from) AND "at" < make_timestamp($to)
        AND (trace_id IS NOT NULL OR usage_scope IS NOT NULL)
        QUALIFY row_number() OVER (ORDER BY abs(epoch_us("at") - $middle)) <= {_MOST_AROUND}
        """
        values = {"paths": paths, "from": first - _AROUND, "to": last + _AROUND, "middle": (first + last) // 2}
        with self._connected() as connection:
            shared = _shared(connection, {"paths": paths}, _WHAT_COUNTS)
            yield from _batches(connection, _SOURCE, condition, values, shared)

    def write(self, file: SealedFile, rows: Iterable[Rows], revision: int) -> Written:
        """The rows into a new file beside the store; as many as the old one has. Raises what `rows` raises."""
        make_directory(self._directory)
        (seal,) = [seal for seal in self._cold.manifest.seals if file in seal.files]
        facts = facts_of(file, seal, revision)
        temporary = self._directory / Path(file.path).name
        stream = _Stream(_by_time(rows))
        with self._connected() as connection:
            connection.register("stream", stream.reader())
            values = {"path": str(temporary), "facts": msgspec.json.encode(facts).decode()}
            try:
                connection.execute(f"COPY (SELECT {name_list()} FROM stream) TO $path {PARQUET}", values)
            except duckdb.Error as error:
                if stream.fault is not None:
                    raise stream.fault from None
                raise as_storage_error(error) from error
        if stream.count != file.rows:
            raise ValueError(f"{stream.count} rows cannot take the place of the {file.rows} of {file.path}")
        reach("rewrite.temp_written")
        sync_file(temporary)
        return Written(file, facts, temporary, hash_of(temporary))

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        make_directory(self._directory)
        settings = _SETTINGS | {"temp_directory": str(self._directory), "memory_limit": self._memory_limit}
        with duckdb.connect(":memory:", config=settings) as connection:
            yield connection


def _by_time(batches: Iterable[Rows]) -> Iterator[Rows]:
    """Rows in order of sequence, put in order of time: exactly, where none is later than a batch, else nearly."""
    waiting: Rows = []
    for rows in batches:
        waiting = sorted([*waiting, *rows], key=lambda row: (row.at, row.event_id))
        ready = len(waiting) - len(rows)
        yield waiting[:ready]
        del waiting[:ready]
    yield waiting


class _Stream:
    """Batches of rows as Arrow; what making them raised is kept, since DuckDB tells only its text."""

    def __init__(self, rows: Iterable[Rows]) -> None:
        self._rows = rows
        self.count = 0
        self.fault: Exception | None = None

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(SCHEMA, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for rows in self._rows:
                self.count += len(rows)
                yield from to_arrow(rows).to_batches()
        except Exception as fault:
            self.fault = fault
            raise


def _shared(connection: duckdb.DuckDBPyConnection, found: dict[str, Any], wanted: Sequence[str]) -> list[str]:
    """Files that an older Lynex wrote have fewer columns."""
    there = connection.execute("SELECT DISTINCT name FROM parquet_schema($paths)", found).fetchall()
    return [name for name in wanted if (name,) in there]


def _batches(
    connection: duckdb.DuckDBPyConnection, source: str, condition: str, values: dict[str, Any], columns: Sequence[str]
) -> Iterator[Rows]:
    sql = f"SELECT {select_list(columns)} FROM {source} WHERE {condition} ORDER BY seq"
    for batch in connection.sql(sql, params=values).to_arrow_table().to_batches(_BATCH):
        yield _to_rows(batch, columns)


def _windows(sizes: Iterable[tuple[int, int | None]]) -> Iterator[tuple[int, int]]:
    """First and last sequence of as many rows as are taken at once, fewer where their bodies are large."""
    first = last = rows = held = 0
    for seq, size in sizes:
        if rows and (rows == _BATCH or held >= _BATCH_BYTES):
            yield first, last
            rows = held = 0
        first, last = (seq if not rows else first), seq
        rows, held = rows + 1, held + (size or 0)
    if rows:
        yield first, last


def _to_rows(batch: pa.RecordBatch, columns: Sequence[str]) -> Rows:
    """The way back of `to_arrow`. Columns in which nothing is said, half of them mostly, cost nothing."""
    names, values = [], []
    for name, column in zip(columns, batch.columns, strict=True):
        if column.null_count == len(column):
            continue
        kind = SCHEMA.field(name).type
        plain = column.cast(pa.int64()) if pa.types.is_timestamp(kind) else column.cast(kind)
        names.append(name)
        values.append(plain.to_pylist())
    return [StoredEvent(**dict(zip(names, row, strict=True))) for row in zip(*values, strict=True)]
