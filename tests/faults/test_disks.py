"""F09–F18, F41: flushes fail, the disk fills, is slow, or has torn the end of the journal."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from tests.faults.harness import Load, settle, verdict, wait_until
from tests.running import Running


@contextlib.contextmanager
def injected(server: Running, call: str, injection: str):
    """From now on, until the block ends, this happens to that system call of the server (counted in each thread)."""
    pid = server.server_pid()
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{injection}"]
    tracer = subprocess.Popen([*command, "-p", str(pid)], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: "TracerPid:\t0" not in Path(f"/proc/{pid}/status").read_text(), 10, "strace")
        yield
    finally:
        tracer.terminate()
        tracer.wait(10)


@pytest.mark.parametrize("nth", [1, 4])
def test_one_failed_flush_refuses_its_events_and_the_service_comes_back(tmp_path, nth):
    server = Running(tmp_path / "data").start()
    load = Load(server, workers=2)
    with injected(server, "fdatasync", f"error=EIO:when={nth}"):
        load.start()
        wait_until(lambda: load.codes["storage_error"] > 0, 30, "a refusal")
        seen = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > seen + 100, 30, "service coming back")
        load.stop()
    settle(server)
    verdict(server, load)


def test_flushes_that_fail_for_ever_refuse_everything_and_reads_still_work(tmp_path):
    server = Running(tmp_path / "data").start()
    load = Load(server, workers=2)
    assert load.once() == 202
    server.drain()
    with injected(server, "fdatasync", "error=EIO"):
        load.start()
        wait_until(lambda: load.codes["storage_error"] > 5, 30, "refusals")
        assert server.get("/api/v1/events").status_code == 200
        wait_until(lambda: server.get("/ready").status_code == 503, 10, "not being ready")
        load.stop()
        before = _cpu_seconds(server.server_pid())
        time.sleep(2)
        assert _cpu_seconds(server.server_pid()) - before < 1.0, "the process spins"
    wait_until(lambda: load.once() == 202, 20, "service coming back")
    settle(server)
    verdict(server, load)


@pytest.mark.long
def test_a_file_size_limit_is_a_full_disk(tmp_path):
    server = Running(tmp_path / "data", wrapper=["bash", "-c", 'trap "" XFSZ; ulimit -f 2048; exec "$@"', "bash"])
    server.start()
    load = Load(server, workers=2).start()
    wait_until(lambda: load.statuses[503] > 3, 40, "refusals")
    load.stop()
    assert set(load.codes) <= {"storage_full", "storage_error", "journal_full", "rebuilding"}, load.codes
    server.kill()
    server.wrapper = []
    settle(server)
    verdict(server, load)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_refused_at_the_door_and_freed_again(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", str(disk)], check=True)
    server = Running(disk / "data")
    server.start()
    try:
        load = Load(server, batch=200).start()
        ballast = disk / "ballast"
        with ballast.open("wb") as file:
            while (room := os.statvfs(disk)).f_bavail * room.f_frsize > (2 << 20):
                file.write(b"x" * (256 << 10))
                file.flush()
        wait_until(lambda: load.codes["storage_full"] > 3, 30, "refusals")
        wait_until(lambda: server.get("/api/v1/events").status_code == 200, 10, "reading while the disk is full")
        ballast.unlink()
        seen = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > seen + 200, 30, "ingest resuming")
        load.stop()
        settle(server)
        verdict(server, load)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.long
def test_a_slow_disk_slows_answers_and_loses_nothing(tmp_path):
    server = Running(tmp_path / "data").start()
    load = Load(server, workers=8, batch=100)
    with injected(server, "fdatasync", "delay_exit=300000"):
        load.start()
        time.sleep(4)
        load.stop()
    assert set(load.statuses) == {202} and len(load.acknowledged) >= 1000, load.statuses
    settle(server)
    verdict(server, load)


@pytest.mark.long
def test_few_file_descriptors_are_survived(tmp_path):
    server = Running(tmp_path / "data", wrapper=["bash", "-c", 'ulimit -n 96; exec "$@"', "bash"]).start()
    sockets = []
    try:
        for _ in range(150):
            try:
                sockets.append(httpx2.Client(timeout=2))
                sockets[-1].get(f"{server.url}/health")
            except httpx2.HTTPError:
                pass
    finally:
        for client in sockets:
            client.close()
    load = Load(server, workers=1)
    wait_until(lambda: load.once() == 202, 20, "service after the flood")
    assert server.process.poll() is None
    settle(server)
    verdict(server, load)


@pytest.mark.long
def test_torn_tails_after_a_kill_start_cleanly(tmp_path):
    server = Running(tmp_path / "data").start()
    load = Load(server, workers=2).start()
    time.sleep(0.7)
    server.kill()
    load.stop()
    newest = max((server.data_dir / "journal").glob("*.journal"))
    with newest.open("ab") as file:
        file.write(os.urandom(37))
    server.start()
    assert server.metric("lynex_journal_torn_tail_total") == 1
    settle(server)
    verdict(server, load)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
