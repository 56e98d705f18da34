"""OpenLLMetry, LiteLLM, Google's ADK, MCP and Genkit: what each tells in its own way."""

import json

import pytest

from lynex.ingest.dialects.litellm import python_object
from lynex.ingest.otlp_records import SpanEvent
from tests.ingest.telemetry import NOON, a_span, event_of, row_of


def test_openllmetry_before_it_spoke_genai():
    span = a_span("openai.chat", {
        "llm.request.type": "chat", "llm.vendor": "OpenAI", "llm.request.model": "gpt-4o", "llm.response.model": "gpt-4o-2024-08-06",
        "llm.prompts.0.role": "user", "llm.prompts.0.content": "Hi", "llm.completions.0.role": "assistant",
        "llm.completions.0.content": "Ho", "llm.completions.0.finish_reason": "stop", "llm.usage.prompt_tokens": 20,
        "llm.usage.completion_tokens": 7, "llm.usage.total_tokens": 27, "llm.temperature": 0.3, "llm.user": "u1",
        "llm.request.functions.0.name": "weather", "llm.request.functions.0.parameters": '{"type":"object"}',
    }, events=[SpanEvent("llm.content.completion.chunk", NOON + 9_000, {})])  # fmt: skip
    row, body = row_of(span), event_of(span)["body"]
    assert (row.type, row.dialect, row.provider, row.model, row.user_id, row.ttft_ms) == (
        "model_response",
        "openllmetry",
        "openai",
        "gpt-4o",
        "u1",
        9,
    )
    assert (row.input_tokens, row.output_tokens, row.finish_reason, body["model"]["params"]) == (
        20,
        7,
        "stop",
        {"temperature": 0.3},
    )
    assert (row.input_preview, row.output_preview) == ("Hi", "Ho")
    assert body["tool"]["definitions"] == [{"name": "weather", "parameters": {"type": "object"}}]


@pytest.mark.parametrize(
    ("sent", "arguments"),
    [
        ('{"args": [], "kwargs": {"city": "Paris"}}', {"city": "Paris"}),
        ('{"args": ["Paris"], "kwargs": {}}', ["Paris"]),
        ('{"args": ["Paris"], "kwargs": {"unit": "C"}}', {"args": ["Paris"], "kwargs": {"unit": "C"}}),
        ('{"inputs": {"city": "Paris"}, "tags": []}', {"city": "Paris"}),
    ],
)
def test_a_traceloop_tool_has_the_arguments_of_its_function(sent, arguments):
    event = event_of(a_span("weather.tool", {
        "traceloop.span.kind": "tool", "traceloop.entity.name": "weather", "traceloop.entity.input": sent,
        "traceloop.entity.output": '"sunny"', "traceloop.workflow.name": "answer", "traceloop.prompt.key": "greet",
        "traceloop.prompt.version": 3, "traceloop.prompt.template_variables.name": "Ada",
        "traceloop.association.properties.session_id": "s1", "traceloop.association.properties.tenant": "t1",
    }))  # fmt: skip
    assert event["body"]["tool"] == {"name": "weather", "arguments": arguments, "result": "sunny"}
    assert (event["body"]["name"], event["body"]["workflow"]) == ("weather", {"name": "answer"})
    assert event["body"]["prompt"] == {"name": "greet", "version": "3", "variables": {"name": "Ada"}}
    assert (event["context"]["session_id"], event["context"]["metadata"]) == ("s1", {"tenant": "t1"})


def test_what_a_vector_store_found_stands_in_span_events():
    found = [
        SpanEvent("db.query.result", NOON, {"db.query.result.id": "d1", "db.query.result.score": 0.5, "db.query.result.document": "Sunny.", "db.query.result.metadata": '{"a": 1}'}),
        SpanEvent("db.query.embeddings", NOON, {"db.query.embeddings.vector": "[0.5]"}),
        SpanEvent("db.search.result", NOON, {"db.search.result.id": "d2", "db.search.result.distance": 0.7}),
    ]  # fmt: skip
    span = a_span(
        "pinecone.query",
        {"db.system": "pinecone", "db.vector.query.top_k": 2, "pinecone.query.namespace": "almanac"},
        events=found,
    )
    retrieval = event_of(span)["body"]["retrieval"]
    assert retrieval == {
        "top_k": 2, "source": "almanac",
        "documents": [{"id": "d1", "content": "Sunny.", "score": 0.5, "metadata": {"a": 1}}, {"id": "d2", "distance": 0.7}],
    }  # fmt: skip
    assert row_of(span).type == "retrieval"


