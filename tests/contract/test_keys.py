"""Every key is known by `keys`, carries its topic's hash tag, and the check on what is left behind can fail."""

import re
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from monitor.store import Limits, Store, keys
from tests.conftest import TOPIC, ask
from tests.contract.conftest import unbounded

MADE: list[Callable[[], str]] = [
    lambda: keys.posts("t"),
    lambda: keys.parked("t"),
    lambda: keys.seen("t", "p:1\n"),
    lambda: keys.thread("t", "a thread"),
    lambda: keys.cursors("t"),
    lambda: keys.counters("t"),
    lambda: keys.claim("t", "c"),
    lambda: keys.claims("t"),
    lambda: keys.index("t", "a term"),
    lambda: keys.filing("t", "s"),
    lambda: keys.filings("t"),
    lambda: keys.filings_of("t", "c"),
    lambda: keys.alerts("t"),
    lambda: keys.outbox("t", "log"),
    lambda: keys.grouped("t", "log"),
    lambda: keys.groups("t", "log"),
    lambda: keys.group("t", "log", "g"),
    lambda: keys.mutes("t"),
    lambda: keys.dead("t", "log"),
    lambda: keys.delivery("t", "log", 7),
    lambda: keys.sink("t", "log"),
]


def test_every_key_is_of_its_topic_and_of_a_known_kind() -> None:
    made = [make() for make in MADE]
    assert all(key.startswith("monitor:{t}:") for key in made)
    assert all(keys.kind(key) for key in made)
    assert len(set(made)) == len(keys.KINDS)


@pytest.mark.parametrize("topic", ["", "a}b", "a b", "a\n", "x" * 65, "-a"])
def test_a_topic_that_would_break_the_hash_tag_is_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        keys.posts(topic)


@pytest.mark.parametrize("key", ["", "posts", "monitor:{t}:other", "monitor:t:posts", "other:{t}:posts"])
def test_other_keys_are_nobodys(key: str) -> None:
    assert keys.kind(key) is None


def test_every_kind_ends_or_is_bounded_and_says_why() -> None:
    for name, kind in keys.KINDS.items():
        assert kind.expires or kind.most, name
        assert re.search(r"\w+ \w+", kind.why), name


@pytest.mark.parametrize(
    ("planted", "wrong"),
    [
        (("SET", "stray", "1"), "no such key"),
        (("SET", keys.seen(TOPIC, "p"), "1"), "never expires"),
        (("SET", keys.posts(TOPIC), "1"), "is no stream"),
        (("ZADD", keys.parked(TOPIC), "1", "1"), "is no stream"),
    ],
)
async def test_the_check_finds_what_is_left_unbounded(
    store: Store, redis: Redis, planted: tuple[str, ...], wrong: str
) -> None:
    await ask(redis, *planted)
    [found] = await unbounded(redis, Limits())
    assert wrong in found
    await redis.delete(planted[1])


async def test_the_check_finds_what_is_over_its_bound(redis: Redis) -> None:
    for number in range(3):
        await redis.xadd(keys.parked(TOPIC), {"raw": number})
    [found] = await unbounded(redis, Limits(parked=2))
    assert "over its bound" in found
