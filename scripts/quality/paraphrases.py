"""Reports of made-up events, worded as differently as can be: how far identity goes by what is said, not by its words.

`paraphrases.txt` was written by somebody who did not know the matcher. While its words were widened the first and third
event were read, the second and fourth never were.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from monitor import filing
from monitor.extract.figures import figures as counted
from monitor.extract.frames import Framer
from monitor.extract.parser import parser
from monitor.extract.topic import Topic, load_topic
from monitor.match import Match
from monitor.models import Sighting, digest
from scripts.identity import Index
from scripts.quality.places import EXTERNAL, ROOT, TOPICS, scorer
from scripts.quality.replayed import Figures

FILE = ROOT / "scripts" / "quality" / "paraphrases.txt"
LOOKED_AT = {1, 3}
_BEGAN = datetime(2023, 5, 22, tzinfo=UTC)


class Report(NamedTuple):
    """A statement, the event that it is about, and the claim that it makes."""

    event: int
    claim: str
    claimant: str
    text: str


def reports() -> Iterator[Report]:
    event = 0
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            event += line.startswith("# event")
        else:
            yield Report(event, *line.split("|"))


def sighting(report: Report, number: int, framer: Framer, topic: Topic) -> Sighting:
    """The statement as a sighting: six outlets take turns, one statement every six minutes."""
    named = topic.mentions(report.claimant)
    key = named[-1].entity.key if named else report.claimant.lower()
    piece, outlet = parser()(report.text)[:], f"outlet {number % 6}"
    return Sighting(
        id=digest("paraphrase", number),
        post_id=digest("post", number),
        source="paraphrases",
        platform="rss",
        channel=outlet,
        outlet=outlet,
        published_at=_BEGAN + timedelta(minutes=6 * number),
        received_at=_BEGAN + timedelta(minutes=6 * number),
        thread=str(number),
        doc=str(number),
        start=0,
        end=len(report.text),
        text=report.text,
        claimant=report.claimant,
        claimant_key=key,
        figures=counted(piece, topic, 0),
        frame=framer.frame(piece, claimant_key=key),
    )


def figures() -> Figures:
    """B-cubed F1 by the scorer of the stream of shootings."""
    score, topic = scorer(EXTERNAL / "stream.py"), load_topic(TOPICS / "belgorod.yaml")
    framer, matcher, index = Framer(topic), Match(), Index()
    meant: dict[bool, list[str]] = {True: [], False: []}
    filed: dict[bool, list[str]] = {True: [], False: []}
    for number, report in enumerate(reports()):
        found = sighting(report, number, framer, topic)
        terms = matcher.terms(found)
        claim, done = filing.file(found, matcher.choose(found, index.candidates(terms)), "belgorod")
        index.put(claim, done, terms)
        meant[report.event in LOOKED_AT].append(report.claim)
        filed[report.event in LOOKED_AT].append(claim.id)

    def b3(grouped: Sequence[str], *, looked_at: bool) -> float:
        return float(score.score(meant[looked_at], grouped)["B3"]["F1"])

    return {
        "paraphrases.looked": b3(filed[True], looked_at=True),
        "paraphrases.new": b3(filed[False], looked_at=False),
        "paraphrases.alone": b3([str(number) for number in range(len(filed[False]))], looked_at=False),
    }
