"""An event as sent → what it means: the row to store and its canonical body. Pure; `enrich` adds price and processing.

It never fails on an event that was accepted: what has an unexpected type is kept where it was sent.
"""

from typing import Any, Final

import msgspec

from lynex.clock import DAY, HOUR
from lynex.events.envelope import Event
from lynex.ingest.bodies import BODIES
from lynex.ingest.dialects.mapping import MAPPING_VERSION
from lynex.ingest.reading import LONGEST_COLUMN, Reading
from lynex.store.stored_event import StoredEvent

_OLDEST: Final = 400 * DAY
_NEWEST: Final = HOUR
_LAST_STEP: Final = 2**53 - 1
_TRACED_ID: Final = 32 + 1 + 16
# Texts of the context that have a column of their own.
CONTEXT_TEXTS: Final = (
    "trace_id", "span_id", "parent_event_id", "session_id", "user_id", "environment", "release", "service_name",
    "dialect",
)  # fmt: skip
_CONTEXT_COLUMNS: Final = frozenset(CONTEXT_TEXTS)
# Objects of the canonical body: an unknown field of that name would be taken for it, so it rests in `sent`.
_RESERVED: Final = frozenset(
    (
        "model", "input", "output", "usage", "cost", "tool", "retrieval", "agent", "prompt", "eval", "error", "sent",
        "system_instructions",
    )
)  # fmt: skip
_ENCODER: Final = msgspec.json.Encoder()


def normalise(
    event: Event, *, seq: int, project_id: str, key_id: str | None, received_at: int, imported: bool = False
) -> Reading:
    """Understand one accepted event; `enrich` finishes it. `imported` events keep their own time however old."""
    row = StoredEvent(
        seq=seq,
        project_id=project_id,
        event_id=event.event_id,
        type=event.type,
        at=received_at,
        sent_at=event.sent_at,
        received_at=received_at,
        processed_at=received_at,
        key_id=key_id,
        mapping=MAPPING_VERSION,
    )
    if event.sent_at is not None:
        place_in_time(row, event.sent_at, imported)
    body = event.body
    reading = Reading(row, body.copy())
    if None in body.values():
        _set_nulls_aside(reading)
    BODIES[event.type](reading)
    _read_common(reading)
    _read_context(reading, event)
    _finish_body(reading)
    return reading


def place_in_time(row: StoredEvent, sent_at: int, imported: bool = False) -> None:
    """`at` is the time sent where that can be, else the time received, with the difference beside it."""
    received_at = row.received_at
    if imported or received_at - _OLDEST <= sent_at <= received_at + _NEWEST:
        row.at = sent_at
    else:
        row.clock_skew_ms = (received_at - sent_at) / 1000


def _set_nulls_aside(reading: Reading) -> None:
    nulls = [field for field, value in reading.rest.items() if value is None]
    for field in nulls:
        del reading.rest[field]
    reading.sent["nulls"] = nulls


def _read_common(reading: Reading) -> None:
    """What every event may carry: name, duration, error, status, level."""
    rest, row, body, sent = reading.rest, reading.row, reading.body, reading.sent
    name = rest.get("name")
    if type(name) is str:
        row.name = name
    elif row.tool_name is not None:
        row.name = row.tool_name
    if "latency_ms" in rest:
        sent["latency_ms"] = rest["latency_ms"]
        row.duration_ms = reading.number("latency_ms")
    if "duration_ms" in rest:
        if "latency_ms" in sent:
            sent["duration_ms"] = rest["duration_ms"]
        duration = reading.number("duration_ms")
        row.duration_ms = duration if duration is not None else row.duration_ms
    if row.duration_ms is not None:
        body["duration_ms"] = row.duration_ms
    if "error" in rest:
        _read_error_object(reading)
    if "status" in rest or "level" in rest or "error" in body or row.type == "error":
        _read_status(reading)


def _read_error_object(reading: Reading) -> None:
    error = reading.rest.pop("error")
    if type(error) is dict:
        reading.body["error"] = error
    elif type(error) is str:
        reading.body["error"] = {"message": error}
        reading.sent["error"] = error
    else:
        reading.sent["error"] = error


