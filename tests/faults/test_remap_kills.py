"""The process dies at any point while history is mapped again, under load: nothing is lost, doubled or half done."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.harness import SCALE, Load, scaled, settle, verdict, wait_until
from tests.running import Running, local_client
from tests.samples import a_call

PRICE = '[[prices]]\nmodel = "own-model"\ninput = 1.0\noutput = 2.0\n'
A_DAY = 30
POINTS = [
    "rewrite.before_manifest", "rewrite.after_manifest", "remap.after_exchange",
    "rewrite.temp_written", "remap.before_exchange", "rewrite.mid_exchange", "rewrite.after_commit",
]  # fmt: skip


@pytest.mark.timeout(0 if SCALE == "full" else 180)
@pytest.mark.long
def test_history_mapped_again_survives_kills_at_every_point(tmp_path):
    points = POINTS[: scaled(3, 7, 7)] * scaled(1, 1, 5)
    days = len(points) + 2
    server = Running(tmp_path / "data", settings={"LYNEX_RETENTION_DAYS": "0"}).start()
    history = with_history(server, days)
    (tmp_path / "lynex.toml").write_text(PRICE)
    server.settings["LYNEX_CONFIG"] = str(tmp_path / "lynex.toml")
    load = Load(server, workers=2, pause=0.05)
    for number, point in enumerate(points):
        server.settings["LYNEX_FAILPOINTS"] = f"{point}=kill"
        server.start(wait=0 if number else 30)
        if not number:
            begin(server)
        load.start()
        wait_until(lambda: server.process.poll() is not None, 40, f"the kill at {point}")
        load.stop()
    del server.settings["LYNEX_FAILPOINTS"]
    server.start()
    run = finished(server)
    assert (run["state"], run["days_done"], run["changes"]["failed"]) == ("done", days, 0)
    assert run["changes"]["columns"]["cost"] == days * A_DAY  # each of them told once, whatever was done twice
    assert run["changes"]["after"]["calls"] == days * A_DAY
    begin(server)
    assert finished(server)["changes"]["changed"] == 0
    settle(server)
    verdict(server, load, history)


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.long
def test_history_mapped_again_survives_kills_at_random(tmp_path):
    days = scaled(10, 20, 60)
    server = Running(tmp_path / "data", settings={"LYNEX_RETENTION_DAYS": "0", "LYNEX_JOURNAL_SEAL_HOURS": "0.0003"})
    history = with_history(server.start(), days)
    (tmp_path / "lynex.toml").write_text(PRICE)
    server.settings["LYNEX_CONFIG"] = str(tmp_path / "lynex.toml")
    load = Load(server, workers=2, pause=0.05)
    source = random.Random(20261121)
    server.start()
    begin(server)
    for _ in range(scaled(5, 15, 40)):
        load.start()
        time.sleep(source.uniform(0.02, 1.2))
        server.kill()
        load.stop()
        server.start()
    run = finished(server)
    assert (run["state"], run["changes"]["columns"]["cost"]) == ("done", days * A_DAY)
    begin(server)
    assert finished(server)["changes"]["changed"] == 0
    settle(server)
    verdict(server, load, history)


def with_history(server: Running, days: int) -> Load:
    """Calls without a known price on each of so many days; the server is stopped then."""
    history = Load(server)
    for day in range(days):
        at = (datetime.now(UTC) - timedelta(days=day)).isoformat()
        ids = [f"d{day}-{number}" for number in range(A_DAY)]
        events = [
            a_call(one, seed=day * 100 + number, model="own-model") | {"timestamp": at}
            for number, one in enumerate(ids)
        ]
        assert server.post(events).status_code == 202
        history.acknowledged.update(ids)
    server.drain()
    assert server.stop() == 0
    return history


def begin(server: Running) -> None:
    with local_client(server) as client:
        assert client.post("/api/v1/remap", json={"from": "-300d"}).status_code == 202


def finished(server: Running) -> dict:
    with local_client(server) as client:
        until = time.monotonic() + 60
        while (run := client.get("/api/v1/remap").json())["state"] == "running":
            assert time.monotonic() < until, run
            time.sleep(0.1)
    return run
