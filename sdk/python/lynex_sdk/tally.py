"""What became of the events: captured, sent, retried, and dropped by reason. Read with `client.stats()`."""

from __future__ import annotations

import threading
from typing import Any


class Tally:
    """`captured` = sent + dropped + what waits (in the buffer, on the wire, in the spool), always."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._captured = 0
        self._sent = 0
        self._retried = 0
        self._dropped: dict[str, int] = {}

    def capture(self) -> None:
        with self._lock:
            self._captured += 1

    def sent(self, count: int) -> None:
        with self._lock:
            self._sent += count

    def retried(self, count: int) -> None:
        with self._lock:
            self._retried += count

    def dropped(self, reason: str, count: int = 1) -> None:
        with self._lock:
            self._dropped[reason] = self._dropped.get(reason, 0) + count

    def read(self) -> dict[str, Any]:
        with self._lock:
            return {
                "captured": self._captured,
                "sent": self._sent,
                "retried": self._retried,
                "dropped": dict(self._dropped),
            }
