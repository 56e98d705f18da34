"""Times as people write them, and buckets that follow local days."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynex.clock import DAY, HOUR, MINUTE, to_datetime, to_micros
from lynex.query.buckets import INTERVALS, MAX_BUCKETS, buckets_of
from lynex.query.events import EventQuestion
from lynex.query.parameters import Parameters
from lynex.query.ranges import AHEAD, Range, range_of
from lynex.query.series import SeriesQuestion
from tests.query.conftest import NOW, PROJECT, Shelf, a_call, params


def span_of(default: int | None = DAY, **named: str) -> Range:
    parameters = Parameters(params(**named), ("from", "to", "range", "tz"))
    span, _ = range_of(parameters, NOW, default=default)
    parameters.check()
    return span


def at(text: str) -> int:
    return to_micros(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "tz", "instant"),
    [
        ("2025-11-01T10:00:00Z", "UTC", "2025-11-01T10:00:00+00:00"),
        ("2025-11-01t10:00:00z", "UTC", "2025-11-01T10:00:00+00:00"),
        ("2025-11-01T10:00:00+01:00", "UTC", "2025-11-01T09:00:00+00:00"),
        ("2025-11-01T10:00:00 01:00", "UTC", "2025-11-01T09:00:00+00:00"),
        ("2025-11-01T10:00", "Europe/Berlin", "2025-11-01T09:00:00+00:00"),
        ("2025-11-01 10:00:00.123456789", "UTC", "2025-11-01T10:00:00.123456+00:00"),
        ("2025-11-01", "UTC", "2025-11-01T00:00:00+00:00"),
        ("2025-11-01", "America/New_York", "2025-11-01T04:00:00+00:00"),
        ("-15m", "UTC", "2025-11-20T11:45:00+00:00"),
        ("-2w", "UTC", "2025-11-06T12:00:00+00:00"),
        ("now", "UTC", "2025-11-20T12:00:00+00:00"),
    ],
)
def test_times_are_read_as_people_write_them(text: str, tz: str, instant: str) -> None:
    assert span_of(from_=text, tz=tz).start == at(instant)


def test_without_an_end_events_ahead_of_our_clock_are_included() -> None:
    assert span_of() == Range(start=NOW - DAY, end=NOW + AHEAD, until=NOW)
    assert span_of(to="now") == span_of()
    assert span_of(to="-1d") == Range(start=NOW - 2 * DAY, end=NOW - DAY, until=NOW - DAY)
    assert span_of(default=None) == Range(start=None, end=None, until=None)
    assert span_of(range="today", tz="America/New_York").start == at("2025-11-20T05:00:00+00:00")


@pytest.mark.parametrize(
    "named",
    [
        {"from_": "2025-11-02", "to": "2025-11-01"},
        {"from_": "-1h", "to": "-2h"},
        {"from_": "2026-01-01"},
        {"from_": "1925-01-01", "to": "2025-01-01"},
        {"from_": "-36501d"},
        {"from_": "-999999999w"},
        {"from_": "yesterday"},
        {"from_": "2025-13-01"},
        {"from_": "2025-02-30T00:00:00Z"},
        {"from_": "0000-01-01"},
        {"to": "0001-01-01"},
        {"from_": "1899-12-31", "to": "1900-01-02"},
        {"from_": "1763640000"},
        {"from_": "-7d; DROP TABLE events"},
        {"from_": ["-7d", "-8d"]},
        {"to": ""},
        {"range": "1y"},
        {"range": "7d", "from_": "-1d"},
    ],
)
def test_ranges_that_make_no_sense_are_refused(refused: Callable[..., dict[str, str]], named: dict[str, str]) -> None:
    for question in (EventQuestion, SeriesQuestion):
        assert set(refused(question, **named).values()) == {"invalid_range"}


@pytest.mark.parametrize(
    "tz", ["Mars/Olympus", "../../etc/passwd", "Europe/", "/etc/localtime", "Europe/Berlin\n", "é", "A" * 300]
)
def test_zones_nobody_knows_are_refused(refused: Callable[..., dict[str, str]], tz: str) -> None:
    assert set(refused(SeriesQuestion, tz=tz)) == {"tz"}


def _edges(interval: str, start: str, end: str, tz: str) -> list[datetime]:
    span = Range(start=at(start), end=at(end), until=at(end))
    parameters = Parameters([("interval", interval)], ("interval",))
    buckets = buckets_of(parameters, span, ZoneInfo(tz))
    assert buckets is not None
    return [to_datetime(edge).astimezone(ZoneInfo(tz)) for edge in buckets.edges]


def test_the_days_clocks_change_have_23_and_25_hours() -> None:
    spring = _edges("1d", "2026-03-28T12:00:00+00:00", "2026-03-31T00:00:00+00:00", "Europe/Berlin")
    assert [edge.strftime("%d %H:%M") for edge in spring] == [
        "28 00:00",
        "29 00:00",
        "30 00:00",
        "31 00:00",
        "01 00:00",
    ]
    assert [
        (b.astimezone(UTC) - a.astimezone(UTC)) // timedelta(hours=1) for a, b in zip(spring, spring[1:], strict=False)
    ] == [24, 23, 24, 24]
    autumn = _edges("1d", "2026-10-25T00:00:00+00:00", "2026-10-26T12:00:00+00:00", "Europe/Berlin")
    assert autumn[1].astimezone(UTC) - autumn[0].astimezone(UTC) == timedelta(hours=25)
    no_midnight = _edges("1d", "2026-04-23T12:00:00+00:00", "2026-04-25T12:00:00+00:00", "Africa/Cairo")
    assert [edge.strftime("%d %H:%M") for edge in no_midnight] == ["23 00:00", "24 01:00", "25 00:00", "26 00:00"]


def test_hours_and_weeks_begin_where_local_clocks_say() -> None:
    india = _edges("1h", "2026-01-01T00:10:00+00:00", "2026-01-01T02:00:00+00:00", "Asia/Kolkata")
    assert {edge.minute for edge in india} == {0}
    weeks = _edges("7d", "2026-01-07T00:00:00+00:00", "2026-01-20T00:00:00+00:00", "Europe/Berlin")
    assert {(edge.weekday(), edge.hour) for edge in weeks} == {(0, 0)}


@given(
    start=st.integers(at("2000-01-01T00:00:00+00:00"), at("2030-01-01T00:00:00+00:00")),
    length=st.one_of(st.integers(0, DAY), st.integers(0, 900 * DAY)),
    interval=st.sampled_from(["auto", *INTERVALS]),
    tz=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"]
    ),
)
def test_buckets_cover_the_range_without_gaps(start: int, length: int, interval: str, tz: str) -> None:
    parameters = Parameters([("interval", interval)], ("interval",))
    span = Range(start=start, end=start + length + AHEAD, until=start + length)
    buckets = buckets_of(parameters, span, ZoneInfo(tz))
    if buckets is None:
        assert interval != "auto"
        assert length / INTERVALS[interval] > MAX_BUCKETS - 3
        return
    assert buckets.edges[0] <= start < buckets.edges[1]
    assert buckets.edges[-1] >= start + length + AHEAD
    assert 1 <= buckets.shown <= MAX_BUCKETS
    lengths = [after - before for before, after in zip(buckets.edges, buckets.edges[1:], strict=False)]
    size = INTERVALS[buckets.interval]
    assert all(0 < one <= size + 24 * HOUR for one in lengths)
    assert size > HOUR or set(lengths) == {size}


@pytest.mark.parametrize("tz", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("interval", ["6h", "1d", "7d"])
def test_every_event_lands_in_the_bucket_of_its_local_time(shelf: Shelf, tz: str, interval: str) -> None:
    start = at("2025-02-10T00:00:00+00:00")
    instants = [start + number * 7 * HOUR + number * 13 * MINUTE for number in range(900)]
    instants = [instant for instant in instants if instant < NOW]
    shelf.put(*(a_call(at=instant) for instant in instants))
    question = SeriesQuestion.from_params(
        params(from_="2025-02-10", interval=interval, tz=tz)
        if interval != "6h"
        else params(from_="-200d", interval=interval, tz=tz),
        PROJECT,
        NOW,
    )
    answer = shelf.stats.timeseries(question)
    starts = [at(text) for text in answer["buckets"]]
    expected = [0] * len(starts)
    for instant in instants:
        if instant >= (question.span.start or 0):
            expected[max(number for number, edge in enumerate(starts) if edge <= instant)] += 1
    assert answer["series"][0]["values"] == expected
    assert answer["tz"] == tz
