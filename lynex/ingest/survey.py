"""What a segment holds: its readable frames in order of sequence, and exactly what is missing between them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from lynex.ingest.frames import FLUSH_START, SEGMENT, Frame, Header, Piece, Walk

MARK_EVERY: Final = 256 << 10

Read = Callable[[int, int], bytes]
Order = list[tuple[int, int, int]]  # sequence, offset and end of each readable frame, sorted


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A readable frame and where it stands."""

    frame: Frame
    header: Header
    offset: int
    end: int


class Hole(msgspec.Struct, frozen=True, gc=False):
    """Sequences that are missing; `header` (at `offset`) when at least the frame's header can be read."""

    first_seq: int
    last_seq: int
    offset: int = 0
    header: Header | None = None


class Stray(msgspec.Struct, frozen=True, gc=False):
    """A readable frame after a later one: a copy, or blocks that changed places."""

    offset: int
    end: int


@dataclass(slots=True)
class Survey:
    """What was found. `order` is None when the readable frames stand in order."""

    last_seq: int  # of the last readable frame
    seen: int  # the last sequence that is either readable or in a hole
    end: int  # of the last readable frame in the file
    durable: int  # sequences up to this one were durable when a later flush began
    durable_at: int
    holes: list[Hole] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    order: Order | None = None


def place(pieces: Iterable[Piece], expected: int, limit: int | None) -> Iterator[Placed | Hole | Stray]:
    """Frames in order of sequence from `expected` through `limit`, and what is missing between them.

    Frames beyond the limit were refused and are passed over.
    """
    for piece in pieces:
        header = piece.header
        if header is None or not _counts(header, limit):
            continue
        if header.sequence < expected:
            if piece.payload is not None:
                yield Stray(piece.offset, piece.end)
            continue
        if header.sequence > expected:
            yield Hole(expected, header.sequence - 1)
        if piece.payload is None:
            yield Hole(header.sequence, header.last_seq, piece.offset, header)
        else:
            frame = Frame(header.sequence, header.count, piece.payload)
            yield Placed(frame, header, piece.offset, piece.end)
        expected = header.last_seq + 1


def survey(read: Read, first_seq: int, start: int, end: int, limit: int | None) -> Survey:
    """Read the bytes `start … end` of a segment whose first sequence is `first_seq`."""
    before = first_seq - 1
    found = Survey(last_seq=before, seen=before, end=start, durable=before, durable_at=start)
    strays = False
    for item in place(Walk(read, start, end), first_seq, limit):
        if isinstance(item, Stray):
            strays = True
            found.end = max(found.end, item.end)
            continue
        if isinstance(item, Hole):
            found.holes.append(item)
            found.seen = item.last_seq
        else:
            add_mark(found.marks, item.frame.first_seq, item.offset)
            found.end = max(found.end, item.end)
            found.last_seq = found.seen = item.frame.last_seq
        header = item.header
        if header is not None and header.flags & FLUSH_START and header.sequence > found.durable:
            found.durable, found.durable_at = header.sequence - 1, item.offset
    if strays:
        _put_in_order(found, Walk(read, start, end), first_seq, limit)
    return found


def add_mark(marks: list[tuple[int, int]], sequence: int, offset: int) -> None:
    """Remember now and then where a sequence stands."""
    if offset >= (marks[-1][1] if marks else 0) + MARK_EVERY:
        marks.append((sequence, offset))


def _put_in_order(found: Survey, pieces: Iterable[Piece], first_seq: int, limit: int | None) -> None:
    """Sort the readable frames by sequence; of two that claim the same sequences the first one counts."""
    whole = sorted(
        (piece.header.sequence, piece.offset, piece.end, piece.header.last_seq)
        for piece in pieces
        if piece.header is not None and piece.payload is not None and _counts(piece.header, limit)
    )
    expected, found.order, found.holes = first_seq, [], []
    for sequence, offset, end, last_seq in whole:
        if sequence < expected:
            continue
        if sequence > expected:
            found.holes.append(Hole(expected, sequence - 1))
        found.order.append((sequence, offset, end))
        expected = last_seq + 1
    found.last_seq = found.seen = expected - 1
    if found.seen < found.durable:
        found.holes.append(Hole(expected, found.durable))
        found.seen = found.durable


def _counts(header: Header, limit: int | None) -> bool:
    return not header.flags & SEGMENT and header.count > 0 and (limit is None or header.last_seq <= limit)
