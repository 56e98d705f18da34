"""Single values of OTLP, the same in both encodings."""

import base64
import binascii
import math
import re
from collections.abc import Sequence
from typing import Final

from lynex.ingest.otlp_records import Attributes

MAX_DEPTH: Final = 64
TRACE_BYTES, SPAN_BYTES = 16, 8
TOO_DEEP: Final[Attributes] = {"dropped": "depth"}
NO_IDS: Final = "a span needs a trace id of 16 bytes and a span id of 8 bytes, not all zero"
WRONG_IDS: Final = "a trace id has 16 bytes and a span id 8, where a log record has them"
EMPTY_LOG: Final = "a log record needs a time, a body, an event name or attributes"
NO_POINTS: Final = "a metric needs a name and data points"

_SPAN_KINDS: Final = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUSES: Final = ("unset", "ok", "error")
_TEMPORALITIES: Final = ("unspecified", "delta", "cumulative")
_SEVERITIES: Final = tuple(
    f"{name}{step}" for name in ("trace", "debug", "info", "warn", "error", "fatal") for step in ("", "2", "3", "4")
)
_TIMES_END: Final = 1 << 64
_INT64: Final = 1 << 63
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)

Number = int | float | str | None  # as JSON may write one


def micros(nanos: int) -> int | None:
    """Microseconds; None for 0, which means that no time was set, and for what is no time at all."""
    return nanos // 1000 or None if 0 < nanos < _TIMES_END else None


def span_kind(number: int) -> str:
    return _SPAN_KINDS[number] if 0 <= number < len(_SPAN_KINDS) else "unspecified"


def status_name(number: int) -> str:
    return _STATUSES[number] if 0 <= number < len(_STATUSES) else "unset"


def temporality_name(number: int) -> str:
    return _TEMPORALITIES[number] if 0 <= number < len(_TEMPORALITIES) else "unspecified"


def plain_float(value: float) -> float | str:
    """As JSON can say it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def within_64_bits(value: int) -> int:
    return max(-_INT64, min(value, _INT64 - 1))


def finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def read_integer(value: Number) -> int | None:
    """A whole number of 64 bits, signed or not, however it was written; None for anything else."""
    if isinstance(value, str):
        if _INTEGER.fullmatch(value) is None:
            return None
        value = int(value)
    elif isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    return value if value is not None and -_INT64 <= value < _TIMES_END else None


def int_value(value: int | float | str) -> int | str:
    """An attribute that should be an integer of 64 bits; what is none stays the text it was."""
    found = read_integer(value)
    return found if found is not None and found < _INT64 else str(value)


def double_value(value: int | float | str) -> float | str:
    """Proto3 JSON writes what JSON cannot say as text, and may write any number so."""
    try:
        return plain_float(float(value))
    except (ValueError, OverflowError):
        return str(value)


def read_enum(value: Number, prefix: str, names: Sequence[str]) -> int:
    """The number of an enum value by its number or full name; 0 for one nobody knows."""
    if isinstance(value, str):
        name = value.removeprefix(prefix).lower()
        return names.index(name) if name in names else read_integer(value) or 0
    return read_integer(value) or 0


def read_span_kind(value: Number) -> str:
    return span_kind(read_enum(value, "SPAN_KIND_", _SPAN_KINDS))


def read_status(value: Number) -> str:
    return status_name(read_enum(value, "STATUS_CODE_", _STATUSES))


def read_temporality(value: Number) -> str:
    return temporality_name(read_enum(value, "AGGREGATION_TEMPORALITY_", _TEMPORALITIES))


def read_severity(value: Number) -> int:
    number = read_enum(value, "SEVERITY_NUMBER_", ("unspecified", *_SEVERITIES))
    return number if 0 <= number <= len(_SEVERITIES) else 0


def read_id(text: str | None, size: int) -> str | None:
    """Lower-case hex of an id of `size` bytes, from hex or base64; None for anything else and for all zeros."""
    if not text:
        return None
    if len(text) != 2 * size:
        text = _from_base64(text, size)
    elif not _HEX.fullmatch(text):
        return None
    return text.lower() if text.strip("0") else None


def _from_base64(text: str, size: int) -> str:
    """Some senders write ids as proto3 JSON writes any bytes."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == size else ""
