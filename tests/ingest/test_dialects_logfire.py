"""Logfire and Pydantic AI: levels, messages, tags, and what older formats told in other places."""

import json

from lynex.ingest.recent_calls import RecentCalls
from tests.ingest.telemetry import NOON, TRACE, a_span, event_of, row_of


def test_a_log_has_its_level_its_message_and_the_senders_own_attributes():
    attributes = {
        "logfire.span_type": "log",
        "logfire.level_num": 13,
        "logfire.msg": "answered Paris",
        "logfire.msg_template": "answered {city}",
        "logfire.json_schema": '{"type":"object","properties":{"city":{}}}',
        "logfire.tags": ["weather"],
        "code.lineno": 3,
        "city": "Paris",
    }
    row = row_of(a_span("answered {city}", attributes, scope="logfire", ms=0))
    assert (row.type, row.level, row.status, row.output_preview) == ("log", "warning", "ok", "answered Paris")
    assert (row.tags, json.loads(row.attrs)) == (["weather"], {"city": "Paris"})
    row = row_of(a_span("went wrong", attributes | {"logfire.level_num": 21, "logfire.msg": "went wrong"}))
    assert (row.type, row.level, row.error_message) == ("error", "error", "went wrong")


def test_totals_of_a_run_are_a_roll_up_and_what_was_asked_is_its_input():
    event = event_of(
        a_span(
            "agent run",
            {
                "agent_name": "bot",
                "model_name": "gpt-4o-mini",
                "pydantic_ai.new_message_index": 2,
                "pydantic_ai.all_messages": json.dumps(
                    [
                        {"role": "user", "parts": [{"type": "text", "content": "Hi"}]},
                        {"role": "assistant", "parts": [{"type": "text", "content": "Hello"}]},
                        {"role": "user", "parts": [{"type": "text", "content": "And Paris?"}]},
                        {"role": "assistant", "parts": [{"type": "text", "content": "Sunny"}]},
                    ]
                ),
                "final_result": '{"sky":"blue"}',
                "gen_ai.aggregated_usage.input_tokens": 40,
                "gen_ai.aggregated_usage.output_tokens": 14,
                "gen_ai.aggregated_usage.details.reasoning_tokens": 6,
            },
            scope="pydantic-ai",
        )
    )
    body = event["body"]
    assert (event["type"], body["agent"]["name"], body["model"]["request"]) == ("agent_action", "bot", "gpt-4o-mini")
    assert [message["parts"][0]["content"] for message in body["input"]["messages"]] == ["Hi", "Hello", "And Paris?"]
    assert body["output"] == {"value": {"sky": "blue"}}
    assert body["usage"] == {
        "input_tokens": 40, "output_tokens": 14, "total_tokens": 54, "reasoning_tokens": 6, "scope": "rollup",
    }  # fmt: skip


def test_older_formats_told_tools_and_requests_in_attributes_of_their_own():
    tool = event_of(
        a_span(
            "running tool",
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "weather",
                "tool_arguments": '{"city":"Paris"}',
                "tool_response": "sunny",
            },
        )
    )
    assert tool["body"]["tool"] == {"name": "weather", "arguments": {"city": "Paris"}, "result": "sunny"}
    call = event_of(
        a_span(
            "chat gpt-4o-mini",
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.usage.input_tokens": 20,
                "gen_ai.usage.raw": '{"prompt_tokens":20,"prompt_tokens_details":{"cached_tokens":8}}',
                "model_request_parameters": '{"function_tools":[{"name":"weather"}],"output_mode":"tool","cache":null}',
                "operation.cost": 0.5,
            },
            scope="pydantic-ai",
        )
    )
    assert call["body"]["tool"] == {"definitions": [{"name": "weather"}]}
    assert call["body"]["model"]["params"] == {"output_mode": "tool"}
    assert (call["body"]["usage"]["cache_read_tokens"], call["body"]["cost"]["total"]) == (8, 0.5)


def test_a_stream_told_by_two_spans_is_one_request_with_its_tokens_counted_once():
    """Logfire closes the span of the request when the stream opens, and logs the counts when it ends."""
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini", "logfire.span_type": "span"}
    request = row_of(a_span("Chat Completion", chat, scope="logfire.openai"))
    counts = {"logfire.span_type": "log", "gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 7}
    ended = row_of(a_span("streaming response", chat | counts, scope="logfire.openai"))
    assert (request.type, request.usage_scope, request.input_tokens) == ("model_response", "call", None)
    assert (ended.type, ended.usage_scope, ended.input_tokens, ended.output_tokens) == ("token_usage", "call", 20, 7)


def test_a_stream_told_by_the_providers_own_package_too_counts_once():
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-sonnet-4-5"}
    counts = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 7}
    inner = row_of(a_span("anthropic.messages.create", chat | counts, scope="com.anthropic.sdk.python", ms=40))
    told = a_span("streaming response", chat | counts | {"logfire.span_type": "log"}, scope="logfire.anthropic", ms=0)
    told.span_id, told.start, told.end = "c" * 16, NOON + 45_000, NOON + 45_000
    ended, again, later = row_of(told), row_of(told), row_of(told)
    later.event_id, later.sent_at = f"{TRACE}:{'d' * 16}", NOON + 60_000_000
    recent = RecentCalls()
    recent.settle([ended, inner])
    recent.settle([again, later])
    assert [row.usage_scope for row in (inner, ended, again, later)] == ["call", "duplicate", "duplicate", "call"]
