"""Duplicates are found however long ago the first one came, and nothing else is taken for one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynex.store import dedup
from lynex.store.contract import Batch
from lynex.store.id_filters import IdFilter, fingerprint
from lynex.store.recent_ids import RecentIds
from tests.conftest import HandClock
from tests.store.rows import a_batch, a_row, is_lawful, open_store, stored_seqs


@pytest.fixture
def small_filters(monkeypatch):
    """Filters of 16, 32 and then 64 ids, and no memory of what was stored before the start."""
    monkeypatch.setattr(dedup, "SMALLEST", 16)
    monkeypatch.setattr(dedup, "LARGEST", 64)
    monkeypatch.setattr(dedup, "_SAVE_EVERY", 10)
    monkeypatch.setattr(dedup, "_RECALLED", 0)


def spans(directory):
    return [(found.first_seq, found.last_seq) for found in map(IdFilter.load, sorted(directory.glob("*.ids"))) if found]


@pytest.mark.usefixtures("small_filters")
def test_filters_follow_each_other_and_find_every_old_id(tmp_path):
    store = open_store(tmp_path)
    for first in range(1, 300, 5):
        store.append(a_batch(first, 5))
    store.close()
    found = spans(tmp_path / "hot" / "ids")
    assert found[0][0] == 1
    assert found[-1][1] == 300
    assert all(one[1] + 1 == next_[0] for one, next_ in zip(found, found[1:], strict=False))
    again = open_store(tmp_path)
    rows = [a_row(300 + n, event_id=a_row(n).event_id) for n in range(1, 301)]
    assert again.append(Batch(301, 600, rows)).duplicates == 300
    assert again.append(a_batch(601, 100)).duplicates == 0
    again.close()


@pytest.mark.usefixtures("small_filters")
@pytest.mark.parametrize("harm", ["gone", "flip", "cut", "empty", "all gone"])
def test_a_damaged_filter_is_made_again_from_the_table(tmp_path, harm):
    store = open_store(tmp_path)
    for first in range(1, 200, 5):
        store.append(a_batch(first, 5))
    store.close()
    files = sorted((tmp_path / "hot" / "ids").glob("*.ids"))
    data = bytearray(files[1].read_bytes())
    data[random.Random(harm).randrange(len(data))] ^= 16
    for path in files if harm == "all gone" else files[1:2]:
        path.write_bytes({"flip": data, "cut": data[:-1]}.get(harm, b""))
        if "gone" in harm:
            path.unlink()
    again = open_store(tmp_path)
    rows = [a_row(200 + n, event_id=a_row(n).event_id) for n in range(1, 201)]
    assert again.append(Batch(201, 400, rows)).duplicates == 200
    again.close()


@pytest.mark.usefixtures("small_filters")
def test_filters_that_know_more_than_the_table_take_nothing_for_a_duplicate(tmp_path):
    store = open_store(tmp_path)
    for first in range(1, 200, 5):
        store.append(a_batch(first, 5))
    store.close()
    ids = tmp_path / "hot" / "ids"
    ids.rename(tmp_path / "kept")
    for path in (tmp_path / "hot").glob("*.*"):
        path.unlink()
    early = open_store(tmp_path)
    early.append(a_batch(1, 50))
    early.close()
    for path in ids.iterdir():
        path.unlink()
    ids.rmdir()
    (tmp_path / "kept").rename(ids)
    again = open_store(tmp_path)
    for first in range(51, 200, 50):
        assert again.append(a_batch(first, 50)).duplicates == 0
    assert again.append(Batch(201, 201, [a_row(201, event_id=a_row(60).event_id)])).duplicates == 1
    assert is_lawful(again)
    again.close()


BATCHES = st.lists(
    st.tuples(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=15, deadline=None)
@given(BATCHES)
def test_against_a_plain_set_with_restarts_in_between(tmp_path_factory, batches):
    directory = tmp_path_factory.mktemp("store")
    store = open_store(directory)
    seen: set[int] = set()
    expected: list[int] = []
    seq = 0
    for numbers, restart in batches:
        rows = []
        for number in numbers:
            seq += 1
            rows.append(a_row(seq, event_id=f"event-{number}"))
            if number not in seen:
                expected.append(seq)
            seen.add(number)
        store.append(Batch(seq - len(rows) + 1, seq, rows))
        if restart:
            store.close()
            store = open_store(directory)
    found = stored_seqs(store)
    store.close()
    assert found == expected


def test_a_filter_never_misses_and_survives_its_file(tmp_path):
    made = IdFilter(1, 1000)
    numbers = [fingerprint("proj_a", str(number)) for number in range(1000)]
    made.add(numbers, 1000)
    made.save(tmp_path)
    found = IdFilter.load(made.file(tmp_path))
    assert found is not None
    assert (found.first_seq, found.last_seq, found.count, found.is_full) == (1, 1000, 1000, True)
    assert all(number in found for number in numbers)
    assert sum(fingerprint("proj_b", str(number)) in found for number in range(10_000)) <= 1


def test_no_bit_of_a_filter_file_can_change_unnoticed(tmp_path):
    made = IdFilter(1, 50)
    made.add([fingerprint("p", "x")], 7)
    made.save(tmp_path)
    data = made.file(tmp_path).read_bytes()
    for place in range(len(data)):
        if place in (6, 7):
            continue  # padding of the header, never read
        changed = bytearray(data)
        changed[place] ^= 1
        made.file(tmp_path).write_bytes(changed)
        assert IdFilter.load(made.file(tmp_path)) is None, place


def test_recent_memory_turns_over_by_count_and_by_time():
    clock = HandClock()
    recent = RecentIds(clock, most=10, seconds=60)
    recent.add([a_row(seq) for seq in range(1, 11)])
    recent.add([a_row(11)])
    assert recent.knows(a_row(1))
    clock.forward(seconds=61)
    recent.add([a_row(12)])
    assert not recent.knows(a_row(1))
    assert recent.known("proj_a", [a_row(11).event_id, a_row(12).event_id, "else"]) == {
        a_row(11).event_id,
        a_row(12).event_id,
    }
    recent.forget("proj_a", [a_row(11).event_id])
    assert not recent.knows(a_row(11))
