"""What comes in, what it says, and what is known: Post, Sighting, Claim, Filing."""

from enum import StrEnum

from pydantic import Field

from monitor.models.values import UtcTime, Value

OUTLET = "outlet"
"""The claimant, and its key, of what an outlet states in its own voice."""


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
    evidence, the main one first. `state` is "planned", "possible", "continuing", "ended", "judged" (something is
    said of it) or None, `negated` the polarity of the main event. `agents` are the sides that act, `targets` the
    kinds of things that it is done to. `places` are paths from the region down ("belgorod-region/graivoron-
    district/kozinka"). `family` and `side` are the claimant's. `sentence` is where the sentence begins in the
    document. `lemmas` are the content lemmas in order, event words as "@class", names as "=key", nouns of a kind as
    "#kind"; `names` are those of them that are names which the topic does not know. All of it is derived from the
    evidence and its thread, none of it is shown.
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
    names: tuple[str, ...] = ()


class Sighting(Value):
    """One statement of one claim in one post.

    `text` stands at `start`..`end` (end exclusive) of the document `doc`. `claimant` is the name to show ("outlet"
    where the post states it in its own voice, and nobody whom the topic knows owns the channel), `claimant_key` its
    canonical key. `via` is where they said it ("Telegram"), `cue` the reporting word. `credit` is the outlet that the
    text was taken over from, where it says so ("(AP)", "Reuters reported") and it is not `outlet`. `places` and
    `actors` are canonical names of the topic file.
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
    credit: str | None = None
    stance: Stance = Stance.ASSERTED
    places: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    frame: Frame = Frame()

    @property
    def figure(self) -> Figure | None:
        """The figure that the claim is about: the first one."""
        return self.figures[0] if self.figures else None


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
