"""Events that were accepted and could not be stored: kept whole, with the reason, until somebody replays them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, insert, select, update

from lynex.clock import HOUR, Clock
from lynex.control.database import Database
from lynex.control.schema import DEAD_LETTERS
from lynex.errors import NotFound

_LONGEST_ERROR: Final = 4000
_LONGEST_REASON: Final = 100
_PORTION: Final = 5000  # databases bound the number of values in one statement
_FACTS: Final = tuple(column for column in DEAD_LETTERS.c if column.name != "payload")


@dataclass(frozen=True, slots=True)
class Dead:
    """What the processor hands in: the event as it was sent (`payload`, JSON) and what went wrong."""

    seq: int
    project_id: str
    event_id: str
    reason: str
    error: str
    attempts: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One entry of the list; the payload is fetched on its own."""

    seq: int
    project_id: str
    event_id: str
    reason: str
    error: str
    attempts: int
    bytes: int
    created_at: int
    replayed_at: int | None


class DeadLetters:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, letters: Sequence[Dead]) -> int:
        """Keep them durably; those whose sequence is there already are left alone. Answers how many were new."""
        if not letters:
            return 0
        now = self._clock.now()
        new = {letter.seq: letter for letter in reversed(letters)}
        with self._database.writing() as connection:
            for seqs in _portions(list(new)):
                asked = select(DEAD_LETTERS.c.seq).where(DEAD_LETTERS.c.seq.in_(seqs))
                for seq in connection.execute(asked).scalars().all():
                    del new[seq]
            if new:
                connection.execute(insert(DEAD_LETTERS), [_row(letter, now) for letter in new.values()])
        return len(new)

    def list(
        self,
        project_id: str | None = None,
        *,
        before: int | None = None,
        limit: int = 50,
        replayed: bool | None = None,
    ) -> list[DeadLetter]:
        """Newest first, below sequence `before`. `replayed`: only those that were (or were not)."""
        statement = select(*_FACTS, func.length(DEAD_LETTERS.c.payload).label("bytes"))
        statement = statement.where(*_conditions(project_id, replayed)).order_by(DEAD_LETTERS.c.seq.desc()).limit(limit)
        if before is not None:
            statement = statement.where(DEAD_LETTERS.c.seq < before)
        with self._database.reading() as connection:
            return [_letter(row) for row in connection.execute(statement)]

    def get(self, seq: int, project_id: str | None = None) -> DeadLetter:
        """Raises `NotFound`, also when it belongs to another project."""
        statement = select(*_FACTS, func.length(DEAD_LETTERS.c.payload).label("bytes"))
        with self._database.reading() as connection:
            row = connection.execute(statement.where(DEAD_LETTERS.c.seq == seq, *_conditions(project_id))).first()
        if row is None:
            raise _no_such_letter(seq)
        return _letter(row)

    def payload(self, seq: int) -> bytes:
        """The event as it was sent. Raises `NotFound`."""
        with self._database.reading() as connection:
            kept = connection.execute(select(DEAD_LETTERS.c.payload).where(DEAD_LETTERS.c.seq == seq)).scalar()
        if kept is None:
            raise _no_such_letter(seq)
        return bytes(kept)

    def mark_replayed(self, seqs: Sequence[int]) -> int:
        """Answers how many were not marked before."""
        mark, marked = update(DEAD_LETTERS).values(replayed_at=self._clock.now()), 0
        with self._database.writing() as connection:
            for some in _portions(seqs):
                unmarked = DEAD_LETTERS.c.seq.in_(some) & DEAD_LETTERS.c.replayed_at.is_(None)
                marked += connection.execute(mark.where(unmarked)).rowcount
        return marked

    def by_hour(self, project_id: str, start: int, end: int) -> dict[int, int]:
        """How many were set aside, by the start of the hour, in the hours that began in `start … end`."""
        hour = DEAD_LETTERS.c.created_at - DEAD_LETTERS.c.created_at % HOUR
        statement = (
            select(hour.label("hour"), func.count().label("amount"))
            .where(DEAD_LETTERS.c.project_id == project_id, hour >= start, hour < end)
            .group_by(hour)
        )
        with self._database.reading() as connection:
            return {row.hour: row.amount for row in connection.execute(statement)}

    def count(self, project_id: str | None = None, *, replayed: bool | None = None) -> int:
        statement = select(func.count()).select_from(DEAD_LETTERS).where(*_conditions(project_id, replayed))
        with self._database.reading() as connection:
            return connection.execute(statement).scalar_one()


def _portions(seqs: Sequence[int]) -> Iterator[Sequence[int]]:
    return (seqs[start : start + _PORTION] for start in range(0, len(seqs), _PORTION))


def _conditions(project_id: str | None, replayed: bool | None = None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if project_id is not None:
        conditions.append(DEAD_LETTERS.c.project_id == project_id)
    if replayed is not None:
        replayed_at = DEAD_LETTERS.c.replayed_at
        conditions.append(replayed_at.is_not(None) if replayed else replayed_at.is_(None))
    return conditions


def _row(letter: Dead, now: int) -> dict[str, object]:
    return {
        "seq": letter.seq,
        "project_id": _storable(letter.project_id, 80),
        "event_id": _storable(letter.event_id, _LONGEST_ERROR),
        "reason": _storable(letter.reason, _LONGEST_REASON),
        "error": _storable(letter.error, _LONGEST_ERROR),
        "attempts": letter.attempts,
        "payload": letter.payload,
        "created_at": now,
    }


def _storable(text: str, longest: int) -> str:
    # The event is here because something in it could not be stored: its words must not fail a second time.
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")[:longest]


def _letter(row: Row[*tuple[Any, ...]]) -> DeadLetter:
    return DeadLetter(
        seq=row.seq,
        project_id=row.project_id,
        event_id=row.event_id,
        reason=row.reason,
        error=row.error,
        attempts=row.attempts,
        bytes=row.bytes,
        created_at=row.created_at,
        replayed_at=row.replayed_at,
    )


def _no_such_letter(seq: int) -> NotFound:
    return NotFound(f"There is no dead letter {seq}.", code="dead_letter_not_found")
