"""Log records: what stands beside a span, what stands alone; and points of metrics, which never count."""

import json

import pytest

from lynex.ingest.dialects.severity import level_of
from tests.ingest.telemetry import SPAN, TRACE, a_log, a_point, event_of, row_of

PARENT = f"{TRACE}:{SPAN}"


@pytest.mark.parametrize(
    ("severity", "name", "level"),
    [(1, "", "debug"), (8, "", "debug"), (9, "", "info"), (12, "", "info"), (13, "", "warning"), (16, "", "warning"),
     (17, "", "error"), (24, "", "error"), (0, "", None), (0, "WARN2", "warning"), (0, "Critical", "error")],
)  # fmt: skip
def test_severities_are_the_four_levels(severity, name, level):
    assert level_of(severity, name) == level


def test_a_plain_log_says_its_message_under_its_span():
    event = event_of(a_log("", {"retries": 3, "logger.name": "x"}, body="try again", severity=13, scope="app.printer"))
    assert (event["type"], event["body"]["message"], event["body"]["level"]) == ("log", "try again", "warning")
    assert (event["body"]["logger"], event["context"]["parent_event_id"]) == ("app.printer", PARENT)
    assert event_of(a_log("", {}, body={"a": [1]}))["body"]["message"] == {"a": [1]}
    assert row_of(a_log("", {}, body="no trace", traced=False)).parent_event_id is None


def test_an_exception_is_an_error_of_its_own():
    row = row_of(
        a_log(
            "exception",
            {"exception.type": "ValueError", "exception.message": "no", "exception.stacktrace": "File …"},
            severity=17,
        )
    )
    assert (row.type, row.name, row.status, row.error_type, row.error_message) == (
        "error", "ValueError", "error", "ValueError", "no",
    )  # fmt: skip
    assert (row.parent_event_id, row.error_group is not None) == (PARENT, True)
    failed = row_of(a_log("", {}, body="the printer is on fire", severity=17))
    assert (failed.type, failed.status, failed.error_message) == ("log", "error", "the printer is on fire")


def test_an_evaluation_names_its_target():
    event = event_of(
        a_log(
            "gen_ai.evaluation.result",
            {
                "gen_ai.evaluation.name": "tone",
                "gen_ai.evaluation.score.value": 0.5,
                "gen_ai.evaluation.score.label": "warm",
                "gen_ai.evaluation.explanation": "says hello",
                "gen_ai.response.id": "r-1",
            },
        )
    )
    assert event["type"] == "eval_metric"
    assert event["body"]["eval"] == {
        "name": "tone", "score": 0.5, "label": "warm", "explanation": "says hello",
        "target": {"trace_id": TRACE, "event_id": PARENT, "response_id": "r-1"},
    }  # fmt: skip


def test_messages_stand_beside_their_span_in_every_generation_of_the_convention():
    said = event_of(a_log("gen_ai.user.message", {"gen_ai.system": "openai"}, body={"content": "Hi"}))
    assert (said["type"], said["context"]["parent_event_id"]) == ("message", PARENT)
    assert said["body"]["input"] == {"messages": [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]}
    tool = event_of(a_log("gen_ai.tool.message", {}, body={"content": "sunny", "id": "c1"}))
    part = {"type": "tool_call_response", "id": "c1", "result": "sunny"}
    assert tool["body"]["input"]["messages"] == [{"role": "tool", "parts": [part]}]
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}
    body = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [call]}}
    chosen = event_of(a_log("gen_ai.choice", {}, body=json.dumps(body)))
    assert chosen["type"] == "message" and chosen["body"]["model"]["finish_reasons"] == ["tool_calls"]
    assert chosen["body"]["output"]["messages"][0]["parts"] == [
        {"type": "tool_call", "name": "weather", "id": "c1", "arguments": {"city": "Paris"}}
    ]


def test_the_details_of_a_call_count_only_where_there_is_no_span():
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}]}],
    }
    name = "gen_ai.client.inference.operation.details"
    beside = row_of(a_log(name, attributes))
    assert (beside.type, beside.usage_scope, beside.parent_event_id) == ("message", "duplicate", PARENT)
    assert (beside.input_preview, beside.output_preview) == ("Hi", "Hello")
    alone = row_of(a_log(name, attributes, traced=False))
    assert (alone.type, alone.usage_scope, alone.input_tokens, alone.output_tokens) == ("model_response", "call", 20, 7)


def test_points_of_tokens_are_usage_that_never_counts():
    counted = row_of(a_point("gen_ai.client.token.usage", {"gen_ai.token.type": "output"}, total=28.0))
    assert (counted.type, counted.kind, counted.usage_scope, counted.output_tokens) == (
        "token_usage", "metric", "metric", 28,
    )  # fmt: skip
    renamed = row_of(a_point("gen_ai.client.inference.usage.cache_read.input_tokens", {}, value=8))
    assert (renamed.type, renamed.cache_read_tokens) == ("token_usage", 8)
    agent = row_of(
        a_point("claude_code.token.usage", {"type": "cacheRead", "model": "claude-x", "session.id": "s"}, value=8)
    )
    assert (agent.cache_read_tokens, agent.model, agent.session_id) == (8, "claude-x", "s")
    for other in (
        a_point("gen_ai.client.operation.duration", {}, total=0.5),
        a_point("claude_code.cost.usage", {"model": "claude-x"}, value=0.5),
        a_point("claude_code.token.usage", {"type": "dreams"}, value=8),
        a_point("gen_ai.client.token.usage", {"gen_ai.token.type": "input"}, value=-1),
    ):
        row = row_of(other)
        assert (row.type, row.usage_scope, row.input_tokens, row.cost) == ("custom", "metric", None, None)


def test_a_log_sent_twice_is_one_event_and_odd_ones_stop_nothing():
    record = a_log("x", {"a": 1}, body="b")
    assert row_of(record).event_id == row_of(record).event_id != row_of(a_log("x", {"a": 2}, body="b")).event_id
    for body in (None, 5, [1], {"message": 5}, {"message": {"tool_calls": [3]}}, "[[["):
        for name in ("gen_ai.choice", "gen_ai.tool.message", "gen_ai.evaluation.result", "exception", ""):
            row_of(a_log(name, {"exception.type": 5, "gen_ai.evaluation.score.value": "high"}, body=body))
