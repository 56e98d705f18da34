"""Understands the next accepted events while the ones before are being stored: a thread of its own, two batches ahead.

Nothing is promised here. What was prepared counts once the processor has stored it; after a failure it is thrown away
and prepared again from the store's position.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lynex.clock import Clock
from lynex.ingest.backlog import Backlog
from lynex.ingest.frames import Frame
from lynex.ingest.recent_calls import RecentCalls
from lynex.ingest.understanding import Aside
from lynex.ingest.workshop import Workshop
from lynex.store.stored_event import StoredEvent

logger = logging.getLogger(__name__)

MAX_EVENTS: Final = 6_000  # a batch for the store: large enough for Arrow, small enough to be seen soon
MAX_BYTES: Final = 16 << 20
GATHER_SECONDS: Final = 0.1  # how long a first event waits for company
_STREAM_SECONDS: Final = 0.2  # the same where so much company came that the store would be busy with small batches
_A_STREAM: Final = 100  # events
_GATHER_STEP: Final = 0.01
_IDLE_SECONDS: Final = 0.5
_RETRY_SECONDS: Final = 1.0
_AHEAD: Final = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of `first_seq … last_seq`: rows to store, events to set aside, and sequences lost to damage.

    `frames` are where it all came from, for those who need the words of the sender.
    """

    first_seq: int
    last_seq: int
    rows: Sequence[StoredEvent]
    aside: Sequence[Aside]
    damaged: int
    frames: Sequence[Frame]


@dataclass(frozen=True, slots=True)
class _Job:
    """A batch that was taken and is being understood, under `number` in the workshop."""

    number: int
    after: int
    last_seq: int
    damaged: int
    frames: list[Frame]


class Preparer:
    """`restart` it at a position, then `take` what follows, in order and without gaps."""

    def __init__(self, backlog: Backlog, workshop: Workshop, clock: Clock) -> None:
        self._backlog = backlog
        self._workshop = workshop
        self._recent = RecentCalls()
        self._clock = clock
        self._ready: queue.Queue[Prepared | None] = queue.Queue(_AHEAD)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._round = 0  # counts restarts, so that what an earlier round prepared is not taken for the present one
        self._restart_at: int | None = None
        self._taken_through = 0  # this and what follows belong to the preparer's thread
        self._jobs: deque[_Job] = deque()
        self._thread = threading.Thread(target=self._run, name="preparer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> None:
        self._stopping.set()
        self._backlog.wake()
        self._workshop.interrupt()
        self._empty()
        self._thread.join(timeout)
        self._workshop.close()

    def restart(self, position: int) -> None:
        """Throw away what is prepared; go on after `position`."""
        with self._lock:
            self._round += 1
            self._restart_at = position
            self._empty()

    def take(self, timeout: float) -> Prepared | None:
        """The next batch; None when there is none in time, or after `wake`."""
        try:
            return self._ready.get(timeout=timeout)
        except queue.Empty:
            return None

    def wake(self) -> None:
        """Let a waiting `take` return; one that has a batch waiting returns anyway."""
        try:
            self._ready.put_nowait(None)
        except queue.Full:
            pass

    def _empty(self) -> None:
        try:
            while True:
                self._ready.get_nowait()
        except queue.Empty:
            pass

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except Exception:
                # The outer edge of the loop: what was begun is kept, so the next turn tries the same events again.
                logger.exception("Accepted events cannot be prepared; trying again in %s s.", _RETRY_SECONDS)
                self._stopping.wait(_RETRY_SECONDS)

    def _turn(self) -> None:
        number = self._begin_round()
        if not self._jobs:
            has_news = self._backlog.wait(self._taken_through, _IDLE_SECONDS)
            self._workshop.staff(self._waiting)
            if not has_news:
                return
            self._gather()
            number = self._begin_round()  # the store may have gone elsewhere while we waited
        self._take_ahead()
        if self._jobs:
            self._offer(self._prepared(self._jobs[0]), number)

    def _begin_round(self) -> int:
        with self._lock:
            if self._restart_at is not None:
                self._taken_through, self._restart_at = self._restart_at, None
                self._jobs.clear()
            return self._round

    @property
    def _waiting(self) -> int:
        return self._backlog.head - self._taken_through

    def _gather(self) -> None:
        """Let a little company arrive, unless plenty has or we are stopping."""
        since = self._clock.monotonic()
        while (waiting := self._waiting) < MAX_EVENTS:
            patience = GATHER_SECONDS if waiting < _A_STREAM and self._ready.empty() else _STREAM_SECONDS
            if self._clock.monotonic() - since >= patience or self._stopping.wait(_GATHER_STEP):
                return

    def _take_ahead(self) -> None:
        """Begin as many batches as the workshop can have in hand; only the first may be a small one."""
        self._workshop.staff(self._waiting)
        while len(self._jobs) < self._workshop.capacity and self._waiting > (MAX_EVENTS // 2 if self._jobs else 0):
            job = self._take()
            self._jobs.append(job)
            self._taken_through = job.last_seq

    def _take(self) -> _Job:
        head, after = self._backlog.head, self._taken_through
        frames = self._backlog.take(after, MAX_EVENTS, MAX_BYTES)
        number = self._workshop.begin(frames)
        if not frames:  # the journal answered, and has nothing readable up to its head: damage at its very end
            return _Job(number, after, head, head - after, frames)
        damaged, expected = 0, after + 1
        for frame in frames:
            damaged += max(0, frame.first_seq - expected)
            expected = frame.last_seq + 1
        return _Job(number, after, expected - 1, damaged, frames)

    def _prepared(self, job: _Job) -> Prepared:
        decoded = self._backlog.take_decoded(job.frames)
        rows, aside = self._workshop.finish(job.number, job.frames, decoded)
        if job.frames and job.frames[0].first_seq <= job.after:  # the store failed between two halves of a batch
            rows = [row for row in rows if row.seq > job.after]
            aside = [one for one in aside if one.seq > job.after]
        self._recent.settle(rows)
        self._jobs.popleft()
        return Prepared(job.after + 1, job.last_seq, rows, aside, job.damaged, job.frames)

    def _offer(self, prepared: Prepared, number: int) -> None:
        """Wait for room, unless a new round has begun meanwhile."""
        while not self._stopping.is_set():
            with self._lock:
                if number != self._round:
                    return
                try:
                    self._ready.put_nowait(prepared)
                except queue.Full:
                    pass
                else:
                    return
            self._stopping.wait(_GATHER_STEP)
