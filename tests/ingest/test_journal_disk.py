"""The real disk and the simulated one keep the same promises."""

import errno
from pathlib import Path

import pytest

from lynex.ingest.disk import Disk, RealDisk
from tests.simulated_disk import PowerLoss, SimulatedDisk


@pytest.fixture(params=[RealDisk, SimulatedDisk])
def disk(request) -> Disk:
    return request.param()


def written(disk: Disk, path: Path, *pieces: bytes) -> int:
    handle = disk.create(path)
    for piece in pieces:
        disk.write(handle, piece)
    disk.fdatasync(handle)
    return handle


def test_what_is_appended_is_read_back(disk, tmp_path):
    path = tmp_path / "a"
    handle = written(disk, path, b"one", b"two" * 1000)
    assert disk.size(path) == 3003
    assert disk.read(path, 2, 4) == b"etwo"
    assert disk.read(path, 3000, 100) == b"two"
    assert disk.read(path, 3003, 1) == b""
    disk.close(handle)


def test_an_existing_file_is_continued_at_its_end_after_a_cut(disk, tmp_path):
    path = tmp_path / "a"
    disk.close(written(disk, path, b"0123456789"))
    handle = disk.open_append(path)
    disk.truncate(handle, 4)
    disk.write(handle, b"xy")
    disk.fdatasync(handle)
    disk.close(handle)
    assert disk.read(path, 0, 99) == b"0123xy"


def test_creating_again_starts_an_empty_file_and_leaves_the_older_one_alone(disk, tmp_path):
    path = tmp_path / "a"
    older = written(disk, path, b"older")
    newer = disk.create(path)
    disk.write(older, b" still")
    assert disk.size(path) == 0
    disk.close(older)
    disk.close(newer)


def test_a_rename_replaces_and_an_open_file_keeps_its_content(disk, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    disk.close(written(disk, new, b"replaced"))
    handle = written(disk, old, b"kept")
    disk.rename(old, new)
    disk.write(handle, b"!")
    disk.fsync_directory(tmp_path)
    disk.close(handle)
    assert disk.list(tmp_path) == ["new"]
    assert disk.read(new, 0, 99) == b"kept!"


@pytest.mark.parametrize("act", ["read", "size", "unlink", "open_append", "rename"])
def test_a_missing_file_is_said_to_be_missing(disk, tmp_path, act):
    arguments = {"read": (0, 1), "rename": (tmp_path / "b",)}.get(act, ())
    with pytest.raises(FileNotFoundError):
        getattr(disk, act)(tmp_path / "a", *arguments)


def test_an_unlinked_file_is_gone_and_space_is_told(disk, tmp_path):
    path = tmp_path / "a"
    disk.close(written(disk, path, b"x"))
    disk.unlink(path)
    disk.fsync_directory(tmp_path)
    assert disk.list(tmp_path) == []
    space = disk.space(tmp_path)
    assert 0 < space.free <= space.total


def test_the_real_disk_creates_directories_and_files_for_the_owner_only(tmp_path):
    disk, directory = RealDisk(), tmp_path / "data" / "journal"
    disk.make_directory(directory)
    disk.make_directory(directory)
    disk.close(disk.create(directory / "a"))
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "a").stat().st_mode & 0o777 == 0o600


def test_a_power_loss_takes_only_what_was_not_synced():
    outcomes = set()
    for seed in range(60):
        disk, path = SimulatedDisk(seed), Path("/j/a")
        handle = written(disk, path, b"d" * 600)
        disk.fsync_directory(path.parent)
        disk.write(handle, b"u" * 2000)
        disk.crash()
        content = disk.content(path)
        assert content[:600] == b"d" * 600
        assert set(content[600:]) <= set(b"u\0")
        outcomes.add(content)
    assert len(outcomes) > 10


def test_a_name_that_was_not_synced_may_vanish():
    found = set()
    for seed in range(20):
        disk, path = SimulatedDisk(seed), Path("/j/a")
        written(disk, path, b"x")
        disk.crash()
        found.add(tuple(disk.list(path.parent)))
    assert found == {(), ("a",)}


def test_a_failed_flush_loses_its_data_although_the_next_flush_succeeds():
    lost = 0
    for seed in range(20):
        disk, path = SimulatedDisk(seed), Path("/j/a")
        handle = written(disk, path)
        disk.fsync_directory(path.parent)
        disk.write(handle, b"x" * 100)
        disk.fail("fdatasync", errno.EIO)
        with pytest.raises(OSError, match="Input/output"):
            disk.fdatasync(handle)
        disk.fdatasync(handle)
        assert disk.read(path, 0, 100) == b"x" * 100
        disk.crash()
        lost += disk.content(path) != b"x" * 100
    assert 0 < lost < 20


def test_power_can_be_lost_at_a_chosen_operation():
    disk = SimulatedDisk()
    disk.lose_power_in = 1
    disk.create(Path("/j/a"))
    with pytest.raises(PowerLoss):
        disk.create(Path("/j/b"))
