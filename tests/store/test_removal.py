"""Deleting by request: gone, counted, and not brought back by replay or rebuild; the ids may be used again."""

import pytest

from lynex.errors import StorageFull
from lynex.store.contract import Batch
from tests.store.rows import a_batch, a_row, is_lawful, open_store, stored_seqs
from tests.store.test_seal import lose_hot


def with_demo(store, first_seq=1):
    """Thirty rows: each third of the demo, each fifth of another project."""
    rows = [
        a_row(seq, sdk_name="lynex-demo" if seq % 3 == 0 else None, project_id="proj_b" if seq % 5 == 0 else "proj_a")
        for seq in range(first_seq, first_seq + 30)
    ]
    store.append(Batch(first_seq, first_seq + 29, rows))


KEPT = [seq for seq in range(1, 31) if seq % 3 or seq % 5 == 0]


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path)
    with_demo(store)
    yield store
    store.close()


def test_what_is_removed_is_gone_and_counted(store):
    assert store.remove("proj_a", "lynex-demo") == 8
    assert stored_seqs(store) == KEPT
    assert (store.totals().stored, store.totals().deleted_by_request) == (30, 8)
    assert store.remove("proj_a", "lynex-demo") == 0
    assert store.remove("proj_x", "lynex-demo") == 0
    assert is_lawful(store)


def test_removed_ids_may_be_sent_again_and_stay_unique(store):
    store.remove("proj_a", "lynex-demo")
    again = [a_row(31, event_id=a_row(3).event_id), a_row(32, event_id=a_row(3).event_id)]
    assert store.append(Batch(31, 32, again)).duplicates == 1
    assert stored_seqs(store) == [*KEPT, 31]


def test_a_rebuild_does_not_bring_it_back(store, tmp_path):
    store.seal(30)
    store.remove("proj_a", "lynex-demo")
    store.append(Batch(31, 31, [a_row(31, event_id=a_row(3).event_id, sdk_name="lynex-demo")]))
    totals = store.totals()
    store.close()
    lose_hot(tmp_path)
    again = open_store(tmp_path)
    again.append(Batch(31, 31, [a_row(31, event_id=a_row(3).event_id, sdk_name="lynex-demo")]))
    assert stored_seqs(again) == [*KEPT, 31]
    assert again.totals() == totals
    again.close()


def test_a_replay_does_not_bring_it_back(store, tmp_path):
    store.remove("proj_a", "lynex-demo")
    totals = store.totals()
    store.close()
    lose_hot(tmp_path)
    again = open_store(tmp_path)
    with_demo(again)
    assert stored_seqs(again) == KEPT
    assert again.totals() == totals
    again.close()


def test_what_was_removed_before_the_seal_is_not_sealed(store, tmp_path):
    store.remove("proj_a", "lynex-demo")
    totals = store.totals()
    store.seal(30)
    assert sum(file.rows for file in store.cold.manifest.seals[0].files) == len(KEPT)
    store.close()
    lose_hot(tmp_path)
    again = open_store(tmp_path)
    assert again.totals() == totals
    again.close()


def test_a_removal_cut_short_is_finished_at_the_next_start(store, tmp_path, monkeypatch):
    def killed(point):
        if point == "store.tombstone_written":
            raise KeyboardInterrupt

    monkeypatch.setattr("lynex.store.hot.reach", killed)
    with pytest.raises(KeyboardInterrupt):
        store.remove("proj_a", "lynex-demo")
    monkeypatch.undo()
    assert len(stored_seqs(store)) == 30
    store.close()
    again = open_store(tmp_path)
    assert stored_seqs(again) == KEPT
    assert is_lawful(again)
    again.close()


def test_a_lost_file_of_tombstones_comes_back_from_the_database(store, tmp_path):
    store.seal(30)
    store.remove("proj_a", "lynex-demo")
    store.close()
    (tmp_path / "cold" / "tombstones.jsonl").unlink()
    open_store(tmp_path).close()
    lose_hot(tmp_path)
    again = open_store(tmp_path)
    assert stored_seqs(again) == KEPT
    again.close()


def test_a_disk_too_full_for_the_tombstone_deletes_nothing(store, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lynex.store.record_file.os.write", full)
    with pytest.raises(StorageFull):
        store.remove("proj_a", "lynex-demo")
    monkeypatch.undo()
    assert len(stored_seqs(store)) == 30
    assert store.remove("proj_a", "lynex-demo") == 8


def test_removal_after_a_rebuild_from_folded_ledger_entries(store, monkeypatch):
    monkeypatch.setattr("lynex.store.ledger._MOST_ENTRIES", 5)
    monkeypatch.setattr("lynex.store.ledger._ENTRIES_KEPT_APART", 2)
    for number in range(10):
        store.append(a_batch(31 + 10 * number, 10, sdk_name="lynex-demo"))
    store.seal(80)
    store.checkpoint(force=True)
    assert store.remove("proj_a", "lynex-demo") == 108
    assert is_lawful(store)
    assert store.seal(130) == 130
