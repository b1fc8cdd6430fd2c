"""Files of posts, one JSON object a line, gzipped or not: `id, published_at, channel, text` and where known more."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.errors import FeedError
from monitor.marked import problems as in_words
from monitor.models import UtcTime, digest
from monitor.sources.documents import UNKNOWN_PLATFORM, Short
from monitor.sources.feed import Feed, Item, Problems
from monitor.sources.pieces import pieces

LONGEST_LINE = 4_000_000
"""Bytes: a longer line is told and passed over without being held."""

LARGEST_FEED = 200_000_000
"""Bytes, unpacked: what comes after them is not read."""


class _Line(BaseModel):
    """A post as it stands in the file; what else a line holds is of no interest."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: Short
    published_at: UtcTime
    channel: Short
    text: str
    url: Annotated[str, Field(max_length=2000)] | None = None
    platform: Short = UNKNOWN_PLATFORM
    outlet: Short | None = None
    thread: Short | None = None


def read_jsonl(path: Path) -> Feed:
    """The posts of a `.jsonl` or `.jsonl.gz` file; a bad line is told with its number, and the rest goes on."""
    if not path.is_file():
        raise FeedError(str(path), "is no file")
    found = Problems()
    posts: dict[tuple[str, str, str], _Line] = {}
    for number, raw in _lines(path, found):
        post = _post(path, number, raw, found)
        if post is None:
            continue
        key = (post.platform, post.channel, post.id)
        if key in posts:
            found.tell(path, f"the id {post.id!r} stands here twice; the first one counts", line=number)
            continue
        posts[key] = post
    return Feed(path, _items(posts.values()), found)


def _lines(path: Path, found: Problems) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, never more than one of them in memory."""
    number = 0
    try:
        with path.open("rb") as packed, gzip.open(packed) if path.suffix == ".gz" else packed as opened:
            file = cast(BinaryIO, opened)
            total = 0
            while raw := file.readline(LONGEST_LINE):
                number += 1
                total += len(raw)
                if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                    found.tell(path, f"is longer than {LONGEST_LINE:,} bytes", line=number)
                    total += _pass_over(file, LARGEST_FEED - total)
                elif raw.strip():
                    yield number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
                if total > LARGEST_FEED:
                    found.tell(path, f"holds over {LARGEST_FEED:,} bytes; the rest is not read", line=number)
                    return
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        found.tell(path, f"can't be read any further: {reason}", line=number + 1)


def _pass_over(file: BinaryIO, most: int) -> int:
    """Reads to the end of the line, or a little over `most` bytes; how many it read."""
    total = 0
    while total <= most and (more := file.readline(LONGEST_LINE)):
        total += len(more)
        if more.endswith(b"\n"):
            break
    return total


def _post(path: Path, number: int, raw: bytes, found: Problems) -> _Line | None:
    try:
        post = _Line.model_validate_json(raw)
    except ValidationError as error:
        found.tell(path, "; ".join(str(problem) for problem in in_words(error, _Line)), line=number)
        return None
    except OverflowError:
        found.tell(path, "published_at: is no time that can be worked with", line=number)
        return None
    if not any(pieces(post.text)):
        found.tell(path, "text: is empty", line=number)
        return None
    return post


def _items(posts: Iterable[_Line]) -> Iterator[Item]:
    """In the order of their times; a thread's posts are numbered in that order."""
    positions: dict[str, int] = {}
    for post in sorted(posts, key=lambda post: post.published_at):
        own = digest("post", post.platform, post.channel, post.id)
        thread = digest("thread", post.platform, post.channel, post.thread) if post.thread else own
        for offset, text in pieces(post.text):
            position = positions.get(thread, 0)
            positions[thread] = position + 1
            yield Item(
                published_at=post.published_at,
                id=digest(post.platform, post.channel, post.id, offset),
                platform=post.platform,
                channel=post.channel,
                outlet=post.outlet,
                text=text,
                thread=thread,
                position=position,
                doc=post.id,
                offset=offset,
                url=post.url,
            )
