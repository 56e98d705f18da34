"""When to try again: waits that double with jitter, and a breaker that stops trying for a while after many failures."""

from __future__ import annotations

from typing import Final

from .identity import chance

_FIRST: Final = 0.5
_BREAKS_AFTER: Final = 5


class Backoff:
    """Times in seconds on a monotonic clock."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._failures = 0
        self._until = 0.0

    def succeeded(self) -> None:
        self._failures = 0
        self._until = 0.0

    def failed(self, now: float, asked: float | None = None) -> float:
        """Note a failure; how long to wait. `asked` is the server's Retry-After, which is never undercut."""
        self._failures += 1
        doubled = min(self._longest, _FIRST * 2.0 ** min(self._failures - 1, 16))
        wait = doubled * (0.5 + chance() / 2)
        if asked is not None:
            wait = asked + chance() * min(1.0, asked)
        self._until = now + wait
        return wait

    def remaining(self, now: float) -> float:
        return max(0.0, self._until - now)

    @property
    def is_open(self) -> bool:
        """Whether so much failed that new batches should go to the spool rather than wait in memory."""
        return self._failures >= _BREAKS_AFTER
