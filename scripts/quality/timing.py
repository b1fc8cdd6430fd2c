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

CLAIMS, ROUNDS = 24, 9
"""As many candidates as the store hands out; so many times each post, with another text each time."""


def one_post() -> list[list[float]]:
    """Milliseconds of each round, for each paragraph of 200 to 360 characters of the seeds, against their claims."""
    extractor, matcher = Extractor(load_topic(TOPICS / "belgorod.yaml")), Match()
    posts = [
        Post(source="bench", received_at=item.published_at, **item._asdict())
        for item in read_feed(ROOT / "seeds").items
        if 200 <= len(item.text) <= 360
    ]
    claims: list[Claim] = []
    for post in posts[:CLAIMS]:
        claims += [file(one, Choice(claim=None, because="bench"), "bench")[0] for one in extractor.extract(post, ())]
    times: list[list[float]] = [[] for _ in posts]
    for number in range(ROUNDS):
        for post, taken in zip(posts, times, strict=True):
            # Another text each time, so that nothing that was parsed before is found again.
            again = post.model_copy(update={"text": post.text + "!" * (number + 1), "id": f"{post.id}{number}"})
            began = time.process_time()
            for sighting in extractor.extract(again, ()):
                matcher.choose(sighting, claims[:CLAIMS])
            taken.append((time.process_time() - began) * 1000)
    return times


def figures() -> dict[str, float]:
    """The median over all posts and rounds; and over each post's quickest round, which the machine's other work, or
    that of its neighbours, disturbs least.
    """
    times = one_post()
    return {
        "post.ms": statistics.median(taken for each in times for taken in each),
        "post.undisturbed.ms": statistics.median(min(each) for each in times),
    }
