"""What an event means: canonical bodies, times, tokens, names, and which columns they fill."""

import json
from decimal import Decimal

import pytest

from lynex.clock import DAY, HOUR
from lynex.config import PriceConfig
from lynex.events.envelope import Event
from lynex.ingest.enrich import enrich
from lynex.ingest.normalise import normalise
from lynex.ingest.recent_calls import RecentCalls
from lynex.pricing.book import PriceBook
from lynex.store.columns import to_arrow
from lynex.store.stored_event import StoredEvent
from lynex.store.summary import detail_of

NOW = 1_795_176_000_000_000
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PRICES = PriceBook()


def stored(type_: str = "model_response", *, event_id: str = "evt_1", sent_at: int | None = NOW, context=None, sdk=None,
           recent: RecentCalls | None = None, prices: PriceBook = PRICES, imported: bool = False, **body) -> StoredEvent:  # fmt: skip
    event = Event(event_id, type_, sent_at, sdk or {}, context or {}, body, 100)
    draft = normalise(event, seq=7, project_id="proj_a", key_id="key_a", received_at=NOW, imported=imported)
    row = enrich(draft, prices, NOW + 1_500)
    (recent if recent is not None else RecentCalls()).settle([row])
    return row


def body_of(row: StoredEvent) -> dict:
    return json.loads(row.body)


def text(role: str, words: str) -> dict:
    return {"role": role, "parts": [{"type": "text", "content": words}]}


def test_the_two_line_call_becomes_a_priced_model_response():
    row = stored(model="gpt-4", prompt="Hello", response="Hi there!", tokens={"input": 5, "output": 10}, latency_ms=230)
    body = body_of(row)
    assert body["model"] == {"request": "gpt-4", "provider": "openai"}
    assert body["input"] == {"messages": [text("user", "Hello")]}
    assert body["output"] == {"messages": [text("assistant", "Hi there!")]}
    assert body["usage"] == {"input_tokens": 5, "output_tokens": 10, "total_tokens": 15, "scope": "call"}
    assert body["cost"]["total"] == 0.00075 and body["cost"]["source"] == "computed"
    assert body["sent"] == {
        "input_from": "prompt.text", "output_from": "response.text", "tokens": {"input": 5, "output": 10}, "latency_ms": 230,
        "derived": ["provider"],
    }  # fmt: skip
    assert (row.cost, row.cost_source, row.usage_scope) == (Decimal("0.00075"), "computed", "call")
    assert (row.duration_ms, row.input_preview, row.output_preview) == (230, "Hello", "Hi there!")
    assert (row.seq, row.key_id, row.processed_at, row.queue_latency_ms) == (7, "key_a", NOW + 1_500, 1.5)
    assert to_arrow([row]).num_rows == 1


@pytest.mark.parametrize(
    ("sent_at", "at", "skew"),
    [
        (NOW - 400 * DAY, NOW - 400 * DAY, None),
        (NOW - 400 * DAY - 1, NOW, (400 * DAY + 1) / 1000),
        (NOW + HOUR, NOW + HOUR, None),
        (NOW + 2 * HOUR, NOW, -2 * HOUR / 1000),
        (0, NOW, NOW / 1000),
        (None, NOW, None),
    ],
)
def test_an_event_rests_at_its_own_time_unless_that_cannot_be(sent_at, at, skew):
    row = stored("log", sent_at=sent_at, message="x")
    assert (row.at, row.sent_at, row.clock_skew_ms) == (at, sent_at, skew)


def test_an_imported_event_keeps_its_time_however_old():
    assert stored("log", sent_at=NOW - 900 * DAY, imported=True, message="x").at == NOW - 900 * DAY


def test_the_price_is_that_of_the_day_of_the_event():
    own = PriceBook(
        (PriceConfig(model="m", input=1, output=1), PriceConfig(model="m", input=2, output=2, starts="2026-11-20"))
    )
    usage = {"input": 1_000_000, "output": 0}
    assert stored(model="m", tokens=usage, prices=own).cost == 2
    assert stored(model="m", tokens=usage, prices=own, sent_at=NOW - 2 * DAY).cost == 1


