"""Events between the host and the wire: bounded in number and in size, safe for any thread, empty in a forked child."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any


class Captured:
    """An event as it was captured; the worker makes the envelope of it. `size` in characters, roughly bytes."""

    __slots__ = ("at", "body", "context", "event_id", "size", "type")

    def __init__(
        self, event_id: str, kind: str, at: int, context: dict[str, Any], body: dict[str, Any], size: int
    ) -> None:
        self.event_id = event_id
        self.type = kind
        self.at = at  # nanoseconds since 1970
        self.context = context
        self.body = body
        self.size = size


class Buffer:
    """Full means the new event is refused: what was captured first is sent first, and the host never waits."""

    def __init__(self, max_events: int, max_bytes: int, wake_at: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._wake_at = wake_at
        self._events: deque[Captured] = deque()
        self._bytes = 0
        self._news = threading.Condition(threading.Lock())
        self._urgent = False

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Captured) -> bool:
        with self._news:
            waiting = len(self._events)
            if waiting >= self._max_events or self._bytes + event.size > self._max_bytes:
                return False
            self._events.append(event)
            self._bytes += event.size
            if waiting == 0 or waiting + 1 == self._wake_at:
                self._news.notify()
            return True

    def wait(self, timeout: float | None) -> None:
        """Until there is an event, or somebody is in a hurry."""
        with self._news:
            if not self._events and not self._urgent:
                self._news.wait(timeout)

    def gather(self, timeout: float) -> None:
        """Until there are enough for a batch, or somebody is in a hurry, or the time is up."""
        with self._news:
            if len(self._events) < self._wake_at and not self._urgent:
                self._news.wait(timeout)

    def hurry(self, urgent: bool) -> None:
        with self._news:
            self._urgent = urgent
            self._news.notify_all()

    @property
    def is_urgent(self) -> bool:
        return self._urgent

    def take(self, most: int, most_bytes: int) -> list[Captured]:
        """The oldest ones, at least one if there is any."""
        taken: list[Captured] = []
        size = 0
        with self._news:
            while self._events and len(taken) < most and (not taken or size + self._events[0].size <= most_bytes):
                event = self._events.popleft()
                size += event.size
                taken.append(event)
            self._bytes -= size
        return taken
