"""What Langfuse's own routes are sent (scores, and the traces and observations of version 2 SDKs) as events of ours."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec

from lynex.events.timestamps import quick_instant
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.langfuse import read_costs, read_level, read_parameters, read_usage
from lynex.ingest.dialects.values import number, text

Facts = dict[str, Any]
Envelope = dict[str, Any]

ANSWERED_BY: Final = "answered by"  # of facts: the model a later piece names
_SAFE_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_TYPES: Final = {
    "generation": "model_response",
    "embedding": "model_response",
    "tool": "tool_call",
    "retriever": "retrieval",
    "agent": "agent_action",
    "evaluator": "eval_metric",
    "event": "log",
}
_MOST_TAGS: Final = 50
_LEGACY_COSTS: Final = (("inputCost", "input"), ("outputCost", "output"), ("totalCost", "total"))
_USAGE_NAMES: Final = {"input": "input_tokens", "output": "output_tokens", "total": "total_tokens"}
_TOLD_ELSEWHERE: Final = ("id", "traceId", "output", "usage", "usageDetails")
_SORTED: Final = msgspec.json.Encoder(order="sorted")


class Malformed(Exception):
    """It cannot be understood; the message says why."""


def trace_id_of(sent: str) -> str:
    """32 hex digits: the id itself where it is such a number or a UUID, else a digest of it."""
    return _hex_of(sent, 32)


def span_id_of(sent: str) -> str:
    return _hex_of(sent, 16)


def _hex_of(sent: str, digits: int) -> str:
    plain = sent.replace("-", "").lower()
    if len(plain) == digits and not plain.strip("0123456789abcdef"):
        return plain
    return digest(sent, size=digits // 2)


def root_of(trace_id: str) -> str:
    """The event id of a trace that was told as such, besides its observations."""
    return f"{trace_id}:{digest('trace', trace_id, size=8)}"


def digest(*identity: Any, size: int) -> str:
    return blake2b(_SORTED.encode(identity), digest_size=size).hexdigest()


def score_event(sent: Any) -> Envelope:
    """A score; sent again with the same contents it is a duplicate. Raises `Malformed`."""
    if type(sent) is not dict or not text(sent.get("name")):
        raise Malformed("A score is an object with a name.")
    value = sent.get("value")
    if type(value) not in (int, float, bool, str):
        raise Malformed("The value of a score is a number, true or false, or a text.")
    body: Facts = {"metric": sent["name"], "explanation": text(sent.get("comment")), "metadata": _metadata(sent)}
    body["label" if type(value) is str else "score"] = value
    if sent.get("source") == "ANNOTATION":
        body["evaluator"] = "human"
    if sent.get("dataType") is not None:
        body["data_type"] = sent["dataType"]
    context: Facts = {"session_id": text(sent.get("sessionId")), "environment": text(sent.get("environment"))}
    trace, observation = text(sent.get("traceId")), text(sent.get("observationId"))
    if trace is not None:
        context["trace_id"] = body["target_trace_id"] = trace_id_of(trace)
        if observation is not None:
            target = f"{context['trace_id']}:{span_id_of(observation)}"
            context["parent_event_id"] = body["target_event_id"] = target
    named = text(sent.get("id")) or ""
    said = digest({key: each for key, each in sent.items() if key != "timestamp"}, size=8)
    event_id = f"score:{named}:{said}" if _SAFE_ID.fullmatch(named) else f"score:{said}"
    return _envelope(event_id, "eval_metric", sent.get("timestamp"), context, body)


def trace_event(facts: Facts, said_at: Any) -> Envelope:
    """A trace as such: the span above its observations."""
    trace_id = trace_id_of(facts["id"])
    body = {"name": text(facts.get("name")), "kind": "trace", "metadata": _metadata(facts)} | _values(facts)
    context = _context_of_trace(facts, facts) | {"trace_id": trace_id}
    return _envelope(root_of(trace_id), "span", facts.get("timestamp", said_at), context, body | _origin(facts))


def observation_event(kind: str, facts: Facts, trace: Facts, said_at: Any) -> Envelope:
    """A whole observation. `trace` is what is known of its trace."""
    type_ = _TYPES.get(kind, "span")
    body = _observation_body(facts)
    body |= _CONTENTS[type_](body["name"], facts.get("input"), facts.get("output"))
    if type_ == "span":
        body["kind"] = kind
    if type_ == "model_response":
        body |= _model(facts)
    context = observation_context(facts, trace)
    return _envelope(observation_id(facts), type_, facts.get("startTime", said_at), context, body)


def observation_id(facts: Facts) -> str:
    return f"{trace_id_of(_trace_of(facts))}:{span_id_of(facts['id'])}"


def observation_context(facts: Facts, trace: Facts) -> Facts:
    trace_id, parent = trace_id_of(_trace_of(facts)), text(facts.get("parentObservationId"))
    context = _context_of_trace(facts, trace)
    context["parent_event_id"] = f"{trace_id}:{span_id_of(parent)}" if parent is not None else root_of(trace_id)
    return context | {"trace_id": trace_id, "span_id": span_id_of(facts["id"])}


def remark(about: Envelope, facts: Facts, word: str, said_at: Any, mark: str) -> Envelope:
    """What is known so far of something unfinished, or was said of something that is stored already."""
    body = {"name": about["body"].get("name"), "message": word, "level": "debug", "attributes": facts}
    return _below(about, "log", said_at, body, mark)


def late_facts(about: Envelope, facts: Facts, said_at: Any, mark: str, *, counts: bool) -> list[Envelope]:
    """What was said of something after it was stored: its answer as a message, its usage as usage if that `counts`."""
    late = []
    if counts and _usage(facts):
        late.append(_below(about, "token_usage", said_at, _model(facts) | {"name": about["body"].get("name")}, mark))
    if facts.get("output") is not None:
        answer = facts["output"] if type(facts["output"]) in (str, list, dict) else str(facts["output"])
        late.append(_below(about, "message", said_at, {"role": "assistant", "content": answer}, f"{mark}-output"))
    rest = {name: value for name, value in facts.items() if name not in _TOLD_ELSEWHERE}
    return [*late, remark(about, rest, "updated", said_at, f"{mark}-rest")] if rest else late


def _below(about: Envelope, type_: str, said_at: Any, body: Facts, mark: str) -> Envelope:
    context = {key: value for key, value in about["context"].items() if key != "span_id"}
    context["parent_event_id"] = about["eventId"]
    return _envelope(f"{about['eventId']}.{mark}", type_, said_at, context, body)


def _envelope(event_id: str, type_: str, said_at: Any, context: Facts, body: Facts) -> Envelope:
    """Ready to be sent in at our own door."""
    envelope: Envelope = {"eventId": event_id, "type": type_, "context": {"dialect": "langfuse"} | _present(context)}
    if type(said_at) is str:
        envelope["timestamp"] = said_at
    return envelope | {"body": _present(body)}


def _present(facts: Mapping[str, Any]) -> Facts:
    return {key: value for key, value in facts.items() if value is not None and value not in ({}, [])}


def _trace_of(facts: Facts) -> str:
    return text(facts.get("traceId")) or facts["id"]


def _context_of_trace(facts: Facts, trace: Facts) -> Facts:
    tags = trace.get("tags")
    return {
        "session_id": text(trace.get("sessionId")),
        "user_id": text(trace.get("userId")),
        "environment": text(facts.get("environment", trace.get("environment"))),
        "release": text(trace.get("release", facts.get("version"))),
        "tags": [tag for tag in tags if type(tag) is str][:_MOST_TAGS] if type(tags) is list else None,
    }


def _metadata(facts: Facts) -> Facts:
    metadata = facts.get("metadata")
    if type(metadata) is dict:
        return metadata
    return {"metadata": metadata} if metadata is not None else {}


def _origin(facts: Facts) -> Facts:
    """The ids as they were sent."""
    return {"langfuse": {key: facts[key] for key in ("id", "traceId") if key in facts}}


def _observation_body(facts: Facts) -> Facts:
    draft = Draft()
    read_level(text(facts.get("level")), text(facts.get("statusMessage")), draft)
    body: Facts = {"name": text(facts.get("name")), "metadata": _metadata(facts), "level": draft.level}
    if draft.level == "error":
        body |= {"status": "error", "error": draft.error}
    duration = _milliseconds(facts.get("startTime"), facts.get("endTime"))
    return body | draft.more | {"duration_ms": duration} | _origin(facts)


def _milliseconds(start: Any, end: Any) -> float | None:
    if type(start) is not str or type(end) is not str:
        return None
    began, ended = quick_instant(start), quick_instant(end)
    return (ended - began) / 1000 if began is not None and ended is not None else None


def _model(facts: Facts) -> Facts:
    draft = Draft()
    read_costs(_costs(facts), draft)
    version = facts.get("promptVersion")
    prompt = {"name": text(facts.get("promptName")), "version": str(version) if version is not None else None}
    return {
        "model": text(facts.get("model")),
        "response_model": text(facts.get(ANSWERED_BY)),
        "parameters": read_parameters(facts.get("modelParameters")),
        "usage": _usage(facts),
        "cost": draft.cost,
        "ttft_ms": _milliseconds(facts.get("startTime"), facts.get("completionStartTime")),
        "prompt_template": _present(prompt),
    }


def _usage(facts: Facts) -> Facts:
    """Counts in our meaning, with a total that leaves no doubt about it."""
    for name in ("usageDetails", "usage"):
        sent = facts.get(name)
        draft = Draft()
        if type(sent) is dict and sent.get("unit", "TOKENS") == "TOKENS":
            read_usage(sent, draft)
        if draft.usage:
            counted = draft.usage | {"total": draft.usage.get("input", 0) + draft.usage.get("output", 0)}
            return {_USAGE_NAMES.get(key, _plural(key)): value for key, value in counted.items()}
    return {}


def _plural(place: str) -> str:
    return place if place.endswith("_tokens") else f"{place}_tokens"


def _costs(facts: Facts) -> Facts:
    sent, usage = facts.get("costDetails"), facts.get("usage")
    if type(sent) is dict:
        return sent
    if type(usage) is not dict:
        return {}
    return {place: usage[key] for key, place in _LEGACY_COSTS if usage.get(key) is not None}


def _values(facts: Facts) -> Facts:
    return {"input": facts.get("input"), "output": facts.get("output")}


def _say_model(_: str | None, given: Any, answered: Any) -> Facts:
    """The wrapper of OpenAI's client sends the messages and the tools in one object."""
    said: Facts = {"input": given, "output": answered}
    if type(given) is dict and type(given.get("messages")) is list:
        said["input"] = given["messages"]
        said["tools"] = given["tools"] if type(given.get("tools")) is list else None
    return said


def _say_tool(name: str | None, given: Any, answered: Any) -> Facts:
    arguments = given if type(given) in (dict, list, str) or given is None else str(given)
    return {"tool": name, "arguments": arguments, "result": answered}


def _say_retrieval(_: str | None, given: Any, answered: Any) -> Facts:
    found = answered if type(answered) is list or answered is None else [answered]
    documents = [one if type(one) in (dict, str) else str(one) for one in found or []]
    return {"query": given if type(given) in (dict, list, str) or given is None else str(given), "documents": documents}


def _say_evaluation(name: str | None, given: Any, answered: Any) -> Facts:
    score = number(answered.get("score") if type(answered) is dict else answered)
    return {"metric": name, "score": score, "input": given, "output": answered}


def _say_log(name: str | None, given: Any, answered: Any) -> Facts:
    return {"message": given if type(given) is str else name, "input": given, "output": answered}


def _say_values(_: str | None, given: Any, answered: Any) -> Facts:
    return {"input": given, "output": answered}


_CONTENTS: Final = {
    "model_response": _say_model,
    "tool_call": _say_tool,
    "retrieval": _say_retrieval,
    "eval_metric": _say_evaluation,
    "log": _say_log,
    "agent_action": _say_values,
    "span": _say_values,
}
