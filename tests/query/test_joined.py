"""Log events meet their span when it is read, whichever came first; what the span says itself stands."""

from typing import Any

import msgspec
import pytest

from lynex.clock import DAY, HOUR
from lynex.query.joined import MOST
from lynex.query.lookup import Lookup
from tests.query.conftest import NOW, PROJECT, Shelf, a_call

TRACE, SPAN = "f" * 32, "5" * 16
ID = f"{TRACE}:{SPAN}"
DETAILS = "gen_ai.client.inference.operation.details"


def a_span(**body: Any) -> dict[str, Any]:
    place = {"event_id": ID, "trace_id": TRACE, "span_id": SPAN, "at": NOW - HOUR}
    return a_call(**place, body=msgspec.json.encode(body).decode())


def a_record(kind: str, event_id: str, after: int = 0, name: str | None = None, **body: Any) -> dict[str, Any]:
    place = {"event_id": event_id, "trace_id": TRACE, "span_id": SPAN, "parent_event_id": ID}
    return place | {"type": kind, "name": name, "at": NOW - HOUR + after, "body": msgspec.json.encode(body).decode()}


def said(role: str, text: str) -> dict[str, Any]:
    return {"messages": [{"role": role, "parts": [{"type": "text", "content": text}]}]}


MESSAGES = (
    a_record("message", "log:1", 1, "gen_ai.system.message", input=said("system", "Be kind.")),
    a_record("message", "log:2", 2, "gen_ai.user.message", input=said("user", "Hello")),
    a_record("message", "log:3", 3, "gen_ai.choice", output=said("assistant", "Hi")),
)
EXCEPTION = a_record("error", "log:4", 4, error={"type": "ValueError", "message": "no", "stack": "at x"})
SCORE = a_record("eval_metric", "log:5", 5 * DAY, eval={"name": "kind", "score": 0.9, "target": {"event_id": ID}})


@pytest.mark.parametrize("place", range(4))
def test_a_bare_span_is_completed_by_its_records_whichever_came_first(shelf: Shelf, place: int) -> None:
    rows = [MESSAGES[2], EXCEPTION, MESSAGES[0], SCORE, MESSAGES[1], a_record("log", "log:6", 6, message="x")]
    rows.insert(place * 2, a_span(model={"request": "gpt-4o"}))
    for row in rows:
        shelf.put(row)
    event = shelf.events.one(PROJECT, ID)
    assert event["body"] == {
        "model": {"request": "gpt-4o"},
        "input": {"messages": said("system", "Be kind.")["messages"] + said("user", "Hello")["messages"]},
        "output": said("assistant", "Hi"),
        "error": {"type": "ValueError", "message": "no", "stack": "at x"},
        "evaluations": [{"eventId": "log:5", "name": "kind", "score": 0.9}],
    }
    assert event["joined_from"] == {
        "input": ["log:1", "log:2"],
        "output": ["log:3"],
        "error": ["log:4"],
        "evaluations": ["log:5"],
    }
    assert [(one["eventId"], one["type"]) for one in event["joined"]] == [
        ("log:1", "message"), ("log:2", "message"), ("log:3", "message"), ("log:4", "error"), ("log:6", "log"), ("log:5", "eval_metric"),
    ]  # fmt: skip


def test_what_the_span_says_is_never_changed(shelf: Shelf) -> None:
    own = {
        "input": said("user", "mine"),
        "output": {"value": 7},
        "system_instructions": [{"type": "text", "content": "s"}],
        "error": {"type": "KeyError", "message": "'x'"},
        "evaluations": [{"name": "own", "score": 1}],
    }
    details = a_record("message", "log:9", 9, DETAILS, input=said("user", "theirs"), output=said("assistant", "theirs"))
    shelf.put(a_span(**own), *MESSAGES, EXCEPTION, SCORE, details)
    event = shelf.events.one(PROJECT, ID)
    assert event["body"] == own | {
        "evaluations": [*own["evaluations"], {"eventId": "log:5", "name": "kind", "score": 0.9}]
    }
    assert event["joined_from"] == {"evaluations": ["log:5"]}
    assert len(event["joined"]) == 6


def test_a_record_of_the_whole_call_goes_before_single_messages_and_the_last_one_counts(shelf: Shelf) -> None:
    first = a_record("message", "log:7", 7, DETAILS, input=said("user", "one"), system_instructions=[{"content": "s"}])
    last = a_record("message", "log:8", 8, DETAILS, input=said("user", "two"))
    shelf.put(last, *MESSAGES, first, a_span())
    event = shelf.events.one(PROJECT, ID)
    assert event["body"] == {
        "system_instructions": [{"content": "s"}],
        "input": said("user", "two"),
        "output": said("assistant", "Hi"),
    }
    assert event["joined_from"] == {"system_instructions": ["log:7"], "input": ["log:8"], "output": ["log:3"]}


@pytest.mark.parametrize(
    ("own", "whole"),
    [
        ({"type": "ValueError"}, {"type": "ValueError", "message": "no", "stack": "at x"}),
        ({"message": "mine"}, {"message": "mine", "type": "ValueError", "stack": "at x"}),
        ({"type": "builtins.ValueError", "message": "mine"}, {"type": "builtins.ValueError", "message": "mine", "stack": "at x"}),
        ({"type": "429", "message": ""}, {"type": "429", "message": "", "stack": "at x"}),
        ({"type": "KeyError", "message": "mine"}, {"type": "KeyError", "message": "mine"}),
    ],
)  # fmt: skip
def test_an_error_gains_what_it_lacks_unless_the_record_is_another_exception(shelf: Shelf, own, whole) -> None:
    shelf.put(a_span(error=own), EXCEPTION)
    event = shelf.events.one(PROJECT, ID)
    assert event["body"]["error"] == whole
    assert event["joined_from"] == ({} if own == whole else {"error": ["log:4"]})


