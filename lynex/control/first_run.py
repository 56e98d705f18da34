"""What an empty data directory gets: one project and one key with scopes ingest and read."""

from dataclasses import dataclass

from lynex.config import InitConfig
from lynex.control.keys import FIRST_SCOPES, Keys
from lynex.control.projects import Project, Projects
from lynex.errors import ConfigError, InvalidInput


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What was made; `secret` is the key, to be shown once, None when the operator chose it."""

    project_id: str
    secret: str | None


def set_up(projects: Projects, keys: Keys, init: InitConfig) -> FirstRun | None:
    """Create the project and its key; None when both were made before. Raises `ConfigError` naming the setting."""
    existing = projects.list()
    if existing and keys.any_made():
        return None
    # A start that was killed between the two left a project without a key: only the key is made then.
    project = existing[0] if existing else _create_project(projects, init)
    try:
        made = keys.create(project.id, "first key", FIRST_SCOPES, secret=init.api_key or None)
    except InvalidInput as error:
        raise ConfigError(f"init.api_key: {error.faults[0].message}.") from error
    return FirstRun(project.id, None if init.api_key else made.secret)


def _create_project(projects: Projects, init: InitConfig) -> Project:
    name = "Default" if init.project == "proj_default" else init.project
    try:
        return projects.create(name, project_id=init.project)
    except InvalidInput as error:
        raise ConfigError(f"init.project: {error.faults[0].message}.") from error
