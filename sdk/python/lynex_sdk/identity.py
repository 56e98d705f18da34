"""Ids: traces of 32 hex digits, spans of 16, as OpenTelemetry has them; unique whatever the host does to `random`."""

from __future__ import annotations

import os
import random
import re

_source = random.Random(os.urandom(32))  # our own: a host that seeds `random` must not get the same ids again
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _source.seed(os.urandom(32)))

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_NO_TRACE = "0" * 32
_NO_SPAN = "0" * 16


def new_trace_id() -> str:
    return f"{_source.getrandbits(128) or 1:032x}"


def new_span_id() -> str:
    return f"{_source.getrandbits(64) or 1:016x}"


def chance() -> float:
    """A number from 0 to 1, 1 excluded."""
    return _source.random()


def read_traceparent(header: object) -> tuple[str, str, bool] | None:
    """(trace id, span id, sampled) of a W3C `traceparent`; None when it is none."""
    found = _TRACEPARENT.fullmatch(header.strip().lower()) if isinstance(header, str) else None
    if found is None:
        return None
    trace_id, span_id, flags = found[1], found[2], int(found[3], 16)
    if trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return trace_id, span_id, bool(flags & 1)


def write_traceparent(trace_id: str, span_id: str, sampled: bool) -> str:
    return f"00-{trace_id}-{span_id}-{'01' if sampled else '00'}"
