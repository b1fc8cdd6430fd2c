"""Alerts: raised once, numbered without gaps, one delivery a sink, all in one step."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from monitor.alerting import compose
from monitor.models import Alert, Claim, DeliveryState, Kind, Raise, Sighting, Way
from monitor.store import Limits, Store, keys
from tests.conftest import SINKS, TOPIC, ask
from tests.contract.test_claims import record
from tests.unit.making import NOON, a_sighting, same_as

NEW = Raise(kind=Kind.NEW, ordinal=0, reason="first sighting")
CORROBORATED = Raise(kind=Kind.CORROBORATED, ordinal=0, reason="three origins")
MOST = 20


@pytest.fixture
def limits() -> Limits:
    return Limits(alerts_listed=MOST)


async def a_claim(store: Store, text: str) -> tuple[Claim, Sighting]:
    sighting = a_sighting(text)
    done = await record(store, sighting, terms=((text, 1.0),))
    assert done.claim
    return done.claim, sighting


AT_ONCE = tuple(Way(sink=sink) for sink in SINKS)


def composed(
    claim: Claim, sighting: Sighting, *raises: Raise, ways: tuple[Way, ...] = AT_ONCE
) -> list[tuple[Raise, Alert, tuple[Way, ...]]]:
    alerts = compose(claim, raises, sighting, NOON)
    return [(one, alert, ways) for one, alert in zip(raises, alerts, strict=True)]


async def raise_one(store: Store, text: str = "six wounded", ways: tuple[Way, ...] = AT_ONCE) -> tuple[Claim, Sighting]:
    claim, sighting = await a_claim(store, text)
    assert await store.claims.raise_alerts(claim, sighting.id, composed(claim, sighting, NEW, ways=ways), "new")
    return claim, sighting


async def test_an_alert_is_numbered_listed_and_queued_for_every_sink(store: Store) -> None:
    claim, sighting = await raise_one(store)
    [(_, alert, _)] = composed(claim, sighting, NEW)
    assert await store.alerts.after(0) == [alert.numbered(1)]
    for sink in SINKS:
        assert await store.outbox.pending(sink) == 1
    after = await store.claims.claim(claim.id)
    assert after == claim.model_copy(update={"alerted": ("claim.new:0",)})
    filed = await store.claims.filed(sighting.id)
    assert filed
    assert filed.told == "new"


async def test_raising_again_after_a_lost_answer_changes_nothing(store: Store) -> None:
    claim, sighting = await raise_one(store)
    assert await store.claims.raise_alerts(claim, sighting.id, composed(claim, sighting, NEW), "new")
    assert await store.alerts.last_seq() == 1
    assert await store.outbox.pending("log") == 1


async def test_two_that_decide_at_once_raise_once(store: Store) -> None:
    claim, sighting = await a_claim(store, "six wounded")
    raises = composed(claim, sighting, NEW)
    assert (
        await asyncio.gather(*(store.claims.raise_alerts(claim, sighting.id, raises, "new") for _ in range(20)))
        == [True] * 20
    )
    assert await store.alerts.last_seq() == 1


async def test_an_alert_decided_from_an_older_revision_is_not_raised(store: Store) -> None:
    claim, sighting = await a_claim(store, "six wounded")
    await record(store, a_sighting("six hurt"), same_as(claim), terms=(("x", 1.0),))
    assert not await store.claims.raise_alerts(claim, sighting.id, composed(claim, sighting, NEW), "new")
    assert await store.alerts.last_seq() == 0
    filed = await store.claims.filed(sighting.id)
    assert filed
    assert filed.told is None


async def test_an_alert_decided_without_knowing_the_last_one_is_not_raised(store: Store) -> None:
    claim, sighting = await raise_one(store)
    stale = composed(claim, sighting, CORROBORATED)
    assert not await store.claims.raise_alerts(claim, sighting.id, stale, "corroborated")
    fresh = await store.claims.claim(claim.id)
    assert fresh
    raises = composed(fresh, sighting, NEW, CORROBORATED)
    assert await store.claims.raise_alerts(fresh, sighting.id, raises, "corroborated")
    assert [alert.kind for alert in await store.alerts.after(0)] == [Kind.NEW, Kind.CORROBORATED]


async def test_what_a_filing_was_told_first_stays(store: Store) -> None:
    claim, sighting = await raise_one(store)
    fresh = await store.claims.claim(claim.id)
    assert fresh
    assert await store.claims.raise_alerts(fresh, sighting.id, [], "a repeat")
    filed = await store.claims.filed(sighting.id)
    assert filed
    assert filed.told == "new"


async def test_a_claim_that_another_sighting_concerns_leaves_its_filing_untold(store: Store) -> None:
    claim, sighting = await a_claim(store, "six wounded")
    assert await store.claims.raise_alerts(claim, sighting.id, composed(claim, sighting, NEW), None)
    filed = await store.claims.filed(sighting.id)
    assert filed
    assert filed.told is None


async def test_a_claim_that_expired_raises_nothing(store: Store, redis: Redis) -> None:
    claim, sighting = await a_claim(store, "six wounded")
    await redis.delete(keys.claim(TOPIC, claim.id))
    assert not await store.claims.raise_alerts(claim, sighting.id, composed(claim, sighting, NEW), "new")


async def test_numbers_have_no_gaps_when_many_raise_at_once(store: Store) -> None:
    claims = [await a_claim(store, f"claim {number}") for number in range(MOST // 2)]
    async with asyncio.TaskGroup() as group:
        for claim, sighting in claims:
            raises = composed(claim, sighting, NEW, CORROBORATED)
            for _ in range(3):
                group.create_task(store.claims.raise_alerts(claim, sighting.id, raises, "new"))
    assert [alert.seq async for alert in store.alerts.all()] == list(range(1, MOST + 1))
    assert len({alert.alert_id for alert in await store.alerts.after(0)}) == MOST


async def test_alerts_are_read_from_a_number_on(store: Store) -> None:
    for number in range(5):
        await raise_one(store, f"claim {number}")
    assert [alert.seq for alert in await store.alerts.after(2)] == [3, 4, 5]
    assert [alert.seq for alert in await store.alerts.after(2, limit=1)] == [3]
    assert [alert.seq async for alert in store.alerts.all(4)] == [5]
    assert await store.alerts.after(5) == []


async def test_following_gives_what_is_there_and_then_what_comes(store: Store) -> None:
    await raise_one(store, "claim 1")
    await raise_one(store, "claim 2")
    following = store.alerts.follow(1)
    assert (await anext(following)).seq == 2
    coming = asyncio.ensure_future(anext(following))
    await raise_one(store, "claim 3")
    assert (await coming).seq == 3


async def test_waiting_ends_with_the_next_alert_or_with_the_time(store: Store) -> None:
    assert await store.outbox.wait(0, 1) == 0
    waiting = asyncio.create_task(store.outbox.wait(0, 5000))
    await raise_one(store)
    assert await waiting == 1
    assert await store.outbox.wait(0, 5000) == 1
    assert await store.outbox.wait(1, 1) == 1


async def test_the_oldest_alerts_give_way_and_their_deliveries_are_dead(store: Store) -> None:
    for number in range(MOST + 2):
        await raise_one(store, f"claim {number}")
    assert [alert.seq async for alert in store.alerts.all()] == list(range(3, MOST + 3))
    assert await store.outbox.pending("log") == MOST
    assert [one.seq for one in await store.deliveries.of_sink("log", DeliveryState.DEAD)] == [1, 2]


async def test_an_old_alert_is_forgotten_when_its_time_is_over(store: Store, redis: Redis) -> None:
    await raise_one(store, "claim 1")
    [[entry_id, fields]] = await ask(redis, "XRANGE", keys.alerts(TOPIC), "-", "+")
    long_ago = int(fields["at_s"]) - timedelta(days=91).total_seconds()
    await redis.delete(keys.alerts(TOPIC))
    await redis.xadd(keys.alerts(TOPIC), {"alert": fields["alert"], "at_s": int(long_ago)}, id=entry_id)
    await raise_one(store, "claim 2")
    assert [alert.seq async for alert in store.alerts.all()] == [2]