def test_the_last_exception_is_the_one_it_failed_with(shelf: Shelf) -> None:
    shelf.put(a_record("error", "log:8", 8, error={"type": "Last"}), a_span(), EXCEPTION)
    assert shelf.events.one(PROJECT, ID)["body"]["error"] == {"type": "Last"}


def test_children_and_strangers_are_not_joined(shelf: Shelf) -> None:
    child = {"event_id": f"{TRACE}:{'6' * 16}", "trace_id": TRACE, "span_id": "6" * 16, "parent_event_id": ID}
    shelf.put(
        a_span(),
        child | {"type": "message", "body": '{"input":{"messages":[1]}}'},
        child | {"type": "tool_call", "event_id": "t"},
        EXCEPTION | {"project_id": "proj_b"},
        EXCEPTION | {"event_id": "other trace", "trace_id": "e" * 32},
        EXCEPTION | {"event_id": "other span", "parent_event_id": f"{TRACE}:{'7' * 16}"},
        SCORE | child | {"event_id": f"{TRACE}:{'8' * 16}", "span_id": "8" * 16},
    )
    event = shelf.events.one(PROJECT, ID)
    assert [one["eventId"] for one in event["joined"]] == [f"{TRACE}:{'8' * 16}"], (
        "a score is a record wherever it is from"
    )
    assert set(event["joined_from"]) == {"evaluations"}


def test_events_outside_traces_are_joined_by_their_parent(shelf: Shelf) -> None:
    shelf.put(
        {"event_id": "call-1", "type": "model_response"},
        {"type": "eval_metric", "parent_event_id": "call-1", "body": '{"eval":{"score":1}}'},
    )
    event = shelf.events.one(PROJECT, "call-1")
    assert event["body"] == {"evaluations": [{"eventId": "e2", "score": 1}]}


def test_records_themselves_and_spans_without_any_are_answered_as_they_are(shelf: Shelf) -> None:
    shelf.put(a_span(input={"value": 1}), a_record("log", "log:6", message="x"))
    record = shelf.events.one(PROJECT, "log:6")
    assert "joined" not in record and record["body"] == {"message": "x"}
    shelf.put({"event_id": "alone", "type": "span"})
    alone = shelf.events.one(PROJECT, "alone")
    assert (alone["joined"], alone["joined_from"]) == ([], {})


def test_plain_logs_give_way_where_there_are_too_many(shelf: Shelf) -> None:
    logs = (a_record("log", f"log:n{number}", number, message="x") for number in range(MOST + 50))
    shelf.put(*logs, a_span(), *MESSAGES, EXCEPTION, SCORE)
    event = shelf.events.one(PROJECT, ID)
    kinds = [one["type"] for one in event["joined"]]
    assert len(kinds) == MOST and kinds.count("log") == MOST - 5
    assert event["joined_left_out"] == 55
    assert set(event["joined_from"]) == {"input", "output", "error", "evaluations"}


@pytest.mark.parametrize(
    "odd", [{"error": "text"}, {"error": None, "input": None}, {"evaluations": "none"}, {"input": {}}]
)
def test_odd_bodies_break_nothing(shelf: Shelf, odd: dict[str, Any]) -> None:
    odd_records = [
        a_record("message", "o1", input="text", output=[1], system_instructions=3),
        a_record("message", "o2", name=DETAILS, input=[], output=None),
        a_record("error", "o3", error="text"),
        a_record("eval_metric", "o4", eval=[1]),
        a_record("error", "o5"),
    ]
    shelf.put(a_span(**odd), *odd_records)
    event = shelf.events.one(PROJECT, ID)
    assert len(event["joined"]) == 5
    assert {name: event["body"].get(name) for name in odd if odd[name]} == {
        name: odd[name] for name in odd if odd[name]
    }


def test_events_looked_up_together_are_completed_like_one_alone(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    other, native = f"{TRACE}:{'6' * 16}", a_call(event_id="n1", at=NOW - HOUR)
    beside_another = EXCEPTION | {"parent_event_id": other}
    shelf.put(a_span(), *MESSAGES, SCORE, beside_another, EXCEPTION | {"project_id": "proj_b"}, native)
    shelf.put(a_span() | {"event_id": other, "span_id": "6" * 16}, a_record("message", "log:9") | {"trace_id": "t2"})
    ids = [other, "log:1", ID, "n1", "log:4"]
    lookup = Lookup(shelf.store)
    alone = [shelf.events.one(PROJECT, event_id) for event_id in ids]
    assert lookup.events(PROJECT, ids)["items"] == alone
    assert lookup.events(PROJECT, [ID, other], TRACE)["items"] == [alone[2], alone[0]]
    assert alone[0]["body"]["error"]["type"] == "ValueError" and len(alone[2]["joined"]) == 4
    monkeypatch.setattr("lynex.query.joined.MOST_TOGETHER", 3)
    fewer = lookup.events(PROJECT, [ID, other])["items"]
    assert sum(len(one["joined"]) + one.get("joined_left_out", 0) for one in fewer) == 5
    assert sum(len(one["joined"]) for one in fewer) == 3
