"""OpenInference (Arize's conventions): flattened messages, tools, documents and evaluations; totals on chains too."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import read_content
from lynex.ingest.dialects.dialect import Dialect, Field
from lynex.ingest.dialects.draft import Draft
from lynex.ingest.dialects.flattened import unflatten
from lynex.ingest.dialects.openinference_messages import conversation_of, objects
from lynex.ingest.dialects.values import decoded_json, mapping, number, structured, text, unquoted
from lynex.ingest.messages import decoded_arguments, text_message
from lynex.ingest.otlp_records import Span

_FIRST_TOKEN: Final = "First Token Stream Event"
_NOT_PARAMETERS: Final = frozenset(("model", "model_name", "messages", "input", "tools", "stream", "_type"))
_LONGEST_ANSWER: Final = 1 << 20  # characters worth decoding for the id in it
_ANSWER: Final = (
    ("id", "response_id"),
    ("response_id", "response_id"),
    ("responseId", "response_id"),
    ("model", "response"),
    ("model_name", "response"),
    ("model_version", "response"),
    ("modelVersion", "response"),
)
_PROVIDERS_OWN: Final = frozenset(("choices", "usage", "object", "candidates", "usage_metadata", "usageMetadata"))
_DOCUMENT_TEXTS: Final = ("id", "content", "name", "url", "mime_type")


def finish(span: Span, draft: Draft) -> None:
    _read_model(span, draft)
    if draft.type == "model_response":
        _read_call(draft)
    elif draft.type == "tool_call":
        _read_tool(draft)
    elif draft.type == "retrieval":
        _read_retrieval(draft, reranker=draft.kind == "reranker")
    _read_values(draft)
    _read_evaluations(draft)
    _separate_costs(draft.cost)
    metadata = draft.notes.get("metadata")
    if metadata is not None:
        draft.metadata = {**metadata, **draft.metadata}
        agent = text(metadata.get("lc_agent_name"))
        if agent is not None:
            draft.agent.setdefault("name", agent)
    if "id" in draft.prompt:
        draft.prompt.setdefault("name", draft.prompt["id"])


def _read_model(span: Span, draft: Draft) -> None:
    """What `llm.model_name` is differs by instrumentation: where the parameters name a model, that was asked for."""
    model, notes = draft.model, draft.notes
    parameters = notes.get("parameters")
    named = notes.get("model_name")
    if parameters is not None:
        asked = parameters.get("model", parameters.get("model_name"))
        if type(asked) is str and asked:
            model.setdefault("request", asked)
        if type(parameters.get("stream")) is bool:
            model.setdefault("stream", parameters["stream"])
        kept = {key: value for key, value in parameters.items() if key not in _NOT_PARAMETERS and value is not None}
        if kept:
            model.setdefault("params", kept)
    if named is not None:
        model.setdefault("request", named)
        if model["request"] != named:
            model.setdefault("response", named)
    for event in span.events:
        if event.name == _FIRST_TOKEN and event.at is not None and span.start is not None:
            model.setdefault("ttft_ms", max(0, event.at - span.start) / 1000)
            model.setdefault("stream", True)


def _read_call(draft: Draft) -> None:
    flat = draft.flat
    if draft.input is None:
        draft.input = (
            conversation_of(flat.get("llm.input_messages"), "user")
            or _texts_of(flat.get("llm.prompts"), "prompt")
            or _texts_of(flat.get("embedding.embeddings"), "embedding")
        )
    if draft.output is None:
        draft.output = conversation_of(flat.get("llm.output_messages"), "assistant")
    tools = _inner(flat.get("llm.tools"), "tool")
    if tools:
        draft.tool.setdefault("definitions", [structured(one.get("json_schema", one)) for one in tools])
    answer = draft.notes.get("output")
    if draft.kind == "embedding":
        draft.notes.pop("output", None)  # vectors, which nobody reads
    if type(answer) is str and len(answer) <= _LONGEST_ANSWER:
        _read_answer(decoded_json(answer), draft)


def _texts_of(pairs: list[Any] | None, name: str) -> dict[str, Any] | None:
    """`llm.prompts.0.prompt.text` and its like, each as the user's words."""
    said = [one["text"] for one in _inner(pairs, name) if type(one.get("text")) is str]
    return {"messages": [text_message("user", one) for one in said]} if said else None


def _inner(pairs: list[Any] | None, name: str) -> list[dict[str, Any]]:
    """The objects of a flattened list, out of the key that says what they are."""
    return objects([one.get(name, one) for one in objects(unflatten(pairs))]) if pairs is not None else []


