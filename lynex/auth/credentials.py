"""Reads the credentials of a request: an API key, the token of a command on this machine, or a browser's cookie."""

import base64
import binascii
import hmac
from collections.abc import Iterable
from typing import Final

from lynex.auth.keyring import KeyRing
from lynex.auth.origin import SAFE_METHODS, refuse_other_sites, require_same_origin
from lynex.auth.principal import ANYBODY, OWNER_AT_THE_MACHINE, Principal
from lynex.auth.session_ring import SessionRing
from lynex.control.sessions import LONGEST
from lynex.errors import BadRequest, Forbidden, Unauthorized

COOKIE: Final = "lynex_session"

_KEY_HEADERS: Final = (b"x-api-key", b"api_key")
_AUTHORIZATION: Final = b"authorization"
_KEY_PREFIX: Final = "sk_"

Headers = Iterable[tuple[bytes, bytes]]


class Credentials:
    """`local_token` is the one in `run/server.json`; `open_to_all` is `server.auth = false`."""

    def __init__(
        self,
        keyring: KeyRing,
        sessions: SessionRing,
        *,
        local_token: str | None = None,
        open_to_all: bool = False,
        public_url: str = "",
    ) -> None:
        self._keyring = keyring
        self._sessions = sessions
        self._local_token = local_token.encode() if local_token is not None else None
        self._open_to_all = open_to_all
        self._public_url = public_url

    def known(self, headers: Headers) -> Principal | None:
        """The principal of a request with a key, if that can be said without waiting; None: ask `identify`."""
        secret = secret_of(headers)
        if secret is None or not secret.startswith(_KEY_PREFIX) or self._open_to_all:
            return None
        return self._keyring.known(secret)

    async def identify(self, method: str, headers: Headers) -> Principal:
        """Who sends this request. `headers` as in ASGI: lower-case names.

        Raises `Unauthorized` without credentials, `Forbidden` for wrong ones and for pages of other sites,
        `BadRequest` for two different keys.
        """
        secret = secret_of(headers)
        if secret is not None:
            return await self._by_secret(method, headers, secret)
        cookie = cookie_of(headers)
        session = await self._sessions.identify(cookie) if cookie is not None else None
        if session is not None:
            if method not in SAFE_METHODS:
                require_same_origin(dict(headers), self._public_url)
            return session
        if self._open_to_all:
            return self._anybody(method, headers)
        raise Unauthorized("This needs an API key or a session." if cookie is None else "The session has ended.")

    async def still_stands(self, principal: Principal) -> bool:
        """Whether the principal of a long-lived stream has not been revoked meanwhile."""
        if principal.key_id is not None:
            return self._keyring.is_live(principal.key_id)
        if principal.session_id is not None:
            return await self._sessions.is_live(principal.session_id)
        return True

    async def _by_secret(self, method: str, headers: Headers, secret: str) -> Principal:
        if self._local_token is not None and hmac.compare_digest(secret.encode(), self._local_token):
            return OWNER_AT_THE_MACHINE
        try:
            return await self._keyring.identify(secret)
        except Forbidden:
            if self._open_to_all:  # SDKs insist on a key; where none is asked for, any will do
                return self._anybody(method, headers)
            raise

    def _anybody(self, method: str, headers: Headers) -> Principal:
        if method not in SAFE_METHODS:
            refuse_other_sites(dict(headers), self._public_url)
        return ANYBODY


def secret_of(headers: Headers) -> str | None:
    """The key of the request, wherever it stands. Raises `BadRequest` when two different ones are given."""
    found: bytes | None = None
    for name, value in headers:
        if name in _KEY_HEADERS:
            secret = value.strip()
        elif name == _AUTHORIZATION and value[:7].lower() == b"bearer ":
            secret = value[7:].strip()
        elif name == _AUTHORIZATION and value[:6].lower() == b"basic ":
            secret = _key_of_basic(value[6:])
        else:
            continue
        if not secret or secret == found:
            continue
        if found is not None:
            raise BadRequest(
                "Two different keys were sent.",
                code="ambiguous_credentials",
                hint="Send either X-API-Key or Authorization: Bearer, not both.",
            )
        found = secret
    return found.decode("latin-1") if found is not None else None


def _key_of_basic(value: bytes) -> bytes:
    """The key as password (Langfuse's clients) or as user; anything else is for a proxy on the way, and not for us."""
    try:
        user, _, password = base64.b64decode(value.strip(), validate=True).partition(b":")
    except binascii.Error:
        return b""
    return next((part for part in (password, user) if part.startswith(_KEY_PREFIX.encode())), b"")


def cookie_of(headers: Headers) -> str | None:
    """The session token in the Cookie headers; the first one if a browser sends several."""
    for name, value in headers:
        if name != b"cookie":
            continue
        for pair in value.decode("latin-1").split(";"):
            key, _, token = pair.strip().partition("=")
            if key == COOKIE and token:
                return token
    return None


def session_cookie(token: str, *, secure: bool) -> str:
    """The Set-Cookie value that opens a session. Lax, so that links from a chat lead to a signed-in page."""
    life = LONGEST // 1_000_000
    return f"{COOKIE}={token}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


def ended_cookie(*, secure: bool) -> str:
    """The Set-Cookie value that makes the browser forget the session."""
    return f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"
