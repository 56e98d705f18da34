"""The writer on a disk that fails: nothing acknowledged is lost, nothing refused comes back."""

import errno
from pathlib import Path

import pytest

from lynex.errors import StorageFailed, StorageFull
from tests.journals import open_journal
from tests.simulated_disk import SimulatedDisk

DIRECTORY = Path("/journal")


@pytest.fixture
def disk():
    return SimulatedDisk(seed=1)


@pytest.fixture
def open_it(disk, clock):
    def opened(**settings):
        return open_journal(disk, DIRECTORY, clock, **settings)

    return opened


def test_each_flush_is_on_the_disk_before_it_is_answered(open_it, disk):
    journal = open_it()
    frames = []
    for n in range(30):
        frames += journal.flush(bytes([n]) * 700, b"", count=3)
        disk.crash()
        journal = open_it()
        assert journal.frames() == frames


@pytest.mark.parametrize("operation", ["write", "fdatasync"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EFBIG])
def test_a_failure_refuses_the_flush_ends_the_file_and_the_next_one_is_taken(open_it, disk, operation, error):
    journal = open_it()
    frames = journal.flush(b"a" * 600)
    failed = journal.shelf.newest.path
    disk.fail(operation, error)
    with pytest.raises(StorageFailed if error == errno.EIO else StorageFull, match="nothing of it was stored"):
        journal.flush(b"refused" * 200)
    assert journal.writer.refusal is None
    touched = []
    disk.on_operation = lambda name, path: touched.append((name, path))
    frames += journal.flush(b"b" * 600)
    assert all(path != failed for _, path in touched)
    for _ in range(3):
        disk.crash()
        journal = open_it()
        assert journal.frames() == frames
        assert journal.damage == []


def test_refused_events_do_not_come_back_although_the_disk_kept_them(open_it, disk):
    for seed in range(40):
        disk.random.seed(seed)
        journal = open_it()
        before = journal.frames()
        disk.fail("fdatasync", errno.EIO)
        disk.fail("truncate", errno.EIO)
        with pytest.raises(StorageFailed):
            journal.flush(b"refused" * 300)
        disk.kill() if seed % 2 else disk.crash()
        journal = open_it()
        assert journal.frames() == before
        journal.flush(b"kept %d" % seed)


def test_a_disk_that_fails_for_ever_is_tried_twice_a_second_and_heals_by_itself(open_it, disk, clock):
    journal = open_it()
    frames = journal.flush(b"a")
    disk.fail("fdatasync", errno.EIO, times=0)
    with pytest.raises(StorageFailed, match="may or may not have been stored"):
        journal.flush(b"b")
    assert isinstance(journal.writer.refusal, StorageFailed)
    disk.operations.clear()
    for _ in range(100):
        with pytest.raises(StorageFailed, match="nothing of it was stored"):
            journal.flush(b"c")
        journal.writer.tend()
    assert disk.operations == []
    clock.forward(seconds=0.6)
    journal.writer.tend()
    assert "fdatasync" in disk.operations
    assert journal.writer.refusal is not None
    disk.heal()
    clock.forward(seconds=0.6)
    journal.writer.tend()
    assert journal.writer.refusal is None
    frames += journal.flush(b"d")
    disk.crash()
    assert open_it().frames() == frames


def test_a_full_disk_is_refused_at_the_low_water_mark_and_taken_again_when_there_is_space(clock):
    disk = SimulatedDisk(total=10_000_000)
    journal = open_journal(disk, DIRECTORY, clock)
    journal.writer._min_free_bytes = 1 << 30
    disk.free = 500_000 + 3000
    clock.forward(seconds=1)
    journal.flush(b"x" * 1000)
    with pytest.raises(StorageFull):
        journal.flush(b"x" * 3000)
    disk.free = 400_000
    clock.forward(seconds=1)
    with pytest.raises(StorageFull):
        journal.flush(b"x")
    assert isinstance(journal.writer.refusal, StorageFull)
    disk.free = 9_000_000
    clock.forward(seconds=1)
    journal.writer.tend()
    assert journal.writer.refusal is None
    assert journal.flush(b"y")[0].first_seq == 2


