"""History mapped again on a real server: after a price was mended, beside new events, once and for all."""

import contextlib
import hashlib
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from tests.clients.frozen import requests_of
from tests.faults.harness import wait_until
from tests.running import PROJECT, Running, local_client
from tests.samples import a_call

PRICE = '[[prices]]\nmodel = "own-model"\ninput = 1.0\noutput = 2.0\n'
DAYS = 3
A_DAY = 40


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Calls of three days of a model that had no price when they were stored, and has one now."""
    home = tmp_path_factory.mktemp("remapping")
    running = Running(home / "data").start()
    for day in range(DAYS):
        at = (datetime.now(UTC) - timedelta(days=day)).isoformat()
        events = [
            a_call(f"d{day}-{number}", seed=day * 1000 + number, model="own-model") | {"timestamp": at}
            for number in range(A_DAY)
        ]
        assert running.post(events).status_code == 202
    running.drain()
    assert running.stop() == 0
    (home / "lynex.toml").write_text(PRICE)
    running.settings["LYNEX_CONFIG"] = str(home / "lynex.toml")
    running.start()
    yield running
    assert running.stop() == 0, running.log()[-4000:]
    assert "Traceback" not in running.log()


def remapped(server: Running, since: str = "-30d", **more) -> dict:
    with local_client(server) as client:
        begun = client.post("/api/v1/remap", json={"from": since, **more})
        assert begun.status_code == 202, begun.text
        until = time.monotonic() + 60
        while (run := client.get("/api/v1/remap").json())["state"] == "running":
            assert time.monotonic() < until
            time.sleep(0.05)
    return run


def spent(server: Running) -> float:
    return server.get("/api/v1/stats/overview", range="7d").json()["cost_usd"]


def on_disk(data_dir: Path) -> dict[str, str]:
    """What is kept for good, by its content; DuckDB's own files change at its checkpoints."""
    kept = [path for room in ("cold", "journal") for path in (data_dir / room).rglob("*")]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in kept}


def sealed(server: Running) -> dict[str, str]:
    return {
        path: content for path, content in on_disk(server.data_dir).items() if path.endswith((".parquet", ".jsonl"))
    }


def test_a_dry_run_tells_what_would_change_and_changes_nothing(server):
    before = on_disk(server.data_dir)
    run = remapped(server, dry_run=True)
    changes = run["changes"]
    assert (run["state"], run["dry_run"], run["days_done"], run["error"]) == ("done", True, DAYS, None)
    assert (changes["rows"], changes["changed"], changes["failed"]) == (DAYS * A_DAY, DAYS * A_DAY, 0)
    assert changes["columns"] == {"body": 120, "cost": 120, "cost_source": 120}
    assert changes["values"] == {"cost_source": {"unknown_model → computed": 120}}
    assert changes["before"]["cost_usd"] == 0
    assert changes["before"]["input_tokens"] == changes["after"]["input_tokens"]
    assert on_disk(server.data_dir) == before
    assert not spent(server)


def test_only_the_days_asked_for_change(server):
    today = datetime.now(UTC).date().isoformat()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    run = remapped(server, yesterday, to=yesterday)
    assert (run["first_day"], run["last_day"], run["days"]) == (yesterday, yesterday, 1)
    assert run["changes"]["changed"] == A_DAY
    costs = {item["eventId"]: item["body"]["cost"] for item in server.get("/api/v1/events", limit=200).json()["items"]}
    assert {event_id for event_id, cost in costs.items() if cost.get("total")} == {f"d1-{n}" for n in range(A_DAY)}
    assert today > yesterday


def test_everything_has_its_price_then_and_a_second_run_changes_nothing(server):
    expected = remapped(server, dry_run=True)["changes"]["after"]["cost_usd"]
    run = remapped(server)
    assert run["changes"]["changed"] == (DAYS - 1) * A_DAY
    assert spent(server) == pytest.approx(expected) and expected > 0
    assert server.metric("lynex_accounting_difference") == 0
    before = on_disk(server.data_dir)
    again = remapped(server)
    assert (again["changes"]["rows"], again["changes"]["changed"]) == (DAYS * A_DAY, 0)
    after = on_disk(server.data_dir)
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == {
        str(server.data_dir / "cold" / "remap.json")
    }
    whole = server.get("/api/v1/events/d0-0").json()
    assert whole["body"]["cost"]["source"] == "computed" and whole["body"]["cost"]["total"] > 0


def test_what_real_clients_sent_comes_out_as_it_was(server):
    stored = server.metric("lynex_accounting_events")
    with server.client() as client:
        for name in ("thrice-instrumented", "langfuse", "claude-code", "pydantic-ai", "litellm", "ai-sdk-7"):
            for sent in requests_of(name):
                if sent.kind:
                    kind = next(value for key, value in sent.headers.items() if key.lower() == "content-type")
                    path = f"/v1/{sent.kind.split('.')[1]}"
                    assert client.post(path, content=sent.body, headers={"Content-Type": kind}).status_code == 200
    server.drain()
    more = server.metric("lynex_accounting_events") - stored
    changes = remapped(server, "2026-01-01")["changes"]
    assert more > 50 and changes["rows"] == DAYS * A_DAY + more
    assert (changes["changed"], changes["failed"]) == (0, 0)


def test_a_day_that_may_not_fit_the_disk_is_left_as_it_is(server):
    assert server.stop() == 0
    server.settings["LYNEX_STORAGE_MIN_FREE_BYTES"] = str(10**15)
    server.start(wait=0)
    wait_until(lambda: server_answers(server), what="the start")
    before = sealed(server)
    run = remapped(server)
    assert run["state"] == "failed" and "only 0 are free" in run["error"]
    assert sealed(server) == before
    assert server.stop() == 0
    del server.settings["LYNEX_STORAGE_MIN_FREE_BYTES"]
    server.start()


def server_answers(server: Running) -> bool:
    with contextlib.suppress(httpx2.HTTPError, OSError, ValueError):
        return httpx2.get(f"{server.url}/health", timeout=20).status_code == 200
    return False


def test_a_run_concerns_the_appliance_and_one_at_a_time(server):
    with server.client() as client:
        assert client.post("/api/v1/remap", json={"from": "-1d"}).json()["code"] == "missing_scope"
    with local_client(server) as client:
        assert client.post("/api/v1/remap", json={"from": "soon"}).json()["errors"][0]["field"] == "from"
        assert client.post("/api/v1/remap", json={"from": "-1d", "project_id": "proj_x"}).status_code == 404
        assert client.post("/api/v1/remap", json={"to": "now"}).status_code == 422
        client.post("/api/v1/remap", json={"from": "-30d", "project_id": PROJECT})
        stopped = client.delete("/api/v1/remap").json()
        assert stopped["state"] in ("done", "stopped")
        assert client.get("/api/v1/remap").json() == stopped
