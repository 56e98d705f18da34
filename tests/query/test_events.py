"""Lists of events and one event."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from lynex.clock import DAY, HOUR, MINUTE
from lynex.errors import InvalidInput, NotFound
from lynex.query.cursors import Cursors
from lynex.query.events import EventQuestion, Events
from lynex.store.contract import Cancel, Cancelled
from tests.query.conftest import NOW, PROJECT, Shelf, a_call, params


def test_the_newest_come_first_and_equal_times_are_ordered_by_id(shelf: Shelf) -> None:
    shelf.put({"at": NOW - 5}, {"at": NOW - 1}, {"at": NOW - 3, "event_id": "a"}, {"at": NOW - 3, "event_id": "b"})
    assert shelf.ids() == ["e2", "b", "a", "e1"]
    assert shelf.page()["next"] is None


def test_a_list_item_has_no_long_contents_and_one_event_has_all(shelf: Shelf) -> None:
    body = {"input": {"messages": ["long"]}, "output": {"value": "x"}, "usage": {"input_tokens": 5, "scope": "call"}}
    row = a_call(
        body=msgspec.json.encode(body).decode(),
        cost=Decimal("0.000000012345"),
        cost_source="computed",
        input_tokens=5,
        user_id="u1",
        tags=["rag"],
        attrs='{"tenant":"t1","n":3}',
        sent_at=NOW - 7,
        at=NOW - 7,
    )
    shelf.put(row)
    item = shelf.page()["items"][0]
    assert "input" not in item["body"]
    assert item["body"]["cost"] == {"total": 1.2345e-08, "source": "computed"}
    assert item["timestamp"] == item["at"] == "2025-11-20T11:59:59.999993Z"
    assert item["context"] == {"user_id": "u1", "tags": ["rag"], "metadata": {"tenant": "t1", "n": 3}}
    assert shelf.page(fields="input,usage")["items"][0]["body"] == item["body"] | {
        "input": {"messages": ["long"]},
        "usage": {"input_tokens": 5, "scope": "call"},
    }
    assert shelf.page(fields="body")["items"][0]["body"] == body
    assert shelf.events.one(PROJECT, "e1")["body"] == body


def test_an_event_of_another_project_is_not_found(shelf: Shelf) -> None:
    shelf.put({"event_id": "theirs", "project_id": "proj_b"}, {"event_id": "ours"})
    assert shelf.ids() == ["ours"]
    for unknown in ("theirs", "nobody's", "'; DROP TABLE events; --"):
        with pytest.raises(NotFound):
            shelf.events.one(PROJECT, unknown)


def test_one_event_is_found_however_old_it_is(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lynex.query.events._STRETCHES", (3, 10, 1 << 62))
    shelf.put(*({"at": NOW - number} for number in range(40)))
    for number in (40, 38, 37, 31, 30, 1):
        assert shelf.events.one(PROJECT, f"e{number}")["eventId"] == f"e{number}"
    with pytest.raises(NotFound):
        shelf.events.one(PROJECT, "e41")


def test_a_question_can_be_given_up(shelf: Shelf) -> None:
    shelf.put(*({} for _ in range(1000)))
    given_up = Cancel()
    given_up.cancel()
    with pytest.raises(Cancelled):
        for _ in range(1000):
            shelf.events.page(EventQuestion.from_params([], PROJECT, NOW), given_up)


def test_pages_by_cursor_show_every_event_once_while_newer_ones_arrive(shelf: Shelf) -> None:
    source = random.Random(1)
    ages = [source.choice([MINUTE, HOUR, 3 * DAY, 200 * DAY]) * source.randrange(1, 4) for _ in range(120)]
    shelf.put(*({"at": NOW - age} for age in ages))
    expected = shelf.ids(limit=1000)
    assert len(expected) == 120
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = shelf.page(limit=7, now=NOW + len(seen) * MINUTE, **cursor)
        seen += [item["eventId"] for item in page["items"]]
        shelf.put({"at": NOW + len(seen)})
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == expected


def test_a_relative_range_does_not_move_between_pages(shelf: Shelf) -> None:
    shelf.put(*({"at": NOW - minute * MINUTE} for minute in range(1, 60)))
    first = shelf.page(from_="-1h", limit=30)
    rest = shelf.page(from_="-1h", limit=50, cursor=first["next"], now=NOW + 50 * MINUTE)
    assert len(first["items"]) + len(rest["items"]) == 59


def test_offset_skips_and_reaches_no_further_than_it_may(shelf: Shelf, refused: Callable[..., dict[str, str]]) -> None:
    shelf.put(*({"at": NOW - number} for number in range(1, 30)))
    assert shelf.ids(offset=5, limit=3) == shelf.ids(limit=8)[5:]
    assert shelf.page(offset=29)["items"] == []
    following = shelf.page(limit=3, offset=5)["next"]
    assert shelf.ids(limit=2, cursor=following) == shelf.ids(limit=10)[8:10]
    for offset in ("10001", "-1", "x"):
        assert refused(EventQuestion, offset=offset) == {"offset": "invalid_offset"}
    assert refused(EventQuestion, offset=3, cursor="abc") == {"offset": "invalid_offset"}


@pytest.mark.parametrize("limit", ["-1", "0", "1e9", "abc", "1001", "", " 5", "+5", "٣", ["5", "5"], "9" * 5000])
def test_limits_outside_1_to_1000_are_refused(refused: Callable[..., dict[str, str]], limit: Any) -> None:
    assert refused(EventQuestion, limit=limit) == {"limit": "invalid_limit"}


def test_a_cursor_is_good_only_for_its_own_question(shelf: Shelf) -> None:
    shelf.put(*({"at": NOW - number} for number in range(1, 10)))
    cursor = shelf.page(limit=2, type="log", from_="-7d")["next"]
    assert shelf.page(limit=5, type="log", from_="-7d", cursor=cursor)["items"]
    flipped = [cursor[:at] + chr(ord(cursor[at]) ^ 1) + cursor[at + 1 :] for at in range(len(cursor))]
    for forged in [*flipped, cursor[:-1], cursor + "A", cursor + "=", "", "AAAA", "é", "x" * 2000, " " + cursor]:
        with pytest.raises(InvalidInput) as caught:
            shelf.page(type="log", from_="-7d", cursor=forged)
        assert caught.value.code == "invalid_cursor"
    elsewhere = [
        {"type": "error", "from_": "-7d"},
        {"type": "log", "from_": "-8d"},
        {"type": "log"},
        {"type": "log", "from_": "-7d", "project_id": PROJECT, "tag": "x"},
    ]
    for question in elsewhere:
        with pytest.raises(InvalidInput):
            shelf.page(cursor=cursor, **question)
    with pytest.raises(InvalidInput):
        shelf.page(project_id="proj_b", type="log", from_="-7d", cursor=cursor)
    stranger = Events(shelf.store, Cursors(b"other secret"))
    with pytest.raises(InvalidInput):
        stranger.page(EventQuestion.from_params(params(type="log", from_="-7d", cursor=cursor), PROJECT, NOW))


def test_parameters_nobody_knows_are_refused_with_the_nearest_name() -> None:
    hostile = params(order_by="timestamp; drop table", modle="x", sort="body.a'", fields="input,secret")
    with pytest.raises(InvalidInput) as caught:
        EventQuestion.from_params(hostile, PROJECT, NOW)
    faults = {fault.field: fault for fault in caught.value.faults}
    assert {name: fault.code for name, fault in faults.items()} == {
        "order_by": "unknown_parameter",
        "modle": "unknown_parameter",
        "sort": "unknown_parameter",
        "fields": "invalid_fields",
    }
    assert "'model'" in faults["modle"].message
