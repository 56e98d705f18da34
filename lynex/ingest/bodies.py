"""The eleven bodies, each read into its canonical form (events.md; semconv.md section 1)."""

from collections.abc import Callable
from typing import Any, Final

from lynex.ingest.messages import decoded_arguments, encoded_arguments
from lynex.ingest.names import finish_reason
from lynex.ingest.reading import Reading, preview, preview_of, read_cost
from lynex.ingest.tokens import count_tokens
from lynex.pricing.context import price_context
from lynex.pricing.providers import canonical_provider, provider_of_model
from lynex.store.stored_event import StoredEvent

_LAST_STEP: Final = 2**53 - 1
_LONGEST_NAME: Final = 512  # of a model worth recognising; names are remembered
_TRACE_DIGITS: Final = 32
_PROMPT_FIELDS: Final = ("prompt", "messages", "input")
_RESPONSE_FIELDS: Final = ("response", "output")
# Field as sent → key of the canonical object; of two spellings the later wins.
_ERROR_FIELDS: Final = (
    ("message", "message"),
    ("type", "type"),
    ("error_type", "type"),
    ("stack", "stack"),
    ("code", "code"),
)
_EVAL_FIELDS: Final = (
    ("metric", "name"),
    ("label", "label"),
    ("explanation", "explanation"),
    ("evaluator", "evaluator"),
)


def read_model_response(reading: Reading) -> None:
    rest, row, body = reading.rest, reading.row, reading.body
    _read_model(reading)
    if "system" in rest:
        _read_system(reading)
    reading.content("input", _PROMPT_FIELDS, "user")
    if "tool_calls" in rest:
        _read_output_with_calls(reading)
    reading.content("output", _RESPONSE_FIELDS, "assistant")
    _read_usage(reading)
    if "tools" in rest:
        _read_tool_definitions(reading)
    if "prompt_template" in rest:
        _read_prompt_template(reading)
    row.input_preview = preview_of(body.get("input"), last_user=True)
    row.output_preview = preview_of(body.get("output"), last_user=False)


def read_token_usage(reading: Reading) -> None:
    _read_model(reading)
    _read_usage(reading)


def _read_model(reading: Reading) -> None:
    rest, row, sent = reading.rest, reading.row, reading.sent
    model: dict[str, Any] = {}
    name: str | None = None
    request = rest.pop("model", None)
    if type(request) is str:
        name = row.model = model["request"] = request.strip()
        if name != request:
            sent["model"] = request
    elif request is not None:
        sent["model"] = request
    provider = reading.text("provider") if "provider" in rest else None
    if provider is not None:
        row.provider = model["provider"] = canonical_provider(provider)
        if row.provider != provider:
            sent["provider"] = provider
    elif name and len(name) <= _LONGEST_NAME:
        inferred = provider_of_model(name)
        if inferred is not None:
            row.provider = model["provider"] = inferred
            reading.derived.append("provider")
    if "response_model" in rest:
        answered = reading.text("response_model")
        if answered is not None:
            row.response_model = model["response"] = answered
    if "parameters" in rest:
        parameters = rest.pop("parameters")
        if type(parameters) is dict:
            model["params"] = parameters
            reading.price_context = price_context(parameters)
        else:
            sent["parameters"] = parameters
    _read_answer(reading, model)
    if model:
        reading.body["model"] = model


def _read_answer(reading: Reading, model: dict[str, Any]) -> None:
    """How the provider answered: id, reason to stop, streaming."""
    rest, row, sent = reading.rest, reading.row, reading.sent
    if "response_id" in rest:
        response_id = reading.text("response_id")
        if response_id is not None:
            row.response_id = model["response_id"] = response_id
    reason = rest.pop("finish_reason", None)
    if type(reason) is str:
        known = row.finish_reason = finish_reason(reason)
        model["finish_reasons"] = [known]
        if known != reason:
            sent["finish_reason"] = reason
    elif reason is not None:
        sent["finish_reason"] = reason
    if "finish_reasons" in rest:
        reasons = sent["finish_reasons"] = rest.pop("finish_reasons")
        if type(reasons) is list and reasons and all(type(one) is str for one in reasons) and reason is None:
            model["finish_reasons"] = [finish_reason(one) for one in reasons]
            row.finish_reason = model["finish_reasons"][0]
            reading.derived.append("finish_reason")
    if "stream" in rest:
        stream = rest.pop("stream")
        if type(stream) is bool:
            model["stream"] = stream
        else:
            sent["stream"] = stream
    if "ttft_ms" in rest:
        ttft = reading.number("ttft_ms")
        if ttft is not None:
            row.ttft_ms = model["ttft_ms"] = ttft