@pytest.mark.parametrize(
    ("tokens", "inclusive"),
    [
        ({"input": 1000, "output": 10, "cached": 800}, (1000, 10, 1010)),
        ({"input": 200, "output": 10, "cached": 800}, (1000, 10, 1010)),
        ({"input": 1000, "output": 10, "cached": 800, "total": 1810}, (1800, 10, 1810)),
        ({"input_tokens": 900, "cache_read_input_tokens": 800, "cache_creation_input_tokens": 50, "output_tokens": 9}, (1750, 9, 1759)),
        ({"prompt_tokens": 900, "cache_read_input_tokens": 800, "completion_tokens": 9}, (900, 9, 909)),
        ({"prompt_tokens": 20, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 8}}, (20, 7, 27)),
        ({"prompt_token_count": 10, "candidates_token_count": 20, "thoughts_token_count": 5}, (10, 25, 35)),
        ({"promptTokenCount": 10, "candidatesTokenCount": 20, "thoughtsTokenCount": 5, "totalTokenCount": 35}, (10, 25, 35)),
        ({"input": 10, "output": 20, "reasoning": 30}, (10, 50, 60)),
        ({"input": 10, "output": 20, "reasoning": 15}, (10, 20, 30)),
        ({"input": 10, "output": 20, "reasoning": 15, "total": 45}, (10, 35, 45)),
        ({"input": 10, "output": 20, "total": 31}, (10, 20, 31)),
        ({"input": 10, "output": 20, "total": 3}, (10, 20, 30)),
        ({"total": 31}, (None, None, 31)),
        ({"cached": 5}, (5, None, 5)),
    ],
)  # fmt: skip
def test_tokens_mean_the_same_whoever_counted_them(tokens, inclusive):
    row = stored(model="gpt-4o", tokens=tokens)
    assert (row.input_tokens, row.output_tokens, row.total_tokens) == inclusive
    assert body_of(row)["sent"]["tokens"] == tokens


def test_wrong_counts_are_kept_as_sent_and_count_nothing():
    row = stored(model="gpt-4o", tokens={"input": "12", "output": True})
    assert (row.input_tokens, row.cost, row.cost_source) == (None, None, None)
    assert body_of(row)["sent"]["tokens"] == {"input": "12", "output": True}


def test_finer_counts_are_kept_and_priced():
    usage = {
        "input_tokens": 10, "cache_creation_input_tokens": 1000, "cache_creation": {"ephemeral_1h_input_tokens": 1000},
        "cache_read_input_tokens": 0, "output_tokens": 1, "server_tool_use": {"web_search_requests": 2},
    }  # fmt: skip
    row = stored(model="claude-sonnet-4-5", usage=usage)
    assert body_of(row)["usage"]["details"] == {"cache_write_1h_tokens": 1000, "web_searches": 2}
    assert row.cost == Decimal("0.00003") + Decimal("0.006") + Decimal("0.000015") + Decimal("0.02")
    assert body_of(row)["cost"]["other"] == 0.02


def test_an_unknown_model_has_no_cost_and_says_so():
    row = stored(model="acme-9", tokens={"input": 5, "output": 10})
    assert (row.cost, row.cost_source) == (None, "unknown_model")
    assert "cost" not in body_of(row)


def test_a_reported_cost_wins_and_the_computed_one_is_kept_beside_it():
    row = stored(model="gpt-4", tokens={"input": 5, "output": 10}, cost=0.1 + 0.2)
    cost = body_of(row)["cost"]
    assert (row.cost, row.cost_source) == (Decimal("0.3"), "reported")
    assert (cost["total"], cost["source"], cost["computed"]["total"]) == (0.3, "reported", 0.00075)
    assert body_of(row)["sent"]["cost"] == 0.1 + 0.2


