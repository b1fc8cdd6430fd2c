"""How fast alerts arrive, and what waiting ones cost: `make bench`, or `python -m bench.delivery [NAME ...]`.

    latency      alert raised to webhook received on loopback, 50 a second
    throughput   deliveries a second of one dispatcher to 20 sinks that answer in 20 ms: in order, and 8 under way
    bad          the latter, while one of the twenty hangs and one answers 500: what the others still get
    dead         100,000 pending deliveries to a dead sink: memory of dispatcher and Redis, order after it comes back

Each with a server of its own, the dispatcher and the receiver in processes of their own. Printed, never a test.
"""

import asyncio
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis

from monitor.alerting import compose
from monitor.filing import file
from monitor.models import Alert, Claim, Kind, Raise, Sighting, Way, digest
from monitor.protocols import Choice
from monitor.store import Store, embedded, keys

ROOT = Path(__file__).resolve().parent.parent
TOPIC = "bench"
SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgYmVuY2htYXJrLCAzMg=="  # noqa: S105 - of the benchmark alone
A_CLAIM = 50
"""Alerts raised of one claim, in one step."""
STUCK_S = 60
"""A queue that has not moved for so long is not waited for."""
TURNS = 3
"""How often two ways are measured, one after the other, where they are compared."""
MANY = 8
"""What is under way to a sink at once, where the order of neighbours may be given up for speed."""


@dataclass
class Bench:
    """A store, a receiver that answers on its port, and the processes' numbers."""

    store: Store
    url: str
    port: int
    receiver: int
    folder: Path
    session: aiohttp.ClientSession
    redis: Redis

    async def report(self) -> dict[str, Any]:
        async with self.session.get(f"http://127.0.0.1:{self.port}/report") as response:
            told: dict[str, Any] = await response.json(content_type=None)
            return told

    async def redis_mb(self) -> float:
        return float((await self.redis.info("memory"))["used_memory"]) / 1e6

    async def cpu_ms(self, sender: int) -> tuple[float, float, float]:
        """The CPU time so far of dispatcher, Redis and receiver in ms."""
        used = await self.redis.info("cpu")
        return cpu_ms(sender), (used["used_cpu_user"] + used["used_cpu_sys"]) * 1000, cpu_ms(self.receiver)

    async def pending(self, sinks: Sequence[int]) -> int:
        """Deliveries that wait or are under way, asked in one go: looking must cost next to nothing."""
        asked = self.redis.pipeline(transaction=False)
        for one in sinks:
            asked.zcard(keys.outbox(TOPIC, f"sink-{one}"))
        return sum(await asked.execute())

    async def fewer_than(self, count: int, sinks: Sequence[int], patience_s: float) -> None:
        """Returns once fewer than `count` are pending, or after `patience_s`."""
        until = time.monotonic() + patience_s
        while await self.pending(sinks) >= count and time.monotonic() < until:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.1)

    async def try_now(self, sink: str) -> None:
        """The head of the queue does not wait for its next attempt."""
        [head] = await self.redis.zrange(keys.outbox(TOPIC, sink), 0, 0)
        await self.redis.hdel(keys.delivery(TOPIC, sink, str(head)), "due")

    @asynccontextmanager
    async def sending(self, paths: Sequence[str], **fields: object) -> AsyncIterator[int]:
        """One dispatcher to these paths of the receiver; its process id."""
        sinks = [
            {
                "kind": "webhook",
                "name": f"sink-{number}",
                "url": f"http://127.0.0.1:{self.port}{path}",
                "secret": SECRET,
                "allow_networks": ["127.0.0.0/8"],
            }
            | fields
            for number, path in enumerate(paths)
        ]
        config = self.folder / "monitor.yaml"
        config.write_text(json.dumps({"redis": {"url": self.url}, "sinks": sinks}), encoding="utf-8")
        with (self.folder / "sender.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.sender", config, TOPIC, stderr=log, cwd=ROOT
            )
        try:
            yield process.pid
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def bench(delay_s: float = 0.0) -> AsyncIterator[Bench]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        receiver = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.receiver", str(delay_s), stdout=subprocess.PIPE, cwd=ROOT
        )
        assert receiver.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            async with (
                embedded(folder / "data") as url,
                Store(url, topic=TOPIC) as store,
                aiohttp.ClientSession() as session,
                Redis.from_url(url, decode_responses=True) as redis,
            ):
                port = int(await receiver.stdout.readline())
                yield Bench(store, url, port, receiver.pid, folder, session, redis)
        finally:
            receiver.kill()
            await receiver.wait()


