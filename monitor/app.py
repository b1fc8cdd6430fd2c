"""Puts the rooms together: opens them, starts their tasks, drains and closes them, in this order and back.

settings -> store, sources, sinks -> poller, worker, dispatcher, web      one task group, named tasks
SIGTERM  -> `stopping`: the post in hand is acknowledged, the delivery in flight settled, then all is closed
"""

import asyncio
import resource
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from aiohttp import web

from monitor import alerting, protocols
from monitor.destinations import lane, open_sink, receivers
from monitor.dispatcher import Dispatcher
from monitor.errors import MonitorError, StoreUnavailable
from monitor.extract.extractor import Extractor
from monitor.extract.relevance import Judge
from monitor.extract.topic import Topic, load_topic
from monitor.match import Match
from monitor.models import Alert, Claim, Decision, Filing, Kind, Post, digest
from monitor.operations import Operations, Trial
from monitor.pipeline import Pipeline
from monitor.poller import Poller
from monitor.retention import limits
from monitor.settings import Settings
from monitor.sink_settings import LogSinkSettings
from monitor.sources.replay import ReplaySource, read_feed
from monitor.store import Store, embedded
from monitor.timing import pause, unless_stopped
from monitor.web import health
from monitor.web.api import Api
from monitor.web.events import Events
from monitor.web.metrics import CountedSink, Metrics, WatchedSource
from monitor.web.server import application, serve
from monitor.worker import Worker

log = structlog.get_logger()

# A replay is over once what can go out now has gone out: a delivery that waits longer than this for its next
# attempt stays in the outbox, for the next start.
PATIENCE = timedelta(seconds=10)
LOOK_EVERY_S = 0.05
SHOW_EVERY_S = 0.1
MOST_REPEATED = 5


@dataclass
class Tally:
    """Counts what a run did, of so many posts that it `expected`; also an Observer."""

    expected: int = 0
    posts: int = 0
    relevant: int = 0
    sightings: int = 0
    claims: int = 0
    alerts: Counter[Kind] = field(default_factory=Counter)

    def post_handled(self, post: Post, *, relevant: bool, sightings: int) -> None:
        self.posts += 1
        self.relevant += relevant

    def claim_recorded(self, filing: Filing) -> None:
        self.sightings += 1
        self.claims += filing.decision is Decision.NEW

    def alert_raised(self, alert: Alert) -> None:
        self.alerts[alert.kind] += 1


@dataclass(frozen=True)
class Summary:
    """What a replay did, and what the topic's most repeated claims are now. `problems` are the feed's, in words."""

    tally: Tally
    most_repeated: tuple[Claim, ...]
    problems: tuple[str, ...]
    seconds: float
    peak_memory_mb: float


@dataclass(frozen=True)
class Told:
    """What somebody who watches a replay is shown: each alert as it comes, and how far it is."""

    alert: Callable[[Alert], None]
    progress: Callable[[Tally], None]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The topic's store: at the URL that is configured, else on a server of our own in the data folder."""
    topic = load_topic(settings.topic)
    async with AsyncExitStack() as stack:
        if settings.redis.url is not None:
            url = settings.redis.url.get_secret_value()
        else:
            url = await stack.enter_async_context(embedded(settings.data))
        yield await stack.enter_async_context(
            Store(url, topic=topic.name, sinks=[sink.name for sink in settings.sinks], limits=limits(settings))
        )


async def run(settings: Settings) -> None:
    """The daemon: until SIGTERM or SIGINT."""
    async with _daemon(settings) as daemon:
        await daemon.serve(with_web=settings.web.enabled)


async def replay(settings: Settings, told: Told | None = None) -> Summary:
    """The configured sources to their end, everything handled and delivered; or until SIGTERM or SIGINT."""
    async with _daemon(settings) as daemon:
        began = time.monotonic()
        await daemon.serve(told=told, to_the_end=True)
        return Summary(
            tally=daemon.tally,
            most_repeated=await daemon.most_repeated(),
            problems=daemon.problems,
            seconds=time.monotonic() - began,
            peak_memory_mb=_peak_memory_mb(),
        )


