"""`wrap_anthropic(client)`: messages of Anthropic's library, sync, async and streamed."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from .client import Recorder
from .model_calls import Fields, Reader, StreamReader, given, plain_fields, watched

C = TypeVar("C")
_PARAMETERS: Final = (
    "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "thinking", "tool_choice", "service_tier",
)  # fmt: skip
_DONE: Final = "_lynex_wrapped"


def wrap(recorder: Recorder, client: C) -> C:
    """The same client; each `messages.create` is recorded from now on. Wrapping twice changes nothing."""
    messages = getattr(client, "messages", None)
    if messages is None or getattr(client, _DONE, False):
        return client
    is_async = type(client).__name__.startswith("Async")
    messages.create = watched(recorder, MessagesReader(), messages.create, is_async)
    setattr(client, _DONE, True)
    return client


class MessagesReader(Reader):
    def request(self, named: Fields) -> Fields:
        fields: Fields = {"model": str(named.get("model", "")), "provider": "anthropic", **given(named, "system")}
        messages = given(named, "messages").get("messages")
        if messages is not None:
            fields["messages"] = [plain_fields(one) for one in messages]
        tools = given(named, "tools").get("tools")
        if tools is not None:
            fields["tools"] = list(tools)
        parameters = given(named, *_PARAMETERS)
        return {**fields, "parameters": parameters} if parameters else fields

    def answer(self, response: Any) -> Fields:
        return {
            "response": {"role": "assistant", "content": [plain_fields(block) for block in response.content]},
            "finish_reason": response.stop_reason,
            "tokens": _counted(response.usage),
            "response_id": response.id,
            "response_model": response.model,
        }

    def collector(self) -> StreamReader:
        return MessagesStream()


def _counted(usage: Any) -> Fields:
    """Anthropic's input does not include what was read from or written to the cache; the server knows its names."""
    counts = plain_fields(usage)
    return {name: value for name, value in counts.items() if isinstance(value, (int, dict))}


class MessagesStream(StreamReader):
    """Blocks as they start, grow and stop; usage comes in two halves."""

    def __init__(self) -> None:
        self._blocks: dict[int, Fields] = {}
        self._tokens: Fields = {}
        self._fields: Fields = {}

    def add(self, piece: Any) -> bool:
        if piece.type == "message_start":
            self._tokens.update(_counted(piece.message.usage))
            self._fields.update(response_id=piece.message.id, response_model=piece.message.model)
        elif piece.type == "content_block_start":
            self._blocks[piece.index] = dict(plain_fields(piece.content_block))
        elif piece.type == "content_block_delta":
            return self._grow(self._blocks.setdefault(piece.index, {"type": "text"}), piece.delta)
        elif piece.type == "message_delta":
            self._tokens.update(_counted(piece.usage))
            if piece.delta.stop_reason:
                self._fields["finish_reason"] = piece.delta.stop_reason
        return False

    def _grow(self, block: Fields, delta: Any) -> bool:
        if delta.type == "text_delta":
            block["text"] = block.get("text", "") + delta.text
        elif delta.type == "thinking_delta":
            block["thinking"] = block.get("thinking", "") + delta.thinking
        elif delta.type == "input_json_delta":
            block["input"] = (block["input"] if isinstance(block.get("input"), str) else "") + delta.partial_json
        return True

    def fields(self) -> Fields:
        blocks = [block for _, block in sorted(self._blocks.items())]
        return {**self._fields, "tokens": self._tokens, "response": {"role": "assistant", "content": blocks}}
