"""Durations and moments as people write them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.durations import parse_duration, parse_moment, parse_time, write_duration

NOW = datetime(2026, 5, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("40s", 40), ("5 min", 300), ("5m", 300), ("1.5h", 5400), ("2 D", 172_800), ("250ms", 0.25), (" 0s ", 0)],
)
def test_a_number_and_a_unit_are_a_duration(written: str, seconds: float) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("5", "has no unit; write for example 5s, 5m, 5h or 5d"),
        (5, "has no unit"),
        ("5 parsecs", "the unit 'parsecs' is unknown; there are ms, s, sec, m, min, h, d"),
        ("soon", "is no duration"),
        ("", "is no duration"),
        ("-5s", "is no duration"),
        ("٥s", "is no duration"),
        ("1h30m", "is no duration"),
        (None, "is no duration"),
        ("9" * 400 + "d", "longer than a hundred years"),
    ],
)
def test_anything_else_is_told_in_words(written: object, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_duration(written)


@given(st.integers(min_value=0, max_value=10**12).map(lambda ms: timedelta(milliseconds=ms)))
def test_what_is_written_is_read_back(duration: timedelta) -> None:
    assert parse_duration(write_duration(duration)) == duration


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-05-22T17:00Z", NOW),
        (" 2026-05-22T17:00 ", NOW),
        ("2026-05-22 19:00:00+02:00", NOW),
        ("2026-05-22", datetime(2026, 5, 22, tzinfo=UTC)),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_and_time_is_a_moment_in_utc(written: str, moment: datetime) -> None:
    for read in (parse_time(written), parse_moment(written, NOW)):
        assert (read, read.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    ("written", "ago"), [("2h", timedelta(hours=2)), ("7d", timedelta(days=7)), ("0s", timedelta())]
)
def test_a_duration_is_how_long_ago(written: str, ago: timedelta) -> None:
    assert parse_moment(written, NOW) == NOW - ago


@pytest.mark.parametrize(
    "written",
    ["", "soon", "2", "-2h", "25:00", "2026-13-01", "0001-01-01T00:00+10:00", "9999-12-31T23:00-10:00", "40000d"],
)
def test_what_is_no_moment_is_told_in_words(written: str) -> None:
    with pytest.raises(ValueError, match="is no moment; write how long ago, such as 2h or 7d, or a time"):
        parse_moment(written, NOW)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2h", "'2h' is no time; write for example 2026-05-22T17:00Z"),
        ("0001-01-01T00:00+10:00", "is beyond the calendar"),
    ],
)
def test_what_is_no_time_is_told_in_words(written: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_time(written)


@given(st.text())
def test_whatever_is_written_is_a_moment_in_utc_or_refused_in_words(written: str) -> None:
    try:
        assert parse_moment(written, NOW).tzinfo is UTC
    except ValueError as error:
        assert "is no moment" in str(error)  # noqa: PT017 - either may happen
