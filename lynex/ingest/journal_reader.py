"""Reads the journal back, from any thread, while it is being written and freed."""

import bisect
from collections.abc import Callable, Iterator

from lynex.errors import StorageFailed
from lynex.ingest.frames import Frame, Walk
from lynex.ingest.segments import Damage, Shelf, Stretch, merged
from lynex.ingest.survey import MARK_EVERY, Hole, Placed, Read, Stray, place, survey


def read_after(shelf: Shelf, after: int, max_bytes: int, tell: Callable[[Damage], None]) -> list[Frame]:
    """Frames with sequences greater than `after`, at least one if there is any, then up to about `max_bytes`.

    Damage is passed over, and told when it was not known yet. Raises StorageFailed.
    """
    frames: list[Frame] = []
    for stretch in shelf.following(after):
        try:
            for frame in _frames(shelf, stretch, after, tell):
                frames.append(frame)
                max_bytes -= len(frame.payload)
                if max_bytes <= 0:
                    return frames
        except FileNotFoundError:
            if shelf.holds(stretch.segment):
                raise StorageFailed(f"{stretch.segment.path} is gone.") from None
        except OSError as fault:
            raise StorageFailed(f"{stretch.segment.path} cannot be read: {fault.strerror}.") from fault
    return frames


def _frames(shelf: Shelf, stretch: Stretch, after: int, tell: Callable[[Damage], None]) -> Iterator[Frame]:
    """The frames of one stretch. Unknown damage has the whole segment surveyed, once, to read around it."""
    surveyed, marked = False, stretch.offset
    while True:
        surprised = False
        for item in _items(shelf, stretch, after):
            if isinstance(item, Hole):
                if not surveyed and not shelf.knows(stretch.segment, item.first_seq, item.last_seq):
                    surprised = True
                    break
            elif item.frame.last_seq > after:
                if item.offset - marked >= MARK_EVERY and stretch.order is None:
                    marked = item.offset
                    shelf.mark(stretch.segment, item.frame.first_seq, marked)
                after = item.frame.last_seq
                yield item.frame
        if not surprised:
            return
        _survey(shelf, stretch, tell)
        stretches = [each for each in shelf.following(after) if each.segment is stretch.segment]
        if not stretches:
            return
        stretch, surveyed = stretches[0], True


def _items(shelf: Shelf, stretch: Stretch, after: int) -> Iterator[Placed | Hole]:
    """Readable frames and holes up to the end of the stretch."""
    read = _reading(shelf, stretch)
    expected = stretch.sequence
    found = _in_order(read, stretch, after) if stretch.order else _as_they_stand(read, stretch)
    for item in found:
        expected = (item if isinstance(item, Hole) else item.frame).last_seq + 1
        yield item
    if expected <= stretch.last_seq:
        yield Hole(expected, stretch.last_seq)


def _as_they_stand(read: Read, stretch: Stretch) -> Iterator[Placed | Hole]:
    for item in place(Walk(read, stretch.offset, stretch.end), stretch.sequence, stretch.last_seq):
        if not isinstance(item, Stray):
            yield item


def _in_order(read: Read, stretch: Stretch, after: int) -> Iterator[Placed | Hole]:
    """Frames of a segment whose blocks have changed places, each looked up where the survey found it."""
    assert stretch.order is not None
    begin = max(0, bisect.bisect_right(stretch.order, after + 1, key=lambda entry: entry[0]) - 1)
    expected = stretch.order[begin][0]
    for sequence, offset, end in stretch.order[begin:]:
        for item in place(Walk(read, offset, end), sequence, stretch.last_seq):
            if isinstance(item, Placed):
                if sequence > expected:
                    yield Hole(expected, sequence - 1)
                yield item
                expected = item.frame.last_seq + 1


def _survey(shelf: Shelf, stretch: Stretch, tell: Callable[[Damage], None]) -> None:
    segment = stretch.segment
    found = survey(_reading(shelf, stretch), segment.first_seq, segment.frames_at, stretch.end, stretch.last_seq)
    if found.seen < stretch.last_seq:
        found.holes.append(Hole(found.seen + 1, stretch.last_seq))
    fresh = [each for each in merged(found.holes, segment) if not shelf.knows(segment, each.first_seq, each.last_seq)]
    shelf.note_damage(segment, fresh, found.order)
    for damage in fresh:
        tell(damage)


def _reading(shelf: Shelf, stretch: Stretch) -> Read:
    disk, path = shelf.disk, stretch.segment.path
    return lambda offset, length: disk.read(path, offset, length)