def a_sighting(number: int) -> Sighting:
    now = datetime.now(UTC)
    text = f"six people were wounded in the village number {number}, the governor of the region wrote"
    return Sighting(
        id=digest("bench", number), post_id=f"post-{number}", source="bench", platform="telegram", channel="reuters",
        outlet="Reuters", url=f"https://example.org/{number}", published_at=now, received_at=now,
        thread=f"thread-{number}", doc=f"{number}.txt", start=0, end=len(text), text=text,
        claimant="Vyacheslav Gladkov", claimant_key="vyacheslav-gladkov", places=("Graivoron",),
    )  # fmt: skip


async def a_claim(store: Store, number: int) -> tuple[Claim, Sighting]:
    sighting = a_sighting(number)
    claim, filing = file(sighting, Choice(claim=None, because="bench"), TOPIC)
    terms = ((f"term {number}", 1.0),)
    epoch = (await store.claims.candidates(terms)).epoch
    done = await store.claims.record(filing, claim, terms=terms, epoch=epoch, expected_revision=None)
    assert done.claim is not None  # noqa: S101 - nobody else writes here
    return done.claim, sighting


async def raise_alerts(store: Store, number: int, count: int, sinks: int) -> tuple[Alert, ...]:
    """So many alerts of one new claim, to each of so many sinks."""
    claim, sighting = await a_claim(store, number)
    raises = [Raise(kind=Kind.UPDATED, ordinal=one, reason="people wounded: 6 before, now 8") for one in range(count)]
    alerts = compose(claim, raises, sighting, datetime.now(UTC))
    ways = tuple(Way(sink=f"sink-{one}") for one in range(sinks))
    due = [(one, alert, ways) for one, alert in zip(raises, alerts, strict=True)]
    await store.claims.raise_alerts(claim, sighting.id, due, "bench")
    return alerts


def show(name: str, value: str, asked: str) -> None:
    print(f"{name:<44} {value:<44} asked {asked}", flush=True)


# --- the four


