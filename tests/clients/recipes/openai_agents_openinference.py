"""OpenAI's Agents SDK with OpenInference: the Responses API, a tool, a stream."""

import asyncio

from agents import Agent, OpenAIResponsesModel, Runner, function_tool, set_tracing_disabled
from conversation import MODEL, MODEL_URL, QUESTION, SESSION, SYSTEM, USER
from openai import AsyncOpenAI
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
set_tracing_disabled(False)
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)


@function_tool
def weather(city: str) -> str:
    """The weather of a city"""
    return f"sunny in {city}"


async def converse():
    model = OpenAIResponsesModel(MODEL, AsyncOpenAI(base_url=MODEL_URL))
    agent = Agent(name="weather_bot", instructions=SYSTEM["content"], model=model)
    await Runner.run(agent, "Hi")
    await Runner.run(agent.clone(tools=[weather]), QUESTION["content"])
    async for _ in Runner.run_streamed(agent, "Hi again").stream_events():
        pass


with using_attributes(session_id=SESSION, user_id=USER):
    asyncio.run(converse())
provider.shutdown()
