"""What could not be stored, as dead letters: the journal's frames are opened once more for the words of the sender."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from lynex.clock import rfc3339
from lynex.control.dead_letters import Dead
from lynex.events.decoding import Unreadable
from lynex.events.envelope import Event
from lynex.ingest.frames import Frame
from lynex.ingest.otlp_records import DataPoint, Record, Span
from lynex.ingest.parcel import Sender, contents, unpack
from lynex.ingest.understanding import Aside

TRIES: Final = 3  # how often an event is tried before it is set aside
_NOBODY: Final = Sender("unknown", "", None, 0, {})


def dead_letters_of(aside: Sequence[Aside], frames: Sequence[Frame]) -> Iterator[Dead]:
    """`aside` in order of sequence, each of them in one of `frames`, which are in order too."""
    following = iter(frames)
    opened: _Opened | None = None
    for one in aside:
        while opened is None or opened.last_seq < one.seq:
            opened = _Opened(next(following))
        event_id, words = opened.event(one.seq)
        yield Dead(one.seq, opened.sender.project_id, event_id, one.reason, one.error, TRIES, words)


class _Opened:
    """A frame of which some event could not be stored. One that cannot be taken apart is kept whole with its first."""

    def __init__(self, frame: Frame) -> None:
        self.last_seq = frame.last_seq
        self.sender = _NOBODY
        self._first_seq = frame.first_seq
        self._whole = frame.payload
        self._events: list[Event | Unreadable | Record] = []
        try:
            self.sender, self._whole = unpack(frame.payload)
            self._events = list(contents(self.sender, self._whole))
        except Exception:  # whatever it was has been told as the reason already
            self._events = []
        if len(self._events) != frame.count:
            self._events = []

    def event(self, seq: int) -> tuple[str, bytes]:
        """Its id, and one JSON envelope that may be sent once more."""
        if not self._events:
            return f"unreadable:{seq}", self._whole if seq == self._first_seq else b""
        event = self._events[seq - self._first_seq]
        if isinstance(event, Unreadable):
            return f"unreadable:{seq}", event.raw
        return (event.event_id, as_sent_again(event)) if isinstance(event, Event) else _as_custom(event, seq)


def as_sent_again(event: Event) -> bytes:
    """With the same id and time."""
    return _envelope(
        event.event_id, event.type, event.sent_at, {"sdk": event.sdk, "context": event.context, "body": event.body}
    )


def _as_custom(record: Record, seq: int) -> tuple[str, bytes]:
    """A record of OpenTelemetry, which had no envelope: whole, inside an event that can be sent."""
    if isinstance(record, Span):
        event_id, name, at = f"{record.trace_id}:{record.span_id}", record.name, record.start
    else:
        event_id, name, at = f"record:{seq}", record.metric if isinstance(record, DataPoint) else "log", record.at
    return event_id, _envelope(event_id, "custom", at, {"body": {"name": name, "record": msgspec.to_builtins(record)}})


def _envelope(event_id: str, event_type: str, sent_at: int | None, rest: dict[str, Any]) -> bytes:
    time = {"timestamp": rfc3339(sent_at)} if sent_at is not None else {}
    return msgspec.json.encode({"eventId": event_id, "type": event_type} | time | rest)
