"""Days written anew: their new rows take the place of the old ones everywhere or nowhere, whatever happens meanwhile."""

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from lynex.clock import DAY, SystemClock
from lynex.errors import Rebuilding, StorageFailed
from lynex.failpoints import FailpointHit
from lynex.store.cold import Cold, Written
from lynex.store.columns import select_list
from lynex.store.contract import Batch
from lynex.store.hot import HotStore
from lynex.store.manifest import parquet_files
from lynex.store.rewrite import Rewriter
from tests.store.rows import SMALL, START, a_batch, a_row, is_lawful, open_store
from tests.store.test_seal import lose_hot

TODAY = ("proj_a", "2025-11-20")
EARLIER = ("proj_a", "2025-11-17")
POINTS = (
    "rewrite.temp_written", "seal.before_rename", "rewrite.before_manifest", "rewrite.after_manifest",
    "rewrite.mid_exchange", "rewrite.after_commit",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HotStore]:
    """Two seals; a project with two days, one of them in two files; another project; ten rows are not sealed."""
    store = open_store(tmp_path)
    store.append(a_batch(1, 40))
    store.append(Batch(41, 70, [a_row(seq, at=START - 3 * DAY + seq) for seq in range(41, 71)]))
    store.append(a_batch(71, 10, project_id="proj_b"))
    store.seal(80)
    store.append(a_batch(81, 20))
    store.seal(100)
    store.append(a_batch(101, 10))
    yield store
    store.close()


def models(store: HotStore) -> dict[int, str]:
    return {
        row["seq"]: row["model"] for row in store.select("SELECT seq, model FROM events ORDER BY seq", {}).to_pylist()
    }


def renamed(rewriter: Rewriter, day: tuple[str, str], revision: int = 1) -> list[Written]:
    """The day with another model in every row."""
    return [
        rewriter.write(
            file,
            ([msgspec.structs.replace(row, model="new") for row in rows] for rows in rewriter.rows(file)),
            revision,
        )
        for file in rewriter.files(day)
    ]


def test_rows_come_out_of_parquet_as_they_went_in_and_in_order_of_sequence(store):
    files = store.rewriter.files(EARLIER)
    rows = [row for file in files for batch in store.rewriter.rows(file) for row in batch]
    assert rows == [
        msgspec.structs.replace(a_row(seq, at=START - 3 * DAY + seq), attrs=row.attrs)
        for seq, row in zip(range(41, 71), rows, strict=True)
    ]
    assert [row.seq for batch in store.rewriter.unsealed(TODAY) for row in batch] == [*range(101, 111)]


def test_a_day_is_exchanged_whole_and_no_other(store, tmp_path):
    before = models(store)
    old = {file.path for file in store.cold.files(*TODAY)}
    totals = store.totals()
    store.exchange(renamed(store.rewriter, TODAY))
    changed = {seq: "new" for seq in [*range(1, 41), *range(81, 101)]}
    assert models(store) == before | changed
    assert store.totals() == totals and is_lawful(store)
    assert not old & {str(path.relative_to(tmp_path / "cold")) for path in parquet_files(tmp_path / "cold")}
    assert store.cold.revisions() == {TODAY: 1}

    kept = store.select(f"SELECT {select_list()} FROM events ORDER BY seq", {}).to_pylist()
    store.close()
    lose_hot(tmp_path)
    again = open_store(tmp_path)
    again.append(a_batch(101, 10))
    assert again.select(f"SELECT {select_list()} FROM events ORDER BY seq", {}).to_pylist() == kept
    assert is_lawful(again)
    again.close()


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_leaves_the_day_as_it_was_or_as_it_is_to_be(store, tmp_path, monkeypatch, point):
    before, after = models(store), models(store) | {seq: "new" for seq in range(41, 71)}

    def hit(name: str) -> None:
        if name == point:
            raise FailpointHit(name)

    for module in ("rewrite", "cold", "exchange", "hot"):
        monkeypatch.setattr(f"lynex.store.{module}.reach", hit)
    with pytest.raises(Exception, match=r"rewrite|seal"):
        store.exchange(renamed(store.rewriter, EARLIER))
    monkeypatch.undo()
    store._file.close()  # as the death of the process would

    again = open_store(tmp_path)
    is_done = point in POINTS[3:]
    assert again.cold.revisions() == ({EARLIER: 1} if is_done else {})
    assert models(again) == (after if is_done else before)
    assert is_lawful(again)
    again.rewriter.clear()
    again.exchange(renamed(again.rewriter, EARLIER, 2))
    again.append(a_batch(111, 5))
    again.seal(115)
    listed = {tmp_path / "cold" / file.path for file in again.cold.files()}
    assert set(parquet_files(tmp_path / "cold")) == listed
    again.close()


