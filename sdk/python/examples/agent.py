"""An agent with a tool: each step with its state, so that Lynex can play the run back step by step.

LYNEX_API_KEY=sk_live_… OPENAI_API_KEY=… python agent.py "What should I wear in Paris?"
"""

import json
import sys
from typing import Any

import lynex_sdk as lynex
import openai

WEATHER = {"Paris": "sunny, 24 °C", "Oslo": "snow, -3 °C"}
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city now.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]

lynex.init(service_name="agent")
models = lynex.wrap_openai(openai.OpenAI())


@lynex.trace("weather", type="tool_call")
def weather(city: str) -> str:
    return WEATHER.get(city, "unknown")


@lynex.trace("run")
def run(goal: str) -> str:
    messages: list[Any] = [{"role": "user", "content": goal}]
    state: dict[str, Any] = {"goal": goal, "known": {}, "done": False}
    for _ in range(5):
        with lynex.step("clothes adviser", action="ask the model", state=state) as step:
            message = (
                models.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=TOOLS).choices[0].message
            )
            messages.append(message)
            for call in message.tool_calls or []:
                city = json.loads(call.function.arguments)["city"]
                result = weather(city)
                state["known"][city] = result
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
                step.set(action=f"look up the weather in {city}")
            state["done"] = not message.tool_calls
            step.set(state=state, output=message.content)
        if state["done"]:
            return message.content or ""
    return "I do not know."


if __name__ == "__main__":
    print(run(" ".join(sys.argv[1:]) or "What should I wear in Paris?"))
