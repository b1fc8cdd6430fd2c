"""Durations as people write them: "40s", "5 min", "1.5h", "90d"."""

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


def parse_moment(written: str, now: datetime) -> datetime:
    """A moment as people write it: how long ago ("2h", "3d"), or a date and time ("2026-05-22", "2026-05-22T17:00Z").

    ValueError in words for anything else; a time without a zone is UTC.
    """
    written = written.strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        pass
    else:
        try:
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except OverflowError:
            raise ValueError(f"{written!r} is beyond the calendar") from None
    try:
        return now - parse_duration(written)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{written!r} is no moment; write how long ago, such as 2h or 7d, or a time, such as 2026-05-22T17:00Z"
        ) from None


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(write_duration, return_type=str)]
