"""Quiet hours: by weekday and time of day, where the desk is."""

from datetime import UTC, datetime

import pytest
import yaml
from pydantic import ValidationError

from monitor.routing.times import NamedTimes

NIGHTS = """
name: nights
time_intervals:
  - times:
      - {start_time: 22:00, end_time: "24:00"}
      - {start_time: 00:00, end_time: "06:30"}
    location: Europe/Kyiv
  - weekdays: [saturday, "sunday"]
"""


def times(text: str = NIGHTS) -> NamedTimes:
    return NamedTimes.model_validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        ("2023-05-22T18:59:59Z", False),  # 21:59:59 in Kyiv, a Monday
        ("2023-05-22T19:00:00Z", True),
        ("2023-05-22T21:30:00Z", True),
        ("2023-05-23T03:29:59Z", True),
        ("2023-05-23T03:30:00Z", False),
        ("2023-01-16T19:30:00Z", False),  # in winter Kyiv is two hours ahead, not three
        ("2023-01-16T20:00:00Z", True),
        ("2023-05-20T12:00:00Z", True),  # Saturday
        ("2023-05-21T23:59:59Z", True),
        ("2023-05-22T12:00:00Z", False),
    ],
)
def test_hours_hold_where_they_are_said_to(at: str, quiet: bool) -> None:
    assert times().hold(datetime.fromisoformat(at)) is quiet


def test_weekdays_may_be_a_range() -> None:
    week = times('{name: week, time_intervals: [{weekdays: ["monday:friday"]}]}')
    days = [datetime(2023, 5, 22 + day, 12, tzinfo=UTC) for day in range(7)]
    assert [week.hold(day) for day in days] == [True] * 5 + [False] * 2


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ('times: [{start_time: "22:00", end_time: "06:00"}]', "over midnight, write two"),
        ('times: [{start_time: "25:00", end_time: "26:00"}]', "'25:00' is no time of the day"),
        ('times: [{start_time: "9", end_time: "10:00"}]', "'9' is no time of the day"),
        ("weekdays: [caturday]", "'caturday' is no weekday"),
        ('weekdays: ["friday:monday"]', "ends before it begins"),
        ("location: Middle/Earth", "'Middle/Earth' is no time zone"),
        ("location: ../etc/passwd", "is no time zone"),
        ("days: [1]", "Extra inputs"),
    ],
)
def test_what_is_no_time_is_refused_in_words(interval: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        times(f"{{name: x, time_intervals: [{{{interval}}}]}}")
    assert said in str(refused.value)
