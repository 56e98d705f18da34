"""What the appliance remembers of itself: small facts by name, such as when it was created."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, insert, select

from lynex.control.database import Database
from lynex.control.schema import SETTINGS
from lynex.control.secrets import ServerSecret
from lynex.errors import StartRefused

_SECRET: Final = "secret_fingerprint"


class ApplianceSettings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        with self._database.reading() as connection:
            return connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == name)).scalar()

    def all(self) -> dict[str, str]:
        with self._database.reading() as connection:
            return {row.name: row.value for row in connection.execute(select(SETTINGS.c.name, SETTINGS.c.value))}

    def put(self, values: Mapping[str, str]) -> None:
        """Write all of them or none."""
        if not values:
            return
        with self._database.writing() as connection:
            connection.execute(delete(SETTINGS).where(SETTINGS.c.name.in_(list(values))))
            connection.execute(insert(SETTINGS), [{"name": name, "value": value} for name, value in values.items()])

    def put_once(self, name: str, value: str) -> str:
        """Write it unless there is a value; answers the one that holds."""
        with self._database.writing() as connection:
            held = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == name)).scalar()
            if held is None:
                connection.execute(insert(SETTINGS).values(name=name, value=value))
        return held if held is not None else value

    def belongs_to(self, secret: ServerSecret) -> None:
        """Raises `StartRefused` when the database was written with another secret: no key would be known any more."""
        if self.put_once(_SECRET, secret.fingerprint) != secret.fingerprint:
            raise StartRefused(
                "secret.key is not the one this data directory was made with: every API key would be refused.",
                hint="Restore secret.key from the backup that belongs to control/lynex.sqlite.",
            )
