"""The routes of Langfuse's SDKs on a running server, spoken to as the SDKs do (5.0.4 and 2.60.10 sent what is here)."""

import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.clients.freezing import FIXTURES
from tests.running import KEY, PROJECT, Running

TRACE = "973770b5-9bb7-4d33-9802-81c5493038e1"
HEX = TRACE.replace("-", "")
START = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("langfuse") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def langfuse(server):
    with httpx2.Client(base_url=f"{server.url}/api/public", auth=("pk-any", KEY), timeout=20) as client:
        yield client


def moment(seconds):
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def piece(kind, outer, at=0.0, /, **body):
    return {"id": outer, "type": kind, "timestamp": moment(at), "body": body}


def send(langfuse, *pieces):
    sdk = {"batch_size": len(pieces), "sdk_name": "python", "sdk_version": "2.60.10", "public_key": "pk-any"}
    answer = langfuse.post("/ingestion", json={"batch": list(pieces), "metadata": sdk})
    assert answer.status_code == 207, answer.text
    return answer.json()


def stored(server, **filters):
    server.drain()
    found = server.get("/api/v1/events", limit="1000", **filters).json()["items"]
    return [server.get(f"/api/v1/events/{item['eventId']}").json() for item in reversed(found)]


def of_trace(server, trace):
    return [event for event in stored(server) if event["context"].get("trace_id") == trace]


def test_an_sdk_finds_the_server_its_project_and_no_prompts(langfuse, server):
    assert langfuse.get("/health", auth=None).json()["status"] == "OK"
    (project,) = langfuse.get("/projects").json()["data"]
    assert project["id"] == PROJECT and project["organization"]["id"]
    missing = langfuse.get("/v2/prompts/folder%2Fgreeting", params={"label": "production"})
    assert (missing.status_code, missing.json()) == (
        404, {"message": "Prompt not found", "error": "LangfuseNotFoundError"},
    )  # fmt: skip
    assert httpx2.get(f"{server.url}/api/public/projects").status_code == 401
    wrong = httpx2.get(f"{server.url}/api/public/projects", auth=("pk-any", "sk_live_" + "x" * 32))
    assert wrong.status_code == 403


def test_scores_are_evaluations_of_their_observation_or_trace(langfuse, server):
    frozen = (FIXTURES / "langfuse" / "02-api-public-scores.json").read_bytes()
    for _ in range(2):  # sent again, it is the same
        answer = langfuse.post("/scores", content=frozen, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()) == (202, {"message": "Accepted"})
    (score,) = json.loads(frozen)
    (event,) = of_trace(server, score["traceId"])
    assert (event["type"], event["timestamp"]) == ("eval_metric", score["timestamp"])
    assert event["body"]["eval"] == {
        "name": "friendliness", "score": 0.9, "explanation": "says hello", "target": {"trace_id": score["traceId"]},
    }  # fmt: skip
    trace, span = "1" * 32, "2" * 16
    single = {"id": "s-1", "traceId": trace, "observationId": span, "name": "tone", "value": "warm"}
    assert langfuse.post("/scores", json=single).json() == {"id": "s-1"}
    (event,) = of_trace(server, trace)
    assert event["body"]["eval"]["label"] == "warm"
    assert event["context"]["parent_event_id"] == event["body"]["eval"]["target"]["event_id"] == f"{trace}:{span}"


def test_of_a_list_of_scores_the_good_ones_are_kept(langfuse, server):
    good = {"name": "ok", "value": True, "traceId": "3" * 32}
    bad = [{"name": "", "value": 1}, {"name": "x", "value": [1]}, "no", {"name": "y" * 2000, "value": 1}]
    answer = langfuse.post("/scores", json=[*bad, good])
    told = answer.json()
    assert (answer.status_code, told["accepted"], told["rejected"]) == (207, 1, 4)
    assert all(error["message"] for error in told["errors"])
    assert [event["body"]["eval"]["score"] for event in of_trace(server, "3" * 32)] == [1]
    for wrong in (b"{", b'{"name":"x"}', b"null", b"[" * 100_000):
        answer = langfuse.post("/scores", content=wrong)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_an_observation_told_in_pieces_is_one_event_once_it_has_ended(langfuse, server):
    first = [
        piece("trace-create", "p1", id=TRACE, name="chat", userId="u-1", sessionId="s-1", tags=["a"], input="Q",
              metadata={"plan": "pro"}, timestamp=moment(0)),
        piece("span-create", "p2", id="step-1", traceId=TRACE, name="step", startTime=moment(0), input={"x": 1}),
        piece("generation-create", "p3", 0.1, id="call-1", traceId=TRACE, parentObservationId="step-1", name="llm",
              startTime=moment(0.1), model="gpt-4o-mini", modelParameters={"temperature": "0.2"},
              input=[{"role": "user", "content": "Hi"}], promptName="greeting", promptVersion=3),
        piece("sdk-log", "p4", log={"performance": 1}),
    ]  # fmt: skip
    told = send(langfuse, *first)
    assert (told["errors"], {one["id"] for one in told["successes"]}) == ([], {"p1", "p2", "p3", "p4"})
    events = of_trace(server, HEX)
    assert sorted((event["type"], event["body"]["name"]) for event in events) == [
        ("log", "llm"), ("log", "step"), ("span", "chat"),
    ]  # fmt: skip

    usage = {"input": 12, "input_cached_tokens": 8, "output": 7}
    second = [
        piece("generation-update", "p5", 1.3, id="call-1", traceId=TRACE, output="Hello", endTime=moment(1.3),
              completionStartTime=moment(0.6), usageDetails=usage, costDetails={"total": 0.25}),
        piece("span-update", "p6", 1.4, id="step-1", traceId=TRACE, endTime=moment(1.4), level="ERROR",
              statusMessage="the printer is on fire"),
        piece("trace-create", "p7", 1.5, id=TRACE, output="A"),
    ]  # fmt: skip
    for _ in range(2):  # an SDK that got no answer sends its batch again
        assert send(langfuse, *second)["errors"] == []
    events = of_trace(server, HEX)
    assert len(events) == 6
    root, call, step, answer = (
        next(event for event in events if (event["type"], event["body"].get("name")) == wanted)
        for wanted in (("span", "chat"), ("model_response", "llm"), ("span", "step"), ("message", None))
    )
    assert call["body"]["usage"] == {
        "input_tokens": 20, "output_tokens": 7, "total_tokens": 27, "cache_read_tokens": 8, "scope": "call",
    }  # fmt: skip
    assert (call["body"]["cost"]["total"], call["body"]["cost"]["source"]) == (0.25, "reported")
    assert (call["body"]["duration_ms"], call["body"]["model"]["ttft_ms"]) == (1200.0, 500.0)
    assert call["body"]["model"]["params"] == {"temperature": 0.2}
    assert call["body"]["prompt"] == {"name": "greeting", "version": "3"}
    assert [part["content"] for part in call["body"]["output"]["messages"][0]["parts"]] == ["Hello"]
    assert call["context"]["parent_event_id"] == step["eventId"]
    assert step["context"]["parent_event_id"] == root["eventId"] == answer["context"]["parent_event_id"]
    assert (step["body"]["status"], step["body"]["error"]) == ("error", {"message": "the printer is on fire"})
    assert {(event["context"]["session_id"], event["context"]["user_id"]) for event in events} == {("s-1", "u-1")}
    assert call["sdk"] == {"name": "langfuse", "version": "2.60.10"}
    assert root["body"]["output"]["messages"][0]["parts"][0]["content"] == "A"  # joined when read


