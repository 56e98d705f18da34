"""OpenInference's messages, put together again from `llm.input_messages.0.message.contents.1.message_content.text`."""

from typing import Any

from lynex.ingest.dialects.conversation import part_of, role_of
from lynex.ingest.dialects.flattened import Path, unflatten
from lynex.ingest.dialects.values import structured
from lynex.ingest.messages import Message, Part, decoded_arguments


def conversation_of(pairs: list[tuple[Path, Any]] | None, role: str) -> dict[str, Any] | None:
    if pairs is None:
        return None
    messages = [_message(one.get("message", one), role) for one in objects(unflatten(pairs))]
    found = [one for one in messages if one is not None]
    return {"messages": found} if found else None


def _message(sent: Any, role: str) -> Message | None:
    if type(sent) is not dict:
        return None
    content, speaker = sent.get("content"), role_of(sent.get("role"), role)
    if len(sent) == 2 and type(content) is str and content[:1] != "[" and speaker != "tool":  # the usual case, cheaply
        return {"role": speaker, "parts": [{"type": "text", "content": content}]}
    parts: list[Part] = []
    if type(sent.get("tool_call_id")) is str:
        parts.append({"type": "tool_call_response", "id": sent["tool_call_id"], "result": structured(content)})
    elif speaker == "tool" and type(content) is str:  # Gemini's calls have no ids
        parts.append({"type": "tool_call_response", "result": structured(content)})
    elif content not in (None, ""):
        parts += _content_parts(content)
    contents = sent.get("contents")
    for one in objects(contents if type(contents) is list else []):
        part = _content(one)
        if part is not None:
            parts.append(part)
    known = {part.get("id") for part in parts if part["type"] == "tool_call"}
    calls = sent.get("tool_calls")
    for call in objects(calls if type(calls) is list else []):
        part = _tool_call(call.get("tool_call", call))
        if part.get("id") is None or part["id"] not in known:
            parts.append(part)
    if type(sent.get("function_call_name")) is str:
        arguments = decoded_arguments(sent.get("function_call_arguments_json"))[0]
        parts.append({"type": "tool_call", "name": sent["function_call_name"], "arguments": arguments})
    message: Message = {"role": speaker, "parts": parts}
    if type(sent.get("name")) is str:
        message["name"] = sent["name"]
    return message


def _content_parts(content: Any) -> list[Part]:
    """Text; or, from those who put a provider's list there as JSON, its parts."""
    decoded = structured(content)
    if type(decoded) is list and decoded and all(type(one) is dict and "type" in one for one in decoded):
        return [part_of(one) for one in decoded]
    return [{"type": "text", "content": content if type(content) is str else str(content)}]


def _content(one: dict[str, Any]) -> Part | None:
    """One of `message.contents`: text, reasoning, an image, audio, or a tool call beside it."""
    if type(one.get("tool_call")) is dict:
        return _tool_call(one["tool_call"])
    said = one.get("message_content", one)
    if type(said) is not dict:
        return None
    kind = said.get("type", "text")
    if type(said.get("text")) is str:
        if kind in ("reasoning", "thinking"):
            return {"type": "reasoning", "content": said["text"]}
        return {"type": "text", "content": said["text"]}
    for medium in ("image", "audio", "video", "document"):
        inner = said.get(medium)
        if type(inner) is dict:
            place = inner.get(medium, inner)
            url = place.get("url") if type(place) is dict else None
            if type(url) is str:
                return {"type": "uri", "modality": medium, "uri": url}
    return {"type": "generic", "value": said} if set(said) != {"type"} else None


def _tool_call(call: Any) -> Part:
    if type(call) is not dict:
        return {"type": "generic", "value": call}
    function = call.get("function")
    function = function if type(function) is dict else call
    part: Part = {"type": "tool_call", "name": function.get("name")}
    if call.get("id") is not None:
        part["id"] = call["id"]
    part["arguments"] = decoded_arguments(function.get("arguments"))[0]
    return part


def objects(values: Any) -> list[dict[str, Any]]:
    return [one for one in values if type(one) is dict] if type(values) is list else []
