"""What OTLP requests hold: the same in both encodings, each record weighed on its own, nothing that could fail later."""

import json
import math

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span, Status

from lynex.clock import DAY
from lynex.errors import BadRequest, TooLarge
from lynex.events.limits import Limits
from lynex.ingest.frames import Frame
from lynex.ingest.otlp import IN_JSON, LOGS, METRICS, TRACES, open_records, survey
from lynex.ingest.otlp_records import DataPoint
from lynex.ingest.parcel import Sender, pack
from lynex.ingest.understanding import Understanding
from lynex.pricing.book import PriceBook
from tests.otlp_samples import START_NS, TRACE, a_span, any_value, as_json, json_bytes, logs, metrics, pairs, traces

NOW = START_NS // 1000 + 1_000_000
LIMITS = Limits(4 << 20, 1000, 64, 2000, NOW)
EVERYTHING = {
    "text": "é 🎉", "empty": "", "yes": True, "no": False, "int": -5, "zero": 0, "large": 2**63 - 1, "least": -(2**63),
    "float": 0.5, "whole": 2.0, "nan": math.nan, "inf": -math.inf, "bytes": b"\xff\x00", "nothing": None,
    "list": ["a", 1, [], {"k": None}], "map": {"a": {"b": [True]}}, "": "no name",
}  # fmt: skip


def test_every_kind_of_value_comes_out_the_same_in_both_encodings():
    span = a_span(
        2,
        EVERYTHING,
        status=Status(code=2, message="broke"),
        trace_state="a=b",
        flags=257,
        events=[Span.Event(name="exception", time_unix_nano=START_NS, attributes=pairs({"exception.type": "E"}))],
        links=[Span.Link(trace_id=TRACE, span_id=bytes(7) + b"\1", attributes=pairs({"l": 1}))],
    )
    request = traces(a_span(1), span, resource={"service.name": "shop", "n": 1})
    (_, one), (_, same) = read(TRACES, request.SerializeToString()), read(TRACES + IN_JSON, json_bytes(request))
    assert one == same
    assert one.attributes == EVERYTHING | {"nan": "NaN", "inf": "-Infinity", "bytes": "/wA="}
    assert (one.trace_id, one.span_id, one.parent_span_id) == (TRACE.hex(), "0" * 15 + "2", "0" * 15 + "1")
    assert (one.start, one.end, one.kind, one.status, one.status_message) == (
        START_NS // 1000,
        START_NS // 1000 + 5000,
        "client",
        "error",
        "broke",
    )
    assert (one.resource, one.scope.name, one.scope.version) == ({"service.name": "shop", "n": 1}, "tests", "1.0")
    assert (one.events[0].name, one.links[0].span_id, one.trace_state, one.flags) == (
        "exception",
        "0" * 15 + "1",
        "a=b",
        257,
    )


def test_log_records_and_data_points_too():
    records = logs(
        LogRecord(observed_time_unix_nano=START_NS, severity_number=17, severity_text="ERROR", body=any_value({"a": [1]}),
                  attributes=pairs({"event.name": "gen_ai.choice"}), trace_id=TRACE, span_id=bytes(7) + b"\2"),
        LogRecord(time_unix_nano=START_NS, event_name="named", body=any_value("text")),
    )  # fmt: skip
    first, second = read(LOGS, records.SerializeToString())
    assert [first, second] == read(LOGS + IN_JSON, json_bytes(records))
    assert (first.at, first.severity, first.event_name, first.body) == (
        START_NS // 1000,
        17,
        "gen_ai.choice",
        {"a": [1]},
    )
    assert (second.trace_id, second.span_id, second.event_name, second.body) == (None, None, "named", "text")

    point = {"time_unix_nano": START_NS, "attributes": pairs({"k": "v"})}
    request = metrics(
        Metric(name="gen_ai.cost", unit="USD", sum={"aggregation_temporality": 1, "data_points": [point | {"as_double": 0.5}]}),
        Metric(name="llm.n", gauge={"data_points": [point | {"as_int": 7}, point | {"flags": 1}]}),
        Metric(name="process.cpu", gauge={"data_points": [point | {"as_int": 1}] * 3}),
        Metric(name="mcp.d", histogram={"data_points": [point | {"count": 2, "sum": 3.0, "min": 1.0, "max": 2.0, "bucket_counts": [2]}]}),
        Metric(name="ai.x", exponential_histogram={"data_points": [point | {"count": 2}]}),
        Metric(name="codex.s", summary={"data_points": [point | {"count": 4, "sum": 1.5}]}),
    )  # fmt: skip
    points = read(METRICS, request.SerializeToString(), ignored=3)
    assert points == read(METRICS + IN_JSON, json_bytes(request), ignored=3)
    assert [(one.metric, one.kind, one.temporality, one.value) for one in points[:3]] == [
        ("gen_ai.cost", "sum", "delta", 0.5),
        ("llm.n", "gauge", "unspecified", 7),
        ("llm.n", "gauge", "unspecified", None),
    ]
    assert [(one.count, one.sum, one.min, one.max) for one in points[3:]] == [(2, 3.0, 1.0, 2.0), (2, None, None, None), (4, 1.5, None, None)]  # fmt: skip
    assert isinstance(points[0], DataPoint) and points[0].unit == "USD" and points[0].attributes == {"k": "v"}


