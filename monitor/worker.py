"""Reads posts off the stream, has them handled, acknowledges them last."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from monitor.errors import StoreUnavailable
from monitor.models import Post
from monitor.protocols import Entry, PostStore
from monitor.timing import pause

log = structlog.get_logger()

# An entry that was handed out so often and never acknowledged has taken its worker down with it each time.
MOST_DELIVERIES = 4
# So many posts are announced together: the first of them waits for the reading of all.
EXPECTED = 8
BLOCK_MS = 500
RETRY_S = 0.5


class Worker:
    """One reader of the posts: announces the next few, then has them handled one by one.

    `consumer` is its name in the consumer group: the same after a restart, so that it finds what it took and did not
    finish.
    """

    def __init__(
        self,
        *,
        consumer: str,
        posts: PostStore,
        expect: Callable[[Sequence[Post]], Awaitable[None]],
        handle: Callable[[Post], Awaitable[None]],
        batch: int,
    ) -> None:
        self._consumer = consumer
        self._posts = posts
        self._expect = expect
        self._handle = handle
        self._batch = batch

    async def run(self, stopping: asyncio.Event) -> None:
        """Works until `stopping`; the post in hand is finished and acknowledged, the rest stays for the next time."""
        while not stopping.is_set():
            try:
                entries = await self._posts.read(self._consumer, self._batch, BLOCK_MS)
                for n, entry in enumerate(entries):
                    if stopping.is_set():
                        return
                    if n % EXPECTED == 0:
                        await self._expect([one.post for one in entries[n : n + EXPECTED] if one.post is not None])
                    await self._work(entry, stopping)
            except StoreUnavailable as error:
                log.warning("store.unavailable", worker=self._consumer, error=str(error))
                await pause(stopping, RETRY_S)

    async def _work(self, entry: Entry, stopping: asyncio.Event) -> None:
        if entry.post is None:
            await self._park(entry, f"not a post: {entry.raw!r}")
            return
        if entry.deliveries > MOST_DELIVERIES:
            await self._park(entry, f"handed out {entry.deliveries} times and never finished")
            return
        try:
            await self._handled(entry.post, entry.entry_id, stopping)
        except StoreUnavailable:
            raise
        except Exception as error:  # one bad post stays one bad post (P7); it is kept, counted and told
            log.exception("post.failed", post=entry.post.id, entry=entry.entry_id)
            await self._park(entry, f"{type(error).__name__}: {error}")

    async def _handled(self, post: Post, entry_id: str, stopping: asyncio.Event) -> None:
        """Handles and acknowledges the post, again and again while the store is away or full.

        Were it read anew each time, it would count as handed out each time, and be parked for what it has not done.
        """
        while True:
            try:
                await self._handle(post)
                await self._posts.ack(entry_id)
            except StoreUnavailable as error:
                log.warning("store.unavailable", worker=self._consumer, error=str(error))
                await pause(stopping, RETRY_S)
                if stopping.is_set():
                    raise
            else:
                return

    async def _park(self, entry: Entry, because: str) -> None:
        log.error("post.parked", entry=entry.entry_id, because=because)
        await self._posts.park(entry, because)
