"""What the recipes with the `anthropic` package ask: a plain call, a tool call and its result, a stream."""

import os

from conversation import QUESTION, SYSTEM, weather

CLAUDE = "claude-sonnet-4-5"
CLAUDE_URL = os.environ["FAKE_MODEL_URL"].removesuffix("/v1")
TOOL = {
    "name": "weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def converse(client):
    common = {"model": CLAUDE, "max_tokens": 200, "system": SYSTEM["content"]}
    client.messages.create(messages=[{"role": "user", "content": "Hi"}], **common)
    asked = client.messages.create(messages=[QUESTION], tools=[TOOL], **common)
    call = asked.content[0]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": weather(**call.input)}
    turns = [QUESTION, {"role": "assistant", "content": [call.model_dump()]}, {"role": "user", "content": [result]}]
    client.messages.create(messages=turns, tools=[TOOL], **common)
    with client.messages.stream(messages=[{"role": "user", "content": "Hi again"}], **common) as stream:
        stream.get_final_message()
