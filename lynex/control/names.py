"""What people may call things: one rule for the names of projects and keys."""

import unicodedata
from typing import Final

from lynex.errors import Fault, InvalidInput

LONGEST: Final = 100

# Direction overrides and isolates can make a name read as another one.
_DIRECTION: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_INVISIBLE: Final = frozenset({"Cf", "Cn", "Co", "Mn", "Me", "Zs"})
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and signs that show nothing


def checked_name(name: str, field: str = "name") -> str:
    """The name in NFC without spaces around it. Raises `InvalidInput` naming `field`."""
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean:
        raise _fault(field, "empty", "must not be empty")
    if len(clean) > LONGEST:
        raise _fault(field, "too_long", f"must have at most {LONGEST} characters, has {len(clean)}")
    for character in clean:
        if character in _DIRECTION or unicodedata.category(character) in _REFUSED:
            raise _fault(field, "invalid_character", f"must not contain the character U+{ord(character):04X}")
    if all(character in _BLANK or unicodedata.category(character) in _INVISIBLE for character in clean):
        raise _fault(field, "invisible", "must contain at least one visible character")
    return clean


def _fault(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(f"`{field}` {message}.", faults=(Fault(field, code, message),))
