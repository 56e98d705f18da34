"""The event ids stored lately, exactly, in memory: what most duplicates (retries) are found with."""

from collections.abc import Iterable, Sequence
from typing import Final

from lynex.clock import Clock
from lynex.store.stored_event import StoredEvent

_MOST_IDS: Final = 500_000
_SECONDS: Final = 3600.0

_Generation = dict[str, set[str]]


class RecentIds:
    """Two generations, so that an id is known for one to two hours, or for half a million to a million ids.

    One thread adds and forgets; any thread may ask.
    """

    def __init__(self, clock: Clock, most: int = _MOST_IDS, seconds: float = _SECONDS) -> None:
        self._clock = clock
        self._most = most
        self._seconds = seconds
        self._generations: tuple[_Generation, _Generation] = ({}, {})
        self._count = 0
        self._started = clock.monotonic()

    def known(self, project_id: str, event_ids: Sequence[str]) -> set[str]:
        new, old = self._generations
        nothing: set[str] = set()
        new_ids, old_ids = new.get(project_id, nothing), old.get(project_id, nothing)
        return {event_id for event_id in event_ids if event_id in new_ids or event_id in old_ids}

    def knows(self, row: StoredEvent) -> bool:
        new, old = self._generations
        return row.event_id in new.get(row.project_id, ()) or row.event_id in old.get(row.project_id, ())

    def add(self, rows: Iterable[StoredEvent]) -> None:
        self._turn_over()
        for row in rows:
            self.add_id(row.project_id, row.event_id)

    def add_id(self, project_id: str, event_id: str) -> None:
        ids = self._generations[0].get(project_id)
        if ids is None:
            ids = self._generations[0].setdefault(project_id, set())
        ids.add(event_id)
        self._count += 1

    def forget(self, project_id: str, event_ids: Iterable[str]) -> None:
        gone = set(event_ids)
        for generation in self._generations:
            generation.get(project_id, set()).difference_update(gone)

    def clear(self) -> None:
        self._generations, self._count = ({}, {}), 0

    def _turn_over(self) -> None:
        now = self._clock.monotonic()
        if self._count < self._most and now - self._started < self._seconds:
            return
        self._generations = ({}, self._generations[0])
        self._count, self._started = 0, now
