"""The journal as the rest of Lynex uses it: many callers, one thread that flushes, faults answered as errors."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lynex.clock import SystemClock
from lynex.config import JournalConfig
from lynex.errors import JournalFull, ShuttingDown, StorageFailed, StorageFull, Unavailable
from lynex.ingest.disk import RealDisk
from lynex.ingest.journal import Journal
from lynex.metrics import Metrics
from tests.simulated_disk import SimulatedDisk

DIRECTORY = Path("/journal")


def open_journal(disk, directory=DIRECTORY, *, clock=None, durability="sync", next_after=0, metrics=None, **settings):
    return Journal.open(
        disk,
        directory,
        JournalConfig(**settings),
        0,
        clock or SystemClock(),
        metrics or Metrics(),
        next_after=next_after,
        durability=durability,
    )


class HeldDisk(SimulatedDisk):
    """Flushes wait until they are let go."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()
        self.go.set()
        self.flushing = threading.Event()

    def fdatasync(self, handle):
        self.flushing.set()
        self.go.wait(20)
        super().fdatasync(handle)

    async def until_flushing(self):
        assert await asyncio.to_thread(self.flushing.wait, 5)


def hold(disk):
    disk.flushing.clear()
    disk.go.clear()


async def test_appends_get_sequences_in_order_and_are_handed_on_before_they_are_answered(tmp_path):
    journal = open_journal(RealDisk(), tmp_path / "journal")
    handed = []
    journal.on_durable = handed.extend

    async def send(n):
        payload = [b"%d" % n, b" and more"]
        first = await journal.append(payload, 1 + n % 3)
        assert any(frame.first_seq == first and frame.payload == b"".join(payload) for frame in handed)
        return first

    firsts = await asyncio.gather(*(send(n) for n in range(200)))
    assert firsts == sorted(firsts)
    assert firsts[:4] == [1, 2, 4, 7]
    assert journal.head == handed[-1].last_seq == sum(1 + n % 3 for n in range(200))
    assert journal.read(0, 1 << 20) == handed
    await journal.close()
    again = open_journal(RealDisk(), tmp_path / "journal")
    assert again.read(0, 1 << 20) == handed
    assert await again.append(b"next", 1) == journal.head + 1
    await again.close()


async def test_callers_that_wait_for_the_disk_share_its_next_flush():
    disk = HeldDisk()
    journal = open_journal(disk)
    hold(disk)
    first = asyncio.ensure_future(journal.append(b"first", 1))
    await disk.until_flushing()
    rest = [asyncio.ensure_future(journal.append(b"more", 1)) for _ in range(50)]
    await asyncio.sleep(0)
    disk.operations.clear()
    disk.go.set()
    assert await asyncio.gather(first, *rest) == list(range(1, 52))
    assert disk.operations.count("fdatasync") == 2
    await journal.close()


async def test_one_failed_flush_refuses_its_callers_and_the_next_is_taken():
    disk, metrics = SimulatedDisk(), Metrics()
    journal = open_journal(disk, metrics=metrics)
    assert await journal.append(b"a", 2) == 1
    disk.fail("fdatasync", errno.EIO)
    refusals = await asyncio.gather(*(journal.append(b"refused", 1) for _ in range(3)), return_exceptions=True)
    assert isinstance(refusals[0], StorageFailed)
    assert refusals[0].code == "storage_error"
    assert journal.refusing is None
    assert await journal.append(b"b", 1) == journal.head
    assert b'storage_errors_total{part="journal"} 1.0' in metrics.exposition()
    payloads = [frame.payload for frame in journal.read(0, 1 << 20)]
    assert (payloads[0], payloads[-1]) == (b"a", b"b")
    await journal.close()


