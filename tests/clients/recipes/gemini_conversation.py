"""What the recipes with the `google-genai` package ask: a plain call, a tool call and its result, a stream."""

import os

from conversation import QUESTION, SYSTEM, weather
from google import genai
from google.genai import types

MODEL = "gemini-2.5-flash"
TOOL = types.FunctionDeclaration(
    name="weather",
    description="The weather of a city",
    parameters={"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]},
)


def converse():
    address = os.environ["FAKE_MODEL_URL"].removesuffix("/v1")
    client = genai.Client(api_key="x", http_options={"base_url": address})
    plain = types.GenerateContentConfig(system_instruction=SYSTEM["content"])
    with_tool = types.GenerateContentConfig(
        system_instruction=SYSTEM["content"], tools=[types.Tool(function_declarations=[TOOL])]
    )
    client.models.generate_content(model=MODEL, contents="Hi", config=plain)
    question = types.Content(role="user", parts=[types.Part(text=QUESTION["content"])])
    asked = client.models.generate_content(model=MODEL, contents=[question], config=with_tool).candidates[0].content
    call = asked.parts[0].function_call
    result = types.Part.from_function_response(name=call.name, response={"result": weather(**call.args)})
    turns = [question, asked, types.Content(role="user", parts=[result])]
    client.models.generate_content(model=MODEL, contents=turns, config=with_tool)
    for _ in client.models.generate_content_stream(model=MODEL, contents="Hi again", config=plain):
        pass
