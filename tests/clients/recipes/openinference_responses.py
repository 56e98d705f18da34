"""OpenInference's instrumentation of the openai package, with the Responses API."""

import json

import openai
from conversation import MODEL, MODEL_URL, QUESTION, SESSION, SYSTEM, USER, WEATHER_TOOL, weather
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
OpenAIInstrumentor().instrument(tracer_provider=provider)
client = openai.OpenAI(base_url=MODEL_URL)
COMMON = {"model": MODEL, "instructions": SYSTEM["content"]}
TOOLS = [{"type": "function", "strict": True} | WEATHER_TOOL["function"]]

with (
    using_attributes(session_id=SESSION, user_id=USER),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    client.responses.create(input="Hi", **COMMON)
    call = client.responses.create(input=[QUESTION], tools=TOOLS, **COMMON).output[0]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": weather(**json.loads(call.arguments))}
    asked = {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments}
    client.responses.create(input=[QUESTION, asked, result], tools=TOOLS, **COMMON)
    for _ in client.responses.create(input="Hi again", stream=True, **COMMON):
        pass
provider.shutdown()
