"""Posts in any order, and more than once, through the real pipeline into a real server."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from monitor import alerting
from monitor.extract.extractor import Extractor
from monitor.extract.relevance import Judge
from monitor.match import Match
from monitor.models import Post, Sighting
from monitor.pipeline import Pipeline
from monitor.protocols import Batch
from monitor.routing.tree import Plan
from monitor.store import Store
from tests.conftest import SINKS, TOPIC, Server
from tests.unit.extract.threads import extractor
from tests.unit.making import NOON, a_post
from tests.unit.saying import topic

# Each line is about a thing of its own; what it holds is about one thing, in the order in which it came.
UNRELATED = (
    ("Gladkov said six people were wounded in Graivoron.", "Gladkov said eight people were wounded in Graivoron."),
    ("The Freedom of Russia Legion said it had captured Kozinka.", "The legion has captured Kozinka, Gladkov said."),
    ("Drones struck an FSB building in Belgorod, the ministry said.",),
    ("A counter-terrorism regime has been declared in the Belgorod region, Gladkov said.",),
    ("Residents of Borisovka have been evacuated, the governor said.",),
    ("Peskov said that Putin had been informed about the attack in the Belgorod region.",),
)


def posted(text: str) -> Post:
    """The same text is always the same post: its time is its own, whenever it arrives."""
    line = next(n for n, texts in enumerate(UNRELATED) if text in texts)
    at = NOON + timedelta(minutes=10 * line + UNRELATED[line].index(text))
    return a_post(text, doc=f"{at:%H-%M}.txt", published_at=at, received_at=at)


@st.composite
def orders(draw: st.DrawFn) -> list[str]:
    """The lines interleaved: each of them keeps its own order."""
    turns = draw(st.permutations([n for n, texts in enumerate(UNRELATED) for _ in texts]))
    left = [list(texts) for texts in UNRELATED]
    return [left[turn].pop(0) for turn in turns]


def pipeline(store: Store, name: str, reader: Extractor) -> Pipeline:
    return Pipeline(
        topic=name,
        judge=Judge(topic()),
        extractor=reader,
        matcher=Match(),
        store=store.claims,
        policy=alerting.Policy(),
        plan=Plan(sinks=SINKS),
        mutes=store.mutes,
        observers=(),
    )


async def handled(server: Server, posts: list[Post]) -> tuple[set[frozenset[str]], list[str]]:
    """The claims, each as the texts of its sightings, and the alerts raised, after these posts."""
    name = uuid.uuid4().hex
    async with Store(server.url, topic=name, sinks=SINKS) as store:
        for post in posts:
            await pipeline(store, name, extractor()).handle(post)
        claims: dict[str, set[str]] = {}
        async for filing in store.claims.filings():
            claims.setdefault(filing.claim_id, set()).add(f"{filing.sighting.text} {filing.decision}")
        told = [f"{claim.text} {key}" async for claim in store.claims.claims() for key in claim.alerted]
        return {frozenset(texts) for texts in claims.values()}, sorted(told)


@given(orders())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_order_of_unrelated_posts_changes_no_claim_and_no_alert(server: Server, order: list[str]) -> None:
    claims, told = await handled(server, [posted(text) for text in order])
    expected, told_before = await handled(server, [posted(text) for texts in UNRELATED for text in texts])
    assert (claims, told) == (expected, told_before)
    assert len(claims) == len(UNRELATED)


@given(orders(), st.lists(st.integers(min_value=0, max_value=7), min_size=1, max_size=12))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_post_that_comes_again_changes_nothing(server: Server, order: list[str], again: list[int]) -> None:
    once = [posted(text) for text in order]
    repeated = list(once)
    for which in again:
        repeated.insert(repeated.index(once[which]) + 1 + which % 3, once[which])
    assert await handled(server, repeated) == await handled(server, once)


class Unready(Extractor):
    """Can extract, and cannot read ahead."""

    def expect(self, posts: Sequence[Post]) -> None:
        raise ValueError(f"{len(posts)} expected")


async def test_what_is_relevant_is_expected_and_what_then_fails_is_read_one_by_one(store: Store) -> None:
    posts = [posted(UNRELATED[0][0]), a_post("A cat sat on a mat."), posted(UNRELATED[2][0])]
    reading = pipeline(store, TOPIC, Unready(topic()))
    with capture_logs() as logged:
        await reading.expect(posts)
        await reading.expect(posts[:2])
    assert [(line["event"], line["error"]) for line in logged] == [("posts.not_expected", "2 expected")]
    for post in posts:
        await reading.handle(post)
    assert len([claim async for claim in store.claims.claims()]) == 2


OPENING = (
    "Chaos at dawn",
    "Six villages are without light, the governor said.",
    "Six people were wounded in Graivoron.",
)


def a_thread(texts: Sequence[str]) -> list[Post]:
    return [
        a_post(text, doc="blog.txt", thread="blog", position=n, id=f"blog:{n}", received_at=NOON + timedelta(minutes=n))
        for n, text in enumerate(texts)
    ]


async def kept(store: Store, posts: Sequence[Post], reader: Extractor, handled: Sequence[Post]) -> list[str]:
    """The posts that the claims come from, in the order of filing, when the thread is known and these are handled."""
    await store.posts.publish("desk", Batch(posts=tuple(posts), cursor="3"))
    for post in handled:
        await pipeline(store, TOPIC, reader).handle(post)
    return [filing.sighting.post_id async for filing in store.claims.filings()]


async def test_what_a_thread_says_before_it_is_known_to_be_about_the_topic_is_filed_then(store: Store) -> None:
    posts = a_thread(OPENING)
    assert await kept(store, posts, extractor(), posts[:2]) == []
    assert await kept(store, posts, extractor(), posts[2:]) == ["blog:1", "blog:2"]
    assert await kept(store, posts, extractor(), posts) == ["blog:1", "blog:2"]
    told = [(alert.ts, alert.event_time) async for alert in store.alerts.all()]
    assert told == [(posts[2].received_at, posts[n].published_at) for n in (1, 2)], "told when it is known"


class Stumbling(Extractor):
    """Cannot read one of the posts."""

    def extract(self, post: Post, context: Sequence[Post]) -> tuple[Sighting, ...]:
        if post.id == "blog:1":
            raise ValueError("unreadable")
        return super().extract(post, context)


async def test_an_earlier_post_that_cannot_be_read_does_not_take_the_later_one_with_it(store: Store) -> None:
    posts = a_thread(OPENING)
    with capture_logs() as logged:
        assert await kept(store, posts, Stumbling(topic()), posts) == ["blog:2"]
    assert [line["post"] for line in logged if line["event"] == "post.failed"] == ["blog:1"]
