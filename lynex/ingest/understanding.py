"""What the journal holds → the rows to store: opened, understood, counted and priced.

Pure: no memory between calls, so that a thread and a second process give the same answer.
"""

from collections.abc import Iterable

import msgspec

from lynex.events.decoding import Unreadable
from lynex.events.envelope import Event
from lynex.failpoints import is_planned, reach
from lynex.ingest.enrich import enrich
from lynex.ingest.frames import Frame
from lynex.ingest.normalise import normalise
from lynex.ingest.otlp_events import read_record
from lynex.ingest.otlp_records import Record
from lynex.ingest.parcel import Decoded, NotReadable, Sender, contents, unpack
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent

Rows = list[StoredEvent]
_Contents = Iterable[Event | Unreadable | Record]


class Aside(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An event that cannot be stored: its sequence, the kind of reason, and what was wrong."""

    seq: int
    reason: str
    error: str


Understood = tuple[Rows, list[Aside]]


class Understanding:
    """Every event of a frame becomes one row or is set aside; one never stops the others."""

    def __init__(self, prices: PriceBook) -> None:
        self._prices = prices
        self._buffer = bytearray()  # for bodies: its memory is used again and again
        self._may_fail = is_planned("processor.event.")

    def understand(self, frames: Iterable[Frame], processed_at: int, decoded: Decoded | None = None) -> Understood:
        """Rows and what is set aside, both in order of sequence. Raises only for lack of memory.

        `decoded`: events of some of the frames, by last sequence, exactly as their payload would give them.
        """
        rows: Rows = []
        aside: list[Aside] = []
        for frame in frames:
            rows_before, aside_before = len(rows), len(aside)
            try:
                known = decoded.get(frame.last_seq) if decoded is not None else None
                sender, events = known if known is not None else _opened(frame)
                self._understand_frame(frame, sender, events, processed_at, rows, aside)
            except MemoryError:  # no fault of these events: they are tried again
                raise
            except Exception as fault:
                del rows[rows_before:], aside[aside_before:]
                aside += [_not_understood(seq, fault) for seq in range(frame.first_seq, frame.last_seq + 1)]
        return rows, aside

    def _understand_frame(
        self, frame: Frame, sender: Sender, events: _Contents, processed_at: int, rows: Rows, aside: list[Aside]
    ) -> None:
        seq = frame.first_seq
        for event in events:
            try:
                rows.append(self._row_of(event, seq, sender, processed_at))
            except MemoryError:
                raise
            except Exception as fault:
                aside.append(_not_understood(seq, fault))
            seq += 1
        if seq != frame.last_seq + 1:
            raise NotReadable(f"{seq - frame.first_seq} events where {frame.count} were announced")

    def _row_of(self, event: Event | Unreadable | Record, seq: int, sender: Sender, processed_at: int) -> StoredEvent:
        prices, buffer = self._prices, self._buffer
        if isinstance(event, Unreadable):
            raise NotReadable(event.reason)
        if not isinstance(event, Event):
            return read_record(event, seq=seq, sender=sender, processed_at=processed_at, prices=prices, buffer=buffer)
        if self._may_fail:
            reach("processor.event." + event.event_id)
        reading = normalise(
            event, seq=seq, project_id=sender.project_id, key_id=sender.key_id, received_at=sender.received_at
        )
        return enrich(reading, prices, processed_at, buffer)


def _opened(frame: Frame) -> tuple[Sender, _Contents]:
    sender, content = unpack(frame.payload)
    return sender, contents(sender, content)


def _not_understood(seq: int, fault: Exception) -> Aside:
    return Aside(seq, "not_understood", f"{type(fault).__name__}: {fault}")
