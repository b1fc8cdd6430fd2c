"""Durations as people write them."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.durations import parse_duration, write_duration


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
