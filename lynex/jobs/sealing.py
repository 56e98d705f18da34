"""When to seal: the unsealed journal is large, or its oldest event is old. Then what is sealed leaves the journal."""

import logging
import threading

from lynex.clock import HOUR, Clock
from lynex.config import JournalConfig
from lynex.ingest.journal import Journal
from lynex.store.contract import Sealer

logger = logging.getLogger(__name__)


class Sealing:
    """One seal at a time; run by the timetable, in a thread of its own, and before history is mapped again."""

    def __init__(self, journal: Journal, store: Sealer, config: JournalConfig, clock: Clock) -> None:
        self._journal = journal
        self._store = store
        self._config = config
        self._clock = clock
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
        """Seal everything stored, then free the journal. Answers the last sequence sealed."""
        with self._one_at_a_time:
            through = self._store.seal(self._store.totals().position)
            freed = self._journal.free(through)
        logger.info("Sealed events through sequence %d; freed %d bytes of the journal.", through, freed)
        return through