@asynccontextmanager
async def _daemon(settings: Settings) -> AsyncIterator["_Daemon"]:
    """Everything of one process open, and stopped by SIGTERM and SIGINT."""
    topic = load_topic(settings.topic)
    feeds = [(source, read_feed(source.feed)) for source in settings.sources]
    async with AsyncExitStack() as stack:
        stopping = stack.enter_context(_stopped_by_signals())
        store = await stack.enter_async_context(opened(settings))
        metrics = Metrics()
        sinks = []
        for sink in settings.sinks:
            sinks.append(metrics.counted(open_sink(sink, settings.data)))
            stack.push_async_callback(sinks[-1].close)
        sources = [(ReplaySource(name=one.name, feed=feed, speed=one.speed), one.every) for one, feed in feeds]
        ahead = [source.left(await store.posts.cursor(source.name)) for source, _ in sources]
        yield _Daemon(
            settings=settings,
            topic=topic,
            store=store,
            # Loading the parser takes a second or two: signals and the server are heard meanwhile.
            extractor=metrics.timed(await asyncio.to_thread(Extractor, topic)),
            sources=[(metrics.watched(source), every) for source, every in sources],
            tally=Tally(expected=sum(ahead) + await store.posts.backlog()),
            problems=tuple(str(problem) for _, feed in feeds for problem in feed.problems.kept),
            sinks=sinks,
            metrics=metrics,
            stopping=stopping,
        )


