"""Stored rows → the same rows as today's mapping, prices and counting rules make them of what was received.

Identity and time never change: sequence, event id, `at`, when and with which key it came. A row that cannot be made
again stays as it is.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from lynex.events.envelope import Event
from lynex.ingest.as_received import event_of, is_record, record_of
from lynex.ingest.enrich import CALL, enrich
from lynex.ingest.messages import same_json
from lynex.ingest.normalise import normalise
from lynex.ingest.otlp_events import read_record
from lynex.ingest.parcel import Sender
from lynex.ingest.reading import Reading
from lynex.ingest.recent_calls import RecentCalls
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent

logger = logging.getLogger(__name__)

_KEPT: Final = (
    "seq",
    "project_id",
    "event_id",
    "at",
    "sent_at",
    "received_at",
    "processed_at",
    "queue_latency_ms",
    "clock_skew_ms",
    "key_id",
    "sdk_name",  # deletions go by it
    "sdk_version",
)
_MOST_TOLD: Final = 5  # faults of a day in the log: what is wrong with one is mostly wrong with thousands
_JSON: Final = ("attrs", "context", "body")


class Remap:
    """For one day of one project: first `look_back`, then `again` with its rows in order of sequence."""

    def __init__(self, prices: PriceBook) -> None:
        self._prices = prices
        self._calls = RecentCalls()
        self._buffer = bytearray()
        self.failed = 0

    def look_back(self, rows: Sequence[StoredEvent]) -> None:
        """Rows around the day, as they are stored: what was counted there is not counted here."""
        self._settle(rows, rows)

    def again(self, rows: Sequence[StoredEvent]) -> list[StoredEvent]:
        """The rows made anew, in the same order; one that comes out the same is the same text by text."""
        made = [self._made_again(row) for row in rows]
        self._settle(rows, made)
        for row, new in zip(rows, made, strict=True):
            for column in _JSON:
                _keep_spelling(row, new, column)
        return made

    def _settle(self, rows: Sequence[StoredEvent], made: Sequence[StoredEvent]) -> None:
        """What counts as it is stored is heard first, so that of two events of one call the same counts as before."""
        waiting: list[list[StoredEvent]] = [[], [], [], []]
        for row, new in zip(rows, made, strict=True):
            waiting[_turn(row, new)].append(new)
        for together in waiting:
            self._calls.settle(together)

    def _made_again(self, row: StoredEvent) -> StoredEvent:
        try:
            new = self._derived(row)
        except Exception:  # one row never stops the others: it stays what it was
            self.failed += 1
            if self.failed <= _MOST_TOLD:
                logger.exception("Event %s of sequence %d cannot be mapped again.", row.event_id, row.seq)
            return msgspec.structs.replace(row)
        for column in _KEPT:
            setattr(new, column, getattr(row, column))
        return new

    def _derived(self, row: StoredEvent) -> StoredEvent:
        body = msgspec.json.decode(row.body)
        if is_record(row, body):
            sender = Sender("otlp", row.project_id, row.key_id, row.received_at, {})
            return read_record(
                record_of(row, body),
                seq=row.seq,
                sender=sender,
                processed_at=row.processed_at,
                prices=self._prices,
                buffer=self._buffer,
            )
        reading = self._read(row, event_of(row, body))
        if row.attrs is not None and reading.row.attrs is None:  # they looked like flags of ours, and were not
            reading = self._read(row, event_of(row, body, flagged=False))
        return enrich(reading, self._prices, row.processed_at, self._buffer)

    def _read(self, row: StoredEvent, event: Event) -> Reading:
        reading = normalise(
            event, seq=row.seq, project_id=row.project_id, key_id=row.key_id, received_at=row.received_at
        )
        reading.row.at = row.at  # an imported event keeps its time, and prices go by it
        return reading


def _turn(row: StoredEvent, new: StoredEvent) -> int:
    if new.usage_scope != CALL:
        return 0  # nothing to decide, but others may stand below it
    if row.usage_scope != CALL:
        return 3
    return 1 if row.type == "token_usage" else 2


def _keep_spelling(row: StoredEvent, new: StoredEvent, column: str) -> None:
    """The order of keys and the way numbers are written may differ between what was stored and what is made of it."""
    before, after = getattr(row, column), getattr(new, column)
    if before == after or before is None or after is None:
        return
    if same_json(_decoded(before), _decoded(after)):
        setattr(new, column, before)


_decoded: Final[Callable[[str], Any]] = msgspec.json.decode
