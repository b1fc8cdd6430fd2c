"""Threads of posts for tests of extraction: texts in, sightings out, on the shipped topic."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from monitor.extract.extractor import Extractor
from monitor.extract.topic import load_topic
from monitor.models import Post, Sighting
from tests.unit.making import NOON

ROOT = Path(__file__).resolve().parents[3]


@cache
def extractor() -> Extractor:
    return Extractor(load_topic(ROOT / "config/topics/belgorod.yaml"))


def thread(*texts: str, offset: int = 0) -> list[Post]:
    """The texts as the posts of one thread, each a line of one document that has `offset` characters before them."""
    posts = []
    for position, text in enumerate(texts):
        posts.append(
            Post(
                id=f"post-{position}", source="desk", platform="telegram", channel="example-news", text=text,
                published_at=NOON, received_at=NOON, thread="t", position=position, doc="doc.txt", offset=offset,
            )
        )  # fmt: skip
        offset += len(text) + 1
    return posts


def sightings(*texts: str, offset: int = 0) -> tuple[Sighting, ...]:
    """What the last of the texts says, after the others."""
    posts = thread(*texts, offset=offset)
    return extractor().extract(posts[-1], posts[:-1])


def said(*texts: str) -> list[tuple[str, str]]:
    """Claimant and evidence of each sighting of the last text."""
    return [(found.claimant, found.text) for found in sightings(*texts)]


def claimants(*texts: str) -> set[str]:
    return {found.claimant for found in sightings(*texts)}


def evidence(found: Sequence[Sighting]) -> list[str]:
    return [sighting.text for sighting in found]
