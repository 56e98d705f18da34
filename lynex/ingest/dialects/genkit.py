"""Firebase Genkit: each action as JSON in and JSON out; models, tools, retrievers, embedders, evaluators, flows."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import message_of, messages_of, read_content
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.usage import add_usage
from lynex.ingest.dialects.values import text, unquoted
from lynex.ingest.otlp_records import Span

_PARAMETERS: Final = {
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
}


def finish(span: Span, draft: Draft) -> None:
    given, answer = draft.notes.get("genkit_input"), draft.notes.get("genkit_output")
    name = draft.notes.get("genkit_name")
    if name is not None:
        draft.name = name
    if draft.type == "model_response":
        _read_model(name, given, answer, draft)
    elif draft.type == "tool_call":
        _set_once(draft.tool, {"name": name, "arguments": given, "result": answer})
    elif draft.type == "retrieval":
        _read_retrieval(given, answer, draft)
    if draft.input is None and given is not None and draft.type not in ("tool_call", "retrieval"):
        draft.input = read_content(given, "user")
    if draft.output is None and answer is not None and draft.type not in ("tool_call", "retrieval"):
        draft.output = read_content(answer, "assistant")


def _read_model(name: str | None, given: Any, answer: Any, draft: Draft) -> None:
    """`googleai/gemini-2.5-flash` is asked; the answer has the usage."""
    if name is not None:
        draft.model.setdefault("request", name.rpartition("/")[2])
    if type(given) is dict:
        messages = messages_of(_with_parts(given.get("messages")), "user")
        draft.input = {"messages": messages} if messages and draft.input is None else draft.input
        config = given.get("config")
        for sent, place in _PARAMETERS.items():
            if type(config) is dict and config.get(sent) is not None:
                draft.params.setdefault(place, config[sent])
        if type(given.get("tools")) is list and given["tools"]:
            draft.tool.setdefault("definitions", given["tools"])
    if type(answer) is dict:
        said = _with_parts([answer.get("message")])
        message = message_of(said[0], "assistant")
        if message is not None and draft.output is None:
            draft.output = {"messages": [message]}
        if type(answer.get("usage")) is dict:
            add_usage(draft, answer["usage"])
        reason = text(answer.get("finishReason"))
        if reason is not None:
            draft.model.setdefault("finish_reasons", [reason])


def _with_parts(messages: Any) -> list[Any]:
    """Genkit calls the parts of a message its content."""
    listed = messages if type(messages) is list else []
    return [
        {"role": one.get("role"), "parts": one["content"]}
        if type(one) is dict and type(one.get("content")) is list and one["content"]
        else one
        for one in listed
    ]


def _read_retrieval(given: Any, answer: Any, draft: Draft) -> None:
    query = given.get("query", given) if type(given) is dict else given
    documents = answer.get("documents") if type(answer) is dict else answer
    listed = [_with_text(one) for one in documents] if type(documents) is list else None
    _set_once(draft.retrieval, {"query": _with_text(query).get("content", query), "documents": listed})


def _with_text(document: Any) -> dict[str, Any]:
    """Genkit calls what is looked for a document too. Its parts are one text where they are texts."""
    if type(document) is not dict:
        return {"content": document}
    parts = document.get("content")
    said = [one.get("text") if type(one) is dict else None for one in parts] if type(parts) is list else []
    texts = [one for one in said if type(one) is str]
    return document | {"content": "".join(texts)} if texts and len(texts) == len(said) else document


def _set_once(piece: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is not None:
            piece.setdefault(name, value)


GENKIT: Final = Dialect(
    name="genkit",
    fields={
        "genkit:name": Field("notes.genkit_name", text),
        "genkit:input": Field("notes.genkit_input", unquoted),
        "genkit:output": Field("notes.genkit_output", unquoted),
        "genkit:sessionId": "context.session_id",
        "genkit:path": Field("metadata.genkit_path", text),
    },
    ignored=("genkit:", "genkit/"),
    scopes=("genkit",),
    finish=finish,
)