def test_litellm_tells_finer_counts_as_pythons_repr_and_costs_that_overlap():
    usage = {"completion_tokens": 7, "prompt_tokens": 20, "completion_tokens_details": {"reasoning_tokens": 3, "audio_tokens": None},
             "prompt_tokens_details": {"cached_tokens": 8}}  # fmt: skip
    span = a_span("litellm_request", {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini", "litellm.provider.model": "openai/gpt-4o-mini",
        "metadata.usage_object": repr(usage), "metadata.requester_metadata": "{'session_id': 's1', 'feature': 'chat'}", "metadata.team_alias": "blue", "metadata.empty": "",
        "llm.is_streaming": "False", "gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 7,
        "gen_ai.output.messages": '[{"role": "assistant", "parts": [], "finish_reason": "tool_calls"}]',
        "gen_ai.completion.0.function_call.name": "weather", "gen_ai.completion.0.function_call.arguments": '{"city":"Paris"}',
        "gen_ai.completion.1.function_call.name": "time", "gen_ai.completion.1.function_call.arguments": "{}",
        "gen_ai.cost.total_cost": 6.6e-6, "gen_ai.cost.input_cost": 2.4e-6, "gen_ai.cost.cache_read_cost": 6e-7,
        "gen_ai.cost.output_cost": 4.2e-6, "gen_ai.cost.reasoning_cost": 1.8e-6,
    })  # fmt: skip
    row, event = row_of(span), event_of(span)
    assert (row.dialect, row.provider, row.cache_read_tokens, row.reasoning_tokens, row.session_id) == (
        "litellm",
        "openai",
        8,
        3,
        "s1",
    )
    assert (
        event["context"]["metadata"] == {"team_alias": "blue", "feature": "chat"}
        and event["body"]["model"]["stream"] is False
    )
    assert [part["name"] for part in event["body"]["output"]["messages"][0]["parts"]] == ["weather", "time"]
    cost = event["body"]["cost"]
    assert (cost["input"], cost["cache_read"], cost["output"], cost["reasoning"], cost["total"]) == (
        1.8e-6,
        6e-7,
        2.4e-6,
        1.8e-6,
        6.6e-6,
    )
    raw = row_of(
        a_span(
            "raw_gen_ai_request", {"llm.openai.model": "gpt-4o-mini", "llm.openai.usage": repr(usage)}, scope="litellm"
        )
    )
    assert (raw.type, raw.usage_scope, raw.input_tokens) == ("span", "duplicate", None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{'a': None, 'b': True, 'c': [1.5]}", {"a": None, "b": True, "c": [1.5]}),
        ("""{'a': "it's"}""", {"a": "it's"}),
        ('{"a": 1}', {"a": 1}),
        ("{'a': __import__('os')}", None),
        ("{'a': 1}.b", None),
        ("{'a': (1, {2: 3})}", {"a": [1, {"2": 3}]}),
        ("{" * 8000, None),
        ("{'a': 'x" + "x" * 9000 + "'}", None),
        ("{'\\x61': 1}", None),
        ({"a": 1}, {"a": 1}),
        (7, None),
    ],
)
def test_pythons_repr_is_read_where_it_is_plain_data(text, found):
    assert python_object(text) == found


