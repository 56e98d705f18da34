"""What people decided about a group of errors: resolved, ignored, or open again. The last decision stands.

A group nobody decided about is open. That a resolved one was seen again is for the reader to find: nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, insert, select, update

from lynex.clock import Clock
from lynex.control.database import Database
from lynex.control.schema import ERROR_STATES
from lynex.errors import Fault, InvalidInput

State = Literal["open", "resolved", "ignored"]
LONGEST_NOTE: Final = 2000
_COLUMNS: Final = (
    ERROR_STATES.c.error_group,
    ERROR_STATES.c.state,
    ERROR_STATES.c.changed_at,
    ERROR_STATES.c.changed_by,
    ERROR_STATES.c.note,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """`changed_by` is the id of a key or session, or `local`."""

    group: str
    state: State
    changed_at: int
    changed_by: str
    note: str | None


class ErrorStates:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def decide(self, project_id: str, group: str, state: State, *, by: str, note: str | None = None) -> Decision:
        """Replaces what was decided before, note and all. Raises `InvalidInput` for a note nobody could read."""
        return self.decide_all(project_id, (group,), state, by=by, note=note)[0]

    def decide_all(
        self, project_id: str, groups: Sequence[str], state: State, *, by: str, note: str | None = None
    ) -> list[Decision]:
        """The same about each of them, or about none."""
        at, told = self._clock.now(), _checked_note(note)
        decisions = [Decision(group, state, at, by, told) for group in groups]
        with self._database.writing() as connection:
            for decision in decisions:
                _write(connection, project_id, decision)
        return decisions

    def of_project(self, project_id: str) -> list[Decision]:
        """In order of the groups' ids."""
        asked = select(*_COLUMNS).where(ERROR_STATES.c.project_id == project_id).order_by(ERROR_STATES.c.error_group)
        with self._database.reading() as connection:
            return [_decision(row) for row in connection.execute(asked)]


def _write(connection: Connection, project_id: str, decision: Decision) -> None:
    facts = {
        "state": decision.state,
        "changed_at": decision.changed_at,
        "changed_by": decision.changed_by,
        "note": decision.note,
    }
    this = (ERROR_STATES.c.project_id == project_id) & (ERROR_STATES.c.error_group == decision.group)
    if connection.execute(update(ERROR_STATES).where(this).values(facts)).rowcount == 0:
        key = {"project_id": project_id, "error_group": decision.group}
        connection.execute(insert(ERROR_STATES).values(facts | key))


def _checked_note(note: str | None) -> str | None:
    """None for one that says nothing."""
    if note is None or not note.strip():
        return None
    note = note.strip()
    fault = None
    if len(note) > LONGEST_NOTE:
        fault = Fault("note", "too_long", f"must have at most {LONGEST_NOTE} characters, has {len(note)}")
    elif any(not char.isprintable() and char not in "\n\r\t" for char in note):
        fault = Fault("note", "invalid_character", "must not contain control characters")
    if fault is not None:
        raise InvalidInput(f"`note` {fault.message}.", faults=(fault,))
    return note


def _decision(row: Row[*tuple[Any, ...]]) -> Decision:
    return Decision(
        group=row.error_group, state=row.state, changed_at=row.changed_at, changed_by=row.changed_by, note=row.note
    )
