"""What the settings pages ask: receipts, the appliance of itself, project names, links that sign in."""

import httpx2
import pytest

from lynex.clock import HOUR, rfc3339
from tests.otlp_samples import a_span, traces
from tests.running import PROJECT, Running, local_client


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("settings") / "data").start()
    yield running
    running.stop()


def a_log(number: int) -> dict:
    return {"eventId": f"log-{number}", "type": "log", "body": {"message": "hello"}}


def test_receipts_tell_what_came_and_what_became_of_it(server):
    with local_client(server) as owner:
        made = owner.post(f"/api/v1/projects/{PROJECT}/keys", json={"name": "ci", "scopes": ["ingest"]}).json()
        ci = {"X-API-Key": made["secret"]}
        assert server.post([a_log(number) for number in range(10)]).status_code == 202
        assert httpx2.post(f"{server.url}/api/v1/events", json=a_log(3), headers=ci).json()["duplicate"] is True
        assert httpx2.post(f"{server.url}/api/v1/events", json={"type": "nonsense"}, headers=ci).status_code == 422
        wrong = {"X-API-Key": "sk_live_" + "x" * 32}
        assert httpx2.post(f"{server.url}/api/v1/events", json=a_log(1), headers=wrong).status_code == 403
        spans = traces(a_span(1), a_span(2))
        spans.resource_spans[0].scope_spans[0].spans[1].span_id = b"\1" * 5
        protobuf = ci | {"Content-Type": "application/x-protobuf"}
        sent = httpx2.post(f"{server.url}/v1/traces", content=spans.SerializeToString(), headers=protobuf)
        assert sent.status_code == 200
        server.drain()
        told = owner.get("/api/v1/receipts", params={"project_id": PROJECT}).json()
        assert told["totals"] == {"accepted": 12, "duplicates": 1, "stored": 11, "set_aside": 0, "refused": 2}
        assert len(told["hours"]) in (24, 25) and sum(told["lines"]["accepted"]) == 12 and told["waiting"] == 0
        keys = {key["name"]: key for key in told["keys"]}
        assert (keys["first key"]["accepted"], keys["first key"]["stored"], keys["first key"]["refused"]) == (10, 10, 0)
        assert (keys["ci"]["accepted"], keys["ci"]["duplicates"], keys["ci"]["stored"]) == (2, 1, 1)
        assert [(one["code"], one["key_id"]) for one in told["nobody"]] == [("invalid_key", None)]
        assert {one["code"]: one["amount"] for one in told["refused"]} == {"otlp_record": 1, "unknown_type": 1}
        before = {"project_id": PROJECT, "from": rfc3339(HOUR), "to": told["hours"][0]}
        assert owner.get("/api/v1/receipts", params=before).json()["totals"]["accepted"] == 0
        of_ci = owner.get(
            "/api/v1/receipts", params={"project_id": PROJECT, "key_id": made["id"], "range": "1h"}
        ).json()
        assert of_ci["totals"]["accepted"] == 2 and sum(of_ci["lines"]["stored"]) == 1 and len(of_ci["keys"]) == 2


def test_receipts_and_the_appliance_are_not_for_keys_that_may_only_send(server):
    for path in ("/api/v1/receipts", "/api/v1/about"):
        assert httpx2.get(server.url + path, headers=server.headers).json()["code"] == "missing_scope"
    with local_client(server) as owner:
        wanted = {"name": "boss", "scopes": ["admin"]}
        secret = owner.post(f"/api/v1/projects/{PROJECT}/keys", json=wanted).json()["secret"]
        assert owner.get("/api/v1/receipts", params={"project_id": PROJECT, "range": "7w"}).status_code == 422
    boss = {"X-API-Key": secret}
    assert httpx2.get(f"{server.url}/api/v1/receipts", headers=boss).json()["nobody"] is None
    assert httpx2.get(f"{server.url}/api/v1/about", headers=boss).json()["code"] == "key_is_bound"
    link = httpx2.post(f"{server.url}/api/v1/signin-links", headers=boss)
    assert (link.status_code, link.json()["code"]) == (403, "key_is_bound")


def test_the_appliance_tells_where_everything_accepted_is(server):
    server.drain()
    with local_client(server) as owner:
        told = owner.get("/api/v1/about").json()
    assert told["ready"] is True and told["troubles"] == [] and told["law"]["difference"] == 0
    assert told["law"]["accepted"] == sum(told["law"]["states"].values()) > 0
    assert told["kept"]["hot_bytes"] > 0 and told["kept"]["disk_free_bytes"] > told["kept"]["refuses_below_bytes"]


def test_a_project_is_renamed_and_a_new_link_signs_in_once(server):
    with local_client(server) as owner:
        project = owner.post("/api/v1/projects", json={"name": "shop"}).json()
        path = f"/api/v1/projects/{project['id']}"
        assert owner.patch(path, json={"name": "helpdesk"}).json() == project | {"name": "helpdesk"}
        assert owner.patch(path, json={"name": " "}).json()["errors"][0]["field"] == "name"
        assert owner.patch("/api/v1/projects/proj_none", json={"name": "x"}).status_code == 404
        url = owner.post("/api/v1/signin-links").json()["url"]
    page = {"Accept": "text/html,application/xhtml+xml"}
    assert httpx2.get(url, headers=page).headers["location"] == "/"
    assert httpx2.get(url, headers=page).headers["location"] == "/?signin=invalid"
    assert httpx2.get(url).json()["code"] == "invalid_sign_in_link"
