"""One accepted event → the row to store: understood, counted, priced."""

from collections.abc import Iterable

from lynex.events.decoding import Unreadable
from lynex.events.envelope import Event
from lynex.failpoints import is_planned, reach
from lynex.ingest.enrich import UNKNOWN_MODEL, enrich
from lynex.ingest.normalise import normalise
from lynex.ingest.parcel import Sender
from lynex.ingest.recent_responses import RecentResponses
from lynex.pricing.book import PriceBook
from lynex.store.stored_event import StoredEvent


class NotReadable(Exception):
    """The journal holds something that is no event any more."""


class Interpreter:
    """`interpret` is for the preparer's thread only: it remembers which calls were counted lately."""

    def __init__(self, prices: PriceBook) -> None:
        self._prices = prices
        self._recent = RecentResponses()
        self._buffer = bytearray()  # for bodies: its memory is used again and again
        self._may_fail = is_planned("processor.event.")

    def interpret(self, event: Event | Unreadable, seq: int, sender: Sender, processed_at: int) -> StoredEvent:
        """Raises whatever is wrong with this one event; the caller sets it aside."""
        if isinstance(event, Unreadable):
            raise NotReadable(event.reason)
        if self._may_fail:
            reach("processor.event." + event.event_id)
        reading = normalise(
            event, seq=seq, project_id=sender.project_id, key_id=sender.key_id, received_at=sender.received_at
        )
        return enrich(reading, self._prices, self._recent, processed_at, self._buffer)

    def note_unpriced(self, rows: Iterable[StoredEvent]) -> int:
        """Remember the models without a price among rows that were stored; how many rows those are."""
        unpriced = [row for row in rows if row.cost_source == UNKNOWN_MODEL]
        for row in unpriced:
            model = row.model if row.model else row.response_model
            if model:
                self._prices.note_unknown(row.provider, model, row.at)
        return len(unpriced)
