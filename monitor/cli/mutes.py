"""Mutes by hand: what is told nowhere but in the log for a while, who wants it so, and why."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.query import reading
from monitor.cli.render import as_json, print_plain
from monitor.display import safe
from monitor.durations import parse_duration, parse_time
from monitor.errors import ConfigError, MonitorError
from monitor.models import Mute, digest
from monitor.routing.matchers import parse
from monitor.settings import Settings
from monitor.store.folder import Folder

LONGEST_WORDS = 200
"""Characters of an author or a reason: they stand in every alert that is muted."""


def made(
    matchers: Sequence[str], *, lasting: str | None, until: str | None, author: str | None, reason: str, now: datetime
) -> Mute:
    """The mute that is asked for; ConfigError in words for what is none. `lasting` or `until` says when it ends."""
    if (lasting is None) == (until is None):
        raise ConfigError("mute", "say when it ends, with --for 2h or with --until 2026-05-22T17:00Z")
    try:
        written = tuple(str(parse(matcher)) for matcher in matchers)
        end = now + parse_duration(lasting) if until is None else parse_time(until)
    except (ValueError, OverflowError) as error:
        raise ConfigError("mute", str(error)) from error
    author, reason = _words("--author", author or _user()), _words("--reason", reason)
    name = digest(*written, end, author, reason, length=8)  # the same mute again is the same
    return Mute(id=f"mute_{name}", matchers=written, until=end, author=author, reason=reason, created=now)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have a number and no name
        raise ConfigError("--author", "say who wants it so; the system has no name for you") from None


def _words(option: str, written: str) -> str:
    words = " ".join(written.split())
    if not words or len(words) > LONGEST_WORDS:
        raise ConfigError(option, f"must be words, at most {LONGEST_WORDS} characters")
    return words


async def add_mute(settings: Settings, mute: Mute, *, named: bool) -> None:
    """Adds it, also before the first start, and prints its id."""
    if settings.redis.url is None:
        Folder(settings.data).make()
    now = datetime.now(UTC)
    async with reading(settings, named=named) as store:
        await store.mutes.add(mute, now)
    print(mute.id)
    if mute.until <= now:
        Console(stderr=True).print(
            Text(f"{mute.until:%Y-%m-%d %H:%M} UTC is over: this mutes nothing but a replay of what was before."),
            style="yellow",
        )


async def show_mutes(settings: Settings, *, named: bool, json: bool) -> None:
    """All that are kept, those that are over too: a table, or lines in a pipe, or JSON."""
    async with reading(settings, named=named) as store:
        mutes = await store.mutes.all()
    console = Console(soft_wrap=True, highlight=False)
    if json:
        for mute in mutes:
            print(as_json(mute.model_dump(mode="json")))
    elif console.is_terminal and mutes:
        console.print(_table(mutes))
    else:
        print_plain(console, [Text("\t".join(_columns(mute))) for mute in mutes])


async def expire_mute(settings: Settings, wanted: str, *, named: bool) -> None:
    """Ends it now; MonitorError when there is none of this id."""
    async with reading(settings, named=named) as store:
        if not await store.mutes.expire(wanted if wanted.startswith("mute_") else f"mute_{wanted}"):
            raise MonitorError(safe(wanted, limit=80), "there is no such mute; `monitor mute list` lists them")


def _table(mutes: Sequence[Mute]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("mute", "until", "matchers", "by", "reason"):
        table.add_column(name, overflow="fold")
    for mute in mutes:
        table.add_row(*map(Text, _columns(mute)), style="dim" if mute.until <= datetime.now(UTC) else "")
    return table


def _columns(mute: Mute) -> tuple[str, ...]:
    over = " (over)" if mute.until <= datetime.now(UTC) else ""
    matchers = ", ".join(mute.matchers)
    return mute.id, f"{mute.until:%Y-%m-%dT%H:%M:%SZ}{over}", safe(matchers), safe(mute.author), safe(mute.reason)
