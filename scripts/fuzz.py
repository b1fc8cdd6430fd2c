"""Feeds spoiled texts to extraction and matching until the time is up: `make fuzz`. Nothing may raise or misquote.

    python -m scripts.fuzz [--minutes N] [--seed N]

Each round takes one to three paragraphs of the seeds and spoils them: words and marks are dropped, doubled, swapped,
put in from elsewhere (other scripts, quotes, control characters, numbers). Their posts go through relevance,
extraction and matching as in the pipeline; every sighting must stand in its post exactly where it says, and filing a
post again must find the same. A failure prints the seed of its round, and the text in ASCII, and ends with 1.
"""

import argparse
import random
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor import filing
from monitor.extract.extractor import Extractor
from monitor.extract.relevance import judge
from monitor.extract.topic import load_topic
from monitor.match import Match
from monitor.models import Post
from scripts.identity import Index

ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2023, 5, 22, 12, tzinfo=UTC)
MARKS = ('"', "“", "”", "'", "’", "«", "»", "—", " - ", ":", ";", ",", ".", "…", "(", ")", "[", "\n", "\n\n", "\t", "%")
ODD = (
    "\x00",
    "\x1b[31m",
    "\u202e",
    "\u200b",
    "\ud800",
    "\ufeff",
    "é",
    "ß",
    "Ǆ",
    "İ",
    "🙂",
    "Белгород",
    "北京",
    "بلغورود",
)
WORDS = (
    "said",
    "denied",
    "according to",
    "no",
    "not",
    "at least",
    "12,000",
    "1.5.2",
    "½",
    "22/05",
    "it",
    "that",
    "who",
)
FORGET = 400
"""After so many rounds the claims are forgotten, so that a round costs the same in the tenth minute."""


def spoiled(paragraph: str, source: random.Random) -> str:
    """The paragraph with up to a dozen things wrong with it."""
    words = paragraph.split(" ")
    for _ in range(source.randrange(13)):
        at = source.randrange(len(words) + 1)
        match source.randrange(7):
            case 0:
                del words[at : at + source.randrange(1, 4)]
            case 1:
                words[at:at] = words[at : at + source.randrange(1, 30)]
            case 2:
                source.shuffle(words)
            case 3:
                words.insert(at, source.choice(MARKS + ODD + WORDS))
            case 4 if at < len(words):
                words[at] += source.choice(MARKS + ODD)
            case 5 if at < len(words):
                words[at] = source.choice((words[at].upper(), words[at].lower(), words[at][::-1], words[at] * 50))
            case 6:
                words.insert(at, "".join(chr(source.randrange(1, 0x3000)) for _ in range(source.randrange(1, 12))))
    return source.choice((" ", " ", " ", "", "\n")).join(words)


def posts(paragraphs: Sequence[str], source: random.Random) -> list[Post]:
    """A thread of spoiled paragraphs."""
    texts = [spoiled(paragraph, source) for paragraph in source.sample(paragraphs, source.randrange(1, 4))]
    return [
        Post(
            id=f"{n}", source="fuzz", platform="file", channel="fuzz", text=text, published_at=NOON, received_at=NOON,
            thread="thread", position=n, doc="fuzz.txt", offset=sum(len(one) + 1 for one in texts[:n]),
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip


class Round:
    """The pipeline's judgement, with the claims in memory."""

    def __init__(self) -> None:
        self._topic = load_topic(ROOT / "config/topics/belgorod.yaml")
        self._extractor, self._matcher, self.index = Extractor(self._topic), Match(), Index()

    def run(self, thread: Sequence[Post]) -> int:
        """Files every sighting of the thread; how many there were. AssertionError when one misquotes."""
        filed = 0
        for n, post in enumerate(thread):
            judge(post.text, [one.text for one in thread[:n]], self._topic)
            sightings = self._extractor.extract(post, thread[:n])
            if sightings != self._extractor.extract(post, thread[:n]):
                raise AssertionError("the same post was read differently")
            for sighting in sightings:
                if post.text[sighting.start - post.offset : sighting.end - post.offset] != sighting.text:
                    raise AssertionError(f"misquoted: {sighting.text!a}")
                terms = self._matcher.terms(sighting)
                choice = self._matcher.choose(sighting, self.index.candidates(terms))
                self.index.put(*filing.file(sighting, choice, "fuzz"), terms)
                filed += 1
        return filed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    given = parser.parse_args()
    lines = [line for path in sorted((ROOT / "seeds").glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    paragraphs = [line for line in lines if line.strip()]
    rounds, filed, until = Round(), 0, time.monotonic() + 60 * given.minutes
    seed = given.seed
    while time.monotonic() < until:
        thread = posts(paragraphs, random.Random(seed))  # noqa: S311 - to be repeated, not to be secret
        try:
            filed += rounds.run(thread)
        except Exception:  # whatever it is, it is what we are looking for
            traceback.print_exc()
            print(f"seed {seed}:", *(f"  {post.text!a}" for post in thread), sep="\n")
            return 1
        seed += 1
        if seed % FORGET == 0:
            rounds.index = Index()
    print(
        f"{seed - given.seed} rounds, {filed} sightings in {given.minutes:g} minutes: nothing raised, nothing misquoted"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
