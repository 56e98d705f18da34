"""The journal's files: what is known of each segment, and the shelf on which they stand in order of sequence.

A segment is named after its first sequence, is written front to back by one process, and is never written again after a
failure or a restart. **A segment ends every older one**: frames of an older segment at or past a newer segment's first
sequence were refused (their flush failed) and do not count. The shelf may be used from any thread.
"""

import bisect
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lynex.failpoints import reach
from lynex.ingest.disk import Disk
from lynex.ingest.frames import Frame
from lynex.ingest.survey import Hole, Order, add_mark

SUFFIX: Final = ".journal"
UNFINISHED: Final = ".journal.new"
SET_ASIDE: Final = ".damaged"

_NAME: Final = re.compile(r"(\d{20})\.journal")


@dataclass(frozen=True, slots=True)
class Damage:
    """Sequences that can no longer be read (both ends included), or, when `events` is 0, bytes without events.

    `certain`: they had been durable. Otherwise they belong to the last flush before a power loss, which most likely was
    never acknowledged.
    """

    first_seq: int
    last_seq: int
    segment: str
    certain: bool = True

    @property
    def events(self) -> int:
        return self.last_seq - self.first_seq + 1


@dataclass(slots=True, eq=False)
class Segment:
    """One file. `end` is where its readable, durable frames end; `last_seq` is `first_seq - 1` while it has none."""

    path: Path
    first_seq: int
    created: int
    after: int
    last_seq: int
    end: int
    file_bytes: int
    frames_at: int  # where the first frame with events begins
    damage: list[Damage] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)  # (sequence, offset), now and then
    order: Order | None = None  # where each frame is, when they do not stand in order

    def place_of(self, sequence: int) -> tuple[int, int]:
        """The nearest known (sequence, offset) at or before `sequence`."""
        index = bisect.bisect_right(self.marks, sequence, key=lambda mark: mark[0])
        return self.marks[index - 1] if index else (self.first_seq, self.frames_at)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a segment to be read: from `offset`, where `sequence` stands, to `end`, where `last_seq` ends."""

    segment: Segment
    sequence: int
    offset: int
    last_seq: int
    end: int
    order: Order | None


def merged(holes: list[Hole], segment: Segment, *, certain: bool = True) -> list[Damage]:
    """Holes as damage, neighbouring ones as one range."""
    ranges: list[Damage] = []
    for hole in sorted(holes, key=lambda hole: hole.first_seq):
        if ranges and ranges[-1].last_seq + 1 == hole.first_seq:
            ranges[-1] = Damage(ranges[-1].first_seq, hole.last_seq, segment.path.name, certain)
        else:
            ranges.append(Damage(hole.first_seq, hole.last_seq, segment.path.name, certain))
    return ranges


def segment_path(directory: Path, first_seq: int) -> Path:
    return directory / f"{first_seq:020d}{SUFFIX}"


def first_seq_of(name: str) -> int | None:
    """The sequence a segment is named after; None when the name is not a segment's."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


