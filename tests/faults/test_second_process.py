"""The second process dies, is stopped, or outlives nobody: no acknowledged event is lost or doubled by it."""

import json
import os
import random
import signal
import sqlite3
import time
from contextlib import suppress

import psutil

from tests.faults.harness import Load, scaled, settle, verdict, wait_until
from tests.running import Running
from tests.samples import a_log

ALWAYS = {"LYNEX_INGEST_SECOND_PROCESS": "always"}


def second_process(server: Running) -> int | None:
    """The pid of the process beside the server, once it understands events."""
    for child in psutil.Process(server.server_pid()).children():
        with suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            if child.status() != psutil.STATUS_ZOMBIE and "lynex.ingest.understanding_child" in child.cmdline():
                return child.pid
    return None


def wait_for_it(server: Running) -> int:
    found: list[int] = []

    def is_there() -> bool:
        pid = second_process(server)
        found.extend([] if pid is None else [pid])
        return bool(found)

    wait_until(is_there, 60, "a second process")
    return found[0]


def test_killing_the_second_process_under_load_loses_nothing(tmp_path):
    server = Running(tmp_path / "data", settings=ALWAYS).start()
    load = Load(server, batch=50).start()
    source, killed = random.Random(20261121), set()
    for _ in range(scaled(3, 10, 50)):
        pid = wait_for_it(server)
        time.sleep(source.uniform(0.3, 1.5))  # while it starts, or in the middle of a batch
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
        wait_until(lambda pid=pid: second_process(server) != pid, 30, "its end being noticed")
    load.stop()
    server.drain()
    assert server.metric("lynex_second_process_failures_total") == len(killed) > 2
    assert "it was ended by SIGKILL" in server.log() and "Traceback" not in server.log()
    settle(server)
    verdict(server, load)
    assert load.acknowledged


def test_the_second_process_ends_with_the_server_however_that_ends(tmp_path):
    server = Running(tmp_path / "data", settings=ALWAYS).start()
    loads = []
    for end in (server.stop, server.kill):
        loads.append(load := Load(server, batch=50).start())
        pid = wait_for_it(server)
        os.kill(pid, signal.SIGTERM)  # a supervisor tells every process of the service: only the server listens
        time.sleep(0.5)
        assert psutil.pid_exists(pid)
        end()
        load.stop()
        wait_until(lambda pid=pid: not psutil.pid_exists(pid), 10, "its end")
        server.start()
    assert "Going on without it" not in server.log()
    settle(server)
    verdict(server, *loads)
    assert all(load.acknowledged for load in loads)


def test_poison_is_set_aside_by_the_second_process_too(tmp_path):
    points = "processor.event.poison-37=raise,processor.row.poison-61=raise"
    server = Running(tmp_path / "data", settings=ALWAYS | {"LYNEX_FAILPOINTS": points}).start()
    wait_for_it(server)
    assert server.post([a_log(f"poison-{n}", f"words of {n}") for n in range(100)]).status_code == 202
    settle(server)
    assert sorted(server.stored_ids()) == sorted(f"poison-{n}" for n in range(100) if n not in (37, 61))
    with sqlite3.connect(server.data_dir / "control" / "lynex.sqlite") as control:
        letters = control.execute("SELECT event_id, reason, payload FROM dead_letters ORDER BY seq").fetchall()
    control.close()
    assert [letter[:2] for letter in letters] == [("poison-37", "not_understood"), ("poison-61", "not_storable")]
    assert [json.loads(letter[2])["body"]["message"] for letter in letters] == ["words of 37", "words of 61"]
