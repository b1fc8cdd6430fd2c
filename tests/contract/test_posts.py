"""Posts: published once, handed out until acknowledged, set aside when they can't be processed."""

import asyncio
from datetime import timedelta
from itertools import chain

import pytest
from redis.asyncio import Redis

from monitor.models import Post
from monitor.protocols import Batch, Entry
from monitor.store import Limits, Store, keys
from tests.conftest import TOPIC, Server, ask
from tests.unit.making import a_post
from tests.waiting import wait_until

BACKLOG = 100


@pytest.fixture
def limits() -> Limits:
    return Limits(backlog=BACKLOG, entry_bytes=10_000, parked=3, reclaim_after=timedelta(milliseconds=50))


def a_batch(*posts: Post, cursor: str = "1") -> Batch:
    return Batch(posts=posts, cursor=cursor)


def posts_of_one_thread(count: int) -> list[Post]:
    return [a_post(f"paragraph {position}", thread="article", position=position) for position in range(count)]


def texts(entries: list[Entry]) -> list[str]:
    return [entry.post.text for entry in entries if entry.post]


async def test_a_post_is_published_once_however_often_its_batch_is(store: Store) -> None:
    batch = a_batch(a_post("one"), a_post("two"))
    assert await store.posts.publish("desk", batch) == 2
    assert await store.posts.publish("desk", batch) == 0
    assert texts(await store.posts.read("worker", 10, 0)) == ["one", "two"]


async def test_the_cursor_is_kept_with_the_posts(store: Store) -> None:
    assert await store.posts.cursor("desk") is None
    await store.posts.publish("desk", a_batch(a_post("one"), cursor="after one"))
    await store.posts.publish("other", a_batch(cursor="elsewhere"))
    assert await store.posts.cursor("desk") == "after one"


async def test_a_full_backlog_refuses_the_batch_and_keeps_the_cursor(store: Store) -> None:
    await store.posts.publish("desk", a_batch(*posts_of_one_thread(BACKLOG), cursor="full"))
    assert await store.posts.publish("desk", a_batch(a_post("one more"), cursor="further")) is None
    assert await store.posts.cursor("desk") == "full"
    [entry, *_] = await store.posts.read("worker", 10, 0)
    await store.posts.ack(entry.entry_id)
    assert await store.posts.publish("desk", a_batch(a_post("one more"), cursor="further")) == 1
    assert await store.posts.backlog() == BACKLOG


async def test_posts_known_already_need_no_room_in_a_full_backlog(store: Store) -> None:
    posts = posts_of_one_thread(BACKLOG)
    await store.posts.publish("desk", a_batch(*posts))
    assert await store.posts.publish("desk", a_batch(*posts[:5], cursor="2")) == 0
    assert await store.posts.cursor("desk") == "2"


async def test_a_batch_that_never_fits_is_a_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="backlog"):
        await store.posts.publish("desk", a_batch(*posts_of_one_thread(BACKLOG + 1)))


async def test_a_post_that_is_too_large_is_parked_and_the_rest_goes_on(store: Store) -> None:
    batch = a_batch(a_post("x" * 20_000), a_post("small"))
    assert await store.posts.publish("desk", batch) == 1
    assert await store.posts.publish("desk", batch) == 0
    assert texts(await store.posts.read("worker", 10, 0)) == ["small"]
    [parked] = [one async for one in store.posts.parked()]
    assert "more than 10000" in parked.because
    assert "xxx" in parked.raw


async def test_an_acknowledged_post_leaves_the_backlog(store: Store) -> None:
    await store.posts.publish("desk", a_batch(a_post("one"), a_post("two")))
    [first, _] = await store.posts.read("worker", 10, 0)
    await store.posts.ack(first.entry_id)
    await store.posts.ack(first.entry_id)
    assert await store.posts.backlog() == 1


async def test_what_was_read_and_never_acknowledged_comes_again_one_by_one(store: Store, server: Server) -> None:
    await store.posts.publish("desk", a_batch(*posts_of_one_thread(3)))
    assert len(await store.posts.read("worker", 10, 0)) == 3
    async with Store(server.url, topic=TOPIC) as restarted:
        seen = []
        for _ in range(3):
            [entry] = await restarted.posts.read("worker", 10, 0)
            assert entry.deliveries == 2, "it was handed out once more, however often the one before it was"
            seen += texts([entry])
            await restarted.posts.ack(entry.entry_id)
        assert seen == ["paragraph 0", "paragraph 1", "paragraph 2"]
        assert await restarted.posts.read("worker", 10, 0) == []


async def test_a_post_that_kills_its_worker_counts_against_itself_alone(store: Store) -> None:
    await store.posts.publish("desk", a_batch(*posts_of_one_thread(3)))
    for times in range(1, 6):
        [head, *_] = await store.posts.read("worker", 10, 0)
        assert head.deliveries == times
    await store.posts.park(head, "kills its worker")
    [second] = await store.posts.read("worker", 10, 0)
    assert (texts([second]), second.deliveries) == (["paragraph 1"], 2)


