"""What the recipes with the `openai` package ask: a plain call, a tool call and its result, a stream, an embedding.

Plain Python 3.11: runs inside the environment of each client. `chat_calls` are four, of 20 and 7 tokens each.
"""

import json
import os

MODEL = "gpt-4o-mini"
EMBEDDING_MODEL = "text-embedding-3-small"
MODEL_URL = os.environ["FAKE_MODEL_URL"]
SESSION, USER = "session-1", "user-1"
SYSTEM = {"role": "system", "content": "You are a friendly weather bot."}
QUESTION = {"role": "user", "content": "What is the weather in Paris?"}
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def weather(city):
    return f"sunny in {city}"


def say_hello(client):
    client.chat.completions.create(model=MODEL, temperature=0.2, messages=[SYSTEM, {"role": "user", "content": "Hi"}])


def ask_weather(client, run_tool=weather):
    """Two calls: the model asks for the tool, then answers with its result."""
    messages = [SYSTEM, QUESTION]
    first = client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER_TOOL])
    call = first.choices[0].message.tool_calls[0]
    result = run_tool(**json.loads(call.function.arguments))
    asked = {"role": "assistant", "content": None, "tool_calls": [call.model_dump(include={"id", "type", "function"})]}
    messages += [asked, {"role": "tool", "tool_call_id": call.id, "content": result}]
    return client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER_TOOL])


def stream_hello(client):
    stream = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Hi again"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    for _ in stream:
        pass


def embed(client):
    client.embeddings.create(model=EMBEDDING_MODEL, input="weather in Paris")


def converse(client):
    say_hello(client)
    ask_weather(client)
    stream_hello(client)
    embed(client)
