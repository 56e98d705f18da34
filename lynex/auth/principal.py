"""Who is asking: a key, a browser session, a command on this machine, or anybody where authentication is off."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from lynex.control.keys import SCOPES
from lynex.control.projects import no_such_project
from lynex.errors import Fault, InvalidInput

EVERY_SCOPE: Final = frozenset(SCOPES)


@dataclass(frozen=True, slots=True)
class Principal:
    """`scopes` include what a scope implies. `project_id` is set for keys: they reach exactly one project."""

    kind: Literal["key", "session", "local", "open"]
    scopes: frozenset[str]
    project_id: str | None = None
    key_id: str | None = None
    session_id: str | None = None

    def project(self, asked: str | None) -> str:
        """The project a request is about, given the `project_id` it names.

        A key has one and any other is unknown to it (`NotFound`); everybody else must name one (`InvalidInput`), and
        whether that exists is for the caller to find out.
        """
        if self.project_id is not None:
            if asked is not None and asked != self.project_id:
                raise no_such_project(asked)
            return self.project_id
        if not asked:
            message = "is needed: only an API key implies its project"
            raise InvalidInput(f"`project_id` {message}.", faults=(Fault("project_id", "missing", message),))
        return asked


OWNER_AT_THE_MACHINE: Final = Principal("local", EVERY_SCOPE)
ANYBODY: Final = Principal("open", EVERY_SCOPE)


def with_implied(scopes: Iterable[str]) -> frozenset[str]:
    """An admin key may do everything in its project: it could make itself a key with any scope anyway."""
    given = frozenset(scopes)
    return EVERY_SCOPE if "admin" in given else given
