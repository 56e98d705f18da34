"""What good requests become, and that nothing accepted can fail later."""

import json
import random
from itertools import combinations, product
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lynex.errors import LynexError
from lynex.events.bodies import BODIES
from lynex.events.careful import read_carefully
from lynex.events.decoding import Decoded, Unreadable, decode_batch, decode_journaled, decode_ndjson, decode_single
from lynex.events.envelope import EVENT_TYPES, Event
from lynex.events.findings import EventFindings, Findings
from lynex.events.limits import Limits
from lynex.events.quick import QuickReader
from lynex.events.spelling import camel_case

NOW = 1_763_640_000_000_000
LIMITS = Limits(max_event_bytes=1 << 20, max_batch_events=1000, max_depth=64, max_keys=2000, now=NOW)


def journaled(decoded: Decoded) -> list[Event | Unreadable]:
    return decode_journaled(b"[" + b",".join(decoded.raws) + b"]", decoded.made_ids)


def test_there_is_a_body_for_each_type():
    assert tuple(sorted(BODIES)) == tuple(sorted(EVENT_TYPES))


def test_both_spellings_become_one_event():
    camel = {
        "eventId": "e1", "projectId": "proj_a", "type": "model_response", "timestamp": "2025-11-20T12:00:00.000001Z",
        "context": {"traceId": "t", "parentEventId": "p", "sessionId": "s", "userId": "u", "stepIndex": 3, "own": 1},
        "body": {
            "latencyMs": 5, "finishReason": "stop", "ttftMs": 1.5, "promptTemplate": {"name": "n"},
            "usage": {"inputTokens": 1, "cacheReadTokens": 0, "promptTokensDetails": {"cachedTokens": 2}},
            "cost": {"cacheRead": 0.5}, "parameters": {"topP": 1}, "ownField": {"latencyMs": 1}, "messages": [],
        },
    }  # fmt: skip
    snake = {
        "event_id": "e1", "project_id": "proj_a", "type": "model_response", "timestamp": "2025-11-20T12:00:00.000001Z",
        "context": {"trace_id": "t", "parent_event_id": "p", "session_id": "s", "user_id": "u", "step_index": 3, "own": 1},
        "body": {
            "latency_ms": 5, "finish_reason": "stop", "ttft_ms": 1.5, "prompt_template": {"name": "n"},
            "usage": {"input_tokens": 1, "cache_read_tokens": 0, "prompt_tokens_details": {"cached_tokens": 2}},
            "cost": {"cache_read": 0.5}, "parameters": {"topP": 1}, "ownField": {"latencyMs": 1}, "messages": [],
        },
    }  # fmt: skip
    decoded = decode_batch(json.dumps([camel, snake]).encode(), LIMITS, "proj_a")
    one, other = decoded.events
    assert (one.context, one.body, one.sent_at) == (snake["context"], snake["body"], other.sent_at)
    assert (other.context, other.body, decoded.duplicates) == (snake["context"], snake["body"], 1)
    assert one.sent_at is not None and one.sent_at % 1_000_000 == 1


@pytest.mark.parametrize(
    ("sent", "level", "severity"),
    [("WARN", "warning", None), ("Info", "info", None), ("fatal", "error", "fatal"), ("CRITICAL", "error", "CRITICAL")],
)
def test_other_words_for_a_level_mean_one_of_the_four(sent, level, severity):
    body = decode_single(json.dumps({"type": "log", "body": {"level": sent}}).encode(), LIMITS, None).events[0].body
    assert (body["level"], body.get("severity")) == (level, severity)


def test_an_id_is_made_where_there_is_none_and_found_again_in_the_journal():
    decoded = decode_batch(b'[{"type":"log"},{"eventId":"given","type":"log"},{"type":"custom"}]', LIMITS, None)
    assert list(decoded.made_ids) == [0, 2] and decoded.events[1].event_id == "given"
    assert [decoded.made_ids[0], "given", decoded.made_ids[2]] == [event.event_id for event in decoded.events]
    assert journaled(decoded) == decoded.events


def test_a_repeated_id_counts_as_a_duplicate_and_stays_in_order():
    decoded = decode_ndjson(b'{"eventId":"a","type":"log"}\r\n\n {"eventId":"a","type":"custom"}\n', LIMITS, None)
    assert [event.type for event in decoded.events] == ["log", "custom"]
    assert decoded.duplicates == 1


def test_fields_of_the_envelope_we_do_not_know_are_kept_and_told():
    data = b'{"type":"log","context":{"user_id":"u"},"body":{"message":"x"},"traceState":"k=v"}'
    decoded = decode_single(data, LIMITS, None)
    assert decoded.events[0].context == {"user_id": "u", "envelope": {"traceState": "k=v"}}
    assert "traceState" in decoded.warnings[0]
    assert journaled(decoded) == decoded.events


