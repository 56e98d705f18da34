"""The one daemon thread that brings events to the server: in batches, again and again, never in the host's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .backoff import Backoff
from .buffer import Buffer, Captured
from .settings import Settings
from .spool import Spool
from .tally import Tally
from .transport import Answer, Transport

_IDLE: Final = 5.0  # seconds between two looks at the spool
_TO_SPOOL: Final = 0.3  # of the time to stop, kept for writing to the spool what could not be sent
_HURRIED: Final = 0.25  # between two tries while somebody waits in `flush`
Encode = Callable[[Captured], "bytes | None"]
Warn = Callable[[str], None]


class Worker:
    """`encode` makes the JSON of an event, or None when it must not be sent (and has counted why)."""

    def __init__(
        self, settings: Settings, buffer: Buffer, transport: Transport, tally: Tally, encode: Encode, warn: Warn
    ) -> None:
        self._settings = settings
        self._buffer = buffer
        self._transport = transport
        self._tally = tally
        self._encode = encode
        self._warn = warn
        self._spool = Spool(settings.spool_dir, settings.max_spool_bytes) if settings.spool_dir else None
        self._backoff = Backoff(settings.max_retry_wait)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._progress = threading.Condition(threading.Lock())
        self._finished = 0  # events that are done with: sent, dropped or spooled
        self._accepted = 0
        self._on_wire = 0
        self._give_up_at: float | None = None  # monotonic; set once, by `stop`
        self._warned: dict[str, float] = {}

    def put(self, event: Captured) -> bool:
        """False when the buffer is full. Starts the thread with the first event."""
        if not self._buffer.put(event):
            return False
        with self._progress:
            self._accepted += 1
        if self._thread is None:
            self._start()
        return True

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None or self._give_up_at is not None:
                return
            thread = threading.Thread(target=self._run, name="lynex", daemon=True)
            thread.start()  # RuntimeError at the interpreter's end: the caller counts the event as dropped
            self._thread = thread

    @property
    def waiting(self) -> int:
        """Events in memory: buffered and on the wire."""
        return len(self._buffer) + self._on_wire

    @property
    def spooled(self) -> int:
        return len(self._spool) if self._spool is not None else 0

    def flush(self, timeout: float) -> bool:
        """Wait until everything accepted so far is sent, spooled or dropped; False when the time ran out first."""
        if self._thread is None:
            return len(self._buffer) == 0
        until = time.monotonic() + timeout
        self._buffer.hurry(True)
        try:
            with self._progress:
                target = self._accepted
                while self._finished < target:
                    left = until - time.monotonic()
                    if left <= 0:
                        return False
                    self._progress.wait(left)
            return True
        finally:
            self._buffer.hurry(False)

    def stop(self, timeout: float) -> bool:
        """Send what can be sent within `timeout`, spool or drop the rest. True when nothing was dropped for that."""
        spare = _TO_SPOOL * timeout if self._spool is not None else 0.0
        self._give_up_at = time.monotonic() + timeout - spare
        self._buffer.hurry(True)
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout + 0.1)
        left = len(self._buffer)
        return left == 0 and self._on_wire == 0

    def _run(self) -> None:
        while not self._must_leave():
            try:
                self._turn()
            except Exception as fault:  # the outer edge: a host never loses its observability to one odd event
                self._say("internal", f"an unexpected fault, please report it: {type(fault).__name__}: {fault}")
                time.sleep(_HURRIED)
        self._leave()

    def _must_leave(self) -> bool:
        if self._give_up_at is None:
            return False
        return time.monotonic() >= self._give_up_at or (len(self._buffer) == 0 and self.spooled == 0)

    def _turn(self) -> None:
        buffer, settings = self._buffer, self._settings
        if not len(buffer):
            if self._send_spooled():
                return
            buffer.wait(_IDLE if self._spool is not None else None)
            if len(buffer) and self._give_up_at is None:
                buffer.gather(settings.flush_interval)
        taken = buffer.take(settings.flush_events, settings.flush_bytes)
        if taken:
            self._on_wire = len(taken)
            try:
                self._deliver(taken)
            finally:
                self._on_wire = 0
        elif buffer.is_urgent and self._give_up_at is None:
            time.sleep(0.001)

    def _deliver(self, taken: list[Captured]) -> None:
        encoded = [data for data in map(self._encode, taken) if data is not None]
        self._done(len(taken) - len(encoded))
        if encoded:
            self._send(encoded)

    def _done(self, count: int) -> None:
        with self._progress:
            self._finished += count
            self._progress.notify_all()

    def _send(self, batch: list[bytes]) -> None:
        """Until it is sent, spooled or dropped."""
        tries = 0
        while True:
            if self._gives_up():
                self._set_aside(batch)
                return
            if self._spool is not None and self._backoff.is_open and self._spool.put(batch):
                self._done(len(batch))
                self._pause()
                return
            self._pause()
            if tries:
                self._tally.retried(len(batch))
            tries += 1
            answer = self._attempt(batch)
            if answer.kind != "retry":
                self._backoff.succeeded()
                self._settle(batch, answer)
                return
            self._backoff.failed(time.monotonic(), answer.wait)
            self._say("unreachable", f"{answer.reason}. Events wait and are sent again.")

    def _attempt(self, batch: list[bytes]) -> Answer:
        began = time.monotonic()
        answer = self._transport.send(batch, self._time_left())
        if self._settings.debug:
            took = round((time.monotonic() - began) * 1000)
            size = sum(map(len, batch))
            self._warn(f"{len(batch)} events, {size} bytes: {answer.kind} after {took} ms {answer.reason}".rstrip())
        return answer

    def _settle(self, batch: list[bytes], answer: Answer) -> None:
        if answer.kind == "sent":
            self._tally.sent(len(batch))
            self._done(len(batch))
        elif answer.kind == "refused":
            self._drop_faulty(batch, answer)
        elif answer.kind == "too_large" and len(batch) > 1:
            middle = len(batch) // 2
            self._send(batch[:middle])
            self._send(batch[middle:])
        else:
            self._drop(batch, answer.kind if answer.kind in ("too_large", "denied") else "refused", answer.reason)

    def _drop_faulty(self, batch: list[bytes], answer: Answer) -> None:
        """Only the events that the server named; the others go again at once."""
        faulty = [data for index, data in enumerate(batch) if index in answer.faults]
        rest = [data for index, data in enumerate(batch) if index not in answer.faults]
        if not faulty:
            self._drop(batch, "refused", answer.reason)
            return
        self._drop(faulty, "refused", "; ".join(answer.faults.values()))
        if rest:
            self._tally.retried(len(rest))
            self._send(rest)

    def _drop(self, batch: list[bytes], reason: str, said: str) -> None:
        self._tally.dropped(reason, len(batch))
        self._done(len(batch))
        self._say(reason, f"{len(batch)} events were dropped: {said}")

    def _set_aside(self, batch: list[bytes]) -> None:
        """The host ends: the spool keeps it for the next start, or it is lost and counted."""
        if self._spool is not None and self._spool.put(batch):
            self._done(len(batch))
        else:
            self._drop(batch, "shutdown", "the host ended before the server could be reached")

    def _pause(self) -> None:
        """Wait as long as the last failure asks for, or shortly while somebody is in a hurry."""
        while (left := self._backoff.remaining(time.monotonic())) > 0 and not self._gives_up():
            if self._buffer.is_urgent:
                time.sleep(min(left, _HURRIED))
                return
            time.sleep(min(left, _HURRIED))
            if self._spool is not None and self._backoff.is_open and len(self._buffer) >= self._settings.flush_events:
                return  # there is more to put on disk meanwhile

    def _gives_up(self) -> bool:
        return self._give_up_at is not None and time.monotonic() >= self._give_up_at

    def _time_left(self) -> float | None:
        return None if self._give_up_at is None else self._give_up_at - time.monotonic()

    def _send_spooled(self) -> bool:
        """One batch of the spool, while nothing newer waits. False: there is none, or it is no time for it."""
        if self._spool is None or self._backoff.remaining(time.monotonic()) > 0:
            return False
        claimed = self._spool.claim()
        if claimed is None:
            return False
        path, batch = claimed
        self._on_wire = len(batch)
        try:
            return self._send_again(self._spool, path, batch)
        finally:
            self._on_wire = 0

    def _send_again(self, spool: Spool, path: Path, batch: list[bytes]) -> bool:
        answer = self._attempt(batch)
        if answer.kind == "retry":
            self._backoff.failed(time.monotonic(), answer.wait)
            spool.release(path)
            return False
        self._backoff.succeeded()
        spool.done(path)
        with self._progress:
            self._finished -= len(batch)  # they were done with when spooled; `_settle` counts them again
        self._settle(batch, answer)
        return True

    def _leave(self) -> None:
        while taken := self._buffer.take(self._settings.flush_events, self._settings.flush_bytes):
            encoded = [data for data in map(self._encode, taken) if data is not None]
            if encoded:
                self._set_aside(encoded)
        self._transport.close()

    def _say(self, kind: str, text: str) -> None:
        """Once a minute for each kind of fault."""
        now = time.monotonic()
        if now - self._warned.get(kind, -60.0) >= 60.0:
            self._warned[kind] = now
            self._warn(text)
