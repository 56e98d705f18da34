"""The Langfuse SDK: its openai wrapper, observations of its own, a score, a prompt with a fallback."""

from conversation import MODEL_URL, SESSION, USER, ask_weather, embed, say_hello, stream_hello
from conversation import weather as look_outside
from langfuse import get_client, propagate_attributes
from langfuse.openai import OpenAI

langfuse = get_client()
if not langfuse.auth_check():
    raise SystemExit("the keys were refused")
client = OpenAI(base_url=MODEL_URL)


def weather(city):
    with langfuse.start_as_current_observation(as_type="tool", name="weather", input={"city": city}) as tool:
        result = look_outside(city)
        tool.update(output=result)
        return result


with (
    langfuse.start_as_current_observation(as_type="agent", name="answer", input="What is the weather?") as agent,
    propagate_attributes(user_id=USER, session_id=SESSION, tags=["weather"], metadata={"tenant": "t1"}),
):
    prompt = langfuse.get_prompt("greeting", fallback="Greet {{name}} kindly.", max_retries=0)
    agent.update(metadata={"greeting": prompt.compile(name="Ada")})
    say_hello(client)
    ask_weather(client, weather)
    stream_hello(client)
    embed(client)
    with langfuse.start_as_current_observation(as_type="retriever", name="almanac", input="Paris") as retriever:
        retriever.update(output=[{"id": "doc-1", "content": "Paris is sunny in June.", "score": 0.8}])
    with langfuse.start_as_current_observation(
        as_type="generation",
        name="by-hand",
        model="gpt-4o-mini-2024-07-18",
        model_parameters={"temperature": 0.2},
        input=[{"role": "user", "content": "Hi"}],
    ) as generation:
        usage = {"input": 12, "input_cached_tokens": 8, "output": 4, "output_reasoning_tokens": 3, "total": 27}
        generation.update(output="Hello", usage_details=usage, cost_details={"input": 0.001, "output": 0.002})
    with langfuse.start_as_current_observation(as_type="span", name="publish") as span:
        span.update(level="ERROR", status_message="the printer is on fire")
    agent.update(output="It is sunny in Paris.")
    langfuse.score_current_trace(name="friendliness", value=0.9, comment="says hello")
langfuse.flush()
