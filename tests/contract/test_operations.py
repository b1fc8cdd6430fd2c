"""What an operator does by hand, over a real store: what is found, what goes out again, and what can't be done."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from monitor.errors import MonitorError
from monitor.models import DeliveryState, Group, Way
from monitor.operations import Operations, Trial
from monitor.store import Store, keys
from tests.conftest import TOPIC, ask
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import ATTEMPT, DEAD, DELIVERED, LEASE, RETRY, SOON, lease, only

DELIVERED_ONLY = (DeliveryState.DELIVERED,)


@pytest.fixture
def operations(store: Store) -> Operations:
    return Operations(
        sinks={"log": "log", "desk": "webhook"},
        alerts=store.alerts,
        deliveries=store.deliveries,
        switches=store.outbox,
    )


@pytest.fixture
async def dead(store: Store) -> str:
    """Two alerts, the first of which is dead for the desk; its webhook id."""
    for number in range(2):
        await raise_one(store, f"claim {number}")
    delivery = await lease(store, "desk")
    assert await store.outbox.settle(delivery, DEAD, ATTEMPT, None)
    return delivery.id


async def test_deliveries_are_listed_page_by_page_and_what_did_not_arrive_by_default(
    operations: Operations, dead: str
) -> None:
    found, last = await operations.deliveries()
    assert [record.id for record in found] == ["desk/1", "log/1", "desk/2", "log/2"]
    page, last = await operations.deliveries(limit=1)
    assert ([record.seq for record in page], last) == ([1, 1], 1), "never a part of those of one seq"
    assert [record.id for record in (await operations.deliveries(["log"], after=last))[0]] == ["log/2"]
    assert await operations.deliveries(["log"], after=2) == ([], 2)
    assert await operations.deliveries(states=DELIVERED_ONLY) == ([], 0)


async def test_deliveries_since_a_moment_are_of_alerts_that_were_raised_since(
    operations: Operations, dead: str
) -> None:
    now = datetime.now(UTC)
    assert len((await operations.deliveries(since=now - timedelta(hours=1)))[0]) == 4
    assert await operations.deliveries(since=now + timedelta(hours=1)) == ([], 2)


async def test_one_delivery_is_found_by_its_id_and_all_of_an_alert_by_its_webhook_id(
    operations: Operations, store: Store, dead: str
) -> None:
    [record] = await operations.delivery("desk/1")
    assert (record.state, record.alert_id, len(record.attempts)) == (DeliveryState.DEAD, dead, 1)
    assert [one.id for one in await operations.delivery(dead)] == ["log/1", "desk/1"]
    assert await store.outbox.settle(await lease(store, "log"), DELIVERED, ATTEMPT, None)
    assert await store.outbox.settle(await lease(store, "log"), RETRY, ATTEMPT, SOON)
    assert [(await operations.delivery(one))[0].state for one in ("log/1", "log/2")] == ["delivered", "pending"]


async def test_a_delivery_that_waits_for_a_digest_is_found(operations: Operations, store: Store) -> None:
    hour = timedelta(hours=1)
    await raise_one(store, ways=(Way(sink="desk", group=Group(name="g", wait=hour, interval=hour)),))
    [record] = await operations.delivery("desk/1")
    assert (record.state, record.digest) == (DeliveryState.PENDING, None)
    only(await store.outbox.lease("desk", datetime.now(UTC) + 2 * hour, LEASE))
    assert (await operations.delivery("desk/1"))[0].tries == 1


async def test_a_delivery_whose_alert_is_kept_no_longer_is_refused(
    operations: Operations, dead: str, redis: Redis
) -> None:
    await ask(redis, "XTRIM", keys.alerts(TOPIC), "MINID", "2-0")
    done = await operations.redeliver("desk/1")
    assert (done["desk"].queued, done["desk"].refused) == (0, 1)
    [record] = await operations.delivery("desk/1")
    assert (record.alert_id, record.state) == (None, DeliveryState.DEAD)


async def test_what_arrived_can_go_out_again_too(operations: Operations, store: Store, dead: str) -> None:
    assert await store.outbox.settle(await lease(store, "desk"), DELIVERED, ATTEMPT, None)
    done = await operations.redeliver_since("desk", None, DELIVERED_ONLY)
    assert done["desk"].queued == 1
    assert (await lease(store, "desk")).seq == 2


async def test_a_sink_that_is_configured_no_longer_can_still_be_looked_at(store: Store, dead: str) -> None:
    left = Operations(sinks={}, alerts=store.alerts, deliveries=store.deliveries, switches=store.outbox)
    assert ((await left.sink("desk")).kind, (await left.sink("desk")).dead) == (None, 1)
    assert await left.sinks() == ()


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda one: one.deliveries(["nobody"]), "'nobody': there is no such sink; there are log, desk"),
        (lambda one: one.delivery("desk/99"), "'desk/99': there is no such delivery"),
        (lambda one: one.delivery("nobody/1"), "'nobody/1': there is no such delivery"),
        (lambda one: one.delivery("alert_none"), "no alert of this id"),
        (lambda one: one.redeliver("desk/99"), "'desk/99': there is no such delivery"),
        (lambda one: one.redeliver("desk/1", "log"), "'desk/1': is no delivery to log"),
        (lambda one: one.redeliver_since("nobody", None, ()), "there is no such sink"),
        (lambda one: one.enable("nobody"), "there is no such sink"),
        (lambda one: one.disable("nobody"), "there is no such sink"),
        (lambda one: Trial(topic=TOPIC, sinks=one.names, receivers={}).send("log"), "'log': is no receiver"),
        (lambda one: Trial(topic=TOPIC, sinks=one.names, receivers={}).send("nobody"), "there is no such sink"),
    ],
)
async def test_what_can_not_be_done_is_said(
    operations: Operations, dead: str, work: Callable[[Operations], Awaitable[object]], said: str
) -> None:
    with pytest.raises(MonitorError, match=said):
        await work(operations)
