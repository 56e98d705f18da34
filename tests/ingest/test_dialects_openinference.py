"""OpenInference: flattened messages with pictures and calls, tools, documents, rerankers, evaluations, costs."""

import json

import pytest

from lynex.ingest.otlp_records import SpanEvent
from tests.ingest.telemetry import NOON, a_span, event_of, row_of


def told(kind: str, **attributes) -> dict:
    return event_of(a_span(attributes.pop("name", "step"), {"openinference.span.kind": kind} | attributes))


def test_messages_are_put_together_again():
    body = told("LLM", **{
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "What is this?",
        "llm.input_messages.0.message.contents.1.message_content.type": "image",
        "llm.input_messages.0.message.contents.1.message_content.image.image.url": "https://x/cat.png",
        "llm.input_messages.1.message.role": "assistant",
        "llm.input_messages.1.message.contents.0.message_content.type": "tool_use",
        "llm.input_messages.1.message.contents.0.tool_call.id": "c1",
        "llm.input_messages.1.message.contents.0.tool_call.function.name": "look",
        "llm.input_messages.1.message.contents.0.tool_call.function.arguments": '{"at": "cat"}',
        "llm.input_messages.1.message.tool_calls.0.tool_call.id": "c1",
        "llm.input_messages.1.message.tool_calls.0.tool_call.function.name": "look",
        "llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments": '{"at": "cat"}',
        "llm.input_messages.2.message.role": "tool",
        "llm.input_messages.2.message.tool_call_id": "c1",
        "llm.input_messages.2.message.content": "a cat",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "A cat.",
        "llm.output_messages.0.message.function_call_name": "purr",
        "llm.output_messages.0.message.function_call_arguments_json": '{"loud": true}',
        "llm.tools.0.tool.json_schema": '{"type": "function", "function": {"name": "look"}}',
        "llm.invocation_parameters": '{"model": "gpt-4o", "temperature": 0.1, "stream": true, "messages": []}',
        "llm.model_name": "gpt-4o-2024-08-06",
        "output.value": '{"id": "chatcmpl-1", "model": "gpt-4o-2024-08-06", "choices": []}',
    })["body"]  # fmt: skip
    call = {"type": "tool_call", "name": "look", "id": "c1", "arguments": {"at": "cat"}}
    assert body["input"]["messages"] == [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "What is this?"},
                {"type": "uri", "modality": "image", "uri": "https://x/cat.png"},
            ],
        },
        {"role": "assistant", "parts": [call]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "result": "a cat"}]},
    ]
    assert body["output"]["messages"][0]["parts"][1] == {
        "type": "tool_call",
        "name": "purr",
        "arguments": {"loud": True},
    }
    assert body["tool"]["definitions"] == [{"type": "function", "function": {"name": "look"}}]
    assert body["model"] == {
        "request": "gpt-4o", "response": "gpt-4o-2024-08-06", "provider": "openai", "stream": True, "params": {"temperature": 0.1},
        "response_id": "chatcmpl-1",
    }  # fmt: skip


def test_an_id_in_what_the_model_wrote_is_not_the_responses():
    """Two calls whose structured answers share an id are two calls."""
    assert (
        row_of(a_span("x", {"openinference.span.kind": "LLM", "output.value": '{"id": "ticket-7"}'})).response_id
        is None
    )


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ({"tool.parameters": '{"city": "Paris"}', "input.value": "ignored"}, {"city": "Paris"}),
        (
            {"tool.parameters": '{"properties": {"city": {"type": "string"}}}', "input.value": '{"city": "Paris"}'},
            {"city": "Paris"},
        ),
        ({"tool.parameters": '{"city": {"type": "string"}}', "input.value": '"Paris"'}, "Paris"),
        ({"input.value": "Paris"}, "Paris"),
    ],
)
def test_a_tools_parameters_are_its_arguments_unless_they_are_a_schema(said, arguments):
    answer = {"type": "tool", "data": {"content": "sunny", "tool_call_id": "c1"}}
    tool = told("TOOL", **said, **{"tool.name": "weather", "output.value": json.dumps(answer)})["body"]["tool"]
    assert (tool["name"], tool["arguments"], tool["result"]) == ("weather", arguments, "sunny")


