"""Which claim a sighting belongs to, or none, and why. Pure: values in, values out.

Alike is not the same: "five injured" and "casualties reported" share most words. So the order is: what forbids that
two statements are one claim (another place, another counted thing, the opposite polarity, another event); what makes
them one whatever the words; and only then how alike they are.
"""

from collections.abc import Sequence
from math import sqrt

from monitor.models import Claim, Link, Sighting
from monitor.protocols import Choice

THRESHOLD = 0.5
"""From this score on two statements without a conflict are one claim."""

_WEIGHT = {"@": 1.0, "=": 1.0, "#": 0.7}
_WORD = 1.0


class Match:
    """Satisfies `protocols.Matcher`."""

    def terms(self, sighting: Sighting) -> tuple[tuple[str, float], ...]:
        """What a candidate must share: event classes, claimant with class, counted things, the rarest words."""
        frame = sighting.frame
        terms: dict[str, float] = {}
        if frame.main:
            terms[f"m:{frame.main}"] = 2.0
            terms[f"f:{frame.family or sighting.claimant_key}:{frame.main}"] = 2.0
        for event in frame.classes[:4]:
            terms[f"c:{event}"] = 1.0
        for figure in sighting.figures[:2]:
            terms[f"n:{figure.what}"] = 1.5
            terms[f"n:{figure.what}:{figure.value}"] = 1.5
        terms[f"t:{sighting.thread}:{sighting.claimant_key}"] = 1.0
        words = [lemma for lemma in frame.lemmas if not lemma.startswith(("@", "#"))]
        for lemma in sorted(words, key=lambda lemma: (lemma.startswith("="), -len(lemma), lemma))[:8]:
            terms[f"w:{lemma}"] = 1.0
        return tuple(list(terms.items())[:24])

    def choose(self, sighting: Sighting, candidates: Sequence[Claim]) -> Choice:
        best: tuple[float, Claim, str] | None = None
        considered: list[Link] = []
        for claim in candidates:
            worth, because = compare(sighting, claim)
            considered.append(Link(claim_id=claim.id, because=because))
            if worth >= THRESHOLD and (best is None or worth > best[0]):
                best = (worth, claim, because)
        if best is None:
            return Choice(claim=None, because="no claim like it", considered=tuple(considered))
        others = tuple(link for link in considered if link.claim_id != best[1].id)
        return Choice(claim=best[1], because=best[2], considered=others)


def compare(sighting: Sighting, claim: Claim) -> tuple[float, str]:
    """How well the sighting fits the claim (0 when something speaks against it), and in words why."""
    conflicts = [conflict(sighting, known) for known in claim.exemplars]
    against = [found for found in conflicts if found]
    if 2 * len(against) >= len(conflicts):
        return 0.0, f"vetoed: {against[0]}"
    scores = [alike(sighting, known) for known in claim.exemplars]
    score = (max(scores) + sum(scores) / len(scores)) / 2
    return score, f"alike {score:.2f}"


def conflict(one: Sighting, other: Sighting) -> str | None:
    """What forbids that two statements are one claim, in words; None when nothing does."""
    a, b = one.frame, other.frame
    if one.doc == other.doc and a.sentence == b.sentence and (one.end <= other.start or other.end <= one.start):
        return "another statement of the same sentence"
    if apart(a.places, b.places):
        return f"other place: {', '.join(b.places)}"
    if one.figures and other.figures and not {f.what for f in one.figures} & {f.what for f in other.figures}:
        return f"counts something else: {other.figures[0].what}"
    if (a.main == "deny-involvement") != (b.main == "deny-involvement"):
        return "denies it" if b.main == "deny-involvement" else "is what is denied"
    if a.negated != b.negated:
        return "opposite polarity"
    if {a.state, b.state} == {"ended", None} or {a.state, b.state} == {"ended", "continuing"}:
        return f"other state: {b.state}"
    if a.main == b.main and a.targets and b.targets and not set(a.targets) & set(b.targets):
        return f"other target: {', '.join(b.targets)}"
    if a.agents and b.agents and not set(a.agents) & set(b.agents):
        return f"somebody else: {', '.join(b.agents)}"
    if a.main and b.main and not related(one, other) and cosine(one, other) < 0.5:
        return f"another event: {b.main}"
    return None


def apart(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether both name places and none of one lies in, or holds, one of the other."""
    return bool(a and b) and not any(x == y or x.startswith(y + "/") or y.startswith(x + "/") for x in a for y in b)


def related(one: Sighting, other: Sighting) -> bool:
    a, b = one.frame, other.frame
    return bool(set(a.classes) & set(b.classes)) or b.main in a.kin


def alike(one: Sighting, other: Sighting) -> float:
    a, b = one.frame, other.frame
    main = 1.0 if a.main == b.main else 0.5 if related(one, other) else 0.0
    family = (a.family or one.claimant_key) == (b.family or other.claimant_key)
    place = bool(a.places and b.places) and not apart(a.places, b.places)
    return 0.5 * cosine(one, other) + 0.15 * grams(one.text, other.text) + 0.2 * main + 0.1 * family + 0.1 * place


def cosine(one: Sighting, other: Sighting) -> float:
    a, b = set(one.frame.lemmas), set(other.frame.lemmas)

    def size(lemmas: set[str]) -> float:
        return sum(_WEIGHT.get(lemma[0], _WORD) for lemma in lemmas)

    return size(a & b) / sqrt(size(a) * size(b)) if a and b else 0.0


def grams(one: str, other: str) -> float:
    a, b = ({text[at : at + 4] for at in range(len(text) - 3)} for text in (one.casefold(), other.casefold()))
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0
