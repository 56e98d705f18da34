"""Makes accepted events stored ones, in order of sequence: take what was prepared, store, announce.

It promises that its position only moves past events that are stored, set aside with a reason, or known duplicates.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final, Protocol

from lynex.clock import SECOND, Clock
from lynex.control.dead_letters import DeadLetters
from lynex.errors import LynexError, ShuttingDown, StorageFull
from lynex.failpoints import FailpointHit, is_planned, reach
from lynex.ingest.backlog import Backlog
from lynex.ingest.enrich import UNKNOWN_MODEL
from lynex.ingest.preparer import Prepared, Preparer
from lynex.ingest.set_aside import TRIES, dead_letters_of
from lynex.ingest.understanding import Aside
from lynex.metrics import Metrics
from lynex.store.contract import Appended, Batch, EventStore, Poisoned
from lynex.store.stored_event import StoredEvent

logger = logging.getLogger(__name__)

IDLE_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 1.0
FULL_DISK_SECONDS: Final = 10.0  # between two tries to store on a full disk: each of them stops reading for a moment


class Announce(Protocol):
    """Called in the processor's thread with what was just stored."""

    def __call__(self, rows: Sequence[StoredEvent]) -> None: ...


class Processor:
    """The only writer of the store. `call` runs maintenance between two batches, in this thread."""

    def __init__(
        self,
        backlog: Backlog,
        store: EventStore,
        preparer: Preparer,
        dead_letters: DeadLetters,
        clock: Clock,
        metrics: Metrics,
        announce: Announce,
        has_room: Callable[[], bool],
    ) -> None:
        self._backlog = backlog
        self._store = store
        self._preparer = preparer
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics
        self._announce = announce
        self._has_room = has_room
        self._stopping = threading.Event()
        self._calls: list[tuple[Callable[[], Any], Future[Any]]] = []
        self._thread = threading.Thread(target=self._run, name="processor", daemon=True)
        self._in_hand = Prepared(0, 0, (), (), 0, ())
        self._head_at_start = backlog.head
        self.rebuild_progress = (0, 0)  # events done, events in all

    def start(self) -> None:
        self._preparer.restart(self.position)
        self._preparer.start()
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Finish the batch in hand and stop; what is left stays in the journal. True when the thread has ended."""
        self._stopping.set()
        self._preparer.wake()
        self._thread.join(timeout)
        self._preparer.stop(timeout)
        for _, future in self._calls:
            future.set_exception(ShuttingDown("Lynex is stopping."))
        return not self._thread.is_alive()

    @property
    def position(self) -> int:
        return self._store.totals().position

    @property
    def caught_up(self) -> bool:
        """Whether everything that was in the journal at the start is stored."""
        return self.position >= self._head_at_start

    @property
    def queue_depth(self) -> int:
        """Accepted events that are not stored yet."""
        return max(0, self._backlog.head - self.position)

    def visible_lag(self) -> float:
        """Seconds since the oldest accepted event that is not stored yet was received; 0 when all are."""
        if self.queue_depth == 0:
            return 0.0
        oldest = self._backlog.oldest_received_at()
        return max(0, self._clock.now() - oldest) / SECOND if oldest is not None else 0.0

    def call(self, work: Callable[[], Any]) -> "Future[Any]":
        """Run `work` between two batches, alone with the store."""
        future: Future[Any] = Future()
        if self._stopping.is_set():
            future.set_exception(ShuttingDown("Lynex is stopping."))
            return future
        self._calls.append((work, future))
        self._preparer.wake()
        return future

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except StorageFull as fault:
                logger.error("Storing waits for room on the disk: %s", fault.detail)
                self._metrics.storage_errors.labels("processor").inc()
                self._keep_reading()
                self._preparer.restart(self.position)
            except Exception:
                # The outer edge of the loop: the position did not move, so the same events are prepared again.
                logger.exception("The processor failed and tries again in %s s.", RETRY_SECONDS)
                self._metrics.storage_errors.labels("processor").inc()
                self._stopping.wait(RETRY_SECONDS)
                self._preparer.restart(self.position)

    def _turn(self) -> None:
        if self._store.state != "ready":
            self._store.prepare(self._note_progress)
            self._preparer.restart(self.position)
        self._run_calls()
        prepared = self._preparer.take(IDLE_SECONDS)
        if prepared is not None:
            self._process(prepared)
        self._store.checkpoint()

    def _keep_reading(self) -> None:
        """On a full disk: answer questions from what is stored until there is room, or it is time for another try."""
        until = self._clock.monotonic() + FULL_DISK_SECONDS
        while self._clock.monotonic() < until and not self._stopping.wait(IDLE_SECONDS):
            if self._store.state != "ready":
                with contextlib.suppress(LynexError):
                    self._store.prepare(self._note_progress)
            self._run_calls()
            if self._has_room():
                return

    def _note_progress(self, done: int, total: int) -> None:
        self.rebuild_progress = (done, total)

    def _run_calls(self) -> None:
        while self._calls:
            work, future = self._calls.pop(0)
            try:
                future.set_result(work())
            except Exception as fault:  # the caller awaits it and answers
                future.set_exception(fault)

    def _process(self, prepared: Prepared) -> None:
        if prepared.first_seq != self.position + 1:  # the store went back: what was prepared does not follow any more
            self._preparer.restart(self.position)
            return
        self._in_hand = prepared
        self._store_range(prepared.first_seq, prepared.last_seq, prepared.rows, prepared.aside, prepared.damaged)
        self._backlog.settle(prepared.last_seq)

    def _store_range(
        self, first_seq: int, last_seq: int, rows: Sequence[StoredEvent], aside: Sequence[Aside], damaged: int
    ) -> None:
        self._keep_aside(aside)
        batch = Batch(first_seq, last_seq, rows, dead_lettered=len(aside), damaged=damaged)
        try:
            appended = self._append(batch)
        except Poisoned as poisoned:
            self._halve(batch, rows, aside, poisoned)
            return
        reach("processor.stored")
        self._count(appended.rows, appended.duplicates, len(aside), damaged)
        self._announce(appended.rows)

    def _halve(self, batch: Batch, rows: Sequence[StoredEvent], aside: Sequence[Aside], poisoned: Poisoned) -> None:
        """Isolate what the store refuses: two halves by sequence, down to one row, tried again and set aside."""
        if len(rows) == 1:
            self._try_alone(batch, rows[0], aside, poisoned)
            return
        middle = rows[len(rows) // 2].seq
        lower = [row for row in rows if row.seq < middle]
        upper = [row for row in rows if row.seq >= middle]
        lower_aside = [one for one in aside if one.seq < middle]
        upper_aside = [one for one in aside if one.seq >= middle]
        lower_damaged = middle - batch.first_seq - len(lower) - len(lower_aside)
        self._store_range(batch.first_seq, middle - 1, lower, lower_aside, lower_damaged)
        self._store_range(middle, batch.last_seq, upper, upper_aside, batch.damaged - lower_damaged)

    def _try_alone(self, batch: Batch, row: StoredEvent, aside: Sequence[Aside], poisoned: Poisoned) -> None:
        for _ in range(TRIES - 1):
            try:
                appended = self._append(batch)
            except Poisoned as again:
                poisoned = again
            else:
                self._count(appended.rows, appended.duplicates, len(aside), batch.damaged)
                self._announce(appended.rows)
                return
        refused = Aside(row.seq, "not_storable", str(poisoned))
        aside = sorted((*aside, refused), key=lambda one: one.seq)
        self._store_range(batch.first_seq, batch.last_seq, [], aside, batch.damaged)

    def _append(self, batch: Batch) -> Appended:
        if is_planned("processor.row."):
            for row in batch.rows:
                try:
                    reach(f"processor.row.{row.event_id}")
                except FailpointHit as hit:
                    raise Poisoned(str(hit)) from hit
        return self._store.append(batch)

    def _keep_aside(self, aside: Sequence[Aside]) -> None:
        """Durably, before the position may pass them."""
        if aside:
            self._dead_letters.record(list(dead_letters_of(aside, self._in_hand.frames)))

    def _count(self, rows: Sequence[StoredEvent], duplicates: int, dead: int, damaged: int) -> None:
        self._metrics.stored.inc(len(rows))
        self._metrics.duplicates.inc(duplicates)
        self._metrics.dead_letters.inc(dead)
        self._metrics.damaged_events.inc(damaged)
        self._metrics.unpriced.inc(sum(row.cost_source == UNKNOWN_MODEL for row in rows))
