"""Which events a filter lets through, in the store and for live listeners."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from lynex.clock import HOUR
from lynex.query.events import EventQuestion
from lynex.query.filters import filters_of
from lynex.query.parameters import Parameters
from tests.query.conftest import NOW, Shelf, a_call, params

ROWS = [
    a_call(
        event_id="call",
        user_id="u1",
        session_id="s1",
        trace_id="t1",
        environment="prod",
        release="1",
        tags=["a"],
        duration_ms=2500.0,
        cost=Decimal("0.05"),
        total_tokens=8000,
    ),
    a_call(
        event_id="failed",
        model="o3",
        status="error",
        level="error",
        error_group="g1",
        tags=["a", "b"],
        duration_ms=900.0,
        prompt_name="greeting",
    ),
    a_call(event_id="claude", model="claude", provider="anthropic", name="answer", cost=Decimal(0), total_tokens=12),
    {"event_id": "log", "type": "log", "level": "warning", "name": "100%_sure", "at": NOW - 2 * HOUR},
]
BY_FILTER: list[tuple[dict[str, Any], set[str]]] = [
    ({"type": "model_response"}, {"call", "failed", "claude"}),
    ({"type": ["log", "model_response"]}, {"call", "failed", "claude", "log"}),
    ({"model": ["o3", "claude"]}, {"failed", "claude"}),
    ({"model": ["o3", "claude"], "provider": "openai"}, {"failed"}),
    ({"status": "error"}, {"failed"}),
    ({"level": ["error", "warning"]}, {"failed", "log"}),
    ({"name": "answer"}, {"claude"}),
    ({"user_id": "u1"}, {"call"}),
    ({"session_id": "s1", "trace_id": "t1", "environment": "prod", "release": "1"}, {"call"}),
    ({"tag": "a"}, {"call", "failed"}),
    ({"tag": ["b", "zzz"]}, {"failed"}),
    ({"model": "x' OR 1=1 --"}, set()),
    ({"name": "100%_sure"}, {"log"}),
    ({"error_group": ["g1", "g2"]}, {"failed"}),
    ({"prompt": "greeting"}, {"failed"}),
    ({"not_model": ["o3", "claude"]}, {"call", "log"}),
    ({"not_status": "error", "type": "model_response"}, {"call", "claude"}),
    ({"not_tag": "b"}, {"call", "claude", "log"}),
    ({"model": ["o3", "claude"], "not_model": "o3"}, {"claude"}),
    ({"not_environment": "prod", "not_type": "log"}, {"failed", "claude"}),
    ({"min_latency_ms": 900}, {"call", "failed"}),
    ({"min_latency_ms": 900.5, "max_latency_ms": 2500}, {"call"}),
    ({"max_cost_usd": "0.049"}, {"claude"}),
    ({"min_cost_usd": "0.05"}, {"call"}),
    ({"min_tokens": 12, "max_tokens": 8000}, {"call", "claude"}),
]


@pytest.mark.parametrize(("named", "expected"), BY_FILTER)
def test_filters_take_any_of_their_values_and_all_of_each_other(shelf: Shelf, named: Any, expected: set[str]) -> None:
    shelf.put(*ROWS)
    assert set(shelf.ids(**named)) == expected
    filters = filters_of(Parameters(params(**named), list(named)))
    live = {item["eventId"] for item in shelf.page()["items"] if filters.matches(item)}
    assert live == expected


def test_the_range_includes_its_start_and_excludes_its_end(shelf: Shelf) -> None:
    shelf.put(*({"at": NOW - number * HOUR} for number in range(5)))
    assert shelf.ids(from_="-3h", to="-1h") == ["e3", "e4"]
    assert shelf.ids(from_="2025-11-20T10:00:00+01:00", to="2025-11-20T10:00:00.000001Z") == ["e3", "e4"]
    assert shelf.ids(range="1h") == ["e1", "e2"]


def _body(*values: Any) -> str:
    return msgspec.json.encode({"key": list(values), "arguments": {"needle_key": "v"}}).decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refund", {"plain", "upper"}),
        ("REFUND in", {"plain"}),
        ("needle", set()),  # only the name of a field
        ('say "hi"', {"quotes"}),
        ("50%", {"percent"}),
        ("5_%", set()),
        ("line\nbreak", {"lines"}),
        ("größe", {"umlaut"}),
        ("GRÖßE", {"umlaut"}),
        ("back\\slash", {"slash"}),
        ("(a+)+$", {"regex"}),
        ("'; DROP TABLE events; --", set()),
        ("by name", {"named"}),
        ("boom", {"failing"}),
        (".*", set()),
    ],
)
def test_text_is_found_in_values_and_never_in_names_of_fields(shelf: Shelf, text: str, found: set[str]) -> None:
    shelf.put(
        {"event_id": "plain", "body": _body("a refund in cents")},
        {"event_id": "upper", "body": _body({"deep": ["REFUND"]})},
        {"event_id": "quotes", "body": _body('they say "hi" to')},
        {"event_id": "percent", "body": _body("50% off")},
        {"event_id": "lines", "body": _body("one line\nbreak")},
        {"event_id": "umlaut", "body": _body("Die Größe passt")},
        {"event_id": "slash", "body": _body("a back\\slash")},
        {"event_id": "regex", "body": _body("like (a+)+$ here")},
        {"event_id": "named", "name": "found by name"},
        {"event_id": "failing", "error_message": "Boom: it broke"},
    )
    assert set(shelf.ids(text=text)) == found


def test_hostile_text_takes_no_longer_than_other_text(shelf: Shelf) -> None:
    shelf.put(*({"body": _body("a" * 30_000)} for _ in range(20)))
    start = time.perf_counter()
    assert shelf.ids(text="(a+)+$") == []
    assert len(shelf.ids(text="a" * 256)) == 20
    assert time.perf_counter() - start < 5


def test_wrong_values_are_refused_with_what_is_allowed(refused: Callable[..., dict[str, str]]) -> None:
    faults = refused(
        EventQuestion,
        type="model_respons",
        status="bad",
        level="loud",
        model="",
        text="x" * 257,
        user_id="a\0b",
        tag=["x"] * 101,
        not_type="logs",
        min_latency_ms="2s",
        max_tokens="-1",
    )
    assert faults == {
        "type": "unknown_type",
        "status": "invalid_status",
        "level": "invalid_level",
        "model": "invalid_value",
        "text": "invalid_text",
        "user_id": "invalid_value",
        "tag": "invalid_value",
        "not_type": "unknown_type",
        "min_latency_ms": "invalid_min_latency_ms",
        "max_tokens": "invalid_max_tokens",
    }
