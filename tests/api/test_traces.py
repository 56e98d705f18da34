"""Traces and sessions over HTTP: the shapes OpenAPI promises, who may see what, and an export that comes back."""

import json
from typing import Any

import httpx2
import msgspec
import pytest

from lynex.api.trace_shapes import LookedUp, SessionPage, SessionShown, TracePage, TraceShown, TraceSteps
from tests.running import Running

TRACE = "5b8efff798038103d269b633813fc60c"


def span(number: int) -> str:
    return f"{TRACE}:{number:016x}"


STORY: list[dict[str, Any]] = [
    {
        "type": "agent_action", "eventId": span(1),
        "context": {"session_id": "s – 1/2", "user_id": "zoë", "environment": "prod", "release": "2.8.1", "tags": ["vip"],
                    "service_name": "shop", "step_index": 3, "metadata": {"tenant": "t1"}},
        "body": {"name": "support", "action": {"do": "refund"}, "thought": "They want money back.",
                 "state": {"step": 1}, "duration_ms": 900, "usage": {"input_tokens": 20, "output_tokens": 7}},
    },
    {
        "type": "model_response", "eventId": span(2), "context": {"parent_event_id": span(1)},
        "body": {"model": "gpt-4o", "provider": "openai", "duration_ms": 541, "ttft_ms": 120, "response_id": "r1",
                 "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Refund 日本!"}],
                 "response": "Done.", "tokens": {"input": 20, "output": 7, "cached": 8, "reasoning": 3},
                 "parameters": {"temperature": 0.5, "custom": [1, 2]}, "finish_reason": "stop", "cost": 0.25},
    },
    {
        "type": "tool_call", "eventId": span(3), "context": {"parent_event_id": span(2)},
        "body": {"tool": "refund_create", "arguments": {"cents": 4599}, "call_id": "c1", "duration_ms": 10,
                 "error": {"type": "HTTPError", "message": "422", "stack": "at pay.py:3", "code": "422"}},
    },
    {
        "type": "retrieval", "eventId": span(4), "context": {"parent_event_id": span(1)},
        "body": {"query": "policy", "documents": [{"id": "d1", "content": "14 days", "score": 0.5}], "top_k": 2},
    },
    {"type": "log", "eventId": span(5), "context": {"parent_event_id": "lost"}, "body": {"message": "slow", "level": "warning"}},
    {"type": "eval_metric", "eventId": "score-1", "body": {"metric": "kind", "score": 1, "target_event_id": span(2)}},
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("traces") / "data").start()
    assert running.post(STORY).status_code == 202
    running.drain()
    yield running
    assert running.stop() == 0
    assert "Traceback" not in running.log(), running.log()[-3000:]


@pytest.fixture(scope="module")
def elsewhere(server) -> dict[str, str]:
    """A key of another project."""
    token = json.loads((server.data_dir / "run" / "server.json").read_text())["token"]
    with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as owner:
        owner.post("/api/v1/projects", json={"name": "Other", "id": "proj_other"}).raise_for_status()
        made = owner.post("/api/v1/projects/proj_other/keys", json={"name": "k"})
    return {"X-API-Key": made.json()["secret"]}


def test_answers_have_the_shapes_that_are_described(server):
    with server.client() as client:
        for path, shape in (
            ("/api/v1/traces", TracePage),
            (f"/api/v1/traces/{TRACE}", TraceShown),
            (f"/api/v1/traces/{TRACE}/steps", TraceSteps),
            ("/api/v1/sessions", SessionPage),
            ("/api/v1/sessions/s%20%E2%80%93%201%2F2", SessionShown),
        ):
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            decoded = msgspec.json.decode(answer.content, type=shape)
            assert set(answer.json()) == set(shape.__struct_fields__)
            assert msgspec.to_builtins(decoded) == answer.json()
        asked = {"ids": [span(2), "unknown", "score-1"]}
        looked = msgspec.json.decode(client.post("/api/v1/events/lookup", json=asked).content, type=LookedUp)
        assert [item.event_id for item in looked.items] == [span(2), "score-1"] and looked.missing == ["unknown"]
        assert looked.items[0].body["output"]["messages"][0]["parts"] == [{"type": "text", "content": "Done."}]