def _read_answer(answer: Any, draft: Draft) -> None:
    """The provider's id of a response and the model that gave it, in its own answer or LangChain's wrapping of it."""
    if type(answer) is not dict:
        return
    model = draft.model
    own = None if _PROVIDERS_OWN.isdisjoint(answer) else answer  # else it may be what the model was told to write
    for place in (own, answer.get("llm_output"), _about_generation(answer.get("generations"))):
        if type(place) is dict:
            for key, name in _ANSWER:
                said = text(place.get(key))
                if said is not None:
                    model.setdefault(name, said)


def _about_generation(generations: Any) -> Any:
    """The metadata of LangChain's first generation."""
    node = generations
    for _ in range(2):
        node = node[0] if type(node) is list and node else None
    for step in ("message", "kwargs", "response_metadata"):
        node = node.get(step) if type(node) is dict else None
    return node


def _read_tool(draft: Draft) -> None:
    """`tool.parameters` are the arguments in some instrumentations, and the schema of them in others."""
    tool, notes = draft.tool, draft.notes
    parameters, given = notes.get("tool_parameters"), notes.get("input")
    if parameters is not None and _is_schema(parameters):
        tool.setdefault("definitions", [{"name": tool.get("name"), "parameters": parameters}])
        parameters = None
    arguments = parameters if parameters is not None else given
    if arguments is not None:
        tool.setdefault("arguments", decoded_arguments(arguments)[0])
        if arguments is given:
            notes.pop("input", None)
    if "output" in notes:
        result = structured(notes.pop("output"))
        carrier = result.get("data") if type(result) is dict and result.get("type") == "tool" else None
        if type(carrier) is dict and "content" in carrier:  # LangChain tells the message that carries the result
            result = structured(carrier["content"])
            if type(carrier.get("tool_call_id")) is str:
                tool.setdefault("call_id", carrier["tool_call_id"])
        tool.setdefault("result", result)
    if "name" not in tool and draft.name is not None:
        tool["name"] = draft.name


def _is_schema(parameters: Any) -> bool:
    if type(parameters) is not dict:
        return False
    if "properties" in parameters or "$schema" in parameters:
        return True
    return bool(parameters) and all(type(one) is dict and "type" in one for one in parameters.values())


def _read_retrieval(draft: Draft, reranker: bool) -> None:
    retrieval, notes = draft.retrieval, draft.notes
    if "query" not in retrieval and "input" in notes:
        query = unquoted(notes.pop("input"))
        inner = query.get("query", query.get("input")) if type(query) is dict else query
        retrieval["query"] = inner if type(inner) is str else query
    name = "reranker.output_documents" if reranker else "retrieval.documents"
    documents = _documents(draft.flat.get(name))
    if documents is None and "output" in notes:
        answer = structured(notes["output"])
        listed = answer.get("documents") if type(answer) is dict else answer
        documents = listed if type(listed) is list and listed else None
    if documents:
        retrieval.setdefault("documents", documents)
        notes.pop("output", None)
    candidates = _documents(draft.flat.get("reranker.input_documents"))
    if candidates:
        retrieval.setdefault("candidates", candidates)


def _documents(pairs: list[Any] | None) -> list[dict[str, Any]] | None:
    return [_document(one) for one in _inner(pairs, "document")] or None


def _document(sent: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: sent[key] for key in _DOCUMENT_TEXTS if key in sent}
    score = number(sent.get("score"))
    about = structured(sent.get("metadata"))
    if about is not None:
        found["metadata"] = about
    if type(about) is dict:
        score = score if score is not None else number(about.get("score"))
        if type(about.get("source")) is str:
            found["source"] = about["source"]
    if score is not None:
        found["score"] = score
    return found


def _read_values(draft: Draft) -> None:
    """`input.value` and `output.value`, where nothing more particular was said."""
    notes = draft.notes
    for direction, role in (("input", "user"), ("output", "assistant")):
        if getattr(draft, direction) is None and direction in notes:
            content = read_content(notes[direction], role)
            if "value" in content and f"{direction}_mime" in notes:
                content["mime"] = notes[f"{direction}_mime"]
            setattr(draft, direction, content)
    if draft.input is None and draft.type in ("span", "agent_action"):
        draft.input = conversation_of(draft.flat.get("llm.input_messages"), "user")
    if draft.output is None and draft.type in ("span", "agent_action"):
        draft.output = conversation_of(draft.flat.get("llm.output_messages"), "assistant")


def _read_evaluations(draft: Draft) -> None:
    """The first evaluation is the event's; all are kept."""
    if not draft.flat:
        return
    for name in ("evaluations", "annotations", "trace.evaluations", "session.evaluations"):
        pairs = draft.flat.get(name)
        found = [_evaluation(one) for one in _inner(pairs, "annotation" if name == "annotations" else "evaluation")]
        if found:
            draft.eval = draft.eval or found[0]
            draft.more.setdefault(name.replace(".", "_"), found)


