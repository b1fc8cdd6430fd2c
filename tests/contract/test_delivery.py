"""From the outbox to the sinks, all of it real: store, dispatcher, a log on disk, a receiver on its port."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from monitor.backoff import Schedule
from monitor.dispatcher import Dispatcher, Lane
from monitor.models import DeliveryState
from monitor.protocols import Sink
from monitor.receive import serve
from monitor.sinks.guard import Guard
from monitor.sinks.log import LogSink
from monitor.sinks.webhook import WebhookSink
from monitor.store import Store
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import only
from tests.delivering import SECRET
from tests.waiting import wait_until

FAST = Schedule.of_seconds([0, 0.05, 0.05, 0.05], jitter=0)
LEASE = timedelta(seconds=2)
SOON = timedelta(seconds=5)


class Running:
    """A receiver on its port, and what it got."""

    def __init__(self) -> None:
        self.port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.out = io.StringIO()

    @property
    def got(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    @property
    def seqs(self) -> list[int]:
        return [line["data"]["seq"] for line in self.got]


@asynccontextmanager
async def receiving(*, fail_first: int = 0, fail_status: int = 503) -> AsyncIterator[Running]:
    running, stopping = Running(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(
            serve(
                "127.0.0.1",
                0,
                [SECRET],
                running.out,
                stopping,
                json_lines=True,
                fail_first=fail_first,
                fail_status=fail_status,
                ready=running.port.set_result,
            )
        )
        await running.port
        try:
            yield running
        finally:
            stopping.set()


@asynccontextmanager
async def sinks(path: Path, receiver: Running) -> AsyncIterator[tuple[LogSink, WebhookSink]]:
    """The two sinks of the store's fixture: the log, and a webhook to the receiver."""
    log = LogSink("log", path)
    desk = WebhookSink("desk", f"http://127.0.0.1:{await receiver.port}/", [SECRET], Guard([ip_network("127.0.0.0/8")]))
    try:
        yield log, desk
    finally:
        await desk.close()
        await log.close()


@asynccontextmanager
async def dispatching(store: Store, both: Sequence[Sink]) -> AsyncIterator[Dispatcher]:
    stopping = asyncio.Event()
    dispatcher = Dispatcher(store.outbox, [Lane(sink, FAST, LEASE) for sink in both])
    running = asyncio.create_task(dispatcher.run(stopping))
    try:
        yield dispatcher
    finally:
        stopping.set()
        await running


async def raise_many(store: Store, count: int, first: int = 1) -> None:
    for number in range(first, first + count):
        await raise_one(store, f"claim {number}")