def test_the_story_is_one_tree_with_its_score_and_its_stray(server):
    trace = server.get(f"/api/v1/traces/{TRACE}").json()
    assert trace["events"]["parent"] == [-1, 0, 1, 1, 0, -1]
    assert [trace["dictionaries"]["types"][code] for code in trace["events"]["type"]] == [
        "agent_action", "model_response", "tool_call", "eval_metric", "retrieval", "log",
    ]  # fmt: skip
    assert trace["marks"] == {"orphan": [5], "cycle": [], "attached": [3], "promoted": []}
    assert trace["outside"] == {"row": [5], "parent": ["lost"]}
    assert (trace["trace"]["cost_usd"], trace["trace"]["input_tokens"], trace["trace"]["errors"]) == (0.25, 20, 1)
    (listed,) = server.get("/api/v1/traces", user_id="zoë", name="refund_create").json()["items"]
    assert listed == trace["trace"]
    session = server.get("/api/v1/sessions/s%20%E2%80%93%201%2F2").json()
    assert session["session"]["preview"] == "Refund 日本!" and session["items"][0]["output"]["text"] == "Done."


def test_another_project_sees_nothing(server, elsewhere):
    with httpx2.Client(base_url=server.url, headers=elsewhere) as stranger:
        for path in (
            f"traces/{TRACE}",
            f"traces/{TRACE}/export",
            f"traces/{TRACE}/steps",
            "sessions/s%20%E2%80%93%201%2F2",
            "traces/%00",
        ):
            assert stranger.get(f"/api/v1/{path}").status_code == 404, path
        assert stranger.get("/api/v1/traces").json() == {"items": [], "next": None}
        assert stranger.get("/api/v1/sessions").json() == {"items": [], "next": None}
        assert stranger.post("/api/v1/events/lookup", json={"ids": [span(1)]}).json()["missing"] == [span(1)]
        for wanted in ({"ids": []}, {"ids": ["x"] * 201}, {"ids": [""]}, {"ids": ["x"], "more": 1}, []):
            assert stranger.post("/api/v1/events/lookup", json=wanted).status_code == 422, wanted
        assert stranger.get("/api/v1/traces", params={"project_id": "proj_default"}).status_code in (403, 404)


def test_an_export_sent_in_elsewhere_is_the_same_trace(server, elsewhere):
    document = server.get(f"/api/v1/traces/{TRACE}/export")
    assert document.headers["content-disposition"] == f'attachment; filename="trace-{TRACE}.json"'
    with httpx2.Client(base_url=server.url, headers=elsewhere) as stranger:
        answer = stranger.post("/v1/traces", content=document.content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()) == (200, {})
        server.drain()
        ours, theirs = (
            server.get("/api/v1/traces").json()["items"][0],
            stranger.get("/api/v1/traces").json()["items"][0],
        )
        assert {**theirs, "events": 0} == {**ours, "events": 0} | {"root_event_id": span(1)}
        for event in STORY[:5]:
            before = server.get(f"/api/v1/events/{event['eventId']}").json()
            after = stranger.get(f"/api/v1/events/{event['eventId']}").json()
            assert after["type"] == before["type"] and after["at"] == before["at"]
            for name in (
                "model",
                "input",
                "output",
                "usage",
                "tool",
                "retrieval",
                "agent",
                "error",
                "state",
                "message",
            ):
                assert after["body"].get(name) == before["body"].get(name), (event["type"], name)
            assert after["body"].get("cost", {}).get("total") == before["body"].get("cost", {}).get("total")
            for name in ("session_id", "user_id", "environment", "release", "service_name", "tags", "step_index"):
                assert after["context"].get(name) == before["context"].get(name), (event["type"], name)
        again = stranger.get(f"/api/v1/traces/{TRACE}/export").json()
        assert [one["spanId"] for one in spans(again)] == [one["spanId"] for one in spans(document.json())]


def spans(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for resource in document["resourceSpans"] for scope in resource["scopeSpans"] for one in scope["spans"]]
