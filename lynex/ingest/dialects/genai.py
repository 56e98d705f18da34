"""OpenTelemetry's GenAI conventions, every generation at once: going by names, never by a schema's URL."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import message_of, messages_of, read_content, without_blocks
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.flattened import unflatten
from lynex.ingest.dialects.values import count, listing, number, seconds, structured, text
from lynex.ingest.messages import Message
from lynex.ingest.otlp_records import Attributes, Span, SpanEvent

DETAILS: Final = frozenset(("gen_ai.client.inference.operation.details", "gen_ai.client.inference.details"))
ROLES: Final = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
EVALUATION: Final = "gen_ai.evaluation.result"
_JUDGED: Final = (
    ("gen_ai.evaluation.name", "name"),
    ("gen_ai.evaluation.score.label", "label"),
    ("gen_ai.evaluation.explanation", "explanation"),
)
_PROMPTS: Final = frozenset(("gen_ai.content.prompt", "gen_ai.prompt"))
_COMPLETIONS: Final = frozenset(("gen_ai.content.completion", "gen_ai.completion"))


def _variable(draft: Draft, name: str, value: Any) -> None:
    draft.notes.setdefault("variables", {})[name] = structured(value)


def _memory(draft: Draft, name: str, value: Any) -> None:
    draft.notes.setdefault("memory", {})[name] = structured(value)


def finish(span: Span, draft: Draft) -> None:
    read_flattened(draft)
    read_event = _read_tool_event if draft.type == "tool_call" else _read_event
    for event in span.events:
        if event.name.startswith("gen_ai."):
            read_event(event, draft)
    if "finish_reasons" not in draft.model:
        reasons = finish_reasons_of(draft.output)
        if reasons:
            draft.model["finish_reasons"] = reasons
    notes = draft.notes
    if "variables" in notes:
        draft.prompt["variables"] = {**draft.prompt.get("variables", {}), **notes["variables"]}
    if draft.type == "retrieval":
        _complete_retrieval(notes, draft)
    for name in ("memory", "evaluations"):
        if name in notes:
            draft.more.setdefault(name, notes[name])


def _complete_retrieval(notes: dict[str, Any], draft: Draft) -> None:
    """Records of a memory are its documents; how many were asked for had a call's name once."""
    if type(notes.get("memory", {}).get("records")) is list:
        draft.retrieval.setdefault("documents", notes["memory"]["records"])
    asked = count(draft.params.get("top_k"))
    if asked is not None:
        del draft.params["top_k"]
        draft.retrieval.setdefault("top_k", asked)


def read_flattened(draft: Draft) -> None:
    """`gen_ai.prompt.0.content`, as OpenLLMetry and others wrote until 2025."""
    for name, direction, role in (("gen_ai.prompt", "input", "user"), ("gen_ai.completion", "output", "assistant")):
        pairs = draft.flat.get(name)
        if pairs is not None and getattr(draft, direction) is None:
            listed = unflatten(pairs)
            messages = messages_of([_with_parts(one) for one in listed], role) if type(listed) is list else None
            if messages:
                setattr(draft, direction, {"messages": messages})


def _with_parts(message: Any) -> Any:
    """Content that has pictures was written as JSON of a provider's list."""
    content = message.get("content") if type(message) is dict else None
    return {**message, "content": structured(content)} if type(content) is str and content[:2] == "[{" else message


def _read_event(event: SpanEvent, draft: Draft) -> None:
    """Messages as span events: one each in the oldest generation, all at once in the newest."""
    name, attributes = event.name, event.attributes
    role = ROLES.get(name)
    if role is not None:
        add_message(draft, "input", event_message(attributes, attributes, role))
    elif name == "gen_ai.choice":
        add_choice(draft, attributes, attributes)
    elif name in DETAILS:
        read_details(draft, attributes)
    elif name == EVALUATION:
        _read_evaluation(attributes, draft)
    elif name in _PROMPTS and draft.input is None:
        draft.input = read_content(attributes.get("gen_ai.prompt", attributes.get("gen_ai.input.messages")), "user")
    elif name in _COMPLETIONS and draft.output is None:
        answer = attributes.get("gen_ai.completion", attributes.get("gen_ai.output.messages"))
        draft.output = read_content(answer, "assistant")


def _read_tool_event(event: SpanEvent, draft: Draft) -> None:
    """What a tool was given and gave back, where they stand in events of its span."""
    if event.name == "gen_ai.tool.message":
        draft.tool.setdefault("arguments", structured(event.attributes.get("content")))
    elif event.name == "gen_ai.choice":
        draft.tool.setdefault("result", without_blocks(structured(event.attributes.get("message"))))


