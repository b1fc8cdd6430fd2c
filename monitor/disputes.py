"""Which known claims a sighting denies or contradicts. Pure, and careful: a dispute told wrongly is worse than none."""

from collections.abc import Callable, Sequence

from monitor.models import Claim, Frame, Link, Sighting

_DEEDS = frozenset({"enter", "attack", "sabotage", "responsible", "blame", "fight"})
_CASUALTIES = frozenset({"kill", "wound", "casualty", "damage"})
_SINGLE = frozenset({"dam", "plant", "office", "hospital", "school"})
_DOUBTS = frozenset({"doubt", "stage", "contradict"})


def disputes(sighting: Sighting, claims: Sequence[Claim]) -> tuple[Link, ...]:
    """A link to each claim that most of whose sightings the sighting is at odds with, in the order of the claims."""
    links = []
    for claim in claims:
        reasons = [reason for known in claim.exemplars if (reason := at_odds(sighting, known))]
        if 2 * len(reasons) > len(claim.exemplars):
            links.append(Link(claim_id=claim.id, because=reasons[0]))
    return tuple(links)


def at_odds(one: Sighting, other: Sighting) -> str | None:
    """How two statements contradict each other, in words; None when they can both be true."""
    return next((found for rule in _RULES if (found := rule(one, other) or rule(other, one))), None)


def _denied_deed(denial: Sighting, deed: Sighting) -> str | None:
    """ "Kyiv had nothing to do with it" against "Ukrainian saboteurs crossed the border"."""
    a, b = denial.frame, deed.frame
    side = _denier(a)
    if side is None or b.agents != (side,) or b.side == side or b.negated or b.main is None:
        return None
    denies = b.main in _DEEDS if a.main == "deny-involvement" else a.negated and a.main == b.main and a.side == side
    return f"{side} denies what it is accused of" if denies else None


def _denier(frame: Frame) -> str | None:
    return frame.agents[0] if len(frame.agents) == 1 else frame.side if not frame.agents else None


def _other_culprit(one: Sighting, other: Sighting) -> str | None:
    """The accused side names another culprit: "Ukrainian saboteurs crossed", "Russian citizens were behind it"."""
    a, b = one.frame, other.frame
    if len(a.agents) != 1 or a.agents == b.agents or b.agents != (a.side,) or a.side == b.side:
        return None
    if a.negated or b.negated or not _same_deed(a, b):
        return None
    return f"{a.side} names another culprit"


def _same_deed(a: Frame, b: Frame) -> bool:
    """Whether two frames tell of one deed: the raid, or what was done to one place or to a thing there is one of."""
    if a.main in ("responsible", "blame") and b.main in _DEEDS - {"fight"}:
        return True
    if a.act == "raid" or a.main is None or not (a.act == b.act or b.main in a.kin):
        return False
    return bool({path for path in a.places if "/" in path} & set(b.places) or _SINGLE & set(a.targets) & set(b.targets))


def _doubted(doubt: Sighting, known: Sighting) -> str | None:
    """ "Skeptical that US weapons were used", "the pictures were staged"."""
    a, b = doubt.frame, known.frame
    doubted = a.classes[1:2]
    if a.main not in _DOUBTS or b.main in _DOUBTS or b.main not in doubted or (a.side and a.side == b.side):
        return None
    shared = [lemma for lemma in a.lemmas if lemma in b.lemmas and not lemma.startswith("=")]
    return "doubts it" if len(shared) >= 2 else None


def _no_casualties(none: Sighting, some: Sighting) -> str | None:
    """ "No one was hurt" against "two were wounded", of one place and target."""
    a, b = none.frame, some.frame
    if not a.negated or b.negated or b.main not in _CASUALTIES or b.main not in a.classes:
        return None
    where = {path for path in a.places if "/" in path} & {path for path in b.places if "/" in path}
    return "says that there were none" if where and set(a.targets) & set(b.targets) else None


_RULES: tuple[Callable[[Sighting, Sighting], str | None], ...] = (
    _denied_deed,
    _other_culprit,
    _doubted,
    _no_casualties,
)
