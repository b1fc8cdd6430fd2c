"""Looks at all that a configuration names, and says in words what is wrong, and where."""

import importlib.util
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from monitor.display import safe
from monitor.errors import MonitorError
from monitor.extract.topic import load_topic
from monitor.routing.tree import Plan, Route
from monitor.settings import Settings
from monitor.sink_settings import AppriseSettings, LogSinkSettings, SinkSettings, StdoutSettings
from monitor.sources.replay import read_feed
from monitor.store import Store

PATIENCE = timedelta(seconds=2)


@dataclass(frozen=True)
class Finding:
    """What was looked at, and what was found: `problems` are sentences; none, and it is fine. `warnings` can stay."""

    what: str
    said: str
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """One finding for each thing that the configuration names."""
    topic = "check"
    try:
        loaded = load_topic(settings.topic)
        topic = loaded.name
        yield Finding("topic", f"{loaded.name}, {settings.topic}")
    except MonitorError as error:
        yield Finding("topic", str(settings.topic), (str(error),))
    for source in settings.sources:
        yield _source(source.name, source.feed)
    if not settings.sources:
        yield Finding("sources", "none; `monitor run` needs one, `monitor replay FEED` does not")
    for sink in settings.sinks:
        yield _sink(sink, settings.data)
    if settings.route is not None:
        yield _routes(settings.plan)
    if settings.redis.url is not None:
        yield await _redis(settings.redis.url.get_secret_value(), topic)
    else:
        problem = _unwritable_folder(settings.data)
        yield Finding("data", str(settings.data), (problem,) if problem else ())


def _source(name: str, path: Path) -> Finding:
    try:
        feed = read_feed(path)
    except MonitorError as error:
        return Finding(f"source {name}", str(path), (str(error),))
    begin, end = feed.items[0].published_at, feed.items[-1].published_at
    said = f"{len(feed.items):,} posts, {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    more = feed.problems.count - len(feed.problems.kept)
    problems = [str(problem) for problem in feed.problems.kept] + ([f"and {more:,} more"] if more else [])
    return Finding(f"source {name}", said, tuple(problems))


def _sink(sink: SinkSettings, data: Path) -> Finding:
    if isinstance(sink, LogSinkSettings):
        path = data / sink.path
        problem = _unwritable_file(path)
        return Finding(f"sink {sink.name}", str(path), (problem,) if problem else ())
    if isinstance(sink, StdoutSettings):
        return Finding(f"sink {sink.name}", f"standard output, {sink.format}")
    if isinstance(sink, AppriseSettings):
        missing = importlib.util.find_spec("apprise") is None
        problems = ("the library is not installed: pip install 'claim-monitor[apprise]'",) if missing else ()
        return Finding(f"sink {sink.name}", f"apprise, {sink.timeout.total_seconds():g} s a try", problems)
    secrets = f"{len(sink.secrets)} secret{'s'[: len(sink.secrets) != 1]}"
    said = f"webhook, {sink.body} body, {secrets}, {sink.timeout.total_seconds():g} s a try"
    return Finding(f"sink {sink.name}", said)


async def _redis(url: str, topic: str) -> Finding:
    try:
        async with Store(url, topic=topic, patience=PATIENCE) as store:
            return Finding("redis", f"{store.about.name} {store.about.version}", warnings=store.about.warnings)
    except MonitorError as error:
        return Finding("redis", "", (str(error),))


def _routes(plan: Plan) -> Finding:
    """The tree is sound, or the settings would not have been read; a sink that nothing leads to may be meant so."""
    below = list(_below(plan.tree, plan.sinks))
    led_to = {sink for sinks in below for sink in sinks} | plan.logs
    alone = [sink for sink in plan.sinks if sink not in led_to]
    said = f"{len(below)} route{'s'[: len(below) != 1]}"
    return Finding("route", said + (f"; none leads to {', '.join(alone)}" if alone else ""))


def _below(here: Route, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The sinks of each route, from the top down."""
    sinks = above if here.sinks is None else here.sinks
    yield sinks
    for one in here.routes:
        yield from _below(one, sinks)


def _unwritable_file(path: Path) -> str | None:
    """Why the file can't be gone on with, or made; nothing of it is changed."""
    if not os.path.exists(path):
        return _unwritable_folder(path.parent)
    if not path.is_file():
        return f"{str(path)!r}: is no ordinary file"
    try:
        with path.open("ab"):
            return None
    except OSError as error:
        return f"{str(path)!r}: can't be written: {error.strerror}"


def _unwritable_folder(folder: Path) -> str | None:
    """Why nothing can be written in the folder, which is made when it is needed.

    It is tried, with a file that is gone at once: what the system says it allows, and to root all, is not what it does.
    """
    there = folder
    while not os.path.exists(there) and there != there.parent:  # also what may not be looked at
        there = there.parent
    if not there.is_dir():
        return f"{str(there)!r}: is no folder"
    try:
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return f"{str(there)!r}: can't be written: {error.strerror}"


async def show_check(settings: Settings) -> bool:
    """Prints what was found; whether all of it is fine."""
    console = Console(soft_wrap=True, highlight=False)
    fine = True
    async for finding in check(settings):
        fine = fine and not finding.problems
        mark, style = ("wrong", "bold red") if finding.problems else ("ok", "green")
        if finding.warnings and not finding.problems:
            mark, style = "warn", "yellow"
        console.print(Text.assemble((f"{mark:<6}", style), f"{safe(finding.what):<14} {safe(finding.said)}"))
        for words in (*finding.problems, *finding.warnings):
            console.print(Text(f"      {safe(words, limit=500)}"))
    return fine
