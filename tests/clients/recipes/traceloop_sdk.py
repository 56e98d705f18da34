"""The Traceloop SDK: workflow and tool decorators around the instrumented openai package, one request per span."""

import openai
from conversation import MODEL_URL, SESSION, USER, ask_weather, embed, say_hello, stream_hello
from conversation import weather as look_outside
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import tool, workflow

Traceloop.init(app_name="weather-bot", disable_batch=True, telemetry_enabled=False)
client = openai.OpenAI(base_url=MODEL_URL)


@tool(name="weather")
def weather(city):
    return look_outside(city)


@workflow(name="answer")
def answer():
    Traceloop.set_association_properties({"session_id": SESSION, "user_id": USER, "tenant": "t1"})
    say_hello(client)
    ask_weather(client, weather)
    stream_hello(client)
    embed(client)


answer()
