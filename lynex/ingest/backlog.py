"""Accepted events on their way to the processor: in memory while they fit, in the journal when they do not."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from lynex.events.envelope import Event
from lynex.ingest.frames import Frame
from lynex.ingest.journal import Journal
from lynex.ingest.parcel import Parcel, unpack


@dataclass(frozen=True, slots=True)
class Arrival:
    """A parcel and the range of sequences it covers; `size` in bytes bounds the memory it holds."""

    first_seq: int
    count: int
    size: int
    parcel: Parcel

    @property
    def last_seq(self) -> int:
        return self.first_seq + self.count - 1

    def past(self, position: int) -> "Arrival":
        """What of it lies past `position`: a store that failed between two halves of a batch has taken a part."""
        known = position + 1 - self.first_seq
        if known <= 0:
            return self
        parcel = Parcel(position + 1, self.parcel.sender, self.parcel.events[known:])
        return Arrival(position + 1, self.count - known, self.size, parcel)

    @property
    def event_ids(self) -> list[str]:
        return [event.event_id for event in self.parcel.events if isinstance(event, Event)]


class Backlog:
    """Filled by the event loop after each flush, emptied by the processor thread in order of sequence.

    Beyond `max_bytes` arrivals are not kept: the processor finds the gap and reads the journal until it has caught up.
    """

    def __init__(self, journal: Journal, max_bytes: int) -> None:
        self._journal = journal
        self._max_bytes = max_bytes
        self._arrivals: deque[Arrival] = deque()
        self._bytes = 0
        self._pending: dict[str, set[str]] = {}
        self._head = journal.head
        self._news = threading.Condition()

    @property
    def head(self) -> int:
        """The last durable sequence the processor may take."""
        return self._head

    def oldest_received_at(self) -> int | None:
        with self._news:
            return self._arrivals[0].parcel.sender.received_at if self._arrivals else None

    def put(self, arrival: Arrival) -> None:
        with self._news:
            if self._bytes + arrival.size <= self._max_bytes:
                self._arrivals.append(arrival)
                self._bytes += arrival.size
                self._pending.setdefault(arrival.parcel.sender.project_id, set()).update(arrival.event_ids)
            self._head = max(self._head, arrival.last_seq)
            self._news.notify()

    def pending(self, project_id: str, event_ids: Sequence[str]) -> set[str]:
        """Which of the ids are accepted and not yet stored, as far as memory knows."""
        waiting = self._pending.get(project_id)
        return waiting.intersection(event_ids) if waiting else set()

    def settle(self, arrivals: Sequence[Arrival]) -> None:
        """These are stored (or set aside) now."""
        with self._news:
            for arrival in arrivals:
                waiting = self._pending.get(arrival.parcel.sender.project_id)
                if waiting:
                    waiting.difference_update(arrival.event_ids)

    def wait(self, after: int, timeout: float) -> bool:
        """Wait until there is something past `after`; False when the time ran out first."""
        with self._news:
            return self._head > after or (self._news.wait(timeout) and self._head > after)

    def wake(self) -> None:
        with self._news:
            self._news.notify_all()

    def take(self, after: int, max_events: int, max_bytes: int) -> list[Arrival]:
        """What follows `after`, whole parcels in order; empty when nothing does. Reads the journal over a gap."""
        taken = self._take_from_memory(after, max_events, max_bytes)
        if taken or self._head <= after:
            return taken
        frames = self._journal.read(after, max_bytes)
        return [_opened(frame).past(after) for frame in frames]

    def _take_from_memory(self, after: int, max_events: int, max_bytes: int) -> list[Arrival]:
        taken: list[Arrival] = []
        events = size = 0
        with self._news:
            while self._arrivals and events < max_events and size < max_bytes:
                first = self._arrivals[0]
                if first.first_seq > after + 1:
                    break
                self._arrivals.popleft()
                self._bytes -= first.size
                if first.last_seq > after:
                    taken.append(first.past(after))
                    after, events, size = first.last_seq, events + first.count, size + first.size
        return taken


def _opened(frame: Frame) -> Arrival:
    parcel = unpack(frame.first_seq, frame.count, frame.payload)
    return Arrival(frame.first_seq, frame.count, len(frame.payload), parcel)