async def test_two_consumers_share_the_posts(store: Store) -> None:
    await store.posts.publish("desk", a_batch(*posts_of_one_thread(10)))
    one = await store.posts.read("one", 5, 0)
    other = await store.posts.read("other", 10, 0)
    assert texts(one) + texts(other) == [f"paragraph {number}" for number in range(10)]


async def test_an_abandoned_post_is_taken_over(store: Store) -> None:
    await store.posts.publish("desk", a_batch(*posts_of_one_thread(2)))
    await store.posts.read("gone", 10, 0)
    taken: list[Entry] = []

    async def taken_over() -> bool:
        for entry in await store.posts.read("heir", 10, 0):
            taken.append(entry)
            await store.posts.ack(entry.entry_id)
        return len(taken) == 2

    await wait_until(taken_over, "the heir has both posts")
    assert texts(taken) == ["paragraph 0", "paragraph 1"]
    assert [entry.deliveries for entry in taken] == [2, 2]
    assert await store.posts.backlog() == 0


async def test_reading_waits_for_the_next_post(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(store.posts.read("worker", 10, 5000))
        await store.posts.publish("desk", a_batch(a_post("late")))
    assert texts(reading.result()) == ["late"]
    assert await store.posts.read("other", 10, 1) == []


@pytest.mark.parametrize("fields", [{"post": "{"}, {"post": '{"id": 1}'}, {"other": "x"}, {"post": "{}", "b": "c"}])
async def test_a_malformed_entry_comes_as_raw_text(store: Store, redis: Redis, fields: dict[str, str]) -> None:
    await ask(redis, "XADD", keys.posts(TOPIC), "7-0", *chain.from_iterable(fields.items()))
    [entry] = await store.posts.read("worker", 10, 0)
    assert entry.post is None
    assert next(iter(fields.values())) in entry.raw
    await store.posts.park(entry, "not a post")
    await store.posts.park(entry, "not a post")
    [parked] = [one async for one in store.posts.parked()]
    assert parked.because == "not a post"
    assert await store.posts.backlog() == 0
    assert (await redis.xpending(keys.posts(TOPIC), "workers"))["pending"] == 0


async def test_bytes_that_are_no_text_come_as_raw_text(store: Store, redis: Redis) -> None:
    await ask(redis, "XADD", keys.posts(TOPIC), "1-0", "post", b"\xff\xfe\x00")
    [entry] = await store.posts.read("worker", 10, 0)
    assert entry.post is None


async def test_an_entry_deleted_by_hand_is_forgotten(store: Store, redis: Redis) -> None:
    await store.posts.publish("desk", a_batch(a_post("one"), a_post("two")))
    [first, _] = await store.posts.read("worker", 10, 0)
    await redis.xdel(keys.posts(TOPIC), first.entry_id)
    assert texts(await store.posts.read("worker", 10, 0)) == ["two"]


async def test_the_oldest_parked_entries_give_way(store: Store) -> None:
    for number in range(5):
        await store.posts.publish("desk", a_batch(a_post(f"post {number}")))
        [entry] = await store.posts.read("worker", 1, 0)
        await store.posts.park(entry, f"reason {number}")
    assert [one.because async for one in store.posts.parked()] == ["reason 2", "reason 3", "reason 4"]


async def test_the_context_is_what_was_published_before_in_the_thread(store: Store) -> None:
    posts = posts_of_one_thread(60)
    await store.posts.publish("desk", a_batch(*posts, a_post("another thread", position=3)))
    assert await store.posts.context(posts[0]) == ()
    assert await store.posts.context(posts[2]) == tuple(posts[:2])
    assert await store.posts.context(posts[50]) == tuple(posts[10:50])


async def test_the_context_holds_however_far_publishing_runs_ahead(store: Store) -> None:
    posts = posts_of_one_thread(3 * BACKLOG)
    ahead = 0
    for number, post in enumerate(posts):
        while ahead < len(posts) and await store.posts.publish("desk", a_batch(posts[ahead])) is not None:
            ahead += 1
        [entry] = await store.posts.read("worker", 1, 0)
        assert entry.post == post
        assert await store.posts.context(post) == tuple(posts[max(0, number - 40) : number])
        await store.posts.ack(entry.entry_id)


async def test_the_group_comes_back_when_somebody_removed_it(store: Store, redis: Redis) -> None:
    await store.posts.publish("desk", a_batch(a_post("one")))
    assert await store.posts.read("worker", 1, 0)
    await redis.xgroup_destroy(keys.posts(TOPIC), "workers")
    assert texts(await store.posts.read("worker", 1, 0)) == ["one"]
    await redis.delete(keys.posts(TOPIC))
    assert await store.posts.read("worker", 1, 1) == []


async def test_texts_of_every_kind_come_back_as_they_were(store: Store) -> None:
    text = '“Graivoron”\n\x00\x1b[31m \u202e 🙂 \\ " \U0010ffff'
    await store.posts.publish("desk", a_batch(a_post(text, url=None, outlet=None)))
    assert texts(await store.posts.read("worker", 1, 0)) == [text]


async def test_topics_do_not_meet(store: Store, server: Server) -> None:
    await store.posts.publish("desk", a_batch(a_post("one")))
    async with Store(server.url, topic="another") as other:
        assert await other.posts.read("worker", 1, 0) == []
        assert await other.posts.cursor("desk") is None
