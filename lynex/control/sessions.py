"""Browser sessions and the one-time links that open them. Tokens are opaque, random, and kept only as keyed hashes."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update

from lynex.clock import DAY, HOUR, MINUTE, Clock
from lynex.control.database import Database
from lynex.control.schema import SESSIONS, SIGN_IN_TOKENS
from lynex.control.secrets import ServerSecret
from lynex.errors import Forbidden, LynexError, NotFound
from lynex.ids import new_id, new_token

IDLE: Final = 12 * HOUR
LONGEST: Final = 7 * DAY
LINK_LIFE: Final = HOUR

_SEEN_STEP: Final = MINUTE  # a session in use is written down once a minute, not at each request
_CLOCK_SLACK: Final = 5 * MINUTE  # a session from further in the future is from a clock that was wrong
_LONGEST_TOKEN: Final = 128
_SELECT: Final = select(SESSIONS.c.id, SESSIONS.c.created_at, SESSIONS.c.seen_at, SESSIONS.c.revoked_at)


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    created_at: int
    seen_at: int


@dataclass(frozen=True, slots=True)
class NewSession:
    """`token` goes into the cookie and is known only here."""

    session: Session
    token: str


class Sessions:
    def __init__(self, database: Database, clock: Clock, secret: ServerSecret) -> None:
        self._database = database
        self._clock = clock
        self._hash_key = secret.derive("sessions")
        self._watchers: list[Callable[[], None]] = []

    def new_sign_in_token(self) -> str:
        """A token that opens one session within an hour."""
        token, now = new_token(), self._clock.now()
        with self._database.writing() as connection:
            connection.execute(
                insert(SIGN_IN_TOKENS).values(
                    token_hash=self._digest(token), created_at=now, expires_at=now + LINK_LIFE
                )
            )
        return token

    def sign_in(self, sign_in_token: str) -> NewSession:
        """Use the token up and open a session; of many that try at once exactly one succeeds. Raises `Forbidden`."""
        now = self._clock.now()
        session, token = Session(new_id("sess", self._clock), now, now), new_token()
        use = (
            update(SIGN_IN_TOKENS)
            .where(SIGN_IN_TOKENS.c.token_hash == self._digest(sign_in_token))
            .where(SIGN_IN_TOKENS.c.used_at.is_(None))
            .where(SIGN_IN_TOKENS.c.expires_at > now)
            .where(SIGN_IN_TOKENS.c.created_at <= now + _CLOCK_SLACK)
            .values(used_at=now)
        )
        with self._database.writing() as connection:
            if connection.execute(use).rowcount != 1:
                raise Forbidden(
                    "This sign-in link was used already, has expired or is not ours.",
                    code="invalid_sign_in_link",
                    hint="`lynex signin` on the server's machine prints a new one.",
                )
            connection.execute(
                insert(SESSIONS).values(id=session.id, token_hash=self._digest(token), created_at=now, seen_at=now)
            )
            connection.execute(delete(SIGN_IN_TOKENS).where(SIGN_IN_TOKENS.c.expires_at < now - LONGEST))
            connection.execute(delete(SESSIONS).where(SESSIONS.c.created_at < now - 2 * LONGEST))
        return NewSession(session, token)

    def check(self, token: str) -> Session | None:
        """The live session of this token; None when unknown, revoked, idle for 12 hours or 7 days old."""
        if len(token) > _LONGEST_TOKEN:
            return None
        with self._database.reading() as connection:
            row = connection.execute(_SELECT.where(SESSIONS.c.token_hash == self._digest(token))).first()
        if row is None or not self._is_live(row):
            return None
        self._note_seen(row)
        return _session(row)

    def is_live(self, session_id: str) -> bool:
        """For streams that outlive the request which opened them."""
        with self._database.reading() as connection:
            row = connection.execute(_SELECT.where(SESSIONS.c.id == session_id)).first()
        return row is not None and self._is_live(row)

    def list(self) -> list[Session]:
        """The live ones, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_SELECT.order_by(SESSIONS.c.created_at.desc(), SESSIONS.c.id.desc())).all()
        return [_session(row) for row in rows if self._is_live(row)]

    def revoke(self, session_id: str) -> None:
        """Raises `NotFound`."""
        with self._database.writing() as connection:
            gone = update(SESSIONS).where(SESSIONS.c.id == session_id).values(revoked_at=self._clock.now())
            if connection.execute(gone).rowcount == 0:
                raise NotFound(f"There is no session {session_id[:80]!r}.", code="session_not_found")
        self._changed()

    def revoke_all(self) -> int:
        """Sign everybody out; answers how many sessions ended."""
        with self._database.writing() as connection:
            gone = update(SESSIONS).where(SESSIONS.c.revoked_at.is_(None)).values(revoked_at=self._clock.now())
            count = connection.execute(gone).rowcount
        self._changed()
        return count

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` after each revocation by this process, in the thread that did it."""
        self._watchers.append(changed)

    def _is_live(self, row: Row[*tuple[Any, ...]]) -> bool:
        now = self._clock.now()
        age, idle = now - row.created_at, now - row.seen_at
        return row.revoked_at is None and -_CLOCK_SLACK <= age < LONGEST and -_CLOCK_SLACK <= idle < IDLE

    def _note_seen(self, row: Row[*tuple[Any, ...]]) -> None:
        now = self._clock.now()
        if now - row.seen_at < _SEEN_STEP:
            return
        try:
            with self._database.writing(wait_s=0.05) as connection:
                connection.execute(update(SESSIONS).where(SESSIONS.c.id == row.id).values(seen_at=now))
        except LynexError:
            return  # reading goes on with a full disk or a busy database; the session only ages

    def _digest(self, token: str) -> bytes:
        return hmac.digest(self._hash_key, token.encode(), sha256)

    def _changed(self) -> None:
        for changed in self._watchers:
            changed()


def _session(row: Row[*tuple[Any, ...]]) -> Session:
    return Session(id=row.id, created_at=row.created_at, seen_at=row.seen_at)
