"""Accepted requests on their way to the processor: in memory while they fit, in the journal when they do not."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from lynex.events.envelope import Event
from lynex.ingest.frames import Frame
from lynex.ingest.journal import Journal
from lynex.ingest.parcel import Decoded, NotReadable, Sender, sender_of

_MOST_PENDING: Final = 200_000  # ids of accepted events that are remembered until they are stored
_MOST_DECODED: Final = 24 << 20  # bytes as sent of the events that are kept as they were decoded, about twice the size


class Backlog:
    """Filled by the event loop after each flush, emptied by the preparer's thread in order of sequence.

    Beyond `max_bytes` frames are not kept: the preparer finds the gap and reads the journal until it has caught up.
    """

    def __init__(self, journal: Journal, max_bytes: int) -> None:
        self._journal = journal
        self._max_bytes = max_bytes
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._head = journal.head
        self._settled = 0
        self._taken: deque[tuple[int, int]] = deque()  # last sequence of each portion, when its first was received
        self._pending: dict[str, set[str]] = {}
        self._noted: deque[tuple[int, str, Sequence[str]]] = deque()  # last sequence, project, event ids
        self._noted_ids = 0
        self._decoded: Decoded = {}
        self._decoded_sizes: dict[int, int] = {}  # bytes as sent
        self._decoded_bytes = 0
        self._news = threading.Condition()

    @property
    def head(self) -> int:
        """The last durable sequence the processor may take."""
        return self._head

    def put(self, frames: Sequence[Frame]) -> None:
        """What was just flushed, in order of sequence."""
        with self._news:
            for frame in frames:
                if self._bytes + len(frame.payload) <= self._max_bytes:
                    self._frames.append(frame)
                    self._bytes += len(frame.payload)
            self._head = max(self._head, frames[-1].last_seq)
            self._news.notify()

    def note(self, project_id: str, event_ids: Sequence[str], last_seq: int) -> None:
        """These ids were accepted with sequences up to `last_seq`: they are pending until that is settled."""
        with self._news:
            if last_seq > self._settled and self._noted_ids < _MOST_PENDING:
                self._noted.append((last_seq, project_id, event_ids))
                self._noted_ids += len(event_ids)
                self._pending.setdefault(project_id, set()).update(event_ids)

    def pending(self, project_id: str, event_ids: Sequence[str]) -> set[str]:
        """Which of the ids are accepted and not yet stored, as far as memory knows."""
        waiting = self._pending.get(project_id)
        return waiting.intersection(event_ids) if waiting else set()

    def keep_decoded(self, sender: Sender, events: Sequence[Event], last_seq: int, size: int) -> None:
        """What the request that ends with `last_seq` says, in `size` bytes: nobody need decode it again, while there
        is room to keep it."""
        with self._news:
            if last_seq > self._settled and self._decoded_bytes + size <= _MOST_DECODED:
                self._decoded[last_seq] = sender, events
                self._decoded_sizes[last_seq] = size
                self._decoded_bytes += size

    def take_decoded(self, frames: Sequence[Frame]) -> Decoded:
        """What is kept of these frames; it is given once."""
        taken: Decoded = {}
        with self._news:
            for frame in frames:
                found = self._decoded.pop(frame.last_seq, None)
                if found is not None:
                    taken[frame.last_seq] = found
                    self._decoded_bytes -= self._decoded_sizes.pop(frame.last_seq)
        return taken

    def settle(self, through: int) -> None:
        """Everything up to this sequence is stored now, or set aside."""
        with self._news:
            self._settled = through
            while self._taken and self._taken[0][0] <= through:
                self._taken.popleft()
            while self._frames and self._frames[0].last_seq <= through:  # read from the journal instead, over a gap
                self._bytes -= len(self._frames.popleft().payload)
            while self._noted and self._noted[0][0] <= through:
                _, project_id, event_ids = self._noted.popleft()
                self._noted_ids -= len(event_ids)
                self._pending[project_id].difference_update(event_ids)
            for last_seq in [one for one in self._decoded if one <= through]:  # read from the journal meanwhile
                del self._decoded[last_seq]
                self._decoded_bytes -= self._decoded_sizes.pop(last_seq)

    def oldest_received_at(self) -> int | None:
        """When the oldest request that is not settled was received, as far as memory knows."""
        with self._news:
            if self._taken:
                return self._taken[0][1]
            return _received_at(self._frames[0]) if self._frames else None

    def wait(self, after: int, timeout: float) -> bool:
        """Wait until there is something past `after`; False when the time ran out first."""
        with self._news:
            return self._head > after or (self._news.wait(timeout) and self._head > after)

    def wake(self) -> None:
        with self._news:
            self._news.notify_all()

    def take(self, after: int, max_events: int, max_bytes: int) -> list[Frame]:
        """What follows `after`, whole frames in order, of which the first may begin before; empty when nothing does.

        Reads the journal over a gap. Raises `StorageFailed`.
        """
        frames = self._take_from_memory(after, max_events, max_bytes)
        if not frames and self._head > after:
            frames = self._journal.read(after, max_bytes)
        if frames:
            self._note_taken(after, frames)
        return frames

    def _take_from_memory(self, after: int, max_events: int, max_bytes: int) -> list[Frame]:
        taken: list[Frame] = []
        events = size = 0
        with self._news:
            while self._frames and events < max_events and size < max_bytes:
                first = self._frames[0]
                if first.first_seq > after + 1:
                    break
                self._frames.popleft()
                self._bytes -= len(first.payload)
                if first.last_seq > after:
                    taken.append(first)
                    after, events, size = first.last_seq, events + first.count, size + len(first.payload)
        return taken

    def _note_taken(self, after: int, frames: Sequence[Frame]) -> None:
        received_at = _received_at(frames[0])
        with self._news:
            while self._taken and self._taken[-1][0] > after:  # taken again, after a failure
                self._taken.pop()
            if received_at is not None:
                self._taken.append((frames[-1].last_seq, received_at))


def _received_at(frame: Frame) -> int | None:
    try:
        return sender_of(frame.payload).received_at
    except NotReadable:
        return None
