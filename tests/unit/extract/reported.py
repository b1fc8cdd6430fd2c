"""Short passages in the manner of news copy, with what should come out of each; and what extraction makes of them.

`reported.txt` holds them, made up for this purpose, in groups under `== name`, parted by empty lines:

    Gladkov said a man was hurt.            each line is a post of one thread
    > gladkov | a man was hurt | 1 people wounded | @Shebekino

    > WHO[/WHO] [via VIA][, STANCE] | EVIDENCE [| FIGURES] [| @PLACES]

`>?` may come or not; `> nothing` means that nothing may; `> known miss: why` marks a passage that does not work yet.
WHO are words of the claimant's name or key; a stance that is not named is `asserted`. The evidence is told by its
words: half of those in either must be in both.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from monitor.extract.relevance import judge
from monitor.models import Sighting
from tests.unit.extract.threads import extractor, thread
from tests.unit.saying import topic

FILE = Path(__file__).with_name("reported.txt")
OTHER_TOPICS = "other topics"
"""What is about something else may look like news: it ends at the gate."""
_KNOWN = "> known miss: "
_STANCES = frozenset({"asserted", "denied", "confirmed", "unverified"})


class Expected(NamedTuple):
    """One statement that should come out; `due` is False where it may be left out as well."""

    who: tuple[str, ...]
    via: str | None
    stance: str
    evidence: str
    figures: tuple[str, ...]
    places: frozenset[str]
    due: bool


class Passage(NamedTuple):
    """A passage; `number` counts from 1 through the file. `missed_because` tells why it does not work yet."""

    number: int
    group: str
    posts: tuple[str, ...]
    expected: tuple[Expected, ...]
    missed_because: str | None = None


@cache
def passages() -> tuple[Passage, ...]:
    return tuple(_passages(FILE.read_text("utf-8")))


def _passages(text: str) -> Iterator[Passage]:
    group = ""
    for number, block in enumerate(re.split(r"\n\s*\n", text.strip()), 1):
        lines = block.split("\n")
        if lines[0].startswith("== "):
            group = lines.pop(0).removeprefix("== ")
        posts = tuple(line for line in lines if not line.startswith(">"))
        known = next((line.removeprefix(_KNOWN) for line in lines if line.startswith(_KNOWN)), None)
        expected = [line for line in lines if line.startswith(">") and not line.startswith(("> nothing", _KNOWN))]
        passage = Passage(number, group, posts, tuple(map(_expected, expected)), known)
        for one in passage.expected:
            assert any(one.evidence in post for post in posts), f"{one.evidence!r} is not in {posts}"
        yield passage


def _expected(line: str) -> Expected:
    head, evidence, *rest = (part.strip() for part in line.lstrip(">?").split("|"))
    head, _, stance = head.rpartition(", ") if head.rpartition(", ")[2] in _STANCES else (head, "", "asserted")
    who, _, via = head.partition(" via ")
    figures = tuple(figure.strip() for part in rest if not part.startswith("@") for figure in part.split(",") if figure)
    places = frozenset(place.strip() for part in rest if part.startswith("@") for place in part[1:].split(","))
    return Expected(tuple(who.split("/")), via or None, stance, evidence, figures, places, not line.startswith(">?"))


def faults(passage: Passage) -> list[str]:
    """What is wrong with what comes out of the passage, in words; empty when it is as it should be."""
    posts = thread(*passage.posts)
    about = [passage.group != OTHER_TOPICS or _relevant(post.text) for post in posts]
    found = [s for n, post in enumerate(posts) if about[n] for s in extractor().extract(post, posts[:n])]
    out, left = [], list(found)
    for expected in sorted(passage.expected, key=lambda one: not one.due):
        best = max(left, key=lambda sighting: _alike(expected, sighting), default=None)
        if best is None or _alike(expected, best) < 0.5:
            out += [f"missed: {expected.evidence}"] if expected.due else []
            continue
        left.remove(best)
        out += _differences(expected, best)
    return out + [f"false: {sighting.claimant}: {sighting.text}" for sighting in left]


def _relevant(text: str) -> bool:
    return judge(text, (), topic()).relevant


def _alike(expected: Expected, sighting: Sighting) -> float:
    a, b = _words(expected.evidence), _words(sighting.text)
    return len(a & b) / len(a | b)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _differences(expected: Expected, sighting: Sighting) -> Iterator[str]:
    called = f"{sighting.claimant} {sighting.claimant_key.replace('-', ' ')}".lower()
    if not any(who.replace("-", " ") in called for who in expected.who):
        yield f"claimant: {sighting.claimant}, not {'/'.join(expected.who)}: {sighting.text}"
    if expected.via is not None and expected.via not in (sighting.via or "").lower():
        yield f"via: {sighting.via}, not {expected.via}: {sighting.text}"
    if sighting.stance != expected.stance:
        yield f"stance: {sighting.stance}, not {expected.stance}: {sighting.text}"
    figures = [f"{figure.value} {figure.what}" for figure in sighting.figures]
    if not set(expected.figures) <= set(figures):
        yield f"figures: {figures}, not {list(expected.figures)}: {sighting.text}"
    if not expected.places <= set(sighting.places):
        yield f"places: {list(sighting.places)}, not {sorted(expected.places)}: {sighting.text}"


def counted(some: Sequence[Passage]) -> dict[str, int]:
    """How many passages are as they should be, and how many faults there are of each kind."""
    kinds: dict[str, int] = {"passages": len(some), "right": 0}
    for passage in some:
        wrong = faults(passage)
        kinds["right"] += not wrong
        for fault in wrong:
            kind = fault.partition(":")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
    return kinds
