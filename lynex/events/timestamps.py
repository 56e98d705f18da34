"""RFC 3339 and nothing else, to microseconds UTC; finer digits are cut off."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from lynex.clock import rfc3339, to_micros

_SECOND: Final = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d", re.ASCII)
_REST: Final = re.compile(r"(?:\.(\d{1,9}))?(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d))", re.ASCII)
_FULL: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_FAR_YEAR: Final = re.compile(r"[+-]?\d{5,9}-\d\d-\d\d", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,20}(?:\.\d{0,20})?", re.ASCII)
EARLIEST: Final = 0  # 1970-01-01
LATEST: Final = to_micros(datetime(2261, 12, 31, 23, 59, 59, 999_999, UTC))  # nanoseconds still fit 64 bits
_PLAUSIBLE: Final = to_micros(datetime(2000, 1, 1, tzinfo=UTC))
_MICROS_PER_UNIT: Final = {"seconds": 1e6, "milliseconds": 1e3, "microseconds": 1.0, "nanoseconds": 1e-3}
_MILLIS: Final = {f".{millis:03}": 1000 * millis for millis in range(1000)}
_REST_IN_UTC: Final = {
    f"{digits}{utc}": int(digits or "0")
    for digits in ("", *(f"{micros:03}" for micros in range(1000)))
    for utc in ("Z", "+00:00")
}
_REMEMBERED_SECONDS: Final = 1000
_seconds: dict[str, int] = {}  # events of one time share a few seconds
_EXAMPLE: Final = "2026-11-20T12:00:00.123Z"


@dataclass(frozen=True, slots=True)
class Instant:
    micros: int
    assumed_utc: bool  # the text named no offset


class BadTimestamp(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def quick_instant(text: str) -> int | None:
    """The instant of an ordinary timestamp; None: look closer."""
    second = _seconds.get(text[:19])
    millis, rest = _MILLIS.get(text[19:23]), _REST_IN_UTC.get(text[23:])
    if second is not None and millis is not None and rest is not None:
        return second + millis + rest
    return _parse(text[:19], text[19:])


def _parse(before: str, after: str) -> int | None:
    second, match = _whole_second(before), _REST.fullmatch(after)
    if second is None or match is None:
        return None
    fraction, offset = match.groups()
    micros = second
    if fraction:
        micros += int(fraction[:6].ljust(6, "0"))
    if offset:
        micros -= _offset(offset)
    return micros if EARLIEST <= micros <= LATEST else None


def _whole_second(text: str) -> int | None:
    known = _seconds.get(text)
    if known is not None or not _SECOND.fullmatch(text):
        return known
    try:
        micros = to_micros(datetime.fromisoformat(text).replace(tzinfo=UTC))
    except ValueError:
        return None
    if not EARLIEST <= micros <= LATEST:
        return None
    if len(_seconds) >= _REMEMBERED_SECONDS:
        _seconds.clear()
    _seconds[text] = micros
    return micros


def read_instant(value: object, now: int) -> Instant:
    """Raises `BadTimestamp`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _not_a_number(float(value), now)
    if not isinstance(value, str):
        raise BadTimestamp("invalid_timestamp", f"timestamp must be RFC 3339 text such as {_EXAMPLE}.")
    match = _FULL.fullmatch(value)
    if match is not None:
        return _within_range(*_instant_of(match))
    if _FAR_YEAR.match(value):
        raise _out_of_range()
    if _NUMBER.fullmatch(value):
        raise _not_a_number(float(value), now)
    raise BadTimestamp("invalid_timestamp", f"timestamp is not a date and time we can read. Use RFC 3339: {_EXAMPLE}.")


def _instant_of(match: re.Match[str]) -> tuple[int, bool]:
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction = ((match[7] or "") + "000000")[:6]
    if year == 0:
        raise _out_of_range()
    leap = second == 60
    try:
        moment = datetime(year, month, day, hour, minute, 59 if leap else second, int(fraction), UTC)
    except ValueError as error:
        raise BadTimestamp("invalid_timestamp", f"timestamp does not exist in the calendar: {error}.") from None
    micros = to_micros(moment) - _offset(match[8])
    if leap:
        micros = _leap_second(micros, int(fraction))
    return micros, match[8] is None


def _leap_second(micros_of_59: int, fraction: int) -> int:
    """23:59:60 UTC is the second before midnight, once more: it has no place of its own in a count of seconds."""
    whole = micros_of_59 - fraction
    if (whole // 1_000_000 + 1) % 86_400:
        raise BadTimestamp("invalid_timestamp", "timestamp has second 60 where no leap second can be (23:59:60 UTC).")
    return micros_of_59 + 1_000_000


def _offset(text: str | None) -> int:
    if text is None or text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise BadTimestamp("invalid_timestamp", "timestamp has an offset beyond 23:59.")
    amount = timedelta(hours=hours, minutes=minutes) // timedelta(microseconds=1)
    return amount if text[0] == "+" else -amount


def _within_range(micros: int, assumed_utc: bool) -> Instant:
    if not EARLIEST <= micros <= LATEST:
        raise _out_of_range()
    return Instant(micros, assumed_utc)


def _out_of_range() -> BadTimestamp:
    return BadTimestamp("timestamp_out_of_range", "timestamp must lie in the years 1970 to 2261.")


def _not_a_number(number: float, now: int) -> BadTimestamp:
    """An epoch in some unit: say what it would be in the unit that lands nearest to now."""
    guesses = {unit: number * factor for unit, factor in _MICROS_PER_UNIT.items()}
    unit, micros = min(guesses.items(), key=lambda guess: abs(guess[1] - now))
    meant = f" As {unit} that would be {rfc3339(round(micros))}." if _PLAUSIBLE <= micros <= LATEST else ""
    return BadTimestamp("invalid_timestamp", f"timestamp must be RFC 3339 text, not a number.{meant}")
