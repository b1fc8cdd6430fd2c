"""Posts on their way from the sources to the workers: published once, handed out until acknowledged."""

import contextlib
from collections.abc import AsyncIterator

from pydantic import ValidationError

from monitor.errors import StoreError
from monitor.models import Post, Value
from monitor.protocols import Batch, Entry
from monitor.store import keys, scripts
from monitor.store.connect import LONGEST_BLOCK_MS, Connection
from monitor.store.limits import CONTEXT, Limits, milliseconds, seconds

GROUP = "workers"
RAW_SHOWN = 500
# Of a parked entry so much is kept: enough to see what it was.
PARKED_BYTES = 16_000


class Parked(Value):
    """An entry that was set aside: what stood there, cut to `PARKED_BYTES`, and why. `number` counts from 1."""

    number: int
    because: str
    raw: str


class Posts:
    """The posts of one topic. Satisfies `protocols.PostStore`."""

    def __init__(self, connection: Connection, topic: str, limits: Limits) -> None:
        self._connection = connection
        self._topic = topic
        self._limits = limits
        self._posts = keys.posts(topic)

    async def cursor(self, source: str) -> str | None:
        found: str | None = await self._connection.command("HGET", keys.cursors(self._topic), source)
        return found

    async def publish(self, source: str, batch: Batch) -> int | None:
        """As `PostStore.publish`. A post over `Limits.entry_bytes` is parked instead, and not counted."""
        if len(batch.posts) > self._limits.backlog:
            raise ValueError(f"{len(batch.posts)} posts at once are more than the backlog of {self._limits.backlog}")
        published = await scripts.publish(
            self._connection,
            posts_key=self._posts,
            parked_key=keys.parked(self._topic),
            cursors_key=keys.cursors(self._topic),
            counters_key=keys.counters(self._topic),
            source=source,
            cursor=batch.cursor,
            backlog=self._limits.backlog,
            entry_bytes=self._limits.entry_bytes,
            parked=self._limits.parked,
            parked_bytes=PARKED_BYTES,
            seen_s=seconds(self._limits.posts),
            thread_s=seconds(self._limits.threads),
            thread_posts=self._limits.thread_posts,
            posts=[
                scripts.PostArgs(
                    keys.seen(self._topic, post.id),
                    keys.thread(self._topic, post.thread),
                    post.position,
                    post.model_dump_json(),
                )
                for post in batch.posts
            ],
        )
        return None if published < 0 else published

    async def context(self, post: Post) -> tuple[Post, ...]:
        """The earlier posts of the thread as published, oldest first, at most 40, none that can't be read."""
        found = await self._connection.command(
            "ZREVRANGEBYSCORE",
            keys.thread(self._topic, post.thread),
            f"({post.position}",
            "-inf",
            "LIMIT",
            0,
            CONTEXT,
        )
        posts = (_post(one) for one in reversed(found))
        return tuple(post for post in posts if post is not None)

    async def read(self, consumer: str, count: int, block_ms: int) -> list[Entry]:
        """As `PostStore.read`, waiting at most `LONGEST_BLOCK_MS`. A consumer's name belongs to one task alone."""
        found = await self._read(consumer, count)
        if not found and block_ms > 0:
            found = await self._wait(consumer, count, block_ms)
        return [_entry(one) for one in found]

    async def ack(self, entry_id: str) -> None:
        await scripts.ack(self._connection, posts_key=self._posts, group=GROUP, entry_id=entry_id)

    async def park(self, entry: Entry, because: str) -> None:
        await scripts.park(
            self._connection,
            posts_key=self._posts,
            parked_key=keys.parked(self._topic),
            counters_key=keys.counters(self._topic),
            group=GROUP,
            entry_id=entry.entry_id,
            because=because[:RAW_SHOWN],
            parked=self._limits.parked,
            parked_bytes=PARKED_BYTES,
        )

    async def backlog(self) -> int:
        return int(await self._connection.command("XLEN", self._posts))

    async def parked_count(self) -> int:
        """How many posts were set aside and are still kept."""
        return int(await self._connection.command("XLEN", keys.parked(self._topic)))

    async def parked(self) -> AsyncIterator[Parked]:
        """What was set aside and is still kept, oldest first."""
        start = "-"
        while entries := await self._connection.command("XRANGE", keys.parked(self._topic), start, "+", "COUNT", 50):
            for entry_id, (_, because, _, raw) in entries:
                yield Parked(number=int(entry_id.split("-")[0]), because=because, raw=raw)
            start = f"({entries[-1][0]}"

    async def _read(self, consumer: str, count: int) -> list[scripts.ReadEntry]:
        while True:
            try:
                return await scripts.read(
                    self._connection,
                    posts_key=self._posts,
                    group=GROUP,
                    consumer=consumer,
                    most=count,
                    idle_ms=milliseconds(self._limits.reclaim_after),
                )
            except StoreError as error:
                if not error.message.startswith("NOGROUP"):
                    raise
                await self._create_group()

    async def _wait(self, consumer: str, count: int, block_ms: int) -> list[scripts.ReadEntry]:
        answer = await self._connection.command(
            "XREADGROUP", "GROUP", GROUP, consumer, "COUNT", count,
            "BLOCK", min(block_ms, LONGEST_BLOCK_MS), "STREAMS", self._posts, ">",
        )  # fmt: skip
        return [scripts.ReadEntry(entry_id, 1, fields) for entry_id, fields in answer[0][1]] if answer else []

    async def _create_group(self) -> None:
        """From the beginning, so that what was published before there was a worker is read too."""
        try:
            await self._connection.command("XGROUP", "CREATE", self._posts, GROUP, 0, "MKSTREAM")
        except StoreError as error:
            if not error.message.startswith("BUSYGROUP"):  # another worker was first
                raise


def _post(document: str) -> Post | None:
    """None when it can't be read."""
    with contextlib.suppress(ValidationError):
        return Post.model_validate_json(document)
    return None


def _entry(read: scripts.ReadEntry) -> Entry:
    post = _post(read.fields[1]) if read.fields[::2] == ["post"] else None
    raw = "" if post is not None else " ".join(read.fields)[:RAW_SHOWN]
    return Entry(entry_id=read.entry_id, deliveries=read.deliveries, post=post, raw=raw)
