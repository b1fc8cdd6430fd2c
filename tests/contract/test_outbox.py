"""Deliveries: in order, leased by one sender at a time, settled once, listed where they stand."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from monitor.models import Attempt, Delivery, DeliveryState, Outcome, Verdict
from monitor.store import Limits, Store, keys, scripts
from monitor.store.connect import Connection, connected
from monitor.store.outbox import queues
from tests.conftest import TOPIC, Server
from tests.contract.test_alerts import raise_one
from tests.unit.making import NOON

LEASE = timedelta(seconds=30)
SOON = NOON + timedelta(seconds=5)
ATTEMPT = Attempt(at=NOON, duration_ms=12, status=200)
DELIVERED = Outcome(verdict=Verdict.DELIVERED, status=200)
RETRY = Outcome(verdict=Verdict.RETRY, status=503)
DEAD = Outcome(verdict=Verdict.DEAD, status=404)
DISABLE = Outcome(verdict=Verdict.DISABLE, status=410)


@pytest.fixture
def limits() -> Limits:
    return Limits(attempts_listed=3)


async def lease(store: Store, sink: str = "log", after: timedelta = timedelta(0)) -> Delivery:
    return only(await store.outbox.lease(sink, NOON + after, LEASE))


def only(found: object) -> Delivery:
    """The one delivery that was leased."""
    assert isinstance(found, tuple)
    [delivery] = found
    assert isinstance(delivery, Delivery)
    return delivery


async def test_an_empty_queue_has_nothing_to_lease(store: Store) -> None:
    assert await store.outbox.lease("log", NOON, LEASE) is None
    assert await store.outbox.pending("log") == 0


async def test_alerts_are_delivered_in_order_to_each_sink_by_itself(store: Store) -> None:
    for number in range(3):
        await raise_one(store, f"claim {number}")
    for seq in (1, 2, 3):
        delivery = await lease(store)
        assert (delivery.sink, delivery.seq, delivery.alert.seq, delivery.attempts) == ("log", seq, seq, 0)
        assert await store.outbox.settle(delivery, DELIVERED, ATTEMPT, None)
    assert await store.outbox.lease("log", NOON, LEASE) is None
    assert (await lease(store, "desk")).seq == 1
    assert await store.outbox.pending("desk") == 3


async def test_a_leased_delivery_is_nobody_elses_until_the_lease_expires(store: Store) -> None:
    await raise_one(store)
    mine = await lease(store)
    assert await store.outbox.lease("log", NOON, LEASE) == NOON + LEASE
    theirs = await lease(store, after=LEASE)
    assert (theirs.seq, theirs.attempts) == (1, 1)
    assert not await store.outbox.settle(mine, DELIVERED, ATTEMPT, None)
    assert await store.outbox.pending("log") == 1
    assert await store.outbox.settle(theirs, DELIVERED, ATTEMPT, None)


async def test_a_lease_whose_answer_got_lost_is_given_again(store: Store, server: Server) -> None:
    await raise_one(store)
    async with connected(server.url) as connection:
        taken = [await lease_as(connection, "mine") for _ in range(2)]
    assert taken[0] == taken[1]
    assert [delivery.attempts for delivery in taken[0]] == [0]


async def lease_as(connection: Connection, token: str, most: int = 1) -> list[scripts.LeasedFields]:
    """At most so many, and so many under way."""
    found = await scripts.lease(
        connection,
        queues=queues(TOPIC, "log"),
        alerts_key=keys.alerts(TOPIC),
        sink_key=keys.sink(TOPIC, "log"),
        delivery_prefix=keys.delivery(TOPIC, "log", ""),
        group_prefix=keys.group(TOPIC, "log", ""),
        token=token,
        now_ms=1000,
        expires_ms=2000,
        ttl_s=100,
        dead=10,
        of_digest=10,
        under_way=most,
        most=most,
    )
    return found.deliveries if isinstance(found, scripts.Leased) else []


async def test_an_expired_lease_that_nobody_took_is_still_settled(store: Store) -> None:
    await raise_one(store)
    mine = await lease(store)
    late = ATTEMPT.model_copy(update={"at": NOON + 3 * LEASE})
    assert await store.outbox.settle(mine, DELIVERED, late, None)
    assert await store.outbox.pending("log") == 0


async def test_settling_again_after_a_lost_answer_changes_nothing(store: Store) -> None:
    await raise_one(store)
    delivery = await lease(store)
    for _ in range(2):
        assert await store.outbox.settle(delivery, DELIVERED, ATTEMPT, None)
    [record] = await store.deliveries.of_sink("log", DeliveryState.DELIVERED)
    assert record.attempts == (ATTEMPT,)
    assert (await store.deliveries.sink("log")).delivered == 1


async def test_a_retry_holds_back_the_queue_until_it_is_due(store: Store) -> None:
    await raise_one(store, "claim 1")
    await raise_one(store, "claim 2")
    assert await store.outbox.settle(await lease(store), RETRY, ATTEMPT, SOON)
    assert await store.outbox.lease("log", NOON, LEASE) == SOON
    again = await lease(store, after=SOON - NOON)
    assert (again.seq, again.attempts) == (1, 1)
    assert await store.outbox.settle(again, DELIVERED, ATTEMPT, None)
    [record] = await store.deliveries.of_sink("log", DeliveryState.DELIVERED)
    assert (record.tries, record.due) == (2, None)


async def test_a_dead_delivery_stays_listed_and_the_next_one_goes(store: Store) -> None:
    await raise_one(store, "claim 1")
    await raise_one(store, "claim 2")
    failed = ATTEMPT.model_copy(update={"status": 404, "answer": "gone " * 1000})
    assert await store.outbox.settle(await lease(store), DEAD, failed, None)
    assert (await lease(store)).seq == 2
    [dead] = await store.deliveries.of_sink("log", DeliveryState.DEAD)
    assert (dead.seq, dead.tries, dead.state) == (1, 1, DeliveryState.DEAD)
    assert dead.attempts[0].answer == ("gone " * 100)


async def test_a_retry_without_a_next_time_is_dead(store: Store) -> None:
    await raise_one(store)
    assert await store.outbox.settle(await lease(store), RETRY, ATTEMPT, None)
    assert await store.outbox.lease("log", NOON, LEASE) is None
    assert (await store.deliveries.sink("log")).dead == 1


async def test_the_latest_attempts_are_kept_and_all_are_counted(store: Store) -> None:
    await raise_one(store)
    for number in range(5):
        attempt = ATTEMPT.model_copy(update={"duration_ms": number})
        assert await store.outbox.settle(await lease(store), RETRY, attempt, NOON)
    [record] = await store.deliveries.of_sink("log", DeliveryState.PENDING)
    assert record.tries == 5
    assert [attempt.duration_ms for attempt in record.attempts] == [2, 3, 4]
    assert record.due == NOON


async def test_deliveries_are_listed_by_state_and_number(store: Store) -> None:
    for number in range(6):
        await raise_one(store, f"claim {number}")
    for outcome in (DELIVERED, DEAD, DELIVERED):
        assert await store.outbox.settle(await lease(store), outcome, ATTEMPT, None)

    async def listed(state: DeliveryState, after_seq: int = 0, limit: int = 100) -> list[int]:
        found = await store.deliveries.of_sink("log", state, after_seq=after_seq, limit=limit)
        assert all(record.state is state for record in found)
        return [record.seq for record in found]

    assert await listed(DeliveryState.DELIVERED) == [1, 3]
    assert await listed(DeliveryState.DELIVERED, limit=1) == [1]
    assert await listed(DeliveryState.DEAD) == [2]
    assert await listed(DeliveryState.PENDING) == [4, 5, 6]
    assert await listed(DeliveryState.PENDING, after_seq=4, limit=1) == [5]


async def test_a_delivery_whose_alert_is_no_longer_kept_is_dead(store: Store, redis: Redis) -> None:
    await raise_one(store, "claim 1")
    await raise_one(store, "claim 2")
    await redis.xdel(keys.alerts(TOPIC), "1-0")
    assert (await lease(store)).seq == 2
    assert [one.seq for one in await store.deliveries.of_sink("log", DeliveryState.DEAD)] == [1]


async def test_a_sink_that_never_had_a_delivery_is_all_zeros(store: Store) -> None:
    sink = await store.deliveries.sink("nobody")
    assert (sink.pending, sink.dead, sink.delivered, sink.oldest_pending, sink.last_attempt) == (0, 0, 0, None, None)
