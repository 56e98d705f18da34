"""What an empty data directory gets: one project and one key with scopes ingest and read."""

from dataclasses import dataclass

from lynex.config import InitConfig
from lynex.control.keys import FIRST_SCOPES, Keys
from lynex.control.projects import Projects


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What was made; `secret` is the key, to be shown once, None when the operator chose it."""

    project_id: str
    secret: str | None


def set_up(projects: Projects, keys: Keys, init: InitConfig) -> FirstRun | None:
    """Create the project and its key unless there is a project already; None then."""
    if projects.list():
        return None
    name = "Default" if init.project == "proj_default" else init.project
    project = projects.create(name, project_id=init.project)
    made = keys.create(project.id, "first key", FIRST_SCOPES, secret=init.api_key or None)
    return FirstRun(project.id, None if init.api_key else made.secret)
