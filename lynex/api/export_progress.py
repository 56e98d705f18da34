"""How far the latest exports are: counted while they are written, asked for by whoever waits."""

from dataclasses import dataclass, field
from typing import Final

from lynex.api.export_shapes import ExportShown, State
from lynex.errors import NotFound, Unavailable
from lynex.store.contract import Cancel

_KEPT: Final = 200
MOST_AT_ONCE: Final = 8


@dataclass(slots=True)
class Running:
    """One export, from its beginning; `cancel` gives it up."""

    name: str
    format: str
    cancel: Cancel
    state: State = "running"
    total: int = 0  # until it is counted
    rows: int = 0
    size: int = 0
    detail: str | None = None

    def shown(self) -> ExportShown:
        return ExportShown(self.name, self.format, self.state, self.rows, self.total, self.size, self.detail)


@dataclass(slots=True)
class Exports:
    """The latest exports of this process that were given a name, by project and name, and how many are written now."""

    writing: int = 0
    _known: dict[tuple[str, str], Running] = field(default_factory=dict)

    def add(self, project_id: str, running: Running) -> None:
        self._known.pop((project_id, running.name), None)
        self._known[project_id, running.name] = running
        if len(self._known) > _KEPT:
            over = (key for key, one in self._known.items() if one.state != "running")
            del self._known[next(over, next(iter(self._known)))]

    def check_room(self) -> None:
        """Raises `Unavailable` where as many are written as may be at once: they share the readers with everybody."""
        if self.writing >= MOST_AT_ONCE:
            raise Unavailable(
                f"{self.writing} exports are being written already.",
                code="exports_busy",
                hint="Wait until one has ended, or give one up.",
                retry_after=30,
            )

    def one(self, project_id: str, name: str) -> Running:
        """Raises `NotFound`."""
        found = self._known.get((project_id, name))
        if found is None:
            raise NotFound("No export of this name was begun lately.", code="export_not_found")
        return found
