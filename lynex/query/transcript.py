"""A session as it was talked: turn by turn what the user put in, what came out, which tools were called, what failed.

A turn is a trace, or an event outside of traces. Texts are cut, not dropped: the whole stands in the event named.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from lynex.clock import rfc3339
from lynex.query.cursors import LONGEST, Cursors, Ranked
from lynex.query.gathering import DEFAULT_LIMIT, MAX_LIMIT
from lynex.query.parameters import Parameters
from lynex.query.rows import Select
from lynex.query.trace_facts import FIRST_SQL, Reach, facts_of, shown_facts

TRANSCRIPT_PARAMETERS: Final = frozenset(("project_id", "limit", "cursor"))
LONGEST_TEXT: Final = 20_000  # characters
_MOST_BYTES: Final = 16 << 20  # of bodies read for one answer; what is beyond is shown by its beginning
_MOST_TOOLS: Final = 100  # of a turn
_MOST_FAILURES: Final = 20
PART_SQL: Final = "coalesce(trace_id, '/' || event_id)"  # no trace id begins with `/`


class TranscriptQuestion(msgspec.Struct, frozen=True):
    project_id: str
    session_id: str
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    @classmethod
    def from_params(cls, params: Iterable[tuple[str, str]], project_id: str, session_id: str) -> "TranscriptQuestion":
        """Raises InvalidInput naming every parameter that is wrong."""
        parameters = Parameters(params, TRANSCRIPT_PARAMETERS)
        limit = parameters.whole("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
        cursor = parameters.one("cursor", code="invalid_cursor", longest=LONGEST)
        parameters.check()
        return cls(project_id, session_id, limit, cursor)

    @property
    def binding(self) -> bytes:
        return msgspec.json.encode(("session", self.project_id, self.session_id))


def transcript(select: Select, cursors: Cursors, question: TranscriptQuestion, reach: Reach) -> dict[str, Any]:
    """`{"items": turns, "next": cursor or None}`, in order of time; the session's events are within `reach`."""
    rows, following = _parts(select, cursors, question, reach)
    if not rows:
        return {"items": [], "next": following}
    near = Reach(first_seq=min(row["first_seq"] for row in rows), last_seq=max(row["last_seq"] for row in rows))
    trace_ids = [row["trace_id"] for row in rows if row["trace_id"] is not None]
    event_ids = [row["event_id"] for row in rows if row["trace_id"] is None]
    alone = facts_of(select, question.project_id, event_ids, near, key="event_id")
    figures = facts_of(select, question.project_id, trace_ids, near) | {f"/{one}": alone[one] for one in alone}
    these = near.condition(question.project_id)
    values = {**these.values, "trace_ids": trace_ids, "event_ids": event_ids}
    said = {row["part"]: row for row in select(_SAID.format(condition=these.sql), values)}
    bodies = _bodies(select, [text["seq"] for row in said.values() for text in (row["asked"], row["answered"]) if text])
    items = [
        _turn(shown_facts(*figures[part]), said[part], bodies)
        for part in (row["part"] for row in rows)
        if part in said and part in figures
    ]
    return {"items": items, "next": following}


def _parts(
    select: Select, cursors: Cursors, question: TranscriptQuestion, reach: Reach
) -> tuple[list[dict[str, Any]], str | None]:
    these = reach.condition(question.project_id)
    values: dict[str, Any] = {**these.values, "session_id": question.session_id, "wanted": question.limit + 1}
    after = "true"
    if question.cursor is not None:
        place = cursors.opened(question.cursor, question.binding, Ranked)
        after = "(start > $place OR (start = $place AND part > $place_id))"
        values.update(place=place.value, place_id=place.group)
    rows = select(_PARTS.format(condition=these.sql, after=after), values)
    if len(rows) <= question.limit:
        return rows, None
    rows = rows[: question.limit]
    return rows, cursors.sealed(Ranked(rows[-1]["start"], rows[-1]["part"], None, None), question.binding)