def test_googles_adk_has_requests_and_answers_of_gemini():
    request = {
        "model": "gemini-2.5-flash",
        "config": {"system_instruction": "Be kind.", "temperature": 0.2, "tools": [{"function_declarations": [{"name": "weather"}]}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Weather?"}]},
            {"role": "model", "parts": [{"function_call": {"id": "c1", "name": "weather", "args": {"city": "Paris"}}}]},
            {"role": "user", "parts": [{"function_response": {"id": "c1", "name": "weather", "response": {"sky": "blue"}}}]},
        ],
    }  # fmt: skip
    answer = {"content": {"role": "model", "parts": [{"text": "Thinking.", "thought": True}, {"text": "Sunny."}]}, "finish_reason": "STOP",
              "usage_metadata": {"prompt_token_count": 20, "candidates_token_count": 4, "thoughts_token_count": 3, "cached_content_token_count": 8, "total_token_count": 27}}  # fmt: skip
    span = a_span("call_llm", {
        "gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-flash", "gen_ai.usage.input_tokens": 20,
        "gcp.vertex.agent.session_id": "s1", "gcp.vertex.agent.llm_request": json.dumps(request), "gcp.vertex.agent.llm_response": json.dumps(answer),
    }, scope="gcp.vertex.agent")  # fmt: skip
    row, body = row_of(span), event_of(span)["body"]
    assert (row.type, row.dialect, row.provider, row.session_id, row.finish_reason) == (
        "model_response",
        "google_adk",
        "gcp.gemini",
        "s1",
        "stop",
    )
    assert (row.input_tokens, row.output_tokens, row.cache_read_tokens, row.reasoning_tokens) == (20, 7, 8, 3)
    assert [message["role"] for message in body["input"]["messages"]] == ["user", "assistant", "user"]
    assert body["input"]["messages"][1]["parts"] == [
        {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Paris"}}
    ]
    assert body["input"]["messages"][2]["parts"] == [
        {"type": "tool_call_response", "id": "c1", "result": {"sky": "blue"}}
    ]
    assert [part["type"] for part in body["output"]["messages"][0]["parts"]] == ["reasoning", "text"]
    assert body["system_instructions"] == [{"type": "text", "content": "Be kind."}] and body["model"]["params"] == {
        "temperature": 0.2
    }
    tool = event_of(a_span("execute_tool weather", {
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather", "gcp.vertex.agent.tool_call_args": '{"city":"Paris"}',
        "gcp.vertex.agent.tool_response": '{"sky":"blue"}', "gcp.vertex.agent.llm_request": "{}",
    }))["body"]["tool"]  # fmt: skip
    assert tool == {"name": "weather", "arguments": {"city": "Paris"}, "result": {"sky": "blue"}}
    counted_in_its_answer = row_of(a_span("call_llm", {
        "gcp.vertex.agent.llm_request": json.dumps(request), "gcp.vertex.agent.llm_response": json.dumps(answer),
    }))  # fmt: skip
    assert (counted_in_its_answer.type, counted_in_its_answer.output_tokens) == ("model_response", 7)


def test_nobody_said_in_python_is_nobody():
    row = row_of(a_span("litellm_request", {
        "gen_ai.request.model": "gpt-4o", "metadata.session_id": "None", "metadata.user_api_key_user_id": "None",
        "llm.user": "zoë",
    }, scope="litellm"))  # fmt: skip
    assert (row.session_id, row.user_id) == (None, "zoë")


def test_mcp_tools_resources_and_the_rest():
    tool = event_of(a_span("tools/call weather", {
        "mcp.method.name": "tools/call", "mcp.session.id": "m1", "mcp.request.argument": '{"params": {"name": "weather", "arguments": {"city": "Paris"}}}',
        "mcp.response.value": '{"content": [{"type": "text", "text": "sunny"}]}', "jsonrpc.request.id": 7,
    }))["body"]  # fmt: skip
    assert tool["tool"] == {
        "name": "weather",
        "arguments": {"city": "Paris"},
        "result": {"content": [{"type": "text", "text": "sunny"}]},
    }
    assert tool["mcp"] == {"method": "tools/call", "session_id": "m1", "request_id": "7"}
    found = event_of(
        a_span(
            "resources/read",
            {"mcp.method.name": "resources/read", "mcp.resource.uri": "file:///a", "mcp.response.value": "text"},
        )
    )
    assert (found["type"], found["body"]["retrieval"]) == (
        "retrieval",
        {"query": "file:///a", "documents": [{"id": "file:///a", "content": "text"}]},
    )
    assert event_of(a_span("initialize", {"mcp.method.name": "initialize", "mcp.response.value": '{"ok": true}'}))[
        "body"
    ]["output"] == {"value": {"ok": True}}


def test_genkit_tells_each_action_as_json():
    given = {
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
        "config": {"temperature": 0.4},
        "tools": [{"name": "weather"}],
    }
    answer = {"message": {"role": "model", "content": [{"toolRequest": {"name": "weather", "ref": "c1", "input": {"city": "Paris"}}}]},
              "finishReason": "stop", "usage": {"inputTokens": 20, "outputTokens": 7, "totalTokens": 27}}  # fmt: skip
    span = a_span("generate", {
        "genkit:name": "googleai/gemini-2.5-flash", "genkit:metadata:subtype": "model", "genkit:type": "action",
        "genkit:input": json.dumps(given), "genkit:output": json.dumps(answer), "genkit:sessionId": "s1",
    })  # fmt: skip
    row, body = row_of(span), event_of(span)["body"]
    assert (row.type, row.dialect, row.model, row.provider, row.input_tokens, row.output_tokens) == (
        "model_response",
        "genkit",
        "gemini-2.5-flash",
        "gcp.gemini",
        20,
        7,
    )
    assert body["input"]["messages"] == [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    assert body["output"]["messages"][0] == {
        "role": "assistant",
        "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Paris"}}],
    }
    tool = event_of(
        a_span(
            "x",
            {
                "genkit:name": "weather",
                "genkit:metadata:subtype": "tool",
                "genkit:input": '{"city":"Paris"}',
                "genkit:output": '"sunny"',
            },
        )
    )
    assert tool["body"]["tool"] == {"name": "weather", "arguments": {"city": "Paris"}, "result": "sunny"}
    found = event_of(
        a_span(
            "x",
            {
                "genkit:metadata:subtype": "retriever",
                "genkit:input": '{"query":"sun"}',
                "genkit:output": '{"documents":[{"content":[]}]}',
            },
        )
    )
    assert found["body"]["retrieval"] == {"query": "sun", "documents": [{"content": []}]}
    asked = {"query": {"content": [{"text": "su"}, {"text": "n"}]}}
    answered = {"documents": [{"content": [{"text": "hot"}], "metadata": {"page": 1}}, {"content": [{"media": {}}]}]}
    found = event_of(a_span("x", {
        "genkit:metadata:subtype": "retriever", "genkit:input": json.dumps(asked), "genkit:output": json.dumps(answered),
    }))  # fmt: skip
    assert found["body"]["retrieval"] == {
        "query": "sun",
        "documents": [{"content": "hot", "metadata": {"page": 1}}, {"content": [{"media": {}}]}],
    }
