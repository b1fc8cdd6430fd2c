"""Which known claims a sighting denies or contradicts. Pure, and careful: a dispute told wrongly is worse than none."""

from collections.abc import Callable, Sequence

from monitor.models import Claim, Figure, Frame, Link, Sighting

_DEEDS = frozenset({"enter", "attack", "sabotage", "responsible", "blame", "fight"})
_CASUALTIES = frozenset({"kill", "wound", "casualty", "damage"})
_SINGLE = frozenset({"dam", "plant", "office", "hospital", "school"})
_HELD = frozenset({"capture", "control", "advance"})
_TAKEN_BACK = frozenset({"repel", "recapture", "lose", "withdraw"})
THERE = _HELD | {"enter", "fight", "presence"}
"""What nobody can do in a place where there is nobody."""
_FIGHTERS = frozenset({"fighter", "soldier"})
_OF_PEOPLE = frozenset({"civilian", "settlement"})
STAYING = frozenset({"raid", "fight", "presence", "control"})
"""What nobody goes on with who was driven out."""
_COMING = frozenset({"presence", "enter", "advance"})
_HERE = frozenset({"region", "territory", "district", "oblast"})
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
    if one.frame.main is None or other.frame.main is None:  # every rule is about events
        return None
    if "judged" in {one.frame.state, other.frame.state}:  # what is judged is not said to have been done
        return None
    return next((found for rule in _RULES if (found := rule(one, other) or rule(other, one))), None)


def _denied_deed(denial: Sighting, deed: Sighting) -> str | None:
    """ "Kyiv had nothing to do with it" against "Ukrainian saboteurs crossed the border"."""
    a, b = denial.frame, deed.frame
    side = _denier(a)
    if side is None or b.agents != (side,) or b.side == side or b.negated or b.main is None:
        return None
    if a.main == "deny-involvement":
        same = any(f"#{target}" in a.lemmas for target in _SINGLE & set(b.targets))
        denies = b.main in {*_DEEDS, *a.classes} or same
    else:
        denies = a.negated and a.main == b.main and a.side == side
    return f"{denial.claimant} denied the accusation" if denies else None


def _denier(frame: Frame) -> str | None:
    return frame.agents[0] if len(frame.agents) == 1 else frame.side if not frame.agents else None


def _other_culprit(one: Sighting, other: Sighting) -> str | None:
    """The accused side names another culprit: "Ukrainian saboteurs crossed", "Russian citizens were behind it"."""
    a, b = one.frame, other.frame
    if len(a.agents) != 1 or a.agents == b.agents or b.agents != (a.side,) or a.side == b.side:
        return None
    if a.negated or b.negated or not _same_deed(a, b):
        return None
    return f"{one.claimant} named another culprit"


def _same_deed(a: Frame, b: Frame) -> bool:
    """Whether two frames tell of one deed: the raid, or what was done to one place or to a thing there is one of."""
    in_it = a.main == "involve" and bool({"event", "operation"} & set(a.lemmas) or {*_DEEDS} & set(a.classes))
    if (a.main in ("responsible", "blame") or in_it) and b.main in _DEEDS - {"fight"}:
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


def _no_losses(none: Sighting, some: Sighting) -> str | None:
    """ "We have not lost a single soldier" against "over 50 attackers were killed"."""
    a, b = none.frame, some.frame
    if not a.side or not b.side or a.side == b.side or not a.negated or b.negated or a.main != "kill":
        return None
    counted = any(figure.what == "attackers killed" for figure in some.figures) and not _apart_in_place(a, b)
    return "says that there were none" if counted and _FIGHTERS & set(a.targets) else None


def _other_holder(one: Sighting, other: Sighting) -> str | None:
    """Two sides about who holds a place: "captured Kozinka" against "were driven out of Kozinka"."""
    a, b = one.frame, other.frame
    if not a.side or not b.side or a.side == b.side or a.state or b.state:
        return None
    where = sorted({path for path in a.places if "/" in path} & set(b.places))
    held = (b.main in _HELD and not b.negated) and (a.main in _TAKEN_BACK or (a.main in _HELD and a.negated))
    if not (where and held):
        return None
    place = where[0].rsplit("/", 1)[-1].replace("-", " ").title()
    return f"{one.claimant} said otherwise about who holds {place}"


