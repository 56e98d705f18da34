"""What the journal holds → the rows to store: opened, understood, counted and priced.

Pure: no memory between calls, so that a thread and a second process give the same answer.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from lynex.events.decoding import Unreadable
from lynex.events.envelope import Event
from lynex.failpoints import is_planned, reach
from lynex.ingest.enrich import enrich
from lynex.ingest.frames import Frame
from lynex.ingest.normalise import normalise
from lynex.ingest.parcel import NATIVE, NotReadable, Sender, split_events, unpack
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent

NOT_UNDERSTOOD: Final = "not_understood"
Rows = list[StoredEvent]


class Aside(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An event that cannot be stored: its sequence, the kind of reason, and what was wrong."""

    seq: int
    reason: str
    error: str


Understood = tuple[Rows, list[Aside]]
_Read = Callable[[Event | Unreadable, int], StoredEvent]


class Understanding:
    """Every event of a frame becomes one row or is set aside; one never stops the others."""

    def __init__(self, prices: PriceBook) -> None:
        self._prices = prices
        self._buffer = bytearray()  # for bodies: its memory is used again and again
        self._may_fail = is_planned("processor.event.")

    def understand(self, frames: Iterable[Frame], processed_at: int) -> Understood:
        """Rows and what is set aside, both in order of sequence. Raises only for lack of memory."""
        rows: Rows = []
        aside: list[Aside] = []
        for frame in frames:
            try:
                sender, content = unpack(frame.payload)
                self._understand_content(frame, sender, content, processed_at, rows, aside)
            except NotReadable as fault:
                aside += [_unreadable(seq, fault) for seq in range(frame.first_seq, frame.last_seq + 1)]
        return rows, aside

    def _understand_content(
        self, frame: Frame, sender: Sender, content: bytes, processed_at: int, rows: Rows, aside: list[Aside]
    ) -> None:
        if sender.kind != NATIVE:
            raise NotReadable(f"requests of the kind {sender.kind!r} are not known to this version")

        def read(event: Event | Unreadable, seq: int) -> StoredEvent:
            return self._read_event(event, seq, sender, processed_at)

        _read_each(split_events(sender, content, frame.count), read, frame.first_seq, rows, aside)

    def _read_event(self, event: Event | Unreadable, seq: int, sender: Sender, processed_at: int) -> StoredEvent:
        if isinstance(event, Unreadable):
            raise NotReadable(event.reason)
        if self._may_fail:
            reach("processor.event." + event.event_id)
        reading = normalise(
            event, seq=seq, project_id=sender.project_id, key_id=sender.key_id, received_at=sender.received_at
        )
        return enrich(reading, self._prices, processed_at, self._buffer)


def _read_each(
    events: Sequence[Event | Unreadable], read: _Read, first_seq: int, rows: Rows, aside: list[Aside]
) -> None:
    for seq, event in enumerate(events, first_seq):
        try:
            rows.append(read(event, seq))
        except MemoryError:  # no fault of this event: the batch is tried again
            raise
        except Exception as fault:
            aside.append(_unreadable(seq, fault))


def _unreadable(seq: int, fault: Exception) -> Aside:
    return Aside(seq, NOT_UNDERSTOOD, f"{type(fault).__name__}: {fault}")