async def test_a_disk_that_fails_for_ever_is_answered_at_once_and_taken_again_when_it_heals(clock):
    disk = SimulatedDisk()
    journal = open_journal(disk, clock=clock)
    disk.fail("fdatasync", errno.EIO, times=0)
    with pytest.raises(StorageFailed):
        await journal.append(b"a", 1)
    disk.operations.clear()
    for _ in range(50):
        with pytest.raises(StorageFailed):
            await journal.append(b"a", 1)
    assert disk.operations == []
    assert journal.read(0, 1 << 20) == []
    disk.heal()
    clock.forward(seconds=1)
    while journal.refusing is not None:  # the thread looks again by itself, without an append
        await asyncio.sleep(0.02)
    assert await journal.append(b"b", 1) == 1
    await journal.close()


async def test_a_journal_at_its_limit_refuses_until_it_is_freed():
    journal = open_journal(SimulatedDisk(), segment_bytes=64 << 10, max_bytes=1 << 20)
    written = 0
    with pytest.raises(JournalFull):
        while True:
            await journal.append(bytes(50_000), 10)
            written += 10
    assert journal.bytes <= 1 << 20
    assert journal.free(written) > 900_000
    assert journal.first > 1
    assert await journal.append(bytes(50_000), 10) == written + 1
    assert journal.bytes_after(written) == 50_030
    assert journal.bytes_after(journal.head) == 0
    await journal.close()


async def test_a_segment_whose_events_are_all_sealed_is_freed_although_it_is_the_newest(clock):
    journal = open_journal(SimulatedDisk(), clock=clock)
    await journal.append(b"x" * 100, 5)
    assert journal.oldest_at(1) == clock.now()
    assert journal.free(5) == 0  # small and young: not worth a new file
    clock.forward(minutes=2)
    assert journal.free(4) == 0
    assert journal.free(5) > 100
    assert (journal.first, journal.head, journal.oldest_at(6)) == (6, 5, None)
    await journal.close()


async def test_more_than_the_bound_waiting_for_the_disk_is_refused_as_overloaded():
    disk = HeldDisk()
    journal = open_journal(disk)
    hold(disk)
    piece = bytes(15 << 20)
    waiting = [asyncio.ensure_future(journal.append(piece, 1)) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="waiting for the disk") as refused:
        await journal.append(piece, 1)
    assert refused.value.code == "overloaded"
    disk.go.set()
    assert await asyncio.gather(*waiting) == [1, 2, 3, 4]
    await journal.close()


async def test_nobody_waits_longer_than_ten_seconds_and_what_had_not_begun_is_not_written(clock):
    disk = HeldDisk()
    journal = open_journal(disk, clock=clock)
    hold(disk)
    begun = asyncio.ensure_future(journal.append(b"begun", 1))
    await disk.until_flushing()
    waiting = asyncio.ensure_future(journal.append(b"waiting", 1))
    await asyncio.sleep(0)
    clock.forward(seconds=11)
    for request, words in ((begun, "may still be"), (waiting, "nothing of it was stored")):
        with pytest.raises(Unavailable, match=words) as refused:
            await request
        assert refused.value.code == "storage_stalled"
    disk.go.set()
    assert await journal.append(b"later", 1) == 2
    assert [frame.payload for frame in journal.read(0, 1 << 20)] == [b"begun", b"later"]
    await journal.close()


async def test_a_caller_that_left_hurts_nobody():
    disk = HeldDisk()
    journal = open_journal(disk)
    hold(disk)
    requests = [asyncio.ensure_future(journal.append(b"%d" % n, 1)) for n in range(3)]
    await disk.until_flushing()
    requests[0].cancel()
    requests[1].cancel()
    disk.go.set()
    assert await requests[2] == 3
    await journal.close()


async def test_a_failing_listener_does_not_cost_an_answer():
    journal = open_journal(SimulatedDisk())

    def broken(frames):
        raise RuntimeError("listener")

    journal.on_durable = broken
    assert await journal.append(b"x", 1) == 1
    await journal.close()


async def test_closing_answers_those_who_wait_and_refuses_newcomers():
    disk = HeldDisk()
    journal = open_journal(disk)
    hold(disk)
    waiting = [asyncio.ensure_future(journal.append(b"x", 1)) for _ in range(5)]
    await disk.until_flushing()
    closing = asyncio.ensure_future(journal.close())
    await asyncio.sleep(0)
    with pytest.raises(ShuttingDown):
        await journal.append(b"late", 1)
    disk.go.set()
    assert await asyncio.gather(*waiting) == [1, 2, 3, 4, 5]
    await closing
    await journal.close()


