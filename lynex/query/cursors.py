"""Places in a list, handed out and taken back: signed, and good only for the project and filter they came from."""

import base64
import binascii
import hashlib
import hmac
from typing import Final, TypeVar

import msgspec

from lynex.errors import Fault, InvalidInput

_MAC_BYTES: Final = 16
LONGEST: Final = 8192  # the id of a session and what it is ordered by may be long
_PURPOSE: Final = b"lynex cursor 1"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """The last event of a page, and the range the first page resolved (so that `-7d` does not move between pages)."""

    at: int
    event_id: str
    start: int | None
    end: int | None


class Ranked(msgspec.Struct, frozen=True, array_like=True):
    """The last trace or session of a page: what it is ordered by (None: it has no such figure), and its id."""

    value: int | float | str | None
    group: str
    start: int | None
    end: int | None


P = TypeVar("P", Place, Ranked)


class Cursors:
    """`secret` is the appliance's own; cursors outlive a restart and die with the secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _PURPOSE, "sha256")

    def sealed(self, place: Place | Ranked, binding: bytes) -> str:
        payload = msgspec.json.encode(place)
        return base64.urlsafe_b64encode(self._mac(payload, binding) + payload).rstrip(b"=").decode()

    def opened(self, cursor: str, binding: bytes, kind: type[P]) -> P:
        """The place of that kind. Raises InvalidInput `invalid_cursor` for anything that was not made here for this
        very question."""
        sealed = _decoded(cursor)
        mac, payload = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not payload or not hmac.compare_digest(mac, self._mac(payload, binding)):
            raise _invalid()
        return msgspec.json.decode(payload, type=kind)

    def _mac(self, payload: bytes, binding: bytes) -> bytes:
        whole = hashlib.sha256(binding).digest() + payload
        return hmac.digest(self._key, whole, "sha256")[:_MAC_BYTES]


def _decoded(cursor: str) -> bytes:
    if len(cursor) > LONGEST or not cursor.isascii():
        raise _invalid()
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise _invalid() from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != cursor:
        raise _invalid()
    return data


def _invalid() -> InvalidInput:
    message = "The cursor is not valid for this question; use `next` of the page before with unchanged filters."
    return InvalidInput(message, code="invalid_cursor", faults=(Fault("cursor", "invalid_cursor", message),))
