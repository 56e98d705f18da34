"""Groups of errors of a running server: native and OpenTelemetry's, decided about by those who may."""

import json
import time

import httpx2
import pytest

from tests.running import PROJECT, Running

ERRORS = "/api/v1/errors"
STACK = 'Traceback (most recent call last):\n  File "/app/shop.py", line {0}, in pay\n    charge()\nValueError: no'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("errors") / "data").start()
    yield running
    assert "Traceback (most recent call last):\n  File" not in running.log(), running.log()[-3000:]
    running.stop()


@pytest.fixture(scope="module")
def keys(server):
    """Headers of a key for each scope, and of the owner at the machine."""
    token = json.loads((server.data_dir / "run" / "server.json").read_text())["token"]
    local = {"Authorization": f"Bearer {token}"}
    made = {}
    for scope in ("read", "ingest", "admin"):
        wanted = {"name": scope, "scopes": [scope]}
        answer = httpx2.post(f"{server.url}/api/v1/projects/{PROJECT}/keys", json=wanted, headers=local).json()
        made[scope] = {"X-API-Key": answer["secret"]}
    return made | {"local": local}


def attributes(**values):
    return [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in values.items()]


def a_span(trace: str, span: str, **facts) -> dict:
    now = time.time_ns()
    times = {"startTimeUnixNano": str(now - 2_000_000_000), "endTimeUnixNano": str(now - 1_000_000_000)}
    one = {"traceId": trace, "spanId": span, "name": "chat", "kind": 3} | times | facts
    return {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}


def a_record(trace: str, span: str, event: str, **values) -> dict:
    one = {"traceId": trace, "spanId": span, "timeUnixNano": str(time.time_ns() - 1_500_000_000), "eventName": event}
    one |= {"severityNumber": 17 if event == "exception" else 9, "attributes": attributes(**values)}
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [one]}]}]}


def send(server: Running, signal: str, body: dict) -> None:
    answer = httpx2.post(f"{server.url}/v1/{signal}", json=body, headers=server.headers)
    assert answer.status_code == 200, answer.text


def groups(server: Running, **params) -> dict[str, dict]:
    return {item["id"]: item for item in server.get(ERRORS, **params).json()["items"]}


def group_of(server: Running, event_id: str) -> str:
    return server.get(f"/api/v1/events/{event_id}").json()["error_group"]


def test_failures_are_grouped_resolved_and_open_again_when_seen_again(server, keys):
    def refuse(number):
        body = {"message": f"card {number} refused", "error_type": "ValueError", "stack": STACK.format(number)}
        server.post(
            [{"type": "error", "eventId": f"refused-{number}", "context": {"user_id": f"u{number}"}, "body": body}]
        )
        server.drain()

    refuse(1)
    refuse(2)
    group = group_of(server, "refused-1")
    item = groups(server)[group]
    assert (item["count"], item["users"], item["state"], item["type"]) == (2, 2, "open", "ValueError")
    decision = {"state": "resolved", "note": "fixed in 1.2"}
    made = httpx2.patch(f"{server.url}{ERRORS}/{group}", json=decision, headers=keys["admin"])
    assert (made.status_code, made.json()["state"], made.json()["note"]) == (200, "resolved", "fixed in 1.2")
    assert made.json()["changed_by"].startswith("key_")
    assert groups(server, state="resolved")[group]["note"] == "fixed in 1.2"
    assert group not in groups(server, state="open")

    refuse(3)
    item = groups(server, state="open")[group]
    assert item["reopened_at"] is not None and item["count"] == 3
    detail = server.get(f"{ERRORS}/{group}").json()
    assert detail["error"]["stack"] == STACK.format(3)
    assert [event["eventId"] for event in detail["events"]] == ["refused-3", "refused-2", "refused-1"]
    listed = server.get("/api/v1/events", error_group=group).json()["items"]
    assert {event["body"]["error"]["group"] for event in listed} == {group} and len(listed) == 3

    path = f"{server.url}{ERRORS}/{group}?project_id={PROJECT}"
    assert httpx2.patch(path, json={"state": "ignored"}, headers=keys["local"]).json()["changed_by"] == "local"
    refuse(4)
    assert groups(server)[group]["state"] == "ignored"
    assert httpx2.patch(path, json={"state": "open"}, headers=keys["local"]).json()["note"] is None
    assert groups(server)[group]["state"] == "open"


