"""Receivers that do whatever a network can do: no exception, nothing left behind, and each attempt recorded."""

import asyncio
import gc
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.backoff import Schedule
from monitor.dispatcher import Dispatcher, Lane
from monitor.models import DeliveryState, Outcome, Verdict
from monitor.sinks.webhook import Limits, WebhookSink
from monitor.store import Store
from tests.contract.test_alerts import raise_one
from tests.contract.test_webhook import LOOPBACK
from tests.delivering import SECRET, a_delivery
from tests.talking import Talk, read_request, status_line
from tests.waiting import wait_until

SHORT = Limits(total_s=0.6, connect_s=0.3, read_s=0.2)
Writer = asyncio.StreamWriter
Ways = Callable[[asyncio.StreamReader, Writer, random.Random], Awaitable[None]]
ANSWER = status_line(200, "Content-Type: text/plain", body=b"thanks")


async def drop(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    """Hangs up, at once or in the middle of the request."""
    await reader.read(chance.choice((1, 50, 300)))
    writer.transport.abort()


async def half(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    await read_request(reader)
    writer.write(ANSWER[: chance.randrange(len(ANSWER))])
    await writer.drain()


async def garbage(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    await read_request(reader)
    writer.write(chance.randbytes(chance.choice((1, 40, 5000))))
    await writer.drain()


async def bent(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    """An answer with some of its bytes changed."""
    await read_request(reader)
    answer = bytearray(ANSWER)
    for _ in range(chance.randint(1, 6)):
        answer[chance.randrange(len(answer))] = chance.randrange(256)
    writer.write(answer)
    await writer.drain()


async def slow(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    await read_request(reader)
    for byte in ANSWER:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(chance.choice((0, 0.01, 0.3)))


async def huge(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    """A gigabyte of body, of headers, or of one line."""
    await read_request(reader)
    head = chance.choice((b"Content-Length: 1000000000\r\n\r\n", b"X-Header: ", b"Transfer-Encoding: chunked\r\n\r\n"))
    writer.write(b"HTTP/1.1 200 OK\r\n" + head)
    for _ in range(1000):
        writer.write(b"fffff\r\n" + b"x" * 1_000_000)
        await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    await reader.read()


async def forever_continued(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    await read_request(reader)
    for _ in range(1000):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def compressed(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    """What claims to be compressed, or chunked, and is not."""
    await read_request(reader)
    lie = chance.choice((b"Content-Encoding: gzip", b"Transfer-Encoding: chunked", b"Content-Encoding: br"))
    writer.write(b"HTTP/1.1 200 OK\r\n" + lie + b"\r\nContent-Length: 20\r\n\r\n" + chance.randbytes(20))
    await writer.drain()


async def any_status(reader: asyncio.StreamReader, writer: Writer, chance: random.Random) -> None:
    await read_request(reader)
    headers = chance.choice(([], ["Retry-After: 999999999999"], ["Location: http://169.254.169.254/"]))
    writer.write(status_line(chance.randrange(100, 1000), *headers))
    await writer.drain()


WAYS: tuple[Ways, ...] = (
    drop, half, garbage, bent, slow, huge, silent, forever_continued, compressed, any_status,
)  # fmt: skip


@asynccontextmanager
async def receiver(talk: Talk) -> AsyncIterator[str]:
    """Talks like this to each connection, and ends all talks with itself."""
    talks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()
        for one in [*talks]:
            one.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def tcp_sockets() -> int:
    """Those of this process (the store's connections are of another kind)."""
    lines = Path("/proc/self/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    of_all = {f"socket:[{line.split()[9]}]" for line in lines}
    held = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            held += os.readlink(descriptor) in of_all
    return held


@asynccontextmanager
async def nothing_left_behind() -> AsyncIterator[None]:
    """No task and no socket more than before. (What the loop closes, it closes one turn later.)"""
    tasks, open_before = len(asyncio.all_tasks()), tcp_sockets()
    yield
    gc.collect()
    await wait_until(lambda: len(asyncio.all_tasks()) <= tasks, "all tasks have ended")
    await wait_until(lambda: tcp_sockets() <= open_before, "all sockets are closed")


async def attempt(url: str) -> Outcome:
    sink = WebhookSink("desk", url, [SECRET], LOOPBACK, limits=SHORT)
    try:
        return await sink.send(a_delivery())
    finally:
        await sink.close()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_an_attempt_ends_with_an_outcome_and_leaves_nothing_behind(way: Ways) -> None:
    chance = random.Random(way.__name__)  # noqa: S311 - repeatable, no secret
    async with nothing_left_behind(), receiver(lambda reader, writer: way(reader, writer, chance)) as url:
        outcomes = await asyncio.gather(*(attempt(url) for _ in range(12)))
    for outcome in outcomes:
        assert outcome.verdict is Verdict.DELIVERED or outcome.error
        assert all(character >= " " for character in outcome.answer or "")


async def test_every_status_code_is_an_outcome_and_2xx_alone_is_success() -> None:
    wanted = iter(range(200, 1000))

    async def talk(reader: asyncio.StreamReader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(status_line(next(wanted), "Connection: close"))
        await writer.drain()

    async with nothing_left_behind(), receiver(talk) as url:
        sink = WebhookSink("desk", url, [SECRET], LOOPBACK)
        outcomes = [await sink.send(a_delivery()) for _ in range(200, 1000)]
        await sink.close()
    assert [outcome.status for outcome in outcomes] == list(range(200, 1000))
    assert [outcome.verdict is Verdict.DELIVERED for outcome in outcomes] == [code < 300 for code in range(200, 1000)]


async def test_a_server_that_speaks_no_tls_and_one_that_speaks_nothing_else_are_failures() -> None:
    async def talk(reader: asyncio.StreamReader, writer: Writer) -> None:
        writer.write(b"\x15\x03\x01\x00\x02\x02\x28")  # a TLS alert, whatever was asked
        await writer.drain()

    async with nothing_left_behind(), receiver(talk) as url:
        for address in (url, url.replace("http:", "https:")):
            outcome = await attempt(address)
            assert outcome.verdict is Verdict.RETRY


async def test_each_attempt_is_recorded_whatever_the_receiver_does(store: Store) -> None:
    chance = random.Random(4)  # noqa: S311 - repeatable, no secret
    for number in range(24):
        await raise_one(store, f"claim {number}")

    async def talk(reader: asyncio.StreamReader, writer: Writer) -> None:
        await chance.choice([way for way in WAYS if way not in (slow, silent, any_status)])(reader, writer, chance)

    stopping = asyncio.Event()
    async with nothing_left_behind(), receiver(talk) as url:
        sink = WebhookSink("desk", url, [SECRET], LOOPBACK, limits=SHORT)
        lane = Lane(sink, Schedule.of_seconds([0, 0.01, 0.01], jitter=0), timedelta(seconds=5))
        running = asyncio.create_task(Dispatcher(store.outbox, [lane]).run(stopping))

        async def over() -> bool:
            return await store.outbox.pending("desk") == 0

        await wait_until(over, "nothing is pending")
        stopping.set()
        await running
        await sink.close()
    listed = [
        record
        for state in (DeliveryState.DELIVERED, DeliveryState.DEAD)
        for record in await store.deliveries.of_sink("desk", state)
    ]
    assert sorted(record.seq for record in listed) == list(range(1, 25))
    for record in listed:
        assert len(record.attempts) == record.tries
        assert all(attempt.error for attempt in record.attempts[:-1])
        assert record.state is DeliveryState.DELIVERED or (record.tries == 3 and record.attempts[-1].error)
