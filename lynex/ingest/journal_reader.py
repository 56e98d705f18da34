"""Reads the journal back, from any thread, while it is being written and freed."""

from collections.abc import Callable

from lynex.errors import StorageFailed
from lynex.ingest.frames import Frame, Walk
from lynex.ingest.segments import Damage, Hole, Segment, Shelf, Stretch, place


def read_after(shelf: Shelf, after: int, max_bytes: int, tell: Callable[[Damage], None]) -> list[Frame]:
    """Frames with sequences greater than `after`, at least one if there is any, then up to about `max_bytes`.

    Damage is passed over, and told when it was not known yet. Raises StorageFailed.
    """
    reading = _Reading(shelf, after, max_bytes, tell)
    for stretch in shelf.following(after):
        try:
            reading.read(stretch)
        except FileNotFoundError:
            if shelf.holds(stretch.segment):
                raise StorageFailed(f"{stretch.segment.path} is gone.") from None
        except OSError as fault:
            raise StorageFailed(f"{stretch.segment.path} cannot be read: {fault.strerror}.") from fault
        if reading.room <= 0:
            break
    return reading.frames


class _Reading:
    """One read on its way: what it has found, and how many bytes it may still take."""

    def __init__(self, shelf: Shelf, after: int, room: int, tell: Callable[[Damage], None]) -> None:
        self.frames: list[Frame] = []
        self.room = room
        self._shelf = shelf
        self._after = after
        self._tell = tell

    def read(self, stretch: Stretch) -> None:
        path, expected = stretch.segment.path, stretch.sequence
        disk = self._shelf.disk
        walk = Walk(lambda offset, length: disk.read(path, offset, length), stretch.offset, stretch.end)
        for item in place(walk, stretch.sequence, stretch.offset, stretch.last_seq):
            if isinstance(item, Hole):
                expected = item.last_seq + 1
                self._note(stretch.segment, item.first_seq, item.last_seq)
                continue
            expected = item.frame.last_seq + 1
            self._shelf.mark(stretch.segment, item.frame.first_seq, item.offset)
            self._take(item.frame)
            if self.room <= 0:
                return
        if expected <= stretch.last_seq:
            self._note(stretch.segment, expected, stretch.last_seq)

    def _take(self, frame: Frame) -> None:
        if frame.last_seq > self._after:
            self.frames.append(frame)
            self.room -= len(frame.payload)

    def _note(self, segment: Segment, first_seq: int, last_seq: int) -> None:
        damage = Damage(first_seq, last_seq, segment.path.name)
        if self._shelf.note_damage(segment, damage):
            self._tell(damage)