def _read_evaluation(attributes: Attributes, draft: Draft) -> None:
    """A judgement of this very span: the first is the event's; all are kept."""
    found: dict[str, Any] = {place: text(attributes[key]) for key, place in _JUDGED if key in attributes}
    score = number(attributes.get("gen_ai.evaluation.score.value"))
    if score is not None:
        found["score"] = score
    draft.eval = draft.eval or found
    draft.notes.setdefault("evaluations", []).append(found)


def read_details(draft: Draft, attributes: Attributes) -> None:
    """The attributes of the event that holds a call's contents."""
    for key, direction, role in (
        ("gen_ai.input.messages", "input", "user"),
        ("gen_ai.output.messages", "output", "assistant"),
    ):
        if getattr(draft, direction) is None and attributes.get(key):
            setattr(draft, direction, read_content(attributes[key], role))


def event_message(said: Any, attributes: Attributes, role: str) -> Message | None:
    """A message that is the body (or the attributes) of an event of its own."""
    if type(said) is str:
        return message_of({"role": role, "content": said}, role)
    if type(said) is not dict:
        return None
    sent: dict[str, Any] = {"role": said.get("role", role)}
    content = said.get("content", attributes.get("gen_ai.event.content", said.get("message")))
    if type(content) is dict and "content" in content:
        sent.update(content)
    elif content is not None:
        sent["content"] = structured(content)
    calls = listing(said.get("tool_calls"))
    if calls:
        sent["tool_calls"] = calls
    call_id = said.get("tool_call_id", said.get("id") if role == "tool" else None)
    if type(call_id) is str:
        sent["tool_call_id"] = call_id
    if type(said.get("name")) is str:
        sent["name"] = said["name"]
    return message_of(sent, role)


def add_choice(draft: Draft, said: Any, attributes: Attributes) -> None:
    """`gen_ai.choice`: an answer in `message`, with why it ended."""
    if type(said) is not dict:
        return
    inner = structured(said.get("message", said))
    message = event_message(inner if type(inner) is dict else {"content": inner}, attributes, "assistant")
    if message is not None and type(inner) is dict and inner is not said and "tool_calls" in said:
        outer = event_message({"tool_calls": said["tool_calls"]}, attributes, "assistant")
        message["parts"] += outer["parts"] if outer is not None else []
    add_message(draft, "output", message)
    reason = said.get("finish_reason")
    if type(reason) is str and reason:
        draft.model.setdefault("finish_reasons", []).append(reason)


def add_message(draft: Draft, direction: str, message: Message | None) -> None:
    if message is None:
        return
    content = getattr(draft, direction)
    if content is None:
        setattr(draft, direction, {"messages": [message]})
    elif direction + "_events" in draft.notes and "messages" in content:
        content["messages"].append(message)
    else:
        return
    draft.notes[direction + "_events"] = True


def finish_reasons_of(content: dict[str, Any] | None) -> list[str] | None:
    """Why each answer ended, where the messages say it and nothing else did."""
    if content is None or "messages" not in content:
        return None
    reasons = [message.get("finish_reason") for message in content["messages"]]
    found = [one for one in reasons if type(one) is str and one]
    return found or None


