"""Logfire without its cloud: spans, a log line, an exception, and its own instrumentation of the openai package."""

import logfire
import openai
from conversation import MODEL_URL, SESSION, USER, converse

logfire.configure(send_to_logfire=False, service_name="weather-bot", console=False, inspect_arguments=False)
client = openai.OpenAI(base_url=MODEL_URL)
logfire.instrument_openai(client)

with logfire.span("answer {question}", question="weather", **{"gen_ai.conversation.id": SESSION, "user.id": USER}):
    converse(client)
    logfire.info("answered {city}", city="Paris", _tags=["weather"])
    try:
        raise ConnectionError("the printer is on fire")
    except ConnectionError:
        logfire.exception("could not publish")
logfire.shutdown()
