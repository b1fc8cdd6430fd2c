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
    """Milliseconds for each paragraph of 200 to 360 characters of the seeds, against claims that the seeds make."""
    extractor, matcher = Extractor(load_topic(TOPICS / "belgorod.yaml")), Match()
    posts = [
        Post(source="bench", received_at=item.published_at, **item._asdict())
        for item in read_feed(ROOT / "seeds").items
        if 200 <= len(item.text) <= 360
    ]
    claims: list[Claim] = []
    for post in posts[:CLAIMS]:
        claims += [file(one, Choice(claim=None, because="bench"), "bench")[0] for one in extractor.extract(post, ())]
    times = []
    for number in range(3):
        for post in posts:
            # Another text each time, so that nothing that was parsed before is found again.
            again = post.model_copy(update={"text": post.text + "!" * (number + 1), "id": f"{post.id}{number}"})
            began = time.process_time()
            for sighting in extractor.extract(again, ()):
                matcher.choose(sighting, claims[:CLAIMS])
            times.append((time.process_time() - began) * 1000)
    return times


def figures() -> dict[str, float]:
    return {"post.ms": statistics.median(one_post())}
