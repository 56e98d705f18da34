"""Traces: which are listed and in which order, what they sum to, and how one is arranged."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from lynex.clock import DAY, HOUR, MINUTE, SECOND
from lynex.errors import InvalidInput, NotFound
from lynex.query.cursors import Cursors
from lynex.query.lookup import Lookup
from lynex.query.trace_detail import TraceDetailQuestion
from lynex.query.traces import TRACES, TraceQuestion, Traces
from tests.query.conftest import NOW, PROJECT, Shelf, a_call, params

TRACE = "ab" * 16


def page(shelf: Shelf, project_id: str = PROJECT, now: int = NOW, **named: Any) -> dict[str, Any]:
    question = TraceQuestion.from_params(params(**named), project_id, now)
    return Traces(shelf.store, Cursors(b"secret")).page(question)


def listed(shelf: Shelf, **named: Any) -> list[str]:
    return [item["trace_id"] for item in page(shelf, **named)["items"]]


def one(shelf: Shelf, trace_id: str = TRACE, project_id: str = PROJECT, **named: Any) -> dict[str, Any]:
    question = TraceDetailQuestion.from_params(params(**named), project_id, trace_id)
    return Traces(shelf.store, Cursors(b"secret")).one(question)


def a_span(name: str, parent: str | None = None, **facts: Any) -> dict[str, Any]:
    """An event of `TRACE`; spans are known by their names here."""
    at = NOW - HOUR + facts.pop("after", 0) * SECOND
    row = {"type": "span", "event_id": span_id(name), "name": name, "trace_id": TRACE, "at": at, "duration_ms": 1000.0}
    return row | {"parent_event_id": None if parent is None else span_id(parent)} | facts


def span_id(name: str) -> str:
    return f"{TRACE}:{name.encode().hex():0>16}"


def a_rollup(name: str, parent: str | None, tokens: int, **facts: Any) -> dict[str, Any]:
    used = {"input_tokens": tokens, "output_tokens": 1, "total_tokens": tokens + 1, "cost": Decimal(tokens)}
    return a_span(name, parent, **({"type": "agent_action", "usage_scope": "rollup"} | used | facts))


def called(name: str, parent: str | None, tokens: int, **facts: Any) -> dict[str, Any]:
    return a_rollup(name, parent, tokens, **({"type": "model_response", "usage_scope": "call"} | facts))


def outline(shown: dict[str, Any]) -> str:
    """Names in order, two points a level."""
    events, names = shown["events"], shown["dictionaries"]["names"]
    depths: list[int] = []
    for parent in events["parent"]:
        depths.append(0 if parent < 0 else depths[parent] + 1)
    return " ".join(".." * depth + names[name] for depth, name in zip(depths, events["name"], strict=True))


def marked(shown: dict[str, Any], mark: str) -> list[str]:
    return [shown["dictionaries"]["names"][shown["events"]["name"][row]] for row in shown["marks"][mark]]


def test_a_trace_is_told_in_one_line(shelf: Shelf) -> None:
    user = {"session_id": "s1", "user_id": "Zoë", "environment": "prod", "release": "2", "service_name": "shop"}
    shelf.put(
        called("call", "root", 20, after=1, model="gpt-4o", tags=["rag"], status="error", span_id="b"),
        a_span("exception", "call", after=1, type="error", duration_ms=None, status="error", span_id="b"),
        a_span("note", None, type="log", duration_ms=None, after=-1),
        a_span("root", None, duration_ms=4000.0, tags=["vip", "rag"], **user),
        called("again", "root", 7, after=9, model="o3", usage_scope="duplicate"),
        {"type": "log", "trace_id": TRACE, "project_id": "proj_b", "event_id": span_id("root")},
        {"type": "log"},
    )
    (item,) = page(shelf)["items"]
    assert item == {
        "trace_id": TRACE,
        "name": "root",
        "type": "span",
        "root_event_id": span_id("root"),
        "start": "2025-11-20T10:59:59.000Z",
        "end": "2025-11-20T11:00:10.000Z",
        "duration_ms": 11_000.0,
        "status": "ok",
        "events": 5,
        "errors": 1,
        "requests": 1,
        "models": ["gpt-4o", "o3"],
        "input_tokens": 20,
        "output_tokens": 1,
        "total_tokens": 21,
        "cost_usd": 20.0,
        "is_promoted": False,
        "session_id": "s1",
        "user_id": "Zoë",
        "environment": "prod",
        "release": "2",
        "service": "shop",
        "tags": ["rag", "vip"],
    }
    assert one(shelf)["trace"] == item
    assert page(shelf, "proj_b")["items"][0]["events"] == 1
    for unknown in ("", "nobody's", "'; --", "é"):
        with pytest.raises(NotFound):
            one(shelf, unknown)
    with pytest.raises(NotFound):
        one(shelf, project_id="proj_c")


def test_until_a_root_arrives_the_first_event_stands_for_it(shelf: Shelf) -> None:
    shelf.put(a_span("second", "root", after=2), a_span("first", "root", after=1, status="error"))
    (item,) = page(shelf)["items"]
    assert (item["name"], item["root_event_id"], item["status"]) == ("first", None, "error")
    shelf.put(a_span("root", after=3))
    (item,) = page(shelf)["items"]
    assert (item["name"], item["root_event_id"], item["status"]) == ("root", span_id("root"), "ok")


@pytest.mark.parametrize(
    ("rows", "tokens", "counted"),
    [
        ([a_rollup("agent", None, 40), called("a", "agent", 20), called("b", "agent", 20)], 40, []),
        ([a_rollup("agent", None, 40), a_span("step", "agent")], 40, ["agent"]),
        ([a_rollup("outer", None, 40), a_rollup("inner", "outer", 20), a_rollup("other", "outer", 20)], 40, ["outer"]),
        ([a_rollup("outer", None, 60), called("a", "outer", 20), a_rollup("dark", "outer", 30)], 50, ["dark"]),
        ([a_rollup("one", None, 40), a_rollup("two", None, 2)], 42, ["one", "two"]),
        # The call of a duplicate stands elsewhere; an orphan that began meanwhile may belong below.
        (
            [a_rollup("chain", None, 20), called("d", "chain", 20, usage_scope="duplicate"), called("c", None, 20)],
            20,
            [],
        ),
        ([a_rollup("agent", None, 40, duration_ms=9000.0), called("a", "lost", 20, after=5)], 20, []),
        ([a_rollup("agent", None, 40, duration_ms=9000.0), called("a", "lost", 20, after=50)], 60, ["agent"]),
        ([a_span("entry", "lost"), a_rollup("agent", "entry", 40), called("a", "entry", 5)], 45, ["agent"]),
        ([a_rollup("ring", "ring", 40)], 40, ["ring"]),
    ],
)
def test_a_rollup_counts_only_where_no_call_is_below_it(
    shelf: Shelf, rows: list[dict[str, Any]], tokens: int, counted: list[str]
) -> None:
    shelf.put(*reversed(rows))
    (item,), shown = page(shelf)["items"], one(shelf)
    assert item == shown["trace"]
    assert (item["input_tokens"], item["cost_usd"], item["is_promoted"]) == (tokens, float(tokens), bool(counted))
    assert marked(shown, "promoted") == counted


def test_huge_traces_count_a_rollup_only_where_nothing_was_called(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lynex.query.trace_facts.MOST_ARRANGED", 2)
    shelf.put(a_rollup("outer", None, 40), a_rollup("inner", "outer", 20), a_span("step", "inner"))
    assert page(shelf)["items"][0]["input_tokens"] == 40 == one(shelf)["trace"]["input_tokens"]
    shelf.put(called("elsewhere", None, 5))
    assert page(shelf)["items"][0]["input_tokens"] == 5 == one(shelf)["trace"]["input_tokens"]


def test_an_unknown_price_is_null_and_a_known_part_is_a_sum(shelf: Shelf) -> None:
    shelf.put(called("new", None, 5, cost=None, cost_source="unknown_model"))
    assert page(shelf)["items"][0]["cost_usd"] is None
    shelf.put(called("known", None, 5))
    assert page(shelf)["items"][0]["cost_usd"] == 5.0


def test_events_stand_below_their_parents_and_none_is_lost(shelf: Shelf) -> None:
    shelf.put(
        a_span("late", "root", after=3),
        a_span("leaf", "b", after=2),
        a_span("told", "b", type="log", duration_ms=None, after=2),
        a_span("b", "root", after=1),
        a_span("root"),
        a_span("second root", after=4),
        a_span("orphan", "gone", after=5),
        a_span("below orphan", "orphan", after=6),
        a_span("self", "self", after=7),
        a_span("x", "z", after=8),
        a_span("y", "x", after=9),
        a_span("z", "y", after=10),
        a_span("off the ring", "z", after=11),
        {"type": "span", "trace_id": TRACE, "event_id": "näh".encode().hex(), "name": "plain id 日本", "at": NOW},
        {"type": "span", "trace_id": TRACE, "project_id": "proj_b", "event_id": span_id("root"), "name": "foreign"},
    )
    shown = one(shelf)
    assert outline(shown) == (
        "root ..b ....leaf ....told ..late second root orphan ..below orphan self x ..y ....z ......off the ring"
        " plain id 日本"
    )
    assert (marked(shown, "orphan"), marked(shown, "cycle"), marked(shown, "attached")) == (
        ["orphan"],
        ["self", "x"],
        ["told"],
    )
    assert shown["outside"] == {"row": [6], "parent": ["~" + f"{b'gone'.hex():0>16}"]}
    assert shown["events"]["id"][0] == "~" + f"{b'root'.hex():0>16}" and shown["events"]["id"][-1] == "6ec3a468"
    assert (shown["events"]["start"][1], shown["events"]["duration"][1]) == (SECOND, SECOND)
    assert shown["total"] == 14 and not shown["truncated"] and shown["next"] is None


def test_ten_thousand_spans_are_about_a_megabyte(shelf: Shelf) -> None:
    source = random.Random(3)
    ids = [f"{source.getrandbits(64):016x}" for _ in range(10_000)]
    rows = []
    for number, own in enumerate(ids):
        row = {
            "event_id": f"{TRACE}:{own}",
            "trace_id": TRACE,
            "parent_event_id": f"{TRACE}:{ids[source.randrange(number)]}" if number else None,
            "at": NOW - HOUR + source.randrange(3600 * SECOND),
            "duration_ms": source.random() * 5000,
            "name": f"step {number % 50}",
            "service_name": "agent",
            "kind": "llm",
        }
        if number % 3 == 0:
            used = {"input_tokens": source.randrange(9000), "output_tokens": source.randrange(900), "ttft_ms": 312.5}
            row = a_call(**row, **used, cost=Decimal(source.randrange(10**6)).scaleb(-8), finish_reason="stop")
        elif number % 3 == 1:
            row |= {"type": "tool_call", "tool_name": f"tool {number % 9}"}
        else:
            row |= {"type": "agent_action", "agent_name": "support", "step_index": number}
        rows.append(row)
    shelf.put(*rows)
    shown = one(shelf)
    assert 600_000 < len(msgspec.json.encode(shown)) < 1_050_000
    assert all(parent < place for place, parent in enumerate(shown["events"]["parent"]))


def test_what_is_too_much_for_one_answer_goes_on_in_the_next(shelf: Shelf) -> None:
    shelf.put(a_span("root"), *(a_span(f"s{n}", "root" if n % 4 else "gone", after=n) for n in range(1, 20)))
    names: list[str] = []
    orphans: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        shown = one(shelf, limit=7, **cursor)
        names += outline(shown).replace(".", "").split()
        orphans += marked(shown, "orphan")
        assert shown["total"] == 20 and shown["truncated"] == (shown["next"] is not None)
        if shown["next"] is None:
            break
        cursor = {"cursor": shown["next"]}
    assert sorted(names) == sorted(["root", *(f"s{n}" for n in range(1, 20))])
    assert orphans == ["s4", "s8", "s12", "s16"]  # the others' parent stands on the first page
    with pytest.raises(InvalidInput):
        one(shelf, limit=7, cursor=listing_cursor(shelf))


def listing_cursor(shelf: Shelf) -> str:
    shelf.put(*({"trace_id": f"t{n}"} for n in range(2)))
    return str(page(shelf, limit=1)["next"])


def many_traces(shelf: Shelf) -> dict[str, dict[str, Any]]:
    """120 traces over a year, some alive for days; by id what is true of them."""
    source = random.Random(5)
    truth: dict[str, dict[str, Any]] = {}
    rows = []
    for number in range(120):
        trace_id = f"t{number:03}"
        start = NOW - source.choice([MINUTE, HOUR, 3 * DAY, 90 * DAY]) * source.randrange(1, 4) - number
        ats = [start, *(start + source.randrange(source.choice([SECOND, 2 * DAY])) for _ in range(number % 5))]
        costs = [Decimal(source.randrange(100)) for _ in ats]
        truth[trace_id] = {"start": start, "cost_usd": float(sum(costs)), "events": len(ats), "user": number % 7}
        for place, (at, cost) in enumerate(zip(ats, costs, strict=True)):
            facts = {"at": at, "trace_id": trace_id, "cost": cost, "total_tokens": int(cost), "duration_ms": 1.0}
            facts["user_id"] = f"u{number % 7}" if place == 0 else None
            facts["model"] = f"m{number % 3}" if place == len(ats) - 1 else "m"
            rows.append(a_call(**facts))
    source.shuffle(rows)
    shelf.put(*rows)
    return truth


def walked(shelf: Shelf, limit: int, **named: Any) -> list[str]:
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = page(shelf, limit=limit, **named, **cursor)
        seen += [item["trace_id"] for item in answer["items"]]
        if answer["next"] is None:
            return seen
        cursor = {"cursor": answer["next"]}


def test_a_list_shows_each_trace_as_its_longest_spans_and_what_failed(shelf: Shelf) -> None:
    shelf.put(
        a_span("root", duration_ms=10_000.0, type="agent_action"),
        a_span("long", "root", after=1, duration_ms=5_000.0),
        a_span("short", "root", after=7, duration_ms=1.0),
        a_span("failed", "root", after=8, duration_ms=0.1, status="error", type="tool_call"),
        a_span("said", "root", after=9, duration_ms=None, type="log"),
    )
    bars = page(shelf, bars=3)["items"][0]["bars"]
    assert bars == [(0, 1000, "agent_action", False), (100, 500, "span", False), (800, 1, "tool_call", True)]
    assert "bars" not in page(shelf)["items"][0]


def test_pages_show_every_trace_once_in_every_order(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lynex.query.gathering._PROBED", 10)  # several slices
    truth = many_traces(shelf)
    by_start = sorted(truth, key=lambda one: (truth[one]["start"], one), reverse=True)
    assert walked(shelf, 11) == by_start == listed(shelf, limit=1000)
    assert walked(shelf, 50, order="asc") == by_start[::-1]
    assert listed(shelf, limit=9, offset=20) == by_start[20:29]
    assert listed(shelf, limit=9, offset=115) == by_start[115:] and listed(shelf, limit=9, offset=500) == []
    for figure in ("cost_usd", "events"):
        expected = sorted(truth, key=lambda one: (truth[one][figure], one), reverse=True)
        assert walked(shelf, 37, sort=figure) == expected
    recent = [one for one in by_start if truth[one]["start"] >= NOW - 4 * DAY]
    assert 10 < len(recent) < 110 and walked(shelf, 7, from_="-4d") == recent
    old = [one for one in by_start if truth[one]["start"] < NOW - 4 * DAY]
    assert walked(shelf, 7, to="-4d") == old
    assert sorted(walked(shelf, 7, to="-4d", sort="events")) == sorted(old)
    for sort in TRACES.sorts:
        for order in ("asc", "desc"):
            assert sorted(walked(shelf, 50, sort=sort, order=order)) == sorted(truth)


def test_a_filter_is_passed_by_any_event_and_each_by_another(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., dict[str, str]]
) -> None:
    monkeypatch.setattr("lynex.query.gathering._PROBED", 10)
    truth = many_traces(shelf)
    mine = {f"t{number:03}" for number in range(120) if number % 7 == 2 and number % 3 == 1}
    assert set(walked(shelf, 4, user_id="u2", model="m1")) == mine
    dear = {one for one in truth if truth[one]["cost_usd"] >= 90 and truth[one]["events"] <= 3}
    assert dear and set(walked(shelf, 4, min_cost_usd=90, max_events=3)) == dear
    assert set(listed(shelf, min_cost_usd=90, max_events=3, sort="cost_usd", limit=1000)) == dear
    assert set(walked(shelf, 4, min_cost_usd=90, not_user_id="u2")) == {
        one for one in truth if truth[one]["cost_usd"] >= 90 and int(one[1:]) % 7 != 2
    }
    assert refused(TraceQuestion, min_events="-1", max_cost_usd="1e5", sort="at", limit=0) == {
        "min_events": "invalid_min_events",
        "max_cost_usd": "invalid_max_cost_usd",
        "sort": "invalid_sort",
        "limit": "invalid_limit",
    }


def test_status_is_that_of_the_trace_and_other_filters_are_about_its_events(shelf: Shelf) -> None:
    shelf.put(a_span("root", service_name="shop", tags=["vip"]), a_span("try", "root", status="error"))
    shelf.put({"trace_id": "bad", "type": "span", "status": "error", "body": '{"input":{"value":"refund 日本"}}'})
    assert listed(shelf, status="error") == ["bad"]
    assert listed(shelf, status="ok") == [TRACE]
    assert set(listed(shelf, status=["ok", "error"])) == {TRACE, "bad"}
    assert listed(shelf, name="try") == [TRACE] == listed(shelf, service="shop", tag="vip", name="try")
    assert listed(shelf, text="REFUND 日本") == ["bad"]
    assert listed(shelf, service="shop", status="error") == []
    assert listed(shelf, not_status="error") == [TRACE] and listed(shelf, status="error", not_status="error") == []
    assert listed(shelf, not_name="try") == ["bad"] == listed(shelf, not_tag="vip")


def test_a_cursor_is_good_only_for_its_own_list(shelf: Shelf) -> None:
    shelf.put(*({"trace_id": f"t{n}", "user_id": "u"} for n in range(5)))
    cursor = page(shelf, limit=2, sort="events")["next"]
    for changed in ({}, {"sort": "errors"}, {"sort": "events", "user_id": "u"}, {"sort": "events", "order": "asc"}):
        with pytest.raises(InvalidInput) as caught:
            page(shelf, cursor=cursor, **changed)
        assert caught.value.code == "invalid_cursor"
    with pytest.raises(InvalidInput):
        page(shelf, "proj_b", cursor=cursor, sort="events")


def test_events_are_looked_up_together(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    body = '{"input":{"value":"' + "x" * 1000 + '"}}'
    shelf.put(*({"event_id": f"e{n}", "trace_id": TRACE, "body": body} for n in range(6)))
    shelf.put({"event_id": "theirs", "project_id": "proj_b"})
    lookup = Lookup(shelf.store)
    answer = lookup.events(PROJECT, ["e4", "theirs", "e1", "e4"])
    assert [item["eventId"] for item in answer["items"]] == ["e4", "e1"] and answer["missing"] == ["theirs"]
    assert answer["items"][0]["body"]["input"]["value"] == "x" * 1000 and answer["left_out"] == []
    monkeypatch.setattr("lynex.query.lookup.MOST_BYTES", 2100)
    answer = lookup.events(PROJECT, ["e0", "e1", "e2", "e3"], TRACE)
    assert [item["eventId"] for item in answer["items"]] == ["e0", "e1"] and answer["left_out"] == ["e2", "e3"]
    assert lookup.events(PROJECT, ["e1"], "another trace")["missing"] == ["e1"]
