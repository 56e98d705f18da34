"""Pydantic AI with Claude: an agent with a tool, then a streamed run."""

import asyncio

from claude_conversation import CLAUDE, CLAUDE_URL
from conversation import QUESTION, SESSION, SYSTEM, USER
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.providers.anthropic import AnthropicProvider

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
Agent.instrument_all(InstrumentationSettings(tracer_provider=provider))

model = AnthropicModel(CLAUDE, provider=AnthropicProvider(base_url=CLAUDE_URL, api_key="x"))
weather_bot = Agent(model, name="weather_bot", instructions=SYSTEM["content"])
plain_bot = Agent(model, name="plain_bot")


@weather_bot.tool_plain
def weather(city: str) -> str:
    """The weather of a city"""
    return f"sunny in {city}"


async def converse():
    await plain_bot.run("Hi", conversation_id=SESSION)
    await weather_bot.run(QUESTION["content"], conversation_id=SESSION)
    async with plain_bot.run_stream("Hi again", conversation_id=SESSION) as answer:
        await answer.get_output()


with provider.get_tracer("app").start_as_current_span("answer", attributes={"session.id": SESSION, "user.id": USER}):
    asyncio.run(converse())
provider.shutdown()
