"""What came to the door, by hour, project, key and outcome: counted in memory, written down now and then, kept a month.

`note` is for the hot path, `flush` for a job and the end. A crash forgets what came since the last flush.
"""

import threading
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from lynex.clock import DAY, HOUR, Clock
from lynex.control.database import Database
from lynex.control.schema import RECEIPTS

ACCEPTED: Final = "accepted"  # events answered 202, duplicates included
DUPLICATES: Final = "duplicates"  # of them: known already when they came
NOBODY: Final = ""  # the project of a request whose key is not known, and the key of one without
KEPT: Final = 30 * DAY

_REFUSED: Final = "refused:"  # then the code of the problem; counts requests, and records of OpenTelemetry
_Place = tuple[int, str, str, str]  # hour, project, key, outcome


@dataclass(frozen=True, slots=True)
class Count:
    """`refused`: the code of the problem, where the outcome is a refusal. `hour` is its start."""

    hour: int
    key_id: str
    outcome: str
    amount: int

    @property
    def refused(self) -> str | None:
        return self.outcome.removeprefix(_REFUSED) if self.outcome.startswith(_REFUSED) else None


class Receipts:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._counts: dict[_Place, int] = {}
        self._lock = threading.Lock()
        self._one_flush = threading.Lock()

    def note_accepted(self, project_id: str, key_id: str | None, now: int, events: int, duplicates: int) -> None:
        hour, key_id = now - now % HOUR, key_id or NOBODY
        place = (hour, project_id, key_id, ACCEPTED)
        with self._lock:
            self._counts[place] = self._counts.get(place, 0) + events
            if duplicates:
                place = (hour, project_id, key_id, DUPLICATES)
                self._counts[place] = self._counts.get(place, 0) + duplicates

    def note_refused(self, project_id: str, key_id: str | None, code: str, amount: int = 1) -> None:
        now = self._clock.now()
        place = (now - now % HOUR, project_id, key_id or NOBODY, _REFUSED + code)
        with self._lock:
            self._counts[place] = self._counts.get(place, 0) + amount

    def flush(self) -> None:
        """Write down what came since the last flush; what cannot be written now is kept for the next."""
        with self._one_flush:
            with self._lock:
                counts, self._counts = self._counts, {}
            if not counts:
                return
            try:
                self._add(counts)
            except Exception:
                with self._lock:
                    for place, amount in counts.items():
                        self._counts[place] = self._counts.get(place, 0) + amount
                raise

    def of_project(self, project_id: str, start: int, end: int) -> list[Count]:
        """All of the hours that began in `start … end`, those not written down yet too, in order of the hour."""
        asked = (
            select(RECEIPTS.c.hour, RECEIPTS.c.key_id, RECEIPTS.c.outcome, RECEIPTS.c.amount)
            .where(RECEIPTS.c.project_id == project_id, RECEIPTS.c.hour >= start, RECEIPTS.c.hour < end)
            .order_by(RECEIPTS.c.hour)
        )
        with self._one_flush:  # so that nothing is on its way from one to the other
            with self._database.reading() as connection:
                found = {
                    (row.hour, project_id, row.key_id, row.outcome): row.amount for row in connection.execute(asked)
                }
            with self._lock:
                waiting = [(place, amount) for place, amount in self._counts.items() if place[1] == project_id]
        for place, amount in waiting:
            if start <= place[0] < end:
                found[place] = found.get(place, 0) + amount
        return [Count(hour, key_id, outcome, amount) for (hour, _, key_id, outcome), amount in sorted(found.items())]

    def _add(self, counts: dict[_Place, int]) -> None:
        more = (
            update(RECEIPTS)
            .where(
                RECEIPTS.c.hour == bindparam("of_hour"),
                RECEIPTS.c.project_id == bindparam("of_project"),
                RECEIPTS.c.key_id == bindparam("of_key"),
                RECEIPTS.c.outcome == bindparam("of_outcome"),
            )
            .values(amount=RECEIPTS.c.amount + bindparam("more"))
        )
        with self._database.writing() as connection:
            for (hour, project_id, key_id, outcome), amount in counts.items():
                facts = {"of_hour": hour, "of_project": project_id, "of_key": key_id, "of_outcome": outcome}
                if connection.execute(more, facts | {"more": amount}).rowcount == 0:
                    connection.execute(
                        insert(RECEIPTS).values(
                            hour=hour, project_id=project_id, key_id=key_id, outcome=outcome, amount=amount
                        )
                    )
            connection.execute(delete(RECEIPTS).where(RECEIPTS.c.hour < self._clock.now() - KEPT))