def test_what_the_sdks_second_version_sent_tells_the_same_story(langfuse, server):
    for file in sorted((FIXTURES / "langfuse-v2").glob("*-ingestion.json")):
        answer = langfuse.post("/ingestion", content=file.read_bytes())
        assert (answer.status_code, answer.json()["errors"]) == (207, [])
    events = of_trace(server, "cb4ab2849ee248eab3b38e37e1ca65cd")
    calls = [event["body"] for event in events if event["type"] == "model_response"]
    assert [(call["model"]["request"], call["model"]["response"]) for call in calls] == [
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    ] * 4
    assert all(call["usage"] == calls[0]["usage"] for call in calls)
    assert calls[0]["usage"] == {
        "input_tokens": 20, "output_tokens": 7, "total_tokens": 27, "cache_read_tokens": 8, "reasoning_tokens": 3,
        "scope": "call",
    }  # fmt: skip
    asked = [part for call in calls for part in call["output"]["messages"][0]["parts"] if part["type"] == "tool_call"]
    assert [(part["name"], part["arguments"]) for part in asked] == [("weather", {"city": "Paris"})]
    (session,) = server.get("/api/v1/sessions", session_id="session-1").json()["items"]
    assert (session["requests"], session["total_tokens"]) == (4, 4 * 27)


def test_what_comes_after_an_observation_was_stored_counts_once(langfuse, server):
    whole = piece("generation-create", "q1", id="g-2", traceId="t-2", model="gpt-4o-mini", input="Hi", output="Yo")
    usage = {"usage": {"promptTokens": 20, "completionTokens": 7, "totalTokens": 27, "unit": "TOKENS"}}
    send(langfuse, piece("trace-create", "q0", id="t-2"), whole)
    send(langfuse, piece("generation-update", "q2", id="g-2", traceId="t-2", **usage))
    send(langfuse, piece("generation-update", "q3", id="g-2", traceId="t-2", output="Yo", **usage))
    events = [event for event in stored(server) if "g-2" in json.dumps(event["body"]) or event["type"] == "token_usage"]
    assert [
        (event["type"], event["body"]["usage"]["input_tokens"]) for event in events if "usage" in event["body"]
    ] == [("token_usage", 20)]
    assert [event["type"] for event in events].count("model_response") == 1


def test_what_is_wrong_is_told_by_piece_and_the_rest_is_kept(langfuse, server):
    told = send(
        langfuse,
        piece("event-create", "w1", id="e-1", traceId="t-3", name="clicked", input="button", startTime=moment(0)),
        piece("dream-create", "w2", id="d"),
        piece("span-create", "w3", name="no id"),
        piece("event-create", "w4", id="e-2", traceId="t-3", name="x" * 2000, startTime=moment(0)),
        piece("event-create", "w5", id="e-3", traceId="t-3", name="late", startTime="yesterday"),
        piece("score-create", "w6", name="ok", value=1, traceId="t-3", observationId="e-1"),
        {"id": "w7", "type": "span-create"},
    )
    assert {one["id"] for one in told["successes"]} == {"w1", "w6"}
    assert {one["id"]: one["status"] for one in told["errors"]} == {
        "w2": 400, "w3": 400, "w4": 400, "w5": 400, "w7": 400,
    }  # fmt: skip
    large = piece("event-create", "w8", id="e-4", traceId="t-3", name="large", input={"text": "x" * 400_000})
    assert send(langfuse, large)["errors"] == []
    kept = [event for event in stored(server) if event["body"].get("langfuse", {}).get("traceId") == "t-3"]
    assert {(event["type"], event["body"]["message"]) for event in kept} == {("log", "button"), ("log", "large")}
    for wrong in ({"batch": 5}, [], "x", {"batch": [1] * 5001}):
        assert langfuse.post("/ingestion", json=wrong).status_code == 422
