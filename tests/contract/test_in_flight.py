"""Several deliveries to one sink under way at once: in the order of the queue, and none behind one that failed."""

import asyncio
from datetime import datetime, timedelta

from monitor.backoff import Schedule
from monitor.dispatcher import Dispatcher, Lane
from monitor.models import Delivery, Outcome, Verdict
from monitor.store import Store
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import ATTEMPT, DELIVERED, LEASE, RETRY, SOON
from tests.unit.making import NOON
from tests.waiting import wait_until


async def raise_many(store: Store, count: int) -> None:
    for number in range(count):
        await raise_one(store, f"claim {number}")


async def lease(store: Store, under_way: int, at: datetime = NOON) -> Delivery:
    found = await store.outbox.lease("log", at, LEASE, None, under_way)
    assert isinstance(found, Delivery)
    return found


async def test_the_next_ones_are_leased_in_order_up_to_the_number(store: Store) -> None:
    await raise_many(store, 5)
    first, second, third = [await lease(store, 3) for _ in range(3)]
    assert [delivery.seq for delivery in (first, second, third)] == [1, 2, 3]
    assert await store.outbox.lease("log", NOON, LEASE, None, 3) == NOON + LEASE
    assert await store.outbox.settle(second, DELIVERED, ATTEMPT, None)
    assert (await lease(store, 3)).seq == 4


async def test_behind_one_that_failed_nothing_is_begun_until_it_is_delivered(store: Store) -> None:
    await raise_many(store, 4)
    first, second = await lease(store, 2), await lease(store, 2)
    assert await store.outbox.settle(first, RETRY, ATTEMPT, SOON)
    assert await store.outbox.settle(second, DELIVERED, ATTEMPT, None)
    assert await store.outbox.lease("log", NOON, LEASE, None, 2) == SOON
    again = await lease(store, 2, SOON)
    assert (again.seq, again.attempts) == (1, 1)
    assert await store.outbox.lease("log", SOON, LEASE, None, 2) == SOON + LEASE
    assert await store.outbox.settle(again, DELIVERED, ATTEMPT, None)
    assert [(await lease(store, 2, SOON)).seq for _ in range(2)] == [3, 4]


async def test_one_whose_lease_ran_out_comes_before_those_behind_it(store: Store) -> None:
    await raise_many(store, 3)
    await lease(store, 2)
    assert await store.outbox.settle(await lease(store, 2), DELIVERED, ATTEMPT, None)
    again = await lease(store, 2, NOON + 2 * LEASE)
    assert (again.seq, again.attempts) == (1, 1)


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


async def run(store: Store, in_flight: int) -> Slow:
    await raise_many(store, 40)
    sink, stopping = Slow(), asyncio.Event()
    lane = Lane(sink, Schedule.of_seconds([0, 1]), timedelta(seconds=10), in_flight=in_flight)
    running = asyncio.create_task(Dispatcher(store.outbox, [lane]).run(stopping))
    await wait_until(lambda: len(sink.got) >= 40, "all are delivered")
    stopping.set()
    await running
    return sink


async def test_a_dispatcher_has_as_many_under_way_as_it_may_and_each_once(store: Store) -> None:
    sink = await run(store, 4)
    assert (sink.most, sorted(sink.got)) == (4, list(range(1, 41)))


async def test_by_default_one_is_under_way_and_the_order_is_kept(store: Store) -> None:
    sink = await run(store, 1)
    assert (sink.most, sink.got) == (1, list(range(1, 41)))
