"""What pipeline, poller, worker and dispatcher know of the rooms they call: shapes alone, no implementation.

`store`, `sources` and `sinks` satisfy these and never import one another; `app` puts them together.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from monitor.models import (
    Alert,
    Attempt,
    Claim,
    Delivery,
    DeliveryRecord,
    DeliveryState,
    Disabled,
    Filing,
    Link,
    Mute,
    Outcome,
    Post,
    Raise,
    Rate,
    Redelivered,
    Sighting,
    SinkRecord,
    Way,
)


class Entry(BaseModel):
    """A post as it came off the stream. `entry_id` acknowledges it; `deliveries` counts how often it was handed out.

    `post` is None when the entry can't be read as one: `raw` then holds what stood there, cut to 500 characters.
    """

    model_config = ConfigDict(frozen=True)

    entry_id: str
    deliveries: int = 1
    post: Post | None
    raw: str = ""


class Batch(BaseModel):
    """What a source hands over in one poll. `cursor` is where it goes on once the posts are published."""

    model_config = ConfigDict(frozen=True)

    posts: tuple[Post, ...]
    cursor: str
    exhausted: bool = False


class Source(Protocol):
    """A place that posts come from. Keeps no state of its own: where it stands is the cursor in the store."""

    @property
    def name(self) -> str: ...

    async def poll(self, cursor: str | None, limit: int) -> Batch:
        """At most `limit` posts after `cursor` (None: from the beginning) that are due now.

        The same cursor gives the same posts again. Raises FeedError when the source can't be read.
        """
        ...


class Extractor(Protocol):
    """Pure: values in, values out."""

    def extract(self, post: Post, context: Sequence[Post]) -> tuple[Sighting, ...]:
        """The sightings of `post` in the order of the text; `context` are its thread's earlier posts, in order."""
        ...

    def expect(self, posts: Sequence[Post]) -> None:
        """These are extracted from next. Changes nothing but the time that it takes."""
        ...


class Candidates(BaseModel):
    """The claims that a sighting could be, best first, and a mark of when they were read, for `record`."""

    model_config = ConfigDict(frozen=True)

    claims: tuple[Claim, ...]
    epoch: int


class Choice(BaseModel):
    """Which claim a sighting belongs to, or none, and why; `considered` says why not the others,
    the nearest first.
    """

    model_config = ConfigDict(frozen=True)

    claim: Claim | None
    because: str
    considered: tuple[Link, ...] = ()
    disputes: tuple[Link, ...] = ()


class Matcher(Protocol):
    """Pure: values in, values out."""

    def terms(self, sighting: Sighting) -> tuple[tuple[str, float], ...]:
        """The index terms of a sighting with their weights: what a candidate must share, at most 24."""
        ...

    def choose(self, sighting: Sighting, candidates: Sequence[Claim]) -> Choice: ...


class Recorded(BaseModel):
    """The outcome of `ClaimStore.record`.

    `conflict`: nothing was written, because a claim changed or one that could match has appeared since the
    candidates were read; match again. Else `claim` and `filing` are what stands now (on a repeated call for the
    same sighting: what was written the first time).
    """

    model_config = ConfigDict(frozen=True)

    conflict: bool
    claim: Claim | None = None
    filing: Filing | None = None


class ClaimStore(Protocol):
    """What the pipeline needs."""

    async def context(self, post: Post) -> tuple[Post, ...]:
        """The earlier posts of the thread as published, oldest first, at most the last 40."""
        ...

    async def filed(self, sighting_id: str) -> Filing | None: ...

    async def claim(self, claim_id: str) -> Claim | None: ...

    async def candidates(self, terms: Sequence[tuple[str, float]]) -> Candidates: ...

    async def record(
        self,
        filing: Filing,
        claim: Claim,
        *,
        terms: Sequence[tuple[str, float]],
        epoch: int,
        expected_revision: int | None,
    ) -> Recorded:
        """Files the sighting: writes the claim and the filing in one step, numbers given by the store.

        `expected_revision` None creates the claim; else the stored claim must still be at that revision. Links in
        `filing.disputes` are written on the other claims as `disputed_by` in the same step.
        """
        ...

    async def raise_alerts(
        self,
        claim: Claim,
        sighting_id: str,
        raises: Sequence[tuple[Raise, Alert, Sequence[Way]]],
        told: str | None,
    ) -> bool:
        """Alerts, their sequence numbers and their ways to the sinks, in one step.

        Notes `told` on the sighting's filing, unless something stands there (None: leaves it). False, and nothing
        written, when the claim is no longer at `claim.revision`: decide again. An alert whose id exists is left as it
        is.
        """
        ...


