"""Vercel's AI SDK: what its captured payloads do not show – older names, files, reranking, Anthropic's counts."""

import json

import pytest

from lynex.ingest.otlp_records import SpanEvent
from tests.ingest.telemetry import NOON, a_span, event_of, row_of


def test_version_4_told_its_results_in_other_names_and_its_arguments_as_text():
    event = event_of(
        a_span(
            "ai.generateText.doGenerate",
            {
                "ai.operationId": "ai.generateText.doGenerate",
                "ai.model.id": "gpt-4o-mini",
                "ai.model.provider": "acme.chat",
                "ai.prompt.messages": json.dumps(
                    [
                        {"role": "user", "content": [
                            {"type": "text", "text": "Look"},
                            {"type": "image", "image": "https://example.com/a.png", "mimeType": "image/png"},
                            {"type": "file", "data": "AAAA", "mediaType": "application/pdf"}]},
                        {"role": "tool", "content": [
                            {"type": "tool-result", "toolCallId": "c1", "toolName": "weather", "result": "\"sunny\""},
                            {"type": "tool-result", "toolCallId": "c2", "toolName": "weather",
                             "output": {"type": "json", "value": {"sky": "blue"}}}]},
                    ]
                ),
                "ai.result.text": "Sunny",
                "ai.result.toolCalls": '[{"toolCallId":"c3","toolName":"weather","args":"{\\"city\\":\\"Paris\\"}"}]',
                "ai.usage.promptTokens": 20,
                "ai.usage.completionTokens": 7,
                "ai.result.providerMetadata": '{"openai":{"cachedPromptTokens":8,"reasoningTokens":3}}',
                "ai.finishReason": "tool-calls",
                "ai.settings.maxTokens": 99,
                "ai.settings.maxRetries": 2,
                "ai.telemetry.metadata.tags": ["a", "b"],
                "ai.telemetry.metadata.langfusePrompt": '{"name":"greeting","version":3,"prompt":"…"}',
            },
            events=[SpanEvent("ai.stream.firstChunk", NOON + 500, {"ai.response.msToFirstChunk": 12.5})],
        )
    )  # fmt: skip
    body = event["body"]
    assert event["type"] == "model_response"
    assert body["model"] | {"params": None} == {
        "provider": "acme", "request": "gpt-4o-mini", "finish_reasons": ["tool_calls"], "params": None, "ttft_ms": 12.5,
    }  # fmt: skip
    assert body["model"]["params"] == {"max_tokens": 99}
    assert body["input"]["messages"][0]["parts"] == [
        {"type": "text", "content": "Look"},
        {"type": "uri", "mime_type": "image/png", "uri": "https://example.com/a.png"},
        {"type": "blob", "mime_type": "application/pdf", "content": "AAAA"},
    ]
    assert [part["result"] for part in body["input"]["messages"][1]["parts"]] == ["sunny", {"sky": "blue"}]
    assert body["output"]["messages"] == [
        {"role": "assistant", "parts": [
            {"type": "text", "content": "Sunny"},
            {"type": "tool_call", "name": "weather", "id": "c3", "arguments": {"city": "Paris"}}]}
    ]  # fmt: skip
    assert body["usage"] == {
        "input_tokens": 20, "output_tokens": 7, "total_tokens": 27, "cache_read_tokens": 8, "reasoning_tokens": 3,
        "scope": "call",
    }  # fmt: skip
    assert body["prompt"] == {"name": "greeting", "version": "3"}
    assert event["context"]["tags"] == ["a", "b"]


def test_anthropics_input_came_without_its_cache_until_version_6():
    attributes = {
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.id": "claude-sonnet-4-5",
        "ai.model.provider": "anthropic.messages",
        "ai.usage.inputTokens": 12,
        "ai.usage.outputTokens": 7,
        "ai.usage.totalTokens": 19,
        "ai.response.providerMetadata": '{"anthropic":{"usage":{"input_tokens":12,"cache_read_input_tokens":8}}}',
    }
    row = row_of(a_span("ai.streamText.doStream", attributes))
    assert (row.provider, row.input_tokens, row.cache_read_tokens, row.total_tokens) == ("anthropic", 20, 8, 27)
    row = row_of(
        a_span("ai.streamText.doStream", attributes | {"ai.usage.inputTokens": 20, "ai.usage.totalTokens": 27})
    )
    assert (row.input_tokens, row.total_tokens) == (20, 27)


