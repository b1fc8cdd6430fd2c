"""When a delivery that failed is tried again. Pure: no clock, no randomness of its own.

The schedule is that of Standard Webhooks senders: tight at first, for a receiver that restarts, then over three
days, for one that is down over a weekend.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

RETRY_AFTER_LIMIT = timedelta(hours=24)


@dataclass(frozen=True)
class Schedule:
    """The wait before each attempt: `delays[0]` before the first, `delays[n]` after n attempts that failed.

    `jitter` is the largest share of a wait that is added to it, so that receivers which went down together are
    not called together. `endless` goes on with the last delay for ever instead of giving up.
    """

    delays: tuple[timedelta, ...]
    jitter: float = 0.2
    endless: bool = False

    def __post_init__(self) -> None:
        if not self.delays or min(self.delays) < timedelta(0):
            raise ValueError("a schedule needs at least one delay, and none below zero")
        if not 0 <= self.jitter <= 1:
            raise ValueError("jitter is a share of the delay, from 0 to 1")

    @classmethod
    def of_seconds(cls, seconds: Sequence[float], *, jitter: float = 0.2, endless: bool = False) -> "Schedule":
        return cls(tuple(timedelta(seconds=value) for value in seconds), jitter, endless)

    def next_at(self, attempts: int, now: datetime, retry_after: timedelta | None, fraction: float) -> datetime | None:
        """When to try again after `attempts` (1 or more) failed attempts; None when it is given up: dead.

        `retry_after` is the receiver's wish: it can only lengthen the wait (a receiver that always says "in one
        second" would use up the attempts in ten), and by no more than RETRY_AFTER_LIMIT. `fraction`, 0 to 1, picks
        the jitter, which comes on top of both.
        """
        if attempts >= len(self.delays) and not self.endless:
            return None
        delay = self.delays[min(attempts, len(self.delays) - 1)]
        wished = min(retry_after or timedelta(0), RETRY_AFTER_LIMIT)
        return now + max(delay, wished) + delay * (self.jitter * fraction)


WEBHOOK = Schedule.of_seconds([0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600])
# A disk is full until somebody makes room: the line must come soon after, and is never given up.
LOG = Schedule.of_seconds([0, 1, 2, 5, 15, 60], jitter=0, endless=True)
