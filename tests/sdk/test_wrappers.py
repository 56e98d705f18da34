"""Calls through OpenAI's and Anthropic's own libraries, recorded by a thin wrapper, arrive as they were made."""

import anthropic
import openai
import pytest

from tests.clients.fake_model import CHAT_MODEL, CLAUDE_MODEL, FakeModel
from tests.clients.serving import served

TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
ASK = [{"role": "user", "content": "Hello"}]


@pytest.fixture(scope="module")
def models():
    with served(FakeModel().app) as url:
        yield url


@pytest.fixture
def lynex(server, client_of):
    return client_of(server.url)


def arrived(server, lynex, trace) -> list[dict]:
    """Whole events of a trace, in order of time."""
    assert lynex.flush(10)
    server.drain()
    page = server.get("/api/v1/events", trace_id=trace, fields="body", type="model_response").json()
    return sorted(page["items"], key=lambda event: event["timestamp"])


def check(event: dict, **usage: int) -> None:
    said = event["body"]["usage"]
    assert {name: said.get(name) for name in usage} == usage, said
    assert event["body"]["duration_ms"] > 0 and event["body"].get("status", "ok") == "ok"


OPENAI = {"input_tokens": 20, "output_tokens": 7, "cache_read_tokens": 8, "reasoning_tokens": 3}
CLAUDE = {"input_tokens": 20, "output_tokens": 7, "cache_read_tokens": 8}


def test_openai_chat_tools_stream_and_embeddings(server, lynex, models):
    plain = openai.OpenAI(base_url=f"{models}/v1", api_key="x")
    client = lynex.wrap_openai(plain, stream_usage=True)
    assert client is plain and lynex.wrap_openai(client) is client
    with lynex.span("run") as run:
        first = client.chat.completions.create(model="gpt-4o-mini", messages=ASK, temperature=0.5)
        assert first.choices[0].message.content == "Hello"
        asked = client.chat.completions.create(model="gpt-4o-mini", messages=ASK, tools=TOOLS)
        call = asked.choices[0].message.tool_calls[0]
        turns = [*ASK, asked.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
        client.chat.completions.create(model="gpt-4o-mini", messages=turns, tools=TOOLS)
        with client.chat.completions.create(model="gpt-4o-mini", messages=ASK, stream=True) as stream:
            pieces = list(stream)
        assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == "Hello"
        vectors = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
        assert len(vectors.data) == 2
    hello, tool, answer, streamed, embedded = arrived(server, lynex, run.trace_id)
    for event in (hello, tool, answer, streamed):
        check(event, **OPENAI)
        assert event["body"]["model"]["request"] == "gpt-4o-mini" and event["body"]["model"]["response"] == CHAT_MODEL
        assert event["context"]["parent_event_id"] == run.event_id and event["body"]["cost"]["total"] > 0
    assert hello["body"]["model"]["params"] == {"temperature": 0.5}
    assert hello["body"]["input"]["messages"][0]["parts"][0]["content"] == "Hello"
    part = tool["body"]["output"]["messages"][0]["parts"][0]
    assert part["type"] == "tool_call" and part["name"] == "weather" and part["arguments"] == {"city": "Paris"}
    assert tool["body"]["model"]["finish_reasons"] == ["tool_calls"] and tool["body"]["tool"]["definitions"] == TOOLS
    assert answer["body"]["input"]["messages"][-1]["role"] == "tool"
    assert streamed["body"]["output"]["messages"][0]["parts"][0]["content"] == "Hello"
    assert streamed["body"]["model"]["stream"] is True and streamed["body"]["model"]["ttft_ms"] > 0
    check(embedded, input_tokens=3)


async def test_openai_async_and_streams_given_up(server, lynex, models):
    client = lynex.wrap_openai(openai.AsyncOpenAI(base_url=f"{models}/v1", api_key="x"))
    async with client, lynex.span("run") as run:
        await client.chat.completions.create(model="gpt-4o-mini", messages=ASK)
        async for _ in await client.chat.completions.create(
            model="gpt-4o-mini", messages=ASK, stream=True, stream_options={"include_usage": True}
        ):
            pass
        stream = await client.chat.completions.create(model="gpt-4o-mini", messages=ASK, stream=True)
        await anext(stream)
        await stream.close()
    whole, streamed, half = arrived(server, lynex, run.trace_id)
    check(whole, **OPENAI)
    check(streamed, **OPENAI)
    assert half["body"]["output"]["messages"][0]["parts"][0]["content"] == "Hel" and "usage" not in half["body"]


def test_a_failed_call_is_recorded_and_raised_as_ever(server, lynex):
    client = lynex.wrap_openai(openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key="x", max_retries=0))
    with lynex.span("run") as run, pytest.raises(openai.APIConnectionError):
        client.chat.completions.create(model="gpt-4o-mini", messages=ASK)
    (event,) = arrived(server, lynex, run.trace_id)
    assert event["body"]["status"] == "error" and event["body"]["error"]["type"] == "openai.APIConnectionError"


def test_anthropic_messages_tools_and_stream(server, lynex, models):
    client = lynex.wrap_anthropic(anthropic.Anthropic(base_url=models, api_key="x"))
    tools = [{"name": "weather", "input_schema": {"type": "object", "properties": {}}}]
    with lynex.span("run") as run:
        client.messages.create(model="claude-opus-4-8", max_tokens=50, messages=ASK, system="Be kind.")
        client.messages.create(model="claude-opus-4-8", max_tokens=50, messages=ASK, tools=tools)
        with client.messages.create(model="claude-opus-4-8", max_tokens=50, messages=ASK, stream=True) as stream:
            assert [event.type for event in stream][-1] == "message_stop"
    hello, tool, streamed = arrived(server, lynex, run.trace_id)
    for event in (hello, tool, streamed):
        check(event, **CLAUDE)
        assert event["body"]["model"]["response"] == CLAUDE_MODEL and event["body"]["model"]["provider"] == "anthropic"
    assert hello["body"]["system_instructions"][0]["content"] == "Be kind."
    assert tool["body"]["output"]["messages"][0]["parts"][0]["name"] == "weather"
    assert streamed["body"]["output"]["messages"][0]["parts"][0]["content"] == "Hello"


def test_a_library_of_another_version_still_works_for_the_host(lynex, said):
    class Completions:
        def create(self, **named):
            return {"odd": named}

    class Chat:
        completions = Completions()

    class Client:
        chat = Chat()
        base_url = "http://x"

    client = lynex.wrap_openai(Client())
    assert client.chat.completions.create(model="m", messages=None) == {"odd": {"model": "m", "messages": None}}
    assert any("could not be read" in words for words in said)