def test_reported_parts_add_up_unless_a_total_is_given():
    assert stored(model="m", cost={"input": 0.1, "output": 0.2}).cost == Decimal("0.3")
    assert stored(model="m", cost={"input": 0.1, "output": 0.2, "total": 0.4}).cost == Decimal("0.4")


@pytest.mark.parametrize("cost", [-1, 1e12, "0.3", True, {"total": 3, "currency": "EUR"}, {}, [1]])
def test_a_cost_that_is_no_amount_of_dollars_is_kept_but_not_counted(cost):
    row = stored(model="gpt-4", tokens={"input": 5, "output": 10}, cost=cost)
    assert row.cost_source == "computed"
    assert body_of(row)["sent"]["cost"] == cost


def test_absurd_token_counts_are_stored_without_a_cost_the_column_cannot_hold():
    row = stored(model="gpt-4", tokens={"input": 2**53 - 1, "output": 2**53 - 1})
    assert row.cost is None or row.cost < 10**12
    assert to_arrow([row]).num_rows == 1


def test_the_service_tier_changes_the_price():
    tokens = {"input": 1_000_000, "output": 0}
    plain = stored(model="gpt-5", tokens=tokens).cost
    flex = stored(model="gpt-5", tokens=tokens, parameters={"service_tier": "flex"}).cost
    served = stored(model="gpt-5", usage={**tokens, "service_tier": "flex"}, parameters={"service_tier": "auto"}).cost
    assert plain is not None and flex is not None
    assert flex == served == plain / 2


@pytest.mark.parametrize(
    ("sent", "name"),
    [("end_turn", "stop"), ("STOP", "stop"), ("tool_use", "tool_calls"), ("tool-calls", "tool_calls"),
     ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"), ("refusal", "content_filter"), ("weird", "weird")],
)  # fmt: skip
def test_reasons_to_stop_have_one_spelling(sent, name):
    row = stored(model="m", finish_reason=sent)
    assert row.finish_reason == name
    assert body_of(row)["model"]["finish_reasons"] == [name]


def test_a_conversation_with_tools_is_one_shape():
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}
    row = stored(
        model="gpt-4o",
        system="Be brief.",
        messages=[
            {
                "role": "user",
                "content": [{"type": "text", "text": "Weather?"}, {"type": "image_url", "image_url": {"url": "u"}}],
            },
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        ],
        response="It is sunny.",
        tool_calls=[call],
        tools=[{"type": "function", "function": {"name": "weather"}}],
    )
    body = body_of(row)
    part = {"type": "tool_call", "name": "weather", "id": "c1", "arguments": {"city": "Paris"}}
    assert body["system_instructions"] == [{"type": "text", "content": "Be brief."}]
    assert [message["parts"] for message in body["input"]["messages"]] == [
        [{"type": "text", "content": "Weather?"}, {"type": "image_url", "image_url": {"url": "u"}}],
        [part],
        [{"type": "tool_call_response", "id": "c1", "result": "sunny"}],
    ]
    assert body["output"]["messages"][0]["parts"] == [{"type": "text", "content": "It is sunny."}, part]
    assert body["tool"]["definitions"][0]["function"]["name"] == "weather"
    assert (row.input_preview, row.output_preview) == ("Weather?", "It is sunny.")


