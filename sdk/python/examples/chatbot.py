"""A chat in the terminal. Every turn is a trace; all turns of a conversation are one session.

LYNEX_API_KEY=sk_live_… OPENAI_API_KEY=… python chatbot.py
"""

import sys
import uuid

import lynex_sdk as lynex
import openai

lynex.init(service_name="chatbot", redact=["emails", "keys"])
models = lynex.wrap_openai(openai.OpenAI())


@lynex.trace("turn")
def answer(history: list[dict[str, str]]) -> str:
    said = []
    for piece in models.chat.completions.create(model="gpt-4o-mini", messages=history, stream=True):
        text = piece.choices[0].delta.content or ""
        print(text, end="", flush=True)
        said.append(text)
    print()
    return "".join(said)


def main() -> None:
    history = [{"role": "system", "content": "You are kind and brief."}]
    with lynex.session(f"chat-{uuid.uuid4().hex[:8]}"), lynex.user("terminal"):
        for line in sys.stdin:
            history.append({"role": "user", "content": line.strip()})
            history.append({"role": "assistant", "content": answer(history)})


if __name__ == "__main__":
    main()