def logged(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def seqs(path: Path) -> list[int]:
    return [line["seq"] for line in logged(path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.jsonl"


async def test_every_alert_is_in_the_log_and_at_the_receiver_in_order(store: Store, path: Path) -> None:
    async with receiving() as receiver, sinks(path, receiver) as both, dispatching(store, both) as dispatcher:
        await raise_many(store, 10)
        await dispatcher.drain(SOON)
    assert seqs(path) == receiver.seqs == list(range(1, 11))
    assert all(line["verified"] and not line["duplicate"] for line in receiver.got)
    assert {line["webhook_id"] for line in receiver.got} == {alert.alert_id for alert in await store.alerts.after(0)}


async def test_the_log_holds_the_alert_as_the_store_has_it(store: Store, path: Path) -> None:
    async with receiving() as receiver, sinks(path, receiver) as both, dispatching(store, both) as dispatcher:
        await raise_one(store)
        await dispatcher.drain(SOON)
    [alert] = await store.alerts.after(0)
    assert logged(path) == [alert.model_dump(mode="json")]


async def test_a_receiver_that_fails_for_a_while_gets_all_in_order(store: Store, path: Path) -> None:
    async with receiving(fail_first=2) as receiver, sinks(path, receiver) as both:
        await raise_many(store, 3)
        async with dispatching(store, both) as dispatcher:
            await dispatcher.drain(SOON)
    assert receiver.seqs == [1, 2, 3]
    first, *_ = await store.deliveries.of_sink("desk", DeliveryState.DELIVERED)
    assert [attempt.status for attempt in first.attempts] == [503, 503, 204]
    assert "failed on purpose" in (first.attempts[0].answer or "")


async def test_what_is_refused_for_good_stays_listed_as_dead(store: Store, path: Path) -> None:
    async with receiving(fail_first=1, fail_status=404) as receiver, sinks(path, receiver) as both:
        await raise_many(store, 2)
        async with dispatching(store, both) as dispatcher:
            await dispatcher.drain(SOON)
    assert receiver.seqs == [2]
    assert [record.seq for record in await store.deliveries.of_sink("desk", DeliveryState.DEAD)] == [1]
    assert seqs(path) == [1, 2]


async def test_a_receiver_that_is_gone_gets_everything_in_order_once_it_is_enabled(store: Store, path: Path) -> None:
    async with receiving(fail_first=1, fail_status=410) as receiver, sinks(path, receiver) as both:
        await raise_many(store, 2)
        async with dispatching(store, both) as dispatcher:
            await dispatcher.drain(SOON)
            assert dispatcher.disabled()["desk"].because == "status 410"
        # It stays so over a restart.
        async with dispatching(store, both) as dispatcher:
            await raise_one(store, "one more")
            await dispatcher.drain(SOON)
            record = await store.deliveries.sink("desk")
            assert (record.pending, record.dead, record.oldest_pending) == (3, 0, 1)
            assert record.disabled
            assert (record.disabled.because, record.disabled.by_hand) == ("status 410", False)
            assert receiver.seqs == []
            assert await store.outbox.enable("desk", datetime.now(UTC))
            await wait_until(lambda: len(receiver.seqs) == 3, "the rest is delivered")
            await dispatcher.drain(SOON)
    # The others, and they alone, were told that it was disabled, in the same sequence.
    told = next(line for line in logged(path) if line["kind"] == "sink.disabled")
    assert told["sink"]["name"] == "desk"
    assert seqs(path) == [1, 2, 3, 4]
    assert receiver.seqs == [seq for seq in seqs(path) if seq != told["seq"]]
    ids = {line["seq"]: line["alert_id"] for line in logged(path)}
    assert [line["webhook_id"] for line in receiver.got] == [ids[seq] for seq in receiver.seqs]


async def test_a_sender_that_died_before_settling_doubles_no_line_and_no_id(store: Store, path: Path) -> None:
    await raise_many(store, 2)
    async with receiving() as receiver:
        async with sinks(path, receiver) as both:
            for sink in both:
                delivery = only(await store.outbox.lease(sink.name, datetime.now(UTC), timedelta(seconds=0.3)))
                await sink.send(delivery)  # and no more is heard of it
        async with sinks(path, receiver) as both, dispatching(store, both) as dispatcher:
            await dispatcher.drain(timedelta(0))
    assert seqs(path) == [1, 2]
    assert [(line["data"]["seq"], line["duplicate"]) for line in receiver.got] == [(1, False), (1, True), (2, False)]


async def test_two_dispatchers_share_the_work_without_doubling_it(store: Store, path: Path) -> None:
    async with (
        receiving() as receiver,
        sinks(path, receiver) as both,
        dispatching(store, both) as one,
        dispatching(store, both) as two,
    ):
        await raise_many(store, 20)
        await one.drain(SOON)
        await two.drain(SOON)
    assert seqs(path) == receiver.seqs == list(range(1, 21))


async def test_connections_that_break_lose_and_reorder_nothing(store: Store, redis: Redis, path: Path) -> None:
    async with receiving() as receiver, sinks(path, receiver) as both, dispatching(store, both) as dispatcher:
        for number in range(1, 11):
            await raise_one(store, f"claim {number}")
            await redis.client_kill_filter(_type="normal", skipme=True)
        await dispatcher.drain(SOON)
    assert seqs(path) == list(range(1, 11))
    assert list(dict.fromkeys(receiver.seqs)) == list(range(1, 11))


async def test_a_full_queue_goes_out_while_new_alerts_come(store: Store, path: Path) -> None:
    await raise_many(store, 10)
    async with receiving() as receiver, sinks(path, receiver) as both, dispatching(store, both) as dispatcher:
        await wait_until(lambda: len(receiver.seqs) > 2, "some are out")
        await raise_many(store, 5, first=11)
        await dispatcher.drain(SOON)
    assert seqs(path) == receiver.seqs == list(range(1, 16))
