"""What nests in what: functions, coroutines, generators, threads, tasks, callers in other processes."""

import asyncio
import gc
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import lynex_sdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lynex_sdk import Lynex, continue_trace, session, tag, traceparent, user
from lynex_sdk.agent import Run, patch_between


def by_name(events):
    return {
        event["body"].get("name") or event["body"].get("tool") or event["body"].get("message"): event
        for event in events
    }


def parent(event):
    return event["context"].get("parent_event_id")


def test_spans_nest_and_say_what_went_in_and_out(recorded):
    client, events = recorded

    @client.trace("outer")
    def outer(question, *, limit=3):
        with session("s-1"), user("u-1"), tag("rag", tenant="acme"), client.span("search", type="retrieval") as s:
            s.set(input=question, output=[{"id": "d1", "content": "text", "score": 0.5}], index="docs")
            client.tool_call("weather", {"city": "Paris"}, "sunny", latency_ms=12)
        return question.upper()

    assert outer("hello", limit=5) == "HELLO"
    client.flush(5)
    found = by_name(events)
    root, search, tool = found["outer"], found["search"], found["weather"]
    assert root["type"] == "span" and parent(root) is None
    assert root["body"]["input"] == {"question": "hello", "limit": 5} and root["body"]["output"] == "HELLO"
    assert parent(search) == root["eventId"] and parent(tool) == search["eventId"]
    assert search["body"]["query"] == "hello" and search["body"]["documents"][0]["id"] == "d1"
    assert tool["context"]["session_id"] == "s-1" and tool["context"]["user_id"] == "u-1"
    assert tool["context"]["tags"] == ["rag"] and tool["context"]["metadata"] == {"tenant": "acme"}
    assert "session_id" not in root["context"]
    assert {event["context"]["trace_id"] for event in events} == {root["eventId"][:32]}
    assert root["timestamp"] <= search["timestamp"]


def test_a_failure_is_told_and_goes_on(recorded):
    client, events = recorded

    @client.trace
    def fails():
        raise LookupError("nothing there")

    with pytest.raises(LookupError):
        fails()
    client.flush(5)
    body = events[0]["body"]
    assert body["status"] == "error" and body["error"]["type"] == "LookupError"
    assert body["error"]["message"] == "nothing there" and "in fails" in body["error"]["stack"]


async def test_a_thousand_tasks_keep_their_own_parents(recorded):
    client, events = recorded

    @client.trace("task")
    async def work(number):
        await asyncio.sleep(random.random() / 100)
        client.custom(f"inside-{number}")
        return number

    assert await asyncio.gather(*(work(number) for number in range(1000))) == list(range(1000))
    assert await asyncio.to_thread(client.flush, 10)
    tasks = {event["body"]["output"]: event["eventId"] for event in events if event["type"] == "span"}
    inside = {event["body"]["name"]: parent(event) for event in events if event["type"] == "custom"}
    assert len(tasks) == len(inside) == 1000
    assert all(inside[f"inside-{number}"] == event_id for number, event_id in tasks.items())


def test_threads_and_executors_begun_inside_a_span_belong_to_it(recorded):
    client, events = recorded
    with client.span("outer"):
        thread = threading.Thread(target=lambda: client.custom("thread"))
        thread.start()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: client.custom(name), ["pool-1", "pool-2"]))
        thread.join()
    client.custom("outside")
    client.flush(5)
    found = by_name(events)
    assert {parent(found[name]) for name in ("thread", "pool-1", "pool-2")} == {found["outer"]["eventId"]}
    assert parent(found["outside"]) is None


