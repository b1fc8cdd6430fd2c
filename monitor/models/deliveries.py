"""How it goes out: Delivery, Attempt, Outcome, and what is kept of them."""

from datetime import timedelta
from enum import StrEnum

from monitor.models.alerts import Alert, Kind
from monitor.models.values import UtcTime, Value, digest


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Attempt(Value):
    """One try of a delivery: when, how long in milliseconds, and what came of it."""

    at: UtcTime
    duration_ms: int
    status: int | None = None
    error: str | None = None
    answer: str | None = None


class Delivery(Value):
    """One alert to one sink, or a digest of several: `digest_of` holds all of them by seq, `alert` is the last.

    `attempts` counts those made so far; `token` proves the lease that it was taken with. `failing_since` is when the
    sink's failures began, if nothing succeeded since.
    """

    sink: str
    seq: int
    alert: Alert
    digest_of: tuple[Alert, ...] = ()
    attempts: int
    token: str
    failing_since: UtcTime | None = None

    @property
    def id(self) -> str:
        """What the receiver knows it again by: the same over all attempts."""
        if not self.digest_of:
            return self.alert.alert_id
        return "digest_" + digest(*(alert.alert_id for alert in self.digest_of), length=24)


class Rate(Value):
    """So many `deliveries` may begin within `per`; what exceeds it waits until that is over, and goes as one digest."""

    deliveries: int
    per: timedelta


class Disabled(Value):
    """Why a sink is offered nothing more until it is enabled, and since when. `by_hand`: somebody wished it so."""

    because: str
    since: UtcTime
    by_hand: bool


class DeliveryRecord(Value):
    """Where one delivery stands. `attempts` holds the latest ones, oldest first; `tries` counts those begun since it
    was queued, or queued again.

    `id` is `SINK/SEQ`. `alert_id` (the webhook id), `kind` and `raised_at` are None when the alert is kept no longer.
    When it can't be read, `unreadable` says why, and `alert_id` and `kind` are None.
    `digest`: it is in a digest, whose attempts stand at the delivery with this seq, the digest's last.
    """

    id: str
    sink: str
    seq: int
    alert_id: str | None
    kind: Kind | None
    unreadable: str | None = None
    raised_at: UtcTime | None
    state: DeliveryState
    digest: int | None = None
    tries: int
    due: UtcTime | None
    attempts: tuple[Attempt, ...]


class SinkRecord(Value):
    """Where a sink stands: its counts, the first alert that it waits for, and whether it is disabled."""

    sink: str
    pending: int
    dead: int
    delivered: int
    oldest_pending: int | None
    oldest_pending_at: UtcTime | None
    last_attempt: UtcTime | None
    last_success: UtcTime | None
    failing_since: UtcTime | None
    disabled: Disabled | None


class Redelivered(Value):
    """What became of deliveries that were to go out again.

    `queued` are in the queue again, `waiting` were there already and go out now; `refused` were not put there: their
    alert is kept no longer, or the queue is full.
    """

    queued: int = 0
    waiting: int = 0
    refused: int = 0


class Verdict(StrEnum):
    """What became of an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DEAD = "dead"
    DISABLE = "disable"


class Outcome(Value):
    """What a sink says of one attempt. `retry_after_s` is the receiver's own wish in seconds."""

    verdict: Verdict
    status: int | None = None
    error: str | None = None
    answer: str | None = None
    retry_after_s: float | None = None