def test_times_without_offset_are_told_for_each_event_but_not_without_end():
    events = [{"type": "log", "timestamp": "2026-01-01T00:00:00"} for _ in range(30)]
    decoded = decode_batch(json.dumps({"events": events, "source": "cron"}).encode(), LIMITS, None)
    assert decoded.warnings[0] == 'field "source" beside events is not known and was ignored'
    assert decoded.warnings[1] == 'event 0: timestamp "2026-01-01T00:00:00" has no offset and was taken as UTC'
    assert (len(decoded.warnings), decoded.warnings[-1]) == (21, "11 more warnings")


def test_the_journal_gets_each_event_as_it_was_sent():
    texts = [b'{ "type" : "log", "body":{"n":1.0e0, "m":"\\u00e9"} }', b'{"type":"log"}']
    decoded = decode_batch(b' {"events": [ ' + b" , ".join(texts) + b" ]} ", LIMITS, None)
    assert [bytes(raw) for raw in decoded.raws] == texts
    assert [event.size for event in decoded.events] == [len(text) for text in texts]


def test_journaled_events_that_cannot_be_read_are_set_aside_one_by_one():
    data = b'[{"eventId":"a","type":"log"},{"eventId":"b","type":"gone"},{"type":"log"},{"eventId":"c","type":"log"}]'
    first, second, third, last = decode_journaled(data, {})
    assert isinstance(first, Event) and isinstance(last, Event)
    assert isinstance(second, Unreadable) and '"gone" is not a type' in second.reason
    assert isinstance(third, Unreadable) and "eventId" in third.reason
    assert second.raw == b'{"eventId":"b","type":"gone"}'
    (all_of_it,) = decode_journaled(b'[{"eventId":', {})
    assert isinstance(all_of_it, Unreadable)


def test_journaled_events_are_not_measured_again():
    body = {f"k{n}": "x" * 1000 for n in range(2500)}
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    raw = json.dumps({"eventId": "a", "type": "log", "body": body | {"deep": deep}}).encode()
    assert isinstance(decode_journaled(b"[" + raw + b"]", {})[0], Event)


# Any JSON, and JSON that is nearly an event.

_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(2**53 - 2, 2**65), st.floats(), st.text(max_size=12),
    st.sampled_from(["2026-11-20T12:00:00Z", "ok", "error", "WARN", "a\0b", "\ud800", "log", "proj_a", "x" * 1100]),
)  # fmt: skip
_KEYS = st.one_of(
    st.text(max_size=8), st.sampled_from(["id\0", "__proto__", "k" * 300, "\udfff", "tokens", "latencyMs"])
)
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)


def _nearly(struct: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    fields = struct.__struct_fields__
    names = st.sampled_from([*fields, *map(camel_case, fields)])
    good = st.one_of(st.text("ab \n", max_size=5), st.integers(0, 9), st.just({}), st.just([]), st.just({"input": 1}), st.floats(0, 9))  # fmt: skip
    return st.dictionaries(names | _KEYS, good | _JSON, max_size=4)


@st.composite
def _events(draw: st.DrawFn) -> dict[str, Any]:
    type_ = draw(st.sampled_from(EVENT_TYPES))
    event: dict[str, Any] = {"type": type_, "body": draw(_nearly(BODIES[type_]))}
    event |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "eventId": st.text("abc:.-_ \n", max_size=4),
                "event_id": st.sampled_from(["a", "b"]),
                "project_id": st.just("proj_a") | _LEAVES,
                "timestamp": st.datetimes().map(lambda moment: moment.isoformat() + "Z") | _LEAVES,
                "sdk": st.dictionaries(st.sampled_from(["name", "version", "own"]), st.text(max_size=4)) | _JSON,
                "context": st.dictionaries(
                    st.sampled_from(["traceId", "trace_id", "userId", "tags", "stepIndex", "metadata", "own"]),
                    st.text(max_size=4) | st.lists(st.text(max_size=3)) | st.integers(-1, 9) | _JSON,
                ),
                "type": _LEAVES,
                "body": _JSON,
                "stray": _JSON,
            },
        )
    )
    return event


def _check_accepted(decoded: Decoded) -> None:
    assert journaled(decoded) == decoded.events
    if decoded.array is not None:
        assert decode_journaled(decoded.array, decoded.made_ids) == decoded.events
    for event in decoded.events:
        text = msgspec.json.encode(event)
        assert msgspec.json.decode(text, type=Event) == event
        assert event.type in EVENT_TYPES and event.event_id
        text.decode()


