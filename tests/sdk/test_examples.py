"""The examples of both SDKs run as they stand, against a fake model, and leave the story they promise."""

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.fake_model import FakeModel
from tests.clients.serving import served
from tests.running import KEY

EXAMPLES = Path(__file__).parent.parent.parent / "sdk" / "python" / "examples"


@pytest.fixture(scope="module")
def models():
    with served(FakeModel().app) as url:
        yield f"{url}/v1"


@pytest.fixture
def environment(server, models):
    ours = {"LYNEX_API_KEY": KEY, "LYNEX_ENDPOINT": server.url, "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": models}
    return {**os.environ, **ours}


def run(script: str, environment, *arguments: str, typed: str = "") -> str:
    command = [sys.executable, str(EXAMPLES / script), *arguments]
    ended = subprocess.run(
        command, env=environment, input=typed, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0 and ended.stderr == "", ended.stderr
    return ended.stdout


def events_of(server, service: str) -> list[dict]:
    server.drain()
    items = server.get("/api/v1/events", fields="body", limit=1000).json()["items"]
    return [one for one in items if one["context"].get("service_name") == service]


def test_the_chatbot_is_one_session_with_a_trace_a_turn(server, environment):
    assert run("chatbot.py", environment, typed="Hello\nHow are you, jane@example.com?\n") == "Hello\nHello\n"
    events = events_of(server, "chatbot")
    turns = [one for one in events if one["type"] == "span"]
    calls = [one for one in events if one["type"] == "model_response"]
    assert len(turns) == len(calls) == 2 and len({one["context"]["session_id"] for one in events}) == 1
    assert {one["context"]["parent_event_id"] for one in calls} == {one["eventId"] for one in turns}
    assert "jane@example.com" not in str(events) and "[email]" in str(events)


def test_rag_shows_what_was_found_and_how_it_was_judged(server, environment):
    assert run("rag.py", environment, "How long does a refund take?") == "Hello\n"
    events = {one["type"]: one for one in events_of(server, "rag")}
    assert events["retrieval"]["body"]["retrieval"]["documents"][0]["id"] == "refunds"
    assert (
        events["model_response"]["context"]["tags"] == ["rag"] and events["eval_metric"]["body"]["eval"]["score"] == 1
    )
    assert len({one["context"]["trace_id"] for one in events.values()}) == 1


def test_the_agent_leaves_steps_with_states_and_its_tool(server, environment):
    assert run("agent.py", environment) == "It is sunny in Paris.\n"
    events = events_of(server, "agent")
    steps = sorted(
        (one for one in events if one["type"] == "agent_action"), key=lambda one: one["context"]["step_index"]
    )
    assert [one["context"]["step_index"] for one in steps] == [0, 1]
    assert steps[0]["body"]["state"]["known"] == {"Paris": "sunny, 24 °C"}
    (tool,) = [one for one in events if one["type"] == "tool_call"]
    assert tool["body"]["tool"]["name"] == "weather" and tool["context"]["parent_event_id"] == steps[0]["eventId"]


def test_the_web_service_goes_on_with_its_callers_traces(server, environment):
    code = (
        "import sys, anyio; sys.path.insert(0, sys.argv[1]);"
        "from fastapi_app import app; import httpx2, lynex_sdk\n"
        "async def main():\n"
        "    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url='http://web') as web:\n"
        "        headers = {'traceparent': '00-' + 'ab' * 16 + '-' + 'cd' * 8 + '-01', 'x-user': 'u-web'}\n"
        "        answer = await web.get('/ask', params={'question': 'Hi?'}, headers=headers)\n"
        "        assert answer.json() == {'answer': 'Hello'} and 'ab' * 16 in answer.headers['traceparent']\n"
        "anyio.run(main)"
    )
    command = [sys.executable, "-c", code, str(EXAMPLES)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    events = {one["type"]: one for one in events_of(server, "web")}
    request = events["span"]
    assert request["body"]["name"] == "GET /ask" and request["context"]["user_id"] == "u-web"
    assert request["context"]["parent_event_id"] == "ab" * 16 + ":" + "cd" * 8
    assert events["model_response"]["context"]["parent_event_id"] == request["eventId"]


GUIDE = Path(__file__).parent.parent.parent / "static" / "guide"


def blocks_of(page: str, language: str) -> list[str]:
    found = re.findall(rf'<pre data-sdk="{language}"><code>(.*?)</code></pre>', (GUIDE / page).read_text(), re.DOTALL)
    return [html.unescape(one) for one in found]


@pytest.mark.parametrize("number", range(5))
def test_what_the_guide_prints_runs(server, environment, number):
    code = blocks_of("sdk-python.html", "python")[number]
    code = code.replace("http://127.0.0.1:8000", server.url).replace("sk_live_…", KEY)
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0 and ended.stderr == "", ended.stderr
