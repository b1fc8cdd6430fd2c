"""How deliveries are scheduled: in order, apart from one another, again after failures, to the end."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from monitor import dispatcher
from monitor.backoff import Schedule
from monitor.dispatcher import Dispatcher, Lane
from monitor.errors import StoreUnavailable
from monitor.models import Alert, Attempt, Delivery, Disabled, Kind, Outcome, Rate, Verdict
from tests.delivering import an_alert
from tests.waiting import wait_until

AT_ONCE = Schedule.of_seconds([0, 0.01, 0.01, 0.01], jitter=0)
TOMORROW = Schedule.of_seconds([0, 86_400], jitter=0)
LEASE = timedelta(seconds=30)
DELIVERED = Outcome(verdict=Verdict.DELIVERED)
AGAIN = Outcome(verdict=Verdict.RETRY, status=503, error="status 503")


class MemoryOutbox:
    """Queues in memory, one a sink, in order; `away` makes it unreachable."""

    def __init__(self, *sinks: str) -> None:
        self.queues: dict[str, list[Alert]] = {sink: [] for sink in sinks}
        self.attempts: dict[tuple[str, int], list[Attempt]] = {}
        self.dead: dict[str, list[int]] = {sink: [] for sink in sinks}
        self.due: dict[str, datetime] = {}
        self.disabled: dict[str, Disabled] = {}
        self.failing_since: dict[str, datetime] = {}
        self.told: list[Alert] = []
        self.away = False
        self.refused = 0
        self.lose_leases = False
        self._raised = asyncio.Condition()
        self._last = 0

    async def raise_alerts(self, *seqs: int) -> None:
        for queue in self.queues.values():
            queue.extend(an_alert(seq) for seq in seqs)
        async with self._raised:
            self._last = max(self._last, *seqs)
            self._raised.notify_all()

    async def lease(
        self,
        sink: str,
        now: datetime,
        lease: timedelta,
        rate: Rate | None = None,
        under_way: int = 1,
        most: int = 1,
    ) -> tuple[Delivery, ...] | Disabled | datetime | None:
        self._reach()
        if sink in self.disabled:
            return self.disabled[sink]
        if not self.queues[sink]:
            return None
        if sink in self.due and self.due[sink] > now:
            return self.due[sink]
        alert = self.queues[sink][0]
        made = self.attempts.setdefault((sink, alert.seq), [])
        delivery = Delivery(
            sink=sink,
            seq=alert.seq,
            alert=alert,
            attempts=len(made),
            token="token",  # noqa: S106 - of a lease
            failing_since=self.failing_since.get(sink),
        )
        return (delivery,)

    async def settle(
        self,
        delivery: Delivery,
        outcome: Outcome,
        attempt: Attempt,
        next_at: datetime | None,
        disabling: Alert | None = None,
    ) -> bool:
        self._reach()
        if self.lose_leases:
            self.lose_leases = False
            return False
        self.attempts[delivery.sink, delivery.seq].append(attempt)
        if outcome.verdict is Verdict.DISABLE:
            self.disabled[delivery.sink] = Disabled(because=outcome.error or "", since=attempt.at, by_hand=False)
            self.told.extend([disabling] if disabling else [])
        if next_at is not None:
            self.due[delivery.sink] = next_at
            return True
        self.queues[delivery.sink].pop(0)
        if outcome.verdict is not Verdict.DELIVERED:
            self.dead[delivery.sink].append(delivery.seq)
        return True

    async def wait(self, after_seq: int, block_ms: int) -> int:
        self._reach()
        async with self._raised:
            try:
                async with asyncio.timeout(block_ms / 1000):
                    await self._raised.wait_for(lambda: self._last > after_seq)
            except TimeoutError:
                pass
        return self._last

    async def pending(self, sink: str) -> int:
        self._reach()
        return len(self.queues[sink])

    def _reach(self) -> None:
        if self.away:
            self.refused += 1
            raise StoreUnavailable("memory", "away on purpose")


class LeasingOutbox(MemoryOutbox):
    """Leases the head once; the first settling takes until it is told to."""

    def __init__(self, *sinks: str) -> None:
        super().__init__(*sinks)
        self.leased: set[int] = set()
        self.looks_in_vain = 0
        self.settling = asyncio.Event()

    async def lease(
        self, sink: str, now: datetime, lease: timedelta, *further: Any, **named: Any
    ) -> tuple[Delivery, ...] | Disabled | datetime | None:
        if self.queues[sink] and self.queues[sink][0].seq in self.leased:
            self.looks_in_vain += 1
            return now + lease
        found = await super().lease(sink, now, lease, *further, **named)
        self.leased |= {one.seq for one in found} if isinstance(found, tuple) else set()
        return found

    async def settle(self, *what: Any, **named: Any) -> bool:
        await self.settling.wait()
        return await super().settle(*what, **named)


class Receiver:
    """A sink that notes what it gets, and answers as it is told: by default that all is well."""

    def __init__(self, name: str, answer: Callable[[Delivery], Awaitable[Outcome]] | None = None) -> None:
        self.name = name
        self.got: list[int] = []
        self._answer = answer

    async def send(self, delivery: Delivery) -> Outcome:
        self.got.append(delivery.seq)
        return await self._answer(delivery) if self._answer else DELIVERED

    async def close(self) -> None:
        pass


def saying(*outcomes: Outcome) -> Callable[[Delivery], Awaitable[Outcome]]:
    """Answers with these outcomes, one after the other, then that all is well."""
    following = itertools.chain(outcomes, itertools.repeat(DELIVERED))

    async def answer(delivery: Delivery) -> Outcome:
        return next(following)

    return answer


async def hang(delivery: Delivery) -> Outcome:
    await asyncio.Event().wait()
    return DELIVERED


@asynccontextmanager
async def dispatching(
    outbox: MemoryOutbox,
    *sinks: Receiver,
    schedule: Schedule = AT_ONCE,
    lease: timedelta = LEASE,
    grace: timedelta = timedelta(seconds=5),
    disable_after: timedelta | None = None,
) -> AsyncIterator[Dispatcher]:
    """A dispatcher that runs; stopped at the end, within ten seconds."""
    stopping = asyncio.Event()
    lanes = [Lane(sink, schedule, lease, disable_after) for sink in sinks]
    dispatcher = Dispatcher(outbox, lanes, grace=grace, fraction=lambda: 0.0)
    running = asyncio.create_task(dispatcher.run(stopping))
    try:
        yield dispatcher
    finally:
        stopping.set()
        async with asyncio.timeout(10):
            await running


async def drained(dispatcher: Dispatcher, patience: timedelta = timedelta(0)) -> None:
    async with asyncio.timeout(10):
        await dispatcher.drain(patience)


async def test_every_sink_gets_every_alert_in_order() -> None:
    outbox, desk, log = MemoryOutbox("desk", "log"), Receiver("desk"), Receiver("log")
    await outbox.raise_alerts(1, 2, 3)
    async with dispatching(outbox, desk, log) as dispatcher:
        await outbox.raise_alerts(4)
        await drained(dispatcher)
    assert desk.got == log.got == [1, 2, 3, 4]


async def test_a_new_alert_goes_out_at_once() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk")
    async with dispatching(outbox, desk):
        for seq in range(1, 6):
            started = asyncio.get_running_loop().time()
            await outbox.raise_alerts(seq)
            await wait_until(lambda seq=seq: seq in desk.got, f"alert {seq} arrives")  # type: ignore[misc]
            assert asyncio.get_running_loop().time() - started < 1


async def test_what_failed_is_tried_again_before_what_comes_after_it() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", saying(AGAIN, AGAIN))
    await outbox.raise_alerts(1, 2)
    async with dispatching(outbox, desk) as dispatcher:
        await drained(dispatcher)
    assert desk.got == [1, 1, 1, 2]
    assert [attempt.status for attempt in outbox.attempts["desk", 1]] == [503, 503, None]


async def test_what_fails_to_the_end_of_the_schedule_is_dead_and_the_next_one_goes_out() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", saying(*[AGAIN] * len(AT_ONCE.delays)))
    await outbox.raise_alerts(1, 2)
    async with dispatching(outbox, desk) as dispatcher:
        await drained(dispatcher)
    assert outbox.dead["desk"] == [1]
    assert desk.got == [1, 1, 1, 1, 2]


async def test_what_is_dead_at_once_is_not_tried_again() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", saying(Outcome(verdict=Verdict.DEAD, status=404)))
    await outbox.raise_alerts(1, 2)
    async with dispatching(outbox, desk) as dispatcher:
        await drained(dispatcher)
    assert outbox.dead["desk"] == [1]
    assert desk.got == [1, 2]


async def test_the_receivers_wish_is_waited_for() -> None:
    wish = AGAIN.model_copy(update={"retry_after_s": 3600.0})
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", saying(wish))
    await outbox.raise_alerts(1)
    async with dispatching(outbox, desk) as dispatcher:
        await drained(dispatcher)
    assert outbox.due["desk"] - datetime.now(UTC) > timedelta(minutes=59)


async def test_a_sink_that_hangs_or_fails_delays_no_other() -> None:
    outbox = MemoryOutbox("hanging", "failing", "fine")

    async def crash(delivery: Delivery) -> Outcome:
        raise RuntimeError("a mistake in a sink")

    hanging, failing, fine = Receiver("hanging", hang), Receiver("failing", crash), Receiver("fine")
    await outbox.raise_alerts(*range(1, 51))
    with capture_logs() as logged:
        async with dispatching(outbox, hanging, failing, fine, grace=timedelta(0)):
            await wait_until(lambda: len(fine.got) == 50, "the good sink gets all")
            await wait_until(lambda: outbox.dead["failing"] == list(range(1, 51)), "the failing sink is done with")
    assert hanging.got == [1]
    assert {line["event"] for line in logged} >= {"delivery.crashed", "delivery.attempted"}


async def test_a_sink_that_hangs_is_cut_off_before_its_lease_ends() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", hang)
    await outbox.raise_alerts(1)
    async with dispatching(outbox, desk, schedule=TOMORROW, lease=timedelta(seconds=0.2)) as dispatcher:
        await drained(dispatcher)
    assert [attempt.error for attempt in outbox.attempts["desk", 1]] == ["no end after 0.18 s"]


async def test_a_sink_that_is_gone_gets_nothing_more_and_keeps_its_deliveries() -> None:
    gone = Outcome(verdict=Verdict.DISABLE, status=410, error="status 410")
    outbox, desk, log = MemoryOutbox("desk", "log"), Receiver("desk", saying(gone)), Receiver("log")
    await outbox.raise_alerts(1, 2)
    with capture_logs() as logged:
        async with dispatching(outbox, desk, log) as dispatcher:
            await drained(dispatcher)
            assert dispatcher.disabled() == outbox.disabled
            assert (desk.got, log.got) == ([1], [1, 2])
            assert (await outbox.pending("desk"), outbox.dead["desk"]) == (2, [])
            del outbox.disabled["desk"], outbox.due["desk"]
            await wait_until(lambda: desk.got == [1, 1, 2], "it goes on with what it did not take")
    assert [line["event"] for line in logged if line["event"].startswith("sink.")] == ["sink.disabled", "sink.enabled"]
    [told] = outbox.told
    assert told.sink
    assert (told.kind, told.sink.name, told.sink.oldest_pending, told.claim) == (Kind.SINK_DISABLED, "desk", 1, None)
    assert "status 410" in told.reason


@pytest.mark.parametrize(("days", "disabled"), [(4.9, False), (5, True)])
async def test_a_sink_without_a_success_for_five_days_is_disabled_and_not_before(days: float, disabled: bool) -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", saying(AGAIN))
    outbox.failing_since["desk"] = (began := datetime.now(UTC) - timedelta(days=days))
    await outbox.raise_alerts(1)
    async with dispatching(outbox, desk, schedule=TOMORROW, disable_after=timedelta(days=5)) as dispatcher:
        await drained(dispatcher)
        assert ("desk" in dispatcher.disabled()) is disabled
    assert await outbox.pending("desk") == 1
    assert [alert.sink.failing_since for alert in outbox.told if alert.sink] == ([began] if disabled else [])
    assert [attempt.error for attempt in outbox.attempts["desk", 1]] == ["status 503"]


async def test_a_sink_that_may_fail_for_ever_is_never_disabled() -> None:
    outbox, log = MemoryOutbox("log"), Receiver("log", saying(AGAIN))
    outbox.failing_since["log"] = datetime.now(UTC) - timedelta(days=500)
    await outbox.raise_alerts(1)
    async with dispatching(outbox, log) as dispatcher:
        await drained(dispatcher)
    assert log.got == [1, 1]
    assert outbox.told == []


async def test_while_the_store_is_away_nothing_is_lost() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk")
    async with dispatching(outbox, desk) as dispatcher:
        outbox.away = True
        await outbox.raise_alerts(1, 2)
        await wait_until(lambda: outbox.refused >= 2, "lane and watch find the store away")
        outbox.away = False
        await drained(dispatcher)
    assert desk.got == [1, 2]


async def test_a_delivery_is_settled_once_the_store_is_back_and_not_sent_again() -> None:
    outbox = MemoryOutbox("desk")

    async def answer(delivery: Delivery) -> Outcome:
        outbox.away = True
        return DELIVERED

    desk = Receiver("desk", answer)
    await outbox.raise_alerts(1)
    async with dispatching(outbox, desk) as dispatcher:
        await wait_until(lambda: outbox.refused >= 2, "the delivery can't be settled")
        outbox.away = False
        await drained(dispatcher)
    assert desk.got == [1]


async def test_what_waits_goes_on_at_once_when_settling_took_longer_than_looking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store was away when the first delivery was to be settled, and there again when the lane looked."""
    monkeypatch.setattr(dispatcher, "LOOK_AGAIN_S", 3600)
    outbox = LeasingOutbox("desk")
    desk = Receiver("desk")
    await outbox.raise_alerts(1, 2)
    async with dispatching(outbox, desk):
        await wait_until(lambda: outbox.looks_in_vain > 0, "the lane sees its own lease")
        outbox.settling.set()
        await wait_until(lambda: desk.got == [1, 2], "the second goes out")