def test_documents_of_a_retriever_and_a_reranker():
    found = told("RETRIEVER", **{
        "input.value": '{"query": "sun"}',
        "retrieval.documents.0.document.id": 7,
        "retrieval.documents.0.document.content": "Sunny.",
        "retrieval.documents.0.document.score": "0.5",
        "retrieval.documents.0.document.metadata": '{"source": "almanac"}',
        "retrieval.documents.1.document.content": "Rain.",
    })["body"]["retrieval"]  # fmt: skip
    first = {"id": 7, "content": "Sunny.", "metadata": {"source": "almanac"}, "source": "almanac", "score": 0.5}
    assert found == {"query": "sun", "documents": [first, {"content": "Rain."}]}
    event = told("RERANKER", **{
        "reranker.query": "sun", "reranker.top_k": 1, "reranker.model_name": "rerank-v3.5", "llm.token_count.prompt": 5,
        "reranker.input_documents.0.document.content": "Rain.", "reranker.input_documents.1.document.content": "Sunny.",
        "reranker.output_documents.0.document.content": "Sunny.", "reranker.output_documents.0.document.score": 0.9,
    })  # fmt: skip
    ranked = event["body"]["retrieval"]
    assert ranked["documents"] == [{"content": "Sunny.", "score": 0.9}] and len(ranked["candidates"]) == 2
    assert (event["body"]["model"]["request"], event["body"]["usage"]["scope"], ranked["top_k"]) == (
        "rerank-v3.5",
        "call",
        1,
    )


def test_costs_do_not_overlap_and_the_total_is_as_reported():
    body = told("LLM", **{
        "llm.model_name": "gpt-4o", "llm.token_count.prompt": 20, "llm.token_count.completion": 7, "llm.cost.total": 0.01,
        "llm.cost.prompt": 0.006, "llm.cost.prompt_details.cache_read": 0.002, "llm.cost.completion": 0.004,
        "llm.cost.completion_details.reasoning": 0.001,
    })["body"]  # fmt: skip
    cost = {name: body["cost"][name] for name in ("input", "cache_read", "output", "reasoning", "total", "source")}
    assert cost == {
        "input": 0.004,
        "cache_read": 0.002,
        "output": 0.003,
        "reasoning": 0.001,
        "total": 0.01,
        "source": "reported",
    }


def test_prompts_evaluations_metadata_and_agents():
    body = told("EVALUATOR", **{
        "evaluations.0.evaluation.name": "kindness", "evaluations.0.evaluation.score": 0.9, "evaluations.0.evaluation.label": "kind",
        "evaluations.0.evaluation.annotator_kind": "LLM", "evaluations.1.evaluation.name": "length",
    })["body"]  # fmt: skip
    assert body["eval"] == {"name": "kindness", "score": 0.9, "label": "kind", "evaluator": "LLM"}
    assert [one["name"] for one in body["evaluations"]] == ["kindness", "length"]
    event = told("PROMPT", **{
        "prompt.id": "greet", "prompt.vendor": "hub", "prompt.url": "https://hub/greet", "llm.prompt_template.template": "Hi {name}",
        "llm.prompt_template.version": "v7", "llm.prompt_template.variables": '{"name": "Ada"}', "metadata": '{"tenant": "t1"}',
        "tag.tags": '["a", "b"]',
    })  # fmt: skip
    assert event["body"]["prompt"] == {
        "id": "greet", "name": "greet", "vendor": "hub", "url": "https://hub/greet", "template": "Hi {name}", "version": "v7",
        "variables": {"name": "Ada"},
    }  # fmt: skip
    assert (event["context"]["metadata"], event["context"]["tags"]) == ({"tenant": "t1"}, ["a", "b"])
    agent = row_of(
        a_span(
            "step", {"openinference.span.kind": "AGENT", "agent.name": "bot", "input.value": "Hi", "output.value": "Ho"}
        )
    )
    assert (agent.type, agent.agent_name, agent.input_preview, agent.output_preview) == (
        "agent_action",
        "bot",
        "Hi",
        "Ho",
    )


def test_the_first_token_is_a_span_event():
    row = row_of(
        a_span(
            "x", {"openinference.span.kind": "LLM"}, events=[SpanEvent("First Token Stream Event", NOON + 5_000, {})]
        )
    )
    assert row.ttft_ms == 5


def test_values_of_chains_are_messages_where_they_hold_some():
    state = {"messages": [{"type": "human", "data": {"content": "Hi"}}, {"type": "ai", "data": {"content": "", "tool_calls": [{"name": "look", "args": {}, "id": "c1"}]}}]}  # fmt: skip
    body = told(
        "CHAIN",
        **{"input.value": json.dumps(state), "output.value": '{"answer": 42}', "output.mime_type": "application/json"},
    )["body"]
    assert [message["role"] for message in body["input"]["messages"]] == ["user", "assistant"]
    assert body["input"]["messages"][1]["parts"][-1] == {
        "type": "tool_call",
        "name": "look",
        "id": "c1",
        "arguments": {},
    }
    assert body["output"] == {"value": {"answer": 42}, "mime": "application/json"}
