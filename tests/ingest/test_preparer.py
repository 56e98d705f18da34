"""Accepted events come out understood, in order and without gaps, whatever restarts, overflows or dies in between."""

import os
import random
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lynex.clock import SystemClock
from lynex.events.envelope import Event
from lynex.ingest.backlog import Backlog
from lynex.ingest.disk import RealDisk
from lynex.ingest.frames import Frame
from lynex.ingest.journal_reader import read_after
from lynex.ingest.parcel import Sender, join_events, pack
from lynex.ingest.preparer import Prepared, Preparer
from tests.ingest.test_understanding_process import Shop, until
from tests.journals import Opened, open_journal

NOW = 1_763_640_000_000_000
SENDER = Sender("events", "proj_a", None, NOW, {})


@dataclass
class Written:
    """A journal that can be asked what the backlog asks."""

    opened: Opened

    @property
    def head(self) -> int:
        return self.opened.shelf.head

    def read(self, after: int, max_bytes: int) -> list[Frame]:
        return read_after(self.opened.shelf, after, max_bytes, lambda damage: None)

    def write(self, count: int, received_at: int = NOW) -> list[Frame]:
        """One request of `count` events, each named by its sequence."""
        first = self.head + 1
        raws = [b'{"type":"log","eventId":"e%d","body":{"message":"m"}}' % seq for seq in range(first, first + count)]
        sender = Sender("events", "proj_a", None, received_at, {})
        return self.opened.flush(pack(sender, join_events(raws)), count=count)


@pytest.fixture
def journal(tmp_path: Path, clock) -> Written:
    return Written(open_journal(RealDisk(), tmp_path / "journal", clock))


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop(SystemClock())
    yield made
    made.close()


def taken(preparer: Preparer) -> Prepared:
    while True:
        prepared = preparer.take(20)
        if prepared is not None:
            return prepared


@pytest.mark.parametrize("queue_bytes", [1 << 20, 200_000])
def test_batches_follow_each_other_through_restarts_and_kills(journal, shop, queue_bytes):
    source = random.Random(7)
    backlog = Backlog(journal, queue_bytes)
    preparer = Preparer(backlog, shop, SystemClock())
    shop.hire()
    for _ in range(400):
        backlog.put(journal.write(source.randrange(1, 200)))
    position, restarts = 0, 0
    preparer.restart(position)
    preparer.start()
    try:
        while position < journal.head:
            prepared = taken(preparer)
            if prepared.first_seq != position + 1:  # of the round before, as the processor may find it
                preparer.restart(position)
                continue
            assert [row.event_id for row in prepared.rows] == [
                f"e{seq}" for seq in range(prepared.first_seq, prepared.last_seq + 1)
            ]
            assert not prepared.aside and not prepared.damaged
            position = prepared.last_seq
            if restarts < 6:
                restarts += 1
                if restarts % 2 and shop.process is not None:
                    os.kill(shop.process.pid, signal.SIGKILL)
                else:
                    position = source.randrange(prepared.first_seq, prepared.last_seq)  # within a request
                    preparer.restart(position)
            backlog.settle(position)
    finally:
        preparer.stop(20)
    assert shop.failures >= 1 and backlog.oldest_received_at() is None


def test_stopping_waits_for_no_answer(journal, monkeypatch):
    monkeypatch.setenv("LYNEX_FAILPOINTS", "understanding.order=sleep:60")
    shop = Shop(SystemClock())
    backlog = Backlog(journal, 1 << 20)
    preparer = Preparer(backlog, shop, SystemClock())
    process = shop.hire()
    preparer.restart(0)
    preparer.start()
    backlog.put(journal.write(10))
    until(lambda: shop._ordered)
    preparer.stop(10)
    assert not preparer._thread.is_alive() and shop.process is None
    assert process._process.returncode is not None


def test_ids_are_pending_until_they_are_settled(journal):
    backlog = Backlog(journal, 1 << 20)
    for event_ids in (["e1", "e2"], ["e2", "e3"]):
        backlog.put(journal.write(2))
        backlog.note("proj_a", event_ids, journal.head)
    assert backlog.pending("proj_a", ["e1", "e2", "e3", "e4"]) == {"e1", "e2", "e3"}
    assert backlog.pending("proj_b", ["e1"]) == set()
    backlog.settle(2)
    assert backlog.pending("proj_a", ["e1", "e3"]) == {"e3"}
    backlog.settle(4)
    backlog.note("proj_a", ["e3"], 4)  # told after it was stored: nothing to wait for
    assert backlog.pending("proj_a", ["e1", "e2", "e3"]) == set()


def test_what_was_decoded_is_given_once_and_forgotten_when_settled(journal):
    backlog = Backlog(journal, 1 << 20)
    frames = [journal.write(2)[0] for _ in range(3)]
    backlog.put(frames)
    events = [Event(f"e{seq}", "log", NOW, {}, {}, {}, 9) for seq in (1, 2)]
    for frame in frames:
        backlog.keep_decoded(SENDER, events, frame.last_seq, 18)
    assert backlog.take_decoded(frames[:1]) == {2: (SENDER, events)}
    assert backlog.take_decoded(frames[:1]) == {}
    backlog.settle(4)
    assert backlog.take_decoded(frames) == {6: (SENDER, events)}
    backlog.keep_decoded(SENDER, events, 4, 18)  # told after it was stored
    backlog.keep_decoded(SENDER, events, 8, 1 << 30)
    assert backlog.take_decoded([*frames, Frame(7, 2, b"")]) == {} and backlog._decoded_bytes == 0


def test_the_oldest_request_is_known_until_it_is_settled(journal):
    backlog = Backlog(journal, 1 << 20)
    assert backlog.oldest_received_at() is None
    for second in range(3):
        backlog.put(journal.write(5, NOW + second))
    assert backlog.oldest_received_at() == NOW
    assert [frame.first_seq for frame in backlog.take(0, 5, 1 << 20)] == [1]
    assert backlog.oldest_received_at() == NOW
    backlog.settle(5)
    assert backlog.oldest_received_at() == NOW + 1
    backlog.take(5, 100, 1 << 20)
    assert [frame.first_seq for frame in backlog.take(7, 100, 1 << 20)] == [6, 11]  # again, after a failure
    backlog.settle(15)
    assert backlog.oldest_received_at() is None