def test_json_is_taken_as_senders_write_it():
    """Trial B84 and semconv.md 6: times and integers as text or number, enums by name, ids in base64, unknown fields."""
    (span,) = as_json(traces(a_span(2)))["resourceSpans"][0]["scopeSpans"][0]["spans"]
    variants = [
        {"startTimeUnixNano": str(START_NS), "endTimeUnixNano": START_NS + 5_000_000},
        {"startTimeUnixNano": START_NS, "endTimeUnixNano": str(START_NS + 5_000_000), "kind": "SPAN_KIND_CLIENT"},
        {"traceId": "CvdlGRbNQ92ESOshHIAxnA==", "spanId": "AAAAAAAAAAI=", "parentSpanId": "AAAAAAAAAAE"},
        {"traceId": TRACE.hex().upper(), "status": {"code": "STATUS_CODE_UNSET"}, "events": None, "links": None},
        {"somethingNew": {"deep": [{}]}, "attributes": [one | {"new": 1} for one in span["attributes"]], "flags": "0"},
    ]
    expected = read(TRACES, traces(a_span(2)).SerializeToString())
    for changes in variants:
        assert read(TRACES + IN_JSON, spans_json(span | changes)) == expected, changes
    numbers = [{"intValue": "7"}, {"intValue": 7}, {"intValue": 7.0}, {"doubleValue": 7}, {"doubleValue": "7"}, {"intValue": "9" * 20}, {"doubleValue": "NaN"}]  # fmt: skip
    (odd,) = read(
        TRACES + IN_JSON,
        spans_json(span | {"attributes": [{"key": str(i), "value": n} for i, n in enumerate(numbers)]}),
    )
    assert list(odd.attributes.values()) == [7, 7, 7, 7.0, 7.0, "9" * 20, "NaN"]


def test_half_a_character_is_mended():
    """JavaScript cuts long texts in the middle of an emoji, and writes the half as an escape that is no JSON."""
    names = ["cut \\ud83d", "\\ude00 cut", "whole \\ud83d\\ude00", "no escape \\\\ud83d"]
    bodies = [
        b'{"traceId":"%s","spanId":"%016x","name":"%s"}' % (TRACE.hex().encode(), n + 1, name.encode())
        for n, name in enumerate(names)
    ]
    data = b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b",".join(bodies) + b"]}]}]}"
    assert [one.name for one in read(TRACES + IN_JSON, data)] == ["cut �", "� cut", "whole 😀", "no escape \\ud83d"]


def test_texts_that_are_not_utf_8_are_mended_too():
    """As where a sender cut a text by its bytes, or JavaScript wrote half a character into protobuf."""
    span = a_span(1, {"cut": "1234567@", "é": "whole"}, trace_state="<->")
    data = traces(span, resource={"service.name": "[--]"}).SerializeToString()
    for text, bad in ((b"1234567@", b"1234567\xc3"), (b"<->", b"\xed\xa0\xbd"), (b"[--]", b"[\xff\xfe]")):
        assert data.count(text) == 1
        data = data.replace(text, bad)
    (span,) = read(TRACES, data)
    assert (span.attributes, span.trace_state) == ({"cut": "1234567?", "é": "whole"}, "???")
    assert span.resource == {"service.name": "[??]"}


