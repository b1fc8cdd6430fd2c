"""Alerts that can't be read, as after a downgrade: set aside with the place that is wrong; all others go their way."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from monitor.cli.tail import tail
from monitor.models import Attempt, Delivery, DeliveryState, Group, Rate, Way
from monitor.store import Limits, Store, keys
from monitor.web.metrics import Metrics
from tests.commanding import CONTROLS, Monitor
from tests.conftest import TOPIC, ask
from tests.contract.test_alerts import raise_one
from tests.contract.test_api import served
from tests.contract.test_delivery import SOON, dispatching, raise_many, receiving, seqs, sinks
from tests.contract.test_outbox import ATTEMPT, DELIVERED, LEASE, RETRY, lease, only
from tests.processes import Receiver, configuration
from tests.unit.making import NOON
from tests.waiting import wait_until

KEPT = 3
WAIT = timedelta(minutes=1)
PLACE = "the alert can't be read: later: Extra inputs are not permitted"

Change = Callable[[str], str]


def newer(document: str) -> str:
    """As a newer version wrote it, which knows a field more."""
    return json.dumps(json.loads(document) | {"later": 1})


def older(document: str) -> str:
    """What `newer` changed, taken back, as if it were read by the newer version."""
    return json.dumps({name: value for name, value in json.loads(document).items() if name != "later"})


def later_kind(document: str) -> str:
    return json.dumps(json.loads(document) | {"kind": "claim.retold", "claim": {"text": 1}})


def cut(document: str) -> str:
    return document[:100]


def nothing(_: str) -> str:
    return ""


def hostile(_: str) -> str:
    return '{"\\u001b[2J\\u202e": "six"}'


async def rewrite(redis: Redis, change: Change, *spoilt: int) -> None:
    """Changes these alerts where they lie; a stream has to be written anew for that."""
    key = keys.alerts(TOPIC)
    entries = await ask(redis, "XRANGE", key, "-", "+")
    await ask(redis, "DEL", key)
    for entry_id, fields in entries:
        if int(entry_id.partition("-")[0]) in spoilt:
            fields["alert"] = change(fields["alert"])
        await ask(redis, "XADD", key, entry_id, *(word for pair in fields.items() for word in pair))
    await ask(redis, "EXPIRE", key, 1000)


@pytest.fixture
def limits() -> Limits:
    return Limits(attempts_listed=KEPT)


async def dead(store: Store, sink: str = "log") -> list[int]:
    return [record.seq for record in await store.deliveries.of_sink(sink, DeliveryState.DEAD)]


# --- going out


async def test_the_sinks_get_all_others_and_the_log_and_the_metrics_say_what_they_do_not(
    store: Store, redis: Redis, tmp_path: Path
) -> None:
    path = tmp_path / "alerts.jsonl"
    await raise_many(store, 5)
    await rewrite(redis, newer, 1, 3)
    with capture_logs() as logged:
        async with receiving() as receiver, sinks(path, receiver) as both, dispatching(store, both) as dispatcher:
            async with asyncio.timeout(30):  # a dispatcher that has ended drains nothing
                await dispatcher.drain(SOON)
                await raise_many(store, 1, first=6)
                await dispatcher.drain(SOON)
            assert (seqs(path), receiver.seqs) == ([2, 4, 5, 6], [2, 4, 5, 6])
    aside = [line for line in logged if line["event"] == "delivery.set_aside"]
    assert sorted(line["delivery"] for line in aside) == ["desk/1", "desk/3", "log/1", "log/3"]
    assert {(line["log_level"], line["because"]) for line in aside} == {("error", PLACE)}
    metrics = Metrics()
    for sink in ("log", "desk"):
        record = await store.deliveries.sink(sink)
        assert (record.pending, record.dead, record.delivered, record.failing_since) == (0, 2, 4, None)
        assert await dead(store, sink) == [1, 3]
        metrics.sink(record)
    assert b'monitor_dead_deliveries{sink="desk"} 2.0' in metrics.render()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (newer, "later: Extra inputs are not permitted"),
        (later_kind, "kind: Input should be 'claim.new'"),
        (cut, "Invalid JSON: EOF while parsing"),
        (nothing, "Invalid JSON: EOF while parsing a value at line 1 column 0"),
        (hostile, "seq: Field required (and "),
    ],
)
async def test_it_is_dead_with_the_place_that_is_wrong_and_the_next_one_is_leased(
    store: Store, redis: Redis, change: Change, place: str
) -> None:
    await raise_many(store, 2)
    await rewrite(redis, change, 1)
    assert (await lease(store)).seq == 2
    [record] = await store.deliveries.of_sink("log", DeliveryState.DEAD)
    assert (record.seq, record.alert_id, record.kind) == (1, None, None)
    assert record.raised_at is not None
    assert record.unreadable
    assert record.unreadable.startswith(f"the alert can't be read: {place}")
    assert record.attempts == (Attempt(at=NOON, duration_ms=0, error=record.unreadable[:500]),)
    assert await store.deliveries.state("log", 1) is DeliveryState.DEAD


async def test_when_nothing_else_waits_nothing_is_leased(store: Store, redis: Redis) -> None:
    await raise_many(store, 2)
    await rewrite(redis, newer, 1, 2)
    assert await store.outbox.lease("log", NOON, LEASE) is None
    assert await store.outbox.pending("log") == 0


async def test_once_it_can_be_read_again_it_is_sent_again(store: Store, redis: Redis) -> None:
    await raise_many(store, 1)
    await rewrite(redis, newer, 1)
    for _ in range(KEPT + 1):  # too early
        assert await store.outbox.lease("log", NOON, LEASE) is None
        assert (await store.deliveries.redeliver("log", [1], NOON)).queued == 1
    await rewrite(redis, older, 1)
    delivery = await lease(store)
    assert (delivery.seq, delivery.attempts) == (1, 0)
    assert await store.outbox.settle(delivery, DELIVERED, ATTEMPT, None)
    [record] = await store.deliveries.of_sink("log", DeliveryState.DELIVERED)
    assert [one.error for one in record.attempts] == [*[PLACE] * (KEPT - 1), None], "as many as are kept"
    assert record.unreadable is None


async def test_several_that_are_under_way_lose_only_what_cannot_be_read(store: Store, redis: Redis) -> None:
    await raise_many(store, 8)
    await rewrite(redis, newer, 2, 3, 5)
    first = only(await store.outbox.lease("log", NOON, LEASE, None, 4, 1))
    found = await store.outbox.lease("log", NOON, LEASE, None, 4, 3)
    assert isinstance(found, tuple)
    assert [(one.seq, one.attempts) for one in (first, *found)] == [(1, 0), (4, 0), (6, 0), (7, 0)]
    assert await dead(store) == [2, 3, 5]
    for one in found:
        assert await store.outbox.settle(one, DELIVERED, ATTEMPT, None)


async def test_what_exceeds_a_rate_waits_as_ever(store: Store, redis: Redis) -> None:
    await raise_many(store, 4)
    await rewrite(redis, newer, 1, 3)
    rate = Rate(deliveries=2, per=WAIT)
    delivery = only(await store.outbox.lease("log", NOON, LEASE, rate))
    assert delivery.seq == 2
    assert await store.outbox.settle(delivery, DELIVERED, ATTEMPT, None)
    assert await store.outbox.lease("log", NOON, LEASE, rate) == NOON + WAIT
    assert only(await store.outbox.lease("log", NOON + WAIT, LEASE, rate)).seq == 4
    assert await dead(store) == [1, 3]


# --- digests


async def raise_grouped(store: Store, *numbers: int) -> None:
    group = Group(name="g", wait=timedelta(0), interval=timedelta(0))
    for number in numbers:
        await raise_one(store, f"grouped {number}", (Way(sink="desk", group=group),))


async def lease_desk(store: Store, most: int = 1) -> tuple[Delivery, ...]:
    now = datetime.now(UTC) + LEASE  # groups go by the wall clock
    found = await store.outbox.lease("desk", now, LEASE, None, most, most)
    assert isinstance(found, tuple)
    return found


def holds(delivery: Delivery) -> list[int]:
    return [alert.seq for alert in delivery.digest_of or (delivery.alert,)]


@pytest.mark.parametrize("spoilt", [(1,), (2,), (4,), (1, 4), (3, 4), (1, 2, 4), (1, 2, 3), (2, 3, 4)])
async def test_a_digest_goes_out_with_what_can_be_read_of_it(
    store: Store, redis: Redis, spoilt: tuple[int, ...]
) -> None:
    await raise_grouped(store, 1, 2, 3, 4)
    await rewrite(redis, newer, *spoilt)
    left = [seq for seq in (1, 2, 3, 4) if seq not in spoilt]
    [delivery] = await lease_desk(store)
    assert (delivery.seq, holds(delivery), delivery.attempts) == (left[-1], left, 0)
    assert await store.outbox.pending("desk") == len(left)
    aside = await store.deliveries.of_sink("desk", DeliveryState.DEAD)
    assert [(one.seq, one.digest, one.attempts[-1].error) for one in aside] == [(seq, None, PLACE) for seq in spoilt]
    assert await store.outbox.settle(delivery, RETRY, ATTEMPT, NOON)
    [again] = await lease_desk(store)
    assert (again.id, again.attempts, holds(again)) == (delivery.id, 1, left)
    assert await store.outbox.settle(again, DELIVERED, ATTEMPT, None)
    assert await store.outbox.pending("desk") == 0
    done = await store.deliveries.of_sink("desk", DeliveryState.DELIVERED)
    assert [one.seq for one in done] == left
    assert (await store.deliveries.redeliver("desk", spoilt, NOON)).queued == len(spoilt)
    await rewrite(redis, older, *spoilt)
    assert [holds(one) for one in await lease_desk(store, 4)] == [[seq] for seq in spoilt]


async def test_a_digest_of_which_nothing_can_be_read_is_dead_as_a_whole(store: Store, redis: Redis) -> None:
    await raise_grouped(store, 1, 2, 3)
    await raise_one(store, "at once")
    await rewrite(redis, newer, 1, 2, 3)
    assert [holds(one) for one in await lease_desk(store)] == [[4]]
    assert await dead(store, "desk") == [1, 2, 3]


async def test_a_digest_that_moves_to_the_front_is_leased_once_with_what_is_behind_it(
    store: Store, redis: Redis
) -> None:
    await raise_grouped(store, 1, 2)
    await raise_many(store, 2, first=3)
    await raise_grouped(store, 5)
    await raise_many(store, 1, first=6)
    await rewrite(redis, newer, 5)
    found = await lease_desk(store, 5)
    assert [holds(one) for one in found] == [[1, 2], [3], [4], [6]]
    for one in found:
        assert await store.outbox.settle(one, DELIVERED, ATTEMPT, None)
    assert await store.outbox.pending("desk") == 0


# --- looking


async def test_readers_leave_it_out_and_are_told_once(store: Store, redis: Redis) -> None:
    await raise_many(store, 7)
    await rewrite(redis, newer, 2, 3, 4, 7)
    with capture_logs() as logged:
        for _ in range(2):
            assert [alert.seq async for alert in store.alerts.all()] == [1, 5, 6]
        assert [alert.seq for alert in await store.alerts.after(1, limit=2)] == [5]
        assert await store.alerts.after(6) == []
        assert await store.alerts.named("alert_none") is None
    assert [(line["event"], line["seq"], line["because"]) for line in logged] == [
        ("alert.unreadable", seq, PLACE) for seq in (2, 3, 4, 7)
    ]


async def test_who_follows_waits_behind_it_for_the_next_one(store: Store, redis: Redis) -> None:
    await raise_many(store, 2)
    await rewrite(redis, newer, 2)

    async def someone_waits() -> bool:
        return bool((await redis.info("clients"))["blocked_clients"])

    seen: list[int] = []
    tailing = tail(store, lambda alert: seen.append(alert.seq), after=0, last=0, follow=True)
    following = asyncio.create_task(tailing)
    await wait_until(someone_waits, "it waits, and does not ask again and again")
    assert seen == [1]
    await raise_many(store, 1, first=3)
    await wait_until(lambda: seen == [1, 3], "the next one comes")
    following.cancel()


async def test_the_api_shows_what_became_of_it_and_goes_on(store: Store, redis: Redis) -> None:
    await raise_many(store, 3)
    await rewrite(redis, newer, 2)
    async with served(store) as site:
        _, page = await site.get("/alerts?limit=2")
        assert [alert["seq"] for alert in page["alerts"]] == [1]
        _, page = await site.get(f"/alerts?after={page['after']}")
        assert ([alert["seq"] for alert in page["alerts"]], page["last"]) == ([3], 3)
        _, page = await site.get("/deliveries?sink=log")
        assert [(one["seq"], one["kind"], one["unreadable"]) for one in page["deliveries"]] == [
            (1, "claim.new", None),
            (2, None, PLACE),
            (3, "claim.new", None),
        ]
        assert (await site.get("/sinks"))[0] == 200


async def test_the_command_line_shows_it_and_reads_all_others(
    monitor: Monitor, store: Store, redis: Redis, tmp_path: Path
) -> None:
    await raise_many(store, 3)
    await rewrite(redis, hostile, 2)
    where = ("--config", configuration(tmp_path, receiver=Receiver(1)))
    page = await monitor("deliveries", "log/2", *where)
    assert (page.code, "pending" in page.out, "the alert can't be read: seq: Field required" in page.out) == (
        (0, True, True)
    ), "before it is its turn, too"
    for seq in (1, 3):
        delivery = await lease(store)
        assert delivery.seq == seq
        assert await store.outbox.settle(delivery, DELIVERED, ATTEMPT, None)
    listed = await monitor("deliveries", "--sink", "log", *where)
    [row] = [line.split("\t") for line in listed.lines]
    assert (row[1:5], row[5][:40]) == (["log/2", "", "dead", "1"], "the alert can't be read: seq: Field requ")
    delivered = await monitor("deliveries", "--sink", "log", "--state", "delivered", *where)
    assert [line.split("\t")[1] for line in delivered.lines] == ["log/1", "log/3"]
    for words in (("tail", "--no-follow", "--json"), ("export", "alerts")):
        shown = await monitor(*words, *where)
        assert (shown.code, [json.loads(line)["seq"] for line in shown.lines]) == (0, [1, 3])
        assert "alert.unreadable" in shown.err
        assert not CONTROLS & set(shown.out + shown.err)
    again = await monitor("redeliver", "log/2", *where)
    assert again.out == "log: 1 queued again\n"
