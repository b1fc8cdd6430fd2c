"""Mutes in the store: added, read, ended, bounded."""

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from monitor.errors import MonitorError
from monitor.models import Mute
from monitor.store import Limits, Store, keys
from tests.conftest import TOPIC, ask

NOON = datetime(2100, 5, 22, 12, tzinfo=UTC)


@pytest.fixture
def limits() -> Limits:
    return Limits(mutes=3)


def a_mute(number: int, hours: float = 1) -> Mute:
    return Mute(
        id=f"mute_{number}",
        matchers=('kind="claim.new"', 'claimant=~"Gladkov \\"|Bogomaz"'),
        until=NOON + timedelta(hours=hours),
        author="ada",
        reason="a drill,\nannounced",
        created=NOON,
    )


async def test_mutes_are_read_as_they_were_added_in_the_order_of_their_end(store: Store) -> None:
    await store.mutes.add(a_mute(1, hours=2), NOON)
    await store.mutes.add(a_mute(2, hours=1), NOON)
    assert await store.mutes.all() == [a_mute(2, hours=1), a_mute(1, hours=2)]


async def test_a_mute_that_is_expired_is_gone_at_once(store: Store) -> None:
    await store.mutes.add(a_mute(1), NOON)
    assert await store.mutes.expire("mute_1")
    assert not await store.mutes.expire("mute_1")
    assert await store.mutes.all() == []


async def test_there_are_no_more_than_allowed_and_old_ones_make_room(store: Store, limits: Limits) -> None:
    for number in range(3):
        await store.mutes.add(a_mute(number), NOON)
    with pytest.raises(MonitorError, match="there are 3 already"):
        await store.mutes.add(a_mute(3), NOON)
    later = NOON + limits.mute_kept + timedelta(hours=2)
    await store.mutes.add(a_mute(3, hours=1000), later)
    assert [mute.id for mute in await store.mutes.all()] == ["mute_3"]


@pytest.mark.parametrize("written", ["5000000000 {}", "{}", "later 5000000000 {}", "", f"{'9' * 20} {{}}"])
async def test_a_mute_that_can_not_be_read_leaves_the_others(store: Store, redis: Redis, written: str) -> None:
    await ask(redis, "HSET", keys.mutes(TOPIC), "mute_2", written)
    await store.mutes.add(a_mute(1), NOON)
    with capture_logs() as logged:
        for _ in range(3):
            assert await store.mutes.all() == [a_mute(1)]
    assert [(line["event"], line["mute"]) for line in logged] == [("mute.unreadable", "mute_2")]
    assert await store.mutes.expire("mute_2")


async def test_mutes_are_kept_until_the_last_one_is_over(store: Store, redis: Redis, limits: Limits) -> None:
    await store.mutes.add(a_mute(1, hours=5), NOON)
    await store.mutes.add(a_mute(2), NOON)
    ends = await redis.expiretime(keys.mutes(TOPIC))
    assert ends == int((NOON + timedelta(hours=5) + limits.mute_kept).timestamp())
    await ask(redis, "HSET", keys.mutes(TOPIC), "mute_3", "later {}")
    await store.mutes.expire("mute_1")
    await store.mutes.add(a_mute(2), NOON)
    assert await redis.expiretime(keys.mutes(TOPIC)) == ends