def _read_status(reading: Reading) -> None:
    """An event with an error failed: status and level say so, whatever else was sent."""
    rest, row, body, sent = reading.rest, reading.row, reading.body, reading.sent
    status = rest.get("status")
    error = body.get("error")
    if error:
        row.error_type = _text_of(error.get("type"))
        message = _text_of(error.get("message"))
        row.error_message = message[:LONGEST_COLUMN] if message is not None else None
    failed = bool(error) or row.type == "error" or status == "error"
    level = rest.get("level")
    if type(level) is str:
        row.level = level
    if not failed:
        return
    row.status = row.level = "error"
    for field, said in (("status", status), ("level", level)):
        if said == "error":
            continue
        if field in rest:
            sent[field] = rest.pop(field)
        else:
            reading.derived.append(field)
        body[field] = "error"


def _text_of(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    return msgspec.json.encode(value).decode()


def _read_context(reading: Reading, event: Event) -> None:
    row = reading.row
    left: dict[str, Any] = {}
    metadata: Any = None
    for name, value in event.context.items():
        if type(value) is str and value and name in _CONTEXT_COLUMNS:
            setattr(row, name, value)
        elif name == "metadata" and type(value) is dict:
            metadata = value
        elif name == "tags" and type(value) is list and _are_texts(value):
            row.tags = value
        elif name == "step_index" and type(value) is int and 0 <= value <= _LAST_STEP:
            row.step_index = value
        else:
            left[name] = value
    if row.agent_name is None and type(left.get("agent_name")) is str:
        row.agent_name = left["agent_name"]
    if event.sdk:
        _read_sdk(row, event.sdk, left)
    if len(row.event_id) == _TRACED_ID:
        _read_trace_of_id(row)
    if row.parent_event_id is not None and row.parent_event_id == row.event_id:
        reading.flags.append("cycle")
    own = reading.rest.get("metadata")
    if (own and type(own) is dict) or reading.flags:
        searchable = {**(own if type(own) is dict else {}), **(metadata if metadata is not None else {})}
        if metadata is not None:
            left["metadata"] = metadata  # `attrs` says more than was sent in the context, so what was sent is kept
        metadata = searchable | dict.fromkeys(reading.flags, True)
    if metadata is not None:
        row.attrs = _ENCODER.encode(metadata).decode()
    if left:
        row.context = _ENCODER.encode(left).decode()


def _are_texts(values: list[Any]) -> bool:
    try:
        "".join(values)  # several times faster than looking at each
    except TypeError:
        return False
    return True


def _read_trace_of_id(row: StoredEvent) -> None:
    """`<trace, 32 hex>:<span, 16 hex>` names the trace and the span where the context does not."""
    event_id = row.event_id
    if event_id[32] != ":":
        return
    trace_id, span_id = event_id[:32], event_id[33:]
    try:
        bytes.fromhex(trace_id + span_id)
    except ValueError:
        return
    row.trace_id = row.trace_id if row.trace_id is not None else trace_id
    row.span_id = row.span_id if row.span_id is not None else span_id


def _read_sdk(row: StoredEvent, sdk: dict[str, Any], left: dict[str, Any]) -> None:
    """Name and version have columns; whatever else the sender says of itself stays with the context."""
    name, version = sdk.get("name"), sdk.get("version")
    if type(name) is str and type(version) is str and len(sdk) == 2:
        row.sdk_name, row.sdk_version = name, version
        return
    row.sdk_name = name if type(name) is str else None
    row.sdk_version = version if type(version) is str else None
    if len(sdk) != (row.sdk_name is not None) + (row.sdk_version is not None):
        placed = {"name": row.sdk_name, "version": row.sdk_version}
        more = {key: value for key, value in sdk.items() if placed.get(key) is None}
        left["sdk" if "sdk" not in left else "sdk (sender)"] = more


def _finish_body(reading: Reading) -> None:
    rest, sent = reading.rest, reading.sent
    if rest:
        for name in [one for one in rest if one in _RESERVED]:
            sent[name] = rest.pop(name)
        reading.body = rest | reading.body
    if reading.derived:
        sent["derived"] = reading.derived
    if sent:
        reading.body["sent"] = sent
