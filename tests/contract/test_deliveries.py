"""Sinks that are disabled and enabled, and deliveries that go out again: on the real server, at one moment each."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from monitor.alerting import about_sink
from monitor.models import Alert, AlertSink, Attempt, DeliveryState, Disabled, Kind, Redelivered
from monitor.store import Limits, Store, keys
from tests.conftest import TOPIC, Server, ask
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import ATTEMPT, DEAD, DELIVERED, DISABLE, LEASE, RETRY, SOON, lease
from tests.unit.making import NOON

DEAD_ONES = (DeliveryState.DEAD,)
ALL = tuple(DeliveryState)
MOST = 8


@pytest.fixture
def limits() -> Limits:
    return Limits(attempts_listed=3, alerts_listed=MOST)


def disabling(sink: str = "log") -> Alert:
    about = AlertSink(name=sink, disabled="gone", oldest_pending=1)
    return about_sink(Kind.SINK_DISABLED, TOPIC, about, "gone", NOON)


async def raise_many(store: Store, count: int) -> None:
    for number in range(count):
        await raise_one(store, f"claim {number}")


async def bury(store: Store, count: int) -> None:
    for _ in range(count):
        assert await store.outbox.settle(await lease(store), DEAD, ATTEMPT, None)


async def disable(store: Store) -> None:
    gone = DISABLE.model_copy(update={"error": "gone"})
    assert await store.outbox.settle(await lease(store), gone, ATTEMPT, NOON, disabling())


async def listed(store: Store, state: DeliveryState, sink: str = "log") -> list[int]:
    return [record.seq for record in await store.deliveries.of_sink(sink, state)]


# --- disabled


async def test_a_disabled_sink_is_leased_nothing_and_keeps_what_waits(store: Store) -> None:
    await raise_many(store, 2)
    await disable(store)
    found = await store.outbox.lease("log", SOON, LEASE)
    assert found == Disabled(because="gone", since=NOON, by_hand=False)
    sink = await store.deliveries.sink("log")
    assert (sink.pending, sink.dead, sink.oldest_pending, sink.disabled) == (2, 0, 1, found)
    assert (await lease(store, "desk")).seq == 1


async def test_the_others_are_told_in_the_same_sequence_and_the_disabled_one_is_not(store: Store) -> None:
    await raise_many(store, 2)
    await disable(store)
    told = (await store.alerts.after(0))[-1]
    assert told == disabling().numbered(3)
    assert await listed(store, DeliveryState.PENDING, "desk") == [1, 2, 3]
    assert await listed(store, DeliveryState.PENDING) == [1, 2]
    await raise_one(store, "claim 3")
    assert [alert.seq for alert in await store.alerts.after(0)] == [1, 2, 3, 4]


async def test_it_is_told_once_however_often_the_answer_gets_lost(store: Store) -> None:
    await raise_one(store)
    delivery = await lease(store)
    for _ in range(3):
        assert await store.outbox.settle(delivery, DISABLE, ATTEMPT, NOON, disabling())
    assert await store.alerts.last_seq() == 2


async def test_a_lost_lease_disables_nothing(store: Store) -> None:
    await raise_one(store)
    mine = await lease(store)
    await lease(store, after=LEASE)
    assert not await store.outbox.settle(mine, DISABLE, ATTEMPT, NOON, disabling())
    assert (await store.deliveries.sink("log")).disabled is None
    assert await store.alerts.last_seq() == 1


async def test_what_the_others_are_told_keeps_their_queues_within_bounds(store: Store) -> None:
    await raise_many(store, MOST)
    await disable(store)
    assert await listed(store, DeliveryState.PENDING, "desk") == list(range(2, MOST + 2))
    assert await listed(store, DeliveryState.DEAD, "desk") == [1]


async def test_it_stays_disabled_as_long_as_somebody_asks_for_its_deliveries(store: Store, redis: Redis) -> None:
    await raise_one(store)
    await disable(store)
    await redis.expire(keys.sink(TOPIC, "log"), 10)
    await store.outbox.lease("log", NOON, LEASE)
    assert await redis.ttl(keys.sink(TOPIC, "log")) > 1000


async def test_failures_are_counted_from_the_first_one_without_a_success_since(store: Store) -> None:
    await raise_many(store, 3)
    assert (await lease(store)).failing_since is None
    taken = [RETRY, DEAD, RETRY, DELIVERED]
    begun = []
    for minutes, outcome in enumerate(taken):
        delivery = await lease(store, after=LEASE * (minutes + 1))
        begun.append(delivery.failing_since)
        attempt = ATTEMPT.model_copy(update={"at": NOON + timedelta(minutes=minutes)})
        assert await store.outbox.settle(delivery, outcome, attempt, NOON if outcome is RETRY else None)
    assert begun == [None, NOON, NOON, NOON]
    assert (await lease(store, after=LEASE * 9)).failing_since is None
    assert (await store.deliveries.sink("log")).failing_since is None


async def test_disabled_by_hand_the_first_reason_stays_and_nobody_is_told(store: Store) -> None:
    await raise_one(store)
    assert await store.outbox.disable("log", "it moves house", NOON)
    assert not await store.outbox.disable("log", "another reason", SOON)
    found = await store.outbox.lease("log", NOON, LEASE)
    assert found == Disabled(because="it moves house", since=NOON, by_hand=True)
    assert await store.alerts.last_seq() == 1


async def test_an_attempt_under_way_when_it_is_disabled_by_hand_is_settled(store: Store) -> None:
    await raise_many(store, 2)
    under_way = await lease(store)
    assert await store.outbox.disable("log", "it moves house", NOON)
    assert await store.outbox.settle(under_way, DELIVERED, ATTEMPT, None)
    assert await listed(store, DeliveryState.PENDING) == [2]
    assert (await store.deliveries.sink("log")).disabled


# --- enabled


async def test_enabled_it_goes_on_with_the_oldest_at_once_and_its_schedule_begins_again(store: Store) -> None:
    await raise_many(store, 2)
    assert await store.outbox.settle(await lease(store), RETRY, ATTEMPT, NOON + timedelta(hours=20))
    assert await store.outbox.disable("log", "it moves house", NOON)
    assert await store.outbox.enable("log", SOON)
    delivery = await lease(store)
    assert (delivery.seq, delivery.attempts, delivery.failing_since) == (1, 0, None)


async def test_enabling_what_is_not_disabled_says_so_and_sends_what_waits(store: Store) -> None:
    await raise_one(store)
    assert await store.outbox.settle(await lease(store), RETRY, ATTEMPT, NOON + timedelta(hours=20))
    assert not await store.outbox.enable("log", NOON)
    assert (await lease(store)).seq == 1


async def test_enabling_leaves_an_attempt_under_way_alone(store: Store) -> None:
    await raise_one(store)
    under_way = await lease(store)
    assert await store.outbox.disable("log", "it moves house", NOON)
    assert await store.outbox.enable("log", NOON)
    assert await store.outbox.lease("log", NOON, LEASE) == NOON + LEASE
    assert await store.outbox.settle(under_way, DELIVERED, ATTEMPT, None)


async def test_a_sink_without_a_queue_can_be_disabled_and_enabled(store: Store) -> None:
    assert await store.outbox.disable("log", "never used", NOON)
    assert await store.outbox.enable("log", NOON)
    assert not await store.outbox.enable("log", NOON)
    assert await store.outbox.lease("log", NOON, LEASE) is None


# --- again


async def test_what_is_dead_goes_out_again_in_order_before_what_is_newer(store: Store) -> None:
    await raise_many(store, 4)
    await bury(store, 3)
    before = await store.deliveries.of_sink("log", DeliveryState.DEAD)
    assert await store.deliveries.redeliver("log", [3, 1, 2], NOON) == Redelivered(queued=3)
    assert await listed(store, DeliveryState.DEAD) == []
    got = []
    for _ in range(4):
        delivery = await lease(store)
        got.append((delivery.seq, delivery.attempts, delivery.alert.alert_id))
        assert await store.outbox.settle(delivery, DELIVERED, ATTEMPT, None)
    assert [(seq, attempts) for seq, attempts, _ in got] == [(1, 0), (2, 0), (3, 0), (4, 0)]
    assert [alert_id for *_, alert_id in got[:3]] == [record.alert_id for record in before]
    [first, *_] = await store.deliveries.of_sink("log", DeliveryState.DELIVERED)
    assert len(first.attempts) == 2


async def test_what_was_delivered_goes_out_again(store: Store) -> None:
    await raise_one(store)
    assert await store.outbox.settle(await lease(store), DELIVERED, ATTEMPT, None)
    assert await store.deliveries.redeliver("log", [1], NOON) == Redelivered(queued=1)
    assert await listed(store, DeliveryState.DELIVERED) == []
    assert await store.outbox.settle(await lease(store), DELIVERED, ATTEMPT, None)
    assert await listed(store, DeliveryState.DELIVERED) == [1]


async def test_what_waits_goes_out_now_and_an_attempt_under_way_is_left_alone(store: Store) -> None:
    await raise_many(store, 2)
    assert await store.outbox.settle(await lease(store), RETRY, ATTEMPT, NOON + timedelta(hours=20))
    assert await store.deliveries.redeliver("log", [1], NOON) == Redelivered(waiting=1)
    under_way = await lease(store)
    assert (under_way.seq, under_way.attempts) == (1, 0)
    assert await store.deliveries.redeliver("log", [1, 2], NOON) == Redelivered(waiting=2)
    assert await store.outbox.lease("log", NOON, LEASE) == NOON + LEASE
    assert await store.outbox.settle(under_way, DELIVERED, ATTEMPT, None)


async def test_what_is_kept_no_longer_is_refused(store: Store, redis: Redis) -> None:
    await raise_many(store, 2)
    await bury(store, 2)
    await redis.xdel(keys.alerts(TOPIC), "1-0")
    assert await store.deliveries.redeliver("log", [1, 2, 77], NOON) == Redelivered(queued=1, refused=2)
    assert await listed(store, DeliveryState.DEAD) == [1]
    [record] = await store.deliveries.of_sink("log", DeliveryState.DEAD)
    assert (record.alert_id, record.kind, record.raised_at) == (None, None, None)


async def test_a_disabled_sink_is_queued_what_goes_out_when_it_is_enabled(store: Store) -> None:
    await raise_many(store, 2)
    await bury(store, 1)
    assert await store.outbox.disable("log", "it moves house", NOON)
    assert await store.deliveries.redeliver("log", [1], NOON) == Redelivered(queued=1)
    assert isinstance(await store.outbox.lease("log", NOON, LEASE), Disabled)
    assert await store.outbox.enable("log", NOON)
    assert (await lease(store)).seq == 1


async def test_many_that_ask_at_once_queue_each_delivery_once(store: Store) -> None:
    await raise_many(store, 3)
    await bury(store, 3)
    done = await asyncio.gather(*(store.deliveries.redeliver("log", [1, 2, 3], NOON) for _ in range(10)))
    assert sum(one.queued for one in done) == 3
    assert sum(one.waiting for one in done) == 27
    assert await listed(store, DeliveryState.PENDING) == [1, 2, 3]


async def test_all_since_a_moment_go_out_again_whatever_their_number(store: Store) -> None:
    await raise_many(store, 5)
    assert await store.outbox.settle(await lease(store), DELIVERED, ATTEMPT, None)
    await bury(store, 3)
    assert await store.deliveries.redeliver_since("log", DEAD_ONES, 2, NOON) == Redelivered(queued=2)
    assert await listed(store, DeliveryState.PENDING) == [3, 4, 5]
    assert await store.deliveries.redeliver_since("log", ALL, 0, NOON) == Redelivered(queued=2, waiting=3)
    assert await listed(store, DeliveryState.PENDING) == [1, 2, 3, 4, 5]


# --- to look at


async def test_the_last_alert_before_a_moment_is_found_by_when_it_was_raised(store: Store, redis: Redis) -> None:
    hours = [1, 2, 2, 5, 9]
    for seq, hour in enumerate(hours, 10):
        await redis.xadd(keys.alerts(TOPIC), {"alert": "", "at_s": 3600 * hour}, id=f"{seq}-0")
    await redis.expire(keys.alerts(TOPIC), 100)
    epoch = NOON.fromtimestamp(0, NOON.tzinfo)
    found = [await store.alerts.before(epoch + timedelta(hours=hour)) for hour in (0, 1, 2, 3, 5, 9, 10)]
    assert found == [9, 9, 10, 12, 12, 13, 14]


async def test_before_the_first_alert_there_is_none(store: Store) -> None:
    assert await store.alerts.before(NOON) == 0
    assert await store.alerts.first_seq() == 0


async def test_deliveries_of_several_sinks_and_states_are_listed_by_number_without_cutting_one(store: Store) -> None:
    await raise_many(store, 4)
    await bury(store, 2)
    states = (DeliveryState.DEAD, DeliveryState.PENDING)
    page = await store.deliveries.listed(("log", "desk"), states, limit=3)
    assert [record.id for record in page] == ["desk/1", "log/1", "desk/2", "log/2"]
    rest = await store.deliveries.listed(("log", "desk"), states, after_seq=2, limit=100)
    assert [record.id for record in rest] == ["desk/3", "log/3", "desk/4", "log/4"]
    alerts = {alert.seq: alert for alert in await store.alerts.after(0)}
    assert all(record.alert_id == alerts[record.seq].alert_id for record in page)
    assert all(record.raised_at for record in page)
    assert [str(record.state) for record in page] == ["pending", "dead", "pending", "dead"]


async def test_attempts_are_forgotten_when_they_are_older_than_alerts_are_kept(store: Store) -> None:
    await raise_one(store)
    for days in (0, 50, 100):
        attempt = Attempt(at=NOON + timedelta(days=days), duration_ms=days)
        assert await store.outbox.settle(await lease(store, after=timedelta(days=days)), RETRY, attempt, NOON)
    [record] = await store.deliveries.of_sink("log", DeliveryState.PENDING)
    assert [attempt.duration_ms for attempt in record.attempts] == [50, 100]


async def test_an_attempt_may_say_whatever_it_likes(store: Store) -> None:
    await raise_one(store)
    said = ATTEMPT.model_copy(update={"error": "one\u2028two\x85three\nfour\x1c", "answer": "\u2029"})
    assert await store.outbox.settle(await lease(store), RETRY, said, SOON)
    [record] = await store.deliveries.of_sink("log", DeliveryState.PENDING)
    assert record.attempts == (said,)


async def test_an_attempt_that_can_not_be_read_leaves_the_others(store: Store, redis: Redis) -> None:
    await raise_many(store, 1)
    assert await store.outbox.settle(await lease(store), RETRY, ATTEMPT, SOON)
    key = keys.delivery(TOPIC, "log", 1)
    log = await ask(redis, "HGET", key, "log")
    await ask(redis, "HSET", key, "log", log.replace("{", '{"later":1,') + log)
    with capture_logs() as logged:
        for _ in range(3):
            [record] = await store.deliveries.listed(["log"], [DeliveryState.PENDING])
            assert record.attempts == (ATTEMPT,)
            assert (await store.deliveries.sink("log")).pending == 1
    assert [(line["event"], line["delivery"]) for line in logged] == [("attempt.unreadable", "log/1")]


@pytest.mark.parametrize("line", ["later {}", "{}", f"{'9' * 20} {{}}"])
async def test_after_an_attempt_of_another_version_the_next_one_is_settled(
    store: Store, redis: Redis, line: str
) -> None:
    await raise_many(store, 1)
    await ask(redis, "HSET", keys.delivery(TOPIC, "log", 1), "log", f"{line}\n")
    assert await store.outbox.settle(await lease(store), RETRY, ATTEMPT, SOON)
    [record] = await store.deliveries.listed(["log"], [DeliveryState.PENDING])
    assert record.attempts == (ATTEMPT,)


async def test_a_sink_is_known_once_there_was_something_for_it(store: Store) -> None:
    assert not await store.deliveries.known("log")
    await raise_one(store)
    assert await store.deliveries.known("log")
    assert not await store.deliveries.known("nobody")


async def test_what_is_disabled_stays_so_for_whoever_opens_the_store_next(store: Store, server: Server) -> None:
    await raise_one(store)
    await disable(store)
    async with Store(server.url, topic=TOPIC) as other:
        assert (await other.deliveries.sink("log")).disabled
        assert await other.outbox.enable("log", NOON)
    assert (await lease(store)).seq == 1
