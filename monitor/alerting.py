"""Decides what people should know. Pure: awaits nothing, reads no clock.

Decides from what a claim is now and from which alerts were raised about it, never from "was it new just now?": a
worker that dies between recording and alerting leaves a claim without its alert, and the next one to look raises
it (P1).
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from pydantic import Field

from monitor.models import (
    OUTLET,
    Alert,
    AlertClaim,
    AlertFigure,
    AlertSink,
    AlertSource,
    Claim,
    Counts,
    FigureReading,
    Kind,
    Raise,
    Reading,
    Sighting,
    Value,
)


class Policy(Value):
    """When to tell. `corroborated_at`: the numbers of independent outlets at which a claim is told once more."""

    corroborated_at: tuple[int, ...] = Field(default=(3, 5, 10))


def decide(claim: Claim, policy: Policy) -> tuple[tuple[Raise, ...], str]:
    """The alerts that are due about `claim` and were not raised yet, and in words why these or why none."""
    due = (_new(claim), *_updates(claim), *_disputes(claim), *_corroborations(claim, policy))
    raises = tuple(one for one in due if one.key not in claim.alerted)
    if raises:
        return raises, "alerted: " + "; ".join(f"{one.kind} ({one.reason})" for one in raises)
    return (), f"repeat of {claim.id}, told before; {_until_next(claim, policy)}"


def compose(claim: Claim, raises: Sequence[Raise], sighting: Sighting, now: datetime) -> tuple[Alert, ...]:
    """The alerts of these decisions, in order, as they will stand in the log but for `seq`, which the store gives.

    `sighting` is the one that led to the decision; `now` is the monitor's clock.
    """
    alerts = []
    before = _alert_id(claim, claim.alerted[-1]) if claim.alerted else None
    for one in raises:
        alert = Alert(
            seq=0,
            ts=now,
            event_time=sighting.published_at,
            kind=one.kind,
            alert_id=Alert.id_for(claim.id, one.kind, one.ordinal),
            topic=claim.topic,
            claim_id=claim.id,
            revision=claim.revision,
            supersedes=before,
            status=claim.status,
            claim=AlertClaim(
                text=claim.text,
                claimant=claim.claimant,
                stance=claim.stance,
                places=claim.places,
                actors=claim.actors,
            ),
            figure=_figure(claim),
            disputes=claim.disputes + claim.disputed_by,
            sources=tuple(map(_source, claim.exemplars)),
            counts=Counts(
                sightings=claim.sightings,
                outlets=len(claim.outlets),
                origins=len(claim.origins),
                claimants=len(claim.claimants),
            ),
            reason=one.reason,
        )
        alerts.append(alert)
        before = alert.alert_id
    return tuple(alerts)


def about_sink(kind: Kind, topic: str, sink: AlertSink, reason: str, now: datetime) -> Alert:
    """An alert about a sink instead of a claim, but for `seq`; the same at the same moment has the same id."""
    return Alert(
        seq=0,
        ts=now,
        event_time=now,
        kind=kind,
        alert_id=Alert.id_for(f"{topic}/{sink.name}", kind, round(now.timestamp() * 1000)),
        topic=topic,
        claim_id=None,
        revision=None,
        supersedes=None,
        status=kind.removeprefix("sink."),
        claim=None,
        figure=None,
        disputes=(),
        sources=(),
        counts=None,
        sink=sink,
        reason=reason,
    )


def _new(claim: Claim) -> Raise:
    carried = f"by {claim.outlets[0]}"
    who = f"{carried} itself" if claim.claimant_key == OUTLET else f"{claim.claimant} {carried}"
    return Raise(kind=Kind.NEW, ordinal=0, reason=f"first sighting, {who}")


def _updates(claim: Claim) -> list[Raise]:
    if claim.ledger is None:
        return []
    what, readings = claim.ledger.what, claim.ledger.readings
    return [
        Raise(
            kind=Kind.UPDATED,
            ordinal=ordinal,
            reason=f"{what}: {say(before)} before, now {say(now)} ({now.claimant})",
        )
        for ordinal, (before, now) in enumerate(pairwise(readings), 1)
    ]


def _disputes(claim: Claim) -> list[Raise]:
    return [
        Raise(kind=Kind.DISPUTED, ordinal=ordinal, reason=f"{link.because} ({link.claim_id})")
        for ordinal, link in enumerate(claim.disputed_by)
    ]


def _corroborations(claim: Claim, policy: Policy) -> list[Raise]:
    reached = [number for number in sorted(set(policy.corroborated_at)) if len(claim.origins) >= number]
    return [
        Raise(kind=Kind.CORROBORATED, ordinal=number, reason=f"told by {number} independent outlets")
        for number in reached
    ]


def _until_next(claim: Claim, policy: Policy) -> str:
    told = f"{len(claim.origins)} independent outlet{'s'[: len(claim.origins) > 1]}"
    ahead = [number for number in sorted(policy.corroborated_at) if number > len(claim.origins)]
    return f"{told}, corroborated at {ahead[0]}" if ahead else told


def say(reading: Reading) -> str:
    """A figure in words: "6", "at least 6", "up to 10", "2 to 4"."""
    if reading.low is not None and reading.high is None:
        return f"at least {reading.low}"
    if reading.high is not None and reading.low is None:
        return f"up to {reading.high}"
    if reading.low != reading.high:
        return f"{reading.low} to {reading.high}"
    return str(reading.value)


def _figure(claim: Claim) -> AlertFigure | None:
    if claim.ledger is None:
        return None
    readings = claim.ledger.readings
    lows = [reading.value if reading.low is None else reading.low for reading in readings]
    highs = [reading.value if reading.high is None else reading.high for reading in readings]
    return AlertFigure(
        value=claim.ledger.latest.value,
        what=claim.ledger.what,
        low=min(lows),
        high=max(highs),
        history=tuple(
            FigureReading(value=one.value, low=one.low, high=one.high, claimant=one.claimant, at=one.at)
            for one in readings
        ),
    )


def _source(sighting: Sighting) -> AlertSource:
    return AlertSource(
        post_id=sighting.post_id,
        channel=sighting.channel,
        outlet=sighting.outlet,
        url=sighting.url,
        published_at=sighting.published_at,
        quote=sighting.text,
        start=sighting.start,
        end=sighting.end,
    )


def _alert_id(claim: Claim, key: str) -> str:
    kind, ordinal = key.rsplit(":", 1)
    return Alert.id_for(claim.id, Kind(kind), int(ordinal))