def _read_usage(reading: Reading) -> None:
    """Tokens and reported cost. Both are kept as sent: they are small, and money depends on them."""
    rest, sent = reading.rest, reading.sent
    for field in ("usage", "tokens"):
        if field in rest:
            value = sent[field] = rest.pop(field)
            if type(value) is dict:
                counted = count_tokens(value)
                reading.counted = counted if counted is not None else reading.counted
                tier = value.get("service_tier")  # what was really served, where the provider says so
                if type(tier) is str:
                    reading.price_context = price_context({"service_tier": tier})
    if "cost" in rest:
        sent["cost"] = rest.pop("cost")
        reading.reported = read_cost(sent["cost"])


def _read_system(reading: Reading) -> None:
    system = reading.rest.pop("system")
    if type(system) is str:
        reading.body["system_instructions"] = [{"type": "text", "content": system}]
    else:
        reading.body["system_instructions"] = [{"type": "generic", "value": system}]


def _read_tool_definitions(reading: Reading) -> None:
    tools = reading.rest.pop("tools")
    if type(tools) is list:
        reading.body["tool"] = {"definitions": tools}
    else:
        reading.sent["tools"] = tools


def _read_output_with_calls(reading: Reading) -> None:
    """A plain answer and its tool calls are one message of the assistant; anything else keeps the calls as sent."""
    rest = reading.rest
    calls = rest["tool_calls"]
    answers = [field for field in _RESPONSE_FIELDS if field in rest]
    if type(calls) is not list or not calls or len(answers) > 1 or (answers and type(rest[answers[0]]) is not str):
        reading.sent["tool_calls"] = rest.pop("tool_calls")
        return
    message = {"role": "assistant", "tool_calls": rest.pop("tool_calls")}
    if answers:
        message["content"] = rest.pop(answers[0])
    reading.conversation("output", message, "+".join((*answers, "tool_calls")))


def _read_prompt_template(reading: Reading) -> None:
    template = reading.rest.pop("prompt_template")
    if type(template) is not dict:
        reading.sent["prompt_template"] = template
        return
    if "template" in template:
        reading.sent["prompt_template"] = template
    prompt = {"template" if name == "text" else name: value for name, value in template.items()}
    reading.body["prompt"] = prompt
    reading.row.prompt_name = _as_text(prompt.get("name"))
    reading.row.prompt_version = _as_text(prompt.get("version"))


def _as_text(value: Any) -> str | None:
    if type(value) is str:
        return value
    return str(value) if type(value) in (int, float) else None


def read_message_event(reading: Reading) -> None:
    rest, row = reading.rest, reading.row
    role = rest.get("role")
    direction = "output" if role in ("assistant", "model", "ai") else "input"
    message: dict[str, Any] = {field: rest.pop(field) for field in ("role", "content") if field in rest}
    if not message:
        return
    reading.conversation(direction, message, "+".join(message))
    row.input_preview = preview_of(reading.body.get("input"), last_user=True)
    row.output_preview = preview_of(reading.body.get("output"), last_user=False)


def read_agent_action(reading: Reading) -> None:
    rest, row, body, sent = reading.rest, reading.row, reading.body, reading.sent
    agent: dict[str, Any] = {}
    name = rest.get("name")
    if type(name) is str:
        agent["name"] = row.agent_name = name
    for field in ("action", "thought"):
        if field in rest:
            agent[field] = rest.pop(field)
    if agent:
        body["agent"] = agent
    if "step_index" in rest:
        step = sent["step_index"] = rest.pop("step_index")
        if type(step) is int and 0 <= step <= _LAST_STEP and row.step_index is None:
            row.step_index = step
    _read_values(reading)
    if row.input_preview is None:
        row.input_preview = preview(agent.get("thought"))
    if row.output_preview is None:
        row.output_preview = preview(agent.get("action"))


def read_span(reading: Reading) -> None:
    _read_values(reading)


def _read_values(reading: Reading) -> None:
    """`input` and `output` of any JSON."""
    rest, row = reading.rest, reading.row
    if "input" in rest:
        value = rest.pop("input")
        reading.body["input"] = {"value": value}
        reading.sent["input_from"] = "input.value"
        row.input_preview = preview(value)
    if "output" in rest:
        value = rest.pop("output")
        reading.body["output"] = {"value": value}
        reading.sent["output_from"] = "output.value"
        row.output_preview = preview(value)


