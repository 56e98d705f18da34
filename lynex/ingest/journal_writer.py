"""Makes frames durable, one flush after the other. Plain and single-threaded: a test can drive it step by step.

The rule that keeps its word: a file that failed once is never written again. Before the refused callers hear of it, a
new segment named after the first refused sequence ends the failed one: nothing refused comes back after a restart.
"""

import errno
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lynex.clock import Clock
from lynex.errors import StorageFailed, StorageFull, Unavailable
from lynex.failpoints import is_planned, reach
from lynex.ingest.frames import FLUSH_START, PREFIX_BYTES, Frame, Origin, encode, encode_origin
from lynex.ingest.segments import UNFINISHED, Segment, Shelf, segment_path
from lynex.metrics import Metrics

_log: Final = logging.getLogger("lynex.journal")

_FULL: Final = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_RETRY_SECONDS: Final = 0.5
_SPACE_SECONDS: Final = 0.1
_LEAST_FREE_SHARE: Final = 20  # a twentieth of the disk


@dataclass(slots=True)
class _Active:
    """The segment being written."""

    segment: Segment
    handle: int
    unsynced_since: float = 0.0  # 0: all of it is flushed


class JournalWriter:
    """Used by one thread at a time. `sync`: frames are flushed before `flush` returns; otherwise by `sync`."""

    def __init__(
        self,
        shelf: Shelf,
        clock: Clock,
        metrics: Metrics,
        *,
        segment_bytes: int,
        min_free_bytes: int,
        sync: bool = True,
    ) -> None:
        self._shelf = shelf
        self._disk = shelf.disk
        self._clock = clock
        self._metrics = metrics
        self._segment_bytes = segment_bytes
        self._min_free_bytes = min_free_bytes
        self._sync = sync
        self._active: _Active | None = None
        self._retry_at = 0.0
        self._space_at = float("-inf")
        self._space_left = 0
        self._fault: BaseException | None = None
        self._broken = False  # no segment could be opened; not merely being between two
        self._fault_said = ""

    @property
    def refusal(self) -> Unavailable | None:
        """Why a flush would be refused now, as far as is known without asking the disk."""
        if self._broken:
            return _refusal(self._fault)
        return _disk_low() if self._space_left < 0 else None

    @property
    def unsynced_since(self) -> float:
        """Since when (monotonic) written frames wait for a flush; 0 when none do."""
        return self._active.unsynced_since if self._active is not None else 0.0

    def flush(self, entries: Sequence[tuple[bytes, int]]) -> list[Frame]:
        """Give the payloads (with their counts of events) the next sequences, durably, all or none.

        Raises StorageFull or StorageFailed; then none of them will ever be read, unless the error says it may be.
        """
        self._ready(sum(len(payload) for payload, _ in entries))
        active = self._active
        assert active is not None
        # Without `sync` the frames before these may not be durable yet, and the flag would promise it.
        frames, data = self._encode(entries, 0 if active.unsynced_since else FLUSH_START)
        try:
            self._write(active, data)
            self._place(active.segment, frames)
        except Exception as fault:  # whatever it was, the file's content is now in doubt
            raise self._give_up(fault) from fault
        return frames

    def tend(self) -> None:
        """Between flushes: try again to open a segment after a failure, look at the free space, never raise."""
        try:
            self._ready(0)
        except Unavailable:
            pass

    def sync(self) -> None:
        """Flush what was written but not yet flushed (only without `sync`)."""
        active = self._active
        if active is None or not active.unsynced_since:
            return
        active.unsynced_since = 0.0
        try:
            self._fdatasync(active.handle)
        except OSError as fault:
            self._give_up(fault)

    def rotate(self) -> None:
        """Begin a new segment, unless the present one is empty. If that fails, the present one stays in use."""
        active = self._active
        if active is None or active.segment.last_seq < active.segment.first_seq:
            return
        self.sync()
        if self._active is not active:
            return
        try:
            self._begin_segment()
        except OSError as fault:
            self._note(fault, "no new segment")

    def close(self) -> None:
        """End the present segment with an empty one, so that the next start knows that its tail is whole."""
        self.rotate()
        self._leave()

    def _ready(self, needed: int) -> None:
        """A segment with room is open and the disk has space, or Unavailable is raised."""
        now = self._clock.monotonic()
        if self._active is None:
            if now < self._retry_at:
                raise _refusal(self._fault)
            self._reopen()
        elif self._active.segment.end >= self._segment_bytes and now >= self._retry_at:
            self.rotate()
            if self._active is None:
                raise _refusal(self._fault)
        self._check_space(now, needed)

    def _reopen(self) -> None:
        try:
            self._begin_segment()
        except OSError as fault:
            self._note(fault, "no new segment")
            raise _refusal(fault) from fault

    def _check_space(self, now: float, needed: int) -> None:
        if now - self._space_at >= _SPACE_SECONDS:
            try:
                space = self._disk.space(self._shelf.directory)
            except OSError as fault:
                raise _refusal(fault) from fault
            self._space_left = space.free - min(self._min_free_bytes, space.total // _LEAST_FREE_SHARE)
            self._space_at = now
        if self._space_left < needed:
            raise _disk_low()
        self._space_left -= needed

    def _encode(self, entries: Sequence[tuple[bytes, int]], flags: int) -> tuple[list[Frame], bytes]:
        sequence = self._shelf.head + 1
        frames: list[Frame] = []
        parts: list[bytes] = []
        for payload, count in entries:
            frames.append(Frame(sequence, count, payload))
            parts += encode(sequence, count, payload, flags), payload
            sequence += count
            flags = 0
        return frames, b"".join(parts)

    def _write(self, active: _Active, data: bytes) -> None:
        if is_planned("journal.mid_append"):
            self._disk.write(active.handle, data[: len(data) // 2])
            reach("journal.mid_append")
            data = data[len(data) // 2 :]
        self._disk.write(active.handle, data)
        reach("journal.before_sync")
        if self._sync:
            self._fdatasync(active.handle)
        else:
            active.unsynced_since = active.unsynced_since or self._clock.monotonic()
        reach("journal.after_sync")

    def _place(self, segment: Segment, frames: list[Frame]) -> None:
        """The frames are durable: from now on they count."""
        placed, offset = [], segment.end
        for frame in frames:
            placed.append((frame, offset))
            offset += PREFIX_BYTES + len(frame.payload)
        if segment.last_seq < segment.first_seq:
            segment.created = self._clock.now()  # an empty segment may have waited long for its first event
        self._shelf.extend(segment, placed, offset)

    def _fdatasync(self, handle: int) -> None:
        begun = self._clock.monotonic()
        self._disk.fdatasync(handle)
        self._metrics.journal_syncs.observe(self._clock.monotonic() - begun)

    def _begin_segment(self) -> None:
        """Open the segment after `head` and leave the present one. Fails before the rename: the present one stays."""
        first_seq = self._shelf.head + 1
        path = segment_path(self._shelf.directory, first_seq)
        unfinished = path.with_name(f"{first_seq:020d}{UNFINISHED}")
        origin = Origin(first_seq, self._clock.now(), self._shelf.held_before(first_seq))
        header = encode_origin(origin)
        handle = self._disk.create(unfinished)
        try:
            self._disk.write(handle, header)
            self._disk.fdatasync(handle)
            reach("journal.in_rotation")
            self._leave()  # once the new name may stand on the disk, the older segment has ended
            self._disk.rename(unfinished, path)
            self._disk.fsync_directory(self._shelf.directory)
        except BaseException:
            self._close(handle)
            raise
        size = len(header)
        segment = Segment(path, first_seq, origin.created, origin.after, first_seq - 1, size, size, size)
        self._shelf.put(segment)
        self._active = _Active(segment, handle)
        if self._broken:
            self._broken, self._fault_said = False, ""
            _log.warning("The journal is being written again.")

    def _give_up(self, fault: BaseException) -> Unavailable:
        """Never touch the failed file again, end it with a new segment, and say what the callers are to be told."""
        self._note(fault, "the segment is given up")
        active = self._active
        if active is not None:
            self._cut(active)
            self._leave()
        try:
            self._begin_segment()
        except Exception as second:  # whatever it was, the callers still have to be answered
            self._note(second, "no new segment")
            return _refusal(fault, sure=False)
        return _refusal(fault)

    def _cut(self, active: _Active) -> None:
        """Take the refused bytes off the failed file: should no new segment open, a restart does not find them."""
        try:
            self._disk.truncate(active.handle, active.segment.end)
            if active.unsynced_since:
                self._disk.fdatasync(active.handle)
        except OSError as fault:
            _log.warning("%s could not be cut after a failure: %s", active.segment.path, fault)

    def _leave(self) -> None:
        active, self._active = self._active, None
        if active is not None:
            self._close(active.handle)

    def _close(self, handle: int) -> None:
        try:
            self._disk.close(handle)
        except OSError as fault:
            _log.warning("A journal file could not be closed: %s", fault)

    def _note(self, fault: BaseException, outcome: str) -> None:
        self._fault = fault
        self._broken = self._active is None
        self._retry_at = self._clock.monotonic() + _RETRY_SECONDS
        self._metrics.storage_errors.labels("journal").inc()
        if self._fault_said != (said := f"{type(fault).__name__}: {fault}"):
            self._fault_said = said
            _log.error("Writing the journal failed (%s): %s", said, outcome)


def _refusal(fault: BaseException | None, *, sure: bool = True) -> Unavailable:
    """What a caller is told. `sure`: its events are certainly not stored."""
    outcome = (
        "nothing of it was stored" if sure else "it may or may not have been stored: send it again with the same ids"
    )
    if isinstance(fault, OSError) and fault.errno in _FULL:
        return StorageFull(f"The disk took no more ({fault.strerror}); {outcome}.")
    reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else type(fault).__name__
    return StorageFailed(f"The journal could not be written ({reason}); {outcome}.")


def _disk_low() -> StorageFull:
    return StorageFull("Too little space is left on the disk of data_dir; nothing of it was stored.")