@given(_JSON | _events() | st.lists(_events() | _JSON, max_size=4))
@settings(max_examples=200, deadline=None)
@example({"type": "log", "body": {"x": 2**64 - 1}})
@example({"type": "log", "context": {"envelope": 5}, "stray": 1})
def test_any_json_is_accepted_for_good_or_refused_as_an_error_of_ours(value):
    data = json.dumps(value).encode()
    for decode, body in (
        (decode_single, data),
        (decode_batch, data),
        (decode_batch, b'{"events":[' + data + b"]}"),
        (decode_ndjson, data + b"\n" + data),
    ):
        try:
            decoded = decode(body, LIMITS, "proj_a")
        except LynexError as error:
            assert error.status in (403, 422) and error.detail and error.faults
            error.detail.encode()
            msgspec.json.encode([(fault.field, fault.message) for fault in error.faults])
        else:
            _check_accepted(decoded)


@given(st.binary(max_size=40) | st.text('{}[]":,\\ue0159-truflsn ', max_size=40).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_accepted_or_refused_as_an_error_of_ours(data):
    for decode in (decode_single, decode_batch, decode_ndjson):
        for body in (data, b'{"type":"log","body":' + data + b"}", b'[{"type":"log","body":{"' + data + b'":1}}]'):
            try:
                _check_accepted(decode(body, LIMITS, "proj_a"))
            except LynexError as error:
                assert error.status in (403, 415, 422)
        assert decode_journaled(data, {}) is not None


@given(_events())
@settings(max_examples=200, deadline=None)
def test_the_fast_way_accepts_nothing_the_careful_way_would_not(value):
    raw = json.dumps(value).encode()
    quick = QuickReader(LIMITS, "proj_a").read(raw, len(raw))
    if quick is None:
        return
    findings = Findings()
    reading = read_carefully(msgspec.json.decode(raw), len(raw), LIMITS, "proj_a", EventFindings(findings, None))
    assert findings.faults == [] and reading.warnings == []
    assert reading.event == quick


_ODD_VALUES = [
    None, "a", "", "a" * 129, "a\n", "é", 2**64 - 1, 2**64, 1.5, True, [], ["x"], ["x"] * 51, ["x" * 257], [1], ["\n"],
    [None], {}, {"a": 1}, {"a\n": 1}, {"k": 2**65}, {"cachedTokens": 1}, {"cachedTokens": 1, "cached_tokens": 2},
    {"promptTokensDetails": {"cachedTokens": 3}}, {"promptTokensDetails": [{"k": 2**65}]}, {"input": 1, "own": 2**64},
]  # fmt: skip
_CONTEXT_NAMES = ["traceId", "trace_id", "user_id", "tags", "metadata", "stepIndex", "own"]
_BODY_NAMES = {
    "model_response": ["tokens", "usage", "cost", "error", "level", "finish_reason", "messages", "latencyMs", "own"],
    "eval_metric": ["score", "target_event_id", "metadata"],
    "retrieval": ["documents", "top_k"],
    "agent_action": ["state_base", "state"],
}


def _odd_events():
    for (one, a), (other, b) in combinations(product(_CONTEXT_NAMES, _ODD_VALUES), 2):
        yield {"type": "log", "context": {one: a, other: b}, "body": {}}
    for type_, names in _BODY_NAMES.items():
        for name, value in product(names, _ODD_VALUES):
            yield {"type": type_, "body": {"name": "n", name: value}, "sdk": {"name": "s", "own": value}}
            yield {"type": type_, "body": {name: value, "x": {"y": [value]}}}


def test_the_fast_way_and_the_careful_way_agree_on_odd_values():
    reader = QuickReader(LIMITS, "proj_a")
    for value in _odd_events():
        raw = json.dumps(value).encode()
        quick = reader.read(raw, len(raw))
        if quick is not None:
            findings = EventFindings(Findings(), None)
            reading = read_carefully(msgspec.json.decode(raw), len(raw), LIMITS, "proj_a", findings)
            assert (reading.event, reading.warnings) == (quick, []), value


def test_ordinary_events_go_the_fast_way(monkeypatch):
    monkeypatch.setattr("lynex.events.decoding.read_carefully", None)
    source = random.Random(1)
    for type_ in EVENT_TYPES:
        body = {"name": "n", "level": "WARN", "status": "ok", "durationMs": 1.5, "own": {"k": [1, {"é": [[2]]}]}}
        event = {
            "eventId": f"{source.getrandbits(128):032x}:{source.getrandbits(64):016x}", "projectId": "proj_a",
            "type": type_, "timestamp": "2026-11-20T12:00:00.123456+02:00", "sdk": {"name": "js", "version": "1"},
            "context": {"userId": "Jörg", "tags": ["a", "日本"], "metadata": {"k": None}, "traceId": "t"}, "body": body,
        }  # fmt: skip
        assert decode_single(json.dumps(event).encode(), LIMITS, "proj_a").events[0].type == type_
