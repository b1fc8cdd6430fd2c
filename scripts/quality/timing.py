"""How long a post takes on one core: extraction and matching together, in time of the processor."""

import statistics
import time

from monitor.extract.extractor import Extractor
from monitor.extract.topic import load_topic
from monitor.filing import file
from monitor.match import Match
from monitor.models import Claim, Post
from monitor.protocols import Choice
from monitor.sources.replay import read_feed
from scripts.quality.places import ROOT, TOPICS

CLAIMS = 24
"""As many candidates as the store hands out."""


def one_post() -> list[float]:
    """Milliseconds for each paragraph of 200 to 360 characters of the seeds, none of which it has seen before.

    What it has read before, as a daemon has, are the other paragraphs; their claims are those that it compares with.
    """
    extractor, matcher = Extractor(load_topic(TOPICS / "belgorod.yaml")), Match()
    posts = [
        Post(source="bench", received_at=item.published_at, **item._asdict())
        for item in read_feed(ROOT / "seeds").items
    ]
    measured = [post for post in posts if 200 <= len(post.text) <= 360]
    claims: list[Claim] = []
    for post in posts:
        if post not in measured:
            claims += [
                file(one, Choice(claim=None, because="bench"), "bench")[0] for one in extractor.extract(post, ())
            ]
    times = []
    for post in measured:
        began = time.process_time()
        for sighting in extractor.extract(post, ()):
            matcher.choose(sighting, claims[:CLAIMS])
        times.append((time.process_time() - began) * 1000)
    return times


def figures() -> dict[str, float]:
    return {"post.ms": statistics.median(one_post())}
