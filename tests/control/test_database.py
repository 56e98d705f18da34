"""The control database: opening, upgrading, damage, locks, several writers."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lynex.control import migration
from lynex.control.database import Database
from lynex.control.private_files import create_private
from lynex.control.schema import METADATA, REVISION
from lynex.errors import StartRefused, Unavailable
from tests.control_room import Records, open_records


def lock(path: Path, kind: str = "IMMEDIATE") -> sqlite3.Connection:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(f"BEGIN {kind}")
    return other


def test_the_migrations_lead_to_the_schema_the_code_uses(records):
    assert migration.newest() == REVISION == records.database.revision()
    with records.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_second_start_needs_no_alembic(records, tmp_path):
    program = "import sys, pathlib; from lynex.control.database import Database;" + (
        f"Database.open(pathlib.Path({str(tmp_path / 'data/control/lynex.sqlite')!r})).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_failed_upgrade_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "lynex.sqlite"

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("lynex.control.migration.upgrade", _then_interrupt(migration.upgrade))
        Database.open(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()
    database = Database.open(path)
    assert database.revision() == REVISION
    database.close()


def _then_interrupt(upgrade):
    def run(connection):
        upgrade(connection)
        raise KeyboardInterrupt

    return run


def test_many_may_create_it_at_once(tmp_path):
    path = tmp_path / "control" / "lynex.sqlite"
    start = threading.Barrier(6)

    def open_it(_):
        start.wait()
        database = Database.open(path)
        revision = database.revision()
        database.close()
        return revision

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(open_it, range(6))) == [REVISION] * 6


def test_a_schema_from_the_future_is_refused_and_left_alone(records, tmp_path, clock):
    path = tmp_path / "data" / "control" / "lynex.sqlite"
    with records.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    records.database.close()
    before = path.read_bytes()
    with pytest.raises(StartRefused, match="not known to this version") as refusal:
        open_records(tmp_path / "data", clock)
    assert "newer Lynex" in refusal.value.hint
    assert path.read_bytes() == before


# Half of it where the contents are: at the beginning and the end of a page.
_SOMEWHERE = st.integers(0, 80_000) | st.builds(
    lambda page, at: page * 4096 + at, st.integers(0, 19), st.integers(-300, 120)
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(_SOMEWHERE, st.binary(min_size=1, max_size=64)), min_size=1, max_size=8))
def test_a_damaged_file_opens_or_is_refused_by_name(tmp_path, damage):
    path = tmp_path / "whole.sqlite"
    Database.open(path).close()
    content = bytearray(path.read_bytes())
    for offset, junk in damage:
        start = offset % len(content)
        content[start : start + len(junk)] = junk
    broken = tmp_path / "broken.sqlite"
    for leftover in tmp_path.glob("broken.sqlite*"):
        leftover.unlink()
    create_private(broken, bytes(content))
    try:
        Database.open(broken).close()
    except StartRefused as refusal:
        assert str(broken) in refusal.detail
        assert "\n" not in refusal.detail


def _of_somebody_else(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    return path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"this is not a database" * 300, _of_somebody_else])
def test_something_else_in_its_place_is_refused(tmp_path, content):
    path = tmp_path / "lynex.sqlite"
    create_private(path, content if isinstance(content, bytes) else content(tmp_path / "other.sqlite"))
    with pytest.raises(StartRefused, match="damaged|not a control database") as refusal:
        Database.open(path)
    assert "backup" in refusal.value.hint


def test_a_damaged_table_is_found_even_beside_more_dead_letters_than_are_looked_at(tmp_path, monkeypatch):
    path = tmp_path / "lynex.sqlite"
    database = Database.open(path)
    with database.reading() as connection:
        page = connection.execute(text("SELECT rootpage FROM sqlite_master WHERE name = 'api_keys'")).scalar_one()
    database.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 100)
    monkeypatch.setattr("lynex.control.database._CHECKED_PAGES", 1)
    with pytest.raises(StartRefused, match="damaged"):
        Database.open(path)


def test_a_lock_of_another_program_stops_writing_with_busy_and_not_reading(tmp_path):
    path = tmp_path / "lynex.sqlite"
    database = Database.open(path, wait_s=0.05)
    other = lock(path)
    with pytest.raises(Unavailable, match="locked by another program") as busy, database.writing():
        pass
    assert (busy.value.status, busy.value.code, busy.value.retry_after) == (503, "busy", 5)
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM projects")).scalar_one() == 0
    other.execute("ROLLBACK")
    other.close()
    with database.writing():
        pass
    database.close()


def test_a_writer_of_this_process_makes_others_wait_only_so_long(tmp_path):
    database = Database.open(tmp_path / "lynex.sqlite", wait_s=0.05)
    with database.writing(), ThreadPoolExecutor(1) as threads:
        assert isinstance(threads.submit(_write, database).exception(), Unavailable)
    _write(database)
    database.close()


def _write(database):
    with database.writing():
        pass


def test_an_exception_undoes_the_whole_transaction(records):
    with pytest.raises(ZeroDivisionError), records.database.writing() as connection:
        connection.execute(text("INSERT INTO appliance_settings VALUES ('a', '1')"))
        connection.execute(text("CREATE TABLE half (a INTEGER)"))
        raise ZeroDivisionError
    assert records.settings.get("a") is None
    with records.database.reading() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'half'")).all() == []


def test_writers_in_many_threads_lose_nothing(records):
    project = records.projects.create("Busy")
    new = records.keys.create(project.id, "one")
    key = new.key

    def work(number):
        records.dead_letters.count()
        records.keys.create(project.id, f"key {number}")
        with records.database.writing() as connection:
            events = connection.execute(text("SELECT events FROM api_keys WHERE id = :id"), {"id": key.id}).scalar_one()
            connection.execute(
                text("UPDATE api_keys SET events = :events WHERE id = :id"), {"events": events + 1, "id": key.id}
            )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(40)))
    assert records.keys.find(new.secret).events == 40
    assert len(records.keys.list(project.id)) == 41


def test_writes_are_flushed_and_references_are_held(records: Records):
    with records.database.reading() as connection:
        values = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _EXPECTED}
    assert values == _EXPECTED


_EXPECTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}
