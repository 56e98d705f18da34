"""The hot database file: how it is opened, what its tables are, and what its errors mean.

Append-only without keys, indexes, upserts or ALTER: DuckDB's corruption reports need one of these.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from lynex.config import StorageConfig
from lynex.errors import StorageFailed, StorageFull
from lynex.failpoints import reach
from lynex.store.columns import COLUMNS, SCHEMA, from_text, name_list, to_arrow
from lynex.store.contract import Poisoned
from lynex.store.ledger import LEDGER_TABLE, Entry, write_entry
from lynex.store.revisions import REVISION_TABLE
from lynex.store.stored_event import StoredEvent
from lynex.store.tombstones import TOMBSTONE_TABLE

_TYPES: Final = {
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
    pa.timestamp("us"): "TIMESTAMP",
    pa.list_(pa.string()): "VARCHAR[]",
    pa.decimal128(24, 12): "DECIMAL(24, 12)",
}
_LONG_TEXT: Final = "VARCHAR USING COMPRESSION zstd"
_SPECIAL: Final = {"attrs": "VARIANT"} | dict.fromkeys(("body", "input_preview", "output_preview"), _LONG_TEXT)
_DEFINITIONS: Final = ", ".join(f'"{f.name}" {_SPECIAL.get(f.name, _TYPES[f.type])}' for f in SCHEMA)
_TABLES: Final = (
    f"CREATE TABLE IF NOT EXISTS events ({_DEFINITIONS})",
    LEDGER_TABLE,
    REVISION_TABLE,
    TOMBSTONE_TABLE,
)
_SHAPE: Final = [(f.name, _SPECIAL.get(f.name, _TYPES[f.type]).split(" USING ")[0].replace(" ", "")) for f in SCHEMA]
FROM_TEXT: Final = from_text()
_STORAGE_VERSION: Final = "v1.5.0"  # a way back to the last 1.x
# A checkpoint rewrites the last, unfilled row group. With the default of 122,880 rows and a checkpoint every 25,000
# that cost 35 µs of CPU a row and left holes in the file; a quarter of it costs 9 µs and finds the newest rows faster.
_ROW_GROUP: Final = 30_720
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "checkpoint_threshold": "2GB",  # the default checkpoints at each commit: 6–9 × slower
    "threads": 2,
    "max_vacuum_tasks": 2,  # merging 100 short row groups in a checkpoint, the default, stops the writer for long
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # a name in SQL never means a Python variable
}
# What DuckDB says when the machine is at fault and the file is not.
_DISK_FULL: Final = ("no space left", "quota exceeded", "file too large")
_MACHINE: Final = (*_DISK_FULL, "permission denied", "lock on file", "read-only file", "too many open files")
_DAMAGE: Final = ("corrupt", "checksum", "not a valid duckdb", "deserializ")
_NOTHING: Final = SCHEMA.empty_table()
_BAD_VALUES: Final = (pa.ArrowException, TypeError, ValueError, OverflowError)
_BAD_ROWS: Final = (
    duckdb.DataError,
    duckdb.ProgrammingError,
    duckdb.NotSupportedError,
    duckdb.OutOfMemoryException,
)


class _Arriving:
    """What DuckDB reads as `batch`: the rows that are to be stored now. It stays the same for every batch, so that the
    statement is planned once: registering and planning took 5 ms of each."""

    def __init__(self) -> None:
        self.table = _NOTHING

    def __arrow_c_schema__(self) -> object:
        return SCHEMA.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class HotFile:
    """An open hot database. One thread writes through it; `cursor()` gives a connection for reading."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self.connection = connection
        self._arriving: _Arriving | None = None

    @classmethod
    def open(cls, path: Path, config: StorageConfig) -> "HotFile":
        """Open or create. Raises `duckdb.Error` when the file cannot be used (see `is_damage`)."""
        temporary = path.parent / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        settings = dict(_SETTINGS)
        settings |= {"memory_limit": config.memory_limit, "temp_directory": str(temporary)}
        connection = duckdb.connect(":memory:", config=settings)  # only ATTACH takes the size of row groups
        try:
            place = str(path).replace("'", "''")
            options = f"STORAGE_VERSION '{_STORAGE_VERSION}', ROW_GROUP_SIZE {_ROW_GROUP}"
            connection.execute(f"ATTACH '{place}' AS hot ({options})")
            connection.execute("USE hot")
            for statement in _TABLES:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return cls(path, connection)

    def has_our_columns(self) -> bool:
        """Whether the table is the one this Lynex makes; an older or newer one made another."""
        found = self.connection.execute(
            """
            SELECT column_name, replace(data_type, ' ', '') FROM duckdb_columns()
            WHERE database_name = 'hot' AND table_name = 'events' ORDER BY column_index
            """
        ).fetchall()
        return found == _SHAPE

    def insert(self, rows: Sequence[StoredEvent], entry: Entry) -> None:
        """Rows and ledger entry in one transaction. Raises `Poisoned` (nothing changed) or what DuckDB raises."""
        try:
            table = to_arrow(rows)
        except _BAD_VALUES as error:
            raise Poisoned(str(error)) from error
        arriving = self._arriving if self._arriving is not None else self._prepare_to_store()
        with self.transaction():
            if rows:
                self._insert_table(table, arriving)
            reach("store.mid_insert")
            write_entry(self.connection, entry)

    def _insert_table(self, table: pa.Table, arriving: _Arriving) -> None:
        arriving.table = table
        try:
            self.connection.execute("EXECUTE store")
        except _BAD_ROWS as error:
            raise Poisoned(str(error)) from error
        finally:
            arriving.table = _NOTHING

    def _prepare_to_store(self) -> _Arriving:
        """Outside of any transaction, whose rollback would take it back, and remembered only once all of it worked: a
        statement that is missing must not look like bad rows."""
        arriving = _Arriving()
        self.connection.register("batch", arriving)
        statement = f"INSERT INTO events ({name_list()}) SELECT {FROM_TEXT} FROM batch"
        self.connection.execute(f"PREPARE store AS {statement}")
        self._arriving = arriving
        return arriving

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing. A failed rollback or commit propagates: the file must then be reopened."""
        self.connection.execute("BEGIN TRANSACTION")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def load_parquet(self, paths: Sequence[Path], condition: str, values: dict[str, str | int]) -> int:
        """Inside a transaction: insert the rows of sealed files for which `condition` holds.

        Columns that a file does not have yet stay NULL, those it has and we do not are left where they are. All files
        in one statement and in no order: only so both threads work (131 k rows/s instead of 60).
        """
        found = {"paths": [str(path) for path in paths]}
        there = self.connection.execute("SELECT DISTINCT name FROM parquet_schema($paths)", found).fetchall()
        shared = [name for name in COLUMNS if (name,) in there]
        source = "read_parquet($paths, union_by_name = true, hive_partitioning = false)"
        sql = f"INSERT INTO events ({name_list(shared)}) SELECT {from_text(shared)} FROM {source} WHERE {condition}"
        self.connection.execute("SET preserve_insertion_order = false")
        try:
            ((count,),) = self.connection.execute(sql, values | found).fetchall()
        finally:
            self.connection.execute("SET preserve_insertion_order = true")
        return int(count)

    @contextmanager
    def leaving_short_row_groups(self) -> Iterator[None]:
        """Checkpoints inside it merge none. Each thread of a load leaves one, and merging rewrites its neighbours."""
        self.connection.execute("SET max_vacuum_tasks = 0")
        try:
            yield
        finally:
            self.connection.execute(f"SET max_vacuum_tasks = {_SETTINGS['max_vacuum_tasks']}")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self.connection.cursor()
        cursor.execute("USE hot")
        return cursor

    def checkpoint(self) -> None:
        self.connection.execute("CHECKPOINT hot")

    @property
    def wal_bytes(self) -> int:
        try:
            return wal_of(self.path).stat().st_size
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        self.connection.close()


def wal_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def is_machine_fault(text: str) -> bool:
    """Whether DuckDB speaks of a full disk, a lock or missing rights: the file itself may be in order."""
    text = text.lower()
    return any(sign in text for sign in _MACHINE)


def is_damage(error: BaseException) -> bool:
    """Whether what DuckDB raised says that the file is damaged: opening it again would not help."""
    text = str(error).lower()
    return not is_machine_fault(text) and any(sign in text for sign in _DAMAGE)


def is_fault(error: BaseException) -> bool:
    """Whether the database must be reopened after this."""
    if isinstance(error, duckdb.FatalException | duckdb.SerializationException) or is_damage(error):
        return True
    return isinstance(error, duckdb.IOException | duckdb.InternalException) and "invalidated" in str(error).lower()


def as_storage_error(error: BaseException) -> StorageFailed | StorageFull:
    """The answer to give for what DuckDB raised."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if any(sign in text.lower() for sign in _DISK_FULL):
        return StorageFull(f"The hot database cannot grow: {text}")
    return StorageFailed(f"The hot database failed: {text}")
