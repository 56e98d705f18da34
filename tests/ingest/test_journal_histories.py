"""Random histories of flushes, failures, kills and power losses on the simulated disk.

What was acknowledged is there, at its sequence, after every recovery; what was refused never is; what nobody was told
about is decided by the first recovery and stays so. `LYNEX_HISTORIES` sets how many histories are tried.
"""

import errno
import os
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lynex.errors import Unavailable
from tests.conftest import HandClock
from tests.journals import Opened, open_journal
from tests.simulated_disk import PowerLoss, SimulatedDisk

DIRECTORY = Path("/journal")
HISTORIES = int(os.environ.get("LYNEX_HISTORIES", "80"))

OPERATIONS = st.sampled_from(
    ["create", "write", "fdatasync", "fsync_directory", "rename", "truncate", "unlink", "close"]
)
ERRORS = st.sampled_from([errno.EIO, errno.ENOSPC, errno.EMFILE])
SIZES = st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 3)), min_size=1, max_size=4)


class Histories(RuleBasedStateMachine):
    journal: Opened

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.kept: dict[int, tuple[int, bytes]] = {}  # acknowledged: first sequence -> count, payload
        self.undecided: set[bytes] = set()  # nobody was told
        self.unsure: set[bytes] = set()  # refused, but the disk could not promise it
        self.refused: set[bytes] = set()
        self.shaky: set[int] = set()  # read from the cache after a failed flush: the next power loss may take them
        self.doubtful: set[int] = set()  # sequences of flushes nobody was told about
        self.stored = 0  # the position of the store
        self.freed = 0
        self.made = 0

    @initialize(seed=st.integers(0, 1 << 32), segment_bytes=st.sampled_from([1500, 4000, 1 << 20]))
    def begin(self, seed: int, segment_bytes: int) -> None:
        self.disk = SimulatedDisk(seed)
        self.segment_bytes = segment_bytes
        self.open()

    def open(self) -> None:
        self.journal = open_journal(
            self.disk, DIRECTORY, self.clock, segment_bytes=self.segment_bytes, next_after=self.stored
        )

    def payloads(self, sizes: list[tuple[int, int]]) -> list[tuple[bytes, int]]:
        made = []
        for size, count in sizes:
            self.made += 1
            made.append((b"%d " % self.made + bytes([self.made % 256]) * size, count))
        return made

    @rule(sizes=SIZES)
    def flush(self, sizes: list[tuple[int, int]]) -> None:
        entries = self.payloads(sizes)
        head = self.journal.shelf.head
        try:
            frames = self.journal.writer.flush(entries)
        except Unavailable as refusal:
            unsure = "may or may not" in refusal.detail
            (self.unsure if unsure else self.refused).update(data for data, _ in entries)
            if unsure:
                self.doubtful.update(range(head + 1, head + 1 + sum(count for _, count in entries)))
            assert self.journal.shelf.head == head
        except PowerLoss:
            self.undecided.update(data for data, _ in entries)
            self.doubtful.update(range(head + 1, head + 1 + sum(count for _, count in entries)))
            self.lose_power(0)
        else:
            for frame, (data, count) in zip(frames, entries, strict=True):
                assert (frame.first_seq, frame.count, frame.payload) == (head + 1, count, data)
                self.kept[frame.first_seq] = (count, data)
                head = frame.last_seq

    @rule(operation=OPERATIONS, error=ERRORS, times=st.sampled_from([1, 1, 1, 2, 3, 0]))
    def break_something(self, operation: str, error: int, times: int) -> None:
        self.disk.fail(operation, error, times)

    @rule(
        sizes=SIZES,
        operations=st.sets(OPERATIONS, min_size=1),
        error=ERRORS,
        times=st.sampled_from([1, 2, 0]),
        end=st.sampled_from(["", "kill", "power"]),
    )
    def flush_on_a_broken_disk(self, sizes, operations, error, times, end) -> None:
        for operation in sorted(operations):
            self.disk.fail(operation, error, times)
        self.flush([(size % 300, count) for size, count in sizes])
        if end:
            self.disk.kill() if end == "kill" else self.disk.crash()
            self.restart(0, 0)

    @rule()
    def heal(self) -> None:
        self.disk.heal()
        self.clock.forward(seconds=1)
        self.journal.writer.tend()
        assert self.journal.writer.refusal is None

    @rule(operations=st.integers(0, 6))
    def power_will_go(self, operations: int) -> None:
        self.disk.lose_power_in = operations

    @rule(seconds=st.sampled_from([0.1, 1.0]))
    def wait(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)
        self.guarded(self.journal.writer.tend)

    @rule()
    def rotate(self) -> None:
        self.guarded(self.journal.writer.rotate)

    @rule(back=st.integers(0, 5))
    def store(self, back: int) -> None:
        self.stored = max(self.stored, self.journal.shelf.head - back)

    @rule()
    def free(self) -> None:
        before = self.journal.shelf.first
        try:
            self.guarded(lambda: self.journal.shelf.free(self.stored))
        except OSError:
            pass
        assert self.journal.shelf.first - 1 <= max(self.stored, before - 1)
        self.freed = max(self.freed, self.stored)

    @rule(again=st.integers(0, 3), after=st.integers(0, 6))
    def lose_power(self, again: int, after: int = 0) -> None:
        self.disk.crash()
        self.restart(again, after)

    @rule(again=st.integers(0, 3), after=st.integers(0, 6), ahead=st.sampled_from([0, 0, 0, 1, 7]))
    def kill(self, again: int, after: int, ahead: int) -> None:
        self.disk.kill()
        if ahead:  # the store may know more than a journal that was lost
            self.stored = self.journal.shelf.head + ahead
        self.restart(again, after)

    @rule()
    def close(self) -> None:
        self.disk.heal()
        self.journal.writer.close()
        self.disk.kill()
        self.restart(0, 0)

    def guarded(self, act) -> None:
        try:
            act()
        except PowerLoss:
            self.lose_power(0)

    def restart(self, again: int, after: int) -> None:
        """Recover, losing power during recovery up to `again` times."""
        for attempt in range(again):
            self.disk.lose_power_in = after + attempt
            try:
                self.open()
            except PowerLoss:
                pass
            self.disk.crash()
        self.open()
        self.decide()

    def decide(self) -> None:
        """What nobody was told about either counts from now on, or never will."""
        found = {frame.payload: frame for frame in self.journal.frames()}
        gone = {seq for seq in self.shaky if self.kept[seq][1] not in found}
        self.refused |= {self.kept.pop(seq)[1] for seq in gone}
        self.shaky -= gone
        for data in self.undecided | self.unsure:
            frame = found.get(data)
            if frame is None:
                self.refused.add(data)
                continue
            self.kept[frame.first_seq] = (frame.count, data)
            if data in self.unsure:
                self.shaky.add(frame.first_seq)
        self.undecided.clear()
        self.unsure.clear()

    @invariant()
    def the_word_is_kept(self) -> None:
        if not hasattr(self, "journal"):
            return
        if self.journal.writer.refusal is None:  # a new segment has ended whatever failed
            self.refused |= self.unsure
            self.unsure.clear()
        faults, power = list(self.disk.faults), self.disk.lose_power_in
        self.disk.heal()
        frames = self.journal.frames()
        self.disk.faults, self.disk.lose_power_in = faults, power
        assert [frame.first_seq for frame in frames] == sorted({frame.first_seq for frame in frames})
        for frame in frames:
            assert frame.payload not in self.refused
            assert self.kept[frame.first_seq] == (frame.count, frame.payload)
        read = {frame.first_seq for frame in frames}
        expected = {first for first, (count, _) in self.kept.items() if first + count - 1 > self.freed}
        assert expected - self.shaky <= read
        for damage in self.journal.damage:
            assert self.doubtful.issuperset(range(damage.first_seq, damage.last_seq + 1))

    @invariant()
    def sequences_go_on(self) -> None:
        if hasattr(self, "journal"):
            assert self.journal.shelf.head >= max([self.stored, *(f + c - 1 for f, (c, _) in self.kept.items())])


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