def test_a_lost_manifest_finds_the_rows_written_last(store, tmp_path):
    store.exchange(renamed(store.rewriter, TODAY))
    old = Cold(tmp_path / "cold")
    written = renamed(store.rewriter, EARLIER, 2)
    for one in written:  # in their places beside the old ones, and not on the list yet
        old.take_in(one.temporary, one.facts)
    (tmp_path / "cold" / "manifest.jsonl").unlink()
    found = Cold(tmp_path / "cold")
    assert found.revisions() == {TODAY: 1, EARLIER: 2}
    assert found.manifest.sealed_through == 100
    assert sum(file.rows for file in found.files()) == 100


def test_what_was_deleted_stays_deleted_when_its_day_is_written_anew(store):
    store.append(Batch(111, 111, [a_row(111, sdk_name="other")]))
    store.remove("proj_a", "python")
    left = models(store)
    store.exchange(renamed(store.rewriter, TODAY))
    assert models(store) == left
    assert is_lawful(store)


def test_events_around_a_day_are_those_of_the_same_project(store):
    bounds = START - 3 * DAY // 2, START - 3 * DAY // 2 + DAY
    assert [*store.rewriter.around(("proj_a", "2025-11-19"), *bounds)] == []
    store.append(Batch(111, 112, [a_row(111, trace_id="t"), a_row(112, trace_id="t", project_id="proj_b")]))
    store.seal(112)
    (near,) = store.rewriter.around(("proj_a", "2025-11-19"), START - DAY, START - 4 * 3_600_000_000)
    assert [(row.seq, row.trace_id, row.body) for row in near] == [(111, "t", "{}")]


def test_a_database_opened_behind_the_manifest_catches_up(store, tmp_path):
    cold, clock = store.cold, SystemClock()
    written = renamed(store.rewriter, TODAY)
    cold.exchange(written)
    store.close()
    again = HotStore.open(tmp_path, SMALL, clock)
    assert set(models(again).values()) == {"gpt-4o", "gpt-4o-mini"}  # answered as it was until it is prepared
    again.prepare()
    assert [seq for seq, model in models(again).items() if model == "new"] == [*range(1, 41), *range(81, 101)]
    again.close()


def test_storing_deleting_and_checkpoints_go_on_while_a_day_is_exchanged(store, monkeypatch):
    """The exchange is held at its widest point until all of that was tried."""
    held, may_go_on = threading.Event(), threading.Event()

    def hold(name: str) -> None:
        if name == "rewrite.mid_exchange":
            held.set()
            assert may_go_on.wait(30)

    monkeypatch.setattr("lynex.store.exchange.reach", hold)
    written = renamed(store.rewriter, TODAY)
    with ThreadPoolExecutor(2) as beside:
        exchange = beside.submit(store.exchange, written)
        assert held.wait(30)
        before = models(store)
        assert "new" not in before.values()
        assert store.append(a_batch(111, 20)).duplicates == 0
        store.checkpoint(force=True)
        assert store.append(Batch(131, 131, [a_row(131, event_id=a_row(3).event_id)])).duplicates == 1
        assert store.seal(131) == 131
        removal = beside.submit(store.remove, "proj_a", "python")
        may_go_on.set()
        exchange.result(30)
        assert removal.result(30) == 120  # whatever was rewritten meanwhile
    assert set(models(store)) == set(range(71, 81))
    store.checkpoint(force=True)
    assert is_lawful(store)


def test_an_exchange_that_a_rebuild_interrupts_is_made_good_by_it(store, monkeypatch):
    held, may_go_on = threading.Event(), threading.Event()

    def hold(name: str) -> None:
        if name == "rewrite.mid_exchange" and not held.is_set():
            held.set()
            may_go_on.wait(30)

    monkeypatch.setattr("lynex.store.exchange.reach", hold)
    written = renamed(store.rewriter, TODAY)
    with ThreadPoolExecutor(2) as beside:
        exchange = beside.submit(store.exchange, written)
        assert held.wait(30)
        store._fault = RuntimeError("a fault while a day is exchanged")
        preparing = beside.submit(store.prepare)
        time.sleep(0.3)
        may_go_on.set()
        preparing.result(60)
        with contextlib.suppress(Rebuilding, StorageFailed):
            exchange.result(30)
    assert [seq for seq, model in models(store).items() if model == "new"] == [*range(1, 41), *range(81, 101)]
    assert is_lawful(store)
