"""Whatever attributes say, a record becomes one row that the store takes, and no dialect stumbles over it."""

import json
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynex.ingest.dialects.flattened import path_of, unflatten
from lynex.ingest.dialects.mapping import DIALECTS, draft_of_span
from lynex.ingest.otlp_events import read_record
from lynex.ingest.otlp_records import DataPoint, Link, LogRecord, Scope, Span, SpanEvent
from lynex.ingest.parcel import Sender
from lynex.pricing.book import PriceBook
from lynex.store.columns import to_arrow
from lynex.store.contract import Batch
from lynex.store.stored_event import StoredEvent
from lynex.store.summary import summary_of
from tests.ingest.telemetry import NOON, SPAN, TRACE, a_span, event_of, row_of
from tests.store.rows import open_store

PRICES, SENDER = PriceBook(), Sender("otlp.traces", "proj_a", None, NOON, {})

# Every attribute any dialect knows, and some values that are right for one of them.
KNOWN = sorted({key for dialect in DIALECTS for key in dialect.fields})
STARTS = sorted({start for dialect in DIALECTS for start in (*dialect.prefixes, *dialect.lists, *dialect.ignored)})
WORDS = """openinference.span.kind=LLM openinference.span.kind=TOOL openinference.span.kind=RETRIEVER
openinference.span.kind=RERANKER openinference.span.kind=EMBEDDING openinference.span.kind=EVALUATOR
gen_ai.operation.name=chat gen_ai.operation.name=execute_tool gen_ai.operation.name=invoke_agent
gen_ai.operation.name=retrieval langfuse.observation.type=generation langfuse.observation.type=event
ai.operationId=ai.generateText ai.operationId=ai.generateText.doGenerate ai.operationId=ai.toolCall
mcp.method.name=tools/call mcp.method.name=resources/read mcp.method.name=ping traceloop.span.kind=tool
traceloop.span.kind=workflow db.system=pinecone llm.request.type=chat genkit:metadata:subtype=model
genkit:metadata:subtype=tool genkit:metadata:subtype=retriever logfire.span_type=log lynex.type=error"""
KINDS = [tuple(word.split("=")) for word in WORDS.split()]
EVENTS = ["exception", "gen_ai.choice", "gen_ai.user.message", "gen_ai.tool.message", "db.query.result", "ai.stream.firstChunk",
          "gen_ai.client.inference.operation.details", "gen_ai.content.prompt", "First Token Stream Event", "other"]  # fmt: skip

SCOPES = [
    "",
    "langfuse-sdk",
    "litellm",
    "ai",
    "openinference.instrumentation.x",
    "pydantic-ai",
    "gcp.vertex.agent",
    "genkit",
]
LOGS = ["claude_code.api_request", "api_error", "codex.sse_event", "codex.api_request", "gemini_cli.api_response", "gen_ai.choice",
        "gen_ai.evaluation.result", "gen_ai.client.inference.operation.details", "gen_ai.tool.message", ""]  # fmt: skip
LOOSE = ["model", "input_tokens", "cost_usd", "duration_ms", "session.id", "prompt.id", "event.kind", "error", "tool_name",
         "tool_parameters", "event.sequence", "event.timestamp", "prompt", "agent_name", "model_name", "metadata"]  # fmt: skip
INNER = ["role", "content", "parts", "type", "text", "tool_calls", "function", "arguments", "id", "message", "messages", "usage",
         "model", "name", "input", "input_tokens", "data", "kwargs", "result", "image", "args", "choices", "contents", "config",
         "generations", "llm_output", "documents", "query", "metadata", "url", "properties", "finish_reason", "total", "params",
         "function_call", "functionCall", "toolRequest", "tool_call_id", "prompt_tokens", "usage_metadata", "response"]  # fmt: skip
SEGMENTS = ["0", "0", "1", "9999999999", "-1", "__proto__", "message", "role", "content", "contents", "message_content", "tool_calls",
            "tool_call", "function", "name", "arguments", "document", "embedding", "vector", "text", "evaluation", "score", "type",
            "image", "function_call", "json_schema", "tool", "prompt", "url", ""]  # fmt: skip
TEXTS = ["", "x", "user", "assistant", "human", "ai", "tool", "text", "tool_call", "tool_call_response", "thinking", "NaN", "1e999",
         "[" * 200, '{"a":' * 100, "9" * 40, "[" + "9" * 40 + "]", "\ud7ff\x00", "2026-11-20T12:00:00Z", "-1", "0.5", "true", "null",
         "{'a': None}", "gpt-4o", "openai/gpt-4o", "a,b", "é…", "x" * 3000]  # fmt: skip
NUMBERS = [0, 1, 7, 20, -1, 2**53, 2**63 - 1, -(2**63), 0.5, -0.0, 1e300, 5e-324, 1e15, True, False, None]