def test_many_groups_are_decided_about_at_once_all_or_none(server, keys):
    names = [f"many-{number}" for number in range(3)]
    server.post([{"type": "error", "eventId": name, "body": {"message": "m", "error_type": name}} for name in names])
    server.drain()
    ids = [group_of(server, name) for name in names]
    url, admin = f"{server.url}{ERRORS}", keys["admin"]
    made = httpx2.patch(url, json={"ids": [*ids, ids[0]], "state": "ignored", "note": "noise"}, headers=admin)
    assert (made.status_code, [one["id"] for one in made.json()["items"]]) == (200, ids)
    assert {groups(server, state="ignored")[one]["note"] for one in ids} == {"noise"}
    assert httpx2.patch(url, json={"ids": [*ids, "0" * 16], "state": "open"}, headers=admin).status_code == 404
    for wrong in ({"ids": [], "state": "open"}, {"ids": ids}, {"ids": ids, "state": "open", "x": 1}):
        assert httpx2.patch(url, json=wrong, headers=admin).status_code == 422
    assert httpx2.patch(url, json={"ids": ids, "state": "open"}, headers=keys["read"]).status_code == 403
    assert {groups(server)[one]["state"] for one in ids} == {"ignored"}


def test_only_who_may_decides_and_only_about_what_is_there(server, keys):
    server.post([{"type": "error", "eventId": "forbidden-1", "body": {"message": "only here"}}])
    server.drain()
    group = group_of(server, "forbidden-1")
    url = f"{server.url}{ERRORS}/{group}"
    for scope in ("read", "ingest"):
        refused = httpx2.patch(url, json={"state": "resolved"}, headers=keys[scope])
        assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert httpx2.get(url, headers=keys["read"]).status_code == 200
    assert httpx2.get(url, headers=keys["ingest"]).status_code == 403
    assert httpx2.patch(url, json={"state": "resolved"}).status_code == 401
    other = httpx2.post(f"{server.url}/api/v1/projects", json={"name": "Other"}, headers=keys["local"]).json()["id"]
    nobodys, elsewhere = f"{server.url}{ERRORS}/{'0' * 16}", f"{url}?project_id={other}"
    for place, who in ((nobodys, keys["admin"]), (elsewhere, keys["admin"]), (elsewhere, keys["local"])):
        assert httpx2.get(place, headers=who).status_code == 404
        assert httpx2.patch(place, json={"state": "open"}, headers=who).status_code == 404
    for wrong in ({"state": "fixed"}, {}, {"state": "open", "by": "me"}, {"state": "open", "note": "a\x00"}):
        assert httpx2.patch(url, json=wrong, headers=keys["admin"]).status_code == 422
    assert groups(server)[group]["changed_at"] is None


@pytest.mark.parametrize("order", ["span first", "records first"])
def test_a_failed_span_and_its_exception_log_are_one_failure_and_one_event(server, order):
    trace, span = ("1" if order == "span first" else "2") * 32, "a" * 16
    failed = a_span(
        trace,
        span,
        status={"code": 2},
        attributes=attributes(gen_ai__operation__name="chat", gen_ai__request__model=f"m-{order[0]}"),
    )
    exception = a_record(
        trace,
        span,
        "exception",
        exception__type=f"E{order[0]}",
        exception__message="no",
        exception__stacktrace=STACK.format(9),
    )
    said = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}])
    details = a_record(
        trace,
        span,
        "gen_ai.client.inference.operation.details",
        gen_ai__input__messages=said,
        gen_ai__output__messages=said.replace("user", "assistant"),
    )
    score = a_record(
        trace,
        span,
        "gen_ai.evaluation.result",
        gen_ai__evaluation__name="kind",
        gen_ai__evaluation__score__label="good",
    )
    sent = [("traces", failed), ("logs", exception), ("logs", details), ("logs", score)]
    for signal, body in sent if order == "span first" else reversed(sent):
        send(server, signal, body)
        server.drain()
    event = server.get(f"/api/v1/events/{trace}:{span}").json()
    assert event["type"] == "model_response"
    assert event["body"]["input"]["messages"][0]["parts"][0]["content"] == "Hello"
    assert event["body"]["output"]["messages"][0]["role"] == "assistant"
    assert event["body"]["error"]["message"] == "no" and "shop.py" in event["body"]["error"]["stack"]
    assert [(one["name"], one["label"]) for one in event["body"]["evaluations"]] == [("kind", "good")]
    assert set(event["joined_from"]) == {"input", "output", "error", "evaluations"}
    assert sorted(one["type"] for one in event["joined"]) == ["error", "eval_metric", "message"]
    found = [item for item in groups(server).values() if item["models"] == [f"m-{order[0]}"]]
    assert [(item["count"], item["traces"]) for item in found] == [(1, 1)]
    assert (found[0]["type"], found[0]["message"]) == (f"E{order[0]}", "no")
