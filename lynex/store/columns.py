"""The columns of a stored event: one list for DuckDB, Arrow, Parquet and the record that fills them.

VARIANT stays behind this file: `attrs` is JSON text on the way in and in Parquet.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, Final

import msgspec
import pyarrow as pa


class StoredEvent(msgspec.Struct, gc=False, kw_only=True):
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


_INSTANT: Final = pa.timestamp("us")
_TEXT: Final = pa.string()
_MONEY: Final = pa.decimal128(24, 12)
_ARROW: Final[dict[str, pa.DataType]] = {
    "seq": pa.int64(),
    "at": _INSTANT,
    "sent_at": _INSTANT,
    "received_at": _INSTANT,
    "processed_at": _INSTANT,
    "queue_latency_ms": pa.float64(),
    "clock_skew_ms": pa.float64(),
    "tags": pa.list_(pa.string()),
    "step_index": pa.int64(),
    "mapping": pa.int64(),
    "duration_ms": pa.float64(),
    "ttft_ms": pa.float64(),
    "input_tokens": pa.int64(),
    "output_tokens": pa.int64(),
    "total_tokens": pa.int64(),
    "cache_read_tokens": pa.int64(),
    "cache_write_tokens": pa.int64(),
    "reasoning_tokens": pa.int64(),
    "cost": _MONEY,
    "eval_score": pa.float64(),
}
COLUMNS: Final[tuple[str, ...]] = StoredEvent.__struct_fields__
SCHEMA: Final = pa.schema([pa.field(name, _ARROW.get(name, _TEXT)) for name in COLUMNS])


def select_list(names: Iterable[str] = COLUMNS) -> str:
    """The columns for a SELECT, quoted, with `attrs` as JSON text under its own name."""
    return ", ".join(f'CAST(CAST("{n}" AS JSON) AS VARCHAR) AS "{n}"' if n == "attrs" else f'"{n}"' for n in names)


def to_arrow(rows: Sequence[StoredEvent]) -> pa.Table:
    """The rows as an Arrow table of `SCHEMA`. Raises `pa.ArrowException`, `TypeError` … when a value does not fit."""
    if not rows:
        return SCHEMA.empty_table()
    # Flat and then sliced: a third of the time of getattr per value.
    values = list(chain.from_iterable(map(msgspec.structs.astuple, rows)))
    arrays = [_array(values[place :: len(COLUMNS)], field.type) for place, field in enumerate(SCHEMA)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Columns that say the same in each row, as many do in a batch, cost a count."""
    first = values[0]
    if first is None:
        if values.count(None) == len(values):
            return pa.nulls(len(values), kind)
    elif first is values[-1] and type(first) is str and values.count(first) == len(values):
        return pa.repeat(first, len(values))
    return pa.array(values, type=kind)
