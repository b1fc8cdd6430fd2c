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
from monitor.worker import EXPECTED
from scripts.quality.places import ROOT, TOPICS

CLAIMS, ROUNDS = 24, 9
"""As many candidates as the store hands out; so many times each post, with another text each time."""


def one_post(waiting: int = 1) -> list[list[float]]:
    """Milliseconds of each round, for each paragraph of 200 to 360 characters of the seeds, against their claims.

    `waiting`: so many posts are there at once, which the daemon parses together; each takes its share of that.
    """
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
        # Another text each time, alone and in company, so that nothing that was read before is found again.
        marks = "!" * (ROUNDS * (waiting > 1) + number + 1)
        again = [post.model_copy(update={"text": post.text + marks, "id": f"{post.id}{marks}"}) for post in posts]
        share = 0.0
        for n, (post, taken) in enumerate(zip(again, times, strict=True)):
            if waiting > 1 and n % waiting == 0:
                together = again[n : n + waiting]
                began = time.process_time()
                extractor.expect(together)
                share = (time.process_time() - began) / len(together)
            began = time.process_time()
            for sighting in extractor.extract(post, ()):
                matcher.choose(sighting, claims[:CLAIMS])
            taken.append((time.process_time() - began + share) * 1000)
    return times


def figures() -> dict[str, float]:
    """The median over all posts and rounds, each alone and as many together as the daemon parses at once; and over each
    post's quickest round alone, which the machine's other work, or that of its neighbours, disturbs least.
    """
    alone, waiting = one_post(), one_post(waiting=EXPECTED)
    return {
        "post.ms": statistics.median(taken for each in alone for taken in each),
        "post.undisturbed.ms": statistics.median(min(each) for each in alone),
        "post.waiting.ms": statistics.median(taken for each in waiting for taken in each),
    }