def read_tool_call_event(reading: Reading) -> None:
    rest, row, sent = reading.rest, reading.row, reading.sent
    tool: dict[str, Any] = {}
    name = reading.text("tool")
    if name is not None:
        tool["name"] = name
    elif type(rest.get("name")) is str:
        tool["name"] = name = rest["name"]
        reading.derived.append("tool")
    row.tool_name = name
    for field, place in (("tool_type", "type"), ("call_id", "call_id")):
        if field in rest:
            tool[place] = rest.pop(field)
    if "arguments" in rest:
        arguments = rest.pop("arguments")
        tool["arguments"], spaced = decoded_arguments(arguments)
        if tool["arguments"] is not arguments:
            compact = not spaced and encoded_arguments(tool["arguments"], spaced=False) == arguments
            if compact or encoded_arguments(tool["arguments"], spaced=True) == arguments:
                sent["arguments_from"] = "text" if compact else "spaced text"
            else:
                sent["arguments"] = arguments
        row.input_preview = preview(tool["arguments"])
    if "result" in rest:
        tool["result"] = rest.pop("result")
        row.output_preview = preview(tool["result"])
    if tool:
        reading.body["tool"] = tool


def read_retrieval(reading: Reading) -> None:
    rest, row = reading.rest, reading.row
    retrieval = {field: rest.pop(field) for field in ("query", "documents", "top_k", "source") if field in rest}
    if not retrieval:
        return
    reading.body["retrieval"] = retrieval
    row.input_preview = preview(retrieval.get("query"))
    documents = retrieval.get("documents")
    if type(documents) is list and documents:
        first = documents[0]
        row.output_preview = preview(first.get("content", first) if type(first) is dict else first)


def read_log(reading: Reading) -> None:
    reading.row.output_preview = preview(reading.rest.get("message"))


def read_error(reading: Reading) -> None:
    """An exception on its own. The fields of the body make the `error` object, unless one was sent as such."""
    rest, sent = reading.rest, reading.sent
    fields = {place: field for field, place in _ERROR_FIELDS if field in rest}
    if type(rest.get("error")) is dict:
        return
    if "error" in rest:
        sent["error"] = rest.pop("error")
    error = {place: rest.pop(field) for place, field in fields.items()}
    if "type" in rest:  # both spellings: `error_type` was taken
        sent["type"] = rest.pop("type")
    elif fields.get("type") == "type":
        sent["type"] = error["type"]
        reading.derived.append("error_type")
    reading.body["error"] = error
    reading.derived.append("error")


def read_eval_metric(reading: Reading) -> None:
    rest, row, sent = reading.rest, reading.row, reading.sent
    result: dict[str, Any] = {}
    for field, place in _EVAL_FIELDS:
        if field in rest:
            result[place] = rest.pop(field)
    if type(result.get("name")) is str:
        row.eval_name = result["name"]
    if "score" in rest:
        score = rest.pop("score")
        if type(score) is bool:
            sent["score"] = score
            score = int(score)
        result["score"] = score
        row.eval_score = float(score) if type(score) in (int, float) else None
    target = {place: rest.pop(f"target_{place}") for place in ("event_id", "trace_id") if f"target_{place}" in rest}
    if target:
        result["target"] = target
        _stand_beside(row, target)
    if result:
        reading.body["eval"] = result
    row.output_preview = preview(result.get("explanation", result.get("label")))


def _stand_beside(row: StoredEvent, target: dict[str, Any]) -> None:
    """A score belongs to the trace it judges, below the event it judges, unless its context says where it belongs."""
    event_id, trace_id = target.get("event_id"), target.get("trace_id")
    if type(event_id) is str and event_id:
        row.parent_event_id = event_id
        own_trace, colon, _ = event_id.partition(":")
        if colon and len(own_trace) == _TRACE_DIGITS:
            row.trace_id = own_trace
    if type(trace_id) is str and trace_id:
        row.trace_id = trace_id


def read_custom(reading: Reading) -> None:
    """Nothing is known of it but what every event may carry."""


BODIES: Final[dict[str, Callable[[Reading], None]]] = {
    "model_response": read_model_response,
    "token_usage": read_token_usage,
    "message": read_message_event,
    "agent_action": read_agent_action,
    "tool_call": read_tool_call_event,
    "retrieval": read_retrieval,
    "span": read_span,
    "log": read_log,
    "error": read_error,
    "eval_metric": read_eval_metric,
    "custom": read_custom,
}
