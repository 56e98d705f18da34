"""Everything that can be asked about stored events."""

from dataclasses import dataclass

from lynex.query.cursors import Cursors
from lynex.query.events import Events
from lynex.query.lookup import Lookup
from lynex.query.stats import Stats
from lynex.query.traces import Traces
from lynex.store.contract import EventStore


@dataclass(frozen=True, slots=True)
class Queries:
    """Each question blocks until the store answers; ask it in a reader thread."""

    events: Events
    lookup: Lookup
    stats: Stats
    traces: Traces

    @classmethod
    def over(cls, store: EventStore, cursors: Cursors) -> "Queries":
        return cls(
            events=Events(store, cursors),
            lookup=Lookup(store),
            stats=Stats(store),
            traces=Traces(store, cursors),
        )
