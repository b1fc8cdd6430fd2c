"""Several deliveries to one sink under way at once: in the order of the queue, and none behind one that failed."""

import asyncio
from datetime import datetime, timedelta

from monitor.backoff import Schedule
from monitor.dispatcher import Dispatcher, Lane
from monitor.models import Delivery, Outcome, Verdict
from monitor.store import Store
from monitor.store.connect import connected
from tests.conftest import Server
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import ATTEMPT, DELIVERED, LEASE, RETRY, SOON, lease_as, only
from tests.unit.making import NOON
from tests.waiting import wait_until


async def raise_many(store: Store, count: int) -> None:
    for number in range(count):
        await raise_one(store, f"claim {number}")


async def lease(store: Store, under_way: int, at: datetime = NOON) -> Delivery:
    return only(await store.outbox.lease("log", at, LEASE, None, under_way))


async def lease_many(store: Store, under_way: int, most: int, at: datetime = NOON) -> list[int]:
    found = await store.outbox.lease("log", at, LEASE, None, under_way, most)
    assert isinstance(found, tuple)
    return [delivery.seq for delivery in found]


async def test_the_next_ones_are_leased_in_order_up_to_the_number(store: Store) -> None:
    await raise_many(store, 5)
    first, second, third = [await lease(store, 3) for _ in range(3)]
    assert [delivery.seq for delivery in (first, second, third)] == [1, 2, 3]
    assert await store.outbox.lease("log", NOON, LEASE, None, 3) == NOON + LEASE
    assert await store.outbox.settle(second, DELIVERED, ATTEMPT, None)
    assert (await lease(store, 3)).seq == 4


async def test_several_are_leased_at_once_and_each_is_settled_by_itself(store: Store) -> None:
    await raise_many(store, 6)
    found = await store.outbox.lease("log", NOON, LEASE, None, 4, 4)
    assert isinstance(found, tuple)
    assert [(delivery.seq, delivery.attempts, delivery.alert.seq) for delivery in found] == [
        (seq, 0, seq) for seq in (1, 2, 3, 4)
    ]
    for delivery in found[1:3]:
        assert await store.outbox.settle(delivery, DELIVERED, ATTEMPT, None)
    assert await lease_many(store, 4, 2) == [5, 6]
    assert await store.outbox.settle(found[0], DELIVERED, ATTEMPT, None)
    assert await store.outbox.pending("log") == 3


async def test_no_more_are_leased_than_may_be_under_way_and_than_there_are(store: Store) -> None:
    await raise_many(store, 5)
    assert await lease_many(store, 3, 2) == [1, 2]
    assert await lease_many(store, 3, 3) == [3]
    assert await lease_many(store, 8, 8) == [4, 5]


async def test_leases_whose_answer_got_lost_are_given_again_and_what_is_new_with_them(
    store: Store, server: Server
) -> None:
    await raise_many(store, 2)
    async with connected(server.url) as connection:
        first = await lease_as(connection, "mine", 3)
        await raise_one(store, "a later claim")
        again = await lease_as(connection, "mine", 3)
        await lease_as(connection, "theirs", 3)
    assert [(one.seq, one.attempts) for one in first] == [(1, 0), (2, 0)]
    assert [(one.seq, one.attempts) for one in again] == [(1, 0), (2, 0), (3, 0)]


async def test_behind_one_that_failed_nothing_is_begun_until_it_is_delivered(store: Store) -> None:
    await raise_many(store, 4)
    first, second = await lease(store, 2), await lease(store, 2)
    assert await store.outbox.settle(first, RETRY, ATTEMPT, SOON)
    assert await store.outbox.settle(second, DELIVERED, ATTEMPT, None)
    assert await store.outbox.lease("log", NOON, LEASE, None, 2, 2) == SOON
    again = await store.outbox.lease("log", SOON, LEASE, None, 2, 2)
    assert (only(again).seq, only(again).attempts) == (1, 1)
    assert await store.outbox.lease("log", SOON, LEASE, None, 2, 2) == SOON + LEASE
    assert await store.outbox.settle(only(again), DELIVERED, ATTEMPT, None)
    assert await lease_many(store, 2, 2, SOON) == [3, 4]


