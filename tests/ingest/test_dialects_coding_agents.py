"""Claude Code, Codex and Gemini CLI: a session is a trace, a prompt a step, a call counts once."""

import json

import pytest

from lynex.pricing.book import PriceBook
from tests.clients.frozen import rows_of
from tests.ingest.telemetry import NOON, a_log, a_span, event_of, row_of


@pytest.fixture(scope="module")
def prices() -> PriceBook:
    return PriceBook()


@pytest.mark.parametrize(("client", "calls"), [("claude-code", 2), ("codex", 2), ("gemini-cli", 2)])
def test_a_session_is_a_trace_with_its_calls_tools_and_failures(client, calls, prices):
    rows = [row for row in rows_of(client, prices) if row.kind != "metric"]
    assert {(row.trace_id, row.session_id) for row in rows} == {(rows[0].trace_id, "session-1")}
    assert all(row.user_id for row in rows)
    counted = [row for row in rows if row.usage_scope == "call"]
    assert [(row.type, row.input_tokens, row.output_tokens, row.cache_read_tokens) for row in counted] == [
        ("model_response", 20, 7, 8)
    ] * calls
    assert all(row.cost for row in counted)
    assert [row.input_preview for row in rows if row.name.endswith("user_prompt")] == ["What is the weather in Paris?"]
    (tool,) = [row for row in rows if row.type == "tool_call"]
    assert tool.tool_name and tool.duration_ms and "Paris" in tool.input_preview
    (failed,) = [row for row in rows if row.type == "error"]
    assert failed.status == "error" and failed.error_message and failed.model


def test_events_of_a_prompt_stand_below_it_and_begin_when_they_began():
    session = {"session.id": "s-1", "prompt.id": "p-1", "user.id": "u-1"}
    prompt = row_of(a_log("claude_code.user_prompt", session | {"prompt": "<REDACTED>"}, traced=False))
    call = row_of(
        a_log(
            "",
            session | {"event.name": "api_request", "duration_ms": "1500", "event.sequence": 4, "model": "claude-x@1"},
            body="claude_code.api_request",
            traced=False,
        )
    )
    assert prompt.event_id == f"{prompt.trace_id}:{prompt.span_id}" == call.parent_event_id
    assert (prompt.type, prompt.input_preview) == ("message", None)
    assert (call.trace_id, call.at, call.duration_ms, call.step_index) == (prompt.trace_id, NOON - 1_500_000, 1500.0, 4)
    traced = row_of(a_log("claude_code.api_request", session))
    assert traced.trace_id != prompt.trace_id and traced.parent_event_id == f"{traced.trace_id}:{traced.span_id}"
    another = row_of(a_log("claude_code.user_prompt", session | {"session.id": "s-2"}, traced=False))
    assert another.trace_id != prompt.trace_id


def test_claude_codes_numbers_may_be_text_and_its_input_is_without_the_cache():
    counts = {"input_tokens": "12", "output_tokens": "7", "cache_read_tokens": "8", "cache_creation_tokens": "2"}
    call = a_log("claude_code.api_request", counts | {"model": "claude-sonnet-4-5", "cost_usd": "0.01"}, traced=False)
    row = row_of(call)
    assert (row.input_tokens, row.cache_write_tokens, row.provider, float(row.cost)) == (22, 2, "anthropic", 0.01)
    span = row_of(
        a_span("claude_code.llm_request", counts | {"model": "claude-sonnet-4-5", "request_id": "req_1"},
               scope="com.anthropic.claude_code.tracing")
    )  # fmt: skip
    assert (span.type, span.usage_scope, span.input_tokens, span.response_id) == ("model_response", "call", 22, "req_1")
    decided = row_of(a_log("claude_code.tool_decision", {"tool_name": "Bash", "decision": "reject"}, traced=False))
    assert (decided.type, decided.kind, decided.tool_name) == ("log", "tool_decision", "Bash")


def test_codex_names_events_in_an_attribute_and_counts_a_call_where_its_tokens_are():
    name = "event otel/src/events/session_telemetry.rs:1"
    plain = {"event.name": "codex.sse_event", "event.kind": "response.completed", "conversation.id": "s"}
    assert row_of(a_log(name, plain, traced=False)).type == "log"
    counts = {"input_token_count": "20", "output_token_count": "7", "cached_token_count": 8, "model": "gpt-5.1-codex"}
    row = row_of(a_log(name, plain | counts, traced=False))
    assert (row.type, row.input_tokens, row.cache_read_tokens, row.provider) == ("model_response", 20, 8, "openai")
    failed = row_of(a_log(name, plain | {"event.kind": "response.failed", "error.message": "too long"}, traced=False))
    assert (failed.type, failed.error_message) == ("error", "too long")
    start = row_of(a_log(name, {"event.name": "codex.conversation_starts", "conversation.id": "s"}, traced=False))
    assert start.event_id == failed.parent_event_id == row.parent_event_id
    tool = event_of(
        a_log(
            name,
            {"event.name": "codex.tool_result", "tool_name": "shell", "arguments": '{"command":["ls"]}',
             "output": "no", "success": "false", "mcp_server": ""},
            traced=False,
        )
    )  # fmt: skip
    assert tool["body"]["tool"] == {"name": "shell", "arguments": {"command": ["ls"]}, "result": "no"}
    assert tool["body"]["error"] == {"message": "no"}


def test_gemini_cli_tells_each_call_twice_and_counts_thoughts_beside_the_answer():
    cli = {"service.name": "gemini-cli"}
    session = {"session.id": "s-1"}
    details = session | {
        "event.name": "gen_ai.client.inference.operation.details",
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Hi"}]}]),
    }
    beside = row_of(a_log(details["event.name"], details, traced=False, resource=cli))
    assert (beside.type, beside.usage_scope, beside.output_preview) == ("message", "duplicate", "Hi")
    counts = {"input_token_count": 20, "output_token_count": 4, "thoughts_token_count": 3, "total_token_count": 27}
    call = session | counts | {"event.name": "gemini_cli.api_response", "model": "gemini-2.5-flash"}
    row = row_of(a_log("gemini_cli.api_response", call, traced=False, resource=cli))
    assert (row.type, row.input_tokens, row.output_tokens, row.reasoning_tokens) == ("model_response", 20, 7, 3)
    assert row.trace_id == beside.trace_id
    short = row_of(a_log("", session | {"event.name": "loop_detected"}, body="Loop.", traced=False, resource=cli))
    assert (short.type, short.name, short.output_preview) == ("log", "gemini_cli.loop_detected", "Loop.")
