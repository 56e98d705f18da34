"""What one telemetry record means, while its conventions fill it in: the canonical body in pieces, nothing final."""

from typing import Any

import msgspec

from lynex.ingest.dialects.flattened import Path

Piece = dict[str, Any]


def _piece() -> Any:
    return msgspec.field(default_factory=dict)


class Draft(msgspec.Struct, gc=False):
    """Pieces are canonical (semconv.md section 1) with the spelling of events.md where the two differ: `error.stack`,
    `retrieval.source`, one `eval` object. Keys are only there when something was said."""

    type: str = "span"
    name: str | None = None
    kind: str | None = None
    operation: str | None = None
    dialect: str = "otel"
    level: str | None = None
    duration_ms: float | None = None  # where the record says it itself; a span's own times win
    context: Piece = _piece()  # session_id, user_id, environment, release, service_name, agent_name, step_index
    tags: list[str] = msgspec.field(default_factory=list)
    metadata: Piece = _piece()  # searchable; becomes `attrs`
    unknown: Piece = _piece()  # short attributes no convention knows: searchable too, after `metadata`
    model: Piece = _piece()  # request, response, provider, params, response_id, finish_reasons, stream, ttft_ms …
    params: Piece = _piece()  # of the call, one by one; joined with `model.params`
    usage: Piece = _piece()  # input, output, total, cache_read, cache_write, reasoning, and finer counts
    cache_on_top: bool | None = None  # True: input does not include cached tokens; None: the counts must say it
    scope: str | None = None  # call | rollup | duplicate | metric, for what has usage or is a model call
    cost: Piece = _piece()  # reported USD: input, output, cache_read, cache_write, reasoning, other, total
    input: Piece | None = None  # {"messages": [...]} or {"value": any, "mime": text}
    output: Piece | None = None
    system_instructions: list[Piece] = msgspec.field(default_factory=list)
    tool: Piece = _piece()  # name, type, call_id, description, arguments, result, definitions
    retrieval: Piece = _piece()  # query, documents, top_k, source
    prompt: Piece = _piece()  # name, version, id, template, variables, vendor, url
    agent: Piece = _piece()  # id, name, version, description, action, thought
    workflow: Piece = _piece()  # name
    eval: Piece = _piece()  # name, score, label, explanation, evaluator, target
    error: Piece = _piece()  # type, message, stack, code
    mcp: Piece = _piece()  # method, session_id, protocol_version, request_id, status_code
    more: Piece = _piece()  # other canonical keys: memory, evaluations, metric …
    flags: list[str] = msgspec.field(default_factory=list)  # truncated, clock_anomaly …
    notes: Piece = _piece()  # for a dialect's own `finish`; not kept
    flat: dict[str, list[tuple[Path, Any]]] = _piece()  # flattened lists by name, for `unflatten`; not kept
