"""F09–F18, F41: flushes fail, the disk fills, is slow, or has torn the end of the journal."""

import os
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from tests.faults.harness import Load, settle, verdict, wait_until
from tests.running import Running

STRACE = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"]


def under(call: str, injection: str) -> list[str]:
    return [*STRACE, "-e", f"trace={call}", "-e", f"inject={call}:{injection}"]


@pytest.mark.parametrize("nth", [4, 9])
def test_one_failed_flush_refuses_its_events_and_the_service_comes_back(tmp_path, nth):
    server = Running(tmp_path / "data", wrapper=under("fdatasync", f"error=EIO:when={nth}")).start(wait=60)
    load = Load(server, workers=2).start()
    wait_until(lambda: load.codes["storage_error"] > 0, 30, "a refusal")
    seen = len(load.acknowledged)
    wait_until(lambda: len(load.acknowledged) > seen + 100, 30, "service coming back")
    load.stop()
    settle(server)
    verdict(server, load)


def test_flushes_that_fail_for_ever_refuse_everything_and_reads_still_work(tmp_path):
    server = Running(tmp_path / "data", wrapper=under("fdatasync", "error=EIO:when=6+")).start(wait=60)
    load = Load(server, workers=2).start()
    wait_until(lambda: load.codes["storage_error"] > 5, 30, "refusals")
    with server.client() as client:
        assert client.get("/api/v1/events").status_code == 200
        assert client.get("/ready").status_code == 503
    load.stop()
    before = os.times().elapsed, _cpu_seconds(server.server_pid())
    time.sleep(2)
    assert _cpu_seconds(server.server_pid()) - before[1] < 1.0, "the process spins"
    server.kill()
    server.wrapper = []
    settle(server)
    verdict(server, load)


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
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            file.write(b"x" * max(0, free - (1 << 20)))
        wait_until(lambda: load.codes["storage_full"] > 3, 30, "refusals")
        with server.client() as client:
            assert client.get("/api/v1/events").status_code == 200
        ballast.unlink()
        seen = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > seen + 200, 15, "ingest resuming")
        load.stop()
        settle(server)
        verdict(server, load)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_slow_disk_slows_answers_and_loses_nothing(tmp_path):
    server = Running(tmp_path / "data", wrapper=under("fdatasync", "delay_exit=300000")).start(wait=60)
    load = Load(server, workers=8, batch=100).start()
    time.sleep(4)
    load.stop()
    assert len(load.acknowledged) >= 1000, load.statuses
    server.kill()
    server.wrapper = []
    settle(server)
    verdict(server, load)


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
