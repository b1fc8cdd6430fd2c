"""What bounds the state of a topic: how many of each thing is kept, and for how long."""

from datetime import timedelta

from pydantic import Field

from monitor.models import Value


class Limits(Value):
    """Counts are of things, sizes in bytes of UTF-8. The defaults hold a topic in well under a gigabyte.

    `posts` is how long a post is recognised when it comes again, `threads` how long its thread is remembered,
    `claims` how long a claim is known after its last sighting, `alerts` how long an alert can be read again.
    """

    posts: timedelta = timedelta(days=30)
    threads: timedelta = timedelta(days=3)
    claims: timedelta = timedelta(days=90)
    alerts: timedelta = timedelta(days=90)

    backlog: int = Field(2000, ge=1)
    """Posts published and not yet acknowledged; more are refused."""
    entry_bytes: int = Field(1_000_000, ge=1)
    """One post; a larger one is parked when it is published."""
    parked: int = Field(1000, ge=1)
    reclaim_after: timedelta = timedelta(seconds=60)
    """When an entry that a worker took and never acknowledged is another's."""

    claims_listed: int = Field(50_000, ge=1)
    filings_listed: int = Field(200_000, ge=1)
    filings_of_claim: int = Field(1000, ge=1)
    claims_of_term: int = Field(256, ge=1)
    """In the candidate index: the claims that were sighted with a term last."""
    candidates: int = Field(24, ge=1)
    disputes: int = Field(100, ge=1)
    """Claims that dispute one claim, as far as they are linked."""

    alerts_listed: int = Field(100_000, ge=1)
    """Also the most that a sink's queue holds: the oldest delivery of a longer one is dead."""
    alerts_in_digest: int = Field(200, ge=2)
    """A group with so many goes out at once; so many ids are half of what a webhook's body may hold."""
    mutes: int = Field(500, ge=1)
    mute_kept: timedelta = timedelta(days=7)
    """How long a mute can be read after its end, or after it was made, whichever is later."""
    attempts_listed: int = Field(20, ge=1)

    @property
    def thread_posts(self) -> int:
        """So many that however far publishing runs ahead of the workers, each post still finds those before it."""
        return self.backlog + CONTEXT + 1


CONTEXT = 40
"""The earlier posts of its thread that a post is read with."""


def seconds(duration: timedelta) -> int:
    """Whole seconds, at least one: what EXPIRE takes."""
    return max(1, round(duration.total_seconds()))


def milliseconds(duration: timedelta) -> int:
    return max(1, round(duration.total_seconds() * 1000))
