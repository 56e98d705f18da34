"""LiteLLM's own OpenTelemetry callback, which reports costs."""

import time

import litellm
from conversation import EMBEDDING_MODEL, MODEL, MODEL_URL, QUESTION, SESSION, SYSTEM, USER, WEATHER_TOOL, weather
from opentelemetry import trace

litellm.callbacks = ["otel"]


def more():
    """Fresh for each call: the callback leaves its mark in the metadata and skips what has it."""
    return {"api_base": MODEL_URL, "user": USER, "metadata": {"session_id": SESSION, "tenant": "t1"}}


def chat(*messages, **options):
    return litellm.completion(model=f"openai/{MODEL}", messages=list(messages), **options, **more())


chat(SYSTEM, {"role": "user", "content": "Hi"}, temperature=0.2)
call = chat(SYSTEM, QUESTION, tools=[WEATHER_TOOL]).choices[0].message
tool_result = {"role": "tool", "tool_call_id": call.tool_calls[0].id, "content": weather("Paris")}
chat(SYSTEM, QUESTION, call.model_dump(include={"role", "content", "tool_calls"}), tool_result, tools=[WEATHER_TOOL])
for _ in chat({"role": "user", "content": "Hi again"}, stream=True, stream_options={"include_usage": True}):
    pass
litellm.embedding(model=f"openai/{EMBEDDING_MODEL}", input=["weather in Paris"], **more())
time.sleep(2)  # the callback runs in a thread of its own
trace.get_tracer_provider().force_flush()