class _Daemon:
    """The tasks of one process, over what `_daemon` opened."""

    def __init__(
        self,
        *,
        settings: Settings,
        topic: Topic,
        store: Store,
        extractor: protocols.Extractor,
        sources: Sequence[tuple[WatchedSource, timedelta]],
        tally: Tally,
        problems: tuple[str, ...],
        sinks: Sequence[CountedSink],
        metrics: Metrics,
        stopping: asyncio.Event,
    ) -> None:
        self.tally = tally
        self.problems = problems
        self._settings = settings
        self._store = store
        self._topic = topic.name
        self._events = Events(store.alerts)
        self._sources = sources
        self._sinks = sinks
        self._metrics = metrics
        self._stopping = stopping
        self._poller = Poller(sources=sources, posts=store.posts)
        pipeline = Pipeline(
            topic=topic.name,
            judge=Judge(topic),
            extractor=extractor,
            matcher=Match(),
            store=store.claims,
            policy=alerting.Policy(corroborated_at=settings.alerts.corroborated_at),
            plan=settings.plan,
            mutes=store.mutes,
            observers=[self.tally, metrics],
        )
        self._worker = Worker(
            consumer=_consumer(settings),
            posts=store.posts,
            expect=pipeline.expect,
            handle=pipeline.handle,
            batch=settings.worker.batch,
        )
        self._dispatcher = Dispatcher(
            store.outbox,
            [lane(sink, one) for sink, one in zip(sinks, settings.sinks, strict=True)],
            grace=settings.worker.drain,
        )

    async def serve(self, *, with_web: bool = False, told: Told | None = None, to_the_end: bool = False) -> None:
        """Runs every task until `stopping`, or with `to_the_end` until nothing is left to do."""
        tasks = {
            "poller": self._poller.run(self._stopping),
            "worker": self._worker.run(self._stopping),
            "dispatcher": self._dispatcher.run(self._stopping),
        }
        if with_web:
            tasks["web"] = self._serve_web(self._settings.web.host, self._settings.web.port)
            tasks["events"] = self._events.run(self._stopping)
        if to_the_end:
            tasks["end"] = self._stop_at_the_end()
        if told:
            tasks["show"] = self._show(told)
        try:
            async with asyncio.TaskGroup() as group:
                for name, task in tasks.items():
                    group.create_task(task, name=name)
        except ExceptionGroup as failed:
            raise _told(failed) or failed from failed

    async def most_repeated(self) -> tuple[Claim, ...]:
        claims = [claim async for claim in self._store.claims.claims() if claim.sightings > 1]
        return tuple(sorted(claims, key=lambda claim: (-claim.sightings, claim.number))[:MOST_REPEATED])

    async def _stop_at_the_end(self) -> None:
        """Sets `stopping` once the sources are at their end, every post is handled and every alert is out."""
        while not self._stopping.is_set():
            with suppress(StoreUnavailable):  # then it is not the end: what was lost comes again
                if await self._handled():
                    await unless_stopped(self._stopping, self._dispatcher.drain(PATIENCE))
                    if await self._handled():
                        self._stopping.set()
            await pause(self._stopping, LOOK_EVERY_S)

    async def _handled(self) -> bool:
        return self._poller.exhausted.is_set() and await self._store.posts.backlog() == 0

    async def _show(self, told: Told) -> None:
        """Shows the alerts of this run as they come; after `stopping`, what is left of them."""
        seq = await self._store.alerts.last_seq()
        while True:
            last = self._stopping.is_set()
            with suppress(StoreUnavailable):
                async for alert in self._store.alerts.all(seq):
                    told.alert(alert)
                    seq = alert.seq
            told.progress(self.tally)
            if last:
                return
            await pause(self._stopping, SHOW_EVERY_S)

    # --- health and metrics

    async def _serve_web(self, host: str, port: int) -> None:
        def ready(taken: int) -> None:
            log.info("web.listening", host=host, port=taken)

        await serve(self._application(), host, port, self._stopping, ready)

    def _application(self) -> web.Application:
        local = {sink.name for sink in self._settings.sinks if isinstance(sink, LogSinkSettings)}
        checks = {
            "store": health.store_answers(self._store.posts),
            "sources": health.sources_fresh(self._sources),
            "sinks": health.sinks_take(self._sinks, local, self._dispatcher.disabled),
            "disk": health.disk_has_room(self._settings.data),
        }
        bearer = self._settings.web.bearer
        return application(
            self._metrics,
            checks,
            self._refresh,
            self._api(),
            token=None if bearer is None else bearer.get_secret_value(),
            host=self._settings.web.host,
        )

    def _api(self) -> Api:
        store = self._store
        return Api(
            alerts=store.alerts,
            claims=store.claims,
            operations=Operations(
                sinks={sink.name: sink.kind for sink in self._settings.sinks},
                alerts=store.alerts,
                deliveries=store.deliveries,
                switches=store.outbox,
            ),
            trial=Trial(
                topic=self._topic,
                sinks=[sink.name for sink in self._sinks],
                receivers={sink.name: sink for sink in self._sinks if sink.name in receivers(self._settings.sinks)},
            ),
            events=self._events,
        )

    async def _refresh(self) -> None:
        posts = self._store.posts
        self._metrics.posts(backlog=await posts.backlog(), parked=await posts.parked_count())
        for sink in self._sinks:
            self._metrics.sink(await self._store.deliveries.sink(sink.name))


def _told(failed: ExceptionGroup[Exception]) -> MonitorError | None:
    """What ended the tasks, if a person can act on it and nothing else went wrong."""
    known, unexpected = failed.split(MonitorError)
    if known is None or unexpected is not None:
        return None
    first: MonitorError | ExceptionGroup[MonitorError] = known
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    return first


def _consumer(settings: Settings) -> str:
    """The worker's name in the consumer group: the same after a restart, another for another process."""
    if settings.redis.url is None:
        return "worker"  # a data folder has one daemon, on whatever host the folder is
    return f"{socket.gethostname()}:{digest(settings.data, length=8)}"


@contextmanager
def _stopped_by_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        yield stopping
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _peak_memory_mb() -> float:
    """The most that this process held at once, in MiB. The system counts in KiB on Linux, in bytes on macOS."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
