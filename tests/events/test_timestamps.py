"""Which times are read, and as what."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynex.clock import rfc3339, to_micros
from lynex.events.timestamps import EARLIEST, LATEST, BadTimestamp, quick_instant, read_instant

NOW = 1_763_640_000_000_000
NOON = to_micros(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2026-11-20T12:00:00Z", NOON),
        ("2026-11-20T12:00:00.5Z", NOON + 500_000),
        ("2026-11-20T12:00:00.123456Z", NOON + 123_456),
        ("2026-11-20T12:00:00.123456999Z", NOON + 123_456),  # B48: cut, not rounded
        ("2026-11-20T13:30:00+01:30", NOON),
        ("2026-11-20T12:00:00-00:00", NOON),
        ("2026-11-19T12:00:01-23:59", NOON + 1_000_000 - 60_000_000),
        ("2026-11-20t12:00:00z", NOON),
        ("2026-11-20 12:00:00+00:00", NOON),
        ("1970-01-01T00:00:00Z", EARLIEST),
        ("2261-12-31T23:59:59.999999Z", LATEST),
        ("2016-12-31T23:59:60Z", to_micros(datetime(2017, 1, 1, tzinfo=UTC))),
        ("2017-01-01T05:29:60.25+05:30", to_micros(datetime(2017, 1, 1, tzinfo=UTC)) + 250_000),
        ("2024-02-29T00:00:00.1234567890123Z", to_micros(datetime(2024, 2, 29, tzinfo=UTC)) + 123_456),
    ],
)
def test_rfc_3339_is_read_to_the_microsecond(text, micros):
    assert read_instant(text, NOW).micros == micros
    assert not read_instant(text, NOW).assumed_utc
    assert quick_instant(text) in (micros, None)


def test_a_time_without_offset_is_utc_and_says_so():
    instant = read_instant("2026-11-20T12:00:00.25", NOW)
    assert (instant.micros, instant.assumed_utc) == (NOON + 250_000, True)
    assert quick_instant("2026-11-20T12:00:00.25") is None


@pytest.mark.parametrize(
    ("sent", "code", "says"),
    [
        ("2026-02-30T00:00:00Z", "invalid_timestamp", "day is out of range"),
        ("2026-13-01T00:00:00Z", "invalid_timestamp", "month"),
        ("2026-01-01T24:00:00Z", "invalid_timestamp", "hour"),
        ("2026-01-01T25:00:00Z", "invalid_timestamp", "hour"),
        ("2026-01-01T12:60:00Z", "invalid_timestamp", "minute"),
        ("2026-01-01T12:00:61Z", "invalid_timestamp", "second"),
        ("2026-01-01T12:00:60Z", "invalid_timestamp", "leap second"),
        ("2026-01-01T12:00:00+24:00", "invalid_timestamp", "offset"),
        ("2026-01-01T12:00:00+05:60", "invalid_timestamp", "offset"),
        ("2026-01-01T12:00:00+0530", "invalid_timestamp", "RFC 3339"),
        ("2026-01-01T12:00:00,5Z", "invalid_timestamp", "RFC 3339"),
        ("2026-01-01T12:00Z", "invalid_timestamp", "RFC 3339"),
        ("2026-01-01", "invalid_timestamp", "RFC 3339"),
        ("20260101", "invalid_timestamp", "RFC 3339"),
        ("20260101T120000Z", "invalid_timestamp", "RFC 3339"),
        ("2026-W01-1", "invalid_timestamp", "RFC 3339"),
        ("2026-01-01T00:00:00Z\n", "invalid_timestamp", "RFC 3339"),
        ("٢٠٢٦-01-01T00:00:00Z", "invalid_timestamp", "RFC 3339"),
        ("yesterday", "invalid_timestamp", "RFC 3339"),
        ("", "invalid_timestamp", "RFC 3339"),
        (True, "invalid_timestamp", "RFC 3339"),
        ({}, "invalid_timestamp", "RFC 3339"),
        (1764979200, "invalid_timestamp", "As seconds that would be 2025-12-06T00:00:00.000Z"),
        (1764979200.5, "invalid_timestamp", "As seconds that would be 2025-12-06T00:00:00.500Z"),
        (1764979200000, "invalid_timestamp", "As milliseconds that would be 2025-12-06T00:00:00.000Z"),
        (1764979200000000, "invalid_timestamp", "As microseconds that would be 2025-12-06T00:00:00.000Z"),
        (1764979200000000000, "invalid_timestamp", "As nanoseconds that would be 2025-12-06T00:00:00.000Z"),
        ("1764979200", "invalid_timestamp", "As seconds that would be 2025-12-06T00:00:00.000Z"),
        (0, "invalid_timestamp", "not a number."),
        (10**300, "invalid_timestamp", "not a number."),
        (-1e308, "invalid_timestamp", "not a number."),
        ("1969-12-31T23:59:59Z", "timestamp_out_of_range", "1970 to 2261"),
        ("0000-01-01T00:00:00Z", "timestamp_out_of_range", "1970 to 2261"),
        ("2262-01-01T00:00:00Z", "timestamp_out_of_range", "1970 to 2261"),
        ("9999-12-31T23:59:59-23:00", "timestamp_out_of_range", "1970 to 2261"),
        ("294300-01-01T00:00:00Z", "timestamp_out_of_range", "1970 to 2261"),
        ("+012026-01-01T00:00:00Z", "timestamp_out_of_range", "1970 to 2261"),
    ],
)
def test_anything_else_is_refused_with_its_reason(sent, code, says):
    with pytest.raises(BadTimestamp) as refused:
        read_instant(sent, NOW)
    assert (refused.value.code, says in refused.value.message) == (code, True), refused.value.message
    assert not isinstance(sent, str) or quick_instant(sent) is None


@given(st.integers(EARLIEST, LATEST), st.integers(-1439, 1439))
def test_every_instant_survives_being_written_and_read(micros, offset):
    assert quick_instant(rfc3339(micros)) == micros == read_instant(rfc3339(micros), NOW).micros
    text = rfc3339(micros + offset * 60_000_000) if EARLIEST <= micros + offset * 60_000_000 <= LATEST else None
    if text is not None:
        sign, size = ("-", -offset) if offset < 0 else ("+", offset)
        local = f"{text[:-1]}{sign}{size // 60:02}:{size % 60:02}"
        assert quick_instant(local) == micros == read_instant(local, NOW).micros
        assert datetime.fromisoformat(local) - timedelta(microseconds=micros) == datetime(1970, 1, 1, tzinfo=UTC)
