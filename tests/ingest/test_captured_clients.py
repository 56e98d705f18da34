"""What real libraries sent, frozen by tests/clients/capture.py: whichever told it, the events say the same."""

import random
from collections import Counter
from itertools import chain
from typing import Any

import pytest

from lynex.pricing.book import PriceBook
from lynex.store.summary import detail_of
from tests.clients.clients import CLIENTS, Client
from tests.clients.facts import cost, faults, totals
from tests.clients.frozen import batches_of, requests_of, rows_of, settled

AGENTS = ("claude-code", "codex", "gemini-cli")
OTLP_CLIENTS = [client for client in CLIENTS if any(request.kind for request in requests_of(client.name))]
ALL = (*(client.name for client in OTLP_CLIENTS), *AGENTS)


@pytest.fixture(scope="module")
def prices() -> PriceBook:
    return PriceBook()


def events_of(name: str, prices: PriceBook, **about: Any) -> list[dict[str, Any]]:
    """The events of a client with these words in their envelope."""
    events = [detail_of(row) for row in rows_of(name, prices)]
    return [event for event in events if all(event[key] == value for key, value in about.items())]


@pytest.mark.parametrize("client", OTLP_CLIENTS, ids=lambda client: client.name)
def test_every_client_tells_the_same_story(client: Client, prices: PriceBook):
    assert faults(client, events_of(client.name, prices)) == []


@pytest.mark.parametrize(
    "client",
    # Logfire tells of Claude's streams in a line of log with tokens and no id, which needs the spans around it.
    [client for client in OTLP_CLIENTS if client.name != "logfire-claude"],
    ids=lambda client: client.name,
)
def test_what_counts_does_not_depend_on_the_order_of_arrival(client: Client, prices: PriceBook):
    for seed in range(4):
        rows = list(chain.from_iterable(batches_of(client.name, prices)))
        rows.reverse() if seed == 0 else random.Random(seed).shuffle(rows)
        arrived = [detail_of(row) for row in settled([row] for row in rows)]
        found = totals(arrived)
        for name in ("input_tokens", "output_tokens"):  # finer counts are those of whoever told first
            assert found[name] == client.totals[name], seed
        assert cost(arrived) == pytest.approx(client.cost), seed


@pytest.mark.parametrize("name", ALL)
def test_a_request_that_is_sent_again_is_the_same_events_with_the_same_counts(name: str, prices: PriceBook):
    batches = batches_of(name, prices)
    first, again = settled(batches), settled([*batches_of(name, prices), *batches_of(name, prices)])
    assert len({row.event_id for row in first}) == len(first)
    scopes = {row.event_id: (row.usage_scope, row.input_tokens) for row in first}
    assert [scopes[row.event_id] for row in again] == [(row.usage_scope, row.input_tokens) for row in again]


@pytest.mark.parametrize(
    ("name", "model", "provider", "reasoning", "one_cost"),
    [
        ("claude-code", "claude-sonnet-4-5-20250929", "anthropic", 0, 0.0001434),
        ("codex", "gpt-5.1-codex", "openai", 6, 0.000086),
        ("gemini-cli", "gemini-2.5-flash", "gcp.gemini", 6, 0.00002134),
    ],
)
def test_coding_agents_tell_calls_tools_prompts_and_failures(name, model, provider, reasoning, one_cost, prices):
    events = events_of(name, prices)
    found = totals(events)
    assert (found["input_tokens"], found["output_tokens"], found["cache_read_tokens"]) == (40, 14, 16)
    assert found["reasoning_tokens"] == reasoning and cost(events) == pytest.approx(2 * one_cost)
    calls = events_of(name, prices, type="model_response")
    assert {(one["body"]["model"]["request"], one["body"]["model"]["provider"]) for one in calls} == {(model, provider)}
    kinds = Counter(event["type"] for event in events)
    assert (kinds["model_response"], kinds["tool_call"], kinds["error"]) == (2, 1, 1) and kinds["message"] >= 1
    assert {event["context"]["session_id"] for event in events} == {"session-1"}
    [ran] = events_of(name, prices, type="tool_call")
    assert ran["body"]["tool"]["arguments"] and ran["body"]["duration_ms"] > 0
    prompt = events_of(name, prices, type="message")[0]
    assert prompt["body"]["input"]["messages"][0]["parts"][0]["content"] == "What is the weather in Paris?"


