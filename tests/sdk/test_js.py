"""The JavaScript SDK in Node against the real server: what nests, what survives bad networks, what both builds export."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.running import KEY
from tests.sdk.test_delivery import stored

HERE = Path(__file__).parent / "js"
SDK = Path(__file__).parent.parent.parent / "sdk" / "js"


def node(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(["node", str(HERE / script), *arguments], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip


def ended(process: subprocess.Popen[str]) -> dict:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and err == "", err
    return json.loads(out.splitlines()[-1])


def test_a_run_of_an_agent_arrives_as_it_was(server, module):
    told = ended(node("story.mjs", module, server.url, KEY))
    assert told["said"] == "HELLO" and told["threw"] == "no" and told["flushed"] and told["dropped"] == {}
    server.drain()
    call = server.get(f"/api/v1/events/{told['call']}").json()
    assert call["context"]["session_id"] == "s-js" and call["context"]["user_id"] == "u-js"
    assert call["body"]["input"]["messages"][0]["parts"][0]["content"] == "Write to [email]"
    assert call["body"]["cost"]["total"] == pytest.approx(0.000135 + 0.00006)
    trace = told["call"][:32]
    items = server.get("/api/v1/events", trace_id=trace, fields="body", limit=100).json()["items"]
    by_id = {one["eventId"]: one for one in items}
    names = {one["body"].get("name", ""): one for one in items}
    root = names["answer"]
    assert "hello" in json.dumps(root["body"]["input"])
    assert names["search"]["context"]["parent_event_id"] == root["eventId"]
    assert names["callee"]["context"]["parent_event_id"] == root["eventId"]
    steps = sorted(
        (one for one in items if one["type"] == "agent_action"), key=lambda one: one["context"]["step_index"]
    )
    assert [one["context"]["step_index"] for one in steps] == [0, 1, 2]
    assert "state" in steps[0]["body"] and steps[2]["body"]["state_patch"] == {"tries": 2}
    tools = [one for one in items if one["type"] == "tool_call"]
    assert {by_id[one["context"]["parent_event_id"]]["type"] for one in tools} == {"agent_action"}


def test_a_hundred_tasks_keep_their_own_parents(server, module):
    items = server.get("/api/v1/events", type="custom", limit=1000).json()["items"]
    inside = {one["body"]["name"][7:]: one for one in items if one["body"]["name"].startswith("inside-")}
    assert len(inside) == 100
    parents = {one["context"]["parent_event_id"] for one in inside.values()}
    assert len(parents) == 100
    spans = server.get("/api/v1/events", type="span", limit=1000).json()["items"]
    names = {one["eventId"]: one["body"]["name"] for one in spans}
    assert all(names[one["context"]["parent_event_id"]] == f"task-{number}" for number, one in inside.items())


@pytest.mark.parametrize("fault", ["refuse", "hang", "slow", "cut", "429", "503"])
def test_a_bad_network_delays_events_and_loses_and_doubles_none(server, module, proxy, fault):
    if fault.isdigit():
        proxy.answering(int(fault), "Retry-After: 0\r\n")
    else:
        proxy.mode = fault
    marker = f"js-{fault}"
    process = node("delivery.mjs", module, proxy.url, KEY, marker, "250")
    assert process.stdout.readline() == "captured\n"
    time.sleep(1.0)
    proxy.mode = "pass"
    told = ended(process)
    assert told["flushed"] and told["sent"] == 250 and told["retried"] > 0
    assert stored(server, marker) == [f"{marker}-{number:05d}" for number in range(250)]


def test_a_wrong_key_is_said_once_and_nothing_is_thrown(server, module):
    told = ended(node("delivery.mjs", module, server.url, "sk_live_" + "W" * 32, "js-denied", "300"))
    assert told["dropped"] == {"denied": 300} and len(told["said"]) == 1 and "403" in told["said"][0]


def test_both_builds_export_the_same(module):
    code = (
        "const cjs = require(process.argv[1]); import(process.argv[2]).then((esm) => {"
        "const names = (one) => Object.keys(one).filter((name) => name !== '__esModule').sort().join();"
        "if (names(cjs) !== names(esm)) throw new Error(names(cjs) + ' ≠ ' + names(esm)); })"
    )
    subprocess.run(["node", "-e", code, str(SDK / "dist/cjs/node.js"), module], check=True)
