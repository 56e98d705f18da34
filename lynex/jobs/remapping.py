"""Maps history again, day by day of each project, beside the running server: one run at a time, safe to kill.

What is done is written down durably after each day. A run that was cut short goes on at the next start; the day it was
in begins again, unless it had been exchanged already.
"""

import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from lynex.clock import DAY, Clock, to_micros
from lynex.errors import Conflict, LynexError, ShuttingDown, StorageFull
from lynex.failpoints import reach
from lynex.ingest.processor import Processor
from lynex.ingest.remap import Remap
from lynex.jobs.remap_changes import Changes
from lynex.jobs.sealing import Sealing
from lynex.pricing.book import PriceBook
from lynex.store.cold import Written
from lynex.store.durable import replace_durably
from lynex.store.hot import HotStore
from lynex.store.revisions import Day
from lynex.store.rewrite import Rows

logger = logging.getLogger(__name__)

State = Literal["running", "done", "stopped", "failed"]
_COPIES: Final = 3  # of a day's Parquet, at most: the new files, and its rows in the hot database
_LOOK_EVERY: Final = 0.1  # seconds
_BUSY: Final = 6_000  # events waiting to be stored: then each batch waits for them, within reason
_LONGEST_WAIT: Final = 1.0  # seconds


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Days in UTC, both included; no project: all of them. A dry run only tells what would change."""

    first_day: str
    last_day: str
    project_id: str | None = None
    dry_run: bool = False


class Pending(msgspec.Struct, frozen=True):
    """A day that is about to be exchanged, or has just been."""

    day: Day
    changes: Changes


class Run(msgspec.Struct, kw_only=True):
    """`revision` marks what this run wrote. `rows` counts those looked at, of `rows_in_all`."""

    wanted: Wanted
    revision: int
    started_at: int
    state: State = "running"
    ended_at: int | None = None
    error: str | None = None
    days: list[Day] = msgspec.field(default_factory=list)
    done: list[Day] = msgspec.field(default_factory=list)
    rows: int = 0
    rows_in_all: int = 0
    changes: Changes = msgspec.field(default_factory=Changes)
    pending: Pending | None = None

    def finish(self, day: Day, changes: Changes) -> None:
        self.done.append(day)
        self.changes.merge(changes)
        self.pending = None


class _Stopped(Exception):
    """Somebody asked for the end of the run."""


class Remapping:
    """`start`, `latest` and `stop` may be called from any thread."""

    def __init__(
        self,
        place: Path,
        store: HotStore,
        processor: Processor,
        sealing: Sealing,
        prices: PriceBook,
        clock: Clock,
        min_free_bytes: int,
    ) -> None:
        self._place = place
        self._store = store
        self._processor = processor
        self._sealing = sealing
        self._prices = prices
        self._clock = clock
        self._min_free_bytes = min_free_bytes
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._run = _read(place)

    @property
    def latest(self) -> Run | None:
        """The run in progress, else the last one."""
        return self._run

    def resume(self) -> None:
        """At the start of the server: go on with a run that was cut short."""
        self._store.rewriter.clear()
        if self._run is not None and self._run.state == "running":
            logger.info("Mapping history again goes on; %d days are done.", len(self._run.done))
            self._begin(self._run)

    def start(self, wanted: Wanted) -> Run:
        """Raises `Conflict` while a run is in progress."""
        with self._starting:
            if self._closing:
                raise ShuttingDown("Lynex is stopping.")
            if self._run is not None and self._run.state == "running":
                raise Conflict(
                    "History is being mapped again already.",
                    code="remap_running",
                    hint="`lynex remap` shows how far it is.",
                )
            run = Run(wanted=wanted, revision=self._next_revision(), started_at=self._clock.now())
            self._keep(run)
            self._begin(run)
        return run

    def stop(self) -> Run | None:
        """End the run after the batch in hand; days that are done stay done."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        return self._run

    def close(self) -> None:
        """The server stops: a run in progress is left to the next start."""
        with self._starting:
            self._closing = True
        self.stop()

    def _begin(self, run: Run) -> None:
        self._run = run
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, args=(run,), name="remap", daemon=True)
        self._thread.start()

    def _next_revision(self) -> int:
        return 1 + max(self._store.cold.revisions().values(), default=0)

    def _work(self, run: Run) -> None:
        state: State = "done"
        try:
            self._remap(run)
        except (_Stopped, ShuttingDown):
            if self._closing and not run.wanted.dry_run:
                return
            state = "stopped"
        except LynexError as fault:
            logger.error("Mapping history again failed: %s", fault.detail)
            run.error, state = fault.detail, "failed"
        except Exception as fault:  # the outer edge of the thread: who asked is told
            logger.exception("Mapping history again failed.")
            run.error, state = f"{type(fault).__name__}: {fault}", "failed"
        self._store.rewriter.clear()
        run.ended_at, run.state = self._clock.now(), state
        self._keep(run)

    def _remap(self, run: Run) -> None:
        self._wait_until_ready()
        if run.pending is not None and self._store.cold.revisions().get(run.pending.day) == run.revision:
            run.finish(run.pending.day, run.pending.changes)
        run.rows = run.changes.rows
        wanted = run.wanted
        if not wanted.dry_run:
            self._sealing.run()
        rewriter = self._store.rewriter
        run.days = rewriter.days(wanted.first_day, wanted.last_day, wanted.project_id, also_unsealed=wanted.dry_run)
        sizes = {day: sum(file.rows for file in self._store.cold.files(*day)) for day in run.days}
        run.rows_in_all = run.rows + sum(size for day, size in sizes.items() if day not in run.done)
        for day in run.days:
            if day not in run.done:
                self._remap_day(run, day)
        if run.changes.failed:
            logger.warning("%d events could not be mapped again and stay as they are.", run.changes.failed)

    def _remap_day(self, run: Run, day: Day) -> None:
        rewriter = self._store.rewriter
        rewriter.clear()
        if not run.wanted.dry_run:
            self._check_room(day)
        remap, changes = Remap(self._prices), Changes()
        first = _start_of(day)
        for rows in rewriter.around(day, first, first + DAY):
            remap.look_back(rows)
        written: list[Written] = []
        for file in rewriter.files(day):
            before = changes.changed
            batches = self._again(run, remap, rewriter.rows(file), changes)
            if run.wanted.dry_run:
                _exhaust(batches)
                continue
            new = rewriter.write(file, batches, run.revision)
            if changes.changed > before:
                written.append(new)
        if run.wanted.dry_run:
            _exhaust(self._again(run, remap, rewriter.unsealed(day), changes))
        changes.failed = remap.failed
        if written:
            self._exchange(run, day, changes, written)
        run.finish(day, changes)
        self._keep(run)

    def _again(self, run: Run, remap: Remap, batches: Iterator[Rows], changes: Changes) -> Iterator[Rows]:
        for rows in batches:
            self._give_way()
            made = remap.again(rows)
            for old, new in zip(rows, made, strict=True):
                if not self._store.cold.tombstones.cover(old):
                    changes.note(old, new)
            run.rows += len(rows)
            yield made

    def _exchange(self, run: Run, day: Day, changes: Changes, written: Sequence[Written]) -> None:
        """Written down before, so that a crash loses no count."""
        run.pending = Pending(day, changes)
        self._keep(run)
        reach("remap.before_exchange")
        self._store.exchange(written)
        reach("remap.after_exchange")

    def _check_room(self, day: Day) -> None:
        needed = _COPIES * sum(file.size for file in self._store.cold.files(*day))
        free = max(0, shutil.disk_usage(self._place.parent).free - self._min_free_bytes)
        if needed > free:
            raise StorageFull(
                f"To write {day[1]} of {day[0]} anew takes up to {needed:,} bytes; only {free:,} are free to be used."
            )

    def _give_way(self) -> None:
        """What comes in goes before what is there."""
        if self._stopping.is_set():
            raise _Stopped
        until = self._clock.monotonic() + _LONGEST_WAIT
        while self._processor.queue_depth > _BUSY and self._clock.monotonic() < until:
            if self._stopping.wait(_LOOK_EVERY):
                raise _Stopped

    def _wait_until_ready(self) -> None:
        while not (self._store.state == "ready" and self._processor.caught_up):
            if self._stopping.wait(_LOOK_EVERY):
                raise _Stopped

    def _keep(self, run: Run) -> None:
        if not run.wanted.dry_run:
            replace_durably(self._place, msgspec.json.encode(run))


def _read(place: Path) -> Run | None:
    try:
        return msgspec.json.decode(place.read_bytes(), type=Run)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as fault:
        logger.warning("What %s says of the last run cannot be read: %s", place, fault)
        return None


def _start_of(day: Day) -> int:
    return to_micros(datetime.fromisoformat(day[1]).replace(tzinfo=UTC))


def _exhaust(batches: Iterator[Rows]) -> None:
    for _ in batches:
        pass
