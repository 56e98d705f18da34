"""OpenLLMetry and the Traceloop SDK, both generations: `traceloop.*`, the `llm.*` before 2026, vector databases."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import messages_of, read_content
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.flattened import unflatten
from lynex.ingest.dialects.genai import finish_reasons_of
from lynex.ingest.dialects.values import number, structured, text, unquoted
from lynex.ingest.otlp_records import Span, SpanEvent

_CHUNKS: Final = frozenset(("gen_ai.content.completion.chunk", "llm.content.completion.chunk"))
_RESULTS: Final = ("db.query.result", "db.search.result")
_MOST_DOCUMENTS: Final = 1000


def finish(span: Span, draft: Draft) -> None:
    _read_entity(text(span.attributes.get("traceloop.entity.name")), draft)
    _read_flattened(draft)
    if "template_variables" in draft.notes:
        draft.prompt.setdefault("variables", draft.notes["template_variables"])
    if draft.type == "retrieval":
        _read_vector_store(span, draft)
    elif draft.type == "model_response":
        _read_first_chunk(span, draft)
        reasons = finish_reasons_of(draft.output)
        if reasons:
            draft.model.setdefault("finish_reasons", reasons)


def _association(draft: Draft, name: str, value: Any) -> None:
    if name in ("session_id", "user_id"):
        said = text(value)
        if said is not None:
            draft.context.setdefault(name, said)
    else:
        draft.metadata[name] = value


def _variable(draft: Draft, name: str, value: Any) -> None:
    draft.notes.setdefault("template_variables", {})[name] = value


def _read_entity(name: str | None, draft: Draft) -> None:
    """What went into and came out of a decorated function."""
    notes, tool = draft.notes, draft.tool
    if name is not None and draft.type == "agent_action":
        draft.agent.setdefault("name", name)
    if draft.type == "tool_call":
        if name is not None:
            tool.setdefault("name", name)
        if "entity_input" in notes:
            tool.setdefault("arguments", _arguments(notes["entity_input"]))
        if "entity_output" in notes:
            tool.setdefault("result", unquoted(notes["entity_output"]))
        return
    if draft.input is None and "entity_input" in notes:
        draft.input = _value(_arguments(notes["entity_input"]), "user")
    if draft.output is None and "entity_output" in notes:
        draft.output = _value(unquoted(notes["entity_output"]), "assistant")


def _arguments(sent: Any) -> Any:
    """`{"args": [], "kwargs": {"city": "Paris"}}` → `{"city": "Paris"}`; both are kept where both were given."""
    call = structured(sent)
    if type(call) is not dict:
        return call
    if set(call) == {"args", "kwargs"}:
        if not call["args"]:
            return call["kwargs"]
        return call["args"] if not call["kwargs"] else call
    return call["inputs"] if "inputs" in call and type(call["inputs"]) in (dict, list, str) else call


def _value(value: Any, role: str) -> dict[str, Any] | None:
    return read_content(value, role) if value is not None and value not in ({}, []) else None


def _read_flattened(draft: Draft) -> None:
    flat = draft.flat
    for name, direction, role in (("llm.prompts", "input", "user"), ("llm.completions", "output", "assistant")):
        if getattr(draft, direction) is None and name in flat:
            messages = messages_of(unflatten(flat[name]), role)
            if messages:
                setattr(draft, direction, {"messages": messages})
    functions = flat.get("llm.request.functions")
    if functions is not None:
        listed = unflatten(functions)
        found = [_function(one) for one in listed if type(one) is dict] if type(listed) is list else []
        if found:
            draft.tool.setdefault("definitions", found)


def _function(one: dict[str, Any]) -> dict[str, Any]:
    return {key: structured(value) for key, value in one.items()}


def _read_first_chunk(span: Span, draft: Draft) -> None:
    for event in span.events:
        if event.name in _CHUNKS:
            if event.at is not None and span.start is not None:
                draft.model.setdefault("ttft_ms", max(0, event.at - span.start) / 1000)
            return


def _read_vector_store(span: Span, draft: Draft) -> None:
    """What was found stands in span events, one each."""
    documents = []
    for event in span.events[:_MOST_DOCUMENTS]:
        if event.name in _RESULTS:
            documents.append(_document(event))
    if documents:
        draft.retrieval.setdefault("documents", documents)
    if "store" in draft.notes:
        draft.retrieval.setdefault("source", draft.notes["store"])


def _document(event: SpanEvent) -> dict[str, Any]:
    said = {key.removeprefix(event.name + "."): value for key, value in event.attributes.items()}
    found: dict[str, Any] = {}
    if "id" in said:
        found["id"] = said["id"]
    if "document" in said:
        found["content"] = said["document"]
    for name in ("score", "distance"):
        amount = number(said.get(name))
        if amount is not None:
            found[name] = amount
    about = structured(said.get("metadata", said.get("entity")))
    if about is not None:
        found["metadata"] = about
    return found


OPENLLMETRY: Final = Dialect(
    name="openllmetry",
    fields={
        "traceloop.entity.name": "name",
        "traceloop.span.kind": "notes.span_kind",  # read by `event_type`
        "traceloop.entity.input": "notes.entity_input",
        "traceloop.entity.output": "notes.entity_output",
        "traceloop.workflow.name": "workflow.name",
        "traceloop.prompt.key": "prompt.name",
        "traceloop.prompt.version": "prompt.version",
        "traceloop.prompt.version_name": "prompt.version",
        "traceloop.prompt.version_hash": "prompt.version",
        "traceloop.prompt.template": "prompt.template",
        "traceloop.prompt.managed": Field("prompt.managed", structured),
        "gen_ai.user": "context.user_id",
        "llm.user": Field("context.user_id", marks=False),
        "gen_ai.is_streaming": "model.stream",
        "llm.is_streaming": Field("model.stream", marks=False),
        "llm.request.type": "notes.request_type",
        "llm.vendor": "model.provider",
        "llm.request.model": "model.request",
        "llm.response.model": "model.response",
        "gen_ai.response.stop_reason": "model.finish_reasons",
        "llm.response.finish_reason": "model.finish_reasons",
        "llm.response.stop_reason": "model.finish_reasons",
        "gen_ai.request.max_completion_tokens": "params.max_tokens",
        "llm.request.max_tokens": "params.max_tokens",
        "gen_ai.request.n": "params.choice_count",
        "gen_ai.request.reasoning_effort": "params.reasoning_effort",
        "llm.request.reasoning_effort": "params.reasoning_effort",
        "gen_ai.request.structured_output_schema": "params.response_format",
        "llm.temperature": "params.temperature",
        "llm.top_p": "params.top_p",
        "llm.top_k": "params.top_k",
        "llm.frequency_penalty": "params.frequency_penalty",
        "llm.presence_penalty": "params.presence_penalty",
        "llm.chat.stop_sequences": "params.stop",
        "gen_ai.usage.reasoning_tokens": "usage.reasoning",
        "llm.usage.prompt_tokens": "usage.input",
        "llm.usage.completion_tokens": "usage.output",
        "llm.usage.total_tokens": "usage.total",
        "llm.usage.reasoning_tokens": "usage.reasoning",
        "gen_ai.task.name": Field("agent.task", text),
        "gen_ai.task.input": "notes.entity_input",
        "gen_ai.task.output": "notes.entity_output",
        "gen_ai.tool.input": "notes.entity_input",
        "gen_ai.tool.output": "notes.entity_output",
        "gen_ai.handoff.to_agent": Field("agent.handoff_to", text),
        "gen_ai.handoff.from_agent": Field("agent.handoff_from", text),
        "gen_ai.workflow.nodes": Field("workflow.nodes", structured),
        "gen_ai.workflow.edges": Field("workflow.edges", structured),
        "db.system": Field("notes.store", text, marks=False),
        "db.collection.name": Field("retrieval.source", marks=False),
        "db.vector.query.top_k": "retrieval.top_k",
        "pinecone.query.top_k": "retrieval.top_k",
        "pinecone.query.namespace": "retrieval.source",
        "db.chroma.query.n_results": "retrieval.top_k",
        "db.milvus.search.limit": "retrieval.top_k",
        "db.milvus.query.limit": "retrieval.top_k",
        "db.milvus.search.collection_name": "retrieval.source",
        "db.milvus.query.collection_name": "retrieval.source",
        "qdrant.search.collection_name": "retrieval.source",
        "qdrant.search_batch.collection_name": "retrieval.source",
        "db.marqo.search.query": "retrieval.query",
    },
    prefixes={
        "traceloop.association.properties.": _association,
        "traceloop.prompt.template_variables.": _variable,
    },
    lists={
        "llm.prompts.": "llm.prompts",
        "llm.completions.": "llm.completions",
        "llm.request.functions.": "llm.request.functions",
    },
    ignored=("traceloop.", "pinecone.", "qdrant.", "langgraph.", "db."),
    scopes=("traceloop.", "@traceloop/", "opentelemetry.instrumentation.openai.v1"),
    finish=finish,
)
