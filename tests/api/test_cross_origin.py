"""Pages of listed origins may send events with a key that only sends; nobody else, nowhere else, nothing else."""

import json
import subprocess
import sys

import httpx2
import pytest

from tests.running import Running

PAGE, OTHER = "https://app.example", "https://evil.example"
EVENT = {"type": "custom", "body": {"name": "from a page"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("pages") / "data", settings={"LYNEX_INGEST_CORS_ORIGINS": PAGE}).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sending_key(server) -> str:
    command = [sys.executable, "-m", "lynex", "keys", "create", "page", "--scope", "ingest", "--json"]
    made = subprocess.check_output([*command, "--data-dir", str(server.data_dir)])
    return json.loads(made)["secret"]


def ask(server, method: str, path: str, **headers: str) -> httpx2.Response:
    return httpx2.request(method, server.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()})


def beacon(server, origin: str | None, body: object) -> httpx2.Response:
    headers = {"content-type": "text/plain"} | ({"origin": origin} if origin else {})
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.post(f"{server.url}/api/v1/events/beacon", headers=headers, content=content)


@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/events/batch", "/v1/traces"])
def test_preflights_are_answered_for_listed_origins_only(server, path):
    asked = {"access_control_request_method": "POST", "access_control_request_headers": "content-type,x-api-key"}
    allowed = ask(server, "OPTIONS", path, origin=PAGE, **asked)
    assert allowed.status_code == 200 and allowed.headers["access-control-allow-origin"] == PAGE
    assert "x-api-key" in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in allowed.headers
    refused = ask(server, "OPTIONS", path, origin=OTHER, **asked)
    assert refused.status_code == 400 and "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("path", ["/api/v1/stats/overview", "/api/v1/projects", "/health"])
def test_nothing_but_the_ways_in_is_opened(server, path):
    asked = ask(server, "GET", path, origin=PAGE)
    assert "access-control-allow-origin" not in asked.headers


def test_a_page_sends_with_a_key_that_only_sends_and_reads_its_refusals(server, sending_key):
    url, sent = f"{server.url}/api/v1/events/batch", {"events": [EVENT]}
    good = httpx2.post(url, json=sent, headers={"origin": PAGE, "x-api-key": sending_key})
    assert good.status_code == 202 and good.headers["access-control-allow-origin"] == PAGE
    wide = httpx2.post(url, json=sent, headers={"origin": PAGE} | server.headers)
    assert wide.status_code == 403 and wide.json()["code"] == "key_too_wide"
    assert wide.headers["access-control-allow-origin"] == PAGE
    bad = httpx2.post(url, json={"events": [{"type": "x"}]}, headers={"origin": PAGE, "x-api-key": sending_key})
    assert bad.status_code == 422 and bad.headers["access-control-allow-origin"] == PAGE
    program = httpx2.post(url, json=sent, headers=server.headers)
    assert program.status_code == 202 and "access-control-allow-origin" not in program.headers


def test_a_beacon_carries_its_key_and_comes_from_a_listed_page(server, sending_key):
    whole = {"apiKey": sending_key, "events": [EVENT | {"eventId": "beacon-1"}]}
    assert beacon(server, PAGE, whole).status_code == 202
    server.drain()
    assert server.get("/api/v1/events/beacon-1").json()["body"]["name"] == "from a page"
    refused = {
        403: [(OTHER, whole), (None, whole), ("null", whole), (PAGE, whole | {"apiKey": "sk_live_" + "W" * 32}),
              (PAGE, whole | {"apiKey": server.headers["X-API-Key"]})],
        401: [(PAGE, whole | {"apiKey": ""})],
        422: [(PAGE, b""), (PAGE, b"{"), (PAGE, {"events": []}), (PAGE, whole | {"events": [{"type": "x"}]}),
              (PAGE, whole | {"apiKey": 5}), (PAGE, whole | {"events": 7})],
    }  # fmt: skip
    for status, attempts in refused.items():
        for origin, body in attempts:
            answer = beacon(server, origin, body)
            assert answer.status_code == status, (origin, body, answer.text)
            assert answer.json()["detail"]
