"""A model server that always gives the same answers and the same usage, and counts what was asked of it.

Speaks OpenAI's chat, responses and embeddings, Anthropic's messages and Gemini's contents. The model it names differs from the one asked for, as the
real ones do; a call that offers tools is answered by a tool call first and by text once the result is there.
"""

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

CHAT_MODEL = "gpt-4o-mini-2024-07-18"
CLAUDE_MODEL = "claude-sonnet-4-5-20250929"
GEMINI_MODEL = "gemini-2.5-flash"
USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 7,
    "total_tokens": 27,
    "prompt_tokens_details": {"cached_tokens": 8},
    "completion_tokens_details": {"reasoning_tokens": 3},
}
RESPONSE_USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 8},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 27,
}
# Anthropic counts cached input beside the input: 12 and 8 make 20, as do 9, 8 and 3 where the cache is also written.
CLAUDE_USAGE = {"input_tokens": 12, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 0, "output_tokens": 7}
CLAUDE_STREAM_USAGE = CLAUDE_USAGE | {"input_tokens": 9, "cache_creation_input_tokens": 3}
# Gemini counts what was thought beside the answer: 4 and 3 make 7.
GEMINI_USAGE = {
    "promptTokenCount": 20,
    "cachedContentTokenCount": 8,
    "candidatesTokenCount": 4,
    "thoughtsTokenCount": 3,
    "totalTokenCount": 27,
}
EMBEDDING_USAGE = {"prompt_tokens": 3, "total_tokens": 3}
ARGUMENTS = {"city": "Paris"}

Json = dict[str, Any]


