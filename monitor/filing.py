"""What filing a sighting makes of a claim. Pure: values in, values out.

`match.choose` says which claim a sighting belongs to; `file` says what the claim is afterwards and what kind of
decision that was. The store writes both in one step.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from monitor.models import (
    EXEMPLARS,
    Claim,
    Decision,
    Figure,
    Filing,
    Ledger,
    Link,
    Reading,
    Sighting,
    digest,
)
from monitor.protocols import Choice

# Of the exemplars, so many are the first ones: they say what the claim was when it was told.
FIRST_EXEMPLARS = EXEMPLARS // 3
# Names kept of each kind, figures, and claims it disputes, so that a claim that everybody repeats, or that one feed
# gives another figure with each post, stays small; the counts of an alert, and its figures, end here.
MOST_NAMES = 200
MOST_READINGS = 500
MOST_DISPUTES = 100
# Evidence shorter than this is the same in two outlets because there is one way to say it, not because of a copy.
COPY_WORDS = 8
COPY_SHARE = 0.8


def file(sighting: Sighting, choice: Choice, topic: str) -> tuple[Claim, Filing]:
    """The claim with the sighting filed under it, and the filing. Their numbers are given by the store.

    Without a chosen claim a new one is made; its id comes from the sighting, so that the same sighting always
    makes the same claim.
    """
    claim = _created(sighting, topic) if choice.claim is None else _joined(choice.claim, sighting)
    new = _new_links(claim, choice.disputes)
    fresh = new[: max(0, MOST_DISPUTES - len(claim.disputes))]
    claim = claim.model_copy(update={"disputes": claim.disputes + fresh})
    filing = Filing(
        number=0,
        sighting=sighting,
        claim_id=claim.id,
        decision=_decision(choice.claim, claim, fresh),
        because=choice.because + _left_out(choice.claim, sighting, len(new) - len(fresh)),
        considered=choice.considered,
        disputes=fresh,
    )
    return claim, filing


def _created(sighting: Sighting, topic: str) -> Claim:
    figure = sighting.figure
    return Claim(
        id="claim_" + digest(topic, sighting.id),
        topic=topic,
        number=0,
        text=sighting.text,
        claimant=sighting.claimant,
        claimant_key=sighting.claimant_key,
        stance=sighting.stance,
        places=sighting.places,
        actors=sighting.actors,
        first_seen=sighting.published_at,
        last_seen=sighting.published_at,
        outlets=(sighting.outlet,),
        origins=(origin(sighting, ()),),
        claimants=(sighting.claimant,),
        ledger=Ledger(what=figure.what, readings=(_reading(sighting, figure),)) if figure else None,
        exemplars=(sighting,),
    )


def _joined(claim: Claim, sighting: Sighting) -> Claim:
    return claim.model_copy(
        update={
            "revision": claim.revision + 1,
            "first_seen": min(claim.first_seen, sighting.published_at),
            "last_seen": max(claim.last_seen, sighting.published_at),
            "sightings": claim.sightings + 1,
            "outlets": _with(claim.outlets, sighting.outlet),
            "origins": _with(claim.origins, origin(sighting, claim.exemplars)),
            "claimants": _with(claim.claimants, sighting.claimant),
            "places": claim.places + tuple(place for place in sighting.places if place not in claim.places),
            "actors": claim.actors + tuple(actor for actor in sighting.actors if actor not in claim.actors),
            "ledger": _ledger(claim.ledger, sighting),
            "exemplars": _exemplars((*claim.exemplars, sighting)),
        }
    )


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names or len(names) >= MOST_NAMES else (*names, name)


def _exemplars(sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    if len(sightings) <= EXEMPLARS:
        return sightings
    return sightings[:FIRST_EXEMPLARS] + sightings[FIRST_EXEMPLARS - EXEMPLARS :]


def _reading(sighting: Sighting, figure: Figure) -> Reading:
    return Reading(
        value=figure.value,
        low=figure.low,
        high=figure.high,
        claimant=sighting.claimant,
        at=sighting.published_at,
        sighting_id=sighting.id,
    )


def _ledger(ledger: Ledger | None, sighting: Sighting) -> Ledger | None:
    """The ledger with the sighting's figure for the same counted thing, where that is a number not yet told."""
    if ledger is None:
        figure = sighting.figure
        return Ledger(what=figure.what, readings=(_reading(sighting, figure),)) if figure else None
    figure = next((figure for figure in sighting.figures if figure.what == ledger.what), None)
    told = {known.value for known in ledger.readings}
    if figure is None or figure.value in told or len(told) >= MOST_READINGS:
        return ledger
    return ledger.model_copy(update={"readings": (*ledger.readings, _reading(sighting, figure))})


def _new_links(claim: Claim, links: Sequence[Link]) -> tuple[Link, ...]:
    known = {link.claim_id for link in claim.disputes} | {claim.id}
    return tuple(link for link in links if link.claim_id not in known)


def _left_out(claim: Claim | None, sighting: Sighting, links: int) -> str:
    """What is not kept because a claim stays small, in words to end the reason with."""
    ledger = claim.ledger if claim is not None else None
    full = ledger is not None and len(ledger.readings) >= MOST_READINGS
    told = {one.value for one in ledger.readings} if ledger is not None and full else set()
    figures = [f.value for f in sighting.figures if ledger is not None and f.what == ledger.what]
    out = f"; {figures[0]:g} is not kept, there are {MOST_READINGS} figures" if full and set(figures) - told else ""
    return out + (f"; disputes {links} more, which are not kept" if links else "")


def _decision(before: Claim | None, after: Claim, fresh: tuple[Link, ...]) -> Decision:
    if before is None:
        return Decision.NEW
    if before.ledger and after.ledger and len(after.ledger.readings) > len(before.ledger.readings):
        return Decision.UPDATE
    return Decision.DISPUTE if fresh else Decision.REPEAT


def origin(sighting: Sighting, earlier: Sequence[Sighting]) -> str:
    """The independent root that a sighting goes back to: whom it credits, or the first outlet with nearly the same
    words, or its own.

    Three outlets that print the same wire copy are one origin, whether they say whose it is or not.
    """
    copied = (known for known in earlier if known.outlet != sighting.outlet and is_copy(known.text, sighting.text))
    first = next(copied, sighting)
    return first.credit or first.outlet


def is_copy(one: str, other: str) -> bool:
    """Whether two texts are long enough and share most of their word pairs."""
    pairs = [set(pairwise(re.findall(r"\w+", text.casefold()))) for text in (one, other)]
    shorter = min(map(len, pairs))
    return shorter >= COPY_WORDS - 1 and len(pairs[0] & pairs[1]) >= COPY_SHARE * shorter
