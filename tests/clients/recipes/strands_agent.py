"""Strands: an agent whose messages are events of its spans."""

from conversation import MODEL, MODEL_URL, QUESTION, SESSION, SYSTEM, USER
from opentelemetry import trace
from strands import Agent, tool
from strands.models.openai import OpenAIModel
from strands.telemetry import StrandsTelemetry

StrandsTelemetry().setup_otlp_exporter()


@tool
def weather(city: str) -> str:
    """The weather of a city"""
    return f"sunny in {city}"


def agent(*tools):
    return Agent(
        model=OpenAIModel(client_args={"base_url": MODEL_URL}, model_id=MODEL),
        tools=list(tools),
        system_prompt=SYSTEM["content"],
        trace_attributes={"session.id": SESSION, "user.id": USER},
        callback_handler=None,
    )


agent()("Hi")
agent(weather)(QUESTION["content"])
trace.get_tracer_provider().force_flush()