GENAI: Final = Dialect(
    name="genai",
    fields={
        "gen_ai.operation.name": "operation",
        # who and where
        "gen_ai.conversation.id": "context.session_id",
        "gen_ai.environment": "context.environment",
        "gen_ai.agent.id": "agent.id",
        "gen_ai.agent.name": "agent.name",
        "gen_ai.agent.version": "agent.version",
        "gen_ai.agent.description": "agent.description",
        "gen_ai.workflow.name": "workflow.name",
        # the model
        "gen_ai.provider.name": "model.provider",
        "gen_ai.system": "model.provider",
        "gen_ai.request.model": "model.request",
        "gen_ai.response.model": "model.response",
        "gen_ai.response.id": "model.response_id",
        "gen_ai.response.finish_reasons": "model.finish_reasons",
        "gen_ai.response.finish_reason": "model.finish_reasons",
        "gen_ai.request.stream": "model.stream",
        "gen_ai.response.time_to_first_chunk": Field("model.ttft_ms", seconds),
        "gen_ai.client.operation.time_to_first_chunk": Field("model.ttft_ms", seconds),
        "gen_ai.client.inference.time_to_first_chunk": Field("model.ttft_ms", seconds),
        "gen_ai.server.time_to_first_token": Field("model.ttft_ms", seconds),
        "gen_ai.client.operation.time_per_output_chunk": Field("model.tpot_ms", seconds),
        "gen_ai.client.inference.time_per_output_chunk": Field("model.tpot_ms", seconds),
        "gen_ai.server.time_per_output_token": Field("model.tpot_ms", seconds),
        # its parameters
        "gen_ai.request.temperature": "params.temperature",
        "gen_ai.request.top_p": "params.top_p",
        "gen_ai.request.top_k": "params.top_k",
        "gen_ai.request.max_tokens": "params.max_tokens",
        "gen_ai.request.frequency_penalty": "params.frequency_penalty",
        "gen_ai.request.presence_penalty": "params.presence_penalty",
        "gen_ai.request.seed": "params.seed",
        "gen_ai.openai.request.seed": "params.seed",
        "gen_ai.request.stop_sequences": "params.stop",
        "gen_ai.request.choice.count": "params.choice_count",
        "gen_ai.request.reasoning.level": "params.reasoning_effort",
        "gen_ai.output.type": "params.output_type",
        "gen_ai.openai.request.response_format": "params.response_format",
        "openai.response.service_tier": "params.service_tier",
        "gen_ai.openai.response.service_tier": "params.service_tier",
        "openai.request.service_tier": "params.service_tier",
        "gen_ai.openai.request.service_tier": "params.service_tier",
        # what was said
        "gen_ai.input.messages": "input",
        "gen_ai.prompt": "input",
        "gen_ai.output.messages": "output",
        "gen_ai.completion": "output",
        "gen_ai.system_instructions": "system_instructions",
        "gen_ai.system.instructions": "system_instructions",
        "gen_ai.tool.definitions": "tool.definitions",
        "gen_ai.request.tools": "tool.definitions",
        # what it used
        "gen_ai.usage.input_tokens": "usage.input",
        "gen_ai.usage.prompt_tokens": "usage.input",
        "gen_ai.response.prompt_tokens": "usage.input",
        "gen_ai.usage.output_tokens": "usage.output",
        "gen_ai.usage.completion_tokens": "usage.output",
        "gen_ai.response.completion_tokens": "usage.output",
        "gen_ai.usage.total_tokens": "usage.total",
        "gen_ai.usage.cache_read.input_tokens": "usage.cache_read",
        "gen_ai.usage.cache_read_input_tokens": "usage.cache_read",
        "gen_ai.usage.cached_tokens": "usage.cache_read",
        "gen_ai.usage.cache_write.input_tokens": "usage.cache_write",
        "gen_ai.usage.cache_creation.input_tokens": "usage.cache_write",
        "gen_ai.usage.cache_creation_input_tokens": "usage.cache_write",
        "gen_ai.usage.cache_write_input_tokens": "usage.cache_write",
        "gen_ai.usage.reasoning.output_tokens": "usage.reasoning",
        "gen_ai.usage.audio.input_tokens": "usage.input_audio_tokens",
        "gen_ai.usage.audio.output_tokens": "usage.output_audio_tokens",
        "gen_ai.usage.audio.cache_read.input_tokens": "usage.cache_audio_read_tokens",
        "gen_ai.usage.image.input_tokens": "usage.input_image_tokens",
        "gen_ai.usage.image.output_tokens": "usage.output_image_tokens",
        "gen_ai.usage.image.cache_read.input_tokens": "usage.cache_image_read_tokens",
        "gen_ai.usage.cost": "cost.total",
        "gen_ai.usage.total_cost": "cost.total",
        "gen_ai.usage.input_cost": "cost.input",
        "gen_ai.usage.output_cost": "cost.output",
        # tools, retrieval, prompts, evaluations
        "gen_ai.tool.name": "tool.name",
        "gen_ai.tool.type": "tool.type",
        "gen_ai.tool.call.id": "tool.call_id",
        "gen_ai.tool.description": "tool.description",
        "gen_ai.tool.call.arguments": "tool.arguments",
        "gen_ai.tool.call.result": "tool.result",
        "gen_ai.retrieval.query.text": "retrieval.query",
        "gen_ai.retrieval.documents": "retrieval.documents",
        "gen_ai.retrieval.top_k": "retrieval.top_k",
        "gen_ai.data_source.id": "retrieval.source",
        "gen_ai.memory.query.text": "retrieval.query",
        "gen_ai.prompt.name": "prompt.name",
        "gen_ai.prompt.version": "prompt.version",
        "gen_ai.evaluation.name": "eval.name",
        "gen_ai.evaluation.score.value": "eval.score",
        "gen_ai.evaluation.score.label": "eval.label",
        "gen_ai.evaluation.explanation": "eval.explanation",
        # the rest
        "gen_ai.conversation.compacted": "more.conversation_compacted",
        "gen_ai.request.previous_response.id": "more.previous_response_id",
        "gen_ai.embeddings.dimension.count": "more.embedding_dimensions",
        "gen_ai.request.embedding.dimensions": "more.embedding_dimensions",
    },
    prefixes={"gen_ai.prompt.variable.": _variable, "gen_ai.memory.": _memory},
    lists={"gen_ai.prompt.": "gen_ai.prompt", "gen_ai.completion.": "gen_ai.completion"},
    ignored=("gen_ai.", "openai.", "aws.bedrock.", "azure."),
    finish=finish,
)
