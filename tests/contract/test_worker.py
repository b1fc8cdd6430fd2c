"""The worker: what waits is announced a few posts at a time, then handled one by one; nothing is lost on the way."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from monitor import worker as working
from monitor.cli.export import What, lines
from monitor.errors import StoreUnavailable
from monitor.models import Post
from monitor.protocols import Batch
from monitor.store import Store
from monitor.worker import EXPECTED, Worker
from tests.unit.making import a_post

POSTS = [a_post(f"paragraph {position}", thread="article", position=position) for position in range(EXPECTED + 2)]
TEXTS = [post.text for post in POSTS]


class Desk:
    """Handles posts; stops after so many. Notes what was announced and what was handled, in order."""

    def __init__(self, last: str) -> None:
        self.stopping = asyncio.Event()
        self.noted: list[str | list[str]] = []
        self._last = last

    async def expect(self, posts: Sequence[Post]) -> None:
        self.noted.append([post.text for post in posts])

    async def handle(self, post: Post) -> None:
        self.noted.append(post.text)
        if post.text == self._last:
            self.stopping.set()
        if post.text == "paragraph 1":
            raise ValueError("nobody can read this")

    async def work(self, store: Store) -> None:
        worker = Worker(consumer="worker", posts=store.posts, expect=self.expect, handle=self.handle, batch=32)
        await asyncio.wait_for(worker.run(self.stopping), 20)


async def test_what_waits_is_announced_a_few_posts_at_a_time(store: Store) -> None:
    await store.posts.publish("desk", Batch(posts=POSTS, cursor="1"))
    desk = Desk(TEXTS[-1])
    await desk.work(store)
    assert desk.noted == [TEXTS[:EXPECTED], *TEXTS[:EXPECTED], TEXTS[EXPECTED:], *TEXTS[EXPECTED:]]
    assert await store.posts.backlog() == 0
    assert [one.because async for one in store.posts.parked()] == ["ValueError: nobody can read this"]
    assert await store.posts.parked_count() == 1
    (line,) = [line async for line in lines(store, What.PARKED)]
    assert (json.loads(line)["because"], "paragraph 1" in line) == ("ValueError: nobody can read this", True)


async def test_what_was_handed_out_before_is_announced_alone(store: Store) -> None:
    """A post that kills its worker while it is announced must not take others with it."""
    await store.posts.publish("desk", Batch(posts=POSTS, cursor="1"))
    await store.posts.read("worker", 32, 0)
    desk = Desk(TEXTS[2])
    await desk.work(store)
    assert desk.noted == [[TEXTS[0]], TEXTS[0], [TEXTS[1]], TEXTS[1], [TEXTS[2]], TEXTS[2]]


async def test_while_the_store_is_full_a_post_is_tried_again_and_never_parked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "RETRY_S", 0.001)
    await store.posts.publish("desk", Batch(posts=POSTS[:1], cursor="1"))
    stopping = asyncio.Event()
    tried: list[str] = []

    async def handle(post: Post) -> None:
        tried.append(post.text)
        if len(tried) < 3 * working.MOST_DELIVERIES:
            raise StoreUnavailable("redis", "OOM command not allowed")
        stopping.set()

    async def expect(_: Sequence[Post]) -> None:
        pass

    worker = Worker(consumer="worker", posts=store.posts, expect=expect, handle=handle, batch=32)
    await asyncio.wait_for(worker.run(stopping), 20)
    assert len(tried) == 3 * working.MOST_DELIVERIES
    assert await store.posts.backlog() == 0
    assert [one async for one in store.posts.parked()] == []


async def test_a_post_that_waits_for_the_store_when_the_worker_stops_is_there_the_next_time(store: Store) -> None:
    await store.posts.publish("desk", Batch(posts=POSTS[:1], cursor="1"))
    stopping = asyncio.Event()

    async def handle(_: Post) -> None:
        stopping.set()
        raise StoreUnavailable("redis", "away")

    async def expect(_: Sequence[Post]) -> None:
        pass

    worker = Worker(consumer="worker", posts=store.posts, expect=expect, handle=handle, batch=32)
    await asyncio.wait_for(worker.run(stopping), 20)
    (entry,) = await store.posts.read("worker", 1, 0)
    assert (entry.post, entry.deliveries) == (POSTS[0], 2)
