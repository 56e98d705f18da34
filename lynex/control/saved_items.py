"""What people saved with a project: views, dashboards, breakpoints. The content is the page's affair."""

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from lynex.clock import Clock
from lynex.control.database import Database
from lynex.control.names import checked_name
from lynex.control.schema import SAVED_ITEMS
from lynex.errors import Conflict, Fault, InvalidInput, NotFound
from lynex.ids import new_id

Kind = Literal["view", "dashboard", "breakpoints"]
LARGEST: Final = 64 << 10
MOST: Final = 500
_COLUMNS: Final = (
    SAVED_ITEMS.c.id,
    SAVED_ITEMS.c.kind,
    SAVED_ITEMS.c.name,
    SAVED_ITEMS.c.content,
    SAVED_ITEMS.c.created_at,
    SAVED_ITEMS.c.updated_at,
)


@dataclass(frozen=True, slots=True)
class SavedItem:
    """`content` is a JSON object, as text."""

    id: str
    kind: Kind
    name: str
    content: str
    created_at: int
    updated_at: int


class SavedItems:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list(self, project_id: str, kind: Kind | None = None) -> list[SavedItem]:
        """Oldest first."""
        asked = select(*_COLUMNS).where(SAVED_ITEMS.c.project_id == project_id).order_by(SAVED_ITEMS.c.id)
        if kind is not None:
            asked = asked.where(SAVED_ITEMS.c.kind == kind)
        with self._database.reading() as connection:
            return [_item(row) for row in connection.execute(asked)]

    def add(self, project_id: str, kind: Kind, name: str, content: str) -> SavedItem:
        """Raises `InvalidInput`, and `Conflict` when the project has `MOST` of them."""
        now = self._clock.now()
        item = SavedItem(new_id("saved", self._clock), kind, checked_name(name), _checked(content), now, now)
        with self._database.writing() as connection:
            _require_room(connection, project_id)
            connection.execute(
                insert(SAVED_ITEMS).values(
                    id=item.id,
                    project_id=project_id,
                    kind=item.kind,
                    name=item.name,
                    content=item.content,
                    created_at=item.created_at,
                    updated_at=item.updated_at,
                )
            )
        return item

    def change(self, project_id: str, item_id: str, name: str, content: str) -> SavedItem:
        """Name and content anew; the last one to write stands. Raises `NotFound`, `InvalidInput`."""
        name, content, now = checked_name(name), _checked(content), self._clock.now()
        with self._database.writing() as connection:
            before = _found(connection, project_id, item_id)
            connection.execute(
                update(SAVED_ITEMS)
                .where(SAVED_ITEMS.c.id == item_id)
                .values(name=name, content=content, updated_at=now)
            )
        return replace(before, name=name, content=content, updated_at=now)

    def remove(self, project_id: str, item_id: str) -> SavedItem:
        """Answers what is gone, so that it can be saved again. Raises `NotFound`."""
        with self._database.writing() as connection:
            before = _found(connection, project_id, item_id)
            connection.execute(delete(SAVED_ITEMS).where(SAVED_ITEMS.c.id == item_id))
        return before


def _checked(content: str) -> str:
    size = len(content.encode())
    if size > LARGEST:
        message = f"must have at most {LARGEST} bytes as JSON, has {size}"
        raise InvalidInput(f"`content` {message}.", faults=(Fault("content", "too_long", message),))
    return content


def _require_room(connection: Connection, project_id: str) -> None:
    asked = select(func.count()).select_from(SAVED_ITEMS).where(SAVED_ITEMS.c.project_id == project_id)
    if connection.execute(asked).scalar_one() >= MOST:
        raise Conflict(
            f"This project has {MOST} saved items already.",
            code="too_many_saved_items",
            hint="Remove views or dashboards that nobody needs any more.",
        )


def _found(connection: Connection, project_id: str, item_id: str) -> SavedItem:
    this = (SAVED_ITEMS.c.project_id == project_id) & (SAVED_ITEMS.c.id == item_id)
    row = connection.execute(select(*_COLUMNS).where(this)).first()
    if row is None:
        raise NotFound(f"There is no saved item {item_id[:80]!r}.", code="saved_item_not_found")
    return _item(row)


def _item(row: Row[*tuple[Any, ...]]) -> SavedItem:
    return SavedItem(row.id, row.kind, row.name, row.content, row.created_at, row.updated_at)