async def test_running_out_of_memory_in_a_flush_refuses_it_and_the_journal_goes_on():
    disk = SimulatedDisk()
    journal = open_journal(disk)

    def exhausted(name, path):
        if name == "write":
            disk.on_operation = lambda name, path: None
            raise MemoryError

    disk.on_operation = exhausted
    with pytest.raises(StorageFailed):
        await journal.append(b"refused", 1)
    assert await journal.append(b"kept", 1) == 1
    assert [frame.payload for frame in journal.read(0, 1 << 20)] == [b"kept"]
    await journal.close()


async def test_a_disk_without_space_is_refused_as_full():
    disk = SimulatedDisk()
    disk.free = 0
    journal = open_journal(disk)
    assert isinstance(journal.refusing, StorageFull)
    with pytest.raises(StorageFull):
        await journal.append(b"x", 1)
    await journal.close()


async def test_in_interval_mode_answers_come_before_the_flush_which_follows_by_itself():
    disk = HeldDisk()
    journal = open_journal(disk, durability="interval")
    hold(disk)
    assert await journal.append(b"x", 1) == 1
    await disk.until_flushing()
    disk.go.set()
    await journal.close()


async def test_reading_and_freeing_go_on_beside_appends(tmp_path):
    journal = open_journal(RealDisk(), tmp_path / "journal", segment_bytes=64 << 10)
    stop, seen = threading.Event(), []

    def consume():
        position = 0
        while not stop.is_set() or position < journal.head:
            for frame in journal.read(position, 100_000):
                seen.append(frame.first_seq)
                position = frame.last_seq
            journal.free(position - 100)

    reader = threading.Thread(target=consume)
    reader.start()

    async def client():
        for _ in range(100):
            await journal.append(os.urandom(3000), 2)

    await asyncio.gather(*(client() for _ in range(8)))
    stop.set()
    await asyncio.to_thread(reader.join)
    assert seen == list(range(1, 1600, 2))
    assert journal.first > 1000
    await journal.close()


CHILD = """
import asyncio, sys
from pathlib import Path
from lynex.clock import SystemClock
from lynex.config import JournalConfig
from lynex.ingest.disk import RealDisk
from lynex.ingest.journal import Journal
from lynex.metrics import Metrics

async def main():
    journal = Journal.open(RealDisk(), Path(sys.argv[1]), JournalConfig(segment_bytes=64 << 10), 0, SystemClock(), Metrics())
    async def client(name):
        for n in range(1000):
            payload = b"%d-%d " % (name, n) + bytes(700)
            first = await journal.append(payload, 1)
            print(first, name, n, flush=True)
            if n % 10 == 9:
                journal.free(first - 200)
    await asyncio.gather(*(client(name) for name in range(16)))

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "point",
    ["mid_append=kill@9", "before_sync=kill@20", "after_sync=kill@30", "in_rotation=kill@4", "before_unlink=kill@2"],
)
async def test_what_a_killed_process_had_acknowledged_is_there(tmp_path, point):
    directory = tmp_path / "journal"
    environment = {**os.environ, "LYNEX_FAILPOINTS": f"journal.{point}"}
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(directory)], env=environment, capture_output=True, text=True, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    whole_lines = child.stdout[: child.stdout.rfind("\n") + 1].splitlines()
    acknowledged = {int(first): (name, n) for first, name, n in map(str.split, whole_lines)}
    assert acknowledged
    journal = open_journal(RealDisk(), directory)
    frames = {frame.first_seq: frame.payload for frame in journal.read(0, 1 << 30)}
    assert journal.damage == []
    for first, (name, n) in acknowledged.items():
        if first >= journal.first:
            assert frames[first].startswith(b"%d-%d " % (int(name), int(n)))
    assert max(frames) >= max(acknowledged)
    await journal.close()