async def latency(seconds: int = 20, rate: int = 50) -> None:
    async with bench() as here, here.sending(["/ok/one"]):
        raised: dict[str, float] = {}
        await raise_alerts(here.store, 0, 1, 1)
        await here.fewer_than(1, [0], 30)  # the dispatcher is up, and connected
        began = time.monotonic()
        for number in range(1, seconds * rate):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            claim, sighting = await a_claim(here.store, number)
            one = Raise(kind=Kind.NEW, ordinal=0, reason="first sighting")
            [alert] = compose(claim, [one], sighting, datetime.now(UTC))
            at = time.monotonic()
            await here.store.claims.raise_alerts(claim, sighting.id, [(one, alert, (Way(sink="sink-0"),))], "bench")
            raised[alert.alert_id] = at
        await asyncio.sleep(2)
        at_receiver = (await here.report())["at"]
    took = sorted((at_receiver[alert_id] - at) * 1000 for alert_id, at in raised.items())
    p50, p99 = statistics.median(took), took[int(len(took) * 0.99)]
    show(f"alert raised to webhook received, {rate}/s", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", "p50 5 ms, p99 30 ms")


@dataclass(frozen=True)
class Rate:
    """Deliveries a second, the CPU time of each in ms (dispatcher, Redis, receiver), how many came out of order."""

    a_second: float
    cpu_ms: tuple[float, float, float]
    swapped: int

    def __str__(self) -> str:
        sender, redis, receiver = self.cpu_ms
        used = f"{sender:.2f} ms of CPU each (Redis {redis:.2f}, receiver {receiver:.2f})"
        return f"{self.a_second:,.0f}/s, {used}, {self.swapped} swapped"


async def rate_of(paths: Sequence[str], good: Sequence[int], alerts: int, **fields: object) -> Rate:
    """How fast the good ones of the sinks are served from full queues, over eight seconds at most."""
    async with bench(0.02) as here:
        for number in range(alerts // A_CLAIM):
            await raise_alerts(here.store, number, A_CLAIM, len(paths))
        async with here.sending(paths, **fields) as pid:
            await here.fewer_than(alerts * len(good), good, 30)  # it has begun
            before, began, used = await here.pending(good), time.monotonic(), await here.cpu_ms(pid)
            await here.fewer_than(1, good, 8)
            done, took = before - await here.pending(good), time.monotonic() - began
            each = [(after - at_first) / done for after, at_first in zip(await here.cpu_ms(pid), used, strict=True)]
            swapped = (await here.report())["swapped"]
    return Rate(done / took, (each[0], each[1], each[2]), swapped)


SINKS = tuple(f"/ok/{number}" for number in range(20))


async def throughput() -> None:
    for in_flight, asked in ((1, "-  (20 sinks, 20 ms: 1,000 is the limit)"), (MANY, "1,000/s")):
        rate = await rate_of(SINKS, range(20), 1000, in_flight=in_flight)
        show(f"20 sinks answer in 20 ms, {in_flight} under way", str(rate), asked)


async def bad() -> None:
    """In turns, for the machine may be busier now than it was a minute ago."""
    paths = (*SINKS[:18], "/hang", "/fail")
    whole, rest = 0.0, 0.0
    for _ in range(TURNS):
        whole += (await rate_of(SINKS, range(18), 1000, in_flight=MANY)).a_second / TURNS
        rest += (await rate_of(paths, range(18), 1000, in_flight=MANY)).a_second / TURNS
    show("18 of them while one hangs and one fails", f"{rest:,.0f}/s, {rest / whole:.0%} of {whole:,.0f}/s", "90 %")


async def dead(count: int = 100_000) -> None:
    async with bench() as here, here.sending(["/gate"]) as pid:
        await asyncio.sleep(3)  # it is up, and at rest
        rss, redis = memory(pid), await here.redis_mb()
        for number in range(count // A_CLAIM):
            await raise_alerts(here.store, number, A_CLAIM, 1)
        await asyncio.sleep(5)
        waiting = await here.pending([0])
        grown, used = memory(pid) - rss, await here.redis_mb() - redis
        show(f"{waiting:,} pending: dispatcher's memory", f"{grown:+.1f} MB", "under 20 MB")
        show(f"{waiting:,} pending: Redis' memory", f"{used:+.1f} MB (its claims included)", "under 150 MB")
        async with here.session.post(f"http://127.0.0.1:{here.port}/open"):
            await here.try_now("sink-0")
            began = time.monotonic()
        left, moved = waiting, began
        while left and time.monotonic() - moved < STUCK_S:
            await asyncio.sleep(1)
            if (now := await here.pending([0])) != left:
                left, moved = now, time.monotonic()
        told, took = await here.report(), time.monotonic() - began
    rate = told["counts"]["/gate"] / took
    swapped = f"{told['swapped']} swapped, {left} left"
    show("drained after it came back", f"{rate:,.0f}/s, {swapped}", "in order, all of them")


def cpu_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


BENCHES = {"latency": latency, "throughput": throughput, "bad": bad, "dead": dead}


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%F}")
    for name in sys.argv[1:] or BENCHES:
        asyncio.run(BENCHES[name]())


if __name__ == "__main__":
    main()
