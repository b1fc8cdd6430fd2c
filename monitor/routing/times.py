"""Hours in which a route is quiet, as Alertmanager writes them: weekdays, times of the day, a time zone."""

import re
from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from monitor.models import Value

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WHOLE_DAY = 24 * 60

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)


def parse_minutes(value: object) -> int:
    """The minute of the day of "22:30"; ValueError in words. YAML reads an unquoted 22:30 as this very number."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= WHOLE_DAY:
        return value
    found = _CLOCK.fullmatch(str(value))
    if found is None or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > WHOLE_DAY:
        raise ValueError(f'{value!r} is no time of the day; write for example "08:30", at most "24:00"')
    return int(found[1]) * 60 + int(found[2])


def parse_weekdays(value: object) -> tuple[int, ...]:
    """The days, from 0 for Monday, of "saturday" or "monday:friday"; ValueError in words."""
    if isinstance(value, tuple):
        return value
    first, colon, last = str(value).strip().lower().partition(":")
    if first not in DAYS or (colon and last not in DAYS):
        raise ValueError(f"{value!r} is no weekday; write for example saturday or monday:friday")
    begin, end = DAYS.index(first), DAYS.index(last if colon else first)
    if begin > end:
        raise ValueError(f"{value!r} ends before it begins; a week begins on Monday, write two ranges")
    return tuple(range(begin, end + 1))


def parse_zone(value: object) -> str:
    """The name of a time zone that is known here; ValueError in words."""
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{value!r} is no time zone: {error}") from error
    except KeyError:
        raise ValueError(f"{value!r} is no time zone; write for example Europe/Kyiv") from None


class TimeRange(Value):
    """From a time of the day to another one, which is no part of it. Over midnight it takes two."""

    start_time: Annotated[int, BeforeValidator(parse_minutes)] = Field(description='Such as "22:00".')
    end_time: Annotated[int, BeforeValidator(parse_minutes)] = Field(description='Such as "24:00".')

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_time >= self.end_time:
            raise ValueError('ends before it begins; over midnight, write two: to "24:00" and from "00:00"')
        return self


class TimeInterval(Value):
    """Some hours of some days; without `times` whole days, without `weekdays` every day."""

    weekdays: tuple[Annotated[tuple[int, ...], BeforeValidator(parse_weekdays)], ...] = ()
    times: tuple[TimeRange, ...] = ()
    location: Annotated[str, BeforeValidator(parse_zone)] = "UTC"

    def holds(self, at: datetime) -> bool:
        there = at.astimezone(ZoneInfo(self.location))
        minute = there.hour * 60 + there.minute
        on_day = not self.weekdays or any(there.weekday() in days for days in self.weekdays)
        return on_day and (not self.times or any(one.start_time <= minute < one.end_time for one in self.times))


class NamedTimes(Value):
    """Hours under the name by which routes know them."""

    name: str = Field(min_length=1, description="What routes call it in `mute_time_intervals`.")
    time_intervals: tuple[TimeInterval, ...] = Field(
        min_length=1,
        description='One or more of `weekdays` (such as `[saturday, "monday:friday"]`), `times` (each with '
        "`start_time` and `end_time`), `location` (a time zone).",
    )

    def hold(self, at: datetime) -> bool:
        return any(interval.holds(at) for interval in self.time_intervals)
