"""Everything that can be asked about stored events."""

from dataclasses import dataclass

from lynex.control.error_states import ErrorStates
from lynex.pricing.book import PriceBook
from lynex.query.costs import Costs
from lynex.query.cursors import Cursors
from lynex.query.error_groups import ErrorGroups, PlaceOf
from lynex.query.event_export import EventExports
from lynex.query.events import Events
from lynex.query.lookup import Lookup
from lynex.query.sessions import Sessions
from lynex.query.stats import Stats
from lynex.query.traces import Traces
from lynex.store.contract import EventStore


@dataclass(frozen=True, slots=True)
class Queries:
    """Each question blocks until the store answers; ask it in a reader thread."""

    costs: Costs
    errors: ErrorGroups
    events: Events
    exports: EventExports
    lookup: Lookup
    sessions: Sessions
    stats: Stats
    traces: Traces

    @classmethod
    def over(
        cls, store: EventStore, cursors: Cursors, error_states: ErrorStates, place_of: PlaceOf, prices: PriceBook
    ) -> "Queries":
        return cls(
            costs=Costs(store, prices),
            errors=ErrorGroups(store, error_states, cursors, place_of),
            events=Events(store, cursors),
            exports=EventExports(store),
            lookup=Lookup(store),
            sessions=Sessions(store, cursors),
            stats=Stats(store),
            traces=Traces(store, cursors),
        )
