"""When to seal: the unsealed journal is large, or its oldest event is old. Then what is sealed leaves the journal."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from lynex.clock import HOUR, Clock
from lynex.config import JournalConfig
from lynex.ingest.journal import Journal
from lynex.store.contract import Sealer

logger = logging.getLogger(__name__)

PIECE: Final = 131_072  # sequences sealed in one go: a few seconds of one core
_MANY: Final = 12_000  # waiting events: storing them comes first
_LONGEST_WAIT: Final = 10.0  # seconds before each piece: slowly is better than never
_LOOK_EVERY: Final = 0.1


class Sealing:
    """One seal at a time; run by the timetable, in a thread of its own, and before history is mapped again."""

    def __init__(
        self, journal: Journal, store: Sealer, config: JournalConfig, clock: Clock, waiting: Callable[[], int]
    ) -> None:
        """`waiting`: how many accepted events are not stored yet."""
        self._journal = journal
        self._store = store
        self._config = config
        self._clock = clock
        self._waiting = waiting
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()

    def run_if_due(self) -> None:
        if self.is_due():
            self.run()

    def is_due(self) -> bool:
        sealed = self._store.sealed_through
        if self._store.totals().position <= sealed:
            return False
        if self._journal.bytes_after(sealed) >= min(self._config.seal_bytes, self._config.max_bytes // 4):
            return True
        oldest = self._journal.oldest_at(sealed + 1)
        return oldest is not None and self._clock.now() - oldest >= self._config.seal_hours * HOUR

    def run(self) -> int:
        """Seal everything stored, piece by piece, each of which then leaves the journal. Answers the last sequence
        sealed."""
        with self._one_at_a_time:
            target, sealed, freed = self._store.totals().position, self._store.sealed_through, 0
            while sealed < target and not self._stopping.is_set():
                self._let_storing_go_first()
                before, sealed = sealed, self._seal_piece(sealed, target)
                if sealed == before:
                    break
                freed += self._journal.free(sealed)
        logger.info("Sealed events through sequence %d; freed %d bytes of the journal.", sealed, freed)
        return sealed

    def stop(self) -> None:
        """Begin no further piece: what is not sealed yet is sealed after the next start."""
        self._stopping.set()

    def _seal_piece(self, sealed: int, target: int) -> int:
        through = self._store.seal(min(target, sealed + PIECE))
        return through if through > sealed else self._store.seal(target)  # a batch larger than a piece

    def _let_storing_go_first(self) -> None:
        """For a while: an overload must not fill the journal."""
        until = self._clock.monotonic() + _LONGEST_WAIT
        while (
            self._waiting() > _MANY
            and self._journal.bytes < self._config.max_bytes // 2
            and self._clock.monotonic() < until
            and not self._stopping.wait(_LOOK_EVERY)
        ):
            pass
