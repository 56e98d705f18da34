"""The record of one stored event. Apart from its columns, so that whoever only fills it need not load Arrow."""

from decimal import Decimal

import msgspec


class StoredEvent(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """One event as it rests. Instants are microseconds UTC, durations ms, tokens integers, costs exact decimal USD."""

    seq: int
    project_id: str
    event_id: str
    type: str
    at: int  # the time everything filters, sorts and charts by (events.md)
    sent_at: int | None = None  # the sender's timestamp, where there was one
    received_at: int
    processed_at: int
    queue_latency_ms: float | None = None
    clock_skew_ms: float | None = None  # received − sent, where `at` is not the sender's timestamp
    key_id: str | None = None
    name: str | None = None
    kind: str | None = None  # a finer word than type: llm, embedding, reranker, guardrail, chain, workflow …
    level: str | None = None
    status: str = "ok"  # ok | error
    provider: str | None = None
    model: str | None = None  # as requested, normalised; what filters and breakdowns use
    response_model: str | None = None
    model_fingerprint: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    parent_event_id: str | None = None
    session_id: str | None = None
    user_id: str | None = None
    environment: str | None = None
    release: str | None = None
    service_name: str | None = None
    tags: list[str] | None = None
    step_index: int | None = None
    duration_ms: float | None = None
    ttft_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    usage_scope: str | None = None  # call | rollup | duplicate | metric; only `call` counts
    cost: Decimal | None = None  # USD; None: unknown
    cost_source: str | None = None  # reported | computed | unknown_model
    response_id: str | None = None
    finish_reason: str | None = None
    tool_name: str | None = None
    agent_name: str | None = None
    prompt_name: str | None = None
    prompt_version: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    error_group: str | None = None  # 16 hex digits, the same for failures that are one problem
    eval_name: str | None = None
    eval_score: float | None = None
    sdk_name: str | None = None
    sdk_version: str | None = None
    dialect: str | None = None  # the convention it was told in; None: Lynex's own
    mapping: int | None = None  # version of the mapping that made this row of what was sent
    input_preview: str | None = None  # first 160 characters of what went in
    output_preview: str | None = None
    context: str | None = None  # JSON text: the context as sent, without what has a column of its own
    attrs: str | None = None  # JSON text of searchable metadata
    body: str = "{}"  # JSON text: the canonical body (semconv.md section 1)
