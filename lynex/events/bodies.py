"""The fields we know, with their types: parts of the envelope and the eleven bodies. Others are kept as sent.

These structs are the one declaration: checking, camelCase spellings, fault messages and OpenAPI are derived from them.
None of them is ever filled; a body stays a dict.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

MAX_SAFE_INTEGER: Final = 9_007_199_254_740_991  # 2^53 − 1: what JavaScript can count to
Count = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
Milliseconds = Annotated[float, Meta(ge=-1e15, le=1e15)]  # negative ones are a clock's anomaly, not an error
Dollars = Annotated[float, Meta(ge=0, le=1e9)]
Name = Annotated[str, Meta(max_length=1024)]
Identifier = Annotated[str, Meta(max_length=1024, extra={"identifier": True})]
TraceId = Annotated[str, Meta(max_length=128, extra={"identifier": True})]
Tag = Annotated[str, Meta(max_length=256, extra={"identifier": True})]
Level = Literal["debug", "info", "warning", "error"]  # other words for them are respelled before (`levels`)
Object = dict[str, Any]


class Sdk(Struct, gc=False):
    name: Identifier | None = None
    version: Identifier | None = None
    language: Identifier | None = None
    dialect: Identifier | None = None


class Context(Struct, gc=False):
    trace_id: TraceId | None = None
    span_id: TraceId | None = None
    parent_event_id: Identifier | None = None
    session_id: Identifier | None = None
    user_id: Identifier | None = None
    environment: Identifier | None = None
    release: Identifier | None = None
    service_name: Identifier | None = None
    agent_name: Identifier | None = None
    dialect: Identifier | None = None
    step_index: Count | None = None
    tags: Annotated[list[Tag], Meta(max_length=50)] | None = None
    metadata: Object | None = None


class ErrorDetail(Struct, gc=False):
    type: Name | None = None
    message: str | None = None
    stack: str | None = None
    code: str | int | None = None


class TokenDetails(Struct, gc=False):
    """Finer counts, nested as providers nest them."""

    cached_tokens: Count | None = None
    cache_read: Count | None = None
    cache_creation: Count | None = None
    cache_write_tokens: Count | None = None
    audio_tokens: Count | None = None
    audio: Count | None = None
    image_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    reasoning: Count | None = None
    thinking_tokens: Count | None = None
    text_tokens: Count | None = None
    accepted_prediction_tokens: Count | None = None
    rejected_prediction_tokens: Count | None = None


class Tokens(Struct, gc=False):
    """Counts in everybody's spelling; what they mean is decided when an event is normalised."""

    input: Count | None = None
    output: Count | None = None
    cached: Count | None = None
    cache_read: Count | None = None
    cache_write: Count | None = None
    reasoning: Count | None = None
    total: Count | None = None
    prompt: Count | None = None
    completion: Count | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    total_tokens: Count | None = None
    cached_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    thinking_tokens: Count | None = None
    cached_input_tokens: Count | None = None
    input_cached_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_write_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_creation_tokens: Count | None = None
    input_cache_read: Count | None = None
    input_cache_creation: Count | None = None
    output_reasoning_tokens: Count | None = None
    reasoning_output_tokens: Count | None = None
    prompt_token_count: Count | None = None
    candidates_token_count: Count | None = None
    total_token_count: Count | None = None
    cached_content_token_count: Count | None = None
    thoughts_token_count: Count | None = None
    input_audio_tokens: Count | None = None
    output_audio_tokens: Count | None = None
    input_image_tokens: Count | None = None
    output_image_tokens: Count | None = None
    prompt_tokens_details: TokenDetails | list[Any] | None = None
    input_tokens_details: TokenDetails | list[Any] | None = None
    input_token_details: TokenDetails | list[Any] | None = None
    completion_tokens_details: TokenDetails | list[Any] | None = None
    output_tokens_details: TokenDetails | list[Any] | None = None
    output_token_details: TokenDetails | list[Any] | None = None


class CostParts(Struct, gc=False):
    input: Dollars | None = None
    output: Dollars | None = None
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None
    reasoning: Dollars | None = None
    total: Dollars | None = None


class PromptTemplate(Struct, gc=False):
    name: Name | None = None
    version: str | int | None = None
    text: str | None = None
    variables: Object | None = None


class Document(Struct, gc=False):
    id: str | int | None = None
    score: float | None = None
    metadata: Object | None = None


class Body(Struct, gc=False):
    """What every event may carry."""

    name: Name | None = None
    level: Level | None = None
    status: Literal["ok", "error"] | None = None
    error: ErrorDetail | str | None = None
    duration_ms: Milliseconds | None = None
    latency_ms: Milliseconds | None = None
    metadata: Object | None = None


class TokenUsage(Body, gc=False):
    model: Name | None = None
    provider: Name | None = None
    tokens: Tokens | None = None
    usage: Tokens | None = None
    cost: Dollars | CostParts | None = None
    response_id: Name | None = None


class ModelResponse(TokenUsage, gc=False):
    prompt: str | list[Any] | Object | None = None
    messages: list[Object] | None = None
    system: str | list[Any] | None = None
    parameters: Object | None = None
    tools: list[Any] | None = None
    tool_calls: list[Object] | None = None
    response_model: Name | None = None
    finish_reason: Name | list[Name] | None = None
    finish_reasons: list[Name] | None = None
    stream: bool | None = None
    ttft_ms: Milliseconds | None = None
    prompt_template: PromptTemplate | None = None


class Message(Body, gc=False):
    role: Name | None = None
    content: str | list[Any] | Object | None = None
    channel: Name | None = None
    message_id: Name | None = None


class AgentAction(Body, gc=False):
    action: str | Object | None = None
    thought: str | None = None
    state: Object | None = None
    state_patch: Object | None = None
    state_base: Identifier | None = None
    memory: Object | list[Any] | None = None
    step_index: Count | None = None


class ToolCall(Body, gc=False):
    tool: Name | None = None
    arguments: Object | str | list[Any] | None = None
    call_id: Name | None = None
    tool_type: Name | None = None


class Retrieval(Body, gc=False):
    query: str | Object | list[Any] | None = None
    documents: list[Document | str] | None = None
    top_k: Count | None = None
    source: Name | Object | None = None


class Span(Body, gc=False):
    kind: Name | None = None
    attributes: Object | None = None


class Log(Body, gc=False):
    message: str | None = None
    logger: Name | None = None
    attributes: Object | None = None


class Error(Body, gc=False):
    message: str | None = None
    error_type: Name | None = None
    type: Name | None = None
    stack: str | None = None
    handled: bool | None = None
    code: str | int | None = None


class EvalMetric(Body, gc=False):
    metric: Name | None = None
    score: bool | float | None = None
    label: str | None = None
    explanation: str | None = None
    evaluator: Name | None = None
    target_event_id: Identifier | None = None
    target_trace_id: TraceId | None = None


class Custom(Body, gc=False):
    pass


BODIES: Final[dict[str, type[Body]]] = {
    "log": Log,
    "error": Error,
    "span": Span,
    "token_usage": TokenUsage,
    "message": Message,
    "agent_action": AgentAction,
    "tool_call": ToolCall,
    "model_response": ModelResponse,
    "retrieval": Retrieval,
    "eval_metric": EvalMetric,
    "custom": Custom,
}