def any_value(chance: random.Random, depth: int = 4) -> object:
    dice = chance.random()
    if depth == 0 or dice < 0.3:
        return chance.choice(TEXTS if chance.random() < 0.5 else NUMBERS)
    if dice < 0.5:
        return [any_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    return {chance.choice(INNER): any_value(chance, depth - 1) for _ in range(chance.randint(0, 4))}


def said(chance: random.Random) -> object:
    value = any_value(chance)
    written = chance.choice([lambda one: one, json.dumps, json.dumps, lambda one: json.dumps(json.dumps(one)), lambda one: json.dumps(one)[:-1], repr])  # fmt: skip
    return written(value)


def any_key(chance: random.Random, dialect) -> str:
    dice = chance.random()
    starts = [*dialect.prefixes, *dialect.lists, *dialect.ignored]
    if dice < 0.4 and dialect.fields:
        return chance.choice(list(dialect.fields))
    if dice < 0.7 and starts:
        return chance.choice(starts) + ".".join(chance.choices(SEGMENTS, k=chance.randint(1, 5)))
    return chance.choice([*KNOWN, *LOOSE, chance.choice(STARTS) + "0.message.content", "made up"])


def any_attributes(chance: random.Random) -> dict:
    dialect = chance.choice(DIALECTS)
    found = {any_key(chance, dialect): said(chance) for _ in range(chance.randint(0, 14))}
    return found | (dict([chance.choice(KINDS)]) if chance.random() < 0.8 else {})


def any_record(chance: random.Random) -> Span | LogRecord | DataPoint:
    instant = chance.choice([None, 0, NOON, NOON + 5, 2**62])
    about = (
        any_attributes(chance),
        any_attributes(chance) if chance.random() < 0.2 else {},
        Scope(chance.choice(SCOPES), "1"),
    )
    dice = chance.random()
    if dice < 0.7:
        events = [
            SpanEvent(chance.choice(EVENTS), chance.choice([None, NOON]), any_attributes(chance))
            for _ in range(chance.randint(0, 2))
        ]
        return Span(TRACE, SPAN, chance.choice([None, SPAN]), chance.choice(["", "x", "raw_gen_ai_request"]), "client", instant,
                    chance.choice([None, NOON, 0]), chance.choice(["unset", "ok", "error"]), "", about[0], events,
                    [Link(TRACE, SPAN, {})], about[1], about[2])  # fmt: skip
    if dice < 0.9:
        trace = chance.choice([TRACE, None])
        return LogRecord(
            trace,
            trace and chance.choice([SPAN, None]),
            instant,
            chance.randint(0, 24),
            "",
            chance.choice(LOGS),
            said(chance),
            *about,
        )
    figures = [chance.choice([None, 0, 7, 0.5]) for _ in range(5)]
    return DataPoint(chance.choice(["gen_ai.client.token.usage", "claude_code.cost.usage", "x"]), "", "sum", "delta", instant, NOON, *figures, *about)  # fmt: skip


def stored(record) -> StoredEvent:
    return read_record(record, seq=1, sender=SENDER, processed_at=NOON, prices=PRICES, buffer=bytearray())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_record_becomes_a_row_the_store_takes(seed):
    chance, rows = random.Random(seed), []
    for record in [any_record(chance) for _ in range(30)]:
        before = msgspec.json.encode(record)
        row = stored(record)
        rows.append(row)
        body = json.loads(row.body)
        assert "mapping_error" not in json.loads(row.attrs or "{}"), record
        assert body["attributes"].keys() == record.attributes.keys()
        assert msgspec.json.encode(record) == before  # what is shared by many is not changed by one
        for tokens in (row.input_tokens, row.output_tokens, row.total_tokens, row.cache_read_tokens):
            assert tokens is None or tokens >= 0
        assert stored(record) == row
    assert to_arrow(rows).num_rows == len(rows)


paths = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=5).map(".".join)


@given(st.lists(st.tuples(paths, st.text(max_size=5) | st.integers(0, 9)), max_size=30))
def test_any_paths_unflatten_to_no_more_than_was_said(pairs):
    told = [(path_of(path), value) for path, value in pairs]
    found = unflatten([(path, value) for path, value in told if path is not None])
    assert len(msgspec.json.encode(found)) <= sum(len(path) + 60 + len(str(value)) * 6 for path, value in pairs) + 2


def test_hostile_paths_build_nothing():
    attributes = {
        "llm.input_messages.2147483647.message.content": "far",
        "llm.input_messages.__proto__.polluted": "yes",
        "llm.input_messages.-1.message.content": "before the first",
        "llm.input_messages.length": 9,
        "llm.input_messages." + ".".join("0" * 40): "deep",
        "llm.input_messages." + "9" * 300 + ".message.content": "long",
        "llm.input_messages.7.message.content": "seven",
        "llm.input_messages.3.message.content": "three",
        "llm.input_messages.3.message.content.inside": "through a value",
        "openinference.span.kind": "LLM",
    }
    event = event_of(a_span("x", attributes))
    assert [message["parts"][0]["content"] for message in event["body"]["input"]["messages"]] == ["three", "seven"]
    assert event["body"]["attributes"] == attributes