def test_anthropic_blocks_become_the_same_parts():
    row = stored(
        model="claude-sonnet-4-5",
        messages=[
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "w", "input": {"c": 1}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}]},
        ],
    )
    messages = body_of(row)["input"]["messages"]
    assert messages[0]["parts"] == [{"type": "tool_call", "id": "t", "name": "w", "arguments": {"c": 1}}]
    assert messages[1]["parts"] == [{"type": "tool_call_response", "id": "t", "result": "ok"}]
    assert "input_kept" not in body_of(row)["sent"]


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ({"a": 1}, {"a": 1}),
        ('{"a": 1}', {"a": 1}),
        ('"{\\"a\\": 1}"', {"a": 1}),
        ('"\\"sunny\\""', "sunny"),
        ("not json", "not json"),
        ("12", "12"),
        ('{"n": 99999999999999999999}', '{"n": 99999999999999999999}'),
        ("[" * 70 + "]" * 70, "[" * 70 + "]" * 70),
    ],
)
def test_tool_arguments_are_decoded_where_that_is_safe(sent, understood):
    row = stored("tool_call", tool="weather", arguments=sent, result={"t": 20}, call_id="c1", tool_type="function")
    expected = {"name": "weather", "type": "function", "call_id": "c1", "arguments": understood, "result": {"t": 20}}
    assert body_of(row)["tool"] == expected
    assert (row.tool_name, row.name, row.output_preview) == ("weather", "weather", '{"t":20}')


def test_a_failed_call_keeps_its_type_and_becomes_an_error():
    row = stored(model="gpt-4o", error={"type": "RateLimitError", "message": "slow down", "code": 429}, level="warning")
    assert (row.type, row.status, row.level) == ("model_response", "error", "error")
    assert (row.error_type, row.error_message) == ("RateLimitError", "slow down")
    assert body_of(row)["sent"]["level"] == "warning"


def test_an_error_on_its_own():
    row = stored("error", message="boom", error_type="ValueError", stack="line 1", handled=False)
    assert body_of(row)["error"] == {"message": "boom", "type": "ValueError", "stack": "line 1"}
    assert (row.status, row.level, row.error_type, row.error_message) == ("error", "error", "ValueError", "boom")
    assert body_of(row)["handled"] is False


def test_an_agent_step_keeps_its_state():
    row = stored("agent_action", name="planner", action="search", thought="look", state={"a": 1}, step_index=3)
    body = body_of(row)
    assert body["agent"] == {"name": "planner", "action": "search", "thought": "look"}
    assert body["state"] == {"a": 1}
    assert (row.agent_name, row.name, row.step_index) == ("planner", "planner", 3)


def test_messages_retrievals_scores_spans_and_custom_events_find_their_columns():
    said = stored("message", role="assistant", content="Hello", channel="web")
    assert body_of(said)["output"] == {"messages": [text("assistant", "Hello")]} and said.output_preview == "Hello"
    found = stored("retrieval", query="cats", documents=[{"id": "1", "content": "Cats purr."}], top_k=1, source="kb")
    assert body_of(found)["retrieval"]["top_k"] == 1 and (found.input_preview, found.output_preview) == (
        "cats",
        "Cats purr.",
    )
    scored = stored("eval_metric", metric="faithful", score=True, target_event_id="evt_9")
    assert body_of(scored)["eval"] == {"name": "faithful", "score": 1, "target": {"event_id": "evt_9"}}
    assert (scored.eval_name, scored.eval_score) == ("faithful", 1.0)
    span = stored("span", name="step", input={"q": 1}, output=[2], duration_ms=5)
    assert body_of(span)["input"] == {"value": {"q": 1}} and (span.name, span.duration_ms) == ("step", 5)
    custom = stored("custom", name="signup", plan="pro", cost="a lot")
    assert body_of(custom) == {"name": "signup", "plan": "pro", "sent": {"cost": "a lot"}}


def test_the_context_fills_its_columns_and_keeps_the_rest():
    context = {
        "session_id": "s", "user_id": "u", "environment": "prod", "release": "1", "tags": ["a", "b"], "metadata": {"k": 1},
        "parent_event_id": "p", "tenant": "t", "step_index": 2,
    }  # fmt: skip
    row = stored(
        "log", event_id=f"{TRACE}:{SPAN}", context=context, sdk={"name": "python", "version": "1.0"}, message="m"
    )
    assert (row.session_id, row.user_id, row.environment, row.release) == ("s", "u", "prod", "1")
    assert (row.tags, row.attrs, row.context) == (["a", "b"], '{"k":1}', '{"tenant":"t"}')
    assert (row.trace_id, row.span_id, row.parent_event_id, row.step_index) == (TRACE, SPAN, "p", 2)
    assert (row.sdk_name, row.sdk_version) == ("python", "1.0")