def test_fifty_threads_lose_nothing(recorded):
    client, events = recorded
    threads = [threading.Thread(target=lambda: [client.custom("n") for _ in range(100)]) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.flush(10)
    assert len(events) == 5000 == len({event["eventId"] for event in events})


def test_generators_are_inside_only_while_they_run(recorded):
    client, events = recorded

    @client.trace("numbers")
    def numbers(count):
        for number in range(count):
            client.custom(f"inside-{number}")
            yield str(number)
        return "done"

    stream = numbers(3)
    for _ in stream:
        client.custom("consumer")
    list(zip(numbers(2), numbers(2), strict=True))  # two at once, step by step
    half = numbers(5)
    next(half)
    half.close()
    client.flush(5)
    spans = [event for event in events if event["type"] == "span"]
    assert [one["body"]["output"] for one in spans] == ["012", "01", "01", "0"]
    assert all(parent(event) is None for event in events if event["body"].get("name") == "consumer")
    for one in spans:
        children = [event for event in events if parent(event) == one["eventId"]]
        assert len(children) == one["body"]["attributes"]["items"]


async def test_async_generators_too_and_given_up_ones(recorded):
    client, events = recorded

    @client.trace("stream")
    async def stream(count):
        for number in range(count):
            await asyncio.sleep(0)
            client.custom(f"inside-{number}")
            yield number

    assert [number async for number in stream(3)] == [0, 1, 2]
    async for _ in stream(10):
        break
    gc.collect()
    await asyncio.sleep(0.05)
    assert await asyncio.to_thread(client.flush, 5)
    spans = [event for event in events if event["type"] == "span"]
    assert [one["body"]["output"] for one in spans] == [[0, 1, 2], [0]]


def test_a_trace_goes_on_in_another_service(recorded):
    client, events = recorded
    with client.span("caller"):
        header = traceparent()
    with continue_trace({"Traceparent": header}), client.span("callee"):
        pass
    with continue_trace("00-" + "0" * 32 + "-" + "1" * 16 + "-01"), client.span("not continued"):
        pass
    client.flush(5)
    found = by_name(events)
    assert parent(found["callee"]) == found["caller"]["eventId"]
    assert parent(found["not continued"]) is None


def test_sampling_keeps_whole_traces(recorded):
    _, events = recorded
    client = Lynex(api_key="k", endpoint="http://127.0.0.1:9", sample_rate=0.5, flush_interval=0.01,
                   before_send=lambda event: events.append(event))  # fmt: skip
    for _ in range(400):
        with client.span("root"):
            client.custom("child")
    client.flush(5)
    roots = {event["eventId"] for event in events if event["type"] == "span"}
    assert 120 < len(roots) < 280
    assert [parent(event) in roots for event in events if event["type"] == "custom"] == [True] * len(roots)
    client.shutdown(0)


def test_steps_are_counted_and_states_can_be_rebuilt(recorded):
    client, events = recorded
    source = random.Random(4)
    state = {"goal": "find it " * 30, "notes": [], "tries": 0, "plan": {"next": "a", "after": {"x": 1}}}
    states = []
    with client.span("run"):
        for number in range(120):
            state = {**state, "tries": number, "plan": {"next": source.choice("abc"), "after": {"x": number % 3}}}
            if number % 7 == 0:
                state["notes"] = [*state["notes"], f"note {number}"]
            if number == 60:
                del state["goal"]
            with client.step("planner", action="search", state=state):
                client.tool_call("search", {"q": number}, "nothing")
            states.append(json.loads(json.dumps(state)))
    client.flush(5)
    steps = sorted((e for e in events if e["type"] == "agent_action"), key=lambda e: e["body"]["step_index"])
    assert [one["body"]["step_index"] for one in steps] == list(range(120))
    rebuilt, known, since_full = [], {}, 0
    for one in steps:
        body = one["body"]
        if "state" in body:
            known[one["eventId"]], since_full = body["state"], 0
        else:
            known[one["eventId"]] = merge_patch(known[body["state_base"]], body["state_patch"])
            since_full += 1
        assert since_full < 50
        rebuilt.append(known[one["eventId"]])
    assert rebuilt == states
    assert sum("state_patch" in one["body"] for one in steps) > 100


def merge_patch(target, patch):
    """RFC 7396, word for word."""
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merge_patch(made.get(name), value)
    return made


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
OBJECT = st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4)


@settings(max_examples=300, deadline=None)
@given(OBJECT, OBJECT)
def test_a_patch_leads_from_one_state_to_the_next(old, new):
    patch = patch_between(old, new)
    if patch is not None:
        assert json.dumps(merge_patch(old, patch), sort_keys=True) == json.dumps(new, sort_keys=True)
    told = Run()
    told.told(old, "e0")
    assert "state" in (fields := told.told(new, "e1")) or fields["state_base"] == "e0"


def test_without_a_key_everything_is_a_quiet_no_op(capsys, monkeypatch):
    monkeypatch.delenv("LYNEX_API_KEY", raising=False)
    client = Lynex()
    assert capsys.readouterr().err.count("no API key") == 1

    @client.trace("f")
    def f(x):
        with client.span("s") as s, client.step("t", state={}) as t:
            s.set(a=1)
            t.set(state={"b": 2})
            client.capture_llm_call("m", "p")
        return x

    assert f(4) == 4 and client.flush(1) and client.stats()["captured"] == 0
    assert lynex_sdk.capture_llm_call("m") is None
    assert capsys.readouterr().err == ""
