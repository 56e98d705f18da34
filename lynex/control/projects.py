"""Projects: the tenants. Events, keys and rules belong to exactly one."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update

from lynex.clock import Clock
from lynex.control.database import Database
from lynex.control.names import checked_name
from lynex.control.schema import PROJECTS
from lynex.errors import Conflict, Fault, InvalidInput, NotFound
from lynex.ids import new_id

# Ids become directory names: safe in a path, and not two that differ only in case.
_ID: Final = re.compile(r"proj_[A-Za-z0-9_-]{1,64}")
_SELECT: Final = select(PROJECTS.c.id, PROJECTS.c.name, PROJECTS.c.created_at)


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str
    created_at: int


class Projects:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, *, project_id: str | None = None) -> Project:
        """Raises `InvalidInput`, and `Conflict` when the id is taken."""
        project = Project(
            id=checked_project_id(project_id) if project_id is not None else new_id("proj", self._clock),
            name=checked_name(name),
            created_at=self._clock.now(),
        )
        with self._database.writing() as connection:
            same = select(PROJECTS.c.id).where(func.lower(PROJECTS.c.id) == project.id.lower())
            if connection.execute(same).first() is not None:
                raise Conflict(f"There is a project {project.id} already.", code="project_exists")
            connection.execute(insert(PROJECTS).values(id=project.id, name=project.name, created_at=project.created_at))
        return project

    def list(self) -> list[Project]:
        """All of them, oldest first."""
        with self._database.reading() as connection:
            return [_project(row) for row in connection.execute(_SELECT.order_by(PROJECTS.c.created_at, PROJECTS.c.id))]

    def find(self, project_id: str) -> Project | None:
        with self._database.reading() as connection:
            row = connection.execute(_SELECT.where(PROJECTS.c.id == project_id)).first()
        return _project(row) if row is not None else None

    def get(self, project_id: str) -> Project:
        """Raises `NotFound`."""
        project = self.find(project_id)
        if project is None:
            raise no_such_project(project_id)
        return project

    def rename(self, project_id: str, name: str) -> Project:
        """Raises `NotFound`, `InvalidInput`."""
        name = checked_name(name)
        with self._database.writing() as connection:
            row = connection.execute(_SELECT.where(PROJECTS.c.id == project_id)).first()
            if row is None:
                raise no_such_project(project_id)
            connection.execute(update(PROJECTS).where(PROJECTS.c.id == project_id).values(name=name))
        return replace(_project(row), name=name)


def no_such_project(project_id: str) -> NotFound:
    """Also the answer for somebody else's project: it must not tell the two apart."""
    return NotFound(f"There is no project {project_id[:80]!r}.", code="project_not_found")


def checked_project_id(project_id: str) -> str:
    if not _ID.fullmatch(project_id):
        message = "must be proj_ followed by 1 to 64 of the characters A-Z a-z 0-9 _ -"
        raise InvalidInput(f"The project id {message}.", faults=(Fault("project_id", "invalid_identifier", message),))
    return project_id


def _project(row: Row[*tuple[Any, ...]]) -> Project:
    return Project(id=row.id, name=row.name, created_at=row.created_at)
