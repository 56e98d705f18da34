"""What the journal holds becomes rows, whoever sent it; what cannot stops nobody and is kept."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from lynex.cli.demo_day import demo_events
from lynex.control.dead_letters import Dead
from lynex.events.decoding import decode_batch
from lynex.events.limits import Limits
from lynex.ingest.frames import Frame
from lynex.ingest.otlp import TRACES, survey
from lynex.ingest.parcel import Sender, join_events, pack
from lynex.ingest.set_aside import dead_letters_of
from lynex.ingest.understanding import Aside, Understanding
from lynex.pricing.book import PriceBook
from tests.samples import a_call, a_log

NOW = 1_795_176_000_000_000
UNDERSTANDING = Understanding(PriceBook())
CAPTURED = Path(__file__).parent.parent / "fixtures" / "otlp"


def frame(first_seq: int, *events: dict | bytes, made_ids: dict[int, str] | None = None) -> Frame:
    raws = [one if isinstance(one, bytes) else msgspec.json.encode(one) for one in events]
    sender = Sender("events", "proj_a", "key_a", NOW, made_ids or {})
    return Frame(first_seq, len(events), pack(sender, join_events(raws)))


def spans(first_seq: int, data: bytes, *, more: int = 0) -> Frame:
    return Frame(first_seq, survey(TRACES, data).count + more, pack(Sender(TRACES, "proj_a", None, NOW, {}), data))


def letters(aside: list[Aside], frames: list[Frame]) -> list[Dead]:
    return list(dead_letters_of(aside, frames))


@pytest.fixture(scope="module")
def captured() -> bytes:
    return next(iter(sorted(CAPTURED.rglob("*-traces.pb")))).read_bytes()


def test_native_events_and_spans_become_rows_in_order(captured):
    traces = spans(3, captured)
    rows, aside = UNDERSTANDING.understand([frame(1, a_log("a"), a_call("b")), traces], NOW + 1000)
    assert [row.seq for row in rows] == list(range(1, traces.last_seq + 1)) and not aside
    assert [(row.event_id, row.project_id, row.processed_at) for row in rows[:2]] == [
        ("a", "proj_a", NOW + 1000), ("b", "proj_a", NOW + 1000),
    ]  # fmt: skip
    assert rows[2].event_id == f"{rows[2].trace_id}:{rows[2].span_id}"
    assert all(row.mapping for row in rows)


def test_what_the_door_decoded_gives_the_rows_that_the_journal_gives():
    odd = [
        a_call(),
        {"type": "log", "body": {"message": "no id"}},
        {"type": "span", "timestamp": "2026-11-20 12:00:00"},
    ]
    limits = Limits(max_event_bytes=1 << 20, max_batch_events=10_000, max_depth=64, max_keys=2000, now=NOW)
    decoded = decode_batch(msgspec.json.encode(demo_events(NOW, 1)[:500] + odd), limits, "proj_a")
    assert decoded.made_ids and decoded.warnings  # some were read with care
    sender = Sender("events", "proj_a", "key_a", NOW, decoded.made_ids)
    frames = [Frame(5, len(decoded.events), pack(sender, join_events(decoded.raws)))]
    expected = UNDERSTANDING.understand(frames, NOW)
    assert len(expected[0]) == len(decoded.events)
    assert UNDERSTANDING.understand(frames, NOW, {frames[0].last_seq: (sender, decoded.events)}) == expected


def test_one_bad_event_is_set_aside_and_kept_as_it_was(captured):
    frames = [frame(1, a_log("a"), b'{"type":"log","body":7}', a_log("c")), frame(4, a_log("d"))]
    rows, aside = UNDERSTANDING.understand(frames, NOW)
    assert [row.event_id for row in rows] == ["a", "c", "d"]
    assert [(one.seq, one.reason) for one in aside] == [(2, "not_understood")]
    (letter,) = letters(aside, frames)
    assert (letter.seq, letter.project_id, letter.event_id) == (2, "proj_a", "unreadable:2")
    assert letter.payload == b'{"type":"log","body":7}'


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff\xff\xff\xff[]", pack(Sender("otlp.later", "proj_a", None, NOW, {}), b"as sent"),
     pack(Sender("events", "proj_a", None, NOW, {}), b"[{}]"), pack(Sender(TRACES, "proj_a", None, NOW, {}), b"\xff")],
)  # fmt: skip
def test_a_request_that_cannot_be_taken_apart_stops_nobody_and_is_kept_whole(payload):
    frames = [frame(1, a_log("a")), Frame(2, 3, payload), frame(5, a_log("e"))]
    rows, aside = UNDERSTANDING.understand(frames, NOW)
    assert [row.seq for row in rows] == [1, 5]
    assert [one.seq for one in aside] == [2, 3, 4]
    first, *others = letters(aside, frames)
    assert first.payload in payload and len(first.payload) >= len(payload) - 60
    assert [other.payload for other in others] == [b"", b""]


def test_a_request_with_another_number_of_spans_than_accepted_is_kept_whole(captured):
    rows, aside = UNDERSTANDING.understand([spans(1, captured, more=1), frame(900, a_log("a"))], NOW)
    assert [row.seq for row in rows] == [900]
    assert "were announced" in aside[0].error


def test_what_the_store_refuses_can_be_sent_once_more(captured):
    frames = [frame(1, a_log("a"), a_log("b"), made_ids={}), spans(3, captured)]
    rows, _ = UNDERSTANDING.understand(frames, NOW)
    refused = [Aside(2, "not_storable", "why"), Aside(3, "not_storable", "why")]
    native, span = letters(refused, frames)
    assert (native.event_id, native.error) == ("b", "why")
    assert span.event_id == rows[2].event_id
    sent_again = frame(10, native.payload, span.payload)
    again, aside = UNDERSTANDING.understand([sent_again], NOW)
    assert not aside and [row.event_id for row in again] == ["b", rows[2].event_id]
    assert again[0].body == rows[1].body
    assert json.loads(again[1].body)["record"]["name"] == rows[2].name


def test_understanding_loads_no_database_no_arrow_and_no_server():
    code = "import sys, lynex.ingest.understanding_child; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"duckdb", "pyarrow", "starlette", "uvicorn", "sqlalchemy", "apscheduler", "prometheus_client"} & {
        *loaded
    }
