"""Groups of errors: what counts as one failure, figures, order and pages, and every way a state can change."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lynex.clock import DAY, HOUR, MINUTE, rfc3339
from lynex.control.error_states import ErrorStates
from lynex.errors import InvalidInput, NotFound
from lynex.ingest.own_frame import own_frame
from lynex.query.cursors import Cursors
from lynex.query.error_groups import ErrorGroups, ErrorQuestion, ErrorsQuestion
from tests.conftest import HandClock
from tests.control_room import open_records
from tests.query.conftest import NOW, PROJECT, Shelf, params

A, B, C = "a" * 16, "b" * 16, "c" * 16
TRACE = "f" * 32


class Desk:
    """Asks about the errors on a shelf, and decides about them."""

    def __init__(self, shelf: Shelf, states: ErrorStates) -> None:
        self.shelf = shelf
        self.states = states
        self.groups = ErrorGroups(shelf.store, states, Cursors(b"secret"), own_frame)

    def page(self, project_id: str = PROJECT, now: int = NOW, **named: Any) -> dict[str, Any]:
        return self.groups.page(ErrorsQuestion.from_params(params(**named), project_id, now))

    def one(self, group: str, project_id: str = PROJECT, **named: Any) -> dict[str, Any]:
        return self.groups.one(ErrorQuestion.from_params(params(**named), project_id, NOW, group))

    def counts(self, **named: Any) -> dict[str, int]:
        return {item["id"]: item["count"] for item in self.page(**named)["items"]}


@pytest.fixture
def desk(shelf: Shelf, tmp_path: Path, clock: HandClock) -> Iterator[Desk]:
    records = open_records(tmp_path / "accounts", clock)
    records.projects.create("Shop", project_id=PROJECT)
    yield Desk(shelf, records.error_states)
    records.database.close()


def failed(group: str = A, span: int | None = None, **facts: Any) -> dict[str, Any]:
    row = {"type": "tool_call", "status": "error", "level": "error", "error_group": group, "error_message": "no"}
    if span is not None:
        row |= {"trace_id": TRACE, "span_id": f"{span:016x}", "event_id": f"{TRACE}:{span:016x}"}
    return row | facts


def told(group: str = A, span: int = 1, number: int = 0, **facts: Any) -> dict[str, Any]:
    """An exception record of a span."""
    place = {"trace_id": TRACE, "span_id": f"{span:016x}", "event_id": f"log:{span}-{number}-{group}"}
    return failed(group) | {"type": "error"} | place | facts


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_a_failed_span_and_its_exception_records_are_one_failure_whichever_comes_first(desk: Desk, order) -> None:
    rows = [failed(A, span=1, error_message=None), told(B, span=1), told(C, span=1, number=2, error_message=None)]
    desk.shelf.put(*(rows[number] for number in order))
    assert desk.counts() == {B: 1}, "the group is told by the record with a message"
    assert desk.counts(type="tool_call") == desk.counts(type="error") == {B: 1}
    assert [desk.one(group)["count"] for group in (A, B, C)] == [0, 1, 0], "alone as in the list"


def test_a_span_that_says_what_happened_decides_its_group_itself(desk: Desk) -> None:
    desk.shelf.put(told(B, span=1), failed(A, span=1), failed(A, span=2), told(A, span=2))
    assert desk.counts() == {A: 2}
    assert desk.one(B)["count"] == 0


def test_records_of_a_span_that_did_not_fail_count_once_for_each_problem(desk: Desk) -> None:
    span = failed(None, span=1, status="ok", level=None, error_message=None)
    desk.shelf.put(span, told(A, number=1), told(A, number=2), told(B), told(A, span=2))
    assert desk.counts() == {A: 2, B: 1}


def test_failures_outside_spans_stand_for_themselves(desk: Desk) -> None:
    desk.shelf.put(failed(A), failed(A), failed(A, trace_id=TRACE), failed(B, type="log"), {"type": "log"})
    assert desk.counts() == {A: 3, B: 1}


def test_an_item_says_what_failed_for_whom_and_since_when(desk: Desk) -> None:
    old = failed(A, at=NOW - 90 * DAY, release="1.0", error_type="OldError", error_message="old words", user_id="u9")
    older = failed(A, at=NOW - 91 * DAY, release=None)
    desk.shelf.put(older, old)
    for day, (user, release, model) in enumerate([("u1", "2.0", "gpt-4o"), ("u1", "2.1", None), ("u2", None, "gpt-5")]):
        facts = {"user_id": user, "release": release, "model": model, "trace_id": f"{day:032x}"}
        desk.shelf.put(
            failed(A, at=NOW - (3 - day) * DAY, error_type="NewError", error_message=f"words {day}", **facts)
        )
    desk.shelf.put(failed(B, at=NOW - 90 * DAY), {"project_id": "proj_b", "error_group": A, "status": "error"})
    page = desk.page(range_="7d")
    (item,) = page["items"]
    assert item == {
        "id": A,
        "type": "NewError",
        "message": "words 2",
        "place": None,
        "state": "open",
        "reopened_at": None,
        "changed_at": None,
        "changed_by": None,
        "note": None,
        "first_seen": rfc3339(NOW - 91 * DAY),
        "last_seen": rfc3339(NOW - DAY),
        "count": 3,
        "users": 2,
        "traces": 3,
        "models": ["gpt-4o", "gpt-5"],
        "releases": ["2.0", "2.1"],
        "first_release": "1.0",
        "trend": [1 if number in (13, 17, 20) else 0 for number in range(24)],
    }
    assert (page["groups"], page["next"], len(page["buckets"])) == (1, None, 24)
    assert page["buckets"][0] == page["from"] == rfc3339(NOW - 7 * DAY)
    assert desk.counts(from_="-100d") == {A: 5, B: 1}
    assert [one["id"] for one in desk.page(project_id="proj_b")["items"]] == [A]


def test_one_group_shows_the_latest_error_with_events_and_traces(desk: Desk) -> None:
    stack = 'File "/app/shop.py", line 3, in pay'
    body = json.dumps({"error": {"type": "E", "message": "no", "stack": stack}})
    desk.shelf.put(*(failed(A, at=NOW - n * MINUTE, trace_id=f"{n % 3:032x}", event_id=f"e-{n}") for n in range(1, 31)))
    desk.shelf.put(failed(A, span=5, at=NOW - 2, body=body), told(A, span=5, at=NOW - 3))
    one = desk.one(A)
    assert one["error"] == {"type": "E", "message": "no", "stack": stack}
    assert one["place"] == desk.page()["items"][0]["place"] == "shop.py pay"
    assert one["latest_event_id"] == f"{TRACE}:{5:016x}"
    events = [event["eventId"] for event in one["events"]]
    assert events == [f"{TRACE}:{5:016x}"] + [f"e-{n}" for n in range(1, 20)], "the span stands for its record"
    assert [trace["trace_id"] for trace in one["sample_traces"]] == [TRACE, f"{1:032x}", f"{2:032x}", f"{0:032x}"]
    assert one["count"] == 31
    assert desk.one(A, type="error")["count"] == 1
    before = desk.one(A, from_="-10d", to="-9d")
    assert (before["count"], before["events"], before["trend"], before["models"]) == (0, [], [0] * 24, [])
    assert before["error"] == one["error"] and before["last_seen"] == one["last_seen"]
    for group, project in ((B, PROJECT), (A, "proj_b"), ("'; --", PROJECT)):
        with pytest.raises(NotFound):
            desk.one(group, project)
        with pytest.raises(NotFound):
            desk.groups.check(project, [A, group] if project == PROJECT else [group])
    desk.groups.check(PROJECT, [A])


def test_filters_are_those_of_events_and_take_a_failure_by_any_of_its_rows(desk: Desk) -> None:
    desk.shelf.put(
        failed(A, span=1, model="gpt-4o", tags=["x"], environment="prod"),
        told(A, span=1),
        failed(B, model="gpt-5", body='{"error":{"message":"Zebra"}}'),
        failed(B, user_id="u1"),
    )
    assert desk.counts(model="gpt-4o") == desk.counts(tag="x") == desk.counts(environment="prod") == {A: 1}
    assert desk.counts(text="zebra") == {B: 1}
    assert desk.counts(user_id="u1") == {B: 1}
    assert desk.counts(model=["gpt-4o", "gpt-5"]) == {A: 1, B: 1}
    assert desk.counts(model="none") == {}


def test_pages_follow_every_order_and_show_each_group_once(desk: Desk) -> None:
    desk.shelf.put(
        *(
            failed(f"{n:016x}", at=NOW - (n * 7 % 11 + 1) * HOUR - again, user_id=f"u{again % (n % 3 + 1)}")
            for n in range(20)
            for again in range(n % 5 + 1)
        )
    )
    for sort in ("last_seen", "first_seen", "count", "users"):
        whole = [(item[sort], item["id"]) for item in desk.page(sort=sort, limit=1000)["items"]]
        assert [value for value, _ in whole] == sorted((value for value, _ in whole), reverse=True)
        upward = [(item[sort], item["id"]) for item in desk.page(sort=sort, order="asc", limit=1000)["items"]]
        assert upward == sorted(whole)
        seen, cursor = [], {}
        while True:
            page = desk.page(sort=sort, limit=7, **cursor)
            assert page["groups"] == 20, "how many match, on every page"
            seen += [(item[sort], item["id"]) for item in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert seen == whole
        assert [item["id"] for item in desk.page(sort=sort, limit=5, offset=10)["items"]] == [
            g for _, g in whole[10:15]
        ]


def test_a_cursor_is_good_for_its_own_question_only(desk: Desk) -> None:
    desk.shelf.put(*(failed(f"{number:016x}") for number in range(5)))
    following = desk.page(limit=2)["next"]
    assert len(desk.page(limit=2, cursor=following)["items"]) == 2
    for other in ({"sort": "count"}, {"state": "open"}, {"model": "x"}, {"order": "asc"}, {"project_id": "proj_b"}):
        with pytest.raises(InvalidInput):
            desk.page(limit=2, cursor=following, **other)


def test_wrong_questions_are_refused_by_name(refused: Any) -> None:
    wrong = {"state": "fixed", "sort": "cost", "order": "up", "limit": "0", "offset": "-1", "colour": "x"}
    codes = {name: f"invalid_{name}" for name in wrong} | {"colour": "unknown_parameter"}
    assert refused(ErrorsQuestion, **wrong) == codes
    assert refused(ErrorsQuestion, cursor="x", offset=1) == {"offset": "invalid_offset"}
    assert refused(ErrorQuestion, sort="count") == {"sort": "unknown_parameter"}


# --- states ---------------------------------------------------------------------------------------------------------

STEPS = ("resolve", "ignore", "reopen", "seen again")
DECIDED = {"resolve": "resolved", "ignore": "ignored", "reopen": "open"}


def test_the_state_after_any_three_steps(desk: Desk, clock: HandClock) -> None:
    """Resolved until it is seen again; ignored and open until somebody decides otherwise."""
    histories = {f"{number:016x}": steps for number, steps in enumerate(itertools.product(STEPS, repeat=3))}
    desk.shelf.put(*(failed(group, received_at=clock.now()) for group in histories))
    expected: dict[str, dict[str, Any]] = {
        group: dict.fromkeys(("reopened_at", "changed_at", "changed_by", "note")) | {"state": "open"}
        for group in histories
    }
    for number in range(3):
        clock.forward(minutes=1)
        again = []
        for group, steps in histories.items():
            now = expected[group]
            if steps[number] == "seen again":
                again.append(failed(group, received_at=clock.now()))
                if now["state"] == "resolved":
                    now |= {"state": "open", "reopened_at": rfc3339(clock.now())}
            else:
                made = desk.states.decide(
                    PROJECT, group, DECIDED[steps[number]], by=f"key_{number}", note=steps[number]
                )
                now |= {"state": made.state, "reopened_at": None, "changed_at": rfc3339(made.changed_at)}
                now |= {"changed_by": made.changed_by, "note": made.note}
        desk.shelf.put(*again)
        items = {item["id"]: item for item in desk.page(limit=1000, now=clock.now())["items"]}
        for group, now in expected.items():
            assert {name: items[group][name] for name in now} == now, histories[group][: number + 1]
        for asked in ("open", "resolved", "ignored"):
            wanted = {group for group, now in expected.items() if now["state"] == asked}
            assert set(desk.counts(state=asked, limit=1000)) == wanted
    for group in list(histories)[::9]:
        one = desk.one(group)
        assert {name: one[name] for name in expected[group]} == expected[group]


def test_what_was_on_its_way_when_it_was_resolved_does_not_reopen_it(desk: Desk, clock: HandClock) -> None:
    desk.shelf.put(failed(A, received_at=clock.now()))
    desk.states.decide(PROJECT, A, "resolved", by="local")
    desk.shelf.put(failed(A, received_at=clock.now(), at=clock.now() + MINUTE))
    assert desk.page()["items"][0]["state"] == "resolved"
    clock.forward(seconds=0.000001)
    desk.shelf.put(failed(A, received_at=clock.now(), at=clock.now() - 30 * DAY))
    assert desk.page()["items"][0]["state"] == "open", "an old event that arrives now was seen now"


def test_a_failure_that_arrives_after_the_asked_range_still_reopens(desk: Desk, clock: HandClock) -> None:
    desk.shelf.put(failed(A, at=NOW - 5 * DAY, received_at=NOW - 5 * DAY))
    desk.states.decide(PROJECT, A, "resolved", by="local")
    clock.forward(hours=1)
    desk.shelf.put(failed(A, at=clock.now(), received_at=clock.now()))
    (item,) = desk.page(from_="-7d", to="-2d")["items"]
    assert (item["state"], item["count"], item["last_seen"]) == ("open", 1, rfc3339(clock.now()))


def test_the_page_counts_the_groups_of_each_state_even_where_it_shows_none(desk: Desk, clock: HandClock) -> None:
    assert desk.page()["states"] == {"open": 0, "regressed": 0, "resolved": 0, "ignored": 0}
    desk.shelf.put(failed(A, received_at=clock.now()), failed(B), failed(C), failed("d" * 16))
    desk.states.decide_all(PROJECT, [A, B], "resolved", by="local")
    clock.forward(minutes=1)
    desk.shelf.put(failed(A, received_at=clock.now(), user_id="u1"))
    counts = {"open": 3, "regressed": 1, "resolved": 1, "ignored": 0}
    for state, found in (("ignored", []), ("regressed", [A]), ("resolved", [B])):
        page = desk.page(state=state)
        assert (page["states"], page["groups"]) == (counts, len(found))
        assert [item["id"] for item in page["items"]] == found
    assert set(desk.counts(state=["open", "regressed"])) == {A, C, "d" * 16}
    assert desk.page(user_id="u1")["states"] == {"open": 1, "regressed": 1, "resolved": 0, "ignored": 0}


def test_one_group_tells_who_and_what_most_of_it_is_about(desk: Desk) -> None:
    for number in range(15):
        facts = {"user_id": f"u{number % 12:02}", "release": "2.1" if number > 10 else "2.0", "model": None}
        desk.shelf.put(failed(A, at=NOW - (20 - number) * HOUR, environment="prod", **facts))
    desk.shelf.put(failed(B, user_id="else"))
    shares = desk.one(A)["shares"]
    assert [(one["key"], one["count"]) for one in shares["user"]] == [
        (f"u{number:02}", 2 if number < 3 else 1) for number in range(10)
    ]
    assert [(one["key"], one["count"], one["first_seen"]) for one in shares["release"]] == [
        ("2.0", 11, rfc3339(NOW - 20 * HOUR)),
        ("2.1", 4, rfc3339(NOW - 9 * HOUR)),
    ]
    assert (shares["model"], [one["count"] for one in shares["environment"]]) == ([], [15])
    assert [one["count"] for one in desk.one(A, release="2.1")["shares"]["release"]] == [4]


def test_one_group_tells_what_fails_together_with_it(desk: Desk) -> None:
    for number in range(3):
        trace = {"trace_id": f"{number:032x}"}
        desk.shelf.put(failed(A, **trace), failed(A, **trace), failed(B, error_type="Outer", **trace))
    desk.shelf.put(failed(C, trace_id=f"{0:032x}"), failed(C, trace_id=f"{9:032x}"), failed(A), failed(C))
    desk.shelf.put(failed(A, span=1, error_message=None), told("d" * 16, span=1))
    beside = [(one["id"], one["type"], one["traces"]) for one in desk.one(A)["beside"]]
    assert beside == [(B, "Outer", 3), (C, None, 1)], "what tells of the same failure is not beside it"
    assert [one["id"] for one in desk.one(C)["beside"]] == [A, B]
    assert desk.one(A, from_="-10d", to="-9d")["beside"] == []


def test_states_are_asked_for_together_and_are_each_projects_own(desk: Desk) -> None:
    desk.shelf.put(failed(A), failed(B), failed(C), failed(A, project_id="proj_b"))
    desk.states.decide(PROJECT, A, "resolved", by="local")
    desk.states.decide(PROJECT, B, "ignored", by="local")
    assert set(desk.counts()) == {A, B, C}
    assert set(desk.counts(state=["resolved", "ignored"])) == {A, B}
    assert set(desk.counts(state="open")) == {C}
    assert [item["state"] for item in desk.page(project_id="proj_b")["items"]] == ["open"]
    assert desk.page(state="open", limit=1)["groups"] == 1
