"""OpenTelemetry's GenAI conventions in all their generations, and the types that all conventions' words stand for."""

import json

import pytest

from lynex.ingest.otlp_records import SpanEvent
from tests.ingest.telemetry import NOON, a_span, event_of, row_of

ASKED = [
    {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
    {"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]},
]
CALL = {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Paris"}}
ANSWERED = [
    {"role": "assistant", "parts": [{"type": "text", "content": "Let me look."}, CALL], "finish_reason": "tool_call"}
]
NEW = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.finish_reasons": ["tool_calls"],
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.usage.cache_read.input_tokens": 8,
    "gen_ai.usage.reasoning.output_tokens": 3,
}
OLD = {
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.finish_reasons": '["tool_calls"]',
    "gen_ai.usage.prompt_tokens": 20,
    "gen_ai.usage.completion_tokens": "7",
    "gen_ai.usage.cache_read_input_tokens": 8.0,
    "gen_ai.usage.reasoning_tokens": 3,
}
INDEXED = {
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "Be kind.",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "Weather in Paris?",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "Let me look.",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.tool_calls.0.id": "c1",
    "gen_ai.completion.0.tool_calls.0.name": "weather",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"city":"Paris"}',
}
CALLED = [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}]
MESSAGES = [
    SpanEvent("gen_ai.system.message", NOON, {"content": "Be kind."}),
    SpanEvent("gen_ai.user.message", NOON, {"content": "Weather in Paris?"}),
    SpanEvent("gen_ai.choice", NOON, {"index": 0, "finish_reason": "tool_calls",
                                      "message": json.dumps({"content": "Let me look.", "tool_calls": CALLED})}),
]  # fmt: skip
DETAILS = [
    SpanEvent(
        "gen_ai.client.inference.operation.details",
        NOON,
        {"gen_ai.input.messages": ASKED, "gen_ai.output.messages": ANSWERED},
    )
]
GENERATIONS = {
    "JSON text": (NEW | {"gen_ai.input.messages": json.dumps(ASKED), "gen_ai.output.messages": json.dumps(ANSWERED)}, []),
    "JSON twice": (NEW | {"gen_ai.input.messages": json.dumps(json.dumps(ASKED)), "gen_ai.output.messages": [json.dumps(ANSWERED[0])]}, []),
    "structured": (NEW | {"gen_ai.input.messages": ASKED, "gen_ai.output.messages": ANSWERED}, []),
    "numbered": (OLD | INDEXED, []),
    "an event a message": (OLD | {"gen_ai.operation.name": "chat"}, MESSAGES),
    "one event": (NEW, DETAILS),
}  # fmt: skip


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_tells_the_same_call(generation):
    attributes, events = GENERATIONS[generation]
    span = a_span("chat gpt-4o-mini", attributes, events=events)
    row, event = row_of(span), event_of(span)
    body = event["body"]
    assert (event["type"], body["kind"], row.provider, row.model) == ("model_response", "llm", "openai", "gpt-4o-mini")
    assert (row.response_model, row.response_id, row.finish_reason) == (
        "gpt-4o-mini-2024-07-18",
        "chatcmpl-1",
        "tool_calls",
    )
    assert body["usage"] == {
        "input_tokens": 20, "output_tokens": 7, "total_tokens": 27, "cache_read_tokens": 8, "reasoning_tokens": 3, "scope": "call",
    }  # fmt: skip
    assert body["input"]["messages"] == ASKED
    assert [message["parts"] for message in body["output"]["messages"]] == [ANSWERED[0]["parts"]]
    assert float(row.cost) == pytest.approx(6.6e-6) and row.cost_source == "computed"
    assert (row.input_preview, row.output_preview) == ("Weather in Paris?", "Let me look.")


