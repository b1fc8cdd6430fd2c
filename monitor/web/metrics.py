"""What is counted, for Prometheus. `Metrics` observes the pipeline; its wrappers watch sources, sinks and parsing.

Each wrapper satisfies the protocol of what it wraps, so that nobody else needs to know that anything is counted.
"""

import time
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from monitor.errors import FeedError
from monitor.models import Alert, Delivery, Filing, Outcome, Post, Sighting, SinkRecord, Verdict
from monitor.protocols import Batch, Extractor, Sink, Source

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        count = self._counter
        self._polled = count("monitor_posts_polled", "Posts handed over by a source.", "source")
        self._failed = count("monitor_source_failures", "Polls of a source that failed.", "source")
        self._handled = count("monitor_posts_handled", "Posts read by the pipeline.", "relevant")
        self._sightings = count("monitor_sightings", "Statements found in posts.")
        self._filings = count("monitor_filings", "Sightings filed, by what that did.", "decision")
        self._alerts = count("monitor_alerts", "Alerts raised.", "kind")
        self._suppressed = count(
            "monitor_suppressed_alerts",
            "Alerts that a sink does not get: muted, quiet hours, no route.",
            "sink",
            "cause",
        )
        self._attempts = count("monitor_delivery_attempts", "Attempts to deliver an alert.", "sink", "verdict")
        self._parsing = Histogram(
            "monitor_parse_seconds",
            "Time to find the statements of one post, or to parse several that wait.",
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
        )
        self._sending = Histogram(
            "monitor_delivery_seconds", "Time of one attempt to deliver.", ["sink"], registry=self.registry
        )
        self._backlog = Gauge("monitor_backlog_posts", "Posts published and not yet handled.", registry=self.registry)
        self._parked = Gauge(
            "monitor_parked_posts", "Posts set aside because they could not be handled.", registry=self.registry
        )
        self._pending = Gauge(
            "monitor_pending_deliveries", "Alerts that wait for a sink.", ["sink"], registry=self.registry
        )
        self._dead = Gauge(
            "monitor_dead_deliveries", "Alerts that a sink did not get.", ["sink"], registry=self.registry
        )
        self._failing = Gauge(
            "monitor_sink_failing",
            "1 when a sink's last attempt failed: a receiver that is down, a disk that is full.",
            ["sink"],
            registry=self.registry,
        )
        self._disabled = Gauge(
            "monitor_sink_disabled", "1 while a sink is offered nothing more.", ["sink"], registry=self.registry
        )

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(name, help_, labels, registry=self.registry)

    def render(self) -> bytes:
        return generate_latest(self.registry)

    # --- the pipeline's observer

    def post_handled(self, post: Post, *, relevant: bool, sightings: int) -> None:
        self._handled.labels("yes" if relevant else "no").inc()
        self._sightings.inc(sightings)

    def claim_recorded(self, filing: Filing) -> None:
        self._filings.labels(str(filing.decision)).inc()

    def alert_raised(self, alert: Alert) -> None:
        self._alerts.labels(str(alert.kind)).inc()
        for one in alert.suppressed:
            self._suppressed.labels(one.sink, str(one.cause)).inc()

    # --- what is read when somebody asks

    def posts(self, *, backlog: int, parked: int) -> None:
        self._backlog.set(backlog)
        self._parked.set(parked)

    def sink(self, record: SinkRecord) -> None:
        self._pending.labels(record.sink).set(record.pending)
        self._dead.labels(record.sink).set(record.dead)
        self._disabled.labels(record.sink).set(record.disabled is not None)

    # --- wrappers

    def timed(self, extractor: Extractor) -> "TimedExtractor":
        return TimedExtractor(extractor, self._parsing)

    def watched(self, source: Source, clock: Callable[[], float] = time.monotonic) -> "WatchedSource":
        """`clock` gives seconds that never go back."""
        return WatchedSource(source, self._polled, self._failed, clock)

    def counted(self, sink: Sink) -> "CountedSink":
        return CountedSink(sink, self._attempts, self._sending, self._failing)


class TimedExtractor:
    """An extractor that is timed."""

    def __init__(self, extractor: Extractor, seconds: Histogram) -> None:
        self._extractor = extractor
        self._seconds = seconds

    def extract(self, post: Post, context: Sequence[Post]) -> tuple[Sighting, ...]:
        with self._seconds.time():
            return self._extractor.extract(post, context)

    def expect(self, posts: Sequence[Post]) -> None:
        with self._seconds.time():
            self._extractor.expect(posts)


class WatchedSource:
    """A source that is counted, and that knows when it was last read without an error."""

    def __init__(self, source: Source, polled: Counter, failed: Counter, clock: Callable[[], float]) -> None:
        self._source = source
        self._polled = polled.labels(source.name)
        self._failed = failed.labels(source.name)
        self._clock = clock
        self._read_at = clock()
        self.error: FeedError | None = None

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def silent_s(self) -> float:
        """Seconds since it was last read without an error."""
        return self._clock() - self._read_at

    async def poll(self, cursor: str | None, limit: int) -> Batch:
        try:
            batch = await self._source.poll(cursor, limit)
        except FeedError as error:
            self._failed.inc()
            self.error = error
            raise
        self._polled.inc(len(batch.posts))
        self._read_at = self._clock()
        self.error = None
        return batch


class CountedSink:
    """A sink whose attempts are counted and timed, and that knows how the last one ended."""

    def __init__(self, sink: Sink, attempts: Counter, seconds: Histogram, failing: Gauge) -> None:
        self._sink = sink
        self._attempts = attempts
        self._seconds = seconds.labels(sink.name)
        self._failing = failing.labels(sink.name)
        self.last: Outcome | None = None

    @property
    def name(self) -> str:
        return self._sink.name

    async def send(self, delivery: Delivery) -> Outcome:
        with self._seconds.time():
            outcome = await self._sink.send(delivery)
        self._attempts.labels(self.name, str(outcome.verdict)).inc()
        self._failing.set(outcome.verdict is not Verdict.DELIVERED)
        self.last = outcome
        return outcome

    async def close(self) -> None:
        await self._sink.close()
