"""What was said, in any spelling of any convention, as `{role, parts}` (semconv.md section 1)."""

from typing import Any, Final

from lynex.ingest.dialects.values import decoded_json, looks_cut_off, structured
from lynex.ingest.messages import Message, Part, decoded_arguments, read_message, read_part, text_message

Content = dict[str, Any]

_SPEAKERS: Final = ("human", "ai", "AIMessageChunk", "system", "tool", "function", "developer")
_ROLES: Final[dict[str, str]] = {
    "human": "user",
    "ai": "assistant",
    "AIMessageChunk": "assistant",
    "model": "assistant",
    "developer": "system",
}
_TYPELESS: Final = {
    "text": "text",
    "reasoning": "reasoning",
    "function_call": "tool_call",
    "functionCall": "tool_call",
    "toolRequest": "tool_call",
    "toolUse": "tool_call",
    "function_response": "tool_call_response",
    "functionResponse": "tool_call_response",
    "toolResponse": "tool_call_response",
    "toolResult": "tool_call_response",
    "inline_data": "blob",
    "inlineData": "blob",
    "file_data": "uri",
    "fileData": "uri",
    "media": "uri",
}
_RESULTS: Final = ("result", "response", "content", "output")


def read_content(value: Any, role: str) -> Content:
    """`{messages}` of text, one message, or a list of them, sent as such or as JSON; `{value}` of anything else."""
    if type(value) is str:
        decoded = decoded_json(value)
        if decoded is None:
            return {"value": value} if looks_cut_off(value) else {"messages": [text_message(role, value)]}
        value = decoded
    messages = messages_of(value, role)
    return {"messages": messages} if messages else {"value": value}


def messages_of(value: Any, role: str) -> list[Message] | None:
    """The messages of a list, of one message, or of an object that holds them; None where there are none."""
    if type(value) is dict:
        inner = value.get("messages", value.get("contents"))
        if type(inner) is list:
            return messages_of(inner, role)
        choices = value.get("choices")
        if type(choices) is list and choices:
            return messages_of([_answer(choice) for choice in choices], role)
        one = message_of(value, role)
        return [one] if one is not None else None
    if type(value) is not list:
        return None
    messages = []
    for sent in value:
        one = message_of(structured(sent) if type(sent) is str and sent[:1] == "{" else sent, role)
        if one is None:
            return None
        messages.append(one)
    return messages


def _answer(choice: Any) -> Any:
    """The message of one of OpenAI's choices."""
    return choice.get("message", choice.get("text")) if type(choice) is dict else choice


def message_of(sent: Any, role: str) -> Message | None:
    """One message. None where it is none."""
    if type(sent) is not dict:
        return text_message(role, sent) if type(sent) is str else None
    speaker, parts = sent.get("role"), sent.get("parts")
    if type(parts) is list and parts:
        message = {**sent, "role": role_of(speaker, role)}
        message["parts"] = [part_of(part) for part in parts]
        if message.get("name", "") is None:
            del message["name"]
        return message
    if type(speaker) is not str:
        sent = _langchain_message(sent) if "type" in sent else {"role": role, **sent} if "content" in sent else sent
    if type(sent.get("function_call")) is dict and not sent.get("tool_calls"):
        sent = {**sent, "tool_calls": [sent["function_call"]]}
    found, _ = read_message(sent, role)
    if found is None:
        return None
    message = {**found, "role": role_of(found["role"], role), "parts": [part_of(part) for part in found["parts"]]}
    if type(sent.get("finish_reason")) is str:
        message["finish_reason"] = sent["finish_reason"]
    return message


def _langchain_message(sent: Message) -> Message:
    """`{type: human, data: {content}}`, or a constructor's `{id: [… HumanMessage], kwargs: {content, type}}`."""
    inner = sent.get("data", sent.get("kwargs", sent))
    if type(inner) is not dict or "content" not in inner:
        return sent
    speaker = inner.get("type", sent["type"])
    if speaker not in _SPEAKERS:
        return sent
    kept = {key: inner[key] for key in ("content", "tool_calls", "tool_call_id", "name") if inner.get(key)}
    return {"role": _ROLES.get(speaker, speaker), "content": "", **kept}


def role_of(speaker: Any, otherwise: str) -> str:
    """`human` → `user`; `otherwise` where nobody is named."""
    return _ROLES.get(speaker, speaker) if type(speaker) is str else otherwise


def part_of(sent: Any) -> Part:
    """A part of a message in OpenTelemetry's words, or in those of a provider."""
    if type(sent) is dict and sent.get("type") == "text" and "content" in sent:
        return sent
    if type(sent) is str:
        return {"type": "text", "content": sent}
    part = read_part(sent) if type(sent) is not dict or "type" in sent else _typeless_part(sent)
    kind = part["type"]
    if kind == "generic" and type(part.get("value")) is dict and "type" not in part["value"]:
        return _typeless_part(part["value"])
    if kind == "tool_call":
        arguments = part.get("arguments")
        return {**part, "arguments": decoded_arguments(arguments)[0]} if type(arguments) is str else part
    if kind == "tool_call_response" and "result" not in part:
        for name in _RESULTS:
            if name in part:
                moved = {key: value for key, value in part.items() if key != name}
                return {**moved, "result": structured(part[name])}
    return part


def _typeless_part(sent: Part) -> Part:
    """A part of Gemini's, Genkit's or Bedrock's messages: the key says what it is."""
    for key, kind in _TYPELESS.items():
        said = sent.get(key)
        if said is None:
            continue
        if kind in ("text", "reasoning"):
            return {"type": "reasoning" if sent.get("thought") is True else kind, "content": said}
        if type(said) is not dict:
            break
        if kind == "tool_call":
            call_id = _call_id(said)
            arguments = said.get("args", said.get("input"))
            return {"type": kind, "id": call_id, "name": said.get("name"), "arguments": arguments}
        if kind == "tool_call_response":
            result = said.get("response", said.get("output", without_blocks(said.get("content"))))
            return {"type": kind, "id": _call_id(said), "result": result}
        return {"type": kind, **said}
    return {"type": "generic", "value": sent}


def _call_id(said: Part) -> Any:
    return said.get("id", said.get("ref", said.get("toolUseId")))


def without_blocks(content: Any) -> Any:
    """The text of `[{"text": …}]`, Bedrock's way to say one thing; anything else as it is."""
    if type(content) is list and len(content) == 1 and type(content[0]) is dict and set(content[0]) == {"text"}:
        return content[0]["text"]
    return content


def instructions(value: Any) -> list[Part] | None:
    """System instructions: parts, or text."""
    if type(value) is str:
        decoded = decoded_json(value)
        if decoded is None:
            return [{"type": "text", "content": value}]
        value = decoded
    if type(value) is dict:
        value = value["parts"] if type(value.get("parts")) is list else [value]
    if type(value) is not list or not value:
        return None
    return [part_of(part) for part in value]
