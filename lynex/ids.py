"""Identifiers and randomness: time-sortable ids for our own things, UUIDs for events, secrets for keys."""

import secrets
import uuid
from typing import Final

from lynex.clock import Clock

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KEY_PREFIX: Final = "sk_live_"


def new_id(prefix: str, clock: Clock) -> str:
    """`proj_01j…`: 10 characters of time in milliseconds, 16 of randomness; sorts by creation."""
    value = (clock.now() // 1000) << 80 | secrets.randbits(80)
    digits = [_CROCKFORD[value >> shift & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(digits)}"


def new_event_id() -> str:
    return str(uuid.uuid4())


def new_key_secret() -> str:
    """An API key: `sk_live_` and 32 characters, 190 bits of randomness."""
    return KEY_PREFIX + "".join(secrets.choice(_BASE62) for _ in range(32))


def new_token() -> str:
    """An opaque token for sessions, sign-in links and the local command line: 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_request_id() -> str:
    return secrets.token_hex(8)
