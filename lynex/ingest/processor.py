"""One thread that makes accepted events stored ones, in order of sequence: take, interpret, price, store, announce.

It promises that its position only moves past events that are stored, set aside with a reason, or known duplicates.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Protocol

from lynex.clock import SECOND, Clock
from lynex.control.dead_letters import Dead, DeadLetters
from lynex.errors import ShuttingDown
from lynex.events.decoding import Unreadable
from lynex.events.envelope import Event
from lynex.failpoints import FailpointHit, is_planned, reach
from lynex.ingest.backlog import Arrival, Backlog
from lynex.ingest.interpreter import Interpreter
from lynex.ingest.parcel import Sender, as_sent_again
from lynex.metrics import Metrics
from lynex.store.columns import StoredEvent
from lynex.store.contract import Appended, Batch, EventStore, Poisoned

logger = logging.getLogger(__name__)

MAX_EVENTS: Final = 6_000  # a batch for the store: large enough for Arrow, small enough to be seen soon
MAX_BYTES: Final = 32 << 20
GATHER_SECONDS: Final = 0.1  # how long a first event waits for company
IDLE_SECONDS: Final = 0.5
TRIES: Final = 3
RETRY_SECONDS: Final = 1.0
GATHER_STEP: Final = 0.01


class Announce(Protocol):
    """Called in the processor's thread with what was just stored."""

    def __call__(self, rows: Sequence[StoredEvent]) -> None: ...


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that cannot be stored, and why."""

    seq: int
    sender: Sender
    event: Event | Unreadable
    reason: str
    error: str

    @property
    def event_id(self) -> str:
        return self.event.event_id if isinstance(self.event, Event) else f"unreadable:{self.seq}"


class Processor:
    """The only writer of the store. `call` runs maintenance between two batches, in this thread."""

    def __init__(
        self,
        backlog: Backlog,
        store: EventStore,
        interpreter: Interpreter,
        dead_letters: DeadLetters,
        clock: Clock,
        metrics: Metrics,
        announce: Announce,
    ) -> None:
        self._backlog = backlog
        self._store = store
        self._interpreter = interpreter
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics
        self._announce = announce
        self._stopping = threading.Event()
        self._calls: list[tuple[Callable[[], Any], Future[Any]]] = []
        self._thread = threading.Thread(target=self._run, name="processor", daemon=True)
        self._in_hand: Sequence[Arrival] = ()
        self._last_received_at = clock.now()
        self._head_at_start = backlog.head
        self.rebuild_progress = (0, 0)  # events done, events in all

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Finish the batch in hand and stop; what is left stays in the journal. True when the thread has ended."""
        self._stopping.set()
        self._backlog.wake()
        self._thread.join(timeout)
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
        return max(0, self._clock.now() - (self._last_received_at if oldest is None else oldest)) / SECOND

    def call(self, work: Callable[[], Any]) -> "Future[Any]":
        """Run `work` between two batches, alone with the store."""
        future: Future[Any] = Future()
        if self._stopping.is_set():
            future.set_exception(ShuttingDown("Lynex is stopping."))
            return future
        self._calls.append((work, future))
        self._backlog.wake()
        return future

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except Exception:
                # The outer edge of the loop: the position did not move, so the next turn takes the same events again.
                logger.exception("The processor failed and tries again in %s s.", RETRY_SECONDS)
                self._metrics.storage_errors.labels("processor").inc()
                self._stopping.wait(RETRY_SECONDS)

    def _turn(self) -> None:
        if self._store.state != "ready":
            self._store.prepare(self._note_progress)
        self._run_calls()
        if self._backlog.wait(self.position, IDLE_SECONDS):
            self._gather()
            head = self._backlog.head
            arrivals = self._backlog.take(self.position, MAX_EVENTS, MAX_BYTES)
            if arrivals:
                self._process(arrivals)
            else:  # the journal answered, and has nothing readable up to its head: that is damage at its very end
                self._store_range(self.position + 1, head, [], [], head - self.position)
        self._store.checkpoint()

    def _note_progress(self, done: int, total: int) -> None:
        self.rebuild_progress = (done, total)

    def _run_calls(self) -> None:
        while self._calls:
            work, future = self._calls.pop(0)
            try:
                future.set_result(work())
            except Exception as fault:  # the caller awaits it and answers
                future.set_exception(fault)

    def _gather(self) -> None:
        """Let a little company arrive, unless plenty has or we are stopping."""
        until = self._clock.monotonic() + GATHER_SECONDS
        while self.queue_depth < MAX_EVENTS and self._clock.monotonic() < until:
            if self._stopping.wait(GATHER_STEP):
                return

    def _process(self, arrivals: Sequence[Arrival]) -> None:
        first_seq, damaged = self.position + 1, 0
        expected = first_seq
        self._in_hand = arrivals
        rows: list[StoredEvent] = []
        aside: list[SetAside] = []
        for arrival in arrivals:
            damaged += arrival.first_seq - expected
            expected = arrival.last_seq + 1
            self._interpret(arrival, rows, aside)
        self._store_range(first_seq, expected - 1, rows, aside, damaged)
        self._backlog.settle(arrivals)
        self._in_hand = ()
        self._last_received_at = arrivals[-1].parcel.sender.received_at

    def _interpret(self, arrival: Arrival, rows: list[StoredEvent], aside: list[SetAside]) -> None:
        sender = arrival.parcel.sender
        processed_at = self._clock.now()
        interpret = self._interpreter.interpret
        for seq, event in enumerate(arrival.parcel.events, arrival.first_seq):
            try:
                rows.append(interpret(event, seq, sender, processed_at))
            except Exception as fault:  # one event must never stop the others; it is kept with its reason
                aside.append(SetAside(seq, sender, event, "not_understood", f"{type(fault).__name__}: {fault}"))

    def _store_range(
        self, first_seq: int, last_seq: int, rows: list[StoredEvent], aside: list[SetAside], damaged: int
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

    def _halve(self, batch: Batch, rows: list[StoredEvent], aside: list[SetAside], poisoned: Poisoned) -> None:
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

    def _try_alone(self, batch: Batch, row: StoredEvent, aside: list[SetAside], poisoned: Poisoned) -> None:
        for _ in range(TRIES - 1):
            try:
                appended = self._append(batch)
            except Poisoned as again:
                poisoned = again
            else:
                self._count(appended.rows, appended.duplicates, len(aside), batch.damaged)
                self._announce(appended.rows)
                return
        letter = self._set_aside(row.seq, str(poisoned))
        self._store_range(batch.first_seq, batch.last_seq, [], [*aside, letter], batch.damaged)

    def _append(self, batch: Batch) -> Appended:
        if is_planned("processor.row."):
            for row in batch.rows:
                try:
                    reach(f"processor.row.{row.event_id}")
                except FailpointHit as hit:
                    raise Poisoned(str(hit)) from hit
        return self._store.append(batch)

    def _set_aside(self, seq: int, error: str) -> SetAside:
        arrival = next(one for one in self._in_hand if one.first_seq <= seq <= one.last_seq)
        return SetAside(
            seq, arrival.parcel.sender, arrival.parcel.events[seq - arrival.first_seq], "not_storable", error
        )

    def _keep_aside(self, aside: Sequence[SetAside]) -> None:
        """Durably, before the position may pass them."""
        letters = [
            Dead(one.seq, one.sender.project_id, one.event_id, one.reason, one.error, TRIES, as_sent_again(one.event))
            for one in aside
        ]
        self._dead_letters.record(letters)

    def _count(self, rows: Sequence[StoredEvent], duplicates: int, dead: int, damaged: int) -> None:
        self._metrics.stored.inc(len(rows))
        self._metrics.duplicates.inc(duplicates)
        self._metrics.dead_letters.inc(dead)
        self._metrics.damaged_events.inc(damaged)
        self._metrics.unpriced.inc(self._interpreter.note_unpriced(rows))
