"""The matcher on a stream of articles about shootings: each document is one statement of what happened.

There is no topic file for this: nobody is known by name, no place, and the gate is open. Title and text are one
sighting: its words are those of the whole, what it quotes is the lead, and what happened is an attack. A document is
not one statement, so nothing else of a statement's frame (polarity, state, what is counted) is read from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from monitor import filing
from monitor.extract.frames import Framer
from monitor.extract.parser import parser
from monitor.extract.topic import Rule, Scope, Topic
from monitor.match import Match
from monitor.models import Frame, Sighting, digest
from scripts.identity import Index

READ, LEAD = 2_100, 300
"""Characters of title and text that are read, and those of them that are quoted."""

TOPIC = Topic(
    name="open",
    title="Anything",
    since=date(2013, 1, 1),
    entities=(),
    relevance=Scope(words={"any": ("shot",)}, rules=(Rule(because="open", all=("any",)),)),
)


def decisions(documents: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each document's id with the claim that it was filed under, as they arrive."""
    matcher, index, framer = Match(), Index(), Framer(TOPIC)
    for document in documents:
        sighting = read(document, framer)
        terms = matcher.terms(sighting)
        claim, filed = filing.file(sighting, matcher.choose(sighting, index.candidates(terms)), "open")
        index.put(claim, filed, terms)
        yield document["id"], claim.id


def read(document: Mapping[str, Any], framer: Framer) -> Sighting:
    """The document as one sighting."""
    text = " ".join(f"{document['title']}. {document['text']}".split())[:READ]
    published = datetime.fromisoformat(document["date"]).replace(tzinfo=UTC)
    words = framer.frame(parser()(text)[:])
    return Sighting(
        id=digest(document["id"]),
        post_id=document["id"],
        source="stream",
        platform="rss",
        channel="news",
        outlet=document["id"],
        published_at=published,
        received_at=published,
        thread=document["id"],
        doc=document["id"],
        start=0,
        end=min(len(text), LEAD),
        text=text[:LEAD],
        claimant="outlet",
        claimant_key="outlet",
        frame=Frame(main="attack", act="attack", classes=("attack",), lemmas=words.lemmas, names=words.names),
    )
