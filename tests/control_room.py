"""The whole control room of a data directory, opened as the appliance opens it."""

from dataclasses import dataclass
from pathlib import Path

from lynex.clock import Clock
from lynex.control.appliance_settings import ApplianceSettings
from lynex.control.database import Database
from lynex.control.dead_letters import DeadLetters
from lynex.control.error_states import ErrorStates
from lynex.control.keys import Keys
from lynex.control.projects import Projects
from lynex.control.saved_items import SavedItems
from lynex.control.secrets import ServerSecret
from lynex.control.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Records:
    database: Database
    secret: ServerSecret
    settings: ApplianceSettings
    projects: Projects
    keys: Keys
    sessions: Sessions
    dead_letters: DeadLetters
    error_states: ErrorStates
    saved_items: SavedItems


def open_records(data_dir: Path, clock: Clock) -> Records:
    """Raises `StartRefused`."""
    secret = ServerSecret.open(data_dir / "secret.key")
    database = Database.open(data_dir / "control" / "lynex.sqlite")
    settings = ApplianceSettings(database)
    try:
        settings.belongs_to(secret)
    except BaseException:
        database.close()
        raise
    return Records(
        database=database,
        secret=secret,
        settings=settings,
        projects=Projects(database, clock),
        keys=Keys(database, clock, secret),
        sessions=Sessions(database, clock, secret),
        dead_letters=DeadLetters(database, clock),
        error_states=ErrorStates(database, clock),
        saved_items=SavedItems(database, clock),
    )
