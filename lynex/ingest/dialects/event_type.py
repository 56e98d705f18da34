"""Which of the eleven types a span is: the first rule of semconv.md section 2 that knows the word it is told."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from lynex.ingest.dialects.draft import Draft
from lynex.ingest.otlp_records import Attributes, Span

EVENT_TYPES: Final = frozenset(
    (
        "log", "error", "span", "token_usage", "message", "agent_action", "tool_call", "model_response", "retrieval",
        "eval_metric", "custom",
    )
)  # fmt: skip
ROLLUP: Final = "rollup"
CALL: Final = "call"
DUPLICATE: Final = "duplicate"


class Meaning(NamedTuple):
    type: str
    kind: str | None = None
    scope: str | None = None  # of its tokens, where the type does not say it


_LLM: Final = Meaning("model_response", "llm")
_EMBEDDING: Final = Meaning("model_response", "embedding")
_TOOL: Final = Meaning("tool_call")
_RETRIEVER: Final = Meaning("retrieval", "retriever")
_RERANKER: Final = Meaning("retrieval", "reranker", CALL)
_AGENT: Final = Meaning("agent_action", "agent")
_CHAIN: Final = Meaning("span", "chain")
_WORKFLOW: Final = Meaning("span", "workflow")
_GUARDRAIL: Final = Meaning("span", "guardrail")
_EVALUATOR: Final = Meaning("eval_metric", "evaluator")
_LOG: Final = Meaning("log")
_SPAN: Final = Meaning("span")


def _words(*groups: tuple[str, Meaning]) -> dict[str, Meaning]:
    return {word: meaning for words, meaning in groups for word in words.split()}


_LANGFUSE: Final = _words(
    ("generation", _LLM),
    ("embedding", _EMBEDDING),
    ("tool", _TOOL),
    ("retriever", _RETRIEVER),
    ("agent", _AGENT),
    ("evaluator", _EVALUATOR),
    ("event", _LOG),
    ("chain", _CHAIN),
    ("span", _SPAN),
    ("guardrail", _GUARDRAIL),
)
_OPENINFERENCE: Final = _words(
    ("LLM", _LLM),
    ("EMBEDDING", _EMBEDDING),
    ("DECISION", Meaning("model_response", "decision")),
    ("TOOL", _TOOL),
    ("RETRIEVER", _RETRIEVER),
    ("RERANKER", _RERANKER),
    ("AGENT", _AGENT),
    ("EVALUATOR", _EVALUATOR),
    ("CHAIN", _CHAIN),
    ("PROMPT", Meaning("span", "prompt")),
    ("GUARDRAIL", _GUARDRAIL),
    ("UNKNOWN", _SPAN),
)
_OPERATION: Final = _words(
    ("chat text_completion generate_content completion responses", _LLM),
    ("embeddings embedding", _EMBEDDING),
    ("execute_tool", _TOOL),
    ("retrieval vector_db_retrieve", _RETRIEVER),
    ("search_memory", Meaning("retrieval", "memory")),
    ("rerank", _RERANKER),
    ("invoke_agent create_agent agent_step execute_task", _AGENT),
    ("plan", Meaning("agent_action", "plan")),
    ("invoke_workflow", _WORKFLOW),
)
_TRACELOOP: Final = _words(
    ("tool", _TOOL), ("agent", _AGENT), ("workflow", _WORKFLOW), ("task", Meaning("span", "task"))
)
_REQUEST: Final = _words(("chat completion", _LLM), ("embedding", _EMBEDDING), ("rerank", _RERANKER))
_GENKIT: Final = _words(
    ("model background-model", _LLM),
    ("tool tool.v2", _TOOL),
    ("retriever", _RETRIEVER),
    ("reranker", _RERANKER),
    ("evaluator", _EVALUATOR),
    ("embedder", _EMBEDDING),
)
_VECTOR_STORES: Final = frozenset(
    ("pinecone", "chroma", "chromadb", "qdrant", "milvus", "weaviate", "lancedb", "marqo")
)
_LOGFIRE_ERROR: Final = 17


def choose(span: Span, draft: Draft) -> Meaning:
    """What the span is; the draft already holds what its attributes said of model and usage."""
    attributes = span.attributes
    get = attributes.get
    for key, meaning_of in _RULES:
        word = get(key)
        if word is not None and type(word) is str:
            found = meaning_of(word, attributes) if callable(meaning_of) else meaning_of.get(word)
            if found is not None:
                return found
    if draft.usage and ("request" in draft.model or "response" in draft.model):
        return _LLM
    if "name" in draft.tool and not draft.tool.keys().isdisjoint(("arguments", "result")):
        return _TOOL  # as Pydantic AI told its first ones, without an operation
    if draft.level is not None and span.start is not None and span.start == span.end:
        return Meaning("error") if draft.level == "error" else _LOG
    return _SPAN


def _as_given(word: str, _: Attributes) -> Meaning | None:
    return Meaning(word) if word in EVENT_TYPES else None


def _openinference(word: str, _: Attributes) -> Meaning | None:
    return _OPENINFERENCE.get(word.upper())


def _operation(word: str, _: Attributes) -> Meaning | None:
    found = _OPERATION.get(word.lower())
    if found is None and "_memory" in word and word.startswith(("create", "update", "upsert", "delete")):
        return Meaning("span", "memory")
    return found


def _ai_operation(word: str, _: Attributes) -> Meaning | None:
    """The AI SDK up to 6: `ai.generateText.doGenerate` is a call, `ai.generateText` around it adds them up."""
    if word == "ai.toolCall":
        return _TOOL
    if not word.startswith("ai."):
        return None
    if word.endswith((".doGenerate", ".doStream")):
        return _LLM
    if word.endswith(".doEmbed"):
        return _EMBEDDING
    if word.endswith(".doRerank"):
        return _RERANKER
    return Meaning("agent_action", "agent", ROLLUP)


def _mcp(word: str, _: Attributes) -> Meaning:
    if word == "tools/call":
        return _TOOL
    return Meaning("retrieval", "resource") if word == "resources/read" else Meaning("span", "mcp")


def _vector_store(word: str, attributes: Attributes) -> Meaning | None:
    if "db.vector.query.top_k" in attributes:
        return _RETRIEVER
    operation = attributes.get("db.operation", attributes.get("db.operation.name"))
    if word.lower() not in _VECTOR_STORES or type(operation) is not str:
        return None
    return _RETRIEVER if operation.lower() in ("query", "search") else None


def _adk_request(word: str, _: Attributes) -> Meaning | None:
    """A call whose answer may have no counts; tools have an empty request beside what they were called with."""
    return _LLM if len(word) > len("{}") else None


def _pydantic_agent(_: str, attributes: Attributes) -> Meaning | None:
    """Agent runs before they had an operation's name."""
    return Meaning("agent_action", "agent", ROLLUP) if "model_name" in attributes else None


def _logfire(word: str, attributes: Attributes) -> Meaning | None:
    if word != "log":
        return None
    level = attributes.get("logfire.level_num")
    return Meaning("error") if type(level) is int and level >= _LOGFIRE_ERROR else _LOG


_RULES: Final[tuple[tuple[str, Mapping[str, Meaning] | Callable[[str, Any], Meaning | None]], ...]] = (
    ("lynex.type", _as_given),
    ("langfuse.observation.type", _LANGFUSE),
    ("openinference.span.kind", _openinference),
    ("gen_ai.operation.name", _operation),
    ("ai.operationId", _ai_operation),
    ("mcp.method.name", _mcp),
    ("traceloop.span.kind", _TRACELOOP),
    ("db.system", _vector_store),
    ("db.system.name", _vector_store),
    ("llm.request.type", _REQUEST),
    ("genkit:metadata:subtype", _GENKIT),
    ("gcp.vertex.agent.llm_request", _adk_request),
    ("agent_name", _pydantic_agent),
    ("logfire.span_type", _logfire),
)
