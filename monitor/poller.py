"""Polls the sources on APScheduler's clock. The only importer of APScheduler.

A job is short and may be cut off anywhere: where a source stands is a cursor in the store, written in one step with
its posts. Retries never live in the scheduler: a source that failed is polled again at its next turn.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.errors import FeedError, StoreUnavailable
from monitor.protocols import PostStore, Source

log = structlog.get_logger()

# Posts handed over in one step: large enough that a replay at full speed is not held up by round trips.
BATCH = 64
# Batches that one job publishes at most before it gives way.
BATCHES_A_JOB = 8
# A turn that came late by so much is still taken; with `coalesce`, missed turns are taken once.
MISFIRE_GRACE_S = 60
# A turn that begins while the last one still publishes is skipped: that is what `max_instances` is for, no warning.
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


class Poller:
    """Gives each source its turns. `exhausted` is set once every source has said that nothing more will come."""

    def __init__(self, *, sources: Sequence[tuple[Source, timedelta]], posts: PostStore) -> None:
        self._sources = sources
        self._posts = posts
        self._ended: set[str] = set()
        self.exhausted = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Polls until `stopping`."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        for source, every in self._sources:
            scheduler.add_job(
                self._turn,
                "interval",
                [source],
                seconds=every.total_seconds(),
                id=source.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=MISFIRE_GRACE_S,
            )
        scheduler.start()
        try:
            await stopping.wait()
        finally:
            scheduler.shutdown(wait=False)

    async def _turn(self, source: Source) -> None:
        """A turn, as the scheduler gives it; where it stops meanwhile, it cancels the turn, and that is no error."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.poll(source)

    async def poll(self, source: Source) -> None:
        """One turn: publishes what is due, up to a bound. A source or a store that fails is told, and asked again."""
        try:
            for _ in range(BATCHES_A_JOB):
                if not await self._publish_some(source):
                    return
        except FeedError as error:
            log.warning("source.failed", source=source.name, error=str(error))
        except StoreUnavailable as error:
            log.warning("store.unavailable", source=source.name, error=str(error))

    async def _publish_some(self, source: Source) -> bool:
        """Publishes one batch; whether there may be more to publish right now."""
        # The cursor is read anew each time: the store alone knows what it still has after a crash.
        batch = await source.poll(await self._posts.cursor(source.name), BATCH)
        if batch.posts:
            published = await self._posts.publish(source.name, batch)
            if published is None:
                log.info("stream.full", source=source.name)
                return False
            for post in batch.posts:
                log.debug("post.published", post=post.id, source=source.name, thread=post.thread)
        self._note(source, exhausted=batch.exhausted)
        return bool(batch.posts)

    def _note(self, source: Source, *, exhausted: bool) -> None:
        # A store that lost its last writes in a crash has an earlier cursor: then there is more to come again.
        (self._ended.add if exhausted else self._ended.discard)(source.name)
        if len(self._ended) == len(self._sources):
            self.exhausted.set()
        else:
            self.exhausted.clear()
