"""The durable log in front of everything: `append` returns once its events would survive kill -9 and a power loss.

Group commit: a thread of its own flushes as soon as the disk is idle, taking along whatever gathered meanwhile.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Self

from lynex.clock import SECOND, Clock
from lynex.config import JournalConfig
from lynex.errors import JournalFull, ShuttingDown, StorageFailed, Unavailable
from lynex.ingest.disk import Disk
from lynex.ingest.frames import MAX_PAYLOAD, PREFIX_BYTES, Frame
from lynex.ingest.journal_reader import read_after
from lynex.ingest.journal_writer import JournalWriter
from lynex.ingest.recovery import recover
from lynex.ingest.segments import Damage, Shelf
from lynex.metrics import Metrics

_log: Final = logging.getLogger("lynex.journal")

_MAX_WAITING_BYTES: Final = 64 << 20
_MAX_FLUSH_BYTES: Final = 16 << 20
_MAX_WAIT_SECONDS: Final = 10.0
_WATCH_SECONDS: Final = 0.25
_TEND_SECONDS: Final = 0.5
_INTERVAL_SECONDS: Final = 0.2
_ENOUGH_TO_ROTATE_BYTES: Final = 1 << 20
_ENOUGH_TO_ROTATE_AGE: Final = 60 * SECOND

Payload = bytes | list[bytes]


@dataclass(slots=True, eq=False)
class _Entry:
    """One append on its way to the disk."""

    payload: bytes
    count: int
    since: float
    answer: "asyncio.Future[int]"
    taken: bool = False  # the writer has it
    withdrawn: bool = False  # its caller has been refused, the writer must not take it


class Journal:
    """`append` and `close` belong to the event loop, `read` and `free` to any thread.

    `on_durable` is called on the event loop with the frames of each flush, in order of sequence and before their
    appends return.
    """

    def __init__(self, shelf: Shelf, writer: JournalWriter, clock: Clock, metrics: Metrics, *, max_bytes: int) -> None:
        self.on_durable: Callable[[list[Frame]], None] | None = None
        self._shelf = shelf
        self._writer = writer
        self._clock = clock
        self._metrics = metrics
        self._max_bytes = max_bytes
        self._wakes = threading.Condition()
        self._waiting: deque[_Entry] = deque()  # under _wakes
        self._closing = False  # under _wakes
        self._rotations: list[threading.Event] = []  # under _wakes
        self._unsettled: dict[_Entry, None] = {}  # event loop only, oldest first
        self._unsettled_bytes = 0
        self._watch: asyncio.TimerHandle | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lynex-journal", daemon=True)

    @classmethod
    def open(
        cls,
        disk: Disk,
        directory: Path,
        config: JournalConfig,
        min_free_bytes: int,
        clock: Clock,
        metrics: Metrics,
        *,
        next_after: int = 0,
        durability: Literal["sync", "interval"] = "sync",
    ) -> Self:
        """Recover what is in `directory` and begin a new segment after it. The next sequence is greater than
        `next_after`, the store's position. Raises StartRefused.
        """
        recovered = recover(disk, directory, next_after)
        shelf = Shelf(disk, directory, recovered.segments, recovered.head)
        writer = JournalWriter(
            shelf,
            clock,
            metrics,
            segment_bytes=config.segment_bytes,
            min_free_bytes=min_free_bytes,
            sync=durability == "sync",
        )
        writer.tend()
        journal = cls(shelf, writer, clock, metrics, max_bytes=config.max_bytes)
        journal._report(recovered.torn_tails, recovered.sync_failed)
        journal._thread.start()
        return journal

    @property
    def head(self) -> int:
        """The last durable sequence."""
        return self._shelf.head

    @property
    def first(self) -> int:
        """The oldest sequence still held; `head + 1` when there is none."""
        return self._shelf.first

    @property
    def bytes(self) -> int:
        return self._shelf.bytes

    @property
    def damage(self) -> list[Damage]:
        """What is known to be unreadable, in the segments still held."""
        return self._shelf.damage

    @property
    def refusing(self) -> Unavailable | None:
        """Why an append would be refused now; None when it would be taken."""
        if self._closing:
            return ShuttingDown("The server is stopping.")
        return self._writer.refusal

    def bytes_after(self, sequence: int) -> int:
        """About how many bytes the events after `sequence` take."""
        return self._shelf.bytes_after(sequence)

    def oldest_at(self, sequence: int) -> int | None:
        """About when the event `sequence`, or the next one held, was written; None when there is none."""
        return self._shelf.oldest_at(sequence)

    async def append(self, payload: Payload, count: int) -> int:
        """Write one request of `count` events; its first sequence, once durable.

        Raises JournalFull, StorageFull, StorageFailed, ShuttingDown, or Unavailable with code `overloaded` or
        `storage_stalled`. A cancelled caller's frame may still be written.
        """
        data = b"".join(payload) if isinstance(payload, list) else payload
        self._admit(len(data), count)
        loop = asyncio.get_running_loop()
        entry = _Entry(data, count, self._clock.monotonic(), loop.create_future())
        self._unsettled[entry] = None
        self._unsettled_bytes += len(data)
        with self._wakes:
            self._waiting.append(entry)
            if len(self._waiting) == 1:  # else the writer has been told
                self._wakes.notify()
        if self._watch is None:
            self._watch = loop.call_later(_WATCH_SECONDS, self._refuse_overdue)
        return await entry.answer

    def read(self, after: int, max_bytes: int) -> list[Frame]:
        """Frames that hold sequences greater than `after`, from the disk; the first one may begin at or before it.

        At least one if there is any, then up to about `max_bytes`. Damage is passed over: `first_seq` jumps. Raises
        StorageFailed.
        """
        return read_after(self._shelf, after, max_bytes, _tell)

    def free(self, through: int) -> int:
        """Unlink whole segments whose events are all at most `through`; bytes freed. Raises StorageFailed."""
        if self._worth_rotating(through):
            self._rotate()
        try:
            return self._shelf.free(through)
        except OSError as fault:
            raise StorageFailed(f"A journal segment could not be removed: {fault}.") from fault

    async def close(self) -> None:
        """Flush what is waiting, refuse the rest, end the segment. Gives up on a stuck disk after 10 s."""
        with self._wakes:
            self._closing = True
            self._wakes.notify()
        if not await asyncio.to_thread(self._ended.wait, _MAX_WAIT_SECONDS):
            _log.error("The disk did not answer within %d s; leaving without it.", _MAX_WAIT_SECONDS)
        if self._watch is not None and not self._unsettled:
            self._watch.cancel()

    def _admit(self, size: int, count: int) -> None:
        """Refuse at once what cannot be taken now."""
        if count < 1 or size > MAX_PAYLOAD:
            raise ValueError(f"a frame holds at least one event and at most {MAX_PAYLOAD} bytes")
        if (refusal := self.refusing) is not None:
            raise refusal
        held = self._shelf.bytes + self._unsettled_bytes + PREFIX_BYTES + size
        if held > self._max_bytes:
            raise JournalFull(f"The journal holds {self._shelf.bytes} bytes and may hold {self._max_bytes}.")
        if self._unsettled and self._unsettled_bytes + size > _MAX_WAITING_BYTES:
            raise Unavailable("Too many events are waiting for the disk.", code="overloaded")

    def _refuse_overdue(self) -> None:
        """Nobody waits longer than 10 s for the disk."""
        limit = self._clock.monotonic() - _MAX_WAIT_SECONDS
        overdue = []
        for entry in self._unsettled:
            if entry.since > limit:
                break
            overdue.append(entry)
        for entry in overdue:
            self._refuse_one_overdue(entry)
        self._watch = None
        if self._unsettled:
            self._watch = asyncio.get_running_loop().call_later(_WATCH_SECONDS, self._refuse_overdue)

    def _refuse_one_overdue(self, entry: _Entry) -> None:
        with self._wakes:
            entry.withdrawn = not entry.taken
        if entry.withdrawn:
            self._forget(entry)
        if not entry.answer.done():
            outcome = "nothing of it was stored" if entry.withdrawn else "it may still be: send it with the same ids"
            entry.answer.set_exception(
                Unavailable(f"The disk did not answer within 10 s; {outcome}.", code="storage_stalled")
            )

    def _forget(self, entry: _Entry) -> None:
        if entry in self._unsettled:
            del self._unsettled[entry]
            self._unsettled_bytes -= len(entry.payload)

    def _run(self) -> None:
        """The writer's thread. It lives until `close`, whatever happens."""
        while (entries := self._next()) is not None:
            try:
                if entries:
                    self._flush(entries)
                self._tend(idle=not entries)
            except Exception:
                _log.exception("The journal's thread goes on after an unexpected error.")
        try:
            self._writer.close()
        except Exception:
            _log.exception("The journal was not closed cleanly; nothing acknowledged is affected.")
        self._ended.set()

    def _next(self) -> list[_Entry] | None:
        """What to flush next; empty when there is something else to do; None at the end."""
        with self._wakes:
            if not self._waiting and not self._closing and not self._rotations:
                self._wakes.wait(self._patience())
            entries: list[_Entry] = []
            size = 0
            while self._waiting and (not entries or size + len(self._waiting[0].payload) <= _MAX_FLUSH_BYTES):
                entry = self._waiting.popleft()
                if not entry.withdrawn:
                    entry.taken = True
                    size += len(entry.payload)
                    entries.append(entry)
            return None if self._closing and not entries else entries

    def _patience(self) -> float | None:
        if self._writer.unsynced_since:
            return _INTERVAL_SECONDS
        return None if self._writer.refusal is None else _TEND_SECONDS

    def _flush(self, entries: list[_Entry]) -> None:
        outcome: list[Frame] | Unavailable
        try:
            outcome = self._writer.flush([(entry.payload, entry.count) for entry in entries])
        except Unavailable as refusal:
            outcome = refusal
        except Exception as fault:
            _log.exception("A flush failed unexpectedly.")
            outcome = StorageFailed(f"The journal could not be written ({type(fault).__name__}).")
        entries[0].answer.get_loop().call_soon_threadsafe(self._settle, entries, outcome)

    def _tend(self, *, idle: bool) -> None:
        since = self._writer.unsynced_since
        if since and self._clock.monotonic() - since >= _INTERVAL_SECONDS:
            self._writer.sync()
        if self._rotations:
            with self._wakes:
                rotations, self._rotations = self._rotations, []
            self._writer.rotate()
            for done in rotations:
                done.set()
        if idle:
            self._writer.tend()

    def _settle(self, entries: list[_Entry], outcome: "list[Frame] | Unavailable") -> None:
        """On the event loop: hand the frames on, then answer the callers."""
        if isinstance(outcome, list):
            self._hand_on(outcome)
        for index, entry in enumerate(entries):
            self._forget(entry)
            if entry.answer.done():
                continue
            if isinstance(outcome, list):
                entry.answer.set_result(outcome[index].first_seq)
            else:
                entry.answer.set_exception(_again(outcome))

    def _hand_on(self, frames: list[Frame]) -> None:
        if self.on_durable is None:
            return
        try:
            self.on_durable(frames)
        except Exception:
            _log.exception("The hand-off of durable frames failed; the processor will read them from the journal.")

    def _worth_rotating(self, through: int) -> bool:
        newest = self._shelf.newest
        if newest is None or newest.last_seq < newest.first_seq or newest.last_seq > through:
            return False
        age = self._clock.now() - newest.created
        return newest.file_bytes >= _ENOUGH_TO_ROTATE_BYTES or age >= _ENOUGH_TO_ROTATE_AGE

    def _rotate(self) -> None:
        """Have the writer begin a new segment, and wait for it."""
        done = threading.Event()
        with self._wakes:
            if self._closing:
                return
            self._rotations.append(done)
            self._wakes.notify()
        done.wait(_MAX_WAIT_SECONDS)

    def _report(self, torn_tails: int, sync_failed: bool) -> None:
        """Say what recovery found. The processor counts the lost events when it passes them."""
        self._metrics.torn_tails.inc(torn_tails)
        if sync_failed:
            self._metrics.storage_errors.labels("journal").inc()
        for damage in self.damage:
            _tell(damage)


def _tell(damage: Damage) -> None:
    first, last = damage.first_seq, damage.last_seq
    if damage.events:
        _log.error("%s: the events %d to %d cannot be read any more.", damage.segment, first, last)


def _again(refusal: Unavailable) -> Unavailable:
    """An exception of its own for each caller: a shared one would gather all their tracebacks."""
    return type(refusal)(refusal.detail, code=refusal.code, hint=refusal.hint, retry_after=refusal.retry_after)