def test_parameters_prompt_first_token_and_the_rest_have_their_places():
    span = a_span("chat", NEW | {
        "gen_ai.request.temperature": 0.2, "gen_ai.request.top_k": 5.0, "gen_ai.request.stop_sequences": ["x"],
        "gen_ai.request.stream": True, "gen_ai.response.time_to_first_chunk": 0.25, "gen_ai.request.reasoning.level": "high",
        "gen_ai.conversation.id": "s1", "user.id": "u1", "gen_ai.agent.name": "bot", "gen_ai.prompt.name": "greet",
        "gen_ai.prompt.version": 3, "gen_ai.prompt.variable.name": "Ada", "gen_ai.system_instructions": '[{"type":"text","content":"Hi"}]',
        "gen_ai.tool.definitions": '[{"name":"weather"}]', "gen_ai.usage.cost": 0.5, "openai.response.service_tier": "flex",
        "tenant": "acme", "server.address": "api.openai.com", "gen_ai.brand.new": 1,
    })  # fmt: skip
    row, event = row_of(span), event_of(span)
    body, model = event["body"], event["body"]["model"]
    assert model["params"] == {
        "temperature": 0.2,
        "top_k": 5,
        "stop": ["x"],
        "reasoning_effort": "high",
        "service_tier": "flex",
    }
    assert (model["stream"], row.ttft_ms, row.session_id, row.user_id, row.agent_name) == (True, 250, "s1", "u1", "bot")
    assert body["prompt"] == {"name": "greet", "version": "3", "variables": {"name": "Ada"}}
    assert (row.prompt_name, row.prompt_version) == ("greet", "3")
    assert body["system_instructions"] == [{"type": "text", "content": "Hi"}]
    assert body["tool"] == {"definitions": [{"name": "weather"}]}
    assert (float(row.cost), row.cost_source, body["cost"]["computed"]["total"] > 0) == (0.5, "reported", True)
    assert event["context"]["metadata"] == {
        "tenant": "acme"
    }  # what nobody knows is searchable, what is known is not twice
    assert body["attributes"]["gen_ai.brand.new"] == 1


def test_cached_tokens_above_input_mean_that_they_come_on_top():
    row = row_of(a_span("chat", NEW | {"gen_ai.usage.input_tokens": 12, "gen_ai.usage.cache_read.input_tokens": 100}))
    assert (row.input_tokens, row.cache_read_tokens) == (112, 100)


def test_a_tool_a_retrieval_and_an_agent_have_their_own_bodies():
    tool = event_of(a_span("execute_tool weather", {
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather", "gen_ai.tool.call.id": "c1", "gen_ai.tool.type": "function",
        "gen_ai.tool.call.arguments": '"{\\"city\\":\\"Paris\\"}"', "gen_ai.tool.call.result": '{"sky":"blue"}',
    }))  # fmt: skip
    assert tool["type"] == "tool_call"
    assert tool["body"]["tool"] == {
        "name": "weather", "call_id": "c1", "type": "function", "arguments": {"city": "Paris"}, "result": {"sky": "blue"},
    }  # fmt: skip
    found = event_of(a_span("retrieval", {
        "gen_ai.operation.name": "retrieval", "gen_ai.retrieval.query.text": "sun", "gen_ai.retrieval.documents": '[{"id":"d1","score":0.5}]',
        "gen_ai.retrieval.top_k": 3, "gen_ai.data_source.id": "almanac",
    }))  # fmt: skip
    assert found["body"]["retrieval"] == {
        "query": "sun",
        "documents": [{"id": "d1", "score": 0.5}],
        "top_k": 3,
        "source": "almanac",
    }
    older = a_span("x", {"gen_ai.operation.name": "retrieval", "gen_ai.request.top_k": 3.0})
    assert event_of(older)["body"]["retrieval"] == {"top_k": 3}
    agent = row_of(
        a_span("invoke_agent bot", NEW | {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "bot"})
    )
    assert (agent.type, agent.kind, agent.usage_scope, agent.input_tokens) == ("agent_action", "agent", "rollup", 20)


def test_a_failure_keeps_its_type_and_says_what_happened():
    failed = SpanEvent(
        "exception",
        NOON,
        {"exception.type": "RateLimitError", "exception.message": "slow down", "exception.stacktrace": "at x"},
    )
    span = a_span("chat", NEW | {"error.type": "429"}, status="error", message="Error code: 429", events=[failed])
    row, body = row_of(span), event_of(span)["body"]
    assert (row.type, row.status, row.level, row.error_type, row.error_message) == (
        "model_response",
        "error",
        "error",
        "RateLimitError",
        "slow down",
    )
    assert body["error"] == {"type": "RateLimitError", "message": "slow down", "stack": "at x"}
    handled = row_of(a_span("chat", NEW, status="ok", events=[failed]))
    assert (handled.status, handled.level, handled.error_type) == ("ok", None, None)


def test_a_judgement_on_the_span_stays_with_it():
    judged = SpanEvent(
        "gen_ai.evaluation.result", NOON, {"gen_ai.evaluation.name": "kindness", "gen_ai.evaluation.score.value": 0.9}
    )
    row = row_of(a_span("chat", NEW, events=[judged]))
    assert (row.type, row.eval_name, row.eval_score) == ("model_response", "kindness", 0.9)