class Shelf:
    """The segments in order. `head` is the last durable sequence."""

    def __init__(self, disk: Disk, directory: Path, segments: list[Segment], head: int) -> None:
        self.disk = disk
        self.directory = directory
        self._segments = segments
        self._head = head
        self._bytes = sum(segment.file_bytes for segment in segments)
        self._lock = threading.Lock()
        self._freeing = threading.Lock()

    @property
    def head(self) -> int:
        return self._head

    @property
    def bytes(self) -> int:
        return self._bytes

    @property
    def first(self) -> int:
        with self._lock:
            return self._segments[0].first_seq if self._segments else self._head + 1

    @property
    def newest(self) -> Segment | None:
        with self._lock:
            return self._segments[-1] if self._segments else None

    @property
    def damage(self) -> list[Damage]:
        with self._lock:
            return [damage for segment in self._segments for damage in segment.damage]

    def held_before(self, first_seq: int) -> int:
        """The last sequence before `first_seq` that the journal holds or knows to be lost; less than `first_seq - 1`
        only where the store was ahead of the journal."""
        with self._lock:
            if not self._segments:
                return 0
            newest = self._segments[-1]
            return newest.after if newest.first_seq == first_seq else newest.last_seq

    def put(self, segment: Segment) -> None:
        """Add the newest segment; one of the same name held nothing durable and has been replaced."""
        with self._lock:
            if self._segments and self._segments[-1].first_seq == segment.first_seq:
                self._bytes -= self._segments.pop().file_bytes
            self._segments.append(segment)
            self._bytes += segment.file_bytes

    def extend(self, segment: Segment, placed: list[tuple[Frame, int]], end: int) -> None:
        """Frames (with their offsets) became durable in the newest segment, which now ends at `end`."""
        with self._lock:
            for frame, offset in placed:
                add_mark(segment.marks, frame.first_seq, offset)
            self._bytes += end - segment.file_bytes
            segment.end = segment.file_bytes = end
            segment.last_seq = self._head = placed[-1][0].last_seq

    def following(self, after: int) -> list["Stretch"]:
        """Where to read on for the sequences greater than `after`, oldest first."""
        with self._lock:
            return [
                Stretch(segment, *segment.place_of(after + 1), segment.last_seq, segment.end, segment.order)
                for segment in self._segments
                if segment.last_seq > after
            ]

    def free(self, through: int) -> int:
        """Remove leading segments whose sequences are all at most `through`, never the newest; bytes freed.

        A segment with lost events is set aside under another name. Raises OSError.
        """
        freed = 0
        with self._freeing:
            for segment in self._covered(through):
                reach("journal.before_unlink")
                self._remove(segment)
                # One by one, so that no power loss can leave a gap between segments that are still there.
                self.disk.fsync_directory(self.directory)
                freed += segment.file_bytes
        return freed

    def _covered(self, through: int) -> list[Segment]:
        with self._lock:
            pairs = zip(self._segments, self._segments[1:], strict=False)
            return [segment for segment, following in pairs if following.first_seq <= through + 1]

    def _remove(self, segment: Segment) -> None:
        with self._lock:
            self._segments.remove(segment)
            self._bytes -= segment.file_bytes
        try:
            if any(damage.events for damage in segment.damage):
                self.disk.rename(segment.path, segment.path.with_suffix(SET_ASIDE))
            else:
                self.disk.unlink(segment.path)
        except FileNotFoundError:
            pass
        except OSError:
            with self._lock:
                self._segments.insert(0, segment)
                self._bytes += segment.file_bytes
            raise

    def holds(self, segment: Segment) -> bool:
        with self._lock:
            return segment in self._segments

    def bytes_after(self, sequence: int) -> int:
        """About how many bytes the frames after `sequence` take."""
        with self._lock:
            total = 0
            for segment in self._segments:
                if segment.last_seq > sequence:
                    begin = segment.place_of(sequence + 1)[1] if sequence >= segment.first_seq else segment.frames_at
                    total += segment.end - begin
            return total

    def oldest_at(self, sequence: int) -> int | None:
        """When the segment that holds `sequence`, or the first one after it, was begun; None when there is none."""
        following = self.following(sequence - 1)
        return following[0].segment.created if following else None

    def mark(self, segment: Segment, sequence: int, offset: int) -> None:
        """Remember while reading where a sequence stands, so that the next read begins there."""
        with self._lock:
            add_mark(segment.marks, sequence, offset)

    def knows(self, segment: Segment, first_seq: int, last_seq: int) -> bool:
        """Whether these sequences are known to be damaged."""
        with self._lock:
            return any(known.first_seq <= first_seq and last_seq <= known.last_seq for known in segment.damage)

    def note_damage(self, segment: Segment, damage: list[Damage], order: Order | None) -> None:
        """Remember damage found while reading, and how to read around it."""
        with self._lock:
            segment.damage += damage
            segment.order = order if order is not None else segment.order