def _evaluation(sent: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: text(sent[key]) for key in ("name", "label", "explanation") if key in sent}
    score = number(sent.get("score"))
    if score is not None:
        found["score"] = score
    evaluator = text(sent.get("annotator_kind"))
    return {**found, **({"evaluator": evaluator} if evaluator is not None else {})}


def _separate_costs(cost: dict[str, Any]) -> None:
    """`llm.cost.prompt` includes what was cached, `completion` what was thought; our parts do not overlap."""
    for whole, place, parts in (
        ("prompt", "input", ("cache_read", "cache_write")),
        ("completion", "output", ("reasoning",)),
    ):
        amount = cost.pop(whole, None)
        if amount is not None and place not in cost:
            cost[place] = max(0, round(amount - sum(cost.get(part, 0) for part in parts), 15))


OPENINFERENCE: Final = Dialect(
    name="openinference",
    fields={
        "openinference.span.kind": "notes.kind",
        "tag.tags": "tags",
        "metadata": Field("notes.metadata", mapping, marks=False),
        "llm.provider": "model.provider",
        "llm.system": "model.provider",
        "decision.provider": "model.provider",
        "decision.system": "model.provider",
        "llm.request.model_name": "model.request",
        "llm.response.model_name": "model.response",
        "llm.model_name": Field("notes.model_name", text),
        "embedding.model_name": "model.request",
        "reranker.model_name": "model.request",
        "decision.request.model_name": "model.request",
        "decision.response.model_name": "model.response",
        "decision.model_name": "model.request",
        "llm.invocation_parameters": Field("notes.parameters", mapping),
        "embedding.invocation_parameters": Field("notes.parameters", mapping),
        "llm.finish_reason": "model.finish_reasons",
        "llm.token_count.prompt": "usage.input",
        "llm.token_count.completion": "usage.output",
        "llm.token_count.total": "usage.total",
        "llm.token_count.prompt_details.cache_read": "usage.cache_read",
        "llm.token_count.prompt_details.cache_input": "usage.cache_read",
        "llm.token_count.prompt_details.cache_write": "usage.cache_write",
        "llm.token_count.prompt_details.audio": "usage.input_audio_tokens",
        "llm.token_count.completion_details.reasoning": "usage.reasoning",
        "llm.token_count.completion_details.audio": "usage.output_audio_tokens",
        "decision.token_count.input": "usage.input",
        "decision.token_count.output": "usage.output",
        "llm.cost.total": "cost.total",
        "llm.cost.prompt": Field("cost.prompt", number),
        "llm.cost.completion": Field("cost.completion", number),
        "llm.cost.prompt_details.input": "cost.input",
        "llm.cost.prompt_details.cache_read": "cost.cache_read",
        "llm.cost.prompt_details.cache_input": "cost.cache_read",
        "llm.cost.prompt_details.cache_write": "cost.cache_write",
        "llm.cost.completion_details.output": "cost.output",
        "llm.cost.completion_details.reasoning": "cost.reasoning",
        "input.value": "notes.input",
        "input.mime_type": Field("notes.input_mime", marks=False),
        "output.value": "notes.output",
        "output.mime_type": Field("notes.output_mime", marks=False),
        "tool.name": "tool.name",
        "tool_call.function.name": "tool.name",
        "tool.id": "tool.call_id",
        "tool_call.id": "tool.call_id",
        "tool.description": "tool.description",
        "tool.parameters": Field("notes.tool_parameters", structured),
        "tool_call.function.arguments": "tool.arguments",
        "reranker.query": "retrieval.query",
        "reranker.top_k": "retrieval.top_k",
        "prompt.id": "prompt.id",
        "prompt.vendor": "prompt.vendor",
        "prompt.url": "prompt.url",
        "llm.prompt_template.template": "prompt.template",
        "llm.prompt_template.version": "prompt.version",
        "llm.prompt_template.variables": "prompt.variables",
        "agent.name": "agent.name",
        "graph.node.id": Field("agent.node_id", text),
        "graph.node.name": Field("agent.node_name", text),
        "graph.node.parent_id": Field("agent.node_parent_id", text),
    },
    lists={
        "llm.input_messages.": "llm.input_messages",
        "llm.output_messages.": "llm.output_messages",
        "llm.prompts.": "llm.prompts",
        "llm.tools.": "llm.tools",
        "embedding.embeddings.": "embedding.embeddings",
        "retrieval.documents.": "retrieval.documents",
        "reranker.input_documents.": "reranker.input_documents",
        "reranker.output_documents.": "reranker.output_documents",
        "evaluations.": "evaluations",
        "annotations.": "annotations",
        "trace.evaluations.": "trace.evaluations",
        "session.evaluations.": "session.evaluations",
    },
    ignored=("llm.", "openinference.", "input.", "output.", "embedding."),
    scopes=("openinference.",),
    finish=finish,
)
