"""The rows of bad input that are about JSON (B01–B53): each with its code, its place and a message that names it."""

import json
import time
import tracemalloc
from typing import Any

import pytest

from lynex.errors import Forbidden, InvalidInput, LynexError, UnsupportedMedia
from lynex.events.decoding import Decoded, decode_batch, decode_ndjson, decode_single
from lynex.events.limits import Limits

NOW = 1_763_640_000_000_000
LIMITS = Limits(max_event_bytes=4 << 20, max_batch_events=1000, max_depth=64, max_keys=2000, now=NOW)


def event(**fields: Any) -> dict[str, Any]:
    return {"type": "log", "body": {"message": "hi"}} | fields


def call(**body: Any) -> dict[str, Any]:
    return {"type": "model_response", "body": {"model": "gpt-4o"} | body}


def single(sent: Any, limits: Limits = LIMITS) -> Decoded:
    data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return decode_single(data, limits, "proj_a")


def batch(sent: Any, limits: Limits = LIMITS) -> Decoded:
    data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return decode_batch(data, limits, "proj_a")


def with_x(text: str) -> bytes:
    return b'{"type":"log","body":{"x":' + text.encode() + b"}}"


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "empty_body", "send one JSON event or a batch"),
        (b" \r\n", "empty_body", "empty"),
        (b"\xef\xbb\xbf", "empty_body", "empty"),
        (b"{", "invalid_json", "line 1 column 2"),
        (b'{"type":"log",\n "body":{"a":}}', "invalid_json", "line 2 column 14"),
        (b'{"type":"log"} x', "invalid_json", "line 1 column 16"),
        (b"[1,]", "invalid_json", "line 1 column 4"),
        (b"null", "not_an_object", "null"),
        (b"true", "not_an_object", "true"),
        (b'"x"', "not_an_object", "text"),
        (b"5", "not_an_object", "5"),
        (b"[]", "not_an_object", "/api/v1/events/batch"),
        (b'{"events":[]}', "missing_field", "/api/v1/events/batch"),
        (b"[" * 100_000, "too_deep", "deeper than 64"),
        (b'{"a":' * 100_000, "too_deep", "deeper than 64"),
        (with_x("[" * 63 + "]" * 63), "too_deep", "deeper than 64"),
        (with_x("[" * 300 + "]" * 300), "too_deep", "deeper than 64"),
        (b'{"type":"log","body":{"x":"\xff"}}', "invalid_unicode", "line 1 column 28"),
        (b'{"type":"log","body":{"x":"a\nb"}}', "invalid_json", "line 1 column 29"),
        (b'{"type":"log","body":{"x":"\\q"}}', "invalid_json", "column 28"),
        (b'{"type":"log","body":{"x":01}}', "invalid_json", "column 28"),
    ],
)
def test_a_body_that_is_no_event_says_why_and_where(data, code, says):
    with pytest.raises(InvalidInput) as refused:
        single(data)
    assert (refused.value.code, says in refused.value.detail) == (code, True), refused.value.detail
    assert [fault.code for fault in refused.value.faults][-1] == code


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_other_encodings_of_unicode_are_an_unsupported_charset(encoding):
    with pytest.raises(UnsupportedMedia) as refused:
        single(json.dumps(event()).encode(encoding))
    assert refused.value.code == "unsupported_charset"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"null", "not_an_object"),
        (b"5", "not_an_object"),
        (b"[]", "empty_batch"),
        (b'{"events":[]}', "empty_batch"),
        (b'{"events":{}}', "wrong_type"),
        (b'{"events":null}', "wrong_type"),
        (b'{"event":[]}', "missing_field"),
        (b"[1]", "not_an_object"),
        (b"[" * 100_000, "too_deep"),
        (b'{"events":[' + b"[" * 5000, "too_deep"),
        (b'{"events":[{"type":"log"},]}', "invalid_json"),
        (b'{"type":"log","body":{"x":NaN}}', "missing_field"),
    ],
)
def test_a_body_that_is_no_batch_says_why(data, code):
    with pytest.raises(InvalidInput) as refused:
        batch(data)
    assert refused.value.code == code, refused.value.detail


