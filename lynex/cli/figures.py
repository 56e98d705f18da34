"""Numbers, durations, money and times as people read them: one spelling each, the same as the dashboard's."""

from datetime import datetime, tzinfo
from typing import Final

from lynex.clock import SystemClock, to_datetime

THIN: Final = "\u2009"
MISSING: Final = "–"

_STEPS: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def count(value: float | None) -> str:
    """`4,412` up to 9,999, then `10.2 k`, `96.4 M`."""
    if value is None:
        return ""
    if abs(value) < 10_000:
        return f"{value:,.0f}"
    size, letter = next(step for step in _STEPS if abs(value) >= step[0])
    return f"{_three_digits(value / size)}{THIN}{letter}"


def money(dollars: float | None) -> str:
    """`$271.38` from one dollar up, four decimals below; an unknown price is a dash, never `$0`."""
    if dollars is None:
        return MISSING
    if dollars == 0:
        return "$0"
    if abs(dollars) >= 1:
        return f"${dollars:,.2f}"
    return f"${dollars:.4f}" if abs(dollars) >= 0.0001 else "<$0.0001"


def duration(milliseconds: float | None) -> str:
    """`<1 ms` · `541 ms` · `2.91 s` · `21.8 s` · `3 m 12 s` · `2 h 5 m`."""
    if milliseconds is None:
        return ""
    if milliseconds < 1:
        return f"<1{THIN}ms" if milliseconds > 0 else f"0{THIN}ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f}{THIN}ms"
    seconds = milliseconds / 1000
    if seconds < 99.95:
        return f"{_three_digits(seconds)}{THIN}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{THIN}m {rest}{THIN}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{THIN}h {minutes}{THIN}m"


def percent(share: float | None) -> str:
    return MISSING if share is None else f"{share * 100:.2f}%"


def tokens(read: float | None, written: float | None) -> str:
    """`8,204 → 164`: in and out."""
    if read is None and written is None:
        return ""
    return f"{count(read or 0)} → {count(written or 0)}"


def binary_size(size: float) -> str:
    """`512 MiB`, as settings and disks are counted."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            return f"{size:.0f} {unit}" if size >= 10 or size == int(size) else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


def moment(text: str | None, zone: tzinfo | None = None, *, today: datetime | None = None) -> str:
    """A time on the wire as its reader's clock shows it: `14:29:55.204`, another day `3 Nov 14:29:55`."""
    if not text:
        return ""
    local = datetime.fromisoformat(text).astimezone(zone)
    now = today if today is not None else here(SystemClock().now(), zone)
    if local.date() == now.date():
        return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
    year = "" if local.year == now.year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M:%S}"


def here(micros: int, zone: tzinfo | None = None) -> datetime:
    """An instant as the clock on the reader's wall shows it."""
    return to_datetime(micros).astimezone(zone)


def minute(text: str | None) -> str:
    """A time to the minute, with its day: `20 Nov 14:30`."""
    if not text:
        return ""
    local = datetime.fromisoformat(text).astimezone()
    return f"{local.day} {local:%b} {local:%H:%M}"


def _three_digits(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}"
