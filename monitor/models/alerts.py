"""What people are told, and who gets it: Raise, Alert, Way, Mute."""

from datetime import timedelta
from enum import StrEnum
from typing import Self

from monitor.models.claims import Link, Stance
from monitor.models.values import UtcTime, Value, digest


class Kind(StrEnum):
    """The types of alerts, as they stand in the webhook's `type`."""

    NEW = "claim.new"
    UPDATED = "claim.updated"
    CORROBORATED = "claim.corroborated"
    DISPUTED = "claim.disputed"
    SINK_DISABLED = "sink.disabled"
    SINK_TEST = "sink.test"


class Raise(Value):
    """The judgement that people should know: a kind, its ordinal within claim and kind, and the reason."""

    kind: Kind
    ordinal: int
    reason: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.ordinal}"


class AlertClaim(Value):
    """The claim as an alert shows it."""

    text: str
    claimant: str
    stance: Stance
    places: tuple[str, ...]
    actors: tuple[str, ...]


class FigureReading(Value):
    """One figure of an alert's history; an open bound ("at least six" has no `high`) is null."""

    value: int | float
    low: int | float | None = None
    high: int | float | None = None
    claimant: str
    at: UtcTime


class AlertFigure(Value):
    """The claim's figure: the latest, the lowest and highest bound said, and how it came about."""

    value: int | float
    what: str
    low: int | float | None
    high: int | float | None
    history: tuple[FigureReading, ...]


class AlertSource(Value):
    """Where the claim was sighted, with the quote and its offsets in the document."""

    post_id: str
    channel: str
    outlet: str
    url: str | None
    published_at: UtcTime
    quote: str
    start: int
    end: int


class Counts(Value):
    """How widely a claim is told."""

    sightings: int
    outlets: int
    origins: int
    claimants: int


class AlertSink(Value):
    """The sink that an alert is about: a `sink.disabled` or a `sink.test`.

    `oldest_pending` is the seq of the first alert that it did not get; `failing_since` when its failures began, if
    it was disabled for failing so long.
    """

    name: str
    disabled: str | None = None
    failing_since: UtcTime | None = None
    oldest_pending: int | None = None


class Cause(StrEnum):
    """What keeps an alert from a sink: a mute, its route's quiet hours, or that no route leads there."""

    MUTED = "muted"
    QUIET = "quiet"
    UNROUTED = "unrouted"


class Suppressed(Value):
    """A sink that does not get the alert, and why; the log says so, and nobody else."""

    sink: str
    cause: Cause
    because: str


class Alert(Value):
    """The decision that people should know, as it stands in the log, one line each.

    `v` is the version of this form. `seq` has no gaps within a topic. `ts` is the monitor's clock at the decision
    (the simulated clock in a replay), `event_time` when the post was published. `supersedes` is the alert before
    it on the same claim. `disputes` names the claims at odds with this one. An alert is about a claim, or about a
    sink: then `sink` says which, its times are the wall clock's, and what is of a claim is None or empty. `suppressed`
    names the sinks that don't get it.
    """

    v: int = 1
    seq: int
    ts: UtcTime
    event_time: UtcTime
    kind: Kind
    alert_id: str
    topic: str
    claim_id: str | None
    revision: int | None
    supersedes: str | None
    status: str
    claim: AlertClaim | None
    figure: AlertFigure | None
    disputes: tuple[Link, ...]
    sources: tuple[AlertSource, ...]
    counts: Counts | None
    sink: AlertSink | None = None
    suppressed: tuple[Suppressed, ...] = ()
    reason: str

    @classmethod
    def id_for(cls, claim_id: str, kind: Kind, ordinal: int) -> str:
        """The same decision has the same id, so that repeating it changes nothing."""
        return "alert_" + digest(claim_id, kind, ordinal, length=24)

    def numbered(self, seq: int) -> Self:
        return self.model_copy(update={"seq": seq})


class Group(Value):
    """The alerts that a sink gets together in one digest.

    `name` tells groups apart; `wait` after its first alert it goes out, later ones `interval` after the digest before.
    """

    name: str
    wait: timedelta
    interval: timedelta


class Way(Value):
    """How a sink gets an alert, and why: at once, or in a digest with its `group`."""

    sink: str
    group: Group | None = None
    because: str = ""


class Mute(Value):
    """What is told nowhere but in the log until `until` (by the topic's clock), who wants it so, and why.

    An alert is muted when all `matchers` match it.
    """

    id: str
    matchers: tuple[str, ...]
    until: UtcTime
    author: str
    reason: str
    created: UtcTime
