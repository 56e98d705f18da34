"""What could not be stored, as dead letters: the journal's frames are opened once more for the words of the sender."""

from collections.abc import Iterator, Sequence
from typing import Final

from lynex.control.dead_letters import Dead
from lynex.events.decoding import Unreadable
from lynex.events.envelope import Event
from lynex.ingest.frames import Frame
from lynex.ingest.parcel import NATIVE, NotReadable, Sender, as_sent_again, split_events, unpack
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
    """A frame of which some event could not be stored."""

    def __init__(self, frame: Frame) -> None:
        self.last_seq = frame.last_seq
        self._first_seq = frame.first_seq
        self._payload = frame.payload
        self._events: Sequence[Event | Unreadable] | None = None
        self.sender = _NOBODY
        try:
            self.sender, content = unpack(frame.payload)
            if self.sender.kind == NATIVE:
                self._events = split_events(self.sender, content, frame.count)
        except NotReadable:
            pass

    def event(self, seq: int) -> tuple[str, bytes]:
        """Its id, and the event as it may be sent once more. A request that cannot be taken apart is kept whole,
        with its first event."""
        event_id = f"unreadable:{seq}"
        if self._events is None:
            return event_id, self._payload if seq == self._first_seq else b""
        event = self._events[seq - self._first_seq]
        return (event.event_id, as_sent_again(event)) if isinstance(event, Event) else (event_id, event.raw)
