"""API keys: shown once, kept as a keyed hash, listed by their prefix, never deleted but revoked."""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row, bindparam, case, func, insert, or_, select, update

from lynex.clock import Clock
from lynex.control.database import Database
from lynex.control.names import checked_name
from lynex.control.projects import no_such_project
from lynex.control.schema import KEYS, PROJECTS
from lynex.control.secrets import ServerSecret
from lynex.errors import Conflict, Fault, InvalidInput, NotFound
from lynex.ids import KEY_PREFIX, new_id, new_key_secret

SCOPES: Final = ("admin", "backfill", "ingest", "read")
FIRST_SCOPES: Final = ("ingest", "read")
SHOWN_CHARACTERS: Final = 12

_OWN_SECRET: Final = re.compile(re.escape(KEY_PREFIX) + r"[A-Za-z0-9_-]{16,120}")
_SELECT: Final = select(*(column for column in KEYS.c if column.name != "secret_hash"))


@dataclass(frozen=True, slots=True)
class Key:
    """What may be shown of a key. `events` are the events it brought in, counted a little late."""

    id: str
    project_id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: int
    last_used_at: int | None
    events: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """The only time the secret is known."""

    key: Key
    secret: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    events: int
    last_used_at: int


class Keys:
    def __init__(self, database: Database, clock: Clock, secret: ServerSecret) -> None:
        self._database = database
        self._clock = clock
        self._hash_key = secret.derive("api keys")
        self._watchers: list[Callable[[], None]] = []

    def create(
        self, project_id: str, name: str, scopes: Iterable[str] = FIRST_SCOPES, *, secret: str | None = None
    ) -> NewKey:
        """Raises `NotFound` for the project, `InvalidInput`, and `Conflict` when the given `secret` is in use."""
        secret = _checked_secret(secret) if secret is not None else new_key_secret()
        key = Key(
            id=new_id("key", self._clock),
            project_id=project_id,
            name=checked_name(name),
            prefix=secret[:SHOWN_CHARACTERS],
            scopes=checked_scopes(scopes),
            created_at=self._clock.now(),
            last_used_at=None,
            events=0,
            revoked_at=None,
        )
        self._insert(key, self.digest(secret))
        self._changed()
        return NewKey(key, secret)

    def list(self, project_id: str) -> list[Key]:
        """Oldest first, revoked ones too."""
        statement = _SELECT.where(KEYS.c.project_id == project_id).order_by(KEYS.c.created_at, KEYS.c.id)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(statement)]

    def find(self, secret: str) -> Key | None:
        """The key with this secret, revoked or not."""
        with self._database.reading() as connection:
            row = connection.execute(_SELECT.where(KEYS.c.secret_hash == self.digest(secret))).first()
        return _key(row) if row is not None else None

    def revoke(self, project_id: str, key_id: str) -> Key:
        """Idempotent: the first moment stays. Raises `NotFound`."""
        this_key = (KEYS.c.id == key_id) & (KEYS.c.project_id == project_id)
        with self._database.writing() as connection:
            connection.execute(
                update(KEYS).where(this_key, KEYS.c.revoked_at.is_(None)).values(revoked_at=self._clock.now())
            )
            row = connection.execute(_SELECT.where(this_key)).first()
        if row is None:
            raise NotFound(f"There is no key {key_id[:80]!r} in this project.", code="key_not_found")
        self._changed()
        return _key(row)

    def add_usage(self, uses: Mapping[str, KeyUse]) -> None:
        """Add what was counted since the last call, in one transaction."""
        if not uses:
            return
        later = or_(KEYS.c.last_used_at.is_(None), KEYS.c.last_used_at < bindparam("used"))
        statement = (
            update(KEYS)
            .where(KEYS.c.id == bindparam("key"))
            .values(
                events=KEYS.c.events + bindparam("more"),
                last_used_at=case((later, bindparam("used")), else_=KEYS.c.last_used_at),
            )
        )
        rows = [{"key": key_id, "more": use.events, "used": use.last_used_at} for key_id, use in uses.items()]
        with self._database.writing() as connection:
            connection.execute(statement, rows)

    def live(self) -> dict[bytes, Key]:
        """Every key that may be used, by the digest of its secret."""
        with self._database.reading() as connection:
            rows = connection.execute(_SELECT.add_columns(KEYS.c.secret_hash).where(KEYS.c.revoked_at.is_(None)))
            return {row.secret_hash: _key(row) for row in rows}

    def version(self) -> tuple[int, int, int]:
        """Differs whenever a key was made or revoked: keys never change otherwise and are never deleted."""
        statement = select(func.count(), func.count(KEYS.c.revoked_at), func.max(KEYS.c.created_at))
        with self._database.reading() as connection:
            made, revoked, newest = connection.execute(statement.select_from(KEYS)).one()
        return made, revoked, newest if newest is not None else 0

    def any_made(self) -> bool:
        """Whether there was ever a key, revoked or not."""
        return self.version()[0] > 0

    def digest(self, secret: str) -> bytes:
        """The keyed hash under which a secret is kept."""
        return hmac.digest(self._hash_key, secret.encode(), sha256)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` after each key made or revoked by this process, in the thread that did it."""
        self._watchers.append(changed)

    def _insert(self, key: Key, digest: bytes) -> None:
        with self._database.writing() as connection:
            if connection.execute(select(PROJECTS.c.id).where(PROJECTS.c.id == key.project_id)).first() is None:
                raise no_such_project(key.project_id)
            if connection.execute(select(KEYS.c.id).where(KEYS.c.secret_hash == digest)).first() is not None:
                raise Conflict("This key exists already.", code="key_exists")
            connection.execute(
                insert(KEYS).values(
                    id=key.id,
                    project_id=key.project_id,
                    name=key.name,
                    prefix=key.prefix,
                    secret_hash=digest,
                    scopes=" ".join(key.scopes),
                    created_at=key.created_at,
                    events=0,
                )
            )

    def _changed(self) -> None:
        for changed in self._watchers:
            changed()


def checked_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once. Raises `InvalidInput` naming every unknown one."""
    wanted = sorted(set(scopes))
    faults = tuple(
        Fault("scopes", "unknown_scope", f"{scope[:64]!r} is not one of {', '.join(SCOPES)}")
        for scope in wanted
        if scope not in SCOPES
    )
    if not wanted:
        faults = (Fault("scopes", "empty", f"name at least one of {', '.join(SCOPES)}"),)
    if faults:
        raise InvalidInput(f"The scopes are not valid: {faults[0].message}.", faults=faults)
    return tuple(wanted)


def _checked_secret(secret: str) -> str:
    if not _OWN_SECRET.fullmatch(secret):
        message = f"must be {KEY_PREFIX} followed by 16 to 120 of the characters A-Z a-z 0-9 _ -"
        raise InvalidInput(f"The key {message}.", faults=(Fault("api_key", "invalid_key", message),))
    return secret


def _key(row: Row[*tuple[Any, ...]]) -> Key:
    return Key(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes.split()),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        events=row.events,
        revoked_at=row.revoked_at,
    )
