"""One shape for what was said: `{role, parts: [{type: text | tool_call | tool_call_response | …}]}` (OpenTelemetry's).

Every conversion is tried backwards at once; what would not come back exactly is kept as sent.
"""

import json
import re
from typing import Any, Final

import msgspec

Json = Any
Message = dict[str, Any]
Part = dict[str, Any]

_MAX_DEPTH: Final = 64
_TWO_LEVELS: Final = 2
_HUGE_INTEGER: Final = re.compile(r"\d{19}")
_CANONICAL_PARTS: Final = frozenset(
    ("text", "reasoning", "tool_call", "tool_call_response", "blob", "file", "uri", "generic")
)


class Text(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="text"):
    """A part that is plain text."""

    content: str


class TextMessage(msgspec.Struct, frozen=True, gc=False):
    """`{role, parts: [{type: "text", content}]}`, as nearly all messages are; made in half a dict's time."""

    role: str
    parts: tuple[Text]


class Conversation(msgspec.Struct, gc=False):
    """Messages, and how each that is not in the usual form was written: a style, or the message itself."""

    messages: list[Message]
    styles: dict[str, str] | None = None
    kept: dict[str, Json] | None = None


def text_message(role: str, text: str) -> Message:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def usual_messages(sent: list[Json]) -> list[TextMessage] | None:
    """The messages of a list that has nothing but `{role, content}` with plain text; None for any other."""
    messages: list[TextMessage] = []
    for one in sent:
        if type(one) is not dict or len(one) != 2:
            return None
        speaker, content = one.get("role"), one.get("content")
        if type(content) is not str or type(speaker) is not str:
            return None
        messages.append(TextMessage(speaker, (Text(content),)))
    return messages


def read_messages(sent: list[Json], role: str) -> Conversation | None:
    """The messages of a list; None when an element is none. `role` is for elements that are plain text."""
    messages: list[Message] = []
    talk = Conversation(messages)
    for index, one in enumerate(sent):
        message, style = read_message(one, role)
        if message is None:
            return None
        messages.append(message)
        _remember(talk, index, one, message, style)
    return talk


def _remember(talk: Conversation, index: int, sent: Json, message: Message, style: str) -> None:
    if not same_json(write_message(message, style), sent):
        talk.kept = talk.kept if talk.kept is not None else {}
        talk.kept[str(index)] = sent
    elif style:
        talk.styles = talk.styles if talk.styles is not None else {}
        talk.styles[str(index)] = style


def read_message(sent: Json, role: str) -> tuple[Message | None, str]:
    """One message in any spelling and the style it was written in; empty: plain text content."""
    if type(sent) is str:
        return text_message(role, sent), "bare"
    if type(sent) is not dict:
        return None, ""
    speaker = sent.get("role")
    if type(speaker) is not str:
        return _read_item(sent)
    if _is_canonical(sent):
        return sent, "parts"
    content = sent.get("content")
    if type(sent.get("tool_call_id")) is str:
        answer = {"type": "tool_call_response", "id": sent["tool_call_id"], "result": content}
        return {"role": speaker, "parts": [answer]}, "tool"
    parts, style = _read_content(sent, content)
    calls = sent.get("tool_calls")
    if type(calls) is list and calls:
        spaced = False
        for call in calls:
            part, is_spaced = read_tool_call(call)
            parts.append(part)
            spaced = spaced or is_spaced
        style = f"{style} calls" + (" spaced" if spaced else "")
    message: Message = {"role": speaker, "parts": parts}
    if type(sent.get("name")) is str:
        message["name"] = sent["name"]
    return message, "" if style == "text" else style


def _is_canonical(sent: Message) -> bool:
    parts = sent.get("parts")
    return type(parts) is list and all(type(part) is dict and part.get("type") in _CANONICAL_PARTS for part in parts)


def _read_content(sent: Message, content: Json) -> tuple[list[Part], str]:
    if type(content) is str:
        return [{"type": "text", "content": content}], "text"
    if type(content) is list:
        return [read_part(part) for part in content], "list"
    if content is None:
        return [], "null" if "content" in sent else "none"
    return [{"type": "generic", "value": content}], "generic"


def _read_item(sent: Message) -> tuple[Message | None, str]:
    """An item of OpenAI's Responses API that is no message: a call of a tool or its answer."""
    kind, call_id = sent.get("type"), sent.get("call_id")
    if kind == "function_call" and type(sent.get("name")) is str:
        arguments, _ = decoded_arguments(sent.get("arguments"))
        part = {"type": "tool_call", "id": call_id, "name": sent["name"], "arguments": arguments}
        return {"role": "assistant", "parts": [part]}, "item"
    if kind == "function_call_output":
        part = {"type": "tool_call_response", "id": call_id, "result": sent.get("output")}
        return {"role": "tool", "parts": [part]}, "item"
    return None, ""


