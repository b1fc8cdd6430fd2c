"""Durations and moments as people write them: "40s", "5 min", "1.5h", "90d", "2026-05-22T17:00Z"."""

import contextlib
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.ASCII)
_LONGEST = timedelta(days=36_500)


def parse_duration(value: object) -> timedelta:
    """The duration that is written; ValueError in words for anything else, a bare number included."""
    if isinstance(value, timedelta):
        return value
    found = _WRITTEN.fullmatch(str(value).strip().lower())
    if found is None:
        raise ValueError(f"{value!r} is no duration; write a number and a unit, such as 500ms, 40s, 5m, 2h or 7d")
    number, unit = found.groups()
    if not unit:
        raise ValueError(f"{value!r} has no unit; write for example {number}s, {number}m, {number}h or {number}d")
    if unit not in _SECONDS:
        raise ValueError(f"{value!r}: the unit {unit!r} is unknown; there are {', '.join(_SECONDS)}")
    seconds = float(number) * _SECONDS[unit]
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{value!r} is longer than a hundred years")
    return timedelta(seconds=seconds)


def write_duration(value: timedelta) -> str:
    """The shortest way to write it that `parse_duration` reads back."""
    milliseconds = round(value / timedelta(milliseconds=1))
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms" if milliseconds else "0s"


def parse_time(written: str) -> datetime:
    """The date and time that is written, such as "2026-05-22T17:00Z", in UTC, which it also is without a zone.

    ValueError in words for anything else.
    """
    try:
        moment = datetime.fromisoformat(written.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except ValueError:
        raise ValueError(f"{written!r} is no time; write for example 2026-05-22T17:00Z") from None
    except OverflowError:
        raise ValueError(f"{written!r} is beyond the calendar") from None


def parse_moment(written: str, now: datetime) -> datetime:
    """A moment of the past as people write it: how long ago ("2h", "3d"), or a time as `parse_time` takes it.

    ValueError in words for anything else.
    """
    for read in (parse_time, lambda ago: now - parse_duration(ago)):
        with contextlib.suppress(ValueError, OverflowError):
            return read(written)
    raise ValueError(
        f"{written!r} is no moment; write how long ago, such as 2h or 7d, or a time, such as 2026-05-22T17:00Z"
    )


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(write_duration, return_type=str)]
