"""Which claim a sighting belongs to, or none, and why. Pure: values in, values out.

Alike is not the same: "five injured" and "casualties reported" share most words, "was behind it" and "had nothing to
do with it" nearly all. So the order is: what forbids that two statements are one claim (another place, another
counted thing, the opposite polarity, another event); and only where nothing does, how much speaks for it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from math import fsum, log, sqrt
from typing import NamedTuple

from monitor.disputes import STAYING, THERE, against, disputes
from monitor.models import Claim, Frame, Link, Sighting
from monitor.protocols import Choice

THRESHOLD = 4.5
"""So many points make two statements without a conflict one claim."""

MOST_TERMS = 24
LONGEST_TERM = 80
"""Characters of a term: it stands in a key, and texts are hostile."""
# Words that are in this many more claims than there are candidates: keeps a lone candidate's words from being rare.
_COMMON = 10
_LATER_DAY = 0.35
_LONGEST_SILENCE = 12.0
"""A silent day costs a point, each later one less, up to so many: then it is another event in the same words. Half of
it where both give a name that few others give: places are hit again and again, people seldom."""
_NEARBY = 400
"""Characters between two statements that one speaker makes in one breath."""

_ANYBODYS = 2

# A name that the topic does not know, and few others have, tells more than a word: where it was, or who.
_USUAL_NAME, _A_NAME, _MOST_OF_NAMES, _OTHER_NAMES = 2.0, 0.7, 3.0, 1.0

# These statements are about a statement: they are not what they speak of.
_ABOUT_CLAIMS = frozenset({"claim-responsibility", "independent", "doubt", "stage"})
_BLAMING = frozenset({"blame", "responsible", "plotted"})
_DENIALS = frozenset({"deny-involvement", "contradict"})
_TAKING = frozenset({"raid", "capture", "control", "advance"})
_GIVING = frozenset({"repel", "recapture", "withdraw", "lose"})
# Of these there is one at a time; houses are damaged again and again.
_ONCE = frozenset({"regime", "return-ban", "claim-responsibility"})
# These last: that they go on is no news by itself.
_LASTING = frozenset({"control", "evacuate", "search", "burn", "close", "flood", "deny-involvement"})
# These are not part of a settlement.
_OUTSIDE = frozenset({"dam", "vehicle", "drone"})
# There is one of these where they are spoken of, and it breaks once.
_ONE_OF_A_KIND = frozenset({"dam", "bridge", "pipeline"})
_WIDER = {"armour": "vehicle"}
# What a thing may be by a more precise name.
_MAY_BE = {
    "building": frozenset({"facility", "office", "plant", "school", "hospital", "house"}),
    "facility": frozenset({"building", "office", "plant", "energy", "hospital"}),
}


class Match:
    """Satisfies `protocols.Matcher`."""

    def terms(self, sighting: Sighting) -> tuple[tuple[str, float], ...]:
        """What a candidate must share: what happened, who says it, what is counted, whom it accuses, rare words."""
        frame = sighting.frame
        family = frame.family or sighting.claimant_key
        terms: dict[str, float] = {}
        if frame.act:
            terms |= {f"act:{frame.act}": 2.0, f"says:{family}:{frame.act}": 1.0}
            terms |= {f"did:{agent}:{frame.act}": 1.0 for agent in frame.agents[:3]}
            terms |= {f"class:{event}": 0.5 for event in frame.classes[:4]}
        if frame.act == "raid" or frame.main in _DENIALS:
            accused = frame.agents or ((frame.side,) if frame.side else ())
            terms |= {f"raid:{side}": 1.0 for side in accused[:2]}
        if frame.main == "presence" and frame.negated:
            terms |= {f"class:{event}": 0.5 for event in sorted(THERE)}
        if frame.state == "continuing" and frame.act in STAYING:
            terms |= {"class:repel": 0.5}
        for figure in sighting.figures[:2]:
            terms |= {f"count:{figure.what}": 1.5, f"count:{figure.what}:{figure.value}": 1.0}
        terms[f"near:{sighting.thread}:{family}"] = 1.0
        telling = sorted(frame.lemmas, key=lambda lemma: (lemma not in frame.names, *_rarity(lemma)))
        for lemma in telling[: MOST_TERMS - len(terms)]:
            terms[f"word:{lemma}"] = 1.0 if lemma[0] not in "@#=" else 0.5
        return tuple({term[:LONGEST_TERM]: weight for term, weight in terms.items()}.items())

    def choose(self, sighting: Sighting, candidates: Sequence[Claim]) -> Choice:
        """The best claim without a conflict that reaches the threshold; the older one where two are equal."""
        rarity = _Rarity(candidates)
        verdicts = [(claim, _compare(sighting, claim, rarity)) for claim in candidates]
        fitting = [(claim, verdict) for claim, verdict in verdicts if verdict.points >= THRESHOLD]
        claim, found = max(fitting, key=lambda one: (one[1].points, -one[0].number), default=(None, None))
        because = found.because if found else _why_none(verdicts)
        nearest = sorted(verdicts, key=lambda one: (-one[1].points, one[0].number))
        others = tuple(Link(claim_id=c.id, because=v.because) for c, v in nearest if claim is None or c.id != claim.id)
        against = disputes(sighting, [c for c in candidates if claim is None or c.id != claim.id])
        return Choice(claim=claim, because=because, considered=others, disputes=against)


class _Verdict(NamedTuple):
    """How much speaks for it; minus infinity when something forbids it."""

    points: float
    because: str


def _why_none(verdicts: Sequence[tuple[Claim, _Verdict]]) -> str:
    if not verdicts:
        return "nothing like it has been claimed"
    claim, nearest = max(verdicts, key=lambda one: (one[1].points, -one[0].number))
    return f"unlike every known claim; nearest is {claim.id}: {nearest.because}"


def _compare(sighting: Sighting, claim: Claim, rarity: "_Rarity") -> _Verdict:
    """A conflict with half or more of the claim's sightings forbids; else the best and the average count alike."""
    conflicts = [conflict(sighting, known) for known in claim.exemplars]
    against = Counter(found for found in conflicts if found)
    if 2 * against.total() >= len(conflicts):
        return _Verdict(float("-inf"), f"vetoed: {against.most_common(1)[0][0]}")
    likeness = [_likeness(sighting, known, rarity) for known in claim.exemplars]
    points = [sum(worth for worth, _ in reasons) for reasons in likeness]
    best = likeness[points.index(max(points))]
    why = [reason for worth, reason in sorted(best, key=lambda one: -one[0]) if worth > 0.5 and reason][:3]
    days = abs((sighting.published_at - claim.last_seen).total_seconds()) / 86_400
    named = any(_names(sighting, known, rarity)[0] for known in claim.exemplars)
    score = (max(points) + sum(points) / len(points)) / 2 - _silence(days) * (0.5 if named else 1.0)
    if days >= 2:
        why.append(f"after {days:.0f} days of silence")
    verdict = "" if score >= THRESHOLD else "too little in common: "
    return _Verdict(score, f"{verdict}{', '.join(why) or 'few words'} ({score:.1f} of {THRESHOLD})")


