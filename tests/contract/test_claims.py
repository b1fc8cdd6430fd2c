"""Claims: filed once each, atomically, whoever files at the same moment; read back as they were written."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from monitor.filing import file
from monitor.models import Claim, Filing, Link, Sighting
from monitor.protocols import Choice, Recorded
from monitor.store import Limits, Store, keys
from tests.conftest import TOPIC, Server, ask
from tests.unit.making import a_figure, a_sighting, no_claim, same_as

ROUNDS = 300
TERMS = (("wound", 1.0), ("graivoron", 2.0))


@pytest.fixture
def limits() -> Limits:
    return Limits(claims_of_term=5, candidates=3, filings_of_claim=4)


async def record(
    store: Store,
    sighting: Sighting,
    choice: Choice | None = None,
    *,
    terms: tuple[tuple[str, float], ...] = TERMS,
    epoch: int | None = None,
) -> Recorded:
    """Files the sighting by the choice (none: a new claim), decided from the candidates of now or of `epoch`."""
    chosen = choice or no_claim()
    claim, filing = file(sighting, chosen, TOPIC)
    now = (await store.claims.candidates(terms)).epoch if epoch is None else epoch
    return await store.claims.record(
        filing, claim, terms=terms, epoch=now, expected_revision=chosen.claim.revision if chosen.claim else None
    )


async def recorded(
    store: Store, text: str, choice: Choice | None = None, *, terms: tuple[tuple[str, float], ...] = TERMS
) -> Claim:
    done = await record(store, a_sighting(text), choice, terms=terms)
    assert done.claim is not None
    return done.claim


async def test_a_new_claim_is_kept_with_its_numbers(store: Store) -> None:
    sighting = a_sighting(figures=(a_figure(6),), places=("Graivoron",))
    done = await record(store, sighting)
    expected, filing = file(sighting, no_claim(), TOPIC)
    assert done == Recorded(
        conflict=False,
        claim=expected.model_copy(update={"number": 1, "revision": 1}),
        filing=filing.model_copy(update={"number": 1}),
    )
    assert await store.claims.claim(expected.id) == done.claim
    assert await store.claims.filed(sighting.id) == done.filing


async def test_what_is_not_known_is_none(store: Store) -> None:
    assert await store.claims.claim("claim_x") is None
    assert await store.claims.filed("x") is None
    assert [claim async for claim in store.claims.claims()] == []


async def test_a_sighting_under_a_claim_makes_its_next_revision(store: Store) -> None:
    first = await recorded(store, "six wounded")
    second = await recorded(store, "six were wounded", same_as(first))
    assert (second.id, second.number, second.revision, second.sightings) == (first.id, 1, 2, 2)
    assert [filing.number async for filing in store.claims.filings_of(first.id)] == [1, 2]


async def test_a_sighting_is_filed_once_however_often_it_is_recorded(store: Store) -> None:
    sighting = a_sighting("six wounded")
    first = await record(store, sighting)
    assert first.claim
    later = await recorded(store, "six were wounded", same_as(first.claim))
    for choice in (no_claim(), same_as(later)):
        again = await record(store, sighting, choice, epoch=0)
        assert again == Recorded(conflict=False, claim=later, filing=first.filing)
    assert len([claim async for claim in store.claims.claims()]) == 1
    assert len([filing async for filing in store.claims.filings()]) == 2


async def test_a_claim_that_changed_meanwhile_is_a_conflict(store: Store) -> None:
    first = await recorded(store, "six wounded")
    await recorded(store, "six were wounded", same_as(first))
    assert await record(store, a_sighting("six hurt"), same_as(first)) == Recorded(conflict=True)
    assert len([filing async for filing in store.claims.filings()]) == 2


@pytest.mark.parametrize("terms", [TERMS, (("graivoron", 1.0), ("own", 1.0))])
async def test_a_new_claim_with_a_shared_term_is_a_conflict(store: Store, terms: tuple[tuple[str, float], ...]) -> None:
    epoch = (await store.claims.candidates(terms)).epoch
    await recorded(store, "six wounded")
    assert (await record(store, a_sighting("six hurt"), terms=terms, epoch=epoch)).conflict


async def test_a_newcomer_is_a_conflict_for_a_repeat_too(store: Store) -> None:
    first = await recorded(store, "six wounded")
    epoch = (await store.claims.candidates(TERMS)).epoch
    await recorded(store, "a newcomer")
    assert (await record(store, a_sighting("six hurt"), same_as(first), epoch=epoch)).conflict


async def test_an_old_claim_that_gained_a_shared_term_is_a_conflict(store: Store) -> None:
    old = await recorded(store, "six wounded", terms=(("wound", 1.0),))
    wanted = (("hospital", 1.0),)
    epoch = (await store.claims.candidates(wanted)).epoch
    await recorded(store, "in hospital", same_as(old), terms=(("wound", 1.0), *wanted))
    assert (await record(store, a_sighting("hospitalised"), terms=wanted, epoch=epoch)).conflict


async def test_another_sighting_of_a_known_candidate_is_no_conflict(store: Store) -> None:
    old = await recorded(store, "six wounded")
    epoch = (await store.claims.candidates(TERMS)).epoch
    await recorded(store, "six were wounded", same_as(old))
    assert not (await record(store, a_sighting("something else"), epoch=epoch)).conflict


async def test_a_claim_without_a_shared_term_is_no_conflict(store: Store) -> None:
    epoch = (await store.claims.candidates(TERMS)).epoch
    await recorded(store, "a bridge", terms=(("bridge", 1.0),))
    assert not (await record(store, a_sighting("six hurt"), epoch=epoch)).conflict


async def test_candidates_come_by_shared_weight_then_by_the_latest_sighting(store: Store) -> None:
    wound = await recorded(store, "wound", terms=(("wound", 1.0),))
    place = await recorded(store, "place", terms=(("graivoron", 1.0),))
    both = await recorded(store, "both")
    newer = await recorded(store, "newer wound", terms=(("wound", 1.0),))
    await recorded(store, "bridge", terms=(("bridge", 9.0),))
    found = await store.claims.candidates(TERMS)
    assert [claim.id for claim in found.claims] == [both.id, place.id, newer.id], "the best three"
    found = await store.claims.candidates((("wound", 1.0),))
    assert [claim.id for claim in found.claims] == [newer.id, both.id, wound.id]
    assert found.epoch == 5


async def test_a_term_keeps_the_claims_that_were_sighted_last(store: Store) -> None:
    first = await recorded(store, "claim 0", terms=(("wound", 1.0),))
    for number in range(1, 5):
        await recorded(store, f"claim {number}", terms=(("wound", 1.0),))
    first = await recorded(store, "claim 0 again", same_as(first), terms=(("wound", 1.0),))
    latest = await recorded(store, "claim 5", terms=(("wound", 1.0),))
    newest = await recorded(store, "claim 6", terms=(("wound", 1.0),))
    found = await store.claims.candidates((("wound", 1.0),))
    assert [claim.id for claim in found.claims] == [newest.id, latest.id, first.id]


async def test_an_expired_claim_is_no_candidate(store: Store, redis: Redis) -> None:
    gone = await recorded(store, "six wounded")
    stays = await recorded(store, "seven wounded")
    await redis.delete(keys.claim(TOPIC, gone.id))
    assert [claim.id for claim in (await store.claims.candidates(TERMS)).claims] == [stays.id]
    assert [claim.id async for claim in store.claims.claims()] == [stays.id]


async def test_a_sighting_of_an_expired_claim_is_still_filed_once(store: Store, redis: Redis) -> None:
    sighting = a_sighting("six wounded")
    first = await record(store, sighting)
    assert first.claim
    await redis.delete(keys.claim(TOPIC, first.claim.id))
    assert await record(store, sighting) == Recorded(conflict=False, claim=None, filing=first.filing)


async def test_each_sighting_renews_the_time_of_its_claim_and_terms(store: Store, redis: Redis) -> None:
    first = await recorded(store, "six wounded")
    concerned = [keys.claim(TOPIC, first.id), keys.index(TOPIC, "wound"), keys.filings_of(TOPIC, first.id)]
    for key in concerned:
        await redis.expire(key, 1000)
    await recorded(store, "six were wounded", same_as(first))
    for key in concerned:
        assert await redis.ttl(key) > timedelta(days=89).total_seconds()


async def test_a_dispute_is_linked_on_the_other_claim_once(store: Store) -> None:
    holds = await recorded(store, "the legion holds Kozinka")
    denial = Choice(claim=None, because="denied", disputes=(Link(claim_id=holds.id, because="who holds Kozinka"),))
    denied = await recorded(store, "the legion does not hold Kozinka", denial)
    again = denial.model_copy(update={"claim": denied.model_copy(update={"disputes": ()})})
    await recorded(store, "it was driven out of Kozinka", again)
    other = await store.claims.claim(holds.id)
    assert other == holds.model_copy(
        update={"revision": 2, "disputed_by": (Link(claim_id=denied.id, because="who holds Kozinka"),)}
    )
    assert other.status == "disputed"
    third = await recorded(store, "the legion still holds Kozinka", same_as(other))
    assert third.disputed_by == other.disputed_by


async def test_a_dispute_with_a_claim_that_is_gone_is_no_error(store: Store) -> None:
    choice = Choice(claim=None, because="denied", disputes=(Link(claim_id="claim_gone", because="it"),))
    assert (await recorded(store, "no", choice)).disputes == choice.disputes


async def test_everything_is_read_in_the_order_of_the_decisions(store: Store) -> None:
    claims = [await recorded(store, f"claim {number}", terms=((f"term {number}", 1.0),)) for number in range(150)]
    repeated = await recorded(store, "claim 3 again", same_as(claims[3]), terms=(("term 3", 1.0),))
    listed = [claim async for claim in store.claims.claims()]
    assert [claim.number for claim in listed] == list(range(1, 151))
    assert listed[3] == repeated
    assert [filing.number async for filing in store.claims.filings()] == list(range(1, 152))


async def test_of_a_claim_that_everybody_repeats_the_latest_filings_are_listed(store: Store) -> None:
    claim = await recorded(store, "sighting 0")
    for number in range(1, 7):
        claim = await recorded(store, f"sighting {number}", same_as(claim))
    assert [filing.number async for filing in store.claims.filings_of(claim.id)] == [4, 5, 6, 7]
    assert claim.sightings == 7


async def test_two_workers_on_two_wordings_of_one_new_claim_file_one_claim(store: Store, server: Server) -> None:
    conflicts = 0

    async def work(store: Store, sighting: Sighting, meet: asyncio.Barrier) -> Filing:
        nonlocal conflicts
        terms = tuple((lemma, 1.0) for lemma in sighting.frame.lemmas)
        await meet.wait()
        while True:
            found = await store.claims.candidates(terms)
            same = next((one for one in found.claims if one.exemplars[0].frame.main == sighting.frame.main), None)
            done = await record(store, sighting, same_as(same) if same else no_claim(), terms=terms, epoch=found.epoch)
            if done.filing:
                return done.filing
            conflicts += 1

    async with Store(server.url, topic=TOPIC, limits=Limits(claims_of_term=5)) as other:
        for number in range(ROUNDS):
            meet = asyncio.Barrier(2)
            main = f"event {number}"
            one = a_sighting(f"{number} were hurt", frame={"main": main, "lemmas": (main, "hurt")})
            two = a_sighting(f"wounded: {number}", frame={"main": main, "lemmas": ("wounded", main)})
            filings = await asyncio.gather(work(store, one, meet), work(other, two, meet))
            assert filings[0].claim_id == filings[1].claim_id, f"round {number}"
    assert len([claim async for claim in store.claims.claims()]) == ROUNDS
    assert conflicts > ROUNDS / 10, "the workers never met: this proved nothing"


@pytest.mark.parametrize("document", ["", "{", '{"later": 1}'])
async def test_a_claim_that_cannot_be_read_is_left_out_and_told_once(store: Store, redis: Redis, document: str) -> None:
    spoilt = await recorded(store, "six wounded")
    other = await recorded(store, "a newcomer")
    key = keys.claim(TOPIC, spoilt.id)
    (field,) = [name for name, value in (await ask(redis, "HGETALL", key)).items() if spoilt.text in value]
    await ask(redis, "HSET", key, field, document)
    with capture_logs() as logged:
        assert [claim.id async for claim in store.claims.claims()] == [other.id]
        assert await store.claims.page(after=0, limit=1) == [other]
        assert (await store.claims.candidates(TERMS)).claims == (other,)
        assert await store.claims.claim(spoilt.id) is None
    assert [(line["event"], line["number"]) for line in logged] == [("claim.unreadable", "1")]
    assert (await record(store, a_sighting("six were wounded"))).claim


async def test_a_filing_that_cannot_be_read_is_left_out_and_told_once(store: Store, redis: Redis) -> None:
    claim = await recorded(store, "six wounded")
    await recorded(store, "six were wounded", same_as(claim))
    first, second = [filing async for filing in store.claims.filings()]
    key = keys.filing(TOPIC, first.sighting.id)
    (field,) = [name for name, value in (await ask(redis, "HGETALL", key)).items() if first.sighting.id in value]
    await ask(redis, "HSET", key, field, "{")
    with capture_logs() as logged:
        assert [filing async for filing in store.claims.filings()] == [second]
        assert [filing async for filing in store.claims.filings_of(claim.id)] == [second]
    assert [(line["event"], line["number"]) for line in logged] == [("filing.unreadable", "1")]


@pytest.mark.parametrize("gone", ["number", "revision"])
async def test_a_claim_without_its_number_or_revision_cannot_be_read(store: Store, redis: Redis, gone: str) -> None:
    """Its revision can't be what another filing expects: whatever resembles it would be decided anew for ever."""
    spoilt = await recorded(store, "six wounded")
    await ask(redis, "HDEL", keys.claim(TOPIC, spoilt.id), gone)
    with capture_logs() as logged:
        assert (await store.claims.candidates(TERMS)).claims == ()
    assert [line["because"] for line in logged] == ["its number or its revision is missing"]


async def test_a_page_goes_on_behind_claims_that_expired(store: Store, redis: Redis) -> None:
    expired = [await recorded(store, f"{count} wounded") for count in ("six", "seven")]
    other = await recorded(store, "a newcomer")
    for claim in expired:
        await ask(redis, "DEL", keys.claim(TOPIC, claim.id))
    assert await store.claims.page(after=0, limit=1) == [other]
