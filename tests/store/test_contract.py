"""What every EventStore keeps, whoever implements it."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from lynex.clock import to_datetime
from lynex.errors import QueryTimeout, ShuttingDown, StorageFailed
from lynex.store.columns import COLUMNS, select_list
from lynex.store.contract import Batch, Cancel, Cancelled, EventStore, Poisoned, Totals
from lynex.store.hot import HotStore
from tests.store.rows import SMALL, a_batch, a_row, is_lawful, open_store, stored_seqs

Factory = Callable[[], EventStore]
SLOW = "SELECT count(*) AS n FROM range(1000000000000) WHERE range % 7 = $seven"


@pytest.fixture(params=["duckdb"])
def open_one(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Factory]:
    """Opens the store of this test; a second call opens the same one again after it was closed."""
    opened: list[HotStore] = []

    def factory() -> HotStore:
        opened.append(open_store(tmp_path))
        return opened[-1]

    yield factory
    for store in opened:
        store.close()


@pytest.fixture
def store(open_one: Factory) -> EventStore:
    return open_one()


def test_rows_come_back_as_they_went_in(store):
    row = a_row(1, sent_at=1_763_640_000_123_456, duration_ms=1.5, user_id="ü😀", cost=Decimal("0.000000000001"))
    store.append(Batch(1, 1, [row]))
    (found,) = store.select(f"SELECT {select_list()} FROM events", {}).to_pylist()
    for name in COLUMNS:
        value = getattr(row, name)
        if isinstance(found[name], datetime):
            value = to_datetime(value).replace(tzinfo=None)
        assert found[name] == (value if name != "attrs" else '{"attempt":1,"tenant":"t1"}'), name


def test_attributes_can_be_searched_by_name(store):
    store.append(a_batch(1, 14))
    found = store.select("SELECT seq FROM events WHERE attrs.tenant::VARCHAR = $t ORDER BY seq", {"t": "t3"})
    assert found.column("seq").to_pylist() == [3, 10]


def test_the_first_of_equal_ids_wins_within_and_across_batches_and_projects(store):
    rows = [a_row(1, event_id="x", name="first"), a_row(2, event_id="x"), a_row(3, event_id="x", project_id="proj_b")]
    assert store.append(Batch(1, 3, rows)).duplicates == 1
    appended = store.append(Batch(4, 5, [a_row(4, event_id="x"), a_row(5)]))
    assert (appended.duplicates, [row.seq for row in appended.rows]) == (1, [5])
    assert stored_seqs(store) == [1, 3, 5]
    assert store.totals() == Totals(position=5, stored=3, deduplicated=2)


def test_duplicates_are_known_after_a_restart_too(open_one):
    store = open_one()
    store.append(a_batch(1, 50))
    store.close()
    again = open_one()
    assert again.append(Batch(51, 52, [a_row(51, event_id=a_row(7).event_id), a_row(52)])).duplicates == 1
    assert is_lawful(again)


def test_the_position_moves_over_dead_letters_and_damage(store):
    store.append(Batch(1, 10, [a_row(3), a_row(9)], dead_lettered=5, damaged=3))
    store.append(Batch(11, 12, [], dead_lettered=2))
    assert store.totals() == Totals(position=12, stored=2, dead_lettered=7, damaged=3)
    assert is_lawful(store)


def test_a_replay_changes_nothing_and_its_new_part_is_taken(store):
    store.append(a_batch(1, 10))
    assert store.append(a_batch(1, 10)).rows == ()
    assert [row.seq for row in store.append(a_batch(6, 10)).rows] == [11, 12, 13, 14, 15]
    assert stored_seqs(store) == list(range(1, 16))


@pytest.mark.parametrize("batch", [a_batch(12, 2), Batch(11, 13, [a_row(11)])], ids=["a gap", "an event missing"])
def test_a_batch_that_does_not_account_for_every_sequence_is_refused_whole(store, batch):
    store.append(a_batch(1, 10))
    with pytest.raises(ValueError, match=r"does not (follow|account)"):
        store.append(batch)
    assert store.append(a_batch(11, 1)).duplicates == 0


@pytest.mark.parametrize(
    "poison",
    [{"attrs": "{not json"}, {"input_tokens": 2**63}, {"cost": Decimal(10) ** 13}, {"name": "\ud800"}, {"at": "no"}],
    ids=lambda fields: next(iter(fields)),
)
def test_a_poisoned_batch_is_refused_whole_and_the_store_goes_on(store, poison):
    store.append(a_batch(1, 3))
    with pytest.raises(Poisoned):
        store.append(Batch(4, 6, [a_row(4), a_row(5, **poison), a_row(6)]))
    assert stored_seqs(store) == [1, 2, 3]
    store.append(Batch(4, 6, [a_row(4), a_row(6)], dead_lettered=1))
    assert is_lawful(store)


def test_totals_survive_a_restart(open_one):
    store = open_one()
    store.append(a_batch(1, 10))
    store.append(Batch(11, 14, [a_row(11), a_row(12, event_id=a_row(1).event_id)], dead_lettered=1, damaged=1))
    before = store.totals()
    store.close()
    again = open_one()
    assert again.totals() == before
    assert again.known_through == 14


def test_recent_ids_are_known_without_a_question(store):
    store.append(a_batch(1, 3))
    ids = [a_row(seq).event_id for seq in (2, 3, 4)]
    assert store.probably_stored("proj_a", ids) == set(ids[:2])
    assert store.probably_stored("proj_b", ids) == set()


def test_a_question_that_takes_too_long_is_stopped_and_the_next_one_is_answered(store):
    for _ in range(3):
        with pytest.raises(QueryTimeout):
            store.select(SLOW, {"seven": 3}, timeout=0.05)
    assert store.select("SELECT $a AS a", {"a": "here"}).to_pylist() == [{"a": "here"}]


def test_a_question_nobody_waits_for_is_given_up(store):
    cancel = Cancel()
    threading.Timer(0.05, cancel.cancel).start()
    with pytest.raises(Cancelled):
        store.select(SLOW, {"seven": 3}, timeout=60, cancel=cancel)
    with pytest.raises(Cancelled):
        store.select("SELECT 1 AS one", {}, cancel=cancel)  # given up before it began, however short


def test_more_questions_than_readers_wait_their_turn_within_their_time(store):
    answers: list[object] = []

    def ask() -> None:
        try:
            store.select(SLOW, {"seven": 3}, timeout=0.2)
        except QueryTimeout as error:
            answers.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(3 * SMALL.readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["query_timeout"] * len(threads)
    assert store.select("SELECT 1 AS one", {}).num_rows == 1


def test_questions_are_answered_while_the_writer_writes(store):
    seen: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            (found,) = store.select("SELECT count(*) AS n, max(seq) AS top FROM events", {}).to_pylist()
            assert found["n"] == (found["top"] or 0)  # never half a batch
            seen.append(found["n"])

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(20):
        store.append(a_batch(1 + 50 * number, 50))
        store.checkpoint(force=number % 5 == 4)
    done.set()
    reader.join()
    assert seen == sorted(seen)
    assert is_lawful(store)


def test_a_closed_store_says_so(store):
    store.append(a_batch(1, 1))
    store.close()
    store.close()
    for act in (lambda: store.append(a_batch(2, 1)), lambda: store.select("SELECT 1", {}), store.checkpoint):
        with pytest.raises(ShuttingDown):
            act()


def test_nothing_is_taken_before_the_store_was_prepared(tmp_path, clock):
    store = HotStore.open(tmp_path, SMALL, clock)
    with pytest.raises(StorageFailed):
        store.append(a_batch(1, 1))
    assert store.state == "rebuilding"
    store.prepare()
    assert store.state == "ready"
    store.close()