@pytest.mark.parametrize("in_json", [False, True])
def test_a_bad_record_is_refused_by_its_place_and_takes_no_other_with_it(in_json):
    bad = [a_span(trace_id=b"\1"), a_span(3), a_span(4), a_span(5), a_span(6)]
    bad[1].trace_id, bad[2].span_id, bad[3].trace_id, bad[4].span_id = b"", b"\1" * 7, bytes(16), bytes(8)
    request = traces(a_span(1), *bad)
    request.resource_spans.append(traces(bad[1], a_span(8)).resource_spans[0])
    kind, data = (TRACES + IN_JSON, json_bytes(request)) if in_json else (TRACES, request.SerializeToString())
    found = survey(kind, data, LIMITS)
    assert [refusal.index for refusal in found.refused] == [1, 2, 3, 4, 5, 6]
    assert all("16 bytes" in refusal.reason for refusal in found.refused)
    kept = list(open_records(kind, data, [refusal.index for refusal in found.refused]))
    assert (found.count, [one.span_id[-1] for one in kept]) == (2, ["1", "8"])


def test_limits_hold_for_each_record():
    large, old = a_span(2, {"text": "x" * 5000}), a_span(3)
    old.end_time_unix_nano = START_NS - 40 * DAY * 1000
    ancient = a_span(4)
    ancient.start_time_unix_nano, ancient.end_time_unix_nano = 5000, 2**64 - 1  # a broken clock is no reason
    limits = Limits(4096, 1000, 64, 2000, NOW, oldest=NOW - 30 * DAY)
    data = traces(a_span(1), large, old, ancient).SerializeToString()
    found = survey(TRACES, data, limits)
    assert [(one.index, one.reason.split()[-1]) for one in found.refused] == [(1, "4096"), (2, "retention.days)")]
    (_, kept) = open_records(TRACES, data, [1, 2])
    assert (kept.start, kept.end) == (5, (2**64 - 1) // 1000)


def test_messages_that_come_in_pieces_and_out_of_order_are_put_together():
    first, second = traces(a_span(1)).resource_spans[0], ResourceSpans(resource={"attributes": pairs({"more": 1})})
    data = ExportTraceServiceRequest(resource_spans=[first]).SerializeToString()
    inner = first.scope_spans[0].SerializeToString()
    shuffled = (
        field(2, inner)
        + field(1, first.resource.SerializeToString())
        + field(1, second.resource.SerializeToString())
        + b"\x78\x05"
    )
    (usual,), (odd,) = read(TRACES, data), read(TRACES, field(1, shuffled) + field(99, b"unknown"))
    assert odd.resource == {"service.name": "shop", "more": 1} and odd.attributes == usual.attributes


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(number: int) -> bytes:
    return (bytes([number & 127 | 128]) + varint(number >> 7)) if number > 127 else bytes([number])


def test_crowds_are_refused_before_they_cost_anything():
    ids = field(1, TRACE) + field(2, b"\1" * 8)
    crowded = [ids + b"\x4a\x00" * 100_000, ids + field(9, field(1, b"k") + field(2, field(5, b"\x0a\x00" * 100_000)))]
    wrapped = field(1, field(2, b"".join(field(2, span) for span in crowded) + field(2, ids)))
    assert [one.index for one in survey(TRACES, wrapped, LIMITS).refused] == [0, 1]
    many = b'{"key":"k","value":{}},' * 60_000
    crowd = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[%s{}]},{}]}]}]}' % many
    assert [one.reason[:12] for one in survey(TRACES + IN_JSON, crowd, LIMITS).refused] == [
        "it has more ",
        "a span needs",
    ]
    shared = traces(*[a_span(1, {}, name="")] * 2000, resource={"k": "v" * 60_000}).SerializeToString()
    empty = field(1, field(2, b"\x12\x00" * 60_000))
    deep = field(1, field(2, b"\x0a\x00" * 200_000))
    large_resource = traces(a_span(1), resource={"k": "v" * 70_000}).SerializeToString()
    for kind, data in (
        (TRACES, shared), (TRACES, empty), (TRACES, large_resource), (TRACES, b"\x0a\x02\x12\x00" * 60_000),
        (TRACES + IN_JSON, b'{"resourceSpans":[' + b"1," * 1_100_000 + b"1]}"),
        (METRICS, metrics(*[Metric(name="ai.n", gauge={"data_points": [{}] * 20_000})] * 3).SerializeToString()),
    ):  # fmt: skip
        with pytest.raises(TooLarge):
            survey(kind, data, LIMITS)
    with pytest.raises(BadRequest, match="more than 100000 fields"):
        survey(TRACES, deep, LIMITS)