@pytest.mark.parametrize(
    ("sent", "field", "code", "says"),
    [
        (with_x("NaN"), "body.x", "invalid_number", "NaN"),
        (with_x("[1,{\"y\":-Infinity}]"), "body.x[1].y", "invalid_number", "-Infinity"),
        (with_x("1e999"), "body.x", "invalid_number", "1e999"),
        (with_x("18446744073709551616"), "body.x", "out_of_range", "64 bits"),
        (with_x("-9223372036854775809"), "body.x", "out_of_range", "64 bits"),
        (with_x("9" * 5000), "body.x", "out_of_range", "64 bits"),
        (call(tokens={"input": 2**63}), "body.tokens.input", "out_of_range", "input must be 0…9007199254740991"),
        (call(usage={"totalTokens": 2**64}), "body.usage.totalTokens", "out_of_range", "0…9007199254740991"),
        (call(tokens={"output": -1}), "body.tokens.output", "out_of_range", "0…"),
        (call(tokens={"input": 1.5}), "body.tokens.input", "not_integer", "not 1.5"),
        (call(tokens={"input": "12"}), "body.tokens.input", "not_integer", 'not "12"'),
        (call(tokens={"input": True}), "body.tokens.input", "not_integer", "not true"),
        (call(usage={"prompt_tokens_details": {"cached_tokens": 2**60}}), "body.usage.prompt_tokens_details.cached_tokens", "out_of_range", "0…"),
        (call(tokens=12), "body.tokens", "wrong_type", "an object"),
        (call(latencyMs=1e308), "body.latencyMs", "out_of_range", "latencyMs"),
        (call(latency_ms="fast"), "body.latency_ms", "wrong_type", "a number"),
        (call(cost=-0.1), "body.cost", "out_of_range", "0…"),
        (call(messages=["hi"]), "body.messages[0]", "wrong_type", "an object"),
        (with_x('"\\ud800"'), "body.x", "invalid_unicode", "surrogate"),
        (b'{"type":"log","body":{"\\udc00":1}}', 'body["\\udc00"]', "invalid_unicode", "surrogate"),
        (event(eventId="a\0"), "eventId", "invalid_identifier", "control"),
        (event(eventId="a\nb"), "eventId", "invalid_identifier", "control"),
        (event(projectId="proj\x07"), "projectId", "invalid_identifier", "control"),
        (event(type="log\n"), "type", "invalid_identifier", "control"),
        (event(body={"a\nb": 1}), 'body["a\\u000ab"]', "invalid_identifier", "control"),
        (event(projectId="proj_a", project_id="proj_b"), "projectId", "conflicting_fields", "different"),
        (event(eventId="a", event_id="b"), "eventId", "conflicting_fields", "different"),
        (event(context={"traceId": "a", "trace_id": "b"}), "context.traceId", "conflicting_fields", "trace_id"),
        (call(finishReason="stop", finish_reason="length"), "body.finishReason", "conflicting_fields", "finish_reason"),
        (call(tokens={"cacheWrite": 1, "cache_write": 2}), "body.tokens.cacheWrite", "conflicting_fields", "different"),
        (event(body={"id\0": 1, "id": 2}), 'body["id\\u0000"]', "invalid_key", "NUL"),
        (event(body={"k" * 300: 1}), f'body["{"k" * 62}…]', "invalid_key", "300 bytes"),
        (event(body={"é" * 129: 1}), None, "invalid_key", "258 bytes"),
        (event(eventId="a" * 129), "eventId", "invalid_event_id", "128"),
        (event(eventId="a b"), "eventId", "invalid_event_id", '"a b"'),
        (event(eventId="../x"), "eventId", "invalid_event_id", "../x"),
        (event(eventId=""), "eventId", "invalid_event_id", '""'),
        (event(event_id=7), "event_id", "wrong_type", "a string"),
        (event(type="foo"), "type", "unknown_type", "agent_action"),
        (event(type="LOG"), "type", "unknown_type", "Did you mean log?"),
        (event(type=" log"), "type", "unknown_type", "Did you mean log?"),
        (event(type="toolCall"), "type", "unknown_type", "Did you mean tool_call?"),
        (event(type="tool-call"), "type", "unknown_type", "Did you mean tool_call?"),
        (event(type=5), "type", "wrong_type", "a string"),
        ({"body": {}}, "type", "missing_field", "type is missing"),
        ({"type": "log", "message": "hi"}, "body", "missing_field", '"message" belong inside it'),
        (event(body=[]), "body", "wrong_type", "an object"),
        (event(sdk="python"), "sdk", "wrong_type", "an object"),
        (event(context={"userId": 5}), "context.userId", "wrong_type", "userId must be a string, not 5"),
        (event(context={"user_id": "a\0"}), "context.user_id", "invalid_identifier", "control"),
        (event(context={"session_id": "s" * 1025}), "context.session_id", "too_long", "1024"),
        (event(context={"trace_id": "t" * 129}), "context.trace_id", "too_long", "128"),
        (event(context={"tags": ["t"] * 51}), "context.tags", "too_many", "50"),
        (event(context={"tags": ["t", 5]}), "context.tags[1]", "wrong_type", "a string"),
        (event(context={"tags": "rag"}), "context.tags", "wrong_type", "a list"),
        (event(context={"tags": ["t" * 257]}), "context.tags[0]", "too_long", "256"),
        (event(context={"metadata": 1}), "context.metadata", "wrong_type", "an object"),
        (event(body={"level": "loud"}), "body.level", "invalid_value", "one of debug, error, info, warning"),
        (event(body={"status": "fine"}), "body.status", "invalid_value", "one of error, ok"),
        (event(timestamp="2026-02-30T00:00:00Z"), "timestamp", "invalid_timestamp", "calendar"),
        (event(body={f"k{n}": n for n in range(2001)}), "", "too_many_keys", "the limit is 2000"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place_and_its_code(sent, field, code, says):
    with pytest.raises(InvalidInput) as refused:
        single(sent)
    (fault,) = refused.value.faults
    assert (fault.code, refused.value.code, fault.index) == (code, code, None)
    assert field is None or fault.field == field
    assert says in fault.message and says in refused.value.detail


@pytest.mark.parametrize(
    "sent",
    [
        with_x("[" * 62 + "]" * 62),
        with_x("18446744073709551615"),
        with_x("-9223372036854775808"),
        with_x('"a\\u0000b"'),
        b"\xef\xbb\xbf" + json.dumps(event()).encode(),
        event(body={"__proto__": {"constructor": 1}, "prototype": 2, "__class__": 3}),
        event(body={"": 1, "a.b": 2, "🦆": 3, "k" * 256: 4, "a\u00a0b": 5}),
        event(eventId="evt_123"),
        event(eventId="a" * 128),
        event(projectId="proj_a", project_id="proj_a"),
        event(eventId=None, projectId=None, timestamp=None, sdk=None, context=None),
        event(eventId="self", context={"parent_event_id": "self"}),
        event(body={"duration_ms": -5}),
        event(body={"latency_ms": -0.0}),
        event(context={"user_id": "naïve 日本語 \u00a0 'quoted'"}),
        call(tokens={"input": 2**53 - 1, "cached": None}),
        call(usage={"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 3}]}),
        call(cost={"total": 0.1, "currency": "USD"}, error="timeout", prompt=["a"], finish_reasons=["stop"]),
        {"type": "retrieval", "body": {"documents": ["text", {"id": 1, "score": None}]}},
        {"type": "custom"},
    ],
)
def test_odd_but_good_events_are_taken(sent):
    decoded = single(sent)
    assert len(decoded.events) == len(decoded.raws) == 1 and decoded.warnings == []


def test_a_million_brackets_cost_no_time():
    for data in (b"[" * 1_000_000, b"[]," * 300_000, b'{"a":"' + b"[" * 1_000_000, b"][" * 500_000):
        began = time.process_time()
        with pytest.raises(LynexError):
            batch(data)
        assert time.process_time() - began < 1.0


def test_every_fault_of_a_batch_is_named_with_its_index():
    events = [event() for _ in range(100)]
    events[37] = event(eventId="a b", type="foo")
    events[99] = call(tokens={"input": -1, "output": "x"})
    with pytest.raises(InvalidInput) as refused:
        batch({"events": events})
    assert [(fault.index, fault.field, fault.code) for fault in refused.value.faults] == [
        (37, "eventId", "invalid_event_id"),
        (37, "type", "unknown_type"),
        (99, "body.tokens.input", "out_of_range"),
        (99, "body.tokens.output", "not_integer"),
    ]
    assert refused.value.code == "invalid_input"
    assert refused.value.detail.startswith("4 faults in 2 of 100 events. The first: Event 37: eventId must be")


def test_a_number_that_is_none_does_not_hide_the_other_faults():
    with pytest.raises(InvalidInput) as refused:
        batch(b'[{"type":"log","body":{"x":NaN,"y":1e999}},{"type":"nope"},{"type":"log","body":{"z":"\\ud800"}}]')
    assert [(fault.index, fault.field, fault.code) for fault in refused.value.faults] == [
        (0, "body.x", "invalid_number"),
        (0, "body.y", "invalid_number"),
        (1, "type", "unknown_type"),
        (2, "body.z", "invalid_unicode"),
    ]


def test_text_that_is_not_utf_8_is_found_in_its_event():
    with pytest.raises(InvalidInput) as refused:
        batch(b'[{"type":"log"},\n{"type":"log","body":{"x":"\xff"}}]')
    (fault,) = refused.value.faults
    assert (fault.index, fault.code) == (1, "invalid_unicode")
    assert fault.message == "Invalid UTF-8 at line 1 column 28 of the event."


def test_more_than_a_hundred_faults_are_counted_not_listed():
    with pytest.raises(InvalidInput) as refused:
        batch([event(type="foo") for _ in range(250)])
    assert len(refused.value.faults) == 100
    assert "250 faults in 250 of 250 events" in refused.value.detail
    assert "150 or more are not listed" in refused.value.detail


def test_counts_and_sizes_are_limited():
    with pytest.raises(InvalidInput, match="1001 events; the limit is 1000") as refused:
        batch([event()] * 1001)
    assert refused.value.code == "batch_too_large"
    with pytest.raises(InvalidInput, match="4194305 bytes; the limit is 4194304") as refused:
        padding = 4_194_305 - len(json.dumps(event(body={"m": ""})))
        batch(b"[" + json.dumps(event(body={"m": "x" * padding})).encode() + b"]")
    assert refused.value.faults[0].code == "event_too_large"
    assert single(event(body={"m": "x" * (padding - 1)})).events[0].size == 4_194_304


def test_more_lists_than_anyone_could_look_at_are_refused_but_brackets_in_text_are_not_lists():
    crowded = b"[" + b"[]," * 20_000 + b"[]]"
    with pytest.raises(InvalidInput, match="20004 lists and objects; the limit is 20000") as refused:
        batch(b"[" + with_x(crowded.decode()) + b"]")
    assert (refused.value.code, refused.value.faults[0].index) == ("too_complex", 0)
    assert single(event(body={"m": crowded.decode() + '\\"'})).events[0].size > 60_000
    numbers = b"[" + b",".join([b"1", b"2.5"] * 50_000) + b"]"
    assert len(single(with_x(numbers.decode())).events) == 1


def test_an_event_with_endless_faults_is_given_up_after_a_hundred():
    with pytest.raises(InvalidInput) as refused:
        batch([event(), call(messages=[1] * 100_000), event(type="foo")])
    assert len(refused.value.faults) == 100 and "101 faults in 2 of 3 events" in refused.value.detail


def test_millions_of_members_are_refused_without_being_built():
    crowd = b"1," * 3_000_000 + b"1"
    for data in (b"[" + crowd + b"]", b'{"a":[' + crowd + b'],"events":[' + crowd + b"]}"):
        tracemalloc.start()
        with pytest.raises(InvalidInput) as refused:
            batch(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert refused.value.code == "batch_too_large" and peak < 4 * len(data)
    vector = b'{"type":"log","body":{"x":[' + b"1," * 400_000 + b"1]}}"
    assert len(batch(b"[" + b", ".join([vector] * 3) + b"]").events) == 3


def test_another_project_is_forbidden_and_whether_it_exists_is_not_said():
    with pytest.raises(Forbidden) as refused:
        batch([event(), event(projectId="proj_other"), event(type="foo")])
    assert refused.value.code == "project_mismatch"
    assert [(fault.index, fault.field) for fault in refused.value.faults] == [(1, "projectId")]
    assert "proj_other" not in refused.value.detail
    assert len(decode_single(json.dumps(event(projectId="proj_other")).encode(), LIMITS, None).events) == 1


def test_events_older_than_the_retention_are_refused_where_there_is_one():
    old = event(timestamp="1970-01-02T00:00:00Z")
    assert single(old).events[0].sent_at == 86_400_000_000
    limits = Limits(4 << 20, 1000, 64, 2000, NOW, oldest=NOW - 1)
    with pytest.raises(InvalidInput) as refused:
        single(old, limits)
    assert refused.value.code == "older_than_retention"


def test_a_bad_line_of_ndjson_is_named_by_its_line():
    lines = [json.dumps(event()), "", '{"type": "log", "body": }', json.dumps(event(type="zz")), "[]"]
    with pytest.raises(InvalidInput) as refused:
        decode_ndjson("\r\n".join(lines).encode(), LIMITS, None)
    assert [(fault.index, fault.code) for fault in refused.value.faults] == [
        (1, "invalid_json"),
        (2, "unknown_type"),
        (3, "not_an_object"),
    ]
    assert "line 3 column 25" in refused.value.faults[0].message


def test_no_message_repeats_more_than_64_characters_of_what_was_sent():
    secret = "\x1b[31m" + "s3cret " * 1000
    for sent in (event(type=secret), event(eventId=secret), event(body={secret: 1}), event(body={"level": secret})):
        with pytest.raises(InvalidInput) as refused:
            single(sent)
        text = refused.value.detail + "".join(fault.field + fault.message for fault in refused.value.faults)
        assert text.isprintable() and text.count("s3cret") < 60
