"""Opening the journal after whatever happened: cut the torn tail, keep every readable frame, name exactly what is lost.

May itself be killed at any point and started again: it only ever cuts bytes that no acknowledged frame can own.
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lynex import __version__
from lynex.errors import StartRefused
from lynex.ingest.disk import Disk
from lynex.ingest.frames import NewerFormat, Origin, Piece, Walk, decode_origin
from lynex.ingest.segments import UNFINISHED, Damage, Segment, first_seq_of, merged, segment_path
from lynex.ingest.survey import Hole, Read, Survey, survey

_log: Final = logging.getLogger("lynex.journal")

_FIRST_BYTES: Final = 4096  # enough for a segment's first frame


@dataclass(slots=True)
class Recovered:
    """What was found: segments in order, and the last sequence that counts (`head`)."""

    segments: list[Segment] = field(default_factory=list)
    head: int = 0
    torn_tails: int = 0
    sync_failed: bool = False


def recover(disk: Disk, directory: Path, next_after: int) -> Recovered:
    """Read the directory. Segments wholly at or below `next_after` (stored already) are only opened, not walked.

    Raises StartRefused.
    """
    names = _names(disk, directory)
    firsts = sorted(first for name in names if (first := first_seq_of(name)) is not None)
    segments = [_open(disk, segment_path(directory, first), first) for first in firsts]
    _drop_unfinished(disk, directory, names)
    found = Recovered(segments)
    for segment, following in zip(segments, segments[1:], strict=False):
        _read_closed(disk, segment, following, next_after)
    if segments:
        _read_newest(disk, segments[-1], found)
    found.head = max(segments[-1].last_seq if segments else 0, next_after)
    return found


def _names(disk: Disk, directory: Path) -> list[str]:
    try:
        disk.make_directory(directory)
        return disk.list(directory)
    except OSError as fault:
        hint = "Make the data directory writable for the user that runs Lynex."
        raise StartRefused(f"The journal's directory {directory} cannot be used: {fault}.", hint=hint) from fault


def _open(disk: Disk, path: Path, first_seq: int) -> Segment:
    """What the first frame says. Raises StartRefused for a newer format or a renamed file; nothing is changed."""
    size = disk.size(path)
    piece = next(iter(Walk(_reading(disk, path), 0, min(size, _FIRST_BYTES))), Piece(0, 0, None, None))
    try:
        origin = decode_origin(piece)
    except NewerFormat as newer:
        needed = f"needs Lynex ≥ {newer.needs}" if newer.needs else "needs a later Lynex"
        raise StartRefused(
            f"{path} has journal format {newer.version}, written by a later Lynex: it {needed}, this is {__version__}.",
            hint="Start the later version again; the file was not touched.",
        ) from newer
    if origin is not None and origin.first_seq != first_seq:
        raise StartRefused(
            f"{path} begins with sequence {origin.first_seq}, not {first_seq}: it has been renamed or copied.",
            hint=f"Give it its name back: {segment_path(path.parent, origin.first_seq).name}",
        )
    known = origin if origin is not None else Origin(first_seq, 0, first_seq - 1)
    frames_at = piece.end if origin is not None else 0
    segment = Segment(path, first_seq, known.created, known.after, first_seq - 1, frames_at, size, frames_at)
    if origin is None:
        segment.damage.append(Damage(first_seq, first_seq - 1, path.name))
        _log.warning("The first bytes of %s are damaged; its events are not affected.", path)
    return segment


def _drop_unfinished(disk: Disk, directory: Path, names: list[str]) -> None:
    """A segment whose creation was cut short was never used."""
    for name in names:
        if name.endswith(UNFINISHED):
            try:
                disk.unlink(directory / name)
            except OSError as fault:
                _log.warning("%s could not be removed: %s", directory / name, fault)


def _read_closed(disk: Disk, segment: Segment, following: Segment, next_after: int) -> None:
    """A segment with a later one: all it should hold was durable, so whatever is missing is damage."""
    limit = min(following.first_seq - 1, following.after)
    if limit <= next_after:
        segment.last_seq, segment.end = max(limit, segment.last_seq), segment.file_bytes
        return
    found = _survey(disk, segment, limit)
    if found.seen < limit:
        found.holes.append(Hole(found.seen + 1, limit))
    segment.damage += merged(found.holes, segment)
    segment.last_seq = max(limit, segment.last_seq)


def _read_newest(disk: Disk, segment: Segment, recovered: Recovered) -> None:
    """The newest segment may end in a flush that never finished: that tail is cut, anything before it is damage."""
    found = _survey(disk, segment, None)
    cut = max(found.durable_at, found.end)
    segment.end, segment.last_seq = cut, max(found.durable, found.last_seq)
    segment.damage += merged([hole for hole in found.holes if hole.last_seq <= found.durable], segment)
    unsure = [hole for hole in found.holes if found.durable < hole.last_seq <= segment.last_seq]
    segment.damage += merged(unsure, segment, certain=False)
    _settle_tail(disk, segment, cut, recovered)


def _survey(disk: Disk, segment: Segment, limit: int | None) -> Survey:
    found = survey(_reading(disk, segment.path), segment.first_seq, segment.frames_at, segment.file_bytes, limit)
    segment.end, segment.marks, segment.order = found.end, found.marks, found.order
    return found


def _settle_tail(disk: Disk, segment: Segment, cut: int, recovered: Recovered) -> None:
    """Cut what is torn, and make what was found in the page cache durable before anybody builds on it."""
    if cut < segment.file_bytes:
        _log.warning("%s ends in %d torn bytes, now cut.", segment.path, segment.file_bytes - cut)
        recovered.torn_tails += 1
    try:
        handle = disk.open_append(segment.path)
        try:
            if cut < segment.file_bytes:
                disk.truncate(handle, cut)
                segment.file_bytes = cut
            disk.fdatasync(handle)
            disk.fsync_directory(segment.path.parent)
        finally:
            disk.close(handle)
    except OSError as fault:
        # The next segment's name ends this one all the same; only a power loss could now take unacknowledged frames.
        _log.error("%s could not be flushed at start: %s", segment.path, fault)
        recovered.sync_failed = True


def _reading(disk: Disk, path: Path) -> Read:
    def read(offset: int, length: int) -> bytes:
        try:
            return disk.read(path, offset, length)
        except OSError as fault:
            hint = "Check the disk and the file's owner."
            raise StartRefused(f"{path} cannot be read: {fault}.", hint=hint) from fault

    return read
