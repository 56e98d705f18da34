"""Numbers are spelled as the dashboard spells them."""

from datetime import UTC, datetime

import pytest

from lynex.cli import figures
from lynex.cli.figures import THIN
from lynex.cli.stats import sparkline
from lynex.cli.terminal import plain


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (4412, "4,412"), (9999, "9,999"), (10_200, f"10.2{THIN}k"), (96_400_000, f"96.4{THIN}M"),
     (1_500_000_000, f"1.50{THIN}G")],
)  # fmt: skip
def test_counts(value, text):
    assert figures.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "$0"), (271.38, "$271.38"), (1, "$1.00"), (0.0702, "$0.0702"), (0.00001, "<$0.0001"),
     (12_345.6, "$12,345.60")],
)  # fmt: skip
def test_an_unknown_price_is_never_zero(value, text):
    assert figures.money(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.2, "<1 ms"), (541, "541 ms"), (999.7, "1.00 s"), (2910, "2.91 s"), (21_800, "21.8 s"),
     (99_960, "1 m 40 s"), (192_000, "3 m 12 s"), (7_500_000, "2 h 5 m")],
)  # fmt: skip
def test_durations(value, text):
    assert figures.duration(value).replace(THIN, " ") == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (10 << 20, "10 MiB"), (8 << 30, "8 GiB")]
)
def test_sizes(value, text):
    assert figures.binary_size(value) == text


def test_a_time_of_today_leaves_the_day_out():
    today = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert figures.moment("2026-11-20T14:29:55.204Z", UTC, today=today) == "14:29:55.204"
    assert figures.moment("2026-11-03T14:29:55.204Z", UTC, today=today) == "3 Nov 14:29:55"
    assert figures.moment("2025-11-03T14:29:55.204Z", UTC, today=today) == "3 Nov 2025 14:29:55"
    assert figures.moment(None) == ""


def test_a_sparkline_shows_shape_and_gaps():
    assert sparkline([0, 1, 4, 8]) == " ▂▅█"
    assert sparkline([0, 0]) == ""
    assert len(sparkline([1.0] * 1000)) <= 72


def test_text_of_strangers_cannot_steer_the_terminal():
    assert plain("a\x1b[2Jb\rc\nd\u202ee") == "a\N{REPLACEMENT CHARACTER}[2Jb c d\N{REPLACEMENT CHARACTER}e"
    assert plain("naïve\u00a0👩\u200d💻 12\u2009ms") == "naïve\u00a0👩\u200d💻 12\u2009ms"
