"""The values that travel through the monitor: Post, Sighting, Claim, Alert, Delivery, Attempt.

All are frozen, forbid fields they do not know, and hold aware UTC times. Nothing here does I/O, and nothing here
decides: judgement is in `extract`, `match` and `alerting`.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def digest(*parts: object, length: int = 16) -> str:
    """A short, stable, lower-case hex name for the parts in this order.

    Parts are told apart by a separator that no part may hold, so ("ab", "c") and ("a", "bc") differ.
    """
    joined = "\x1f".join(str(part).replace("\x1f", " ") for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]


class Value(BaseModel):
    """What all models share: frozen, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what comes in


class Post(Value):
    """One item of a source, immutable. `id` is a digest of what identifies it at its source.

    `thread` names the posts that form one text; `position` is this post's place in it, from 0. `doc` and `offset`
    say where `text` begins in the document it was cut from (characters of the decoded file, each line end counted as
    one); a post that is its own document has offset 0. `received_at` is the monitor's clock when the post
    came in: the wall clock for a live source, the simulated clock for a replay.
    """

    id: str
    source: str
    platform: str
    channel: str
    outlet: str | None = None
    text: str
    published_at: UtcTime
    received_at: UtcTime
    thread: str
    position: int = 0
    doc: str
    offset: int = 0
    url: str | None = None

    @property
    def carrier(self) -> str:
        """The outlet where it is known, else the channel: what is counted as one voice."""
        return self.outlet or self.channel


# --- what a post says


class Stance(StrEnum):
    """How the claimant stands to the statement."""

    ASSERTED = "asserted"
    DENIED = "denied"
    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"


class Figure(Value):
    """A number that a sighting states, and what it counts.

    `what` is canonical ("people wounded", "houses"); `value` is the number said; `low` and `high` are the bounds
    that its hedge gives ("at least six": low 6, no high; "up to ten": high 10), both equal to `value` for a bare
    number. `start`, `end` are offsets in the document.
    """

    what: str
    value: int | float
    low: int | float | None = None
    high: int | float | None = None
    text: str
    start: int
    end: int


class Frame(Value):
    """What is said to have happened, as far as identity needs it.

    `main` is the class of the main event ("capture", "wound", "deny-involvement", ...), `act` the wider act that it
    is, `kin` the classes that other reports of the same event may use instead, `classes` all classes of the
    evidence, the main one first. `state` is "planned", "possible", "continuing", "ended" or None, `negated` the
    polarity of the main event. `agents` are the sides that act, `targets` the kinds of things that it is done to.
    `places` are paths from the region down ("belgorod-region/graivoron-district/kozinka"). `family` and `side` are
    the claimant's. `sentence` is where the sentence begins in the document. `lemmas` are the content lemmas in order,
    event words as "@class", names as "=key", nouns of a kind as "#kind". All of it is derived from the evidence and
    its thread, none of it is shown.
    """

    main: str | None = None
    act: str | None = None
    classes: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    state: str | None = None
    negated: bool = False
    agents: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    family: str | None = None
    side: str | None = None
    sentence: int | None = None
    lemmas: tuple[str, ...] = ()


class Sighting(Value):
    """One statement of one claim in one post.

    `text` stands at `start`..`end` (end exclusive) of the document `doc`. `claimant` is the name to show
    ("outlet" where the post states it in its own voice), `claimant_key` its canonical key. `via` is where they
    said it ("Telegram"), `cue` the reporting word. `places` and `actors` are canonical names of the topic file.
    """

    id: str
    post_id: str
    source: str
    platform: str
    channel: str
    outlet: str
    url: str | None = None
    published_at: UtcTime
    received_at: UtcTime
    thread: str
    doc: str
    start: int
    end: int
    text: str
    claimant: str
    claimant_key: str
    via: str | None = None
    cue: str | None = None
    stance: Stance = Stance.ASSERTED
    places: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    frame: Frame = Frame()

    @property
    def figure(self) -> Figure | None:
        """The figure that the claim is about: the first one."""
        return self.figures[0] if self.figures else None


# --- what is known


class Reading(Value):
    """One entry of a claim's ledger: who gave which figure, when, in which sighting."""

    value: int | float
    low: int | float | None = None
    high: int | float | None = None
    claimant: str
    at: UtcTime
    sighting_id: str


class Ledger(Value):
    """A claim's figure over time. `readings` holds the changes alone, oldest first; the last one is the latest."""

    what: str
    readings: tuple[Reading, ...] = Field(min_length=1)

    @property
    def latest(self) -> Reading:
        return self.readings[-1]


class Link(Value):
    """A dispute with another claim, and why."""

    claim_id: str
    because: str


class Claim(Value):
    """All the sightings that state the same fact, as one value.

    `text`, `claimant` and `stance` are those of the first sighting. `number` is the claim's place in the order of
    creation, from 1; `revision` grows by one at each change of it. `exemplars` are the sightings that `match`
    compares with (the first and the latest, at most `EXEMPLARS`). `alerted` holds the keys ("claim.new:0") of the
    alerts raised about it: alerting decides from these, never from memory.
    """

    id: str
    topic: str
    number: int
    revision: int = 1
    text: str
    claimant: str
    claimant_key: str
    stance: Stance
    places: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    first_seen: UtcTime
    last_seen: UtcTime
    sightings: int = 1
    outlets: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    claimants: tuple[str, ...] = ()
    ledger: Ledger | None = None
    disputes: tuple[Link, ...] = ()
    disputed_by: tuple[Link, ...] = ()
    exemplars: tuple[Sighting, ...] = ()
    alerted: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """Where the claim stands: "disputed", else the stance it was made with."""
        return "disputed" if self.disputes or self.disputed_by else str(self.stance)


EXEMPLARS = 12


class Decision(StrEnum):
    """What filing a sighting did."""

    NEW = "new"
    REPEAT = "repeat"
    UPDATE = "update"
    DISPUTE = "dispute"


class Filing(Value):
    """A sighting, the claim it was filed under, and why. `told` says why it was or was not alerted (P5).

    `number` is its place in the order of the decisions, from 1. `considered` lists the candidates and what spoke
    for or against each.
    """

    number: int
    sighting: Sighting
    claim_id: str
    decision: Decision
    because: str
    considered: tuple[Link, ...] = ()
    disputes: tuple[Link, ...] = ()
    told: str | None = None


# --- what goes out


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


class Suppressed(Value):
    """A sink that does not get the alert, and why; the log says so, and nobody else."""

    sink: str
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
    `digest`: it is in a digest, whose attempts stand at the delivery with this seq, the digest's last.
    """

    id: str
    sink: str
    seq: int
    alert_id: str | None
    kind: Kind | None
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