def _denied_number(denial: Sighting, told: Sighting) -> str | None:
    """ "Rejected the figure of 70 dead" against "over 70 were killed"."""
    a, b = denial.frame, told.frame
    if not a.negated or b.negated or a.main != b.main or not a.side or a.side == b.side or _apart_in_place(a, b):
        return None
    same = {figure.value for figure in denial.figures} & {figure.value for figure in told.figures} - {1}
    return f"{denial.claimant} denied the number" if same else None


def _no_evacuation(none: Sighting, some: Sighting) -> str | None:
    """ "There was no evacuation" against "nine villages were evacuated"."""
    a, b = none.frame, some.frame
    if not a.main == b.main == "evacuate" or not a.negated or b.negated or a.state or b.state:
        return None
    elsewhere = set(a.places) != set(b.places) and not set(a.places) & set(b.places)
    bare = a.lemmas == ("@evacuate",) and not a.agents
    of_things = not set(b.targets) <= _OF_PEOPLE or "#weapon" in b.lemmas
    if elsewhere or not bare or of_things or none.claimant_key == some.claimant_key:
        return None
    return "says that there was none"


def _still_there(staying: Sighting, gone: Sighting) -> str | None:
    """ "The raid goes on" against "were driven back across the border", which somebody of another side said before."""
    a, b = staying.frame, gone.frame
    if not a.side or not b.side or a.side == b.side:
        return None
    stays = a.act in STAYING and a.state == "continuing" and not a.negated
    by_air = {"drone", "strike"} & set(b.classes)
    if (
        not stays
        or by_air
        or _apart_in_place(a, b)
        or b.main != "repel"
        or b.negated
        or b.state
        or staying.published_at < gone.published_at
    ):
        return None
    return f"{staying.claimant} said that it goes on"


def _nobody_there(none: Sighting, some: Sighting) -> str | None:
    """ "There is no enemy in the region" against "is fighting in Shebekino"."""
    a, b = none.frame, some.frame
    if not a.side or not b.side or a.side == b.side or a.main not in _COMING or not a.negated or a.agents == (a.side,):
        return None
    within = [path for path in b.places for wide in a.places if path == wide or path.startswith(wide + "/")]
    if a.side in b.agents:
        return None  # its own
    if not a.places and _HERE & set(a.lemmas):
        within = list(b.places)  # "there is no enemy on our territory"
    if b.main not in THERE or b.negated or not within:
        return None
    return f"{none.claimant} said that nobody is there"


def _apart_in_place(a: Frame, b: Frame) -> bool:
    return bool(a.places and b.places) and not set(a.places) & set(b.places)


def _other_figure(one: Sighting, other: Sighting) -> str | None:
    """Two sides count the same losses, and both can't be right: "over 70 attackers killed" against "two killed"."""
    what = against(one, other)
    return f"{one.claimant} gave another number of {what}" if what else None


def against(one: Sighting, other: Sighting) -> str | None:
    """What two sides count differently; None when they don't, or when both numbers can be true.

    One who was hurt is somebody, not a toll; "ten wounded" may be one's own, and those of another place.
    """
    a, b = one.frame, other.frame
    if not a.side or not b.side or a.side == b.side or a.main != b.main or a.main not in _CASUALTIES | {"eliminate"}:
        return None
    if ("civilian" in a.targets) != ("civilian" in b.targets):
        return None  # one counts its own losses
    here = set(a.targets) & set(b.targets) or {path for path in a.places if "/" in path} & set(b.places)
    known = {f.what: f for f in other.figures if f.value != 1 and (here or not f.what.startswith("people "))}
    pairs = [(figure, known[figure.what]) for figure in one.figures if figure.what in known and figure.value != 1]
    return next((one.what for one, other in pairs if _apart(one, other) or _apart(other, one)), None)


def _apart(less: Figure, more: Figure) -> bool:
    """Whether the one is at most so many, and the other at least more than that."""
    return less.high is not None and more.low is not None and less.high < more.low


_RULES: tuple[Callable[[Sighting, Sighting], str | None], ...] = (
    _denied_deed,
    _other_culprit,
    _doubted,
    _no_casualties,
    _denied_number,
    _no_evacuation,
    _no_losses,
    _other_holder,
    _still_there,
    _nobody_there,
    _other_figure,
)