def test_the_sdk_by_hand_tells_environment_evaluation_and_error(prices: PriceBook):
    [call, *_] = events_of("otel-sdk", prices, type="model_response")
    context = {name: call["context"][name] for name in ("service_name", "release", "environment")}
    assert context == {"service_name": "weather-bot", "release": "1.4.2", "environment": "test"}
    [verdict] = events_of("otel-sdk", prices, type="eval_metric")
    assert verdict["context"]["parent_event_id"] == call["eventId"]
    assert (verdict["body"]["eval"]["name"], verdict["body"]["eval"]["score"]) == ("friendliness", 0.9)
    [failed] = [event for event in events_of("otel-sdk", prices) if event["body"]["status"] == "error"]
    error = failed["body"]["error"]
    assert (error["type"], error["message"]) == ("ConnectionError", "the printer is on fire")
    assert "Traceback" in error["stack"]


def test_langchain_tells_prompt_templates_documents_and_metadata(prices: PriceBook):
    [call, *_] = events_of("langchain-openinference", prices, type="model_response")
    prompt = call["body"]["prompt"]
    assert (prompt["template"], prompt["version"], prompt["variables"]) == (
        "Greet {name} kindly.",
        "v7",
        {"name": "Ada"},
    )
    [search] = events_of("langchain-openinference", prices, type="retrieval")
    retrieval = search["body"]["retrieval"]
    assert retrieval["query"] == "weather in Paris"
    [document] = retrieval["documents"]
    assert (document["content"], document["score"], document["source"]) == ("Paris is sunny in June.", 0.8, "almanac")
    assert call["context"]["tags"] == ["weather"] and call["context"]["metadata"]["tenant"] == "t1"


def test_langfuse_tells_tags_metadata_levels_and_costs(prices: PriceBook):
    events = events_of("langfuse", prices)
    assert all(event["context"]["tags"] == ["weather"] for event in events)
    assert {event["context"]["metadata"]["tenant"] for event in events} == {"t1"}
    [failed] = [event for event in events if event["body"]["status"] == "error"]
    assert (failed["body"]["level"], failed["body"]["error"]["message"]) == ("error", "the printer is on fire")
    [by_hand] = [event for event in events if event["body"]["name"] == "by-hand"]
    assert (by_hand["body"]["cost"]["total"], by_hand["body"]["cost"]["source"]) == (0.003, "reported")
    [agent] = events_of("langfuse", prices, type="agent_action")
    assert agent["body"]["name"] == "answer"


def test_logfire_tells_log_lines_and_exceptions(prices: PriceBook):
    [line] = events_of("logfire", prices, type="log")
    assert line["body"]["message"] == "answered Paris" and line["context"]["tags"] == ["weather"]
    [failed] = events_of("logfire", prices, type="error")
    assert failed["body"]["error"]["type"] == "ConnectionError"


def test_agents_of_pydantic_ai_stand_above_their_calls_and_do_not_count(prices: PriceBook):
    runs = events_of("pydantic-ai", prices, type="agent_action")
    assert [run["body"]["agent"]["name"] for run in runs] == ["plain_bot", "weather_bot", "plain_bot"]
    assert {run["body"]["usage"]["scope"] for run in runs} == {"rollup"}
    parents = Counter(
        call["context"]["parent_event_id"] for call in events_of("pydantic-ai", prices, type="model_response")
    )
    assert [parents[run["eventId"]] for run in runs] == [1, 2, 1]