def test_ten_thousand_attributes_are_kept_and_deep_values_cut():
    many, deep = {f"k{number}": number for number in range(10_000)}, any_value("end")
    for _ in range(40):
        deep = AnyValue(array_value={"values": [deep]})
    request = traces(a_span(1, many))
    assert [one.attributes for one in read(TRACES, request.SerializeToString())] == [many]
    assert [one.attributes for one in read(TRACES + IN_JSON, json_bytes(request))] == [many]
    nested = '{"arrayValue":{"values":[' * 100 + "{}" + "]}}" * 100
    data = spans_json(
        {"traceId": TRACE.hex(), "spanId": "1" * 16, "attributes": [{"key": "k", "value": json.loads(nested)}]}
    )
    (span,) = read(TRACES + IN_JSON, data)
    assert '{"dropped":"depth"}' in msgspec.json.encode(span.attributes).decode()
    span = a_span(1, {})
    span.attributes.add(key="k").value.CopyFrom(deep)
    (read_back,) = read(TRACES, traces(span).SerializeToString())
    assert msgspec.json.encode(read_back.attributes["k"]) == b"[" * 40 + b'"end"' + b"]" * 40
    bottomless = b'{"resourceSpans":[{"x":' + b"[" * 100_000
    with pytest.raises(BadRequest):
        survey(TRACES + IN_JSON, bottomless, LIMITS)


SEEDS = {
    TRACES: traces(a_span(1), a_span(2, EVERYTHING, events=[Span.Event(name="e", attributes=pairs({"a": 1}))])),
    LOGS: logs(LogRecord(time_unix_nano=START_NS, body=any_value({"a": ["b"]}), attributes=pairs(EVERYTHING), trace_id=TRACE)),
    METRICS: metrics(Metric(name="gen_ai.tokens", histogram={"data_points": [{"count": 2, "sum": 3.0, "attributes": pairs({"a": 1})}]})),
}  # fmt: skip
UNDERSTANDING = Understanding(PriceBook())


@st.composite
def mutated(draw, whole: bytes) -> bytes:
    """A valid body with some bytes flipped, taken out, put in, repeated or cut off."""
    data = bytearray(whole)
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 4)))):
        at = draw(st.integers(0, 1 << 16)) * 7919 % max(1, len(data))  # anywhere; small numbers are drawn most often
        size = draw(st.integers(1, 24))
        how = draw(st.sampled_from(("flip", "flip", "overwrite", "swap", "remove", "insert", "repeat", "cut")))
        if how == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "remove":
            del data[at : at + size]
        elif how == "overwrite" and data:
            data[at : at + size] = draw(st.binary(min_size=size, max_size=size))[: len(data) - at]
        elif how == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=24))
        elif how == "repeat":
            data[at:at] = data[at : at + size] * draw(st.integers(1, 5))
        elif how == "cut":
            del data[at:]
        elif how == "swap":
            data[at : at + size] = data[at : at + size][::-1]
    return bytes(data)


@pytest.mark.parametrize(("kind", "in_json"), [(TRACES, False), (TRACES, True), (LOGS, False), (LOGS, True), (METRICS, False), (METRICS, True)])  # fmt: skip
def test_no_mutation_of_a_valid_body_leads_to_anything_but_our_errors(kind, in_json):
    whole = json_bytes(SEEDS[kind]) if in_json else SEEDS[kind].SerializeToString()
    kind = kind + IN_JSON if in_json else kind

    @settings(max_examples=1000 if kind.startswith(TRACES) else 200, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(data=mutated(whole))
    def check(data):
        try:
            found = survey(kind, data, LIMITS)
        except (BadRequest, TooLarge):
            return
        refused = [one.index for one in found.refused]
        assert len(list(open_records(kind, data, refused))) == found.count
        if found.count:
            sender = Sender(kind, "proj_default", None, NOW, {}, refused)
            rows, aside = UNDERSTANDING.understand([Frame(1, found.count, pack(sender, data))], NOW)
            assert len(rows) == found.count and not aside, aside

    check()


def read(kind: str, data: bytes, ignored: int = 0) -> list:
    found = survey(kind, data, LIMITS)
    records = list(open_records(kind, data, []))
    assert (found.count, found.refused, found.ignored) == (len(records), [], ignored)
    return records


def spans_json(*spans: dict) -> bytes:
    return json.dumps({"resourceSpans": [{"resource": as_json(traces())["resourceSpans"][0]["resource"], "scopeSpans": [{"scope": {"name": "tests", "version": "1.0"}, "spans": spans}]}]}).encode()  # fmt: skip
