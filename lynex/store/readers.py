"""Reading connections, a bounded number of them: each question has a deadline and can be given up."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import duckdb
import pyarrow as pa

from lynex.clock import Clock
from lynex.errors import OutOfMemory, QueryTimeout, Rebuilding, StorageFailed
from lynex.store.contract import Cancel, Cancelled, Value

_REPEAT: Final = 0.02  # DuckDB forgets an interrupt that comes before the statement has begun: say it again

_LONGEST_GOODBYE: Final = 30.0  # seconds


@dataclass(slots=True, eq=False)
class _Statement:
    connection: duckdb.DuckDBPyConnection
    deadline: float
    why: str = field(default="")  # timeout | cancelled | closing, once it is to be interrupted


class Readers:
    """Made for one open database and closed with it; `ask` may be called from any thread."""

    def __init__(self, connect: Callable[[], duckdb.DuckDBPyConnection], count: int, clock: Clock) -> None:
        self._connect = connect
        self._idle = [connect() for _ in range(count)]
        self._count = count
        self._clock = clock
        self._running: set[_Statement] = set()
        self._lock = threading.Lock()
        self._freed = threading.Condition(self._lock)
        self._sooner = threading.Condition(self._lock)
        self._closed = False
        self._wakes_at = float("inf")
        self._watchman = threading.Thread(target=self._watch, name="lynex-query-deadlines", daemon=True)
        self._watchman.start()

    def ask(self, sql: str, values: Mapping[str, Value], timeout: float, cancel: Cancel | None = None) -> pa.Table:
        """Raises `QueryTimeout`, `Cancelled`, `Rebuilding` (closed meanwhile), `OutOfMemory`, or what DuckDB raises."""
        statement = self._begin(self._clock.monotonic() + timeout)
        try:
            if cancel is not None:
                cancel.watch(lambda: self._interrupt(statement, "cancelled"))
                if cancel.cancelled:
                    raise self._reason(statement, timeout)
            return statement.connection.sql(sql, params=dict(values) or None).to_arrow_table()
        except duckdb.InterruptException:
            raise self._reason(statement, timeout) from None
        except duckdb.OutOfMemoryException as error:
            raise OutOfMemory("The question needs more memory than storage.memory_limit allows.") from error
        finally:
            if cancel is not None:
                cancel.watch(None)
            self._end(statement)

    @contextmanager
    def borrow(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection besides the bounded number, without a deadline; `close` interrupts and waits for it too."""
        statement = _Statement(self._connect(), float("inf"))
        with self._lock:
            if self._closed:
                raise Rebuilding("The hot database is being reopened.")
            self._running.add(statement)
        try:
            yield statement.connection
        except duckdb.InterruptException:
            raise Rebuilding("The hot database was reopened meanwhile.") from None
        finally:
            with self._lock:  # the watchman interrupts what is running: never a closed connection
                self._running.discard(statement)
                statement.connection.close()
                self._freed.notify_all()

    def close(self) -> None:
        """Interrupt what runs and close the connections."""
        with self._lock:
            self._closed = True
            for statement in self._running:
                statement.why, statement.deadline = statement.why or "closing", 0.0
            self._freed.notify_all()
            self._sooner.notify()
            if not self._freed.wait_for(lambda: not self._running, _LONGEST_GOODBYE):
                raise StorageFailed("A question does not end although it was interrupted.")
            self._sooner.notify()
        self._watchman.join()
        for connection in self._idle:
            connection.close()

    def _begin(self, deadline: float) -> _Statement:
        with self._lock:
            while not self._idle and not self._closed:
                left = deadline - self._clock.monotonic()
                if left <= 0:
                    raise QueryTimeout(f"All {self._count} readers were busy until the time limit.", retry_after=1)
                self._freed.wait(left)
            if self._closed:
                raise Rebuilding("The hot database is being reopened.")
            statement = _Statement(self._idle.pop(), deadline)
            self._running.add(statement)
            if deadline < self._wakes_at:
                self._sooner.notify()
            return statement

    def _end(self, statement: _Statement) -> None:
        with self._lock:
            self._running.discard(statement)
            self._idle.append(statement.connection)
            if self._closed:
                self._freed.notify_all()
            else:
                self._freed.notify()

    def _interrupt(self, statement: _Statement, why: str) -> None:
        with self._lock:
            statement.why, statement.deadline = why, 0.0
            self._sooner.notify()

    def _watch(self) -> None:
        with self._lock:
            while self._running or not self._closed:
                now = self._clock.monotonic()
                late = [statement for statement in self._running if statement.deadline <= now]
                for statement in late:
                    statement.why = statement.why or "timeout"
                    statement.connection.interrupt()
                self._wakes_at = min((s.deadline for s in self._running), default=float("inf"))
                wait = _REPEAT if late else self._wakes_at - now
                self._sooner.wait(wait if wait < threading.TIMEOUT_MAX else None)

    def _reason(self, statement: _Statement, timeout: float) -> Exception:
        if statement.why == "cancelled":
            return Cancelled("nobody waits for the answer any more")
        if statement.why == "closing":
            return Rebuilding("The hot database was reopened while the question ran.")
        return QueryTimeout(f"The question took longer than {timeout:g} s.", retry_after=1)
