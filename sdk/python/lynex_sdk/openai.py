"""`wrap_openai(client)`: chat completions, responses and embeddings of OpenAI's library, sync, async and streamed."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from .client import Recorder
from .model_calls import Fields, Reader, StreamReader, given, plain_fields, watched

C = TypeVar("C")
_PARAMETERS: Final = (
    "temperature", "top_p", "max_tokens", "max_completion_tokens", "max_output_tokens", "seed", "stop", "n",
    "frequency_penalty", "presence_penalty", "response_format", "reasoning_effort", "reasoning", "tool_choice",
    "service_tier", "dimensions", "encoding_format", "parallel_tool_calls",
)  # fmt: skip
_DONE: Final = "_lynex_wrapped"
_METHODS: Final = (("chat", "completions", "create"), ("responses", "create"), ("embeddings", "create"))


def wrap(recorder: Recorder, client: C, stream_usage: bool | None = None) -> C:
    """The same client; each call of a model is recorded from now on. Wrapping twice changes nothing.

    `stream_usage` asks for the token counts of streamed chats, which come in a last piece that the host does not see
    unless it asked itself. By default only where the server is known to understand it: OpenAI's and Azure's own.
    """
    if getattr(client, _DONE, False):
        return client
    is_async = type(client).__name__.startswith("Async")
    provider = _provider_of(client)
    asks = provider is not None if stream_usage is None else stream_usage
    readers: tuple[Reader, ...] = (ChatReader(provider, asks), ResponsesReader(provider), EmbeddingsReader(provider))
    for path, reader in zip(_METHODS, readers, strict=True):
        place: Any = client
        for name in path[:-1]:
            place = getattr(place, name, None)
        method = getattr(place, path[-1], None)
        if place is None or method is None:  # an older library has no responses
            continue
        setattr(place, path[-1], watched(recorder, reader, method, is_async))
    setattr(client, _DONE, True)
    return client


def _provider_of(client: Any) -> str | None:
    """OpenAI where the client speaks to OpenAI; otherwise the model's name will tell, or nobody knows."""
    if "Azure" in type(client).__name__:
        return "azure"
    return "openai" if "api.openai.com" in str(getattr(client, "base_url", "")) else None


class _OpenAIReader(Reader):
    def __init__(self, provider: str | None) -> None:
        self._provider = provider

    def _request(self, named: Fields, prompt: str) -> Fields:
        fields: Fields = {"model": str(named.get("model", "")), "provider": self._provider}
        sent = given(named, prompt).get(prompt)
        if isinstance(sent, (list, tuple)):
            sent = [plain_fields(one) for one in sent]
        fields["prompt"] = sent
        parameters = given(named, *_PARAMETERS)
        if parameters:
            fields["parameters"] = parameters
        tools = given(named, "tools").get("tools")
        if tools is not None:
            fields["tools"] = list(tools)
        return fields


class ChatReader(_OpenAIReader):
    def __init__(self, provider: str | None, asks_for_usage: bool) -> None:
        super().__init__(provider)
        self._asks_for_usage = asks_for_usage

    def prepared(self, named: Fields) -> tuple[Fields, bool]:
        if not self._asks_for_usage or named.get("stream") is not True or given(named, "stream_options"):
            return named, False
        return {**named, "stream_options": {"include_usage": True}}, True

    def request(self, named: Fields) -> Fields:
        return self._request(named, "messages")

    def answer(self, response: Any) -> Fields:
        choice = response.choices[0] if response.choices else None
        message = choice.message if choice is not None else None
        return {
            "response": plain_fields(message),
            "finish_reason": choice.finish_reason if choice is not None else None,
            "tokens": plain_fields(response.usage),
            "response_id": response.id,
            "response_model": response.model,
        }

    def collector(self) -> StreamReader:
        return ChatStream()


class ChatStream(StreamReader):
    """Deltas of the first choice."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: dict[int, Fields] = {}
        self._fields: Fields = {}

    def add(self, piece: Any) -> bool:
        if piece.usage is not None:
            self._fields["tokens"] = plain_fields(piece.usage)
        self._fields["response_id"], self._fields["response_model"] = piece.id, piece.model
        choice = piece.choices[0] if piece.choices else None
        if choice is None or choice.index != 0:
            return False
        if choice.finish_reason:
            self._fields["finish_reason"] = choice.finish_reason
        text, calls = choice.delta.content, choice.delta.tool_calls
        if text:
            self._text.append(text)
        for one in calls or ():
            self._add_call(one)
        return bool(text or calls)

    def is_usage_alone(self, piece: Any) -> bool:
        return not piece.choices and piece.usage is not None

    def _add_call(self, one: Any) -> None:
        call = self._calls.setdefault(one.index, {"type": "function", "function": {"name": "", "arguments": ""}})
        if one.id:
            call["id"] = one.id
        if one.function is not None:
            call["function"]["name"] += one.function.name or ""
            call["function"]["arguments"] += one.function.arguments or ""

    def fields(self) -> Fields:
        message: Fields = {"role": "assistant", "content": "".join(self._text)}
        if self._calls:
            message["tool_calls"] = [call for _, call in sorted(self._calls.items())]
        return {**self._fields, "response": message}


class ResponsesReader(_OpenAIReader):
    def request(self, named: Fields) -> Fields:
        fields = self._request(named, "input")
        instructions = given(named, "instructions").get("instructions")
        return {**fields, "system": instructions}

    def answer(self, response: Any) -> Fields:
        output = [plain_fields(item) for item in response.output]
        calls = [one for one in output if isinstance(one, dict) and one.get("type") == "function_call"]
        text = getattr(response, "output_text", None)
        return {
            "response": text if text else (None if calls else output),
            "tool_calls": [_as_call(one) for one in calls] or None,
            "finish_reason": "tool_calls" if calls else _finish_of(response),
            "tokens": plain_fields(response.usage),
            "response_id": response.id,
            "response_model": response.model,
        }

    def collector(self) -> StreamReader:
        return ResponsesStream(self)


def _as_call(item: Fields) -> Fields:
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    return {"id": item.get("call_id"), "type": "function", "function": function}


def _finish_of(response: Any) -> str | None:
    if response.status == "completed":
        return "stop"
    details = getattr(response, "incomplete_details", None)
    return str(details.reason if details is not None else response.status)


class ResponsesStream(StreamReader):
    """The last piece carries the whole response."""

    def __init__(self, reader: ResponsesReader) -> None:
        self._reader = reader
        self._text: list[str] = []
        self._whole: Any = None

    def add(self, piece: Any) -> bool:
        if piece.type in ("response.completed", "response.incomplete", "response.failed"):
            self._whole = piece.response
            return False
        if piece.type == "response.output_text.delta":
            self._text.append(piece.delta)
            return True
        return bool(piece.type == "response.function_call_arguments.delta")

    def fields(self) -> Fields:
        return self._reader.answer(self._whole) if self._whole is not None else {"response": "".join(self._text)}


class EmbeddingsReader(_OpenAIReader):
    """Vectors are not kept: nobody reads them in a trace."""

    def request(self, named: Fields) -> Fields:
        return {**self._request(named, "input"), "name": "embeddings"}

    def answer(self, response: Any) -> Fields:
        first = response.data[0].embedding if response.data else ()
        return {
            "tokens": {"input": response.usage.prompt_tokens} if response.usage is not None else None,
            "response_model": response.model,
            "metadata": {"vectors": len(response.data), "dimensions": len(first) if isinstance(first, list) else None},
        }

    def collector(self) -> StreamReader:
        return ChatStream()
