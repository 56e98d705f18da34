"""Asking with the SDK: pages one after another, tables for those who have the library, errors in words."""

import pyarrow
import pyarrow.compute
import pytest
from lynex_sdk import Client, ServerError

from tests.running import KEY


@pytest.fixture(scope="module")
def client(server) -> Client:
    events = [
        {"type": "custom", "body": {"name": f"q-{number:04d}"}, "context": {"tags": ["query"], "session_id": "s/ü?"}}
        for number in range(450)
    ]
    server.post(events)
    call = {"model": "gpt-4o-mini", "prompt": "Hi", "response": "Hello", "tokens": {"input": 5, "output": 2}}
    server.post([{"type": "model_response", "eventId": "ab" * 16 + ":" + "cd" * 8, "body": call,
                  "context": {"tags": ["query"], "metadata": {"tenant": "acme"}}}])  # fmt: skip
    server.drain()
    return Client(server.url, KEY)


def test_all_pages_are_gone_over_once_each(client):
    events = client.events(tag="query", type="custom")
    names = [event["body"]["name"] for event in events]
    assert len(names) == 450 == len(set(names)) and len(events.to_list()) == 450
    assert len(client.events(tag="query", limit=7).to_list()) == 7
    assert len(client.events(tag="query", type=["custom", "model_response"], from_="-1h").to_list()) == 451
    assert client.events(tag="nobody").to_list() == []


def test_single_things_and_figures(client):
    trace_id = "ab" * 16
    assert client.event(f"{trace_id}:{'cd' * 8}")["body"]["usage"]["input_tokens"] == 5
    assert [one["trace_id"] for one in client.traces(tag="query")] == [trace_id]
    assert client.trace(trace_id)
    assert client.stats(tag="query")["requests"] == 1
    assert [one["session_id"] for one in client.sessions()] == ["s/ü?"]


def test_tables(client):
    table = client.events(tag="query").to_arrow()
    assert isinstance(table, pyarrow.Table) and table.num_rows == 451
    calls = table.filter(pyarrow.compute.equal(table["type"], "model_response")).to_pylist()
    assert calls[0]["body.model.request"] == "gpt-4o-mini" and calls[0]["context.metadata"] == '{"tenant": "acme"}'


def test_what_the_server_refuses_is_said(client, server):
    with pytest.raises(ServerError, match="403") as refused:
        Client(server.url, "sk_live_" + "W" * 32).stats()
    assert refused.value.status == 403 and refused.value.code
    with pytest.raises(ServerError, match="event_not_found"):
        client.event("nothing")
    with pytest.raises(ServerError, match="422"):
        client.events(level="loud").to_list()