class FakeModel:
    """`calls` holds one word for each request served: chat, embedding or message."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
                Route("/v1/responses", self.responses, methods=["POST"]),
                Route("/v1/embeddings", self.embeddings, methods=["POST"]),
                Route("/v1/messages", self.messages, methods=["POST"]),
                Route("/{version:str}/models/{asked}", self.contents, methods=["POST"]),
            ]
        )

    async def chat(self, request: Request) -> Response:
        asked = await request.json()
        self.calls.append("chat")
        head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": 1_763_640_000, "model": CHAT_MODEL}
        message: Json = {"role": "assistant", "content": _answer(asked)}
        finish = "stop"
        if _wants_tool(asked):
            call = {"id": "call_weather_1", "type": "function", "function": _function_call()}
            message, finish = {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
        if asked.get("stream"):
            with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
            return _sse(_chat_chunks(head, message, finish, with_usage))
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        return JSONResponse(head | {"object": "chat.completion", "choices": [choice], "usage": USAGE})

    async def responses(self, request: Request) -> Response:
        asked = await request.json()
        self.calls.append("response")
        item: Json = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": _answer(asked), "annotations": [], "logprobs": []}],
        }
        if _wants_tool(asked):
            call = {"id": "fc_1", "type": "function_call", "call_id": "call_weather_1", "status": "completed"}
            item = call | _function_call()
        answer = _response_head(asked) | {"status": "completed", "output": [item], "usage": RESPONSE_USAGE}
        return _sse(_response_events(answer, item)) if asked.get("stream") else JSONResponse(answer)

    async def embeddings(self, request: Request) -> Response:
        asked = await request.json()
        self.calls.append("embedding")
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        if asked.get("encoding_format") == "base64":
            vector: Any = "AACAPgAAAL8="  # 0.25 and -0.5 as little-endian floats
        else:
            vector = [0.25, -0.5]
        data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(texts))]
        return JSONResponse({"object": "list", "model": asked["model"], "data": data, "usage": EMBEDDING_USAGE})

    async def messages(self, request: Request) -> Response:
        asked = await request.json()
        self.calls.append("message")
        head = {"id": f"msg_{uuid.uuid4().hex[:24]}", "type": "message", "role": "assistant", "model": CLAUDE_MODEL}
        block: Json = {"type": "text", "text": _answer(asked)}
        reason = "end_turn"
        if _wants_tool(asked):
            block = {"type": "tool_use", "id": "toolu_weather_1", "name": "weather", "input": ARGUMENTS}
            reason = "tool_use"
        if asked.get("stream"):
            return _sse(_message_events(head, block, reason))
        answer = {"content": [block], "stop_reason": reason, "stop_sequence": None, "usage": CLAUDE_USAGE}
        return JSONResponse(head | answer)

    async def contents(self, request: Request) -> Response:
        asked = await request.json()
        self.calls.append("content")
        last = asked["contents"][-1]["parts"][-1]
        part: Json = {"text": "It is sunny in Paris." if "functionResponse" in last else "Hello"}
        if asked.get("tools") and "functionResponse" not in last:
            part = {"functionCall": {"name": "weather", "args": ARGUMENTS}}
        content = {"role": "model", "parts": [part]}
        answer = {
            "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
            "usageMetadata": GEMINI_USAGE,
            "modelVersion": GEMINI_MODEL,
            "responseId": uuid.uuid4().hex,
        }
        if "stream" in request.path_params["asked"]:
            return _sse(iter([(None, answer)]))
        return JSONResponse(answer)


def _wants_tool(asked: Json) -> bool:
    return bool(asked.get("tools")) and not _has_tool_result(asked)


def _answer(asked: Json) -> str:
    return "It is sunny in Paris." if _has_tool_result(asked) else "Hello"


def _has_tool_result(asked: Json) -> bool:
    said = asked.get("messages", asked.get("input"))
    last = said[-1] if isinstance(said, list) else {"content": said}
    content = last.get("content")
    parts = content if isinstance(content, list) else []
    return (
        last.get("role") == "tool"
        or last.get("type") == "function_call_output"
        or any(part.get("type") == "tool_result" for part in parts)
    )


def _function_call() -> Json:
    return {"name": "weather", "arguments": json.dumps(ARGUMENTS, separators=(",", ":"))}


def _response_head(asked: Json) -> Json:
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": 1_763_640_000,
        "model": CHAT_MODEL,
        "error": None,
        "incomplete_details": None,
        "instructions": asked.get("instructions"),
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": asked.get("tools", []),
        "top_p": 1.0,
    }


def _response_events(answer: Json, item: Json) -> Iterator[tuple[str | None, Any]]:
    begun = answer | {"status": "in_progress", "output": [], "usage": None}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    yield _named("response.created", sequence_number=0, response=begun)
    yield _named("response.output_item.added", sequence_number=1, output_index=0, item=item | {"content": []})
    for number, text in enumerate(("Hel", "lo"), start=2):
        yield _named("response.output_text.delta", sequence_number=number, delta=text, logprobs=[], **place)
    yield _named("response.output_item.done", sequence_number=4, output_index=0, item=item)
    yield _named("response.completed", sequence_number=5, response=answer)


def _chat_chunks(head: Json, message: Json, finish: str, with_usage: bool) -> Iterator[tuple[str | None, Any]]:
    head = head | {"object": "chat.completion.chunk"}
    text = message["content"] or ""
    deltas: list[Json] = [{"role": "assistant", "content": text[:3]}, {"content": text[3:]}]
    if "tool_calls" in message:
        deltas = [{"role": "assistant", "tool_calls": [{"index": 0} | call for call in message["tool_calls"]]}]
    for delta in deltas:
        yield None, head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield None, head | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    if with_usage:
        yield None, head | {"choices": [], "usage": USAGE}
    yield None, "[DONE]"


def _message_events(head: Json, block: Json, reason: str) -> Iterator[tuple[str | None, Any]]:
    opening = head | {"content": [], "stop_reason": None, "usage": CLAUDE_STREAM_USAGE | {"output_tokens": 1}}
    yield _named("message_start", message=opening)
    if block["type"] == "tool_use":
        begun, told, key, kind = block | {"input": {}}, json.dumps(block["input"]), "partial_json", "input_json_delta"
    else:
        begun, told, key, kind = block | {"text": ""}, block["text"], "text", "text_delta"
    yield _named("content_block_start", index=0, content_block=begun)
    for piece in (told[:3], told[3:]):
        yield _named("content_block_delta", index=0, delta={"type": kind, key: piece})
    yield _named("content_block_stop", index=0)
    yield _named("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=CLAUDE_STREAM_USAGE)
    yield _named("message_stop")


def _named(name: str, **data: Any) -> tuple[str, Any]:
    return name, {"type": name} | data


def _sse(events: Iterator[tuple[str | None, Any]]) -> Response:
    async def lines() -> AsyncIterator[str]:
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(data)
            yield (f"event: {name}\n" if name else "") + f"data: {text}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream")