def _silence(days: float) -> float:
    return min(min(days, 1.0) + _LATER_DAY * max(days - 1.0, 0.0), _LONGEST_SILENCE)


# --- what forbids


def conflict(one: Sighting, other: Sighting) -> str | None:
    """What forbids that two statements are one claim, in words; None when nothing does."""
    return next((found for veto in _VETOES if (found := veto(one, other))), None)


def _same_sentence(one: Sighting, other: Sighting) -> str | None:
    apart = one.end <= other.start or other.end <= one.start
    together = one.doc == other.doc and one.frame.sentence == other.frame.sentence
    return "another statement of the same sentence" if together and apart else None


def _other_place(one: Sighting, other: Sighting) -> str | None:
    a, b = one.frame.places, other.frame.places
    near, far = _settled(a), _settled(b)
    if places_apart(near, far) or places_apart(a, b):
        return "other place " + " and ".join(path.rsplit("/", 1)[-1] for path in far or b)
    return None


def _other_count(one: Sighting, other: Sighting) -> str | None:
    a, b = ([figure.what for figure in sighting.figures] for sighting in (one, other))
    if a and b and not any(_same_count(x, y) for x in a for y in b) and not _telling_number(one, other):
        return "counts something else: " + b[0]
    return None


def _telling_number(one: Sighting, other: Sighting) -> bool:
    """Whether both give one number, greater than any two reports share, of things by two names: "nine devices
    destroyed" may be "nine drones shot down". Five killed are not five wounded.
    """
    pairs = [
        (a.what.split(), b.what.split()) for a in one.figures for b in other.figures if a.value == b.value > _ANYBODYS
    ]
    related = bool(set(one.frame.classes) & set(other.frame.classes))
    return any(a[0] != b[0] and (related or 1 in (len(a), len(b)) or a[-1] == b[-1]) for a, b in pairs)


