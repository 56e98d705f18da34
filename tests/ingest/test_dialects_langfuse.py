"""Langfuse's observations: counts that add up, costs, levels, and values in the place their kind has for them."""

import json

import pytest

from tests.ingest.telemetry import NOON, a_span, event_of, row_of


def an_observation(kind, name="step", parent="00f067aa0ba902b7", **attributes):
    spelled = {f"langfuse.observation.{key}": value for key, value in attributes.items()}
    return a_span(name, {"langfuse.observation.type": kind} | spelled, parent=parent, scope="langfuse-sdk")


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        ({"input": 12, "input_cached_tokens": 8, "output": 4, "output_reasoning_tokens": 3, "total": 27}, (20, 7, 8, 3)),
        ({"input": 12, "cache_read_input_tokens": 8, "output": 4, "output_reasoning": 3}, (20, 7, 8, 3)),
        ({"input": 20, "input_cached_tokens": 8, "output": 7, "total": 27}, (20, 7, 8, None)),
        ({"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27,
          "prompt_tokens_details": {"cached_tokens": 8}, "completion_tokens_details": {"reasoning_tokens": 3}},
         (20, 7, 8, 3)),
        ({"input_tokens": 12, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 5, "output_tokens": 7},
         (25, 7, 8, None)),
        ({"input": 12, "input_cached_tokens": 8, "output": 7, "output_reasoning_tokens": 3, "total": 27}, (20, 7, 8, 3)),
        ({"input": 12, "input_audio": 8, "output": 7}, (20, 7, None, None)),
        ({"input": 3}, (3, None, None, None)),
        ({"input": -1, "output": "x", "odd": 5}, (None, None, None, None)),
    ],
)  # fmt: skip
def test_usage_is_buckets_that_add_up_unless_it_shows_otherwise(sent, counted):
    row = row_of(an_observation("generation", usage_details=json.dumps(sent), **{"model.name": "gpt-4o-mini"}))
    assert (row.input_tokens, row.output_tokens, row.cache_read_tokens, row.reasoning_tokens) == counted


def test_a_generation_has_its_prompt_costs_first_token_and_where_it_belongs():
    span = an_observation(
        "generation",
        input='{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function"}]}',
        output='{"role":"assistant","content":"Hello"}',
        cost_details='{"input":0.001,"output":0.002,"input_cached_tokens":0.0005,"web_search":0.01}',
        completion_start_time='"2026-11-21T12:00:00.250000Z"',
        **{
            "model.name": "gpt-4o-mini",
            "model.parameters": '{"temperature":0.2,"max_tokens":"Infinity"}',
            "prompt.name": "greeting",
            "prompt.version": 3,
            "metadata.plan": '"pro"',
            "metadata.seats": "3",
            "metadata.nested": '{"a":[1]}',
        },
    )
    span.attributes |= {
        "session.id": "s-1",
        "user.id": "u-1",
        "langfuse.environment": "staging",
        "langfuse.version": "1.2",
        "langfuse.release": "abc",
        "langfuse.trace.tags": ["a"],
        "langfuse.trace.name": "chat",
        "langfuse.trace.metadata.plan": '"free"',
        "langfuse.experiment.id": '"e-1"',
        "langfuse.internal.is_app_root": True,
    }
    event, row = event_of(span), row_of(span)
    assert span.start == NOON
    assert (row.ttft_ms, float(row.cost), row.cost_source) == (250.0, 0.0135, "reported")
    assert (row.prompt_name, row.prompt_version, row.finish_reason) == ("greeting", "3", None)
    assert (row.session_id, row.user_id, row.environment, row.release) == ("s-1", "u-1", "staging", "abc")
    assert event["body"]["cost"] | {"computed": None} == {
        "input": 0.001, "output": 0.002, "cache_read": 0.0005, "other": 0.01, "total": 0.0135, "currency": "USD",
        "source": "reported", "computed": None,
    }  # fmt: skip
    assert json.loads(row.attrs) == {"plan": "pro", "seats": 3, "nested": {"a": [1]}, "experiment.id": "e-1"}
    assert (row.name, event["body"]["workflow"], row.tags) == ("step", {"name": "chat"}, ["a"])
    assert (row.input_preview, row.output_preview) == ("Hi", "Hello")
    assert event["body"]["model"]["params"] == {"temperature": 0.2}
    assert event["body"]["tool"]["definitions"] == [{"type": "function"}]


def test_each_kind_has_a_place_for_its_input_and_output():
    tool = event_of(an_observation("tool", "weather", input='{"city":"Paris"}', output="sunny"))
    assert (tool["type"], tool["body"]["tool"]) == (
        "tool_call", {"name": "weather", "arguments": {"city": "Paris"}, "result": "sunny"},
    )  # fmt: skip
    found = event_of(an_observation("retriever", input='{"query":"Paris"}', output='{"documents":["a"]}'))
    assert (found["type"], found["body"]["retrieval"]) == ("retrieval", {"query": "Paris", "documents": ["a"]})
    judged = row_of(an_observation("evaluator", "tone", input="Hi", output='{"score":0.5}'))
    assert (judged.type, judged.eval_name, judged.eval_score) == ("eval_metric", "tone", 0.5)
    guard = event_of(an_observation("guardrail", input="Hi", output="true"))
    assert (guard["type"], guard["body"]["kind"], guard["body"]["input"]) == ("span", "guardrail", {"value": "Hi"})
    noted = row_of(an_observation("event", input="clicked"))
    assert (noted.type, noted.input_preview) == ("log", "clicked")


def test_what_a_trace_was_asked_stands_beside_its_root_and_cut_values_are_marked():
    root = an_observation("agent", "answer", parent=None, input="Q", output="A")
    root.attributes |= {"langfuse.trace.input": '{"all":"of it"}'}
    assert event_of(root)["body"]["trace"] == {"input": {"all": "of it"}}
    bare = an_observation("span", parent=None)
    bare.attributes |= {"langfuse.trace.input": "Q", "langfuse.trace.output": "A"}
    row = row_of(bare)
    assert (row.input_preview, row.output_preview) == ("Q", "A")
    cut = row_of(an_observation("span", input='{"a":"long'))
    assert (cut.input_preview, json.loads(cut.attrs)) == ('{"a":"long', {"truncated": True})


def test_levels_and_the_name_of_a_trace():
    failed = row_of(an_observation("span", level="ERROR", status_message="the printer is on fire"))
    assert (failed.status, failed.level, failed.error_message) == ("error", "error", "the printer is on fire")
    warned = event_of(an_observation("span", level="WARNING", status_message="slow"))
    assert (warned["body"]["level"], warned["body"]["status"], warned["body"]["status_message"]) == (
        "warning", "ok", "slow",
    )  # fmt: skip
    root = an_observation("agent", "answer", parent=None, input="Q", output="A")
    root.attributes["langfuse.trace.name"] = "chat"
    row = row_of(root)
    assert (row.type, row.name, row.agent_name) == ("agent_action", "chat", "answer")
