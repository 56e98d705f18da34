"""The control database: opened, brought to today's schema, then read and written in explicit transactions.

Any thread may use it. Writers stand in line; another process may make them wait,
not longer than 5 s.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lynex.control.private_files import create_private, refuse_if_open_to_all
from lynex.control.schema import DEAD_LETTERS, METADATA, REVISION
from lynex.control.sqlite import APPLICATION_ID, WAIT_S, WRITES, empty_database, explained, sqlite_engine
from lynex.errors import LynexError, StartRefused, StorageFailed, Unavailable

BUSY_SECONDS: Final = 5.0
_RESTORE: Final = "Restore it from a backup."
_CHECKED_PAGES: Final = 16_384  # 64 MiB, about 30 ms


class Database:
    def __init__(self, engine: Engine, wait_s: float = BUSY_SECONDS) -> None:
        """Over any engine; `open` is the usual way in. Nobody waits longer than `wait_s` for another program."""
        self._engine = engine
        self._wait_s = wait_s
        self._one_writer = threading.Lock()

    @classmethod
    def open(cls, path: Path, wait_s: float = BUSY_SECONDS) -> "Database":
        """Open or create the SQLite file and bring it to the present schema. Raises `StartRefused`."""
        create_private(path, empty_database())
        refuse_if_open_to_all(path)
        database = cls(sqlite_engine(path, wait_s), wait_s)
        try:
            database.check()
            database.migrate()
        except LynexError as error:
            database.close()
            hint = error.hint or "Stop the program that holds it, or restore it from a backup."
            raise StartRefused(f"{path}: {error.detail}", hint=hint) from error
        except (DBAPIError, UnicodeDecodeError) as error:  # damage that SQLite's own check does not see
            database.close()
            raise StartRefused(f"{path} is damaged.", hint=_RESTORE) from error
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Never waits for a writer."""
        with _plain_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, wait_s: float | None = None) -> Iterator[Connection]:
        """One transaction, durable when the block ends; an exception inside undoes all of it.

        `wait_s`: how long to stand in line, by default as long as the database was opened with.
        """
        wait_s = wait_s if wait_s is not None else self._wait_s
        if not self._one_writer.acquire(timeout=wait_s):
            raise _busy()
        try:
            writes = self._engine.execution_options(**{WRITES: True, WAIT_S: wait_s})
            with _plain_errors(), writes.begin() as connection:
                yield connection
        finally:
            self._one_writer.release()

    def check(self) -> None:
        """Look for damage; raises `StorageFailed` naming the first fault."""
        if self._engine.dialect.name != "sqlite":
            return
        with self.reading() as connection:
            if connection.execute(text("PRAGMA application_id")).scalar_one() != APPLICATION_ID:
                raise StorageFailed("This is not a control database of Lynex.", code="control_damaged", hint=_RESTORE)
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            # Reading every dead letter could hold up the start for seconds: then only the other tables are looked at.
            parts = (
                ["1"] if pages <= _CHECKED_PAGES else [name for name in METADATA.tables if name != DEAD_LETTERS.name]
            )
            for part in parts:
                verdict = connection.execute(text(f"PRAGMA quick_check({part})")).scalar_one()
                if verdict != "ok":
                    detail = f"The control database is damaged: {' '.join(verdict.split())}."
                    raise StorageFailed(detail, code="control_damaged", hint=_RESTORE)

    def migrate(self) -> None:
        """Bring the schema to `REVISION`; alembic is loaded only when there is something to do."""
        if self.revision() == REVISION:
            return
        with self.writing() as connection:
            if _revision(connection) == REVISION:  # another process was faster
                return
            from lynex.control.migration import upgrade  # 120 ms of imports that a usual start saves

            upgrade(connection)

    def revision(self) -> str | None:
        """The schema's version; None for an empty database."""
        with self.reading() as connection:
            return _revision(connection)

    def close(self) -> None:
        self._engine.dispose()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise _busy() from error
    except DBAPIError as error:
        plain = explained(error)
        if plain is None:
            raise
        raise plain from error


def _busy() -> Unavailable:
    return Unavailable("The control database is busy.", code="busy", retry_after=5)
