"""What came to the door is counted by hour, project, key and outcome, and outlives a restart."""

from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy.exc import OperationalError

from lynex.clock import DAY, HOUR
from lynex.control.dead_letters import Dead
from lynex.control.receipts import Receipts


def told(receipts: Receipts, clock, project="proj_a") -> dict:
    now = clock.now()
    return {(one.hour, one.key_id, one.outcome): one.amount for one in receipts.of_project(project, 0, now + HOUR)}


def test_counts_add_up_whether_they_are_written_down_yet_or_not(records, clock):
    receipts, hour = Receipts(records.database, clock), clock.now() - clock.now() % HOUR
    receipts.note_accepted("proj_a", "key_1", clock.now(), 100, 0)
    receipts.flush()
    receipts.note_accepted("proj_a", "key_1", clock.now(), 5, 2)
    receipts.note_accepted("proj_b", None, clock.now(), 7, 0)
    receipts.note_refused("proj_a", "key_1", "invalid_input")
    receipts.note_refused("", None, "invalid_key", 3)
    expected = {
        (hour, "key_1", "accepted"): 105,
        (hour, "key_1", "duplicates"): 2,
        (hour, "key_1", "refused:invalid_input"): 1,
    }
    assert told(receipts, clock) == expected
    receipts.flush()
    again = Receipts(records.database, clock)
    assert told(again, clock) == expected
    assert told(again, clock, "proj_b") == {(hour, "", "accepted"): 7}
    assert [(one.refused, one.amount) for one in again.of_project("", hour, hour + 1)] == [("invalid_key", 3)]


def test_hours_are_apart_and_leave_after_thirty_days(records, clock):
    receipts = Receipts(records.database, clock)
    receipts.note_accepted("proj_a", None, clock.now(), 1, 0)
    clock.forward(hours=1)
    receipts.note_accepted("proj_a", None, clock.now(), 2, 0)
    receipts.flush()
    assert sorted(told(receipts, clock).values()) == [1, 2]
    clock.forward(seconds=(30 * DAY - HOUR // 2) // 1_000_000)
    receipts.note_accepted("proj_a", None, clock.now(), 4, 0)
    receipts.flush()
    assert 1 not in told(receipts, clock).values()


def test_what_cannot_be_written_down_is_kept_for_the_next_time(records, clock, monkeypatch):
    receipts = Receipts(records.database, clock)
    receipts.note_accepted("proj_a", None, clock.now(), 3, 0)

    def refuse(*_):
        raise OperationalError("INSERT", None, Exception("disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(receipts, "_add", refuse)
        with pytest.raises(OperationalError):
            receipts.flush()
    assert list(told(receipts, clock).values()) == [3]
    receipts.flush()
    assert list(told(Receipts(records.database, clock), clock).values()) == [3]


def test_nothing_is_lost_or_doubled_between_many_threads(records, clock):
    receipts = Receipts(records.database, clock)

    def send():
        for _ in range(200):
            receipts.note_accepted("proj_a", "key_1", clock.now(), 1, 0)

    def flush():
        for _ in range(20):
            receipts.flush()
            assert sum(told(receipts, clock).values()) <= 800

    threads = [Thread(target=send) for _ in range(4)] + [Thread(target=flush)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(told(receipts, clock).values()) == [800]


def test_what_was_set_aside_is_counted_by_hour_and_project(records, clock):
    first = clock.now() - clock.now() % HOUR
    letter = Dead(1, "proj_a", "event", "not_storable", "why", 3, b"{}")
    records.dead_letters.record([letter, replace(letter, seq=2), replace(letter, seq=3, project_id="proj_b")])
    clock.forward(hours=2)
    records.dead_letters.record([replace(letter, seq=4)])
    assert records.dead_letters.by_hour("proj_a", first, first + 3 * HOUR) == {first: 2, first + 2 * HOUR: 1}
    assert records.dead_letters.by_hour("proj_a", first + HOUR, first + 2 * HOUR) == {}
