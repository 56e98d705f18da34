"""The hot database is a cache: whatever happens to its file, nothing is lost that the journal or Parquet still has."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from lynex.errors import Rebuilding, StorageFailed, StorageFull
from lynex.failpoints import FailpointHit
from lynex.store import hot_file, opening
from lynex.store.cold import Cold
from lynex.store.contract import Batch
from lynex.store.hot import HotStore
from lynex.store.hot_file import HotFile
from lynex.store.manifest import FACTS_KEY, hash_of, name_for
from lynex.store.probe import abort_of
from tests.store.rows import SMALL, a_batch, a_row, is_lawful, open_store, stored_seqs

ROOT = Path(__file__).parent.parent.parent


def database(data_dir: Path) -> Path:
    return data_dir / "hot" / "lynex.duckdb"


def replay(store: HotStore, last_seq: int) -> None:
    """What the processor does: go on from the position, with what the journal has."""
    while store.totals().position < last_seq:
        first = store.totals().position + 1
        store.append(a_batch(first, min(50, last_seq - first + 1)))


def abandon(data_dir: Path, *, sealed: int, last_seq: int) -> None:
    """A store that was killed: sealed up to `sealed`, the rest in DuckDB's log."""
    script = f"""
import os, sys
from pathlib import Path
from tests.store.rows import open_store
from tests.store.test_recovery import replay
store = open_store(Path({str(data_dir)!r}))
replay(store, {sealed})
if {sealed}: store.seal({sealed}); store.checkpoint(force=True)
replay(store, {last_seq})
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 9


@pytest.mark.parametrize("where", ["header", "second header", "metadata", "data", "cut", "empty"])
def test_a_damaged_database_is_set_aside_and_made_again(tmp_path, where):
    store = open_store(tmp_path)
    replay(store, 300)
    store.seal(200)
    store.close()
    data = bytearray(database(tmp_path).read_bytes())
    spans = {"header": (0, 4096), "second header": (4096, 8192), "metadata": (len(data) - 200_000, len(data))}
    source = random.Random(where)
    if where in spans:
        for place in source.sample(range(*spans[where]), 400):
            data[place] ^= 0x55
    elif where == "data":
        for place in range(12_288, len(data), 512):
            data[place] ^= 1
    else:
        data = data[: len(data) // 2] if where == "cut" else bytearray()
    database(tmp_path).write_bytes(data)
    again = open_store(tmp_path)
    if not again.set_aside:  # the damage is met only when the rows are read
        with pytest.raises((StorageFailed, Rebuilding)):
            stored_seqs_and_bodies(again)
        assert again.state == "rebuilding"
        again.prepare()
    replay(again, 300)
    assert stored_seqs(again) == list(range(1, 301))
    assert is_lawful(again)
    (aside,) = again.set_aside
    assert (tmp_path / "hot" / aside).read_bytes()[: len(data)] == data or where == "data"
    again.close()


def stored_seqs_and_bodies(store: HotStore) -> int:
    return store.select("SELECT seq, body, event_id, model FROM events ORDER BY body", {}).num_rows


@pytest.mark.parametrize("flips", [8, pytest.param(150, marks=pytest.mark.long)])
def test_bit_flips_in_the_log_lose_nothing_silently(tmp_path, flips):
    abandon(tmp_path, sealed=100, last_seq=400)
    log = hot_file.wal_of(database(tmp_path))
    whole, kept = log.read_bytes(), database(tmp_path).read_bytes()
    source = random.Random(flips)
    for _ in range(flips):
        for path in (tmp_path / "hot").glob("damaged-*"):
            path.unlink()
        flipped = bytearray(whole)
        flipped[source.randrange(len(whole))] ^= 1 << source.randrange(8)
        database(tmp_path).write_bytes(kept)
        log.write_bytes(flipped)
        store = open_store(tmp_path)
        assert store.totals().position >= 100
        replay(store, 400)
        assert stored_seqs(store) == list(range(1, 401))
        assert is_lawful(store)
        store.close()


def test_rows_that_vanished_behind_the_ledger_are_noticed_at_the_start(tmp_path):
    store = open_store(tmp_path)
    replay(store, 300)
    store.seal(100)
    store.close()
    with duckdb.connect(str(database(tmp_path))) as harm:
        harm.execute("DELETE FROM events WHERE seq IN (160, 161)")
    again = open_store(tmp_path)
    assert again.totals().position == 150
    assert again.set_aside == []
    replay(again, 300)
    assert stored_seqs(again) == list(range(1, 301))
    again.close()


def test_a_ledger_that_contradicts_itself_is_cut_back_too(tmp_path):
    store = open_store(tmp_path)
    replay(store, 300)
    store.close()
    with duckdb.connect(str(database(tmp_path))) as harm:
        harm.execute("DELETE FROM ledger WHERE first_seq = 101")
    again = open_store(tmp_path)
    assert again.totals().position == 100
    replay(again, 300)
    assert stored_seqs(again) == list(range(1, 301))
    again.close()


def test_a_log_without_its_database_is_set_aside(tmp_path):
    abandon(tmp_path, sealed=100, last_seq=200)
    database(tmp_path).unlink()
    store = open_store(tmp_path)
    assert len(store.set_aside) == 1
    assert store.totals().position == 100
    store.close()


def test_an_abort_inside_the_probe_sets_the_database_aside(tmp_path, monkeypatch):
    abandon(tmp_path, sealed=100, last_seq=200)
    monkeypatch.setattr(opening, "abort_of", lambda *_: "a process that opened it died of SIGABRT")
    store = open_store(tmp_path)
    assert len(store.set_aside) == 2  # the file and its log
    assert store.totals().position == 100
    store.close()


def test_the_probe_tells_an_abort_from_an_error(tmp_path, monkeypatch):
    HotFile.open(tmp_path / "good.duckdb", SMALL).close()
    assert abort_of(tmp_path / "good.duckdb", "256MB") is None
    (tmp_path / "bad.duckdb").write_bytes(b"not a database" * 1000)
    assert abort_of(tmp_path / "bad.duckdb", "256MB") is None
    aborting = tmp_path / "python"
    aborting.write_text("#!/bin/sh\nkill -ABRT $$\n")
    aborting.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(aborting))
    assert abort_of(tmp_path / "good.duckdb", "256MB") == "a process that opened it died of SIGABRT"


def test_after_a_clean_close_the_next_start_does_not_probe(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    replay(store, 10)
    store.close()
    monkeypatch.setattr(opening, "abort_of", lambda *_: pytest.fail("it was probed"))
    store = open_store(tmp_path)
    assert store.totals().position == 10
    store.close()


def test_a_fatal_error_at_run_time_reopens_the_database(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    replay(store, 100)
    monkeypatch.setattr(hot_file, "reach", fatal)
    with pytest.raises(StorageFailed):
        store.append(a_batch(101, 10))
    monkeypatch.undo()
    assert store.state == "rebuilding"
    with pytest.raises(Rebuilding):
        store.select("SELECT 1", {})
    with pytest.raises(StorageFailed):
        store.append(a_batch(101, 10))
    store.prepare()
    replay(store, 120)
    assert stored_seqs(store) == list(range(1, 121))
    assert store.set_aside == []
    store.close()


def test_the_fourth_fatal_error_in_five_minutes_sets_the_database_aside(tmp_path, monkeypatch, clock):
    store = open_store(tmp_path, clock=clock)
    replay(store, 100)
    store.seal(100)
    monkeypatch.setattr(hot_file, "reach", fatal)
    for number in range(4):
        assert store.set_aside == [], number
        with pytest.raises(StorageFailed):
            store.append(a_batch(101, 10))
        store.prepare()
    monkeypatch.undo()
    assert len(store.set_aside) == 1
    assert store.totals().position == 100
    replay(store, 120)
    assert stored_seqs(store) == list(range(1, 121))
    store.close()


def test_a_full_disk_never_costs_the_database(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    replay(store, 100)
    monkeypatch.setattr(hot_file, "reach", disk_full)
    for _ in range(6):
        with pytest.raises(StorageFull):
            store.append(a_batch(101, 10))
        store.prepare()
    monkeypatch.undo()
    assert store.set_aside == []
    replay(store, 110)
    assert is_lawful(store)
    store.close()


def test_an_error_after_the_commit_stores_nothing_twice(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    monkeypatch.setattr("lynex.store.hot.reach", lambda point: fatal(point) if "commit" in point else None)
    with pytest.raises(StorageFailed):
        store.append(a_batch(1, 10))
    monkeypatch.undo()
    store.prepare()
    assert store.totals().position == 10
    assert store.append(a_batch(1, 10)).rows == ()
    assert is_lawful(store)
    store.close()


@pytest.mark.parametrize("fault", [MemoryError("none left"), FailpointHit("here"), OSError(5, "Input/output error")])
def test_any_other_error_leaves_the_store_as_it_was(tmp_path, monkeypatch, fault):
    def fail(_: str) -> None:
        raise fault

    store = open_store(tmp_path)
    replay(store, 100)
    monkeypatch.setattr(hot_file, "reach", fail)
    with pytest.raises(StorageFailed):
        store.append(a_batch(101, 10))
    monkeypatch.undo()
    store.prepare()
    assert store.append(a_batch(101, 10)).duplicates == 0
    assert is_lawful(store)
    store.close()


def run_and_die(data_dir: Path, script: str, point: str) -> None:
    """Run `script` over a prepared `store` in a process that kills itself at the named point."""
    program = f"""
