"""LiteLLM's OpenTelemetry callback with Claude."""

import time

import litellm
from claude_conversation import CLAUDE, CLAUDE_URL
from conversation import QUESTION, SYSTEM, USER, WEATHER_TOOL, weather
from opentelemetry import trace

litellm.callbacks = ["otel"]


def chat(*messages, **options):
    about = {"api_base": CLAUDE_URL, "user": USER, "metadata": {"tenant": "t1"}}
    return litellm.completion(model=f"anthropic/{CLAUDE}", max_tokens=200, messages=list(messages), **options, **about)


chat(SYSTEM, {"role": "user", "content": "Hi"})
call = chat(SYSTEM, QUESTION, tools=[WEATHER_TOOL]).choices[0].message
tool_result = {"role": "tool", "tool_call_id": call.tool_calls[0].id, "content": weather("Paris")}
chat(SYSTEM, QUESTION, call.model_dump(include={"role", "content", "tool_calls"}), tool_result, tools=[WEATHER_TOOL])
for _ in chat({"role": "user", "content": "Hi again"}, stream=True, stream_options={"include_usage": True}):
    pass
time.sleep(2)  # the callback runs in a thread of its own
trace.get_tracer_provider().force_flush()
