"""Health, readiness and metrics over a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import ClientSession

from monitor.errors import FeedError, MonitorError, StoreUnavailable
from monitor.models import Cause, Decision, Delivery, Disabled, Filing, Outcome, SinkRecord, Suppressed, Verdict, digest
from monitor.protocols import Batch
from monitor.store import Store
from monitor.web import health, server
from monitor.web.metrics import Metrics
from monitor.web.server import application, serve
from tests.delivering import NOON, an_alert
from tests.unit.making import a_post, a_sighting


async def nothing() -> None:
    """No gauges to read."""


@dataclass
class Site:
    """A served application."""

    url: str
    session: ClientSession

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.url + path) as response:
            return response.status, await response.text()

    async def ready(self) -> tuple[int, dict[str, str]]:
        async with self.session.get(self.url + "/readyz") as response:
            body = await response.json()
            assert body["ready"] == (response.status == 200)
            return response.status, body["failing"]


A_SINK = SinkRecord(
    sink="desk",
    pending=4,
    dead=2,
    delivered=9,
    oldest_pending=1,
    oldest_pending_at=NOON,
    last_attempt=NOON,
    last_success=None,
    failing_since=NOON,
    disabled=Disabled(because="status 410", since=NOON, by_hand=False),
)


@asynccontextmanager
async def served(
    metrics: Metrics,
    checks: Mapping[str, health.Check] | None = None,
    refresh: Callable[[], Awaitable[None]] = nothing,
) -> AsyncIterator[Site]:
    stopping = asyncio.Event()
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    app = application(metrics, checks or {}, refresh)
    serving = asyncio.create_task(serve(app, "127.0.0.1", 0, stopping, port.set_result))
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(30):
            yield Site(f"http://127.0.0.1:{await port}", session)
    finally:
        stopping.set()
        await serving


async def says(words: str | None) -> str | None:
    return words


# --- health


async def test_the_process_is_live_and_ready_when_nothing_fails() -> None:
    async with served(Metrics(), {"store": lambda: says(None)}) as site:
        assert await site.get("/healthz") == (200, '{"live": true}')
        assert await site.ready() == (200, {})


async def test_what_fails_is_named_and_the_process_stays_live() -> None:
    checks: dict[str, health.Check] = {"store": lambda: says("away"), "disk": lambda: says(None)}
    async with served(Metrics(), checks) as site:
        assert await site.ready() == (503, {"store": "away"})
        assert (await site.get("/healthz"))[0] == 200


async def test_a_check_that_hangs_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_S", 0.05)

    async def hangs() -> str | None:
        await asyncio.Event().wait()
        return None

    async with served(Metrics(), {"store": hangs}) as site:
        assert await site.ready() == (503, {"store": "no answer within 0.05 s"})


async def test_other_paths_and_methods_are_refused() -> None:
    async with served(Metrics()) as site:
        assert (await site.get("/"))[0] == 404
        async with site.session.post(site.url + "/healthz") as response:
            assert response.status == 405


@pytest.mark.parametrize("sent", [b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"])
async def test_a_client_that_falls_silent_is_let_go(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(server, "IDLE_S", 0.2)
    async with served(Metrics()) as site:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))
        writer.write(sent)
        async with asyncio.timeout(10):
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200 OK") == sent.endswith(b"\r\n\r\n")
        writer.close()


async def test_an_address_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MonitorError, match=f"'127.0.0.1:{port}': can't listen there"):
            await serve(application(Metrics(), {}, nothing), "127.0.0.1", port, asyncio.Event())


async def test_a_store_that_answers_is_fine_and_one_that_is_gone_is_not(store: Store) -> None:
    assert await health.store_answers(store.posts)() is None
    gone = Store("redis://127.0.0.1:1", topic="test")
    async with asyncio.timeout(30):
        assert "can't be reached" in str(await health.store_answers(gone.posts)())


async def test_a_disk_without_room_is_told(tmp_path: Path) -> None:
    assert await health.disk_has_room(tmp_path, floor=1)() is None
    assert "MB free" in str(await health.disk_has_room(tmp_path, floor=2**60)())
    assert "No such file" in str(await health.disk_has_room(tmp_path / "none")())


# --- sources and sinks, watched


@dataclass
class Source:
    """Hands over what it holds, or fails with it."""

    given: list[Batch | FeedError]
    name: str = "desk"

    async def poll(self, cursor: str | None, limit: int) -> Batch:
        now = self.given.pop(0)
        if isinstance(now, FeedError):
            raise now
        return now


@dataclass
class Sink:
    """Ends each attempt as it is told."""

    verdicts: list[Verdict]
    name: str = "desk"
    closed: bool = field(default=False)

    async def send(self, delivery: Delivery) -> Outcome:
        verdict = self.verdicts.pop(0)
        return Outcome(verdict=verdict, error=None if verdict is Verdict.DELIVERED else f"because of {verdict}")

    async def close(self) -> None:
        self.closed = True


def a_delivery() -> Delivery:
    return Delivery(sink="desk", seq=1, alert=an_alert(), attempts=0, token=digest("lease"))


async def test_a_source_that_fails_for_long_is_stale_until_it_is_read_again() -> None:
    seconds = [0.0]
    batch = Batch(posts=(a_post(),), cursor="1")
    given: list[Batch | FeedError] = [batch, FeedError("https://x", "timed out"), batch]
    metrics = Metrics()
    watched = metrics.watched(Source(given), clock=lambda: seconds[0])
    check = health.sources_fresh([(watched, timedelta(seconds=10))])
    assert await watched.poll(None, 1) == batch
    seconds[0] = 59
    with pytest.raises(FeedError):
        await watched.poll("1", 1)
    assert await check() is None
    seconds[0] = 61
    assert await check() == "desk was not read for 61 s ('https://x': timed out)"
    await watched.poll("1", 1)
    assert await check() is None
    assert b'monitor_posts_polled_total{source="desk"} 2.0' in metrics.render()
    assert b'monitor_source_failures_total{source="desk"} 1.0' in metrics.render()


@pytest.mark.parametrize(
    ("verdict", "local", "said"),
    [
        (Verdict.DELIVERED, {"desk"}, None),
        (Verdict.DEAD, set(), None),
        (Verdict.RETRY, set(), None),
        (Verdict.RETRY, {"desk"}, "desk: because of retry"),
    ],
)
async def test_a_sink_of_ours_that_fails_is_told_and_a_receiver_that_does_is_not(
    verdict: Verdict, local: set[str], said: str | None
) -> None:
    metrics, sink = Metrics(), Sink([verdict])
    counted = metrics.counted(sink)
    check = health.sinks_take([counted], local, dict)
    assert await check() is None
    assert (await counted.send(a_delivery())).verdict is verdict
    assert await check() == said
    await counted.close()
    assert sink.closed
    assert f'monitor_delivery_attempts_total{{sink="desk",verdict="{verdict}"}} 1.0'.encode() in metrics.render()


async def test_a_sink_that_was_disabled_is_told_unless_somebody_wanted_it_so() -> None:
    disabled = {"desk": Disabled(because="status 410", since=NOON, by_hand=False)}
    check = health.sinks_take([], set(), lambda: disabled)
    assert await check() == "desk is disabled: status 410"
    disabled["desk"] = disabled["desk"].model_copy(update={"by_hand": True})
    assert await check() is None


# --- metrics


async def test_what_the_pipeline_did_is_counted() -> None:
    metrics, sighting = Metrics(), a_sighting()
    metrics.post_handled(a_post(), relevant=True, sightings=3)
    metrics.post_handled(a_post("Tea."), relevant=False, sightings=0)
    metrics.claim_recorded(
        Filing(number=1, sighting=sighting, claim_id="claim_1", decision=Decision.UPDATE, because="same")
    )
    metrics.alert_raised(an_alert(suppressed=(Suppressed(sink="desk", cause=Cause.MUTED, because="muted by ada"),)))

    async def refresh() -> None:
        metrics.posts(backlog=17, parked=3)
        metrics.sink(A_SINK)

    async with served(metrics, refresh=refresh) as site:
        status, text = await site.get("/metrics")
    assert status == 200
    for line in (
        'monitor_posts_handled_total{relevant="yes"} 1.0',
        'monitor_posts_handled_total{relevant="no"} 1.0',
        "monitor_sightings_total 3.0",
        'monitor_filings_total{decision="update"} 1.0',
        'monitor_alerts_total{kind="claim.new"} 1.0',
        'monitor_suppressed_alerts_total{cause="muted",sink="desk"} 1.0',
        "monitor_backlog_posts 17.0",
        "monitor_parked_posts 3.0",
        'monitor_pending_deliveries{sink="desk"} 4.0',
        'monitor_dead_deliveries{sink="desk"} 2.0',
        'monitor_sink_disabled{sink="desk"} 1.0',
    ):
        assert f"\n{line}\n" in text


async def test_counters_are_shown_while_the_store_is_away() -> None:
    async def refresh() -> None:
        raise StoreUnavailable("redis://x", "away")

    metrics = Metrics()
    metrics.alert_raised(an_alert())
    async with served(metrics, refresh=refresh) as site:
        assert 'monitor_alerts_total{kind="claim.new"} 1.0' in (await site.get("/metrics"))[1]


async def test_parsing_is_timed_and_its_result_is_left_alone() -> None:
    class Extractor:
        def extract(self, post: object, context: object) -> tuple[object, ...]:
            return (post, context)

        def expect(self, posts: Sequence[object]) -> None:
            expected.extend(posts)

    metrics, post, expected = Metrics(), a_post(), list[object]()
    timed = metrics.timed(Extractor())  # type: ignore[arg-type]
    assert timed.extract(post, ()) == (post, ())  # type: ignore[comparison-overlap]
    assert b"monitor_parse_seconds_count 1.0" in metrics.render()
    timed.expect([post])
    assert expected == [post]
    assert b"monitor_parse_seconds_count 2.0" in metrics.render()