def _same_count(one: str, other: str) -> bool:
    """Whether two may count the same: "soldiers" and "soldiers captured", those wounded and those in hospital."""
    if {one, other} == {"people wounded", "people hospitalised"}:
        return True
    return one == other or one.startswith(other + " ") or other.startswith(one + " ")


def _other_sides_count(one: Sighting, other: Sighting) -> str | None:
    what = against(one, other)
    return f"the other side's number of {what}" if what else None


def _other_polarity(one: Sighting, other: Sighting) -> str | None:
    a, b = one.frame, other.frame
    for denial, plain, words in ((a, b, "is what is denied"), (b, a, "denies it")):
        if denial.main == "deny-involvement" and plain.main not in _DENIALS:
            return words
    return "opposite polarity" if a.negated != b.negated else None


def _other_state(one: Sighting, other: Sighting) -> str | None:
    a, b = one.frame, other.frame
    if a.main is None or b.main is None or a.state == b.state:
        return None
    if a.act == b.act and a.act in _LASTING and {a.state, b.state} == {None, "continuing"}:
        return None
    return f"other state: {b.state or 'done'}"


def _other_matter(one: Sighting, other: Sighting) -> str | None:
    """A claim about a claim, or the undoing of what was done."""
    a, b = one.frame, other.frame
    if a.main is None or b.main is None:
        return None
    if a.main != b.main and {a.main, b.main} & _ABOUT_CLAIMS:
        return f"another matter: {b.main}"
    undone = (a.act in _TAKING and b.act in _GIVING) or (a.act in _GIVING and b.act in _TAKING)
    cleared = "clear" in {a.main, b.main} and a.side == b.side  # who takes a village clears it, too
    return f"the opposite: {b.main}" if undone and not cleared else None


def _other_doer(one: Sighting, other: Sighting) -> str | None:
    a, b = one.frame.agents, other.frame.agents
    if bool(a) != bool(b) and _one_of_a_kind(one.frame, other.frame):
        return "who did it is another matter"  # the dam is gone, whoever blew it up
    return "somebody else: " + " and ".join(b) if a and b and not set(a) & set(b) else None


def _other_target(one: Sighting, other: Sighting) -> str | None:
    a, b = one.frame, other.frame
    if a.act != b.act and not {*a.targets, *b.targets} & _ONE_OF_A_KIND:
        return None
    one_s, other_s = ({_WIDER.get(target, target) for target in frame.targets} for frame in (a, b))
    if "settlement" in one_s | other_s and not (one_s | other_s) & _OUTSIDE:  # what is hit there is hit in it
        one_s, other_s = one_s - {"settlement"}, other_s - {"settlement"}
    one_s |= {wide for wide, narrow in _MAY_BE.items() if narrow & one_s and wide in other_s}
    other_s |= {wide for wide, narrow in _MAY_BE.items() if narrow & other_s and wide in one_s}
    return "other target: " + " and ".join(b.targets) if one_s and other_s and not one_s & other_s else None


