"""Claims and filings: what is known, kept consistent whoever files at the same moment."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from monitor.models import Alert, Claim, Filing, Link, Post, Raise, Way
from monitor.protocols import Candidates, Recorded
from monitor.store import keys, scripts
from monitor.store.connect import Connection
from monitor.store.limits import Limits, seconds
from monitor.store.outbox import queues
from monitor.store.posts import Posts
from monitor.store.scripts import ClaimFields, FilingFields
from monitor.store.unreadable import Told

PAGE = 100
_Fields = TypeVar("_Fields", ClaimFields, FilingFields)
_Read = TypeVar("_Read", Claim, Filing)


class Claims:
    """The claims of one topic. Satisfies `protocols.ClaimStore`.

    Claims and filings that can't be read are left out and told in the log, each once: nothing is compared with them.
    """

    def __init__(self, connection: Connection, topic: str, limits: Limits, *, posts: Posts) -> None:
        self._connection = connection
        self._topic = topic
        self._limits = limits
        self._posts = posts
        self._told = Told()

    async def context(self, post: Post) -> tuple[Post, ...]:
        return await self._posts.context(post)

    # --- judging and filing

    async def candidates(self, terms: Sequence[tuple[str, float]]) -> Candidates:
        epoch, found = await scripts.candidates(
            self._connection,
            counters_key=keys.counters(self._topic),
            claim_prefix=keys.claim(self._topic, ""),
            most=self._limits.candidates,
            terms=[(keys.index(self._topic, term), weight) for term, weight in terms],
        )
        return Candidates(claims=tuple(self._read(found, _claim)), epoch=epoch)

    async def record(
        self,
        filing: Filing,
        claim: Claim,
        *,
        terms: Sequence[tuple[str, float]],
        epoch: int,
        expected_revision: int | None,
    ) -> Recorded:
        """As `ClaimStore.record`. `terms` and `epoch` are those of the `candidates` that was decided from."""
        written = await scripts.record(
            self._connection,
            filing_key=keys.filing(self._topic, filing.sighting.id),
            claim_key=keys.claim(self._topic, claim.id),
            counters_key=keys.counters(self._topic),
            claims_key=keys.claims(self._topic),
            filings_key=keys.filings(self._topic),
            filings_of_key=keys.filings_of(self._topic, claim.id),
            index_keys=[keys.index(self._topic, term) for term, _ in terms],
            claim_prefix=keys.claim(self._topic, ""),
            claim_id=claim.id,
            sighting_id=filing.sighting.id,
            expected_revision=expected_revision,
            epoch=epoch,
            claim=claim.model_dump_json(),
            filing=filing.model_dump_json(),
            ttl_s=seconds(self._limits.claims),
            claims_listed=self._limits.claims_listed,
            filings_listed=self._limits.filings_listed,
            filings_of_claim=self._limits.filings_of_claim,
            claims_of_term=self._limits.claims_of_term,
            disputes=self._limits.disputes,
            disputed=[
                (link.claim_id, Link(claim_id=claim.id, because=link.because).model_dump_json())
                for link in filing.disputes
            ],
        )
        if written is None:
            return Recorded(conflict=True)
        claim_now, filing_now = written
        return Recorded(
            conflict=False,
            claim=_claim(claim_now) if claim_now.doc is not None else None,  # filed long ago, and expired since
            filing=_filing(filing_now),
        )

    async def raise_alerts(
        self,
        claim: Claim,
        sighting_id: str,
        raises: Sequence[tuple[Raise, Alert, Sequence[Way]]],
        told: str | None,
    ) -> bool:
        """As `ClaimStore.raise_alerts`. What a filing was told first stays."""
        return await scripts.raise_alerts(
            self._connection,
            claim_key=keys.claim(self._topic, claim.id),
            filing_key=keys.filing(self._topic, sighting_id),
            alerts_key=keys.alerts(self._topic),
            counters_key=keys.counters(self._topic),
            revision=claim.revision,
            alerted="".join(f"{key}\n" for key in claim.alerted),
            told=told or "",
            ttl_s=seconds(self._limits.alerts),
            alerts_listed=self._limits.alerts_listed,
            of_digest=self._limits.alerts_in_digest,
            alerts=[
                scripts.AlertArgs(due.key, alert.model_dump_json(), [self._way(way) for way in ways])
                for due, alert, ways in raises
                if due.key not in claim.alerted
            ],
        )

    def _way(self, way: Way) -> scripts.WayArgs:
        group = way.group
        name = group.name if group else ""
        return scripts.WayArgs(
            queues=queues(self._topic, way.sink),
            delivery_prefix=keys.delivery(self._topic, way.sink, ""),
            group_key=keys.group(self._topic, way.sink, name),
            group=name,
            wait_ms=round(group.wait.total_seconds() * 1000) if group else 0,
            interval_ms=round(group.interval.total_seconds() * 1000) if group else 0,
        )

    # --- reading

    async def claim(self, claim_id: str) -> Claim | None:
        return next(iter(await self._fetch_claims([claim_id])), None)

    async def claims(self) -> AsyncIterator[Claim]:
        """All claims that are known, by number."""
        async for page in self._pages(keys.claims(self._topic)):
            for claim in await self._fetch_claims(page):
                yield claim

    async def page(self, after: int, limit: int) -> list[Claim]:
        """The claims with a number above `after`, by number, at most `limit`."""
        claims: list[Claim] = []
        start = f"({after}"
        while not claims and (found := await self._scored(keys.claims(self._topic), start, limit)):
            claims = await self._fetch_claims(found[::2])
            start = f"({found[-1]}"
        return claims

    async def filed(self, sighting_id: str) -> Filing | None:
        return next(iter(await self._fetch_filings([sighting_id])), None)

    async def filings(self) -> AsyncIterator[Filing]:
        """All filings that are kept, in the order of the decisions."""
        async for page in self._pages(keys.filings(self._topic)):
            for filing in await self._fetch_filings(page):
                yield filing

    async def filings_of(self, claim_id: str) -> AsyncIterator[Filing]:
        """The filings of one claim, in the order of the decisions."""
        async for page in self._pages(keys.filings_of(self._topic, claim_id)):
            for filing in await self._fetch_filings(page):
                yield filing

    async def _pages(self, key: str) -> AsyncIterator[list[str]]:
        """The members by score, page by page; what is added meanwhile comes too."""
        after = "-inf"
        while found := await self._scored(key, after, PAGE):
            yield found[::2]
            after = f"({found[-1]}"

    async def _scored(self, key: str, after: str, limit: int) -> list[str]:
        """Members and their scores in turn, by score."""
        words = ("ZRANGEBYSCORE", key, after, "+inf", "WITHSCORES", "LIMIT", 0, limit)
        found: list[str] = await self._connection.command(*words)
        return found

    async def _fetch_claims(self, ids: Sequence[str]) -> list[Claim]:
        found = await scripts.fetch(
            self._connection, keys=[keys.claim(self._topic, one) for one in ids], fields=ClaimFields._fields
        )
        return self._read([ClaimFields._make(fields) for fields in found if fields[0] is not None], _claim)

    async def _fetch_filings(self, ids: Sequence[str]) -> list[Filing]:
        found = await scripts.fetch(
            self._connection, keys=[keys.filing(self._topic, one) for one in ids], fields=FilingFields._fields
        )
        return self._read([FilingFields._make(fields) for fields in found if fields[0] is not None], _filing)

    def _read(self, found: Sequence[_Fields], read: Callable[[_Fields], _Read]) -> list[_Read]:
        """Those that can be read."""
        values: list[_Read] = []
        for fields in found:
            try:
                values.append(read(fields))
            except ValueError as error:
                what = "claim" if isinstance(fields, ClaimFields) else "filing"
                self._told.unreadable(what, error, number=fields.number)
        return values


def _claim(fields: ClaimFields) -> Claim:
    """The document, and over it what the store itself keeps; ValueError when one of them can't be read."""
    if fields.number is None or fields.revision is None:
        raise ValueError("its number or its revision is missing")
    return Claim.model_validate_json(fields.doc or "").model_copy(
        update={
            "number": int(fields.number),
            "revision": int(fields.revision),
            "alerted": tuple((fields.alerted or "").splitlines()),
            "disputed_by": tuple(Link.model_validate_json(line) for line in (fields.disputed_by or "").splitlines()),
        }
    )


def _filing(fields: FilingFields) -> Filing:
    return Filing.model_validate_json(fields.doc).model_copy(update={"number": int(fields.number), "told": fields.told})