async def test_a_delivery_whose_lease_was_lost_comes_again_with_the_same_id() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk")
    outbox.lose_leases = True
    await outbox.raise_alerts(1)
    with capture_logs() as logged:
        async with dispatching(outbox, desk) as dispatcher:
            await drained(dispatcher)
    attempted = [line for line in logged if line["event"] == "delivery.attempted"]
    assert [line["settled"] for line in attempted] == [False, True]
    assert len({line["alert_id"] for line in attempted}) == 1


async def test_each_attempt_is_one_line_with_its_ids() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", saying(AGAIN))
    await outbox.raise_alerts(7)
    with capture_logs() as logged:
        async with dispatching(outbox, desk) as dispatcher:
            await drained(dispatcher)
    first, second = (line for line in logged if line["event"] == "delivery.attempted")
    assert (first["sink"], first["seq"], first["attempt"], first["verdict"], first["status"]) == (
        "desk", 7, 1, "retry", 503,
    )  # fmt: skip
    assert first["next_at"] is not None
    assert (second["attempt"], second["verdict"], second["alert_id"]) == (2, "delivered", first["alert_id"])


async def test_draining_waits_for_what_is_soon_and_not_for_what_is_late() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", saying(AGAIN, AGAIN))
    schedule = Schedule.of_seconds([0, 0.3, 86_400], jitter=0)
    await outbox.raise_alerts(1, 2)
    async with dispatching(outbox, desk, schedule=schedule) as dispatcher:
        await drained(dispatcher, timedelta(seconds=5))
    assert desk.got == [1, 1]


