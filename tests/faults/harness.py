"""Load that remembers what it was told, and a checker that compares that with what is there.

Verdict per id: acknowledged ⇒ exactly one; refused ⇒ none; unknown (no answer came) ⇒ at most one; nothing else at all.
"""

import http.client
import json
import os
import sqlite3
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from tests.running import KEY, Running
from tests.samples import a_log

SCALE = os.environ.get("LYNEX_FAULTS", "everyday")  # everyday | quick | full


def scaled(everyday: int, quick: int, full: int) -> int:
    return {"everyday": everyday, "quick": quick, "full": full}[SCALE]


@dataclass
class Load:
    """`workers` connections posting batches until told to stop; an id is logged before it is sent."""

    server: Running
    workers: int = 4
    batch: int = 20
    pause: float = 0.0
    acknowledged: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self) -> "Load":
        self._stop.clear()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.workers)]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> "Load":
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a worker hangs"
        return self

    def once(self) -> int:
        """One batch now; its status, or 0 when no answer came."""
        status, connection = self._send(None)
        if connection is not None:
            connection.close()
        return status

    def _work(self) -> None:
        connection = None
        while not self._stop.is_set():
            status, connection = self._send(connection)
            if status == 0:
                connection = None
                self._stop.wait(0.02)
            elif self.pause:
                self._stop.wait(self.pause)
        if connection is not None:
            connection.close()

    def _send(self, connection):
        ids = [str(uuid.uuid4()) for _ in range(self.batch)]
        body = json.dumps({"events": [a_log(one, "a line of text " * 8) for one in ids]})
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=15)
        try:
            connection.request(
                "POST", "/api/v1/events/batch", body, {"Content-Type": "application/json", "X-API-Key": KEY}
            )
        except OSError:
            # Nothing may have left, or part of it: without an answer the truth is unknown.
            return self._note(0, ids, b"", connection)
        try:
            answer = connection.getresponse()
            return self._note(answer.status, ids, answer.read(), connection)
        except (OSError, http.client.HTTPException):
            return self._note(0, ids, b"", connection)

    def _note(self, status, ids, answer, connection):
        with self._lock:
            self.statuses[status] += 1
            if status == 202:
                self.acknowledged.update(ids)
            elif status == 0:
                self.unknown.update(ids)
            else:
                self.refused.update(ids)
                self.codes[json.loads(answer).get("code", "?") if answer else "?"] += 1
        if status != 202:
            connection.close()
            return status, None
        return status, connection


def dead_ids(server: Running) -> list[str]:
    path = server.data_dir / "control" / "lynex.sqlite"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as control:
        rows = control.execute("SELECT event_id FROM dead_letters").fetchall()
    control.close()
    return [row[0] for row in rows]


def settle(server: Running, seconds: float = 60.0) -> None:
    """Start (if stopped), let the backlog drain, check the accounting law, stop."""
    if server.process is None or server.process.poll() is not None:
        server.start(wait=seconds)
    server.drain(seconds)
    assert server.metric("lynex_accounting_difference") == 0
    assert server.stop() == 0, server.log()[-3000:]


def verdict(server: Running, *loads: Load, lost: int = 0) -> None:
    """Raise unless what is stored is exactly what was promised (up to `lost` acknowledged ones damaged on purpose)."""
    stored = Counter(server.stored_ids()) + Counter(dead_ids(server))
    acknowledged = set().union(*(load.acknowledged for load in loads))
    unknown = set().union(*(load.unknown for load in loads))
    missing = acknowledged - stored.keys()
    doubled = [one for one, count in stored.items() if count > 1]
    phantoms = stored.keys() - acknowledged - unknown
    assert len(missing) <= lost, f"{len(missing)} of {len(acknowledged)} acknowledged events are missing"
    assert not doubled, f"{len(doubled)} events are stored twice"
    assert not phantoms, f"{len(phantoms)} events are stored that were refused or never sent"


def wait_until(condition, seconds: float = 20.0, what: str = "the condition") -> None:
    """`seconds` on a machine of our own; a busy one is given three times as long."""
    until = time.monotonic() + 3 * seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true in {3 * seconds} s")
