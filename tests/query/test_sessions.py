"""Sessions: which are listed, what they sum to, and what was said in them."""

import random
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from lynex.clock import DAY, HOUR, MINUTE, SECOND
from lynex.errors import InvalidInput, NotFound
from lynex.query.cursors import Cursors
from lynex.query.sessions import SESSIONS, SessionQuestion, Sessions
from lynex.query.traces import TraceQuestion, Traces
from lynex.query.transcript import LONGEST_TEXT, TranscriptQuestion
from tests.query.conftest import NOW, PROJECT, Shelf, a_call, params


def page(shelf: Shelf, project_id: str = PROJECT, **named: Any) -> dict[str, Any]:
    question = SessionQuestion.from_params(params(**named), project_id, NOW)
    return Sessions(shelf.store, Cursors(b"secret")).page(question)


def one(shelf: Shelf, session_id: str = "s1", project_id: str = PROJECT, **named: Any) -> dict[str, Any]:
    question = TranscriptQuestion.from_params(params(**named), project_id, session_id)
    return Sessions(shelf.store, Cursors(b"secret")).one(question)


def talk(asked: str, answered: str | None, **facts: Any) -> dict[str, Any]:
    """A model call; its conversation begins with what was said before."""

    def message(role: str, text: str) -> dict[str, Any]:
        return {"role": role, "parts": [{"type": "text", "content": text}]}

    told = {"input": {"messages": [message("system", "Be kind."), message("user", "before"), message("user", asked)]}}
    if answered is None:
        called = {"type": "tool_call", "name": "refund", "arguments": {}}
        told["output"] = {"messages": [{"role": "assistant", "parts": [called]}]}
    else:
        told["output"] = {"messages": [message("assistant", answered)]}
    used = {"input_tokens": 20, "output_tokens": 7, "total_tokens": 27, "cost": Decimal("0.5")}
    previews = {"input_preview": asked[:160], "output_preview": "refund({})" if answered is None else answered[:160]}
    return a_call(body=msgspec.json.encode(told).decode(), **(used | previews | facts))


def a_conversation(shelf: Shelf) -> None:
    """Two traces and a message outside of any; the session is named by the roots alone."""
    start = NOW - HOUR
    traced = {"trace_id": "t1"}
    shelf.put(
        {"type": "span", "name": "root", "session_id": "s1", "user_id": "zoë", "at": start, "event_id": "r1"} | traced,
        talk("Refund me – 日本", None, at=start + SECOND, parent_event_id="r1", event_id="c1", **traced),
        {
            "type": "tool_call", "tool_name": "refund", "status": "error", "error_type": "HTTP", "error_message": "422",
            "input_preview": '{"cents":1}', "at": start + 2 * SECOND, "event_id": "x1", "parent_event_id": "r1",
        } | traced,
        talk("Refund me – 日本", "Done.", at=start + 3 * SECOND, parent_event_id="r1", event_id="c2", **traced),
        {"type": "log", "output_preview": "noise", "at": start + 4 * SECOND, "event_id": "l1", "parent_event_id": "r1"}
        | traced,
        talk("x" * 30_000, "y", at=start + MINUTE, session_id="s1", user_id="amy", trace_id="t2", event_id="c3"),
        {
            "type": "message", "session_id": "s1", "at": start + HOUR // 2, "event_id": "m1", "output_preview": "Bye",
            "body": '{"output":{"messages":[{"role":"assistant","parts":[{"type":"text","content":"Bye"}]}]}}',
        },
        {"type": "log", "session_id": "s1", "project_id": "proj_b", "event_id": "foreign"},
        {"type": "log"},
    )  # fmt: skip


def test_a_session_is_its_traces_whole_and_what_stands_beside_them(shelf: Shelf) -> None:
    a_conversation(shelf)
    (item,) = page(shelf)["items"]
    assert item == {
        "session_id": "s1",
        "first_seen": "2025-11-20T11:00:00.000Z",
        "last_seen": "2025-11-20T11:30:00.000Z",
        "duration_ms": 1_800_000.0,
        "turns": 3,
        "traces": 2,
        "events": 7,
        "errors": 1,
        "requests": 3,
        "input_tokens": 60,
        "output_tokens": 21,
        "total_tokens": 81,
        "cost_usd": 1.5,
        "users": ["amy", "zoë"],
        "models": ["gpt-4o"],
        "environment": None,
        "preview": "Refund me – 日本",
    }
    assert one(shelf)["session"] == item
    assert page(shelf, "proj_b")["items"][0]["events"] == 1
    for session_id, project_id in (("nobody's", PROJECT), ("s1", "proj_c"), ("", PROJECT)):
        with pytest.raises(NotFound):
            one(shelf, session_id, project_id)


