"""The control database: opened, brought to today's schema, then read and written in explicit transactions.

Any thread may use it. Writers stand in line; another process may make them wait,
not longer than 5 s.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lynex.control.private_files import create_private, refuse_if_open_to_all
from lynex.control.schema import REVISION
from lynex.control.sqlite import BUSY_SECONDS, WRITES, explained, sqlite_engine
from lynex.errors import LynexError, StartRefused, Unavailable


class Database:
    def __init__(self, engine: Engine) -> None:
        """Over any engine whose schema is in place; `open` is the usual way in."""
        self._engine = engine
        self._writes = engine.execution_options(**{WRITES: True})
        self._one_writer = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "Database":
        """Open or create the SQLite file and bring it to the present schema. Raises `StartRefused`."""
        create_private(path) if not path.exists() else refuse_if_open_to_all(path)
        database = cls(sqlite_engine(path))
        try:
            database.check()
            database.migrate()
        except LynexError as error:
            database.close()
            hint = error.hint or "Stop the program that holds it, or restore it from a backup."
            raise StartRefused(f"{path}: {error.detail}", hint=hint) from error
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Never waits for a writer."""
        with _plain_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends; an exception inside undoes all of it."""
        if not self._one_writer.acquire(timeout=BUSY_SECONDS):
            raise _busy()
        try:
            with _plain_errors(), self._writes.begin() as connection:
                yield connection
        finally:
            self._one_writer.release()

    def check(self) -> None:
        """Look for damage; raises `StorageFailed` naming the first fault."""
        with self.reading() as connection:
            if self._engine.dialect.name != "sqlite":
                return
            verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if verdict != "ok":
            raise StartRefused(f"the control database is damaged: {verdict}", hint="Restore it from a backup.")

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
