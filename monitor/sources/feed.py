"""A feed on disk, read whole, in the order of its times; and what was wrong with it.

Three forms: a folder with a `feed.yaml`, a folder of `.txt` files, a `.jsonl` or `.jsonl.gz` file of posts. One bad
document or line is told and left out; the rest goes on.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog

from monitor.errors import FeedError
from monitor.models import digest

log = structlog.get_logger()

PROBLEMS_KEPT = 100


class Item(NamedTuple):
    """A post to be: the fields of `Post` that the feed knows, as small as they can be held."""

    published_at: datetime
    id: str
    platform: str
    channel: str
    outlet: str | None
    text: str
    thread: str
    position: int
    doc: str
    offset: int
    url: str | None


class Problems:
    """What was wrong, each logged as it is found; the first hundred are kept, and all are counted."""

    def __init__(self) -> None:
        self.kept: list[FeedError] = []
        self.count = 0

    def tell(self, place: Path, words: str, *, line: int | None = None) -> None:
        self.count += 1
        if self.count > PROBLEMS_KEPT:
            return
        problem = FeedError(str(place), f"line {line}: {words}" if line else words)
        self.kept.append(problem)
        log.warning("feed.problem", problem=str(problem))
        if self.count == PROBLEMS_KEPT:
            log.warning("feed.problems", hint="more are counted, and not logged", feed=str(place))


class Feed:
    """The items in the order of their times, those of one time in the order of the feed."""

    def __init__(self, path: Path, items: Iterable[Item], problems: Problems) -> None:
        self.path = path
        self.items = tuple(sorted(items, key=lambda item: item.published_at))
        self.problems = problems
        self.fingerprint = digest(*(item.id for item in self.items), length=12)
        """Another feed, or the same one changed, has another."""
        if not self.items:
            said = f" ({problems.kept[0]})" if problems.kept else ""
            raise FeedError(str(path), f"holds nothing that can be posted{said}")
