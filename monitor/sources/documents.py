"""Folders of text files as feeds: each file is a document, each of its non-blank lines a post of one thread."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.durations import Duration
from monitor.errors import ConfigError, FeedError
from monitor.marked import Marked, read_marked
from monitor.marked import problems as in_words
from monitor.models import UtcTime, digest
from monitor.sources.feed import Feed, Item, Problems
from monitor.sources.pieces import decode, paragraphs

LARGEST_FILE = 50_000_000
"""Bytes."""

EVERY = timedelta(seconds=40)
"""Between two posts of a document, where the feed does not say."""

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""When a folder without times begins: a fixed day, so that each replay of it is the same."""

UNKNOWN_PLATFORM = "file"

Short = Annotated[str, Field(min_length=1, max_length=200)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    file: Short
    published: UtcTime
    platform: Short = UNKNOWN_PLATFORM
    channel: Short | None = None
    outlet: Short | None = None
    url: Annotated[str, Field(max_length=2000)] | None = None


class _Schedule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Annotated[Duration, Field(ge=timedelta(0))] = EVERY
    documents: list[Any]


def read_scheduled(folder: Path) -> Feed:
    """A folder with a `feed.yaml` that says when each document was published, and where."""
    found = Problems()
    try:
        marked = read_marked(folder / "feed.yaml")
        schedule = _schedule(marked, found)
    except ConfigError as error:
        raise FeedError(error.about, error.message) from error
    items: list[Item] = []
    names: set[str] = set()
    for index, entry in enumerate(schedule.documents):
        document = _document(entry, marked, index, found)
        if document is None:
            continue
        if document.file in names:
            found.tell(marked.path, f"{document.file!r} stands here twice", line=marked.line(("documents", index)))
            continue
        names.add(document.file)
        try:
            text = _read(folder, document.file)
            items.extend(_posts(document, text, schedule.every))
        except FeedError as error:
            found.tell(marked.path, f"{document.file!r} {error.message}", line=marked.line(("documents", index)))
        except OverflowError:
            found.tell(
                marked.path, "published: is no time that can be worked with", line=marked.line(("documents", index))
            )
    return Feed(folder, items, found)


def read_folder(folder: Path) -> Feed:
    """A folder of `.txt` files alone: they follow one another in the order of their names, from `BEGINNING` on."""
    found = Problems()
    items: list[Item] = []
    at = BEGINNING
    for path in sorted(folder.glob("*.txt"), key=lambda path: path.name):
        if path.name.startswith("."):
            continue
        try:
            posts = list(_posts(_Document(file=path.name, published=at), _read(folder, path.name), EVERY))
        except (FeedError, ValidationError) as error:
            found.tell(path, error.message if isinstance(error, FeedError) else "its name is too long")
            continue
        items.extend(posts)
        at = posts[-1].published_at + EVERY
    return Feed(folder, items, found)


def _schedule(marked: Marked, found: Problems) -> _Schedule:
    """Unknown fields are told and left out; what can't be worked with raises ConfigError."""
    about = str(marked.path)
    data = marked.data
    if not isinstance(data, dict):
        raise ConfigError(about, "must hold `documents:`, a list of files and their times")
    while True:
        try:
            return _Schedule.model_validate(data)
        except ValidationError as error:
            data = _without_unknown(error, _Schedule, data, marked, (), found)


def _document(entry: Any, marked: Marked, index: int, found: Problems) -> _Document | None:
    loc = ("documents", index)
    if not isinstance(entry, dict):
        found.tell(marked.path, "must name a file and its time: {file: a.txt, published: …}", line=marked.line(loc))
        return None
    data = {str(name): value for name, value in entry.items()}
    while True:
        try:
            return _Document.model_validate(data)
        except OverflowError:
            found.tell(marked.path, "published: is no time that can be worked with", line=marked.line(loc))
            return None
        except ValidationError as error:
            try:
                data = _without_unknown(error, _Document, data, marked, loc, found)
            except ConfigError as wrong:
                line = marked.line(loc)
                words = wrong.message.removeprefix(f"line {line}: ")
                found.tell(marked.path, f"{words}; the document {data.get('file', '')!r} is left out", line=line)
                return None


def _without_unknown(
    error: ValidationError,
    model: type[BaseModel],
    data: dict[str, Any],
    marked: Marked,
    loc: tuple[str | int, ...],
    found: Problems,
) -> dict[str, Any]:
    """The data without its unknown fields, each of them told; ConfigError for everything else that is wrong."""
    wrong = in_words(error, model)
    unknown = [problem for problem in wrong if str(problem.loc[-1]) not in model.model_fields]
    for problem in unknown:
        found.tell(marked.path, f"{problem}; it is left out", line=marked.line((*loc, *problem.loc)))
    rest = [problem for problem in wrong if problem not in unknown]
    if rest:
        line = marked.line((*loc, *rest[0].loc))
        raise ConfigError(str(marked.path), f"line {line}: " + "; ".join(str(problem) for problem in rest))
    return {name: value for name, value in data.items() if (name,) not in {problem.loc for problem in unknown}}


def _read(folder: Path, name: str) -> str:
    """The text of a document of the folder; FeedError where it can't be one."""
    path = folder / name
    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve()):
            raise FeedError(str(path), "lies outside of the feed's folder")
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise FeedError(str(path), "is no file")
        if state.st_size > LARGEST_FILE:
            raise FeedError(str(path), f"is larger than {LARGEST_FILE:,} bytes")
        text = decode(path.read_bytes())
    except FileNotFoundError:
        raise FeedError(str(path), "is missing: there is no such file") from None
    except OSError as error:
        raise FeedError(str(path), f"can't be read: {error.strerror}") from error
    except ValueError as error:
        raise FeedError(str(path), str(error)) from error
    if not any(paragraphs(text)):
        raise FeedError(str(path), "is empty")
    return text


def _posts(document: _Document, text: str, every: timedelta) -> Iterator[Item]:
    channel = document.channel or Path(document.file).stem
    for position, (offset, paragraph) in enumerate(paragraphs(text)):
        yield Item(
            published_at=document.published + position * every,
            id=digest(document.platform, channel, document.file, offset, paragraph),
            platform=document.platform,
            channel=channel,
            outlet=document.outlet,
            text=paragraph,
            thread=digest("thread", document.platform, channel, document.file),
            position=position,
            doc=document.file,
            offset=offset,
            url=document.url,
        )
