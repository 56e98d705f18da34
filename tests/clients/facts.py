"""What must be true of the events of a client, whichever library told of them: one list for frozen and live runs.

Events are in the shape the API answers with. Faults are sentences; none is the aim.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import isclose
from typing import Any

from tests.clients.clients import Client

Event = dict[str, Any]


def faults(client: Client, events: Sequence[Event]) -> list[str]:
    calls = [event for event in events if _counts(event)]
    chats = [event for event in calls if _usage(event).get("output_tokens")]
    return [
        *_of_totals(client, calls, chats),
        *_of_models(client, chats),
        *_of_messages(events),
        *_of_tools(client, events),
        *_of_traces(client, events),
        *_of_streams(client, events),
        *(f"{event['eventId']} could not be mapped" for event in events if "mapping_error" in _attrs(event)),
    ]


def totals(events: Iterable[Event]) -> dict[str, int]:
    """Tokens of what counts."""
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
    counted = [_usage(event) for event in events if _counts(event)]
    return {name: sum(usage.get(name) or 0 for usage in counted) for name in names}


def cost(events: Iterable[Event]) -> float:
    return sum(event["body"].get("cost", {}).get("total") or 0 for event in events if _counts(event))


def _of_totals(client: Client, calls: Sequence[Event], chats: Sequence[Event]) -> Iterator[str]:
    if len(chats) != client.chat_calls:
        yield f"{client.chat_calls} calls were made, {len(chats)} count"
    for name, wanted in client.totals.items():
        found = totals(calls)[name]
        if found != wanted:
            yield f"{name} are {found}, not {wanted}"
    if not isclose(cost(calls), client.cost, rel_tol=1e-6):
        yield f"the cost is {cost(calls)}, not {client.cost}"


def _of_models(client: Client, chats: Sequence[Event]) -> Iterator[str]:
    models = [event["body"].get("model", {}) for event in chats]
    for key, wanted in (("request", client.model), ("provider", client.provider)):
        others = {model.get(key) for model in models} - {wanted}
        if others:
            yield f"model.{key} is {sorted(map(str, others))}, not {wanted}"
    dated = sum(model.get("response") == client.response_model for model in models)
    if dated < len(chats) - client.undated:
        yield f"{dated} of {len(chats)} calls know that {client.response_model} answered"
    reasons = {reason for model in models for reason in model.get("finish_reasons") or []}
    if reasons - {"stop", "tool_calls"} or (client.finishes and reasons != {"stop", "tool_calls"}):
        yield f"calls finished by {sorted(reasons)}"


def _of_messages(events: Iterable[Event]) -> Iterator[str]:
    parts = [part for event in events for part in _parts(event)]
    for role, text in (
        ("system", "You are a friendly weather bot."),
        ("user", "What is the weather in Paris?"),
        ("assistant", "It is sunny in Paris."),
        ("tool", "sunny in Paris"),
    ):
        speakers = ("tool", "user") if role == "tool" else (role,)  # Claude is told results by the user
        if not any(said_by in speakers and _text(part) == text for said_by, part in parts):
            yield f"no {role} message says {text!r}"


def _of_tools(client: Client, events: Sequence[Event]) -> Iterator[str]:
    asked = [part for event in events for _, part in _parts(event) if part.get("type") == "tool_call"]
    if not any(part.get("name") == "weather" and part.get("arguments") == {"city": "Paris"} for part in asked):
        yield "no message calls weather with Paris"
    ran = [event["body"].get("tool", {}) for event in events if event["type"] == "tool_call"]
    known = [tool for tool in ran if tool.get("name") == "weather" and tool.get("result") == "sunny in Paris"]
    if client.runs_tools and not any(tool.get("arguments") == client.tool_arguments for tool in known):
        yield f"no tool call of weather with arguments and result: {ran}"


def _of_traces(client: Client, events: Sequence[Event]) -> Iterator[str]:
    for name, wanted in (("session_id", client.session), ("user_id", client.user)):
        found = {event["context"].get(name) for event in events} - {None}
        if found != ({wanted} if wanted else set()):
            yield f"{name} is {sorted(found)}, not {wanted}"


def _of_streams(client: Client, events: Sequence[Event]) -> Iterator[str]:
    first = [event["body"].get("model", {}).get("ttft_ms") for event in events]
    if client.streams and not any(first):
        yield "no call knows its time to the first token"


def _counts(event: Event) -> bool:
    return _usage(event).get("scope") == "call"


def _usage(event: Event) -> dict[str, Any]:
    usage: dict[str, Any] = event["body"].get("usage", {})
    return usage


def _parts(event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    body = event["body"]
    for part in body.get("system_instructions") or []:
        yield "system", part
    for side in ("input", "output"):
        for message in (body.get(side) or {}).get("messages") or []:
            for part in message.get("parts") or []:
                yield message.get("role"), part


def _text(part: dict[str, Any]) -> Any:
    told = part.get("content") if part.get("type") == "text" else part.get("result")
    return told.get("result") if isinstance(told, dict) else told  # Gemini's tools answer with objects


def _attrs(event: Event) -> dict[str, Any]:
    attrs: dict[str, Any] = event["context"].get("metadata") or {}
    return attrs
