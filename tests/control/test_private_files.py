"""What lies on the disk is for its owner only, and `secret.key` is one and the same for ever."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lynex.control.private_files import create_private
from lynex.control.secrets import ServerSecret
from lynex.errors import StartRefused
from tests.control_room import open_records


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_made_for_the_owner_alone(tmp_path, clock):
    data = tmp_path / "data"
    umask = os.umask(0)
    try:
        records = open_records(data, clock)
        records.projects.create("A project")
        modes = {str(path.relative_to(data)): mode(path) for path in [data, *data.rglob("*")]}
        records.database.close()
    finally:
        os.umask(umask)
    assert modes == {
        ".": 0o700,
        "secret.key": 0o600,
        "control": 0o700,
        "control/lynex.sqlite": 0o600,
        "control/lynex.sqlite-wal": 0o600,
        "control/lynex.sqlite-shm": 0o600,
    }


@pytest.mark.parametrize("name", ["secret.key", "control/lynex.sqlite"])
def test_a_file_open_to_everybody_stops_the_start_and_says_the_cure(tmp_path, clock, name):
    open_records(tmp_path, clock).database.close()
    (tmp_path / name).chmod(0o604)
    with pytest.raises(StartRefused, match="mode 0604") as refusal:
        open_records(tmp_path, clock)
    assert refusal.value.hint == f"Run: chmod o-rwx '{tmp_path / name}'"


def test_the_secret_stays_the_same_and_each_purpose_has_its_own_key(tmp_path):
    first, again = ServerSecret.open(tmp_path / "secret.key"), ServerSecret.open(tmp_path / "secret.key")
    assert first.derive("api keys") == again.derive("api keys")
    assert first.derive("api keys") != first.derive("sessions")
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint not in (tmp_path / "secret.key").read_text()


@pytest.mark.parametrize("content", [b"", b"abc", b"00" * 31, b"zz" * 32, b"\xff" * 64])
def test_a_spoiled_secret_stops_the_start(tmp_path, content):
    create_private(tmp_path / "secret.key", content)
    with pytest.raises(StartRefused) as refusal:
        ServerSecret.open(tmp_path / "secret.key")
    assert "backup" in refusal.value.hint


def test_of_many_that_make_the_secret_all_get_the_same(tmp_path):
    start = threading.Barrier(8)

    def make(_):
        start.wait()
        return ServerSecret.open(tmp_path / "secret.key").fingerprint

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(make, range(8)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_file_system_without_links_will_do(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError

    monkeypatch.setattr("os.link", no_links)
    assert create_private(tmp_path / "a", b"x")
    assert not create_private(tmp_path / "a", b"y")
    assert (tmp_path / "a").read_bytes() == b"x"


def test_a_database_of_another_secret_is_refused(tmp_path, clock):
    open_records(tmp_path, clock).database.close()
    (tmp_path / "secret.key").unlink()
    with pytest.raises(StartRefused, match="not the one"):
        open_records(tmp_path, clock)