def _other_event(one: Sighting, other: Sighting) -> str | None:
    a, b = one.frame, other.frame
    if a.main is None or b.main is None or b.main in (a.main, *a.kin) or set(a.classes) & set(b.classes):
        return None
    if {x.what for x in one.figures if " " in x.what} & {x.what for x in other.figures}:
        return None  # people who left, people who were moved out: what is counted is the same
    if {a.main, b.main} & _BLAMING and set(a.agents) & set(b.agents):  # "it", "the attack": whatever was done
        return None
    return f"another event: {b.main}"


_VETOES: tuple[Callable[[Sighting, Sighting], str | None], ...] = (
    _same_sentence,
    _other_polarity,
    _other_place,
    _other_count,
    _other_sides_count,
    _other_matter,
    _other_event,
    _other_state,
    _other_doer,
    _other_target,
)


def _settled(paths: Sequence[str]) -> list[str]:
    """Those that say more than the region."""
    return [path for path in paths if "/" in path]


def places_apart(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether both name places and none of one lies in, or holds, one of the other."""
    return bool(a and b) and not any(x == y or x.startswith(y + "/") or y.startswith(x + "/") for x in a for y in b)


# --- what speaks for it


class _Rarity:
    """How much a word tells, by how many of the candidates use it."""

    def __init__(self, candidates: Sequence[Claim]) -> None:
        used = [set(chain.from_iterable(known.frame.lemmas for known in claim.exemplars)) for claim in candidates]
        self._uses = Counter(chain.from_iterable(used))
        self._all = len(candidates) + _COMMON
        self._weights: dict[str, float] = {}

    def weight(self, lemma: str) -> float:
        if lemma not in self._weights:
            own = 0.7 if lemma.startswith("#") else 1.0
            self._weights[lemma] = own * log((self._all + 2) / (self._uses[lemma] + 1))
        return self._weights[lemma]

    def cosine(self, one: set[str], other: set[str]) -> float:
        """How far two statements use the same words, rare ones before common ones; 0 to 1."""
        norm = sqrt(self._square(one) * self._square(other))
        return self._square(one & other) / norm if norm else 0.0

    def _square(self, lemmas: set[str]) -> float:
        return fsum([self.weight(lemma) ** 2 for lemma in lemmas])  # exact, so that no order of a set can be seen


def _likeness(one: Sighting, other: Sighting, rarity: _Rarity) -> list[tuple[float, str]]:
    """Points for and against, each with its reason in words (none where it is no news)."""
    return [
        *_of_words(one, other, rarity),
        *_of_event(one, other),
        *_of_numbers(one, other),
        *_of_speaker(one, other),
    ]


def _of_words(one: Sighting, other: Sighting, rarity: _Rarity) -> Iterator[tuple[float, str]]:
    a, b = set(one.frame.lemmas), set(other.frame.lemmas)
    letters = grams(one.text, other.text)
    if _both_judged(one, other):  # what it is that is judged is no news: how it is judged is
        a, b, letters = _plain_words(a), _plain_words(b), 0.0
    cosine = rarity.cosine(a, b)
    yield 6.5 * cosine, "nearly the same words" if cosine > 0.7 else "words in common" if cosine > 0.3 else ""
    yield 5.0 * letters, ""
    worth, names = _names(one, other, rarity)
    if one.frame.names and other.frame.names and not set(one.frame.names) & set(other.frame.names):
        yield -_OTHER_NAMES, ""
    yield min(_A_NAME * worth, _MOST_OF_NAMES), f"both name {names[0].title()}" if names else ""


def _both_judged(one: Sighting, other: Sighting) -> bool:
    return one.frame.state == other.frame.state == "judged"


def _plain_words(lemmas: set[str]) -> set[str]:
    """Without what happened, and who and where it was."""
    return {lemma for lemma in lemmas if lemma[0] not in "=@"}


def _names(one: Sighting, other: Sighting, rarity: _Rarity) -> tuple[float, list[str]]:
    """The names that both give and few others, and how much they tell."""
    worth = {name: rarity.weight(name) - _USUAL_NAME for name in one.frame.names if name in other.frame.names}
    telling = sorted((name for name in worth if worth[name] > 0), key=lambda name: (-worth[name], name))
    return sum(worth[name] for name in telling), telling


def _of_event(one: Sighting, other: Sighting) -> Iterator[tuple[float, str]]:
    a, b = one.frame, other.frame
    if _both_judged(one, other):
        return
    if a.act and a.act == b.act:
        yield (2.8 if a.act in _ONCE else 1.8), f"same event '{b.main}'"
    if a.main is None or b.main is None:
        yield 1.0, ""
    if shared := sorted(set(a.agents) & set(b.agents)):
        culprit = _done_once(a, b) and not one.figures and not other.figures
        yield (2.8 if culprit else 1.4), "done by the same: " + " and ".join(shared)
    elif a.act == b.act and bool(a.agents) != bool(b.agents):
        yield -0.7, ""  # that it happened is not yet who did it
    if shared := sorted(set(a.targets) & set(b.targets)):
        yield 1.3, "same target " + " and ".join(shared)
    if a.act == b.act and (shared := sorted(set(_settled(a.places)) & set(_settled(b.places)))):
        yield 1.0, "same place " + " and ".join(path.rsplit("/", 1)[-1] for path in shared)
    if a.state and a.state == b.state:
        yield 2.0, f"both {b.state}"


def _done_once(a: Frame, b: Frame) -> bool:
    """Whether both tell of what is done only once, so that who did it is one question: the raid, the dam blown up."""
    return a.act == b.act == "raid" or _one_of_a_kind(a, b)


def _one_of_a_kind(a: Frame, b: Frame) -> bool:
    return bool(set(a.targets) & set(b.targets) & _ONE_OF_A_KIND)


def _of_numbers(one: Sighting, other: Sighting) -> Iterator[tuple[float, str]]:
    pairs = [(a, b) for a in one.figures for b in other.figures if _same_count(a.what, b.what)]
    both = [(a, b) for a, b in pairs if a.what == b.what]
    if same := next((a.what for a, b in pairs if a.value == b.value), None):
        yield 3.0, f"same number of {same}"
    elif both and 1 not in (both[0][0].value, both[0][1].value):
        yield (1.8 if _same_voice(one, other) else 1.0), f"another number of {both[0][0].what}"
    elif both:  # one person is somebody, not a toll
        yield -1.0, ""
    elif _telling_number(one, other):
        yield 1.5, "the same number"
    elif one.figures or other.figures:
        yield -0.7, ""


def _of_speaker(one: Sighting, other: Sighting) -> Iterator[tuple[float, str]]:
    a, b = one.frame, other.frame
    same = _same_voice(one, other)
    if same:
        yield 1.2, f"same speaker {other.claimant}"
    if same and one.doc == other.doc and abs(one.start - other.start) < _NEARBY:
        yield 1.0, "said in one breath"
    if a.side and b.side and not same:
        yield (0.6 if a.side == b.side else -1.2), ""
    if a.side == b.side and (a.main == b.main == "deny-involvement" or (same and _bare_denial(a, b))):
        yield 3.0, "the same denial"


def _bare_denial(a: Frame, b: Frame) -> bool:
    """Whether both deny, one of them without a word about what: "Kyiv denies it"."""
    both = a.main in _DENIALS and b.main in _DENIALS
    return both and not (_plain_words(set(a.lemmas)) and _plain_words(set(b.lemmas)))


def _same_voice(one: Sighting, other: Sighting) -> bool:
    return (one.frame.family or one.claimant_key) == (other.frame.family or other.claimant_key)


def grams(one: str, other: str) -> float:
    """How far two texts share runs of four letters; 0 to 1."""
    a, b = _runs(one), _runs(other)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


@lru_cache(maxsize=512)  # the same few claims are compared with again and again
def _runs(text: str) -> frozenset[str]:
    folded = text.casefold()
    return frozenset(folded[at : at + 4] for at in range(len(folded) - 3))


def _rarity(lemma: str) -> tuple[int, int, str]:
    """Puts plain words before kinds and names, long ones before short ones."""
    return ("#=@".find(lemma[0]) + 1, -len(lemma), lemma)