def test_a_name_of_a_megabyte_stays_out_of_lists():
    huge = "ü" * (1 << 20)
    named = [
        "gen_ai.request.model", "gen_ai.response.model", "gen_ai.provider.name", "gen_ai.response.id", "session.id",
        "user.id", "gen_ai.agent.name", "gen_ai.tool.name", "gen_ai.prompt.name", "gen_ai.prompt.version",
        "deployment.environment.name", "service.version", "service.name", "exception.type", "exception.message",
        "lynex.level", "gen_ai.evaluation.name",
    ]  # fmt: skip
    attributes = dict.fromkeys(named, huge) | {"lynex.tags": [huge] * 60, "gen_ai.response.finish_reasons": [huge]}
    span = a_span(huge, attributes, status="error", message=huge, scope=huge)
    row = row_of(span)
    body = msgspec.json.decode(row.body)
    assert len(msgspec.json.encode(summary_of(row))) < 100_000
    assert len(body["name"]) == len(body["attributes"]["session.id"]) == 1 << 20
    assert len(row.tags) == 50 and {len(tag) for tag in row.tags} == {256}


def test_json_that_was_cut_off_is_kept_and_flagged():
    cut = '[{"role":"user","parts":[{"type":"text","content":"very long'
    event = event_of(a_span("chat", {"gen_ai.operation.name": "chat", "gen_ai.input.messages": cut}))
    assert event["body"]["input"] == {"value": cut}
    assert event["context"]["metadata"] == {"truncated": True}


@pytest.mark.parametrize("nested", ["[" * 100_000, '{"a":' * 5_000 + "1" + "}" * 5_000, "[" * 70 + "]" * 70, '{"n":123456789012345678901234567890}'])  # fmt: skip
def test_json_that_readers_disagree_about_stays_text(nested):
    row = row_of(a_span("chat", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": nested}))
    assert json.loads(row.body)["tool"]["arguments"] == nested


def test_arguments_encoded_twice_are_decoded_twice():
    for sent in ('{"city":"Paris"}', json.dumps('{"city":"Paris"}')):
        event = event_of(a_span("tool", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": sent}))
        assert event["body"]["tool"]["arguments"] == {"city": "Paris"}
    assert row_of(a_span("t", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": '"\\"sunny\\""'})).input_preview == "sunny"  # fmt: skip


def test_made_up_keys_are_forgotten_again():
    for number in range(12_000):
        draft_of_span(a_span("x", {f"llm.input_messages.{number}.x": 1, f"made.up.{number}": 1}))
    from lynex.ingest.dialects.mapping import _VOCABULARY

    assert len(_VOCABULARY._known) <= 25_000


def test_what_a_dialect_stumbles_over_is_stored_as_plain_opentelemetry(monkeypatch):
    def stumble(*_: object) -> None:
        raise KeyError("nobody thought of this")

    monkeypatch.setattr("lynex.ingest.dialects.mapping._finish", stumble)
    span = a_span("chat", {"gen_ai.operation.name": "chat", "tenant": "acme"}, status="error", message="no")
    row = stored(span)
    body = json.loads(row.body)
    assert (row.type, row.name, row.status, row.error_message) == ("span", "chat", "error", "no")
    assert (json.loads(row.attrs), body["mapping_error"]) == (
        {"mapping_error": True},
        "KeyError: 'nobody thought of this'",
    )
    assert body["attributes"] == span.attributes


@pytest.mark.parametrize("absurd", [0, -5, 2**62])
def test_times_that_cannot_be_are_those_of_arrival(absurd):
    span = a_span("x", {})
    span.start, span.end = absurd, None
    row = stored(span)
    assert (row.at, row.sent_at, row.duration_ms) == (NOON, None, None)


def test_the_store_takes_hostile_rows_and_gives_them_back(tmp_path):
    chance, rows = random.Random(7), []
    for seq in range(1, 301):
        record = any_record(chance)
        record.attributes.update({"nul\0key": "a", "nul": "a\0b", "é\u2028": "\x01", "metadata.x": "y" * 20_000})
        row = stored(record)
        row.seq, row.event_id = seq, f"{row.event_id}{seq}"
        rows.append(row)
    store = open_store(tmp_path)
    store.append(Batch(1, 300, rows))
    found = store.select(
        "SELECT body, CAST(CAST(attrs AS JSON) AS VARCHAR) AS attrs, sent_at FROM events ORDER BY seq", {}
    ).to_pylist()
    store.close()
    assert [one["body"] for one in found] == [row.body for row in rows]
    assert all(
        "nul" in json.loads(one["attrs"]) for one in found if one["attrs"] and "mapping_error" not in one["attrs"]
    )
