"""Whether the store answers: a real query, at most once a second however often it is asked."""

import asyncio
from typing import Final

from lynex.clock import Clock
from lynex.errors import LynexError
from lynex.store.contract import EventStore

_EVERY_S: Final = 1.0
_PROBE: Final = "SELECT count(*) AS n FROM (SELECT seq FROM events LIMIT 1)"
_PROBE_TIMEOUT_S: Final = 5.0


class Health:
    def __init__(self, store: EventStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._at = float("-inf")
        self._fault: LynexError | None = None
        self._one = asyncio.Lock()

    async def fault(self) -> LynexError | None:
        """Why the store does not answer; None when it does."""
        async with self._one:
            if self._clock.monotonic() - self._at >= _EVERY_S:
                self._fault = await asyncio.to_thread(self._probe)
                self._at = self._clock.monotonic()
        return self._fault

    def _probe(self) -> LynexError | None:
        try:
            self._store.select(_PROBE, {}, timeout=_PROBE_TIMEOUT_S)
        except LynexError as fault:
            return fault
        return None
