"""Sealing, the manifest, and the hot database made again from Parquet."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lynex.clock import DAY, SystemClock
from lynex.errors import StorageFull
from lynex.failpoints import FailpointHit
from lynex.store import seal as seal_module
from lynex.store.cold import Cold
from lynex.store.columns import COLUMNS, select_list
from lynex.store.contract import Batch
from lynex.store.hot import HotStore
from lynex.store.manifest import parquet_files
from tests.store.rows import SMALL, START, a_batch, a_row, is_lawful, open_store, stored_seqs


def everything(store: HotStore) -> list[dict[str, object]]:
    return store.select(f"SELECT {select_list()} FROM events ORDER BY seq", {}).to_pylist()


def lose_hot(data_dir: Path) -> None:
    for path in (data_dir / "hot").rglob("*"):
        if path.is_file():
            path.unlink()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HotStore]:
    """Three projects' worth of rows over two days, dead letters, damage and duplicates; the last ten not sealed."""
    store = open_store(tmp_path)
    store.append(a_batch(1, 40))
    store.append(Batch(41, 60, a_batch(41, 17, project_id="../b c").rows, dead_lettered=2, damaged=1))
    late = [a_row(seq, at=START - 3 * DAY + seq) for seq in range(61, 70)]
    store.append(Batch(61, 70, [*late, a_row(70, event_id=a_row(5).event_id)]))
    store.seal(70)
    store.append(a_batch(71, 10))
    yield store
    store.close()


def test_a_seal_lists_each_project_and_day_in_order_of_time(store, tmp_path):
    (seal,) = store.cold.manifest.seals
    assert (seal.first_seq, seal.last_seq) == (1, 70)
    assert (seal.stored, seal.deduplicated, seal.dead_lettered, seal.damaged) == (66, 1, 2, 1)
    assert [(file.day, file.rows) for file in seal.files] == [("2025-11-20", 17), ("2025-11-17", 9), ("2025-11-20", 40)]
    for file in seal.files:
        path = tmp_path / "cold" / file.path
        assert path.resolve().is_relative_to(tmp_path / "cold")
        with duckdb.connect() as reader:
            rows = reader.execute('SELECT epoch_us("at"), seq FROM read_parquet($1)', (str(path),)).fetchall()
        assert rows == sorted(rows)
        assert (file.min_at, file.max_at) == (rows[0][0], rows[-1][0])
        assert (file.first_seq, file.last_seq) == (min(seq for _, seq in rows), max(seq for _, seq in rows))


def test_parquet_has_the_columns_of_an_event(store, tmp_path):
    path = next(iter(parquet_files(tmp_path / "cold")))
    with duckdb.connect() as reader:
        found = reader.execute(
            "SELECT name FROM (DESCRIBE SELECT * FROM read_parquet($1, hive_partitioning = false)) t(name)",
            (str(path),),
        )
        assert tuple(name for (name,) in found.fetchall()) == COLUMNS


def test_a_large_seal_makes_several_files_of_a_day(store):
    store._sealer.span = 4
    assert store.seal(80) == 80
    files = store.cold.manifest.seals[-1].files
    assert [(file.first_seq, file.last_seq, file.rows) for file in files] == [(71, 74, 4), (75, 78, 4), (79, 80, 2)]


def test_seals_follow_each_other_at_the_ends_of_batches(store):
    assert store.seal(75) == 70  # 71–80 was one batch
    assert store.seal(80) == 80
    assert store.seal(80) == 80
    assert [(s.first_seq, s.last_seq) for s in store.cold.manifest.seals] == [(1, 70), (71, 80)]
    store.append(Batch(81, 85, [], dead_lettered=5))
    assert store.seal(85) == 85  # nothing but dead letters: no file, but the journal may go


def test_a_lost_hot_database_comes_back_from_parquet_and_the_journal(store, tmp_path):
    before, totals = everything(store), store.totals()
    store.close()
    lose_hot(tmp_path)
    again = HotStore.open(tmp_path, SMALL, SystemClock())
    assert again.known_through == 70
    progress = []
    again.prepare(lambda done, total: progress.append((done, total)))
    assert progress[-1] == (70, 70)
    assert again.append(a_batch(61, 20)).duplicates == 0  # the journal repeats some, and brings the rest
    assert everything(again) == before
    assert again.totals() == totals
    assert again.append(Batch(81, 81, [a_row(81, event_id=a_row(3).event_id)])).duplicates == 1
    again.close()


