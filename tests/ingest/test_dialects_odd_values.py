"""Any value under any name that any convention knows: nothing is too odd to be stored, and columns keep their types."""

import json
import random

import msgspec

from lynex.ingest.dialects.mapping import DIALECTS
from lynex.store.summary import detail_of
from tests.ingest.telemetry import a_log, a_point, a_span, row_of

RESTS = ("a", "input_tokens", "tags", "__proto__", "userId", "3", "", "0.message.role", "1.content", "99999.z",
         "0.message.tool_calls.0.tool_call.function.name")  # fmt: skip
KINDS = ("langfuse.observation.type", "openinference.span.kind", "gen_ai.operation.name", "ai.operationId")
WORDS = ("generation", "tool", "retriever", "agent", "evaluator", "event", "LLM", "TOOL", "RETRIEVER", "chat",
         "execute_tool", "invoke_agent", "embeddings", "ai.generateText", "ai.generateText.doStream",
         "ai.rerank.doRerank", "ai.toolCall", "tools/call", "log", "model")  # fmt: skip
TEXTS = ("", "{", "[", "null", '"', "5", "-1", "1e400", "NaN", "true", '"2026-11-21T12:00:00Z"', "x" * 500)
VALUES = (
    None, True, [], {}, 5, -1, 1.5, 2**60, 1e300, [1], ["a"], [{}], {"a": 1}, [[1]], {"role": 5, "content": 5},
    {"role": "user", "content": [{"type": "text"}]}, {"type": "tool-call"}, {"messages": 5},
    {"messages": [{"role": "user", "content": "x"}], "tools": [1]}, {"input": 5, "output": "x", "total": 1.5},
    {"prompt_tokens_details": {"cached_tokens": "x"}}, {"anthropic": {"usage": {"cache_read_input_tokens": 1}}},
    {"candidates": [{"content": {"parts": [{"text": 5}, {"functionCall": 5}]}}, 5]},
    [{"role": "user", "parts": [5, {"type": 5}, {"type": "tool_call"}, {}]}], {"function_tools": [5]},
)  # fmt: skip
LOGS = ("", "exception", "gen_ai.choice", "gen_ai.tool.message", "gen_ai.evaluation.result",
        "gen_ai.client.inference.operation.details", "claude_code.api_request", "claude_code.tool_result",
        "claude_code.user_prompt", "codex.sse_event", "codex.tool_result", "gemini_cli.api_response")  # fmt: skip
SCOPES = ("", "gen_ai", "langfuse-sdk", "pydantic-ai", "logfire", "com.anthropic.claude_code")
COLUMNS = {
    str: ("name", "kind", "model", "provider", "tool_name", "agent_name", "session_id", "user_id", "prompt_name",
          "prompt_version", "eval_name", "error_type", "error_message", "finish_reason", "response_id",
          "input_preview", "output_preview"),
    int: ("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "step_index"),
    (int, float): ("duration_ms", "ttft_ms", "eval_score"),
}  # fmt: skip


def a_value(dice):
    value = dice.choice(VALUES)
    forms = (value, json.dumps(value), json.dumps(json.dumps(value)), dice.choice(WORDS), dice.choice(TEXTS))
    return dice.choice(forms)


def a_record(dice, keys):
    attributes = {dice.choice(keys): a_value(dice) for _ in range(dice.randrange(1, 14))}
    if dice.random() < 0.6:
        attributes[dice.choice(KINDS)] = dice.choice(WORDS)
    signal = dice.random()
    if signal < 0.6:
        return a_span(dice.choice(("x", "claude_code.tool")), attributes, scope=dice.choice(SCOPES))
    if signal < 0.9:
        resource = dice.choice(({}, {"service.name": "gemini-cli"}))
        name, traced = dice.choice(LOGS), dice.random() < 0.5
        return a_log(name, attributes, body=a_value(dice), traced=traced, resource=resource)
    metric = dice.choice(("gen_ai.client.token.usage", "claude_code.token.usage", "x"))
    return a_point(metric, attributes, value=dice.choice((5, -1, 1e300, None)))


def test_no_value_is_too_odd_to_be_stored():
    keys = [key for dialect in DIALECTS for key in dialect.fields]
    keys += [start + rest for dialect in DIALECTS for start in (*dialect.prefixes, *dialect.lists) for rest in RESTS]
    keys += ["prompt.id", "model", "cost_usd", "duration_ms", "input_tokens", "success", "error", "response_text",
             "tool_parameters", "conversation.id", "input_token_count", "output", "status", "finish_reasons"]  # fmt: skip
    dice = random.Random(8)
    for _ in range(3000):
        row = row_of(a_record(dice, keys))  # which asserts that no dialect stumbled
        msgspec.json.encode(detail_of(row))
        for kinds, names in COLUMNS.items():
            for name in names:
                value = getattr(row, name)
                assert value is None or (isinstance(value, kinds) and type(value) is not bool), (name, value)
        assert row.tags is None or all(type(tag) is str for tag in row.tags)
