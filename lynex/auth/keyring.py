"""Answers "whose key is this" from memory. The live keys are held by the digest of their secret and compared with the
database every few seconds, so a revocation elsewhere holds within 5 s and one in this process at once.
"""

import asyncio
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from lynex.auth.principal import Principal, with_implied
from lynex.clock import Clock
from lynex.control.keys import Key, Keys
from lynex.errors import Forbidden, LynexError, ShuttingDown, Unavailable
from lynex.ids import KEY_PREFIX

LONGEST_KEY: Final = 256

_RENEW_AFTER_S: Final = 2.0  # look again in the background
_FRESH_S: Final = 4.0  # look again before answering
_TRUSTED_S: Final = 900.0  # how long ingest goes on while the control database cannot be read
_RETRY_S: Final = 1.0

_log = logging.getLogger(__name__)


class _Picture:
    """The live keys at one moment. `seen` remembers secrets that were right, to spare the hash."""

    __slots__ = ("by_digest", "key_ids", "seen", "version")

    def __init__(self, version: tuple[int, int, int], live: dict[bytes, Key]) -> None:
        self.version = version
        self.by_digest = {digest: _principal(key) for digest, key in live.items()}
        self.key_ids = frozenset(key.id for key in live.values())
        self.seen: dict[str, Principal] = {}


class KeyRing:
    """`known` never waits, `check` may read the database, `identify` awaits that in a thread. All raise `Forbidden`."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._one_renewal = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="keyring")
        self._renewal: Future[None] | None = None
        self._not_before = 0.0
        self._confirmed = clock.monotonic()
        self._outdated = False
        self._picture = _Picture(keys.version(), keys.live())
        keys.watch(self._keys_changed)

    def known(self, secret: str) -> Principal | None:
        """Whose key it is, if that can be said without waiting; None: ask `check` or `identify`."""
        age = self._clock.monotonic() - self._confirmed
        if age >= _FRESH_S or self._outdated:
            return None
        if age >= _RENEW_AFTER_S:
            self._renew_soon()
        picture = self._picture
        return picture.seen.get(secret) or self._look_up(picture, secret)

    def check(self, secret: str) -> Principal:
        """As `identify`, for threads that may wait. Raises `Forbidden`, or `Unavailable` when keys cannot be read."""
        principal = self.known(secret)
        if principal is None:
            self._renew()
            principal = self._trusted(secret)
        return principal

    async def identify(self, secret: str) -> Principal:
        """Whose key it is. Raises `Forbidden`, or `Unavailable` when keys cannot be read."""
        principal = self.known(secret)
        if principal is None:
            # Shielded: many requests wait for one renewal, and one that is given up must not end it for the others.
            await asyncio.shield(asyncio.wrap_future(self._renew_soon()))
            principal = self._trusted(secret)
        return principal

    def is_live(self, key_id: str) -> bool:
        """Whether the key still stands, for streams that outlive the request which opened them."""
        if self._clock.monotonic() - self._confirmed >= _RENEW_AFTER_S or self._outdated:
            self._renew_soon()
        return key_id in self._picture.key_ids

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _look_up(self, picture: _Picture, secret: str) -> Principal:
        if len(secret) > LONGEST_KEY:  # refused before hashing: a long key must not cost more
            raise _invalid_key()
        # Malformed keys are hashed and looked up like wrong ones, so that the time tells nothing about the form either.
        principal = picture.by_digest.get(self._keys.digest(secret))
        if principal is None or not secret.startswith(KEY_PREFIX):
            raise _invalid_key()
        picture.seen[secret] = principal
        return principal

    def _trusted(self, secret: str) -> Principal:
        if self._outdated or self._clock.monotonic() - self._confirmed >= _TRUSTED_S:
            raise Unavailable("API keys cannot be checked now: the control database does not answer.", code="busy")
        return self._look_up(self._picture, secret)

    def _renew_soon(self) -> Future[None]:
        renewal = self._renewal
        if renewal is None or renewal.done():
            try:
                renewal = self._thread.submit(self._renew)
            except RuntimeError as error:  # the thread was told to end
                raise ShuttingDown("The server is stopping.") from error
            self._renewal = renewal
        return renewal

    def _renew(self, changed: bool = False) -> None:
        """Compare with the database. A failure is logged and leaves the picture as it was."""
        with self._one_renewal:
            asked = self._clock.monotonic()
            if changed:  # holds even if reading fails now: a revoked key is not served from memory
                self._outdated = True
            elif asked < self._not_before:
                return
            try:
                version = self._keys.version()
                if version != self._picture.version or self._outdated:
                    self._picture = _Picture(version, self._keys.live())
            except LynexError as error:
                self._not_before = asked + _RETRY_S
                _log.warning("API keys cannot be compared with the database: %s", error.detail)
                return
            self._outdated = False
            self._confirmed = asked

    def _keys_changed(self) -> None:
        self._renew(changed=True)


def _principal(key: Key) -> Principal:
    return Principal("key", with_implied(key.scopes), project_id=key.project_id, key_id=key.id)


def _invalid_key() -> Forbidden:
    return Forbidden(
        "The API key is not valid.",
        code="invalid_key",
        hint="Check that it was copied whole and was not revoked; `lynex keys list` shows the prefixes of live keys.",
    )
