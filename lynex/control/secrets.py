"""The appliance's one secret, `secret.key`: every keyed hash and signature is made with a key derived from it."""

import hmac
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

from lynex.control.private_files import create_private, refuse_if_open_to_all
from lynex.errors import StartRefused

_BYTES: Final = 32


class ServerSecret:
    """32 random bytes, written as hexadecimal so that a person can restore it from paper."""

    def __init__(self, root: bytes) -> None:
        self._root = root

    @classmethod
    def open(cls, path: Path) -> "ServerSecret":
        """Read the file, or make it at the first start."""
        create_private(path, secrets.token_hex(_BYTES).encode() + b"\n")
        refuse_if_open_to_all(path)
        return cls(_read(path))

    def derive(self, purpose: str) -> bytes:
        """A key of its own for each purpose: a signature made for one is worth nothing for another."""
        return hmac.digest(self._root, purpose.encode(), sha256)

    @property
    def fingerprint(self) -> str:
        """Names the secret without giving it away, so that a wrong one is noticed."""
        return self.derive("fingerprint").hex()[:16]


def _read(path: Path) -> bytes:
    try:
        root = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise StartRefused(f"{path} cannot be read as a secret.", hint="Restore it from a backup.") from error
    if len(root) != _BYTES:
        raise StartRefused(f"{path} holds {len(root)} bytes instead of {_BYTES}.", hint="Restore it from a backup.")
    return root
