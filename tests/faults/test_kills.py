"""F01–F05: the process dies at any moment; nothing answered 202 is lost, nothing is doubled, nothing refused appears."""

import contextlib
import os
import random
import shutil
import signal
import time

import httpx2
import pytest

from tests.faults.harness import SCALE, Load, scaled, settle, verdict, wait_until
from tests.running import Running

FAST_SEAL = {"LYNEX_JOURNAL_SEGMENT_BYTES": "131072", "LYNEX_JOURNAL_SEAL_BYTES": "1048576"}


def test_kills_at_random_under_load_lose_nothing(tmp_path):
    server = Running(tmp_path / "data", settings=FAST_SEAL).start()
    load = Load(server)
    source = random.Random(20261121)
    for _ in range(scaled(10, 50, 200)):
        load.start()
        time.sleep(source.uniform(0.05, 1.0 if SCALE == "everyday" else 3.0))
        server.kill()
        load.stop()
        server.start()
    settle(server)
    verdict(server, load)
    assert len(load.acknowledged) > 1000


def test_kills_during_recovery_change_nothing(tmp_path):
    server = Running(tmp_path / "data").start()
    load = Load(server).start()
    time.sleep(1)
    server.kill()
    load.stop()
    for delay in (0.05, 0.1, 0.15, 0.2, 0.3):
        server.start(wait=0)
        time.sleep(delay)
        server.kill()
    settle(server)
    verdict(server, load)


POINTS = [
    "intake.decode", "journal.mid_append", "journal.before_sync", "journal.after_sync", "intake.before_reply",
    "journal.in_rotation", "store.mid_insert", "store.after_commit", "processor.stored", "store.in_checkpoint",
    "seal.before_rename", "server.draining",
]  # fmt: skip
SLOW_POINTS = ["seal.temp_written", "seal.before_manifest", "seal.after_manifest", "journal.before_unlink"]


@pytest.mark.parametrize("point", [*POINTS, *(pytest.param(point, marks=pytest.mark.long) for point in SLOW_POINTS)])
def test_a_kill_at_each_named_point_loses_nothing(tmp_path, point):
    nth = 1 if point.startswith(("seal", "journal.before_unlink", "server", "store.in_checkpoint")) else 3
    if point in (
        "intake.decode",
        "intake.before_reply",
        "journal.mid_append",
        "journal.before_sync",
        "journal.after_sync",
    ):
        nth = 12  # so that something was acknowledged before, however many wait for one flush
    settings = FAST_SEAL | {
        "LYNEX_FAILPOINTS": f"{point}=kill@{nth}", "LYNEX_STORAGE_CHECKPOINT_SECONDS": "1",
    }  # fmt: skip
    server = Running(tmp_path / "data", settings=settings).start()
    load = Load(server).start()
    if point == "server.draining":
        time.sleep(0.5)
        server.stop()
    try:
        wait_until(lambda: server.process.poll() is not None, 30, f"the kill at {point}")
    finally:
        load.stop()
        if server.process.poll() is None:
            server.kill()
    server.settings.pop("LYNEX_FAILPOINTS")
    settle(server)
    verdict(server, load)
    assert load.acknowledged or nth == 1 or point == "intake.decode"


SWEEPS = {  # points everyday, quick; in full until the call is not reached any more
    "fdatasync": (3, 10), "write": (3, 10), "pwrite64": (2, 5), "fsync": (1, 4),
    "rename": (1, 3), "unlink": (1, 3), "ftruncate": (1, 2),
}  # fmt: skip
STEP = {"everyday": 7, "quick": 5, "full": 1}[SCALE]
BATCHES = 12  # enough for the segments to rotate and to be sealed and freed
SMALL_SEAL = {"LYNEX_JOURNAL_SEGMENT_BYTES": "65536", "LYNEX_JOURNAL_SEAL_HOURS": "0.0001"}


@pytest.mark.parametrize("call", SWEEPS)
@pytest.mark.timeout(0 if SCALE == "full" else 180)
def test_a_kill_at_the_nth_system_call_loses_nothing(tmp_path, call):
    assert shutil.which("strace"), "strace is missing: apt-get install strace"
    points = scaled(*SWEEPS[call], 10_000)
    for n in range(1, points * STEP + 1, STEP):
        if not _kill_at(tmp_path / f"{call}-{n}", call, n):
            print(f"{call}: swept to n = {n - STEP}, not reached any more at {n}")
            break
    else:
        print(f"{call}: swept to n = {n}")
        assert SCALE != "full"


def _kill_at(data, call, n) -> bool:
    """The same small life under strace: start, a few batches, a seal, a clean stop. Whether it came to call `n`."""
    injection = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}"]
    server = Running(data, settings=SMALL_SEAL, wrapper=["strace", "-f", "-qq", "-o", "/dev/null", *injection])
    server.start(wait=0)
    load = Load(server, workers=1, batch=60)
    with contextlib.suppress(AssertionError):  # killed while starting: that is one of the points
        server.wait_ready(60)
    for _ in range(BATCHES):
        if load.once() != 202:
            break
    killed = _ended(server)
    server.wrapper = []
    settle(server)
    verdict(server, load)
    shutil.rmtree(data)
    return killed


def _ended(server) -> bool:
    """Let the server seal and stop as always, unless it is dead already or dies of it. Whether it did."""
    until = time.monotonic() + 30
    with contextlib.suppress(OSError, httpx2.HTTPError):
        while server.process.poll() is None and not server.metric("lynex_sealed_through"):
            assert time.monotonic() < until, "nothing is sealed"
            time.sleep(0.1)
    with contextlib.suppress(OSError, ValueError):
        os.kill(server.server_pid(), signal.SIGTERM)  # not strace, which would leave the server behind
    return server.process.wait(60) != 0
