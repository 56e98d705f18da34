"""The JavaScript examples compile under strict types, run as they stand against a fake model, and leave their stories."""

import os
import subprocess

import pytest

from tests.clients.fake_model import FakeModel
from tests.clients.serving import served
from tests.running import KEY
from tests.sdk.conftest import SDK
from tests.sdk.test_examples import blocks_of, events_of

EXAMPLES = SDK / "examples"


@pytest.fixture(scope="module")
def built(module):
    """The compiled examples: `tsc --strict` has nothing to say against them."""
    if not (EXAMPLES / "node_modules").exists():
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(npm, cwd=EXAMPLES, check=True, capture_output=True)
    told = subprocess.run(["npm", "run", "check"], cwd=EXAMPLES, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    return EXAMPLES / "built"


@pytest.fixture(scope="module")
def models():
    with served(FakeModel().app) as url:
        yield f"{url}/v1"


@pytest.fixture
def environment(server, models):
    ours = {"LYNEX_API_KEY": KEY, "LYNEX_ENDPOINT": server.url, "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": models}
    return {**os.environ, **ours}


def run(command: list[str], environment, typed: str = "") -> str:
    ended = subprocess.run(
        command, env=environment, input=typed, capture_output=True, text=True, timeout=60, check=False, cwd=EXAMPLES
    )
    assert ended.returncode == 0 and ended.stderr == "", ended.stderr
    return ended.stdout


def test_the_chatbot_is_one_session_with_a_trace_a_turn(server, environment, built):
    assert run(["node", str(built / "chatbot.js")], environment, "Hello\nHow are you?\n") == "Hello\nHello\n"
    events = events_of(server, "chatbot")
    turns = [one for one in events if one["type"] == "span"]
    calls = [one for one in events if one["type"] == "model_response"]
    assert len(turns) == len(calls) == 2 and len({one["context"]["session_id"] for one in events}) == 1
    assert {one["context"]["parent_event_id"] for one in calls} == {one["eventId"] for one in turns}
    assert all(one["body"]["output"]["messages"][0]["parts"][0]["content"] == "Hello" for one in calls)
    assert all(one["body"]["model"]["ttft_ms"] > 0 for one in calls)


def test_rag_shows_what_was_found_and_how_it_was_judged(server, environment, built):
    assert run(["node", str(built / "rag.js")], environment) == "Hello\n"
    events = {one["type"]: one for one in events_of(server, "rag")}
    assert events["retrieval"]["body"]["retrieval"]["documents"][0]["id"] == "refunds"
    usage = events["model_response"]["body"]["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["cache_read_tokens"]) == (20, 7, 8)
    assert events["eval_metric"]["body"]["eval"]["score"] == 1
    assert len({one["context"]["trace_id"] for one in events.values()}) == 1


def test_the_agent_leaves_steps_with_states_and_its_tool(server, environment, built):
    assert run(["node", str(built / "agent.js")], environment) == "It is sunny in Paris.\n"
    events = events_of(server, "agent")
    steps = sorted(
        (one for one in events if one["type"] == "agent_action"), key=lambda one: one["context"]["step_index"]
    )
    assert [one["context"]["step_index"] for one in steps] == [0, 1]
    assert steps[0]["body"]["state"]["known"] == {"Paris": "sunny, 24 °C"}
    (tool,) = [one for one in events if one["type"] == "tool_call"]
    assert tool["body"]["tool"]["name"] == "weather" and tool["context"]["parent_event_id"] == steps[0]["eventId"]


def test_the_route_handler_goes_on_with_its_callers_trace(server, environment, built):
    code = f"""
        const {{ POST, sent }} = await import("file://{built}/route-handler.js");
        const headers = {{ traceparent: "00-" + "ab".repeat(16) + "-" + "cd".repeat(8) + "-01", "x-user": "u-web" }};
        const asked = {{ method: "POST", headers, body: JSON.stringify({{ question: "Hi?" }}) }};
        const answer = await POST(new Request("http://web/api/ask", asked));
        console.log((await answer.json()).answer, answer.headers.get("traceparent").includes("ab".repeat(16)), await sent());
    """
    assert run(["node", "--input-type=module", "-e", code], environment) == "Hello true true\n"
    events = {one["type"]: one for one in events_of(server, "web")}
    assert events["span"]["context"]["parent_event_id"] == "ab" * 16 + ":" + "cd" * 8
    assert events["span"]["context"]["user_id"] == "u-web"
    assert events["model_response"]["context"]["parent_event_id"] == events["span"]["eventId"]


@pytest.mark.parametrize("number", range(2))
def test_what_the_guide_prints_runs(server, environment, built, number):
    code = blocks_of("sdk-javascript.html", "javascript")[number]
    code = code.replace("http://127.0.0.1:8000", server.url).replace("sk_live_…", KEY)
    run(["node", "--input-type=module", "-e", code], environment)
