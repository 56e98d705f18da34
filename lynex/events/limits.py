"""How large, deep and old an event may be, for one request."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    """`now` and `oldest` are instants in microseconds UTC; `oldest` is None where nothing is too old."""

    max_event_bytes: int
    max_batch_events: int
    max_depth: int
    max_keys: int
    now: int
    oldest: int | None = None

    @property
    def max_parts(self) -> int:
        """Lists and objects in one event: lists have no keys, and each costs time to look at."""
        return 10 * self.max_keys