from pathlib import Path
from tests.store.rows import open_store, a_batch
from tests.store.test_recovery import replay
store = open_store(Path({str(data_dir)!r}))
{script}
"""
    point, _, nth = point.partition("@")
    environment = os.environ | {"LYNEX_FAILPOINTS": f"{point}=kill@{nth or 1}"}
    died = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=False)
    assert died.returncode == -signal.SIGKILL


WRITING = """
for number in range(5):
    store.append(a_batch(1 + 20 * number, 20))
store.checkpoint(force=True)
"""


@pytest.mark.parametrize(
    ("point", "position"), [("store.mid_insert@3", 40), ("store.after_commit@3", 60), ("store.in_checkpoint", 100)]
)
def test_a_kill_while_writing_leaves_a_lawful_store(tmp_path, point, position):
    run_and_die(tmp_path, WRITING, point)
    store = open_store(tmp_path)
    assert store.totals().position == position
    replay(store, 120)
    assert stored_seqs(store) == list(range(1, 121))
    store.append(Batch(121, 121, [a_row(121, event_id=a_row(3).event_id)]))
    assert store.totals().deduplicated == 1
    store.close()


@pytest.mark.parametrize(
    "point",
    [
        "seal.temp_written",
        "seal.before_rename",
        "seal.before_manifest",
        "seal.after_manifest",
        "store.tombstone_written",
    ],
)
def test_a_kill_while_sealing_or_removing_loses_and_doubles_nothing(tmp_path, point):
    run_and_die(tmp_path, "replay(store, 100)\nstore.seal(100)\nstore.remove('proj_a', 'python')", point)
    store = open_store(tmp_path)
    assert store.sealed_through == (100 if point in ("seal.after_manifest", "store.tombstone_written") else 0)
    replay(store, 120)
    assert store.seal(120) == 120
    store.close()
    database(tmp_path).unlink()
    again = open_store(tmp_path)
    assert again.totals().position == 120
    assert stored_seqs(again) == list(range(101 if point == "store.tombstone_written" else 1, 121))
    assert is_lawful(again)
    again.close()


def test_a_rebuild_killed_again_and_again_comes_to_its_end(tmp_path):
    store = open_store(tmp_path)
    for last_seq in (50, 100, 150, 200):
        replay(store, last_seq)
        store.seal(last_seq)
    store.close()
    database(tmp_path).unlink()
    for _ in range(3):
        run_and_die(tmp_path, "", "rebuild.seal_loaded")
    again = open_store(tmp_path)
    assert stored_seqs(again) == list(range(1, 201))
    assert is_lawful(again)
    again.close()


def fatal(_: str) -> None:
    raise duckdb.FatalException("FATAL Error: raised by a test")


def disk_full(_: str) -> None:
    raise duckdb.IOException('IO Error: Could not write file "lynex.duckdb.wal": No space left on device')


@pytest.mark.parametrize("change", ["DROP COLUMN kind", "ADD COLUMN mood VARCHAR", "ALTER step_index TYPE INTEGER"])
def test_a_database_of_another_version_is_set_aside_and_made_again(tmp_path, change):
    abandon(tmp_path, sealed=100, last_seq=300)  # two thirds are only in the journal, and in DuckDB's log
    with duckdb.connect(str(database(tmp_path))) as other:
        other.execute(f"ALTER TABLE events {change}")
    before = [*map(str, sorted((tmp_path / "cold").rglob("*.parquet")))]
    again = open_store(tmp_path)
    assert all(name.startswith("other-version-") for name in again.set_aside)
    assert again.set_aside
    assert again.known_through == 100  # what the journal must bring begins here
    replay(again, 300)
    assert stored_seqs(again) == list(range(1, 301))
    assert is_lawful(again)
    assert [*map(str, sorted((tmp_path / "cold").rglob("*.parquet")))] == before
    again.close()
    assert open_store(tmp_path).set_aside == []


@pytest.mark.parametrize("change", ["EXCLUDE (kind, mapping)", "REPLACE (0 AS mapping), 'calm' AS mood"])
def test_parquet_of_another_version_is_read_column_by_column(tmp_path, change):
    store = open_store(tmp_path)
    replay(store, 100)
    store.seal(50)
    store.seal(100)
    store.close()
    victim = tmp_path / "cold" / Cold(tmp_path / "cold").manifest.seals[0].files[0].path
    exchange(tmp_path / "cold", victim, change)
    database(tmp_path).unlink()
    again = open_store(tmp_path)
    assert stored_seqs(again) == list(range(1, 101))
    found = again.select("SELECT kind, mapping, model, CAST(CAST(attrs AS JSON) AS VARCHAR) AS attrs FROM events", {})
    assert found.column("kind").null_count == 100
    assert found.column("model").null_count == 0
    assert '"tenant":"t1"' in found.column("attrs").to_pylist()[0]
    files = again.rewriter.files(("proj_a", "2025-11-20"))
    assert [row.seq for file in files for rows in again.rewriter.rows(file) for row in rows] == list(range(1, 101))
    assert is_lawful(again)
    again.close()


def exchange(cold: Path, victim: Path, change: str) -> None:
    """The sealed file as another version would have written it, in its place and on the list."""
    written = cold / "other.parquet"
    with duckdb.connect() as other:
        (facts,) = other.execute(
            "SELECT decode(value) FROM parquet_kv_metadata($1) WHERE decode(key) = $2", (str(victim), FACTS_KEY)
        ).fetchone()
        other.execute(
            f"COPY (SELECT * {change} FROM read_parquet($from, hive_partitioning = false))"
            f" TO $to (FORMAT parquet, KV_METADATA {{{FACTS_KEY}: $facts}})",
            {"from": str(victim), "to": str(written), "facts": facts},
        )
    victim.unlink()
    written.rename(victim.with_name(name_for(hash_of(written))))
    (cold / "manifest.jsonl").unlink()  # it is made again by listing
