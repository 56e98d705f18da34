"""The Langfuse SDK of version 2, which sends batches of its own instead of OpenTelemetry."""

from conversation import MODEL_URL, SESSION, USER, ask_weather, embed, say_hello, stream_hello
from conversation import weather as look_outside
from langfuse.decorators import langfuse_context, observe
from langfuse.openai import OpenAI

client = OpenAI(base_url=MODEL_URL)


@observe()
def weather(city):
    return look_outside(city)


@observe()
def answer():
    langfuse_context.update_current_trace(session_id=SESSION, user_id=USER, tags=["weather"], metadata={"tenant": "t1"})
    say_hello(client)
    ask_weather(client, weather)
    stream_hello(client)
    embed(client)
    langfuse_context.score_current_trace(name="friendliness", value=0.9, comment="says hello")


answer()
langfuse_context.flush()