def test_a_trace_named_in_the_context_wins_over_the_id():
    row = stored("log", event_id=f"{TRACE}:{SPAN}", context={"trace_id": "t"}, message="m")
    assert (row.trace_id, row.span_id) == ("t", SPAN)
    assert stored("log", event_id="g" * 32 + ":" + SPAN, message="m").trace_id is None


def test_a_broken_clock_and_a_circle_are_flagged():
    row = stored("span", duration_ms=-5, context={"parent_event_id": "evt_1", "metadata": {"k": 1}}, name="s")
    assert row.duration_ms == 0
    assert json.loads(row.attrs or "") == {"k": 1, "clock_anomaly": True, "cycle": True}
    assert json.loads(row.context or "") == {"metadata": {"k": 1}}


def test_usage_reported_apart_from_its_call_counts_once():
    recent, tokens = RecentCalls(), {"input": 5, "output": 10}
    call = stored(event_id="a", model="gpt-4", tokens=tokens, response_id="r1", recent=recent)
    later = stored("token_usage", event_id="b", model="gpt-4", tokens=tokens, response_id="r1", recent=recent)
    alone = stored("token_usage", event_id="c", model="gpt-4", tokens=tokens, response_id="r2", recent=recent)
    after = stored(event_id="d", model="gpt-4", tokens=tokens, response_id="r2", recent=recent)
    assert [row.usage_scope for row in (call, later, alone, after)] == ["call", "duplicate", "call", "call"]
    counted = [row.cost for row in (call, later, alone, after) if row.usage_scope == "call"]
    assert counted == [Decimal("0.00075"), Decimal("0.00075"), None]
    assert detail_of(after)["body"]["usage"]["scope"] == "duplicate"
    assert detail_of(later)["body"]["usage"]["scope"] == "duplicate"
    assert detail_of(call)["body"]["usage"]["scope"] == "call"


def test_what_is_settled_again_after_a_failure_counts_as_before():
    recent, tokens = RecentCalls(), {"input": 5, "output": 10}

    def settled():
        usage = stored("token_usage", event_id="a", model="gpt-4", tokens=tokens, response_id="r", recent=recent)
        call = stored(event_id="b", model="gpt-4", tokens=tokens, response_id="r", recent=recent)
        return [(row.usage_scope, row.input_tokens) for row in (usage, call)]

    assert settled() == settled() == [("call", 5), ("call", None)]


def test_one_call_seen_by_two_instrumentations_of_a_trace_counts_once():
    recent = RecentCalls()
    calls = [
        stored(event_id=event_id, model="gpt-4", response_id="r", context={"trace_id": trace}, recent=recent)
        for event_id, trace in (("a", "t1"), ("b", "t1"), ("a", "t1"), ("c", "t2"))
    ]
    assert [row.usage_scope for row in calls] == ["call", "duplicate", "call", "call"]
    assert stored(event_id="d", model="gpt-4", response_id="r", recent=recent).usage_scope == "call"


def test_the_oldest_calls_are_forgotten():
    recent = RecentCalls(responses=10)
    for number in range(40):
        stored(event_id=f"e{number}", model="gpt-4", response_id=f"r{number}", recent=recent)
    usage = [stored("token_usage", event_id="u", model="gpt-4", response_id=f"r{n}", recent=recent) for n in (39, 0)]
    assert [row.usage_scope for row in usage] == ["duplicate", "call"]


def test_the_fingerprint_is_of_model_and_parameters_in_any_order():
    one = stored(model="gpt-4", parameters={"a": 1, "b": 2}).model_fingerprint
    assert one == stored(model="gpt-4", parameters={"b": 2, "a": 1}, prompt="other").model_fingerprint
    assert one != stored(model="gpt-4", parameters={"a": 1, "b": 3}).model_fingerprint
    assert one is not None and len(one) == 16