def read_part(sent: Json) -> Part:
    """One element of a content list, OpenAI's or Anthropic's; others stay as they are, or become `generic`."""
    if type(sent) is not dict or type(sent.get("type")) is not str:
        return {"type": "generic", "value": sent}
    kind = sent["type"]
    if kind == "text" and type(sent.get("text")) is str:
        return _renamed(sent, "text", {"text": "content"})
    if kind == "tool_use":
        return _renamed(sent, "tool_call", {"input": "arguments"})
    if kind == "tool_result":
        return _renamed(sent, "tool_call_response", {"tool_use_id": "id", "content": "result"})
    if kind == "thinking":
        return _renamed(sent, "reasoning", {"thinking": "content"})
    return sent


def write_part(part: Part) -> Json:
    kind = part["type"]
    if kind == "generic" and len(part) == 2 and "value" in part:
        return part["value"]
    if kind == "text":
        return _renamed(part, "text", {"content": "text"})
    if kind == "tool_call":
        return _renamed(part, "tool_use", {"arguments": "input"})
    if kind == "tool_call_response":
        return _renamed(part, "tool_result", {"id": "tool_use_id", "result": "content"})
    if kind == "reasoning":
        return _renamed(part, "thinking", {"content": "thinking"})
    return part


def _renamed(part: Part, kind: str, names: dict[str, str]) -> Part:
    renamed = {names.get(name, name): value for name, value in part.items()}
    renamed["type"] = kind
    return renamed


def read_tool_call(sent: Json) -> tuple[Part, bool]:
    """OpenAI's `{id, type, function: {name, arguments}}`, or flat `{id, name, arguments}`.

    Also says whether the arguments were JSON text with spaces."""
    if type(sent) is not dict:
        return {"type": "generic", "value": sent}, False
    function = sent.get("function")
    source = function if type(function) is dict else sent
    given = source.get("arguments", source.get("args", source.get("input")))
    arguments, spaced = decoded_arguments(given)
    part: Part = {"type": "tool_call", "name": source.get("name")}
    call_id = sent.get("id", sent.get("call_id"))
    if call_id is not None:
        part["id"] = call_id
    part["arguments"] = arguments
    return part, spaced


def write_tool_call(part: Part, spaced: bool) -> Json:
    function = {"name": part.get("name"), "arguments": encoded_arguments(part.get("arguments"), spaced)}
    call: Part = {"type": "function", "function": function}
    if "id" in part:
        call["id"] = part["id"]
    return call


def write_message(message: Message, style: str) -> Json:
    """The message as it was sent, going by its style."""
    if style == "parts":
        return message
    parts = message["parts"]
    if style == "bare":
        return parts[0]["content"]
    if style == "tool":
        return {"role": message["role"], "tool_call_id": parts[0]["id"], "content": parts[0]["result"]}
    if style == "item":
        return _write_item(parts[0])
    form, _, rest = style.partition(" ")
    sent = {name: value for name, value in message.items() if name != "parts"}
    if rest:
        calls = [part for part in parts if part["type"] == "tool_call"]
        parts = [part for part in parts if part["type"] != "tool_call"]
        sent["tool_calls"] = [write_tool_call(call, rest.endswith("spaced")) for call in calls]
    if form == "list":
        sent["content"] = [write_part(part) for part in parts]
    elif form == "null":
        sent["content"] = None
    elif form != "none":
        first = parts[0] if parts else {}
        sent["content"] = first.get("value") if form == "generic" else first.get("content")
    return sent


def _write_item(part: Part) -> Json:
    if part["type"] == "tool_call":
        arguments = encoded_arguments(part["arguments"], spaced=False)
        return {"type": "function_call", "call_id": part["id"], "name": part["name"], "arguments": arguments}
    return {"type": "function_call_output", "call_id": part["id"], "output": part["result"]}


def decoded_arguments(sent: Json) -> tuple[Json, bool]:
    """JSON text, encoded once or twice, as the object, list or plain text it holds; and whether it had spaces.

    Text that is no JSON, is nested too deep or has numbers that JSON readers disagree about stays text.
    """
    if type(sent) is not str:
        return sent, False
    value: Json = sent
    for _ in range(_TWO_LEVELS):
        if value.count("{") + value.count("[") > _MAX_DEPTH or _HUGE_INTEGER.search(value):
            return sent, False
        try:
            inner = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return value, False
        if type(inner) in (dict, list):
            return inner, value is sent and encoded_arguments(inner, spaced=False) != sent
        if type(inner) is not str:
            return value, False
        value = inner
    return value, False


def encoded_arguments(arguments: Json, spaced: bool) -> Json:
    if type(arguments) not in (dict, list):
        return arguments
    if spaced:
        return json.dumps(arguments, ensure_ascii=False)
    return msgspec.json.encode(arguments).decode()


def same_json(left: Json, right: Json) -> bool:
    """Equal as JSON: unlike `==`, `1`, `1.0` and `true` differ."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if type(left) is dict:
        return len(left) == len(right) and all(
            name in right and same_json(value, right[name]) for name, value in left.items()
        )
    if type(left) is list:
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)
