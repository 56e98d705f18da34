"""From when to when: ISO 8601 or relative times, named ranges, and the time zone that days are counted in.

A range includes its start and excludes its end. Without `to` (or with `to=now`) it also takes events whose senders'
clocks run ahead, which are stored up to one hour in the future (events.md), while the answered `to` is now.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from lynex.clock import DAY, HOUR, MINUTE, SECOND, to_datetime, to_micros
from lynex.query.parameters import Parameters, shown

RANGE_PARAMETERS: Final = ("from", "to", "range", "tz")
MAX_SPAN: Final = 36_500 * DAY
AHEAD: Final = HOUR
_FIRST_YEAR: Final = 1900  # a range before the range can still be told then
_FIRST_INSTANT: Final = to_micros(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC))

_UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_NAMED: Final = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY}
RANGES: Final = ("today", *_NAMED)
_RELATIVE: Final = re.compile(r"-([0-9]{1,9})([smhdw])", re.ASCII)
_ABSOLUTE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+ -]\d{2}:?\d{2})?)?", re.ASCII
)
_LOST_PLUS: Final = re.compile(r" (\d{2}:?\d{2})$", re.ASCII)
_LONG_FRACTION: Final = re.compile(r"([.,]\d{6})\d+", re.ASCII)
_ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)


class Range(msgspec.Struct, frozen=True):
    """Instants in microseconds; None: open. `until` is what is answered as `to` and where empty buckets end."""

    start: int | None
    end: int | None
    until: int | None


def range_of(parameters: Parameters, now: int, *, default: int | None) -> tuple[Range, tzinfo]:
    """The range asked for, else the last `default` microseconds (None: all of time)."""
    zone = _zone_of(parameters)
    named = parameters.choice("range", RANGES, code="invalid_range")
    start_text = parameters.one("from", code="invalid_range")
    end_text = parameters.one("to", code="invalid_range")
    if named is not None:
        if start_text is not None or end_text is not None:
            parameters.fault("range", "invalid_range", "Give either range or from and to, not both.")
        start: int | None = _start_of_day(now, zone) if named == "today" else now - _NAMED[named]
        return Range(start=start, end=now + AHEAD, until=now), zone
    start = _instant(parameters, "from", start_text, now, zone)
    if end_text is None or end_text == "now":
        end, until = (None, None) if default is None and end_text is None else (now + AHEAD, now)
    else:
        end = until = _instant(parameters, "to", end_text, now, zone)
    if start is None and default is not None:
        start = (now if until is None else until) - default
    _check_span(parameters, start, now if until is None else until)
    return Range(start=start, end=end, until=until), zone


def _check_span(parameters: Parameters, start: int | None, until: int) -> None:
    if start is None:
        return
    if start > until:
        parameters.fault("from", "invalid_range", "from must not be later than to.")
    elif until - start > MAX_SPAN:
        parameters.fault("from", "invalid_range", "The range must be shorter than 100 years.")


def _zone_of(parameters: Parameters) -> tzinfo:
    name = parameters.one("tz", code="invalid_timezone")
    if name is None or name.upper() == "UTC":
        return UTC
    if _ZONE.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            pass
    parameters.fault(
        "tz", "invalid_timezone", f"tz must be an IANA time zone such as Europe/Berlin, not {shown(name)}."
    )
    return UTC


def _instant(parameters: Parameters, name: str, text: str | None, now: int, zone: tzinfo) -> int | None:
    if text is None:
        return None
    if text == "now":
        return now
    relative = _RELATIVE.fullmatch(text)
    if relative:
        amount = int(relative[1]) * _UNITS[relative[2]]
        if amount <= MAX_SPAN:
            return now - amount
        parameters.fault(name, "invalid_range", f"{name} must be less than 100 years ago.")
        return None
    moment = _absolute(text, zone)
    if moment is None:
        message = f"{name} must be a time such as 2026-11-20T12:00:00Z, 2026-11-20, -7d or now; not {shown(text)}."
        parameters.fault(name, "invalid_range", message)
    elif moment < _FIRST_INSTANT:
        parameters.fault(name, "invalid_range", f"{name} must not be before the year {_FIRST_YEAR}.")
        return None
    return moment


def _absolute(text: str, zone: tzinfo) -> int | None:
    """A time without offset is local to `tz`. A `+` not escaped in the URL arrives as a space and is taken back."""
    if not _ABSOLUTE.fullmatch(text):
        return None
    text = _LOST_PLUS.sub(r"+\1", text) if len(text) > 16 else text
    try:
        moment = datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", text.upper()))
        return to_micros(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def _start_of_day(now: int, zone: tzinfo) -> int:
    return day_start(to_datetime(now).astimezone(zone).replace(tzinfo=None), zone)


def day_start(day: datetime, zone: tzinfo) -> int:
    """The first instant of the local day, also where clocks jump over midnight."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return wall_to_micros(midnight, zone)


def wall_to_micros(wall: datetime, zone: tzinfo) -> int:
    """The first instant at which local clocks show `wall`, or jump past it."""
    offset = wall.replace(tzinfo=zone, fold=0).utcoffset()
    late = wall.replace(tzinfo=zone, fold=1).utcoffset()
    assert offset is not None and late is not None
    instant = wall.replace(tzinfo=UTC) - offset
    if late > offset:
        # A gap: both readings name an hour that does not exist; the jump is where the offset changes.
        instant = _jump_before(instant, zone)
    return to_micros(instant)


def _jump_before(instant: datetime, zone: tzinfo) -> datetime:
    low, high = instant - timedelta(hours=3), instant + timedelta(hours=3)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