def test_a_session_is_told_turn_by_turn(shelf: Shelf) -> None:
    a_conversation(shelf)
    first, second, third = one(shelf)["items"]
    assert first["input"] == {"event_id": "c1", "text": "Refund me – 日本", "is_cut": False}
    assert first["output"] == {"event_id": "c2", "text": "Done.", "is_cut": False}
    (tool,), (failure,) = first["tool_calls"], first["failures"]
    assert (tool["event_id"], tool["name"], tool["arguments"], tool["status"]) == (
        "x1",
        "refund",
        '{"cents":1}',
        "error",
    )
    assert (failure["event_id"], failure["type"], failure["message"]) == ("x1", "HTTP", "422")
    assert (first["status"], first["errors"], first["cost_usd"], first["events"]) == ("ok", 1, 1.0, 5)
    assert len(second["input"]["text"]) == LONGEST_TEXT and second["input"]["is_cut"]
    assert (third["trace_id"], third["input"], third["output"]["text"]) == (None, None, "Bye")
    for turn in (first, second):
        (listed,) = trace_items(shelf, turn["trace_id"])
        assert {name: turn[name] for name in listed} == listed


def trace_items(shelf: Shelf, trace_id: str) -> list[dict[str, Any]]:
    question = TraceQuestion.from_params([("trace_id", trace_id)], PROJECT, NOW)
    return list(Traces(shelf.store, Cursors(b"secret")).page(question)["items"])


def test_a_tools_result_is_no_answer_and_a_failed_try_no_root(shelf: Shelf) -> None:
    traced = {"trace_id": "t9", "session_id": "s9"}
    shelf.put(
        {"type": "message", "name": "asked", "input_preview": "list files", "at": NOW - HOUR, "event_id": "m1"} | traced,
        {"type": "error", "status": "error", "duration_ms": 5.0, "at": NOW - HOUR + SECOND, "event_id": "e1"} | traced,
        {
            "type": "tool_call", "tool_name": "ls", "input_preview": "{}", "output_preview": "a.txt",
            "duration_ms": 3.0, "at": NOW - HOUR + 2 * SECOND, "event_id": "x1", "parent_event_id": "m1",
        } | traced,
    )  # fmt: skip
    (turn,) = one(shelf, "s9")["items"]
    assert (turn["name"], turn["input"]["text"], turn["output"]) == ("asked", "list files", None)
    assert [tool["result"] for tool in turn["tool_calls"]] == ["a.txt"]


def test_turns_go_on_in_the_next_answer(shelf: Shelf) -> None:
    shelf.put(*({"session_id": "s1", "trace_id": f"t{n // 2}", "at": NOW - n * SECOND} for n in range(40)))
    shelf.put({"session_id": "s2"})
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = one(shelf, limit=7, **cursor)
        seen += [turn["trace_id"] for turn in answer["items"]]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}
    assert seen == [f"t{n}" for n in range(19, -1, -1)]
    with pytest.raises(InvalidInput):
        one(shelf, "s2", **cursor)


def test_rollups_without_calls_count_in_sessions_as_in_traces(shelf: Shelf) -> None:
    used = {"usage_scope": "rollup", "input_tokens": 40, "total_tokens": 40, "cost": Decimal(2), "session_id": "s1"}
    shelf.put(
        {"type": "agent_action", "trace_id": "t1", "event_id": "a", **used},
        {"type": "agent_action", "trace_id": "t2", "event_id": "b", **used},
        a_call(trace_id="t2", parent_event_id="b", input_tokens=39, total_tokens=39, cost=Decimal(1)),
        {"type": "agent_action", "event_id": "alone", **used},
    )
    shown = one(shelf)
    assert (shown["session"]["input_tokens"], shown["session"]["cost_usd"]) == (40 + 39 + 40, 5.0)
    assert sum(turn["input_tokens"] for turn in shown["items"]) == shown["session"]["input_tokens"]
    assert [turn["is_promoted"] for turn in shown["items"]].count(True) == 2


def test_pages_show_every_session_once_in_every_order(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lynex.query.gathering._PROBED", 10)
    source = random.Random(7)
    last: dict[str, int] = {}
    rows = []
    for number in range(90):
        session_id = f"s{number:02}"
        for _ in range(1 + number % 4):
            at = NOW - source.choice([MINUTE, HOUR, DAY, 60 * DAY]) * source.randrange(1, 4) - number
            last[session_id] = max(at, last.get(session_id, 0))
            rows.append(a_call(session_id=session_id, at=at, user_id=f"u{number % 3}", trace_id=f"t{len(rows) // 2}"))
    source.shuffle(rows)
    shelf.put(*rows)
    newest_first = sorted(last, key=lambda one: (last[one], one), reverse=True)
    assert walked(shelf, limit=11) == newest_first
    assert walked(shelf, limit=50, order="asc") == newest_first[::-1]
    recent = [one for one in newest_first if last[one] >= NOW - 4 * DAY]
    assert 10 < len(recent) < 90 and walked(shelf, limit=7, from_="-4d") == recent
    assert set(walked(shelf, limit=4, user_id="u1")) == {f"s{number:02}" for number in range(1, 90, 3)}
    assert set(walked(shelf, limit=9, min_events=4)) == {f"s{number:02}" for number in range(3, 90, 4)}
    for sort in SESSIONS.sorts:
        assert sorted(walked(shelf, limit=40, sort=sort)) == sorted(last)


def walked(shelf: Shelf, **named: Any) -> list[str]:
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = page(shelf, **named, **cursor)
        seen += [item["session_id"] for item in answer["items"]]
        if answer["next"] is None:
            return seen
        cursor = {"cursor": answer["next"]}