@pytest.mark.parametrize(
    ("attributes", "type_", "kind", "scope"),
    [
        ({"lynex.type": "tool_call", "openinference.span.kind": "LLM"}, "tool_call", None, None),
        (
            {"langfuse.observation.type": "generation", "gen_ai.operation.name": "execute_tool"},
            "model_response",
            "llm",
            "call",
        ),
        ({"langfuse.observation.type": "guardrail"}, "span", "guardrail", None),
        ({"langfuse.observation.type": "new kind", "gen_ai.operation.name": "chat"}, "model_response", "llm", "call"),
        ({"openinference.span.kind": "RERANKER", "llm.token_count.prompt": 3}, "retrieval", "reranker", "call"),
        ({"openinference.span.kind": "chain", "llm.token_count.prompt": 3}, "span", "chain", "rollup"),
        ({"openinference.span.kind": "EVALUATOR"}, "eval_metric", "evaluator", None),
        ({"openinference.span.kind": "DECISION"}, "model_response", "decision", "call"),
        ({"gen_ai.operation.name": "embeddings"}, "model_response", "embedding", "call"),
        ({"gen_ai.operation.name": "invoke_workflow"}, "span", "workflow", None),
        ({"gen_ai.operation.name": "search_memory"}, "retrieval", "memory", None),
        ({"gen_ai.operation.name": "upsert_memory"}, "span", "memory", None),
        ({"gen_ai.operation.name": "plan"}, "agent_action", "plan", None),
        ({"ai.operationId": "ai.streamText.doStream"}, "model_response", "llm", "call"),
        ({"ai.operationId": "ai.streamText", "ai.usage.inputTokens": 3}, "agent_action", "agent", "rollup"),
        ({"mcp.method.name": "tools/call"}, "tool_call", None, None),
        ({"mcp.method.name": "initialize"}, "span", "mcp", None),
        ({"traceloop.span.kind": "workflow"}, "span", "workflow", None),
        ({"db.system": "pinecone", "db.operation": "query"}, "retrieval", "retriever", None),
        ({"db.system": "postgresql", "db.operation": "query"}, "span", None, None),
        ({"llm.request.type": "rerank"}, "retrieval", "reranker", "call"),
        ({"genkit:metadata:subtype": "embedder"}, "model_response", "embedding", "call"),
        ({"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 3}, "model_response", "llm", "call"),
        ({"gen_ai.request.model": "m"}, "span", None, None),
        ({"gen_ai.tool.name": "f", "tool_arguments": "{}", "logfire.msg": "running tool: f"}, "tool_call", None, None),
        ({"gen_ai.tool.name": "f"}, "span", None, None),
        ({"http.route": "/x"}, "span", None, None),
    ],
)
def test_the_first_rule_that_knows_the_word_gives_the_type(attributes, type_, kind, scope):
    row = row_of(a_span("x", attributes))
    assert (row.type, row.kind, row.usage_scope) == (type_, kind, scope)


def test_embedding_vectors_are_only_said_to_have_been_there():
    vector = [0.5] * 1536
    attributes = {
        "openinference.span.kind": "EMBEDDING",
        "embedding.embeddings.0.embedding.text": "sun",
        "embedding.embeddings.0.embedding.vector": vector,
        "output.value": json.dumps({"data": [{"embedding": vector}], "model": "m"}),
        "short.vector": [0.5] * 16,
    }
    body = event_of(a_span("CreateEmbeddings", attributes))["body"]
    assert body["attributes"]["embedding.embeddings.0.embedding.vector"] == {"dropped": "vector", "length": 1536}
    assert json.loads(body["attributes"]["output.value"])["data"] == [
        {"embedding": {"dropped": "vector", "length": 1536}}
    ]
    assert body["attributes"]["short.vector"] == [0.5] * 16
    assert body["input"]["messages"][0]["parts"][0]["content"] == "sun" and "output" not in body


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("[" + "0.5," * 20 + "1]", '{"dropped":"vector","length":21}'),
        ('{"a":[[' + "1, " * 17 + "-2e-5],[1,2]]}", '{"a":[{"dropped":"vector","length":18},[1,2]]}'),
        ("[" + "0.5," * 20 + '"x"]', None),
        ("[" + "0.5," * 40, None),
        ("[" * 40 + "]" * 40, None),
        ("]" * 40 + "[", None),
    ],
)
def test_vectors_in_texts_are_cut_out_and_nothing_else_is(sent, kept):
    body = event_of(a_span("x", {"ai.embedding": sent}))["body"]
    assert body["attributes"]["ai.embedding"] == (kept if kept is not None else sent)
