"""What was said earlier in a thread is remembered, and remembering changes nothing."""

from monitor.extract.extractor import FURTHEST, Extractor
from monitor.extract.topic import Topic
from monitor.models import Post
from tests.unit.making import a_post

SAID = "Vyacheslav Gladkov, the governor of the Belgorod region, said that Shebekino had been shelled."
GOES_ON = "He said {number} houses had been damaged in Shebekino."


def a_thread(length: int) -> list[Post]:
    """Every seventh post names the speaker, the others say "he"."""
    texts = [SAID if n % 7 == 0 else GOES_ON.format(number=n + 2) for n in range(length)]
    return [a_post(text, thread="one", position=n, id=f"post-{n}") for n, text in enumerate(texts)]


def test_a_long_thread_reads_the_same_from_any_post_on(topic: Topic) -> None:
    posts = a_thread(FURTHEST + 30)
    worked_through = Extractor(topic)
    for number, post in enumerate(posts):
        context = posts[max(0, number - FURTHEST) : number]
        sightings = worked_through.extract(post, context)
        if number in (3, FURTHEST - 1, FURTHEST, FURTHEST + 1, FURTHEST + 20, FURTHEST + 29):
            # As after a restart: nothing is remembered.
            assert Extractor(topic).extract(post, context) == sightings
            assert [one.claimant for one in sightings] == ["Vyacheslav Gladkov"]


def test_what_stands_in_somebodys_own_channel_is_said_by_him(topic: Topic) -> None:
    text = "Two houses in Shebekino have been damaged. The ministry said that a drone had been shot down."
    for channel, claimants in (
        ("gladkov", ["Vyacheslav Gladkov", "ministry"]),
        ("Freedom of Russia Legion", ["Freedom of Russia Legion", "ministry"]),
        ("reuters", ["outlet", "ministry"]),
        ("moscow", ["outlet", "ministry"]),
    ):
        sightings = Extractor(topic).extract(a_post(text, channel=channel), ())
        assert [one.claimant for one in sightings] == claimants
