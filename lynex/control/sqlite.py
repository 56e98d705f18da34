"""SQLite as the control database needs it: WAL, full flushes, explicit transactions, bounded waits, plain errors."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from lynex.errors import LynexError, StorageFailed, StorageFull, Unavailable

# Execution options of a connection: how long it waits for other programs, and that it is going to write.
WAIT_S: Final = "lynex_wait_s"
WRITES: Final = "lynex_writes"

APPLICATION_ID: Final = int.from_bytes(b"Lynx", "big")

_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def empty_database() -> bytes:
    """A file that is ours and in WAL mode from its first byte: nobody has to switch it while others look."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(f"PRAGMA application_id = {APPLICATION_ID}").close()
        content = bytearray(memory.serialize())
    content[18:20] = b"\x02\x02"  # sqlite.org/fileformat.html: write and read version, 2 is WAL
    return bytes(content)


def sqlite_engine(path: Path, wait_s: float) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=12,
        pool_timeout=wait_s,
        connect_args={"timeout": wait_s, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes late and never covers DDL: `_begin` sends it
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {setting}").close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for the lock: SQLite answers busy at once.
    options = connection.get_execution_options()
    if WAIT_S in options:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={round(options[WAIT_S] * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if WRITES in options else "BEGIN")


def explained(error: DBAPIError) -> LynexError | None:
    """The fault in our words; None when the statement itself is at fault."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable("The control database is locked by another program.", code="busy", retry_after=5)
    if primary == sqlite3.SQLITE_FULL:
        return StorageFull("The disk of the control database is full.")
    if primary in _DAMAGED:
        return StorageFailed(
            "The control database is damaged.", code="control_damaged", hint="Restore it from a backup."
        )
    if primary in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return StorageFailed(f"The control database cannot be used: {error.orig}.")
    return None
