"""What programs are shown of claims, sightings and sinks: the same form from the command line and over HTTP."""

from typing import Literal

from monitor.models import (
    Claim,
    Decision,
    Figure,
    Filing,
    Ledger,
    Link,
    SinkRecord,
    Stance,
    UtcTime,
    Value,
    Verdict,
)


class ClaimView(Value):
    """A claim without the sightings that it is compared by; those are in the sightings."""

    id: str
    topic: str
    number: int
    revision: int
    text: str
    claimant: str
    claimant_key: str
    stance: Stance
    places: tuple[str, ...]
    actors: tuple[str, ...]
    first_seen: UtcTime
    last_seen: UtcTime
    sightings: int
    outlets: tuple[str, ...]
    origins: tuple[str, ...]
    claimants: tuple[str, ...]
    ledger: Ledger | None
    disputes: tuple[Link, ...]
    disputed_by: tuple[Link, ...]
    alerted: tuple[str, ...]
    status: str


class SightingView(Value):
    """A filed sighting, flat. `start` and `end` are characters of the document `doc` as Python reads it as text."""

    doc: str
    start: int
    end: int
    text: str
    claim_id: str
    claimant: str
    decision: Decision
    figure: int | float | None
    disputes: tuple[str, ...]
    number: int
    id: str
    post_id: str
    channel: str
    outlet: str
    url: str | None
    published_at: UtcTime
    claimant_key: str
    via: str | None
    cue: str | None
    credit: str | None
    stance: Stance
    places: tuple[str, ...]
    actors: tuple[str, ...]
    figures: tuple[Figure, ...]
    because: str
    told: str | None


class SinkView(SinkRecord):
    """Where a sink stands. `kind` is None of one that is configured no longer. `failing`: nothing arrived since."""

    kind: str | None
    state: Literal["ok", "failing", "disabled"]


class TestView(Value):
    """What a receiver said to a `sink.test`, and how long it took in milliseconds."""

    __test__ = False  # pytest takes it for a test otherwise

    sink: str
    verdict: Verdict
    at: UtcTime
    duration_ms: int
    status: int | None
    error: str | None
    answer: str | None


def view_claim(claim: Claim) -> ClaimView:
    return ClaimView.model_validate(claim.model_dump(exclude={"exemplars"}) | {"status": claim.status})


def view_filing(filing: Filing) -> SightingView:
    seen = filing.sighting
    fields = seen.model_dump(exclude={"frame", "source", "platform", "received_at", "thread"})
    return SightingView.model_validate(
        fields
        | {
            "claim_id": filing.claim_id,
            "decision": filing.decision,
            "figure": seen.figure.value if seen.figure else None,
            "disputes": tuple(link.claim_id for link in filing.disputes),
            "number": filing.number,
            "because": filing.because,
            "told": filing.told,
        }
    )


def view_sink(record: SinkRecord, kind: str | None) -> SinkView:
    state = "disabled" if record.disabled else "failing" if record.failing_since else "ok"
    return SinkView.model_validate(dict(record) | {"kind": kind, "state": state})
