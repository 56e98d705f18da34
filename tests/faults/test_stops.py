"""F06–F08, F43, F45, F48, F52, F53: stopping, starting twice, poison, stalls and lack of memory."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.faults.harness import Load, dead_ids, settle, verdict
from tests.running import Running, free_port
from tests.samples import a_log


def test_sigterm_under_load_answers_what_is_in_flight_and_loses_nothing(tmp_path):
    server = Running(tmp_path / "data").start()
    load = Load(server).start()
    time.sleep(1)
    assert server.stop() == 0
    load.stop()
    assert set(load.statuses) <= {0, 202, 503}, load.statuses
    assert "Traceback" not in server.log()
    settle(server)
    verdict(server, load)


def test_sigterm_with_a_backlog_leaves_it_in_the_journal(tmp_path):
    server = Running(tmp_path / "data", settings={"LYNEX_FAILPOINTS": "store.mid_insert=sleep:30"}).start()
    load = Load(server, batch=100).start()
    time.sleep(1.5)
    load.stop()
    assert server.stop(25) == 0
    assert "wait in the journal" in server.log()
    server.settings.clear()
    settle(server)
    verdict(server, load)
    assert load.acknowledged


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_stops_at_once(tmp_path, first):
    server = Running(tmp_path / "data", settings={"LYNEX_FAILPOINTS": "store.mid_insert=sleep:30"}).start()
    load = Load(server).start()
    time.sleep(0.5)
    load.stop()
    server.process.send_signal(first)
    time.sleep(0.2)
    if server.process.poll() is None:
        server.process.send_signal(first)
    assert server.process.wait(5) is not None
    server.settings.clear()
    settle(server)
    verdict(server, load)


def test_the_second_process_on_a_directory_says_who_has_it(tmp_path):
    server = Running(tmp_path / "data").start()
    second = subprocess.run(
        [sys.executable, "-m", "lynex", "serve", "--data-dir", str(server.data_dir), "--port", str(free_port())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode != 0
    assert f"already in use by pid {server.server_pid()}" in second.stderr
    assert server.post([a_log("still-here")]).status_code == 202
    server.kill()
    server.start()  # a stale lock file stops nobody
    settle(server)
    assert server.stored_ids() == ["still-here"]


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_a_directory_that_cannot_be_written_is_refused_with_the_cure(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    (data / "something").touch()
    command = [sys.executable, "-m", "lynex", "serve", "--data-dir", str(data), "--port", str(Running(data).port)]
    readable = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert readable.returncode != 0 and f"chmod 700 {data}" in readable.stderr
    file = tmp_path / "file"
    file.touch()
    command[command.index(str(data))] = str(file)
    not_a_directory = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert not_a_directory.returncode != 0 and "--data-dir" in not_a_directory.stderr


def test_a_read_only_disk_is_refused_with_the_cure(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a read-only disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,mode=0700", "tmpfs", str(disk)], check=True)
    try:
        command = [sys.executable, "-m", "lynex", "serve", "--data-dir", str(disk), "--port", str(Running(disk).port)]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert refused.returncode != 0 and str(disk) in refused.stderr and "writ" in refused.stderr
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("point", ["processor.event", "processor.row"])
def test_a_poison_event_is_set_aside_and_the_others_are_stored(tmp_path, point):
    server = Running(tmp_path / "data", settings={"LYNEX_FAILPOINTS": f"{point}.poison-37=raise"}).start()
    events = [a_log(f"poison-{n}") for n in range(100)]
    assert server.post(events).status_code == 202
    settle(server)
    assert sorted(server.stored_ids()) == sorted(f"poison-{n}" for n in range(100) if n != 37)
    assert dead_ids(server) == ["poison-37"]


def test_a_dead_letter_can_be_replayed(tmp_path):
    server = Running(tmp_path / "data", settings={"LYNEX_FAILPOINTS": "processor.event.poison=raise"}).start()
    server.post([a_log("poison", "kept word for word")])
    server.drain()
    command = [sys.executable, "-m", "lynex", "dead-letters", "--data-dir", str(server.data_dir)]
    listed = subprocess.run([*command[:4], "list", "--json", *command[4:]], capture_output=True, text=True, check=False)
    assert listed.returncode == 0 and "poison" in listed.stdout, listed.stderr
    server.stop()
    server.settings.clear()
    server.start()
    replayed = subprocess.run([*command[:4], "replay", "1", *command[4:]], capture_output=True, text=True, check=False)
    assert replayed.returncode == 0, replayed.stderr
    server.drain()
    assert server.get("/api/v1/events/poison").json()["body"]["message"] == "kept word for word"
    settle(server)


def test_lack_of_memory_refuses_one_request_and_the_process_lives(tmp_path):
    points = "intake.decode=memory@3,store.mid_insert=memory@2,processor.stored=memory@4"
    server = Running(tmp_path / "data", settings={"LYNEX_FAILPOINTS": points}).start()
    load = Load(server, workers=1)
    statuses = [load.once() for _ in range(40)]
    assert statuses.count(503) == 1 and statuses.count(202) == 39, load.codes
    settle(server)
    verdict(server, load)
