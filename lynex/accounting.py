"""The accounting law: what was accepted equals what became of it, off by zero, always. Exported at each scrape.

`accepted` is what the journal ever made durable (sequences start at 1, duplicates included). The rest is counted where
it is: rows that are there, ledger entries written with them, and what the journal still holds back.
"""

from collections.abc import Iterator
from typing import Final

from lynex.errors import LynexError
from lynex.ingest.journal import Journal
from lynex.ingest.processor import Processor
from lynex.metrics import Figure
from lynex.store.hot import HotStore

_COUNTED: Final = """
SELECT (SELECT count(*) FROM events) AS hot, coalesce(max(last_seq), 0) AS position,
       coalesce(sum(deduplicated), 0) AS deduplicated, coalesce(sum(dead_lettered), 0) AS dead_lettered,
       coalesce(sum(damaged), 0) AS damaged, coalesce(sum(deleted), 0) AS deleted_by_request
FROM ledger
"""
_STATES: Final = ("hot", "deduplicated", "dead_lettered", "damaged", "deleted_by_request")
_LATER: Final = ("cold", "archive", "deleted_by_retention")  # nothing leaves the hot store yet


class Accounting:
    """Reads the figures of one moment. While the store cannot answer, the law is not stated at all."""

    def __init__(self, journal: Journal, store: HotStore, processor: Processor) -> None:
        self._journal = journal
        self._store = store
        self._processor = processor

    def figures(self) -> Iterator[Figure]:
        yield Figure("lynex_queue_depth", "Accepted events not stored yet.", self._processor.queue_depth)
        yield Figure("lynex_visible_lag_seconds", "Age of the oldest such event.", self._processor.visible_lag())
        yield Figure("lynex_journal_bytes", "Size of the journal on disk.", self._journal.bytes)
        yield Figure("lynex_hot_wal_bytes", "Size of the hot database's log.", self._store.wal_bytes)
        yield Figure("lynex_sealed_through", "Last sequence sealed into Parquet.", self._store.sealed_through)
        done, total = self._processor.rebuild_progress
        yield Figure("lynex_rebuild_done_events", "Events put back by the rebuild in progress or last.", done)
        yield Figure("lynex_rebuild_total_events", "Events that rebuild puts back in all.", total)
        yield from self._law()

    def _law(self) -> Iterator[Figure]:
        try:
            row = self._store.select(_COUNTED, {}).to_pylist()[0]
        except LynexError:
            return
        counted = {state: int(row[state]) for state in _STATES} | dict.fromkeys(_LATER, 0)
        accepted = max(self._journal.head, int(row["position"]))
        counted["in_journal"] = accepted - int(row["position"])
        help_text = "What became of everything accepted, by state; the states are disjoint."
        for state, count in counted.items():
            yield Figure("lynex_accounting_events", help_text, count, {"state": state})
        yield Figure("lynex_accounting_accepted", "Everything ever accepted, duplicates included.", accepted)
        yield Figure("lynex_accounting_difference", "Accepted minus all states: 0.", accepted - sum(counted.values()))