async def test_stopping_lets_the_attempt_in_flight_end() -> None:
    outbox = MemoryOutbox("desk")
    going = asyncio.Event()

    async def answer(delivery: Delivery) -> Outcome:
        going.set()
        await asyncio.sleep(0.2)
        return DELIVERED

    desk = Receiver("desk", answer)
    await outbox.raise_alerts(1, 2)
    async with dispatching(outbox, desk):
        await going.wait()
    assert (desk.got, await outbox.pending("desk")) == ([1], 1)


async def test_stopping_gives_up_an_attempt_that_does_not_end_and_it_stays_pending() -> None:
    outbox, desk = MemoryOutbox("desk"), Receiver("desk", hang)
    await outbox.raise_alerts(1)
    async with dispatching(outbox, desk, grace=timedelta(seconds=0.1)):
        await wait_until(lambda: bool(desk.got), "the attempt is under way")
    assert [attempt.error for attempt in outbox.attempts["desk", 1]] == ["stopped before there was an answer"]
    assert await outbox.pending("desk") == 1


async def test_a_dispatcher_without_sinks_stops_as_well() -> None:
    async with dispatching(MemoryOutbox()) as dispatcher:
        await drained(dispatcher)


def test_two_sinks_can_not_have_one_name() -> None:
    lanes = [Lane(Receiver("desk"), AT_ONCE, LEASE)] * 2
    with pytest.raises(ValueError, match="name of its own"):
        Dispatcher(MemoryOutbox("desk"), lanes)
