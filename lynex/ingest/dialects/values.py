"""Attribute values as they come, read as what they mean. None: it does not mean that, as if it had not been said."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

Reader = Callable[[Any], Any]

_MOST: Final = 2**53 - 1
_LONGEST_MS: Final = 10**15
_MAX_DEPTH: Final = 64
_HIGHEST, _LOWEST = 2**64 - 1, -(2**63)
_AS_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_HUGE_INTEGER: Final = b"0" * 19
_OPENINGS: Final = ("{", "[", '"')
_JSON_STARTS: Final = ('{"', "[{", '["', "[[")
_CUT_MARKS: Final = ("...", "…", "[truncated]", "<truncated>", "...(truncated)")
_TRUE: Final = frozenset(("true", "1", "yes"))
_FALSE: Final = frozenset(("false", "0", "no"))
_decode: Final = msgspec.json.Decoder().decode


def text(value: Any) -> str | None:
    """Text, or a number as text; outer space is cut off."""
    if type(value) is str:
        return value.strip() or None
    return str(value) if type(value) in (int, float) else None


def count(value: Any) -> int | None:
    """A number of tokens: also a double without a fraction, as JavaScript sends, or digits as text."""
    if type(value) is int:
        return value if 0 <= value <= _MOST else None
    if type(value) is float:
        return int(value) if 0 <= value <= _MOST and value == int(value) else None
    if type(value) is str and len(value) <= 16 and value.strip().isdecimal():
        return count(int(value))
    return None


def number(value: Any) -> float | None:
    """Any finite number, also as text."""
    if type(value) is float:
        return value
    if type(value) is int:
        return value if -_MOST <= value <= _MOST else float(value)
    if type(value) is not str or len(value) > 40:
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) <= _LONGEST_MS else None  # infinities and NaN are no numbers here


def milliseconds(value: Any) -> float | None:
    found = number(value)
    return found if found is not None and 0 <= found <= _LONGEST_MS else None


def seconds(value: Any) -> float | None:
    """Seconds → milliseconds."""
    found = number(value)
    return milliseconds(round(found * 1000, 6)) if found is not None else None


def flag(value: Any) -> bool | None:
    if type(value) is bool:
        return value
    word = value.strip().lower() if type(value) is str else ""
    return True if word in _TRUE else False if word in _FALSE else None


def texts(value: Any) -> list[str] | None:
    """A list of texts; also as JSON, separated by commas, or one alone."""
    if type(value) is str:
        decoded = decoded_json(value)
        if type(decoded) is list:
            value = decoded
        else:
            value = [one.strip() for one in value.split(",")] if value[:1] != "[" else [value]
    if type(value) is not list:
        return None
    found = [one for one in value if type(one) is str and one]
    return found or None


def mapping(value: Any) -> dict[str, Any] | None:
    """An object, sent as such or as JSON."""
    value = structured(value)
    return value if type(value) is dict and value else None


def listing(value: Any) -> list[Any] | None:
    """A list, sent as such, as JSON, or as a list of JSON texts."""
    value = structured(value)
    if type(value) is not list or not value:
        return None
    return [structured(one) for one in value]


def structured(value: Any) -> Any:
    """JSON text as the object or list it holds, encoded once or twice; anything else as it is."""
    if type(value) is not str:
        return value
    decoded = decoded_json(value)
    return decoded if decoded is not None else value


def unquoted(value: Any) -> Any:
    """As `structured`, and JSON text that holds plain text, a number or a bool is that."""
    if type(value) is str and value:
        if value[0] in "{[":
            return structured(value)
        try:
            inner = _decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
        if inner is None:
            return None
        if type(inner) is str:
            return structured(inner)
        return inner if type(inner) in (bool, int, float) and is_sound(inner) else value
    return value


def decoded_json(value: str) -> Any | None:
    """The object or list that JSON text holds. None for text that is none, is nested deeper than 64, or has integers
    beyond 64 bits, which readers disagree about."""
    start = value[:1] if value[:1] in _OPENINGS else value.lstrip()[:1]
    if start not in _OPENINGS:
        return None
    raw = value.encode()
    try:
        decoded = _decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    if type(decoded) is str:
        return decoded_json(decoded) if decoded[:1] in ("{", "[") else None
    # A tenth of the time of looking for the digits with a pattern.
    if raw.count(b"{") + raw.count(b"[") > _MAX_DEPTH or _HUGE_INTEGER in raw.translate(_AS_ZEROS):
        return decoded if is_sound(decoded) else None
    return decoded


def is_sound(value: Any) -> bool:
    """Not nested deeper than 64, no integer beyond 64 bits."""
    waiting = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        if type(one) is int:
            if not _LOWEST <= one <= _HIGHEST:
                return False
        elif type(one) is dict or type(one) is list:
            if depth > _MAX_DEPTH:
                return False
            waiting.extend((inner, depth + 1) for inner in (one.values() if type(one) is dict else one))
    return True


def looks_cut_off(value: str) -> bool:
    """Whether text that should be JSON, and is not, lost its end to somebody's limit."""
    if not value.lstrip().startswith(_JSON_STARTS):
        return False
    end = value.rstrip()
    return end[-1] not in "}]" or end.endswith(_CUT_MARKS)
