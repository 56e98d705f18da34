"""A whole trace as OTLP in JSON, piece by piece, so that the size of a trace costs no memory.

What came by OpenTelemetry is given back as it came; Lynex's own events become spans. Log records stand beside the spans
under `resourceLogs`: the document is a request for /v1/traces and, as it is, one for /v1/logs.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from lynex.errors import NotFound
from lynex.query.genai_spans import resource_of, span_of
from lynex.query.otlp_values import any_value, kind_number, nanos, pairs, status_number
from lynex.query.parameters import shown
from lynex.query.rows import Select, columns_sql

_CHUNK_EVENTS: Final = 500
_CHUNK_BYTES: Final = 8 << 20  # of bodies; one event alone may have more
_COLUMNS: Final = (
    "seq", "event_id", "type", "at", "sent_at", "name", "level", "status", "trace_id", "span_id", "parent_event_id",
    "session_id", "user_id", "environment", "release", "service_name", "tags", "step_index", "duration_ms",
    "agent_name", "sdk_name", "sdk_version", "dialect", "attrs", "body",
)  # fmt: skip

Row = Mapping[str, Any]
Json = dict[str, Any]


def exported(select: Select, project_id: str, trace_id: str) -> Iterator[bytes]:
    """The document in pieces. Raises NotFound before the first one, also for a trace of another project."""
    places = select(_PLACES, {"project_id": project_id, "trace_id": trace_id})
    if not places:
        raise NotFound(f"No trace {shown(trace_id)} in this project.", code="trace_not_found")
    return _document(select, places)


def _document(select: Select, places: Sequence[Row]) -> Iterator[bytes]:
    logs: list[Row] = []
    yield b'{"resourceSpans":['
    separator = b""
    for chunk in _chunks(places):
        groups = _Groups("scopeSpans", "spans")
        for place, row, body in _read(select, chunk):
            if _is_record(body, "log"):
                logs.append(place)
            elif _is_record(body, "span"):
                groups.add(body["resource"], body["scope"], _span_as_sent(row, body))
            else:
                scope = {"name": row["sdk_name"] or "", "version": row["sdk_version"] or ""}
                groups.add(resource_of(row), scope, span_of(row, body))
        if groups.found:
            yield separator + groups.encoded()
            separator = b","
    yield b'],"resourceLogs":['
    separator = b""
    for chunk in _chunks(logs):
        groups = _Groups("scopeLogs", "logRecords")
        for _, row, body in _read(select, chunk):
            groups.add(body["resource"], body["scope"], _log_as_sent(row, body))
        if groups.found:
            yield separator + groups.encoded()
            separator = b","
    yield b"]}"


class _Groups:
    """Records in a row that share resource and scope say these once."""

    def __init__(self, scopes: str, records: str) -> None:
        self._scopes, self._records = scopes, records
        self._last: tuple[Json, Json] | None = None
        self.found: list[Json] = []

    def add(self, resource: Json, scope: Json, record: Json) -> None:
        if self._last != (resource, scope):
            self._last = (resource, scope)
            said = {"name": scope.get("name", ""), "version": scope.get("version", "")}
            said["attributes"] = pairs(scope.get("attributes") or {})
            group = {"scope": said, self._records: []}
            self.found.append({"resource": {"attributes": pairs(resource)}, self._scopes: [group]})
        self.found[-1][self._scopes][0][self._records].append(record)

    def encoded(self) -> bytes:
        return msgspec.json.encode(self.found)[1:-1]


def _chunks(places: Sequence[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    size = 0
    for place in places:
        if chunk and (len(chunk) == _CHUNK_EVENTS or size + place["bytes"] > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(place)
        size += place["bytes"]
    if chunk:
        yield chunk


def _read(select: Select, places: Sequence[Row]) -> Iterator[tuple[Row, Row, Json]]:
    """Place, row and body in the order of the places; what was deleted meanwhile is left out."""
    seqs = [place["seq"] for place in places]
    rows = {row["seq"]: row for row in select(_ROWS, {"seqs": seqs, "first": min(seqs), "last": max(seqs)})}
    for place in places:
        row = rows.get(place["seq"])
        if row is not None:
            yield place, row, msgspec.json.decode(row["body"])


def _is_record(body: Json, signal: str) -> bool:
    """Whether the event was made of such a record of OpenTelemetry: these keep all of it."""
    return all(isinstance(body.get(name), dict) for name in (signal, "attributes", "resource", "scope"))


def _span_as_sent(row: Row, body: Json) -> Json:
    raw = body["span"]
    trace_id, _, span_id = row["event_id"].partition(":")
    end = raw.get("end")
    only_end = row["duration_ms"] is None and row["sent_at"] == end  # then the event stands where the span ended
    span = {
        "traceId": trace_id,
        "spanId": span_id,
        "name": raw.get("name", ""),
        "kind": kind_number(raw.get("kind")),
        "startTimeUnixNano": nanos(None if only_end else row["sent_at"]),
        "endTimeUnixNano": nanos(end),
        "attributes": pairs(body["attributes"]),
        "status": {"code": status_number(raw["status"].get("code")), "message": raw["status"].get("message", "")},
        "traceState": raw.get("trace_state", ""),
        "flags": raw.get("flags", 0),
        "events": [
            {"name": one["name"], "timeUnixNano": nanos(one["at"]), "attributes": pairs(one["attributes"])}
            for one in body.get("events") or ()
        ],
        "links": [
            {"traceId": one["trace_id"], "spanId": one["span_id"], "attributes": pairs(one["attributes"])}
            for one in body.get("links") or ()
        ],
    }
    if row["parent_event_id"] is not None:
        span["parentSpanId"] = row["parent_event_id"].partition(":")[2]
    return span


def _log_as_sent(row: Row, body: Json) -> Json:
    raw = body["log"]
    record = {
        "timeUnixNano": nanos(raw.get("at")),
        "severityNumber": raw.get("severity", 0),
        "severityText": raw.get("severity_text", ""),
        "eventName": raw.get("event_name", ""),
        "attributes": pairs(body["attributes"]),
    }
    if "body" in raw:
        record["body"] = any_value(raw["body"])
    if not raw.get("outside_trace"):
        record |= {"traceId": row["trace_id"] or "", "spanId": row["span_id"] or ""}
    return record


_PLACES: Final = """
SELECT seq, strlen(body) AS bytes FROM events
WHERE project_id = $project_id AND trace_id = $trace_id ORDER BY events."at", event_id
"""
# Rows lie in order of sequence: the bounds leave out almost all row groups.
_ROWS: Final = f"""
SELECT {columns_sql(_COLUMNS)} FROM events
WHERE seq >= $first AND seq <= $last AND seq IN (SELECT unnest($seqs))
"""
