"""Digests: what waits in a group, or exceeds a rate, comes as one delivery, once, whatever crashes in between."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from monitor.alerting import about_sink
from monitor.models import (
    AlertSink,
    Attempt,
    Delivery,
    DeliveryState,
    Group,
    Kind,
    Outcome,
    Rate,
    Verdict,
    Way,
)
from monitor.store import Limits, Store, keys
from tests.conftest import TOPIC
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import only

LEASE = timedelta(seconds=30)
WAIT = timedelta(minutes=1)
INTERVAL = timedelta(minutes=5)
MOST = 4
PER = timedelta(minutes=2)
RATE = Rate(deliveries=2, per=PER)
DELIVERED = Outcome(verdict=Verdict.DELIVERED, status=200)
RETRY = Outcome(verdict=Verdict.RETRY, status=503)
DEAD = Outcome(verdict=Verdict.DEAD, status=404)


@pytest.fixture
def limits() -> Limits:
    return Limits(alerts_in_digest=MOST, alerts_listed=20)


def now() -> datetime:
    return datetime.now(UTC)


def grouped(name: str = "a", wait: timedelta = WAIT) -> tuple[Way, ...]:
    return (Way(sink="desk", group=Group(name=name, wait=wait, interval=INTERVAL)), Way(sink="log"))


async def raise_grouped(store: Store, *numbers: int, name: str = "a", wait: timedelta = WAIT) -> None:
    for number in numbers:
        await raise_one(store, f"claim {number}", grouped(name, wait))


async def look(store: Store, after: timedelta = timedelta(0), rate: Rate | None = None) -> object:
    return await store.outbox.lease("desk", now() + after, LEASE, rate)


async def lease(store: Store, after: timedelta = timedelta(0), rate: Rate | None = None) -> Delivery:
    return only(await look(store, after, rate))


async def settle(
    store: Store, delivery: Delivery, outcome: Outcome = DELIVERED, next_at: datetime | None = None
) -> None:
    attempt = Attempt(at=now(), duration_ms=1, status=outcome.status)
    assert await store.outbox.settle(delivery, outcome, attempt, next_at)


def seqs(delivery: Delivery) -> list[int]:
    return [alert.seq for alert in delivery.digest_of]


async def listed(store: Store, state: DeliveryState) -> list[tuple[int, int | None]]:
    return [(one.seq, one.digest) for one in await store.deliveries.of_sink("desk", state)]


async def test_a_group_comes_as_one_digest_once_its_wait_is_over(store: Store) -> None:
    await raise_grouped(store, 1, 2, 3)
    due = await look(store)
    assert isinstance(due, datetime)
    assert timedelta(0) < due - now() <= WAIT
    delivery = await lease(store, WAIT)
    assert (seqs(delivery), delivery.seq, delivery.alert.seq) == ([1, 2, 3], 3, 3)
    await settle(store, delivery)
    assert await look(store, WAIT) is None
    assert await listed(store, DeliveryState.DELIVERED) == [(1, 3), (2, 3), (3, 3)]
    assert (await store.deliveries.sink("desk")).delivered == 3


async def test_what_waits_for_a_digest_is_pending_and_every_alert_is_in_the_log_at_once(store: Store) -> None:
    await raise_grouped(store, 1, 2)
    assert await store.outbox.pending("desk") == 2
    assert await listed(store, DeliveryState.PENDING) == [(1, None), (2, None)]
    record = await store.deliveries.sink("desk")
    assert (record.pending, record.oldest_pending) == (2, 1)
    assert await store.deliveries.state("desk", 1) is DeliveryState.PENDING
    for seq in (1, 2):
        line = only(await store.outbox.lease("log", now(), LEASE))
        assert (line.seq, line.digest_of) == (seq, ())
        await settle(store, line)


async def test_a_group_of_one_is_no_digest(store: Store) -> None:
    await raise_grouped(store, 1)
    delivery = await lease(store, WAIT)
    assert (delivery.digest_of, delivery.id) == ((), delivery.alert.alert_id)
    await settle(store, delivery)
    assert await listed(store, DeliveryState.DELIVERED) == [(1, None)]


async def test_groups_wait_apart_and_do_not_hold_up_what_goes_at_once(store: Store) -> None:
    await raise_grouped(store, 1, 3)
    await raise_grouped(store, 2, name="b", wait=2 * WAIT)
    await raise_one(store, "claim 4")
    at_once = await lease(store)
    assert (at_once.seq, at_once.digest_of) == (4, ())
    await settle(store, at_once)
    first = await lease(store, WAIT)
    assert [alert.claim.text for alert in first.digest_of if alert.claim] == ["claim 1", "claim 3"]
    await settle(store, first)
    second = await lease(store, 2 * WAIT)
    assert second.alert.claim
    assert second.alert.claim.text == "claim 2"


async def test_after_a_digest_its_group_waits_for_the_interval(store: Store) -> None:
    await raise_grouped(store, 1, 2, wait=timedelta(0))
    await settle(store, await lease(store))
    await raise_grouped(store, 3, 4, wait=timedelta(0))
    due = await look(store)
    assert isinstance(due, datetime)
    assert INTERVAL - timedelta(seconds=20) < due - now() <= INTERVAL
    assert seqs(await lease(store, INTERVAL)) == [3, 4]


async def test_a_full_group_goes_at_once_and_no_digest_is_larger(store: Store) -> None:
    await raise_grouped(store, *range(1, MOST + 2))
    first = await lease(store)
    assert seqs(first) == [1, 2, 3, 4]
    await settle(store, first)
    last = await lease(store)
    assert (last.seq, last.digest_of) == (5, ())


async def test_a_digest_that_is_tried_again_holds_the_same_under_the_same_id(store: Store) -> None:
    await raise_grouped(store, 1, 2)
    first = await lease(store, WAIT)
    assert first.id.startswith("digest_")
    await raise_grouped(store, 3)
    await settle(store, first, RETRY, now())
    again = await lease(store, WAIT)
    assert (seqs(again), again.id, again.attempts) == ([1, 2], first.id, 1)
    assert await listed(store, DeliveryState.PENDING) == [(1, 2), (2, 2), (3, None)]


async def test_a_sender_that_dies_in_the_middle_of_a_group_leaves_it_whole(store: Store) -> None:
    await raise_grouped(store, 1, 2)
    lost = await lease(store, WAIT)  # and no more is heard of it
    held = await look(store, WAIT)
    assert isinstance(held, datetime)
    again = await lease(store, WAIT + LEASE)
    assert (seqs(again), again.id, again.attempts) == ([1, 2], lost.id, 1)
    assert not await store.outbox.settle(lost, DELIVERED, Attempt(at=now(), duration_ms=1), None)
    await settle(store, again)
    assert await store.outbox.pending("desk") == 0
    assert (await store.deliveries.sink("desk")).delivered == 2


async def test_settling_a_digest_again_after_a_lost_answer_changes_nothing(store: Store) -> None:
    await raise_grouped(store, 1, 2)
    delivery = await lease(store, WAIT)
    await settle(store, delivery)
    await settle(store, delivery)
    assert (await store.deliveries.sink("desk")).delivered == 2


async def test_a_dead_digest_lists_each_alert_and_each_can_be_sent_again_by_itself(store: Store) -> None:
    await raise_grouped(store, 1, 2, 3)
    await settle(store, await lease(store, WAIT), DEAD)
    assert await listed(store, DeliveryState.DEAD) == [(1, 3), (2, 3), (3, 3)]
    assert await store.outbox.pending("desk") == 0
    done = await store.deliveries.redeliver("desk", [1, 3], now())
    assert done.queued == 2
    for seq in (1, 3):
        delivery = await lease(store)
        assert (delivery.seq, delivery.digest_of) == (seq, ())
        await settle(store, delivery)
    assert await listed(store, DeliveryState.DEAD) == [(2, 3)]


async def test_what_waits_for_a_digest_is_not_sent_again_by_itself(store: Store) -> None:
    await raise_grouped(store, 1, 2)
    done = await store.deliveries.redeliver("desk", [1, 2], now())
    assert (done.queued, done.waiting) == (0, 2)
    assert seqs(await lease(store, WAIT)) == [1, 2]


async def test_an_alert_that_is_kept_no_longer_is_missing_in_its_digest_and_dead(store: Store, redis: Redis) -> None:
    await raise_grouped(store, 1, 2, 3)
    await redis.xdel(keys.alerts(TOPIC), "2-0")
    delivery = await lease(store, WAIT)
    assert seqs(delivery) == [1, 3]
    await settle(store, delivery)
    assert [seq for seq, _ in await listed(store, DeliveryState.DEAD)] == [2]
    assert await store.outbox.pending("desk") == 0


async def test_a_decision_that_is_repeated_joins_its_group_once(store: Store) -> None:
    from tests.contract.test_alerts import NEW, composed  # noqa: PLC0415

    claim, sighting = await raise_one(store, "claim 1", grouped())
    again = composed(claim, sighting, NEW, ways=grouped())
    assert await store.claims.raise_alerts(claim, sighting.id, again, "new")
    await raise_grouped(store, 2)
    assert seqs(await lease(store, WAIT)) == [1, 2]


async def test_a_digest_that_gives_way_in_a_full_queue_is_dead_with_all_that_is_in_it(store: Store) -> None:
    await raise_grouped(store, 1, 2, 3)
    await settle(store, await lease(store, WAIT), RETRY, now() + 2 * INTERVAL)
    for number in range(4, 24):
        await raise_one(store, f"claim {number}")
    assert await listed(store, DeliveryState.DEAD) == [(1, 3), (2, 3), (3, 3)]
    assert await store.outbox.pending("desk") == 20


async def test_a_digest_that_gives_way_to_a_sink_that_is_disabled_is_dead_with_all_that_is_in_it(store: Store) -> None:
    await raise_grouped(store, 1, 2, 3)
    await settle(store, await lease(store, WAIT), RETRY, now() + 2 * INTERVAL)
    for number in range(4, 23):
        await raise_one(store, f"claim {number}")
    assert await store.outbox.pending("desk") == 22
    gone = about_sink(Kind.SINK_DISABLED, TOPIC, AlertSink(name="log", oldest_pending=1), "gone", now())
    line = only(await store.outbox.lease("log", now(), LEASE))
    attempt = Attempt(at=now(), duration_ms=1, status=410)
    assert await store.outbox.settle(line, Outcome(verdict=Verdict.DISABLE, status=410), attempt, now(), gone)
    assert await listed(store, DeliveryState.DEAD) == [(1, 3), (2, 3), (3, 3)]
    assert await store.outbox.pending("desk") == 20


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_each_alert_arrives_once_or_is_dead(store: Store, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not a matter of secrets
    rate, under_way = chance.choice([None, RATE]), chance.choice([1, 3])
    contents: dict[str, list[int]] = {}
    arrived: list[int] = []
    clock = timedelta(0)
    raised = 0
    while raised < 15 or await store.outbox.pending("desk"):
        if raised < 15 and chance.random() < 0.6:
            raised += 1
            group = Group(name=chance.choice("ab"), wait=chance.choice([timedelta(0), WAIT]), interval=INTERVAL)
            await raise_one(store, f"claim {raised}", (Way(sink="desk", group=chance.choice([None, group])),))
        clock += timedelta(seconds=chance.randrange(60))
        found = await store.outbox.lease("desk", now() + clock, LEASE, rate, under_way, chance.randint(1, under_way))
        for one in found if isinstance(found, tuple) else ():  # or nothing is due
            if chance.random() < 0.2:
                continue  # the sender died
            inside = [alert.seq for alert in one.digest_of] or [one.seq]
            assert contents.setdefault(one.id, inside) == inside
            assert len(inside) <= MOST
            outcome = chance.choice([DELIVERED, DELIVERED, RETRY, DEAD])
            await settle(store, one, outcome, now() + clock if outcome is RETRY else None)
            arrived += inside if outcome is DELIVERED else []
    dead = [seq for seq, _ in await listed(store, DeliveryState.DEAD)]
    assert sorted(arrived + dead) == list(range(1, 16))
    assert [seq for seq, _ in await listed(store, DeliveryState.DELIVERED)] == sorted(arrived)
    assert (await store.deliveries.sink("desk")).delivered == len(arrived)


# --- rates


async def test_what_exceeds_the_rate_waits_and_comes_as_one_digest(store: Store) -> None:
    for number in range(1, 6):
        await raise_one(store, f"claim {number}")
    for seq in (1, 2):
        delivery = await lease(store, rate=RATE)
        assert (delivery.seq, delivery.digest_of) == (seq, ())
        await settle(store, delivery)
    due = await look(store, rate=RATE)
    assert isinstance(due, datetime)
    assert PER - timedelta(seconds=20) < due - now() <= PER
    digest = await lease(store, PER, RATE)
    assert seqs(digest) == [3, 4, 5]
    await settle(store, digest)
    assert await store.outbox.pending("desk") == 0
    assert await listed(store, DeliveryState.DELIVERED) == [(1, None), (2, None), (3, 5), (4, 5), (5, 5)]


async def test_what_comes_in_a_new_window_is_no_digest_when_nothing_was_held_back(store: Store) -> None:
    for number in (1, 2):
        await raise_one(store, f"claim {number}")
        await settle(store, await lease(store, rate=RATE))
    assert await look(store, rate=RATE) is None
    for number in (3, 4):
        await raise_one(store, f"claim {number}")
    assert (await lease(store, PER, RATE)).digest_of == ()


async def test_another_try_is_not_counted_against_the_rate(store: Store) -> None:
    await raise_one(store, "claim 1")
    for _ in range(4):
        await settle(store, await lease(store, rate=RATE), RETRY, now())
    await settle(store, await lease(store, rate=RATE))
    await raise_one(store, "claim 2")
    assert (await lease(store, rate=RATE)).seq == 2


async def test_what_was_tried_before_is_in_no_digest_of_a_rate(store: Store) -> None:
    one = Rate(deliveries=1, per=PER)
    for number in (1, 2, 3):
        await raise_one(store, f"claim {number}")
    await settle(store, await lease(store, rate=one), RETRY, now())
    await settle(store, await lease(store, rate=one))
    assert isinstance(await look(store, rate=one), datetime)
    digest = await lease(store, PER, one)
    assert seqs(digest) == [2, 3]


async def test_what_is_held_back_behind_what_is_under_way_is_one_digest_too(store: Store) -> None:
    for number in range(1, 5):
        await raise_one(store, f"claim {number}")
    one = Rate(deliveries=1, per=PER)
    longer = 2 * PER
    first = only(await store.outbox.lease("desk", now(), longer, one, 2, 2))
    assert isinstance(await store.outbox.lease("desk", now(), longer, one, 2), datetime)
    digest = only(await store.outbox.lease("desk", now() + PER, longer, one, 2, 2))
    assert (first.seq, seqs(digest)) == (1, [2, 3, 4])


async def test_a_digest_counts_as_one_delivery(store: Store) -> None:
    await raise_grouped(store, 1, 2, 3)
    await raise_grouped(store, 4, 5, name="b")
    assert seqs(await lease(store, WAIT, RATE)) == [1, 2, 3]
    await settle(store, await lease(store, WAIT + LEASE, RATE))
    second = await lease(store, WAIT + LEASE, RATE)
    assert seqs(second) == [4, 5]


async def test_without_a_rate_what_was_held_back_goes_at_once(store: Store) -> None:
    for number in (1, 2, 3):
        await raise_one(store, f"claim {number}")
    for _ in range(2):
        await settle(store, await lease(store, rate=RATE))
    assert isinstance(await look(store, rate=RATE), datetime)
    assert (await lease(store)).seq == 3
