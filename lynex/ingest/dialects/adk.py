"""Google's Agent Development Kit: GenAI, with requests and answers of Gemini as JSON in `gcp.vertex.agent.*`."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import instructions, message_of, messages_of
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.usage import add_usage
from lynex.ingest.dialects.values import mapping, structured, text
from lynex.ingest.otlp_records import Span

_NO_PROVIDER: Final = "gcp.vertex.agent"  # the framework itself
_PARAMETERS: Final = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_output_tokens": "max_tokens",
    "seed": "seed",
    "stop_sequences": "stop",
}


def finish(span: Span, draft: Draft) -> None:
    notes = draft.notes
    if draft.model.get("provider") == _NO_PROVIDER:
        del draft.model["provider"]
    if "request" in notes:
        _read_request(notes["request"], draft)
    if "answer" in notes:
        _read_answer(notes["answer"], draft)
    if "data" in notes and draft.input is None:
        messages = messages_of(notes["data"], "user")
        draft.input = {"messages": messages} if messages else {"value": notes["data"]}


def _read_request(request: dict[str, Any], draft: Draft) -> None:
    if draft.type == "tool_call":
        return
    asked = text(request.get("model"))
    if asked is not None:
        draft.model.setdefault("request", asked)
    if draft.input is None:
        messages = messages_of(request.get("contents"), "user")
        draft.input = {"messages": messages} if messages else None
    config = request.get("config")
    if type(config) is not dict:
        return
    if not draft.system_instructions and config.get("system_instruction"):
        draft.system_instructions = instructions(config["system_instruction"]) or []
    for sent, place in _PARAMETERS.items():
        if config.get(sent) is not None:
            draft.params.setdefault(place, config[sent])
    if type(config.get("tools")) is list and config["tools"]:
        draft.tool.setdefault("definitions", config["tools"])


def _read_answer(answer: dict[str, Any], draft: Draft) -> None:
    message = message_of(answer.get("content"), "assistant")
    if draft.output is None and message is not None:
        draft.output = {"messages": [message]}
    usage = answer.get("usage_metadata")
    if type(usage) is dict and draft.type == "model_response":
        add_usage(draft, usage)
    reason = text(answer.get("finish_reason"))
    if reason is not None:
        draft.model.setdefault("finish_reasons", [reason])


ADK: Final = Dialect(
    name="google_adk",
    fields={
        "gcp.vertex.agent.session_id": "context.session_id",
        "gcp.vertex.agent.user_id": "context.user_id",
        "gcp.vertex.agent.llm_request": Field("notes.request", mapping),
        "gcp.vertex.agent.llm_response": Field("notes.answer", mapping),
        "gcp.vertex.agent.data": Field("notes.data", structured),
        "gcp.vertex.agent.tool_call_args": "tool.arguments",
        "gcp.vertex.agent.tool_response": "tool.result",
        "gcp.vertex.agent.invocation_id": Field("metadata.invocation_id", text),
        "gcp.vertex.agent.event_id": Field("metadata.adk_event_id", text),
        "gen_ai.usage.experimental.reasoning_tokens": "usage.reasoning",
    },
    ignored=("gcp.vertex.agent.",),
    scopes=("gcp.vertex.agent",),
    finish=finish,
)
