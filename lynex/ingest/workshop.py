"""Where batches are understood: in the caller's thread, and while many events wait in a second process beside it.

The process is a matter of speed alone: whatever happens to it, its batches are understood here.
"""

import logging
from collections import deque
from typing import Final, Literal

from lynex.clock import Clock
from lynex.config import PriceConfig
from lynex.ingest.frames import Frame
from lynex.ingest.parcel import Decoded
from lynex.ingest.understanding import Understanding, Understood
from lynex.ingest.understanding_process import ProcessFailed, UnderstandingProcess
from lynex.metrics import Metrics

logger = logging.getLogger(__name__)

AHEAD: Final = 2  # batches given to the process at a time, so that it never waits for the next
_MANY: Final = 12_000  # waiting events that call for the process
_BUSY: Final = 1_500  # events of a batch that show that it still has a point
_REST_SECONDS: Final = 60.0  # without need, after which it ends
_START_SECONDS: Final = 60.0
_LONGEST_PAUSE: Final = 300.0  # seconds between two tries to have a process
_DOUBLINGS: Final = 9  # of one second, until that is reached

Mode = Literal["auto", "always", "never"]


class Workshop:
    """`staff`, `begin` and `finish` are for one thread. Batches are finished in the order in which they were begun."""

    def __init__(
        self,
        understanding: Understanding,
        prices: tuple[PriceConfig, ...],
        clock: Clock,
        metrics: Metrics,
        mode: Mode = "auto",
    ) -> None:
        self._understanding = understanding
        self._prices = prices
        self._clock = clock
        self._metrics = metrics
        self._mode = mode
        self._process: UnderstandingProcess | None = None
        self._ordered: deque[int] = deque()  # numbers of the batches the process has
        self._number = 0
        self._started_at = self._needed_at = -_REST_SECONDS
        self._failures = 0
        self._not_before = 0.0
        self._closing = False

    @property
    def capacity(self) -> int:
        """How many batches may be begun before the first is finished."""
        return AHEAD if self._process is not None and self._process.is_ready else 1

    def staff(self, waiting: int) -> None:
        """Start or end the process as the number of waiting events demands."""
        now = self._clock.monotonic()
        is_needed = self._mode == "always" or (self._mode == "auto" and waiting > _MANY)
        if is_needed:
            self._needed_at = now
        if self._process is None:
            if is_needed and now >= self._not_before:
                self._start(now)
        elif not self._process.is_ready:
            self._await_start(self._process, now)
        elif now - self._needed_at > _REST_SECONDS and not self._ordered:
            self._process.close()
            self._process = None
            logger.info("The second process for understanding events is not needed any more.")

    def begin(self, frames: list[Frame]) -> int:
        """Answers the number under which to `finish` it."""
        self._number += 1
        if frames and self._process is not None and self._process.is_ready:
            if frames[-1].last_seq - frames[0].first_seq >= _BUSY:
                self._needed_at = self._clock.monotonic()
            try:
                self._process.order(self._number, frames, self._clock.now())
                self._ordered.append(self._number)
            except ProcessFailed as fault:
                self._lose(fault)
        return self._number

    def finish(self, number: int, frames: list[Frame], decoded: Decoded | None = None) -> Understood:
        """What became of these frames, which were begun under this number. Raises only for lack of memory.

        `decoded`: events of them that need not be decoded again.
        """
        while self._ordered and self._ordered[0] < number:  # begun before a failure of the store, wanted no more
            self._ordered.popleft()
        if self._process is not None and self._ordered and self._ordered[0] == number:
            try:
                understood = self._process.answer(number)
            except ProcessFailed as fault:
                self._lose(fault)
            else:
                self._ordered.popleft()
                self._failures = 0
                return understood
        return self._understanding.understand(frames, self._clock.now(), decoded)

    def interrupt(self) -> None:
        """From any thread, before `close`: have `begin` and `finish` wait for the process no more."""
        self._closing = True
        process = self._process
        if process is not None:
            process.interrupt()

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def _start(self, now: float) -> None:
        self._started_at = now
        try:
            self._process = UnderstandingProcess(self._prices)
        except ProcessFailed as fault:
            self._lose(fault)
        else:
            self._metrics.second_process_starts.inc()
            logger.info("A second process (pid %d) helps to understand events.", self._process.pid)

    def _await_start(self, process: UnderstandingProcess, now: float) -> None:
        try:
            if not process.listen() and now - self._started_at > _START_SECONDS:
                raise ProcessFailed(f"it was not ready after {_START_SECONDS:.0f} s")
        except ProcessFailed as fault:
            self._lose(fault)

    def _lose(self, fault: ProcessFailed) -> None:
        """Go on without it, and try again later: soon at first, then ever more rarely."""
        fate = self._process.close() if self._process is not None else ""
        self._process = None
        self._ordered.clear()
        if self._closing:
            return
        self._not_before = self._clock.monotonic() + min(_LONGEST_PAUSE, 2 ** min(self._failures, _DOUBLINGS))
        self._failures += 1
        self._metrics.second_process_failures.inc()
        told = f"{fault} ({fate})" if fate else str(fault)
        logger.warning("The second process for understanding events failed: %s. Going on without it.", told)
