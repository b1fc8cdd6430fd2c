"""What happens to a post, in the order in which it happens.

    relevance                is it about the topic at all, and so those before it? cheap, before any parsing
    | extractor.extract      post (with its thread's context) -> sightings            pure
    | store.candidates       sighting -> the claims that it could be                  Redis
    | matcher.choose         same claim? -> claim or none, with the reasons           pure
    | filing.file            what the claim is with this sighting                     pure
    | store.record           file the sighting, atomically                            Redis
    | alerting.decide        from what the claim is now and what was alerted          pure
    | routing.route          who gets it, at once, in a digest or not at all          pure
    | store.raise_alerts     alert, sequence number and its way to each sink, in one step

Every step may be done again: a post that is handed out twice, after a crash at any point, ends in the same claims
and the same alerts.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from monitor import alerting, filing
from monitor.models import Alert, Claim, Filing, Post, Raise, Sighting, Suppressed, Way
from monitor.protocols import ClaimStore, Extractor, Matcher, MuteStore
from monitor.routing import tree

log = structlog.get_logger()


class Relevant(Protocol):
    """Whether a post is about the topic, and in words why."""

    @property
    def relevant(self) -> bool: ...

    @property
    def because(self) -> str: ...

    @property
    def earlier(self) -> int:
        """How many of the thread's posts right before it are relevant since it is."""
        ...


class Observer(Protocol):
    """Who counts what happens; `web.metrics` does."""

    def post_handled(self, post: Post, *, relevant: bool, sightings: int) -> None: ...

    def claim_recorded(self, filing: Filing) -> None: ...

    def alert_raised(self, alert: Alert) -> None: ...


class Pipeline:
    """Handles one post after the other; any number of these may work on one topic at once."""

    def __init__(
        self,
        *,
        topic: str,
        judge: Callable[[str, Sequence[str]], Relevant],
        extractor: Extractor,
        matcher: Matcher,
        store: ClaimStore,
        policy: alerting.Policy,
        plan: tree.Plan,
        mutes: MuteStore,
        observers: Sequence[Observer],
    ) -> None:
        self._topic = topic
        self._judge = judge
        self._extractor = extractor
        self._matcher = matcher
        self._store = store
        self._policy = policy
        self._plan = plan
        self._mutes = mutes
        self._observers = observers

    async def expect(self, posts: Sequence[Post]) -> None:
        """Takes it that these are handled next: what they say is parsed together, in less time. Raises nothing."""
        relevant = [post for post in posts if self._judge(post.text, ()).relevant]
        if len(relevant) < 2:
            return
        try:
            await asyncio.to_thread(self._extractor.expect, relevant)
        except Exception as error:  # it is raised again by the post that it comes from, and told then
            log.debug("posts.not_expected", error=str(error))

    async def handle(self, post: Post) -> None:
        """Finds, files and tells what `post` claims. Raises StoreUnavailable when Redis goes away meanwhile."""
        context = await self._store.context(post) if post.position else ()
        verdict = self._judge(post.text, [earlier.text for earlier in context])
        log.debug("post.read", post=post.id, relevant=verdict.relevant, because=verdict.because)
        sightings: list[Sighting] = []
        if verdict.relevant:
            # Parsing takes milliseconds of pure Python: in a thread, so that deliveries and health checks go on.
            sightings += await self._late(context, verdict.earlier)
            sightings += await asyncio.to_thread(self._extractor.extract, post, context)
        for sighting in sightings:
            claim, filed = await self._file(sighting)
            for concerned in (claim, *[await self._store.claim(link.claim_id) for link in filed.disputes]):
                if concerned is not None:
                    await self._tell(concerned, sighting, post.received_at, of_filing=concerned is claim)
        for observer in self._observers:
            observer.post_handled(post, relevant=verdict.relevant, sightings=len(sightings))

    async def _late(self, context: Sequence[Post], count: int) -> list[Sighting]:
        """What the last `count` posts of the context say, which were not known to be relevant when they came."""
        found: list[Sighting] = []
        for n in range(len(context) - count, len(context)):
            try:
                found += await asyncio.to_thread(self._extractor.extract, context[n], context[:n])
            except Exception:  # it was acknowledged when it came; the post that brings it in goes on (P7)
                log.exception("post.failed", post=context[n].id)
        return found

    async def _file(self, sighting: Sighting) -> tuple[Claim | None, Filing]:
        """The claim that the sighting is filed under, by this call or by one before it."""
        known = await self._store.filed(sighting.id)
        if known is not None:
            return await self._store.claim(known.claim_id), known
        terms = self._matcher.terms(sighting)
        while True:
            found = await self._store.candidates(terms)
            choice = self._matcher.choose(sighting, found.claims)
            claim, filed = filing.file(sighting, choice, self._topic)
            recorded = await self._store.record(
                filed,
                claim,
                terms=terms,
                epoch=found.epoch,
                expected_revision=choice.claim.revision if choice.claim else None,
            )
            if recorded.filing is not None:
                for observer in self._observers:
                    observer.claim_recorded(recorded.filing)
                log.info(
                    "claim.recorded",
                    claim=recorded.filing.claim_id,
                    sighting=sighting.id,
                    post=sighting.post_id,
                    decision=recorded.filing.decision,
                    because=recorded.filing.because,
                )
                return recorded.claim, recorded.filing
            log.debug("claim.conflict", sighting=sighting.id)

    async def _tell(self, claim: Claim, sighting: Sighting, now: datetime, *, of_filing: bool) -> None:
        """Raises at `now` what is due about `claim`; the filing of `sighting` notes why, or why nothing."""
        current: Claim | None = claim
        while current is not None:
            raises, because = alerting.decide(current, self._policy)
            if not raises and not of_filing:
                return
            alerts = await self._routed(alerting.compose(current, raises, sighting, now))
            told = tuple((one, *routed) for one, routed in zip(raises, alerts, strict=True))
            if await self._store.raise_alerts(
                current, sighting.id, told, because + _not_told(told) if of_filing else None
            ):
                for alert, _ in alerts:
                    for observer in self._observers:
                        observer.alert_raised(alert)
                    log.info(
                        "alert.raised",
                        alert=alert.alert_id,
                        kind=alert.kind,
                        claim=claim.id,
                        reason=alert.reason,
                        not_to=[one.sink for one in alert.suppressed],
                    )
                return
            current = await self._store.claim(claim.id)

    async def _routed(self, alerts: Sequence[Alert]) -> list[tuple[Alert, tuple[Way, ...]]]:
        """Each alert, with whom it is kept from noted on it, and its ways to the others."""
        mutes = await self._mutes.all() if alerts else ()
        routings = [tree.route(alert, self._plan, mutes) for alert in alerts]
        return [
            (alert.model_copy(update={"suppressed": routing.suppressed}), routing.ways)
            for alert, routing in zip(alerts, routings, strict=True)
        ]


def _not_told(told: Sequence[tuple[Raise, Alert, Sequence[Way]]]) -> str:
    """Whom the alerts are kept from, and why, to end a sentence with; each said once."""
    kept: dict[Suppressed, None] = dict.fromkeys(one for _, alert, _ in told for one in alert.suppressed)
    return "".join(f"; not to {one.sink}: {one.because}" for one in kept)