async def test_one_in_the_middle_that_failed_is_not_overtaken(store: Store) -> None:
    await raise_many(store, 5)
    found = await store.outbox.lease("log", NOON, LEASE, None, 3, 3)
    assert isinstance(found, tuple)
    assert await store.outbox.settle(found[1], RETRY, ATTEMPT, SOON)
    assert await store.outbox.settle(found[2], DELIVERED, ATTEMPT, None)
    assert await store.outbox.lease("log", NOON, LEASE, None, 3, 3) == SOON
    assert await store.outbox.settle(found[0], DELIVERED, ATTEMPT, None)
    assert await lease_many(store, 3, 3, SOON) == [2]


async def test_one_whose_lease_ran_out_comes_before_those_behind_it(store: Store) -> None:
    await raise_many(store, 3)
    await lease(store, 2)
    assert await store.outbox.settle(await lease(store, 2), DELIVERED, ATTEMPT, None)
    again = await lease(store, 2, NOON + 2 * LEASE)
    assert (again.seq, again.attempts) == (1, 1)


async def test_what_a_dead_sender_had_in_its_hands_comes_again_one_by_one(store: Store) -> None:
    await raise_many(store, 4)
    assert await lease_many(store, 3, 3) == [1, 2, 3]
    later = NOON + 2 * LEASE
    for seq in (1, 2, 3):
        found = await store.outbox.lease("log", later, LEASE, None, 3, 3)
        assert (only(found).seq, only(found).attempts) == (seq, 1)
        assert await store.outbox.settle(only(found), DELIVERED, ATTEMPT, None)
    assert await lease_many(store, 3, 3, later) == [4]


async def test_what_is_settled_and_what_is_leased_in_one_go_come_in_this_order(store: Store) -> None:
    await raise_many(store, 20)
    seen = [delivery := await lease(store, 1)]
    while len(seen) < 20:
        settled, found = await asyncio.gather(
            store.outbox.settle(delivery, DELIVERED, ATTEMPT, None), store.outbox.lease("log", NOON, LEASE)
        )
        if isinstance(found, datetime):  # the server did not know the script yet, and was asked again
            found = await store.outbox.lease("log", NOON, LEASE)
            assert len(seen) == 1
        assert settled
        seen.append(delivery := only(found))
    assert [one.seq for one in seen] == list(range(1, 21))


class Slow:
    """Notes how many are under way at once, and what it got; takes a moment for each."""

    name = "log"

    def __init__(self) -> None:
        self.got: list[int] = []
        self.under_way = 0
        self.most = 0

    async def send(self, delivery: Delivery) -> Outcome:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        self.got.append(delivery.seq)
        return Outcome(verdict=Verdict.DELIVERED)

    async def close(self) -> None:
        pass


async def run(store: Store, in_flight: int, sink: Slow) -> Slow:
    await raise_many(store, 40)
    stopping = asyncio.Event()
    lane = Lane(sink, Schedule.of_seconds([0, 0.1]), timedelta(seconds=10), in_flight=in_flight)
    running = asyncio.create_task(Dispatcher(store.outbox, [lane]).run(stopping))
    await wait_until(lambda: len(set(sink.got)) >= 40, "all are delivered")
    stopping.set()
    await running
    return sink


async def test_a_dispatcher_has_as_many_under_way_as_it_may_and_each_once(store: Store) -> None:
    sink = await run(store, 4, Slow())
    assert (sink.most, sorted(sink.got)) == (4, list(range(1, 41)))


async def test_by_default_one_is_under_way_and_the_order_is_kept(store: Store) -> None:
    sink = await run(store, 1, Slow())
    assert (sink.most, sink.got) == (1, list(range(1, 41)))


class Failing(Slow):
    """Fails the first attempt of one alert."""

    async def send(self, delivery: Delivery) -> Outcome:
        outcome = await super().send(delivery)
        return RETRY if delivery.seq == 10 and not delivery.attempts else outcome


async def test_what_failed_holds_back_what_was_not_yet_begun(store: Store) -> None:
    sink = await run(store, 4, Failing())
    failed, again = (place for place, seq in enumerate(sink.got) if seq == 10)
    assert sorted(sink.got[:again]) == sorted([*range(1, again + 1)])
    assert again - failed <= 4
    assert sorted(set(sink.got)) == list(range(1, 41))
