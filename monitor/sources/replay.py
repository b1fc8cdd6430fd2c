"""Posts a feed as if it happened now, on a simulated clock that runs `speed` times as fast as the real one."""

import bisect
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from monitor.errors import FeedError
from monitor.models import Post
from monitor.protocols import Batch
from monitor.sources.documents import read_folder, read_scheduled
from monitor.sources.feed import Feed
from monitor.sources.jsonl import read_jsonl


def read_feed(path: Path) -> Feed:
    """The feed at the path, whatever its form; raises FeedError when nothing of it can be posted."""
    try:
        return _reader(path)(path)
    except OSError as error:
        raise FeedError(str(path), f"can't be read: {error.strerror or error}") from error


def _reader(path: Path) -> Callable[[Path], Feed]:
    if not path.exists():
        raise FeedError(str(path), "there is no such feed")
    if path.is_dir():
        return read_scheduled if (path / "feed.yaml").exists() else read_folder
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        return read_jsonl
    raise FeedError(str(path), "is no feed; a feed is a folder, or a .jsonl or .jsonl.gz file of posts")


class ReplaySource:
    """A `Source` of a feed's posts, each at its time.

    The cursor is `index:fingerprint`, the number of posts handed over of just this feed; one of another feed begins
    anew (what was published before is known by its id). The simulated clock starts at the first poll, with the post
    that is then next, so that a replay goes on where it was broken off. `clock` gives seconds that never go back.
    """

    def __init__(
        self,
        *,
        name: str,
        feed: Feed,
        speed: float | Literal["max"],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.feed = feed
        self._speed = speed
        self._clock = clock
        self._began: tuple[float, datetime] | None = None
        self._times = [item.published_at for item in feed.items]

    async def poll(self, cursor: str | None, limit: int) -> Batch:
        """At most `limit` posts that are due; `exhausted` with the last one."""
        index = self._index(cursor)
        end = min(index + limit, max(index, self._due(index)))
        posts = tuple(
            Post(source=self.name, received_at=item.published_at, **item._asdict())
            for item in self.feed.items[index:end]
        )
        return Batch(posts=posts, cursor=f"{end}:{self.feed.fingerprint}", exhausted=end == len(self.feed.items))

    def left(self, cursor: str | None) -> int:
        """How many posts come after the cursor."""
        return len(self.feed.items) - self._index(cursor)

    def _index(self, cursor: str | None) -> int:
        at, _, fingerprint = (cursor or "").partition(":")
        if fingerprint != self.feed.fingerprint or not at.isdecimal():
            return 0
        return min(int(at), len(self.feed.items))

    def _due(self, index: int) -> int:
        """How many of the feed's posts are due by now."""
        if self._speed == "max" or index == len(self._times):
            return len(self._times)
        if self._began is None:
            self._began = (self._clock(), self._times[index])
        real, simulated = self._began
        elapsed = (self._clock() - real) * self._speed
        try:
            now = simulated + timedelta(seconds=elapsed)
        except OverflowError:
            return len(self._times)
        return bisect.bisect_right(self._times, now)