def test_a_disk_that_is_really_full_leaves_no_torn_frames_behind(clock):
    disk = SimulatedDisk(total=10_000)
    disk.total = 1  # no low-water mark
    disk.free = 5000
    journal = open_journal(disk, DIRECTORY, clock)
    frames, refused = [], 0
    for _ in range(20):
        clock.forward(seconds=1)
        try:
            frames += journal.flush(b"x" * 900)
        except StorageFull:
            refused += 1
    assert refused > 10
    assert len(frames) == 5
    disk.free = 10_000
    clock.forward(seconds=1)
    frames += journal.flush(b"y" * 900)
    disk.kill()
    journal = open_journal(disk, DIRECTORY, clock)
    assert (journal.frames(), journal.damage) == (frames, [])


@pytest.mark.parametrize("operation", ["create", "write", "fdatasync"])
def test_a_rotation_that_fails_leaves_the_old_segment_in_use(open_it, disk, clock, operation):
    journal = open_it(segment_bytes=1000)
    frames = journal.flush(b"a" * 1000)
    before = journal.shelf.newest.path
    disk.fail(operation, errno.EMFILE)
    frames += journal.flush(b"b")
    assert journal.shelf.newest.path == before
    clock.forward(seconds=1)
    frames += journal.flush(b"c")
    assert journal.shelf.newest.path != before
    disk.crash()
    assert open_it().frames() == frames


@pytest.mark.parametrize("operation", ["rename", "fsync_directory"])
def test_a_rotation_that_fails_at_the_rename_takes_nothing_until_a_new_segment_is_durable(
    open_it, disk, clock, operation
):
    journal = open_it(segment_bytes=1000)
    frames = journal.flush(b"a" * 1000)
    disk.fail(operation, errno.EIO)
    with pytest.raises(StorageFailed):
        journal.flush(b"refused")
    clock.forward(seconds=1)
    frames += journal.flush(b"b")
    disk.crash()
    assert open_it().frames() == frames


def test_a_failing_disk_at_start_still_lets_the_journal_be_read(open_it, disk, clock):
    frames = open_it().flush(b"a")
    disk.kill()
    disk.fail("fdatasync", errno.EIO, times=0)
    journal = open_it()
    assert journal.recovered.sync_failed
    assert journal.frames() == frames
    with pytest.raises(StorageFailed):
        journal.flush(b"b")
    disk.heal()
    clock.forward(seconds=1)
    assert journal.flush(b"c")[0].first_seq == 2


def test_freeing_removes_whole_segments_oldest_first_and_makes_each_removal_durable(open_it, disk):
    journal = open_it(segment_bytes=1000)
    frames = [frame for n in range(10) for frame in journal.flush(bytes([n]) * 600)]
    starts = [stretch.segment.first_seq for stretch in journal.shelf.following(0)]
    held = journal.shelf.bytes
    disk.operations.clear()
    freed = journal.shelf.free(starts[3])
    assert journal.shelf.first == starts[3]
    assert (freed > 0, journal.shelf.bytes) == (True, held - freed)
    assert disk.operations == ["unlink", "fsync_directory"] * 3
    disk.crash()
    journal = open_it()
    assert journal.frames() == [frame for frame in frames if frame.first_seq >= starts[3]]
    assert journal.damage == []


def test_without_sync_a_frame_does_not_vouch_for_those_before_it(open_it, disk):
    journal = open_it(sync=False)
    frames = journal.flush(b"a" * 100) + journal.flush(b"b" * 100)
    path = journal.shelf.newest.path
    disk.kill()
    disk.overwrite(path, disk.content(path).replace(b"a" * 100, bytes(100)))
    journal = open_it()
    assert journal.frames() == frames[1:]
    assert [(damage.first_seq, damage.last_seq, damage.certain) for damage in journal.damage] == [(1, 1, False)]


def test_without_sync_frames_are_flushed_later_and_a_clean_close_keeps_all(open_it, disk, clock):
    journal = open_it(sync=False)
    disk.operations.clear()
    frames = journal.flush(b"a" * 1000)
    assert "fdatasync" not in disk.operations
    assert journal.writer.unsynced_since
    journal.writer.sync()
    assert not journal.writer.unsynced_since
    disk.crash()
    journal = open_it(sync=False)
    assert journal.frames() == frames
    frames += journal.flush(b"b" * 1000)
    journal.writer.close()
    disk.crash()
    assert open_it().frames() == frames
