"""OpenInference's instrumentation of the anthropic package: cached input is reported beside the input there."""

import os

import anthropic
from conversation import QUESTION, SESSION, SYSTEM, USER, weather
from openinference.instrumentation import using_attributes
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
AnthropicInstrumentor().instrument(tracer_provider=provider)
client = anthropic.Anthropic(base_url=os.environ["FAKE_MODEL_URL"].removesuffix("/v1"))
COMMON = {"model": "claude-sonnet-4-5", "max_tokens": 200, "system": SYSTEM["content"]}
TOOL = {
    "name": "weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}

with (
    using_attributes(session_id=SESSION, user_id=USER),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    client.messages.create(messages=[{"role": "user", "content": "Hi"}], **COMMON)
    asked = client.messages.create(messages=[QUESTION], tools=[TOOL], **COMMON)
    call = asked.content[0]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": weather(**call.input)}
    turns = [QUESTION, {"role": "assistant", "content": [call.model_dump()]}, {"role": "user", "content": [result]}]
    client.messages.create(messages=turns, tools=[TOOL], **COMMON)
    with client.messages.stream(messages=[{"role": "user", "content": "Hi again"}], **COMMON) as stream:
        stream.get_final_message()
provider.shutdown()
