"""Understands the next accepted events while the ones before are being stored: a thread of its own, two batches ahead.

Nothing is promised here. What was prepared counts once the processor has stored it; after a failure it is thrown away
and prepared again from the store's position.
"""

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lynex.clock import Clock
from lynex.ingest.backlog import Backlog
from lynex.ingest.frames import Frame
from lynex.ingest.recent_calls import RecentCalls
from lynex.ingest.understanding import Aside, Understanding
from lynex.store.stored_event import StoredEvent

logger = logging.getLogger(__name__)

MAX_EVENTS: Final = 6_000  # a batch for the store: large enough for Arrow, small enough to be seen soon
MAX_BYTES: Final = 16 << 20
GATHER_SECONDS: Final = 0.1  # how long a first event waits for company
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


class Preparer:
    """`restart` it at a position, then `take` what follows, in order and without gaps."""

    def __init__(self, backlog: Backlog, understanding: Understanding, clock: Clock) -> None:
        self._backlog = backlog
        self._understanding = understanding
        self._recent = RecentCalls()
        self._clock = clock
        self._ready: queue.Queue[Prepared | None] = queue.Queue(_AHEAD)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._prepared_through = 0
        self._round = 0  # counts restarts, so that what an earlier round prepared is not taken for the present one
        self._thread = threading.Thread(target=self._run, name="preparer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> None:
        self._stopping.set()
        self._backlog.wake()
        self._empty()
        self._thread.join(timeout)

    def restart(self, position: int) -> None:
        """Throw away what is prepared; go on after `position`."""
        with self._lock:
            self._round += 1
            self._prepared_through = position
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
                # The outer edge of the loop: the cursor did not move, so the next turn takes the same events again.
                logger.exception("Accepted events cannot be read; trying again in %s s.", _RETRY_SECONDS)
                self._stopping.wait(_RETRY_SECONDS)

    def _turn(self) -> None:
        if not self._backlog.wait(self._prepared_through, _IDLE_SECONDS):
            return
        self._gather()
        with self._lock:
            number, after = self._round, self._prepared_through
        if self._backlog.head <= after:  # restarted meanwhile, further on
            return
        prepared = self._prepare(after)
        while not self._stopping.is_set():
            with self._lock:
                if number != self._round:
                    return
                try:
                    self._ready.put_nowait(prepared)
                except queue.Full:
                    pass
                else:
                    self._prepared_through = prepared.last_seq
                    return
            self._stopping.wait(_GATHER_STEP)

    def _gather(self) -> None:
        """Let a little company arrive, unless plenty has or we are stopping."""
        until = self._clock.monotonic() + GATHER_SECONDS
        while self._backlog.head - self._prepared_through < MAX_EVENTS and self._clock.monotonic() < until:
            if self._stopping.wait(_GATHER_STEP):
                return

    def _prepare(self, after: int) -> Prepared:
        head = self._backlog.head
        frames = self._backlog.take(after, MAX_EVENTS, MAX_BYTES)
        if not frames:  # the journal answered, and has nothing readable up to its head: damage at its very end
            return Prepared(after + 1, head, (), (), head - after, ())
        damaged, expected = 0, after + 1
        for frame in frames:
            damaged += max(0, frame.first_seq - expected)
            expected = frame.last_seq + 1
        rows, aside = self._understanding.understand(frames, self._clock.now())
        if frames[0].first_seq <= after:  # a store that failed between two halves of a batch has taken a part of it
            rows = [row for row in rows if row.seq > after]
            aside = [one for one in aside if one.seq > after]
        self._recent.settle(rows)
        return Prepared(after + 1, expected - 1, rows, aside, damaged, frames)