class MuteStore(Protocol):
    """What the pipeline needs to know of what is muted."""

    async def all(self) -> Sequence[Mute]:
        """The mutes, whether or not they still hold, in the order of their end."""
        ...


class PostStore(Protocol):
    """What poller and worker need."""

    async def cursor(self, source: str) -> str | None: ...

    async def publish(self, source: str, batch: Batch) -> int | None:
        """Publishes what was not published before, and keeps the cursor, in one step; how many were new.

        None when the stream is full: nothing was written, and the same batch is to be tried again later.
        """
        ...

    async def read(self, consumer: str, count: int, block_ms: int) -> list[Entry]:
        """Entries for this consumer: those it took and never acknowledged, abandoned ones of others, new ones."""
        ...

    async def ack(self, entry_id: str) -> None: ...

    async def park(self, entry: Entry, because: str) -> None:
        """Sets a poisoned entry aside, where it can be looked at, and acknowledges it."""
        ...

    async def backlog(self) -> int:
        """Entries published and not yet acknowledged."""
        ...


class Outbox(Protocol):
    """What the dispatcher needs."""

    async def lease(
        self,
        sink: str,
        now: datetime,
        lease: timedelta,
        rate: Rate | None = None,
        under_way: int = 1,
        most: int = 1,
    ) -> tuple[Delivery, ...] | Disabled | datetime | None:
        """The sink's next deliveries in order, at most `most`; or when its head or a group is due; or None when there
        is nothing.

        Disabled, whatever waits, when the sink is offered nothing more. What exceeds `rate` waits.
        So many as `under_way` may be leased at once, as long as none of them failed before.
        """
        ...

    async def settle(
        self,
        delivery: Delivery,
        outcome: Outcome,
        attempt: Attempt,
        next_at: datetime | None,
        disabling: Alert | None = None,
    ) -> bool:
        """Delivered, again at `next_at`, or dead. False when the lease was lost to another dispatcher.

        With a verdict that disables the sink, `disabling` is raised to the other sinks in the same step.
        """
        ...

    async def wait(self, after_seq: int, block_ms: int) -> int:
        """Blocks until an alert with a higher number exists or the time is over; the highest number that it saw."""
        ...

    async def pending(self, sink: str) -> int: ...


class Sink(Protocol):
    """A configured destination of alerts."""

    @property
    def name(self) -> str: ...

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt. Never raises for what a receiver or a disk can do: that is an Outcome."""
        ...

    async def close(self) -> None: ...


class AlertReader(Protocol):
    """The alerts, for whoever looks."""

    async def after(self, seq: int, limit: int = 100) -> list[Alert]: ...

    async def first_seq(self) -> int: ...

    async def last_seq(self) -> int: ...

    async def before(self, at: datetime) -> int:
        """The seq of the last alert that was raised before `at`, 0 when there is none."""
        ...

    async def named(self, alert_id: str) -> Alert | None: ...

    async def wait(self, after_seq: int, block_ms: int) -> int: ...


class ClaimReader(Protocol):
    """The claims, for whoever looks."""

    async def claim(self, claim_id: str) -> Claim | None: ...

    async def page(self, after: int, limit: int) -> list[Claim]:
        """The claims with a number above `after`, by number."""
        ...

    def filings_of(self, claim_id: str) -> AsyncIterator[Filing]: ...


class Deliveries(Protocol):
    """The deliveries, for whoever looks, and sends again."""

    async def sink(self, sink: str) -> SinkRecord: ...

    async def known(self, sink: str) -> bool: ...

    async def state(self, sink: str, seq: int) -> DeliveryState | None: ...

    async def listed(
        self, sinks: Sequence[str], states: Iterable[DeliveryState], *, after_seq: int = 0, limit: int = 100
    ) -> list[DeliveryRecord]: ...

    async def redeliver(self, sink: str, seqs: Sequence[int], now: datetime) -> Redelivered: ...

    async def redeliver_since(
        self, sink: str, states: Iterable[DeliveryState], after_seq: int, now: datetime
    ) -> Redelivered: ...


class Switches(Protocol):
    """What turns a sink off and on."""

    async def enable(self, sink: str, now: datetime) -> bool: ...

    async def disable(self, sink: str, because: str, now: datetime) -> bool: ...