@pytest.mark.parametrize(
    ("sent", "provider"),
    [("openai.responses", "openai"), ("acme.chat", "acme"), ("google.vertex.chat", "gcp.vertex_ai"),
     ("google.generative-ai", "gcp.gemini"), ("amazon-bedrock", "aws.bedrock"), ("xai.chat", "x_ai")],
)  # fmt: skip
def test_providers_are_cut_at_the_kind_of_model(sent, provider):
    attributes = {"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "m", "gen_ai.system": sent}
    assert row_of(a_span("ai.generateText.doGenerate", attributes)).provider == provider


def test_outer_spans_are_roll_ups_named_by_their_function():
    row = row_of(
        a_span(
            "ai.generateText",
            {
                "ai.operationId": "ai.generateText",
                "ai.telemetry.functionId": "answer",
                "ai.model.id": "gpt-4o-mini",
                "ai.prompt": '{"system":"Be kind.","messages":[{"role":"user","content":"Hi"}]}',
                "ai.response.object": '{"mood":"good"}',
                "gen_ai.usage.input_tokens": 40,
            },
        )
    )
    assert (row.type, row.name, row.agent_name, row.usage_scope) == ("agent_action", "answer", "answer", "rollup")
    assert (row.input_tokens, row.input_preview, row.output_preview) == (40, "Hi", '{"mood":"good"}')
    embeddings = {"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "text-embedding-3-small"}
    assert row_of(a_span("embeddings", embeddings, scope="gen_ai")).usage_scope == "rollup"
    assert row_of(a_span("embeddings", embeddings, scope="gen_ai", status="error")).usage_scope == "call"
    assert row_of(a_span("embeddings", embeddings | {"gen_ai.usage.input_tokens": 3}, scope="gen_ai")).input_tokens == 3


def test_reranked_documents_stand_in_their_new_order():
    event = event_of(
        a_span(
            "ai.rerank.doRerank",
            {
                "ai.operationId": "ai.rerank.doRerank",
                "ai.model.id": "rerank-v3.5",
                "ai.model.provider": "cohere.reranking",
                "ai.documents": ['"rain"', '{"text":"sun"}'],
                "ai.ranking": ['{"index":1,"relevanceScore":0.9}', '{"index":0,"relevanceScore":0.1}'],
            },
        )
    )
    assert event["type"] == "retrieval"
    assert event["body"]["retrieval"]["documents"] == [
        {"content": {"text": "sun"}, "score": 0.9},
        {"content": "rain", "score": 0.1},
    ]


def test_values_that_lost_their_end_to_a_limit_are_kept_and_marked():
    for key in ("ai.prompt.messages", "ai.prompt"):
        attributes = {"ai.operationId": "ai.generateText", "ai.model.id": "m", key: '[{"role":"user","content":"Hi'}
        row = row_of(a_span("ai.generateText", attributes))
        assert row.input_preview.endswith("Hi") and json.loads(row.attrs) == {"truncated": True}


def test_vectors_are_only_said_to_have_been_there():
    vector = json.dumps([0.5] * 1536)
    for operation, key, value in (
        ("ai.embedMany.doEmbed", "ai.embeddings", [vector, vector]),
        ("ai.embed", "ai.embedding", vector),
    ):
        event = event_of(a_span(operation, {"ai.operationId": operation, "ai.model.id": "e", key: value}))
        count = len(value) if isinstance(value, list) else 1
        assert event["body"]["output"] == {"value": {"embeddings": count, "dimensions": 1536}}
        assert len(json.dumps(event)) < 2000


def test_odd_values_cost_nothing():
    row_of(
        a_span(
            "ai.toolCall",
            {
                "ai.operationId": "ai.toolCall",
                "ai.prompt.messages": '[{"role":5,"content":[3,{"type":"tool-call"},{"type":"file"},null]}]',
                "ai.prompt": '["a"]',
                "ai.response.toolCalls": '[1,{"toolName":2}]',
                "ai.response.text": 5,
                "ai.response.providerMetadata": '{"anthropic":{"usage":{"cache_read_input_tokens":true}},"x":1}',
                "ai.embeddings": [],
                "ai.ranking": [{"index": 99}],
                "ai.toolCall.args": "{",
                "ai.usage.inputTokens": "many",
            },
        )
    )