def test_a_hot_database_behind_the_seals_takes_only_what_it_lacks(store, tmp_path):
    store.close()
    lose_hot(tmp_path)
    (tmp_path / "cold" / "manifest.jsonl").rename(tmp_path / "manifest")
    early = open_store(tmp_path / "elsewhere")
    early.append(a_batch(1, 40))
    early.append(Batch(41, 60, a_batch(41, 17, project_id="../b c").rows, dead_lettered=2, damaged=1))
    early.close()
    for path in (tmp_path / "elsewhere" / "hot").iterdir():
        path.replace(tmp_path / "hot" / path.name) if path.is_file() else None
    (tmp_path / "manifest").rename(tmp_path / "cold" / "manifest.jsonl")
    again = open_store(tmp_path)
    assert again.totals().position == 70
    assert (again.totals().stored, again.totals().deduplicated, again.totals().dead_lettered) == (66, 1, 2)
    assert is_lawful(again)
    again.close()


def test_a_lost_manifest_is_made_again_by_listing(store, tmp_path):
    store.seal(80)
    seals = store.cold.manifest.seals
    store.close()
    (tmp_path / "cold" / "manifest.jsonl").unlink()
    found = Cold(tmp_path / "cold").manifest.seals
    assert [(s.first_seq, s.last_seq, s.stored, set(s.files)) for s in found] == [
        (s.first_seq, s.last_seq, s.stored, set(s.files)) for s in seals
    ]


def test_a_damaged_line_of_the_manifest_is_made_again_too(store, tmp_path):
    store.seal(80)
    seals = store.cold.manifest.seals
    store.close()
    path = tmp_path / "cold" / "manifest.jsonl"
    text = bytearray(path.read_bytes())
    text[200] ^= 4
    path.write_bytes(text)
    found = Cold(tmp_path / "cold").manifest.seals
    assert [(s.first_seq, s.last_seq) for s in found] == [(s.first_seq, s.last_seq) for s in seals]
    assert len(list((tmp_path / "cold" / "damaged").iterdir())) == 1
    again = open_store(tmp_path)
    assert again.totals().position == 80
    again.close()


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "gone", "other"])
def test_a_damaged_sealed_file_is_set_aside_and_the_rest_is_used(store, tmp_path, harm):
    (seal,) = store.cold.manifest.seals
    store.close()
    lose_hot(tmp_path)
    victim = tmp_path / "cold" / seal.files[1].path
    data = bytearray(victim.read_bytes())
    if harm == "flip":
        data[len(data) // 2] ^= 1
    replacement = {"cut": data[:-10], "empty": b"", "other": (tmp_path / "cold" / seal.files[0].path).read_bytes()}
    victim.write_bytes(replacement.get(harm, data))
    if harm == "gone":
        victim.unlink()
    again = open_store(tmp_path)
    assert again.cold.damaged == [seal.files[1].path]
    assert again.totals().damaged == 1 + 9
    assert again.totals().position == 70
    assert is_lawful(again)
    assert len(list((tmp_path / "cold").glob("damaged/*"))) == (harm != "gone")
    again.close()


@pytest.mark.parametrize("point", ["seal.temp_written", "seal.before_rename", "seal.before_manifest"])
def test_an_unfinished_seal_leaves_nothing_behind_and_can_be_repeated(store, tmp_path, point, monkeypatch):
    def hit(name: str) -> None:
        if name == point:
            raise FailpointHit(name)

    for module in ("lynex.store.seal", "lynex.store.cold"):
        monkeypatch.setattr(f"{module}.reach", hit)
    with pytest.raises(FailpointHit):
        store.seal(80)
    monkeypatch.undo()
    assert store.sealed_through == 70
    store.append(a_batch(81, 5))
    assert store.seal(85) == 85
    listed = {tmp_path / "cold" / file.path for seal in store.cold.manifest.seals for file in seal.files}
    assert set(parquet_files(tmp_path / "cold")) == listed
    assert not list((tmp_path / "cold" / "tmp").iterdir())


def test_a_full_disk_stops_the_seal_and_nothing_else(store, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seal_module.Sealer, "_write_file", full)
    with pytest.raises(StorageFull):
        store.seal(80)
    monkeypatch.undo()
    assert store.append(a_batch(81, 1)).duplicates == 0
    assert store.seal(81) == 81


def test_the_writer_goes_on_while_a_seal_runs(store, monkeypatch):
    write = seal_module.Sealer._write_file

    def write_and_append(self, *arguments):
        done = write(self, *arguments)
        position = store.totals().position
        store.append(a_batch(position + 1, 10))
        store.remove("proj_a", "python")
        store.checkpoint(force=True)
        return done

    monkeypatch.setattr(seal_module.Sealer, "_write_file", write_and_append)
    assert store.seal(80) == 80
    assert store.cold.manifest.seals[-1].files[0].rows == 10
    assert is_lawful(store)
    assert stored_seqs(store) == [*range(41, 58)]