def _turn(figures: dict[str, Any], said: Mapping[str, Any], bodies: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    asked = said["asked"] if said["asked"] is not None else said["put_in"]
    answered = said["answered"] if said["answered"] is not None else said["came_out"]
    tools = sorted(said["tools"] or (), key=_in_time)[:_MOST_TOOLS]
    failures = sorted(said["failures"] or (), key=_in_time)[:_MOST_FAILURES]
    return {
        **figures,
        "input": _text(asked, bodies, "input"),
        "output": _text(answered, bodies, "output"),
        "tool_calls": [_without_time(tool) for tool in tools],
        "failures": [_without_time(failure) for failure in failures],
    }


def _in_time(row: Mapping[str, Any]) -> tuple[int, str]:
    return row["t"], row["event_id"]


def _without_time(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "t"} | {"start": rfc3339(row["t"])}


def _bodies(select: Select, seqs: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Input and output of these events, as many as may be read for one answer."""
    if not seqs:
        return {}
    values: dict[str, Any] = {"seqs": list(seqs), "first": min(seqs), "last": max(seqs)}
    chosen, size = [], 0
    for row in select(_SIZES, values):
        size += row["bytes"]
        if size <= _MOST_BYTES:
            chosen.append(row["seq"])
    rows = select(_BODIES, {**values, "seqs": chosen}) if chosen else []
    return {row["seq"]: msgspec.json.decode(row["body"]) for row in rows}


def _text(
    found: Mapping[str, Any] | None, bodies: Mapping[int, dict[str, Any]], direction: str
) -> dict[str, Any] | None:
    """What was said, from the body where it was read, else its beginning."""
    if found is None:
        return None
    content = bodies.get(found["seq"], {}).get(direction)
    whole = _said_in(content, direction) if isinstance(content, dict) else None
    text = whole if whole else found["preview"]
    is_cut = len(text) > LONGEST_TEXT if whole else len(text) >= _PREVIEW
    return {"event_id": found["event_id"], "text": text[:LONGEST_TEXT], "is_cut": is_cut}


def _said_in(content: Mapping[str, Any], direction: str) -> str | None:
    """The user's latest words, or all of the answer's."""
    messages = content.get("messages")
    if not isinstance(messages, list):
        value = content.get("value")
        return value if isinstance(value, str) else None
    if direction == "output":
        return "\n\n".join(_texts(messages))
    asked = [message for message in messages if isinstance(message, dict) and message.get("role") == "user"]
    return "\n\n".join(_texts(asked[-1:]))


def _texts(messages: Iterable[Any]) -> list[str]:
    parts = [part for message in messages if isinstance(message, dict) for part in message.get("parts") or ()]
    texts = [part.get("content") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
    return [text for text in texts if isinstance(text, str) and text]


_PREVIEW: Final = 160  # characters of a preview that may not be all
_TALK: Final = "type IN ('message', 'model_response')"
_FACTS_BESIDE: Final = "type IN ('tool_call', 'log', 'error', 'eval_metric')"  # of which a turn lists some
_ENDED: Final = 'struct_pack(t := epoch_us("at") + coalesce((duration_ms * 1000)::BIGINT, 0), id := event_id)'
_PUT_IN: Final = "struct_pack(seq := seq, event_id := event_id, preview := input_preview)"
_CAME_OUT: Final = "struct_pack(seq := seq, event_id := event_id, preview := output_preview)"
_PARTS: Final = f"""
SELECT part, trace_id, event_id, start, first_seq, last_seq FROM (
  SELECT {PART_SQL} AS part, any_value(trace_id) AS trace_id, any_value(event_id) AS event_id,
    epoch_us(min("at")) AS start, min(seq) AS first_seq, max(seq) AS last_seq
  FROM events WHERE rowid IN (
    SELECT rowid FROM events WHERE {{condition}} AND trace_id IN (
      SELECT trace_id FROM events WHERE {{condition}} AND session_id = $session_id)
    UNION ALL SELECT rowid FROM events WHERE {{condition}} AND trace_id IS NULL AND session_id = $session_id)
  GROUP BY part
) WHERE {{after}} ORDER BY start, part LIMIT $wanted
"""
_SAID: Final = f"""
SELECT {PART_SQL} AS part,
  arg_min({_PUT_IN}, {FIRST_SQL}) FILTER (input_preview IS NOT NULL AND {_TALK}) AS asked,
  arg_min({_PUT_IN}, {FIRST_SQL}) FILTER (input_preview IS NOT NULL AND NOT {_FACTS_BESIDE}) AS put_in,
  arg_max({_CAME_OUT}, {_ENDED}) FILTER (output_preview IS NOT NULL AND {_TALK}) AS answered,
  arg_max({_CAME_OUT}, {_ENDED}) FILTER (output_preview IS NOT NULL AND NOT {_FACTS_BESIDE}) AS came_out,
  list(struct_pack(t := epoch_us("at"), event_id := event_id, name := coalesce(tool_name, name), status := status,
    duration_ms := duration_ms, arguments := input_preview, result := output_preview)) FILTER (type = 'tool_call')
    AS tools,
  list(struct_pack(t := epoch_us("at"), event_id := event_id, name := name, type := error_type,
    message := error_message)) FILTER (status = 'error') AS failures
FROM events WHERE rowid IN (
  SELECT rowid FROM events WHERE {{condition}} AND trace_id IN (SELECT unnest($trace_ids))
  UNION ALL SELECT rowid FROM events
  WHERE {{condition}} AND trace_id IS NULL AND event_id IN (SELECT unnest($event_ids)))
GROUP BY part
"""
_THESE: Final = "seq >= $first AND seq <= $last AND seq IN (SELECT unnest($seqs))"
_SIZES: Final = f"SELECT seq, strlen(body) AS bytes FROM events WHERE {_THESE}"
_BODIES: Final = f"SELECT seq, body FROM events WHERE {_THESE}"
