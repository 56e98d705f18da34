"""The demo's day: the same for everybody, complete, and valid."""

import re
from collections import Counter, defaultdict

import pytest

from lynex.cli.demo_day import demo_events
from lynex.cli.demo_trace import SDK
from lynex.clock import DAY, HOUR, rfc3339
from lynex.events.envelope import EVENT_TYPES

NOW = 1_795_000_000_000_000


@pytest.fixture(scope="module")
def day():
    return demo_events(NOW, 1)


def test_the_same_seed_tells_the_same_day(day):
    assert demo_events(NOW, 1) == day
    assert demo_events(NOW, 2) != day


def test_it_fills_the_last_24_hours_and_not_the_future(day):
    assert 2_000 <= len(day) <= 5_000
    times = [event["timestamp"] for event in day]
    assert times == sorted(times)
    assert rfc3339(NOW - DAY) <= times[0] and times[-1] <= rfc3339(NOW)


def test_every_type_is_there_and_every_id_once(day):
    assert {event["type"] for event in day} == set(EVENT_TYPES)
    assert len({event["eventId"] for event in day}) == len(day)
    assert all(re.fullmatch(r"de30[0-9a-f]{28}:[0-9a-f]{16}", event["eventId"]) for event in day)
    assert {event["sdk"]["name"] for event in day} == {SDK}
    assert all(event["context"]["metadata"]["demo"] is True for event in day)


def test_parents_are_in_the_same_trace_and_last_longer(day):
    known = {event["eventId"]: event for event in day}
    for event in day:
        parent = known.get(event["context"].get("parent_event_id", ""))
        if "parent_event_id" in event["context"]:
            assert parent is not None and parent["context"]["trace_id"] == event["context"]["trace_id"]
            assert parent["timestamp"] <= event["timestamp"]
            assert event["body"].get("duration_ms", 0) <= parent["body"]["duration_ms"]


def test_refunds_fail_three_times_alike_since_release_2_8_1(day):
    attempts = defaultdict(list)
    for event in day:
        if event["type"] == "tool_call" and event["body"].get("tool") == "refund_create":
            attempts[event["context"]["trace_id"], event["context"]["release"]].append(event["body"])
    broken = [bodies for (_, release), bodies in attempts.items() if release == "2.8.1"]
    whole = [bodies for (_, release), bodies in attempts.items() if release == "2.8.0"]
    assert len(broken) >= 3 and len(whole) >= 10
    for bodies in broken:
        assert len(bodies) == 3 and all(body["arguments"] == bodies[0]["arguments"] for body in bodies)
        assert all(
            body["error"]["type"] == "amount_exceeds_captured" and body["error"]["code"] == "422" for body in bodies
        )
    assert all(len(bodies) == 1 and "error" not in bodies[0] for bodies in whole)


def test_one_hour_costs_more_than_all_others_together(day):
    read = Counter()
    for event in day:
        if event["body"].get("model") == "claude-opus-4-1":
            read[event["timestamp"][:13]] += event["body"].get("tokens", {}).get("input", 0)
    assert 1 <= len(read) <= 2 and sum(read.values()) > 2_000_000


def test_state_is_patched_from_a_base_that_exists(day):
    known = {event["eventId"] for event in day}
    patched = [event for event in day if "state_patch" in event["body"]]
    assert patched and all(event["body"]["state_base"] in known for event in patched)


def test_a_conversation_stays_with_one_user_and_one_subject(day):
    told = defaultdict(set)
    for event in day:
        if "session_id" in event["context"]:
            told[event["context"]["session_id"]].add((event["context"]["user_id"], *event["context"]["tags"]))
    assert len(told) > 100 and all(len(facts) == 1 for facts in told.values())


def test_steps_of_an_agent_count_up(day):
    steps = defaultdict(list)
    for event in day:
        if "step_index" in event["context"]:
            steps[event["context"]["trace_id"]].append(event["context"]["step_index"])
    assert steps and all(found[0] == 0 and found == sorted(found) for found in steps.values())


def test_the_day_is_recent_whenever_it_is_told():
    later = demo_events(NOW + 5 * HOUR, 1)
    assert later[-1]["timestamp"] > rfc3339(NOW + 3 * HOUR)
