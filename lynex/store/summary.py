"""A stored event in the shape it is answered in: short for lists, whole for one event."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from lynex.clock import rfc3339
from lynex.store.columns import COLUMNS
from lynex.store.stored_event import StoredEvent

_LONG: Final = frozenset({"seq", "key_id", "body", "queue_latency_ms", "dialect"})
SUMMARY_COLUMNS: Final[tuple[str, ...]] = tuple(name for name in COLUMNS if name not in _LONG)
DETAIL_COLUMNS: Final[tuple[str, ...]] = (*SUMMARY_COLUMNS, "seq", "queue_latency_ms", "dialect", "body")

_USAGE: Final = (
    ("input_tokens", "input_tokens"),
    ("output_tokens", "output_tokens"),
    ("total_tokens", "total_tokens"),
    ("cache_read_tokens", "cache_read_tokens"),
    ("cache_write_tokens", "cache_write_tokens"),
    ("reasoning_tokens", "reasoning_tokens"),
    ("usage_scope", "scope"),
)
_CONTEXT: Final = (
    "trace_id",
    "span_id",
    "parent_event_id",
    "session_id",
    "user_id",
    "environment",
    "release",
    "service_name",
    "tags",
    "step_index",
)

Row = StoredEvent | Mapping[str, Any]


def summary_of(row: Row) -> dict[str, Any]:
    """A list item: the envelope and what is worth a line, without long contents. `row` has the `SUMMARY_COLUMNS`."""
    return _envelope(row) | {"body": _short_body(row)} | _times(row)


def detail_of(row: Row) -> dict[str, Any]:
    """The envelope with the whole canonical body. `row` has the `DETAIL_COLUMNS`."""
    answer = _envelope(row) | {"body": _settled(_decoded(_get(row, "body")) or {}, row)} | _times(row)
    return answer | _present(
        {name: _get(row, name) for name in ("queue_latency_ms", "model_fingerprint", "error_group")}
    )


def _settled(body: dict[str, Any], row: Row) -> dict[str, Any]:
    """The body with the scope its columns were given: whether a call counts is known only beside the others.

    Counts that were said and have no columns are counted elsewhere.
    """
    usage, scope = body.get("usage"), _get(row, "usage_scope")
    if type(usage) is dict and scope is not None:
        said = [column for column, name in _USAGE if column != "usage_scope" and name in usage]
        if said and all(_get(row, column) is None for column in said):
            scope = "duplicate"
        body["usage"] = usage | {"scope": scope}
    return body


def _envelope(row: Row) -> dict[str, Any]:
    at, sent_at = _get(row, "at"), _get(row, "sent_at")
    return {
        "eventId": _get(row, "event_id"),
        "projectId": _get(row, "project_id"),
        "type": _get(row, "type"),
        "timestamp": _time(sent_at if sent_at is not None else at),
        "at": _time(at),
        "sdk": _present({"name": _get(row, "sdk_name"), "version": _get(row, "sdk_version")}),
        "context": _context(row),
    }


def _times(row: Row) -> dict[str, Any]:
    times = {"received_at": _time(_get(row, "received_at")), "processed_at": _time(_get(row, "processed_at"))}
    return times | _present({"clock_skew_ms": _get(row, "clock_skew_ms")})


def _context(row: Row) -> dict[str, Any]:
    rest = _decoded(_get(row, "context")) or {}
    named = {name: _get(row, name) for name in _CONTEXT}
    named["metadata"] = _decoded(_get(row, "attrs"))
    return rest | _present(named)


def _short_body(row: Row) -> dict[str, Any]:
    body = {name: _get(row, name) for name in ("name", "status", "level", "duration_ms", "ttft_ms", "finish_reason")}
    cost = _get(row, "cost")
    body |= {
        "model": _present(
            {
                "request": _get(row, "model"),
                "response": _get(row, "response_model"),
                "provider": _get(row, "provider"),
                "response_id": _get(row, "response_id"),
            }
        ),
        "usage": _present({name: _get(row, column) for column, name in _USAGE}),
        "cost": _present({"total": _number(cost), "source": _get(row, "cost_source")}),
        "error": _present({name: _get(row, f"error_{name}") for name in ("type", "message", "group")}),
        "tool": _present({"name": _get(row, "tool_name")}),
        "agent": _present({"name": _get(row, "agent_name")}),
        "prompt": _present({"name": _get(row, "prompt_name"), "version": _get(row, "prompt_version")}),
        "eval": _present({"name": _get(row, "eval_name"), "score": _get(row, "eval_score")}),
        "input_preview": _get(row, "input_preview"),
        "output_preview": _get(row, "output_preview"),
    }
    return {name: value for name, value in body.items() if value is not None and value != {}}


def _get(row: Row, name: str) -> Any:
    return getattr(row, name) if isinstance(row, StoredEvent) else row.get(name)


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _time(value: Any) -> str | None:
    """Microseconds, or the naive UTC datetime that DuckDB and Arrow give."""
    if isinstance(value, datetime):
        precision = "milliseconds" if value.microsecond % 1000 == 0 else "microseconds"
        return value.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
    return rfc3339(value) if value is not None else None


def _number(value: Decimal | float | None) -> float | None:
    return float(value) if value is not None else None


def _decoded(text: str | None) -> Any:
    return msgspec.json.decode(text) if text else None
