"""Brings the schema up to date with alembic. The migrations travel in the package, beside this file."""

from pathlib import Path
from typing import Final

from alembic.command import upgrade as run_upgrade
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from lynex.errors import StartRefused

_HERE: Final = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the transaction of `connection`."""
    settings = configuration()
    settings.attributes["connection"] = connection
    try:
        run_upgrade(settings, "head")
    except CommandError as error:
        raise StartRefused(
            f"its schema is not known to this version of Lynex ({error})",
            hint="Start the newer Lynex that wrote it, or restore a backup from before the upgrade.",
        ) from error


def configuration() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return settings


def newest() -> str | None:
    """The revision the packaged migrations lead to."""
    return ScriptDirectory.from_config(configuration()).get_current_head()
