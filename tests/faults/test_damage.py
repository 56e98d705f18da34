"""F19–F25, F28: stored files are damaged, lost or refused; what was acknowledged is found again or named."""

import random
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.faults.harness import Load, scaled, settle, verdict, wait_until
from tests.running import Running

SEALING = {"LYNEX_JOURNAL_SEGMENT_BYTES": "131072", "LYNEX_JOURNAL_SEAL_BYTES": "1048576"}


def filled(server: Running, seconds: float = 1.5) -> Load:
    server.start()
    load = Load(server).start()
    time.sleep(seconds)
    load.stop()
    server.drain()
    return load


def flip(path: Path, position: int, bit: int = 0) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ (1 << bit)]))


@pytest.mark.parametrize(
    "sealed", [pytest.param(False, marks=pytest.mark.long), True], ids=["all in the journal", "partly sealed"]
)
def test_a_deleted_hot_file_is_rebuilt(tmp_path, sealed):
    server = Running(tmp_path / "data", settings=SEALING if sealed else {})
    load = filled(server)
    if sealed:
        wait_until(lambda: server.metric("lynex_sealed_through") > 0, 30, "a seal")
    server.kill()
    for file in (server.data_dir / "hot").glob("lynex.duckdb*"):
        file.unlink()
    server.start()
    settle(server)
    verdict(server, load)


@pytest.mark.parametrize(
    "where", ["everywhere", *(pytest.param(where, marks=pytest.mark.long) for where in ("header", "middle", "empty"))]
)
def test_a_damaged_hot_file_is_set_aside_and_rebuilt(tmp_path, where):
    server = Running(tmp_path / "data", settings=SEALING)
    load = filled(server)
    assert server.stop() == 0
    hot = server.data_dir / "hot" / "lynex.duckdb"
    size = hot.stat().st_size
    source = random.Random(where)
    if where == "header":
        flip(hot, 9)
    elif where == "middle":
        for _ in range(40):
            flip(hot, source.randrange(12_288, size))
    elif where == "everywhere":
        hot.write_bytes(source.randbytes(size))
    else:
        hot.write_bytes(b"")
    server.start()
    settle(server)
    verdict(server, load)


@pytest.mark.long
def test_a_damaged_log_of_the_hot_file_loses_nothing(tmp_path):
    source = random.Random(23)
    for _ in range(scaled(2, 6, 40)):
        server = Running(tmp_path / f"data-{source.random()}", settings={"LYNEX_STORAGE_CHECKPOINT_SECONDS": "3600"})
        load = filled(server, 0.7)
        server.kill()
        log = server.data_dir / "hot" / "lynex.duckdb.wal"
        assert log.stat().st_size > 1000
        for _ in range(3):
            flip(log, source.randrange(log.stat().st_size), source.randrange(8))
        server.start()
        settle(server)
        verdict(server, load)
        shutil.rmtree(server.data_dir)


def test_a_fatal_error_of_the_store_is_survived_while_ingest_goes_on(tmp_path):
    server = Running(tmp_path / "data", settings={"LYNEX_FAILPOINTS": "store.fatal=raise@5"}).start()
    load = Load(server, pause=0.01).start()
    wait_until(lambda: server.metric("lynex_events_stored_total") > 2000, 30, "storing again")
    load.stop()
    assert set(load.statuses) == {202}
    settle(server)
    verdict(server, load)


def test_flipped_bits_of_the_journal_are_all_noticed(tmp_path):
    """The hot file is lost too, so the journal is all there is: what it lost is named, never silent."""
    server = Running(tmp_path / "data")
    load = filled(server, 1.0)
    server.kill()
    kept = tmp_path / "kept"
    shutil.copytree(server.data_dir, kept)
    source = random.Random(19)
    for _ in range(scaled(3, 10, 60)):
        shutil.rmtree(server.data_dir)
        shutil.copytree(kept, server.data_dir)
        for file in (server.data_dir / "hot").iterdir():
            file.unlink() if file.is_file() else shutil.rmtree(file)
        segments = [path for path in (server.data_dir / "journal").glob("*.journal") if path.stat().st_size > 1000]
        hit = source.choice(segments)
        # Not within the last frame: damage there cannot be told from a torn tail.
        flip(hit, source.randrange(hit.stat().st_size - 8000), source.randrange(8))
        server.start()
        server.drain()
        damaged = server.metric("lynex_journal_damaged_events_total")
        assert server.metric("lynex_accounting_difference") == 0
        assert server.stop() == 0
        verdict(server, load, lost=int(damaged))
        missing = len(load.acknowledged) - len(set(server.stored_ids()) & load.acknowledged)
        assert missing == damaged <= load.batch
        assert missing == 0 or re.search(r"\d+ ?(–|-|to|…|\.\.) ?\d+", server.log())
