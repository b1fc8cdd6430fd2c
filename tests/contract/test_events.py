"""Clients that follow the alerts: one that takes nothing is let go, one that comes late is told what is gone."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from monitor.store import Store, keys
from monitor.web import server
from monitor.web.events import Events
from tests.conftest import TOPIC, ask
from tests.contract.test_alerts import raise_one
from tests.contract.test_api import Site, read_events, served
from tests.waiting import wait_until

LARGE = "six wounded " * 2500
ENOUGH = 120
"""So many large alerts are more than the buffers of two sockets hold."""


@asynccontextmanager
async def following(site: Site, after: int) -> AsyncIterator[asyncio.StreamReader]:
    """A client with little room that has asked for the events, and reads nothing by itself."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    address = urlsplit(site.url)
    await asyncio.get_running_loop().sock_connect(client, (address.hostname, address.port))
    reader, writer = await asyncio.open_connection(sock=client, limit=1024)
    writer.write(f"GET /api/v1/events?after={after} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    try:
        yield reader
    finally:
        writer.transport.abort()


async def test_a_client_that_takes_nothing_is_let_go(
    store: Store, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(ENOUGH):
        await raise_one(store, f"claim {number} {LARGE}")
    async with served(store, events=Events(store.alerts, send_s=0.2)) as site, following(site, 0) as slow:
        assert (await slow.readline()).startswith(b"HTTP/1.1 200")
        await wait_until(lambda: site.events.clients == 0, "it was let go")
        assert not (await slow.read()).endswith(b"0\r\n\r\n"), "its stream has no proper end"
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]
    assert "events.slow_client" in capsys.readouterr().out


async def test_a_client_that_follows_is_not_taken_for_a_silent_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_S", 0.1)
    async with served(store, events=Events(store.alerts, keep_alive_s=0.05)) as site, following(site, 0) as reader:
        for _ in range(20):  # so long as ten silences
            await reader.readuntil(b": still here\n")


async def test_a_client_that_takes_nothing_holds_up_nobody(store: Store) -> None:
    for number in range(ENOUGH):
        await raise_one(store, f"claim {number} {LARGE}")
    async with served(store, events=Events(store.alerts, send_s=3600.0)) as site, following(site, 0) as slow:
        assert (await slow.readline()).startswith(b"HTTP/1.1 200")
        async with site.session.get(f"{site.url}/api/v1/events", params={"after": ENOUGH}) as response:
            for number in (1, 2):
                await raise_one(store, f"one more {number}")
                assert [event["id"] for event in await read_events(response, 1)] == [str(ENOUGH + number)]
                assert (await site.get("/alerts?limit=1"))[0] == 200
            assert site.events.clients == 2, "it is still waited for"


async def test_who_asks_for_alerts_that_are_kept_no_longer_is_told_which(store: Store, redis: Redis) -> None:
    for number in range(5):
        await raise_one(store, f"claim {number}")
    await ask(redis, "XTRIM", keys.alerts(TOPIC), "MINID", "4-0")
    async with served(store) as site:
        for asked, told in (("1", {"first": 2, "last": 3}), ("2", {"first": 3, "last": 3}), ("3", None)):
            async with site.session.get(f"{site.url}/api/v1/events", headers={"Last-Event-ID": asked}) as response:
                blocks = [await response.content.readuntil(b"\n\n") for _ in range(3 if told else 2)]
            fields = [dict(line.split(": ", 1) for line in block.decode().split("\n") if line) for block in blocks[1:]]
            if told:
                gone = fields.pop(0)
                assert (gone["event"], json.loads(gone["data"])) == ("alerts.gone", told)
                assert "id" not in gone, "who comes again goes on from what it has seen"
            assert (fields[0]["event"], fields[0]["id"]) == ("claim.new", "4")
        _, page = await site.get("/alerts?after=1")
        assert (page["first"], [alert["seq"] for alert in page["alerts"]]) == (4, [4, 5])


async def test_who_asks_for_alerts_that_are_all_gone_or_still_to_come_waits_for_the_next(
    store: Store, redis: Redis
) -> None:
    await raise_one(store, "claim 0")
    async with served(store) as site:
        for asked in ("1", "99"):
            async with site.session.get(f"{site.url}/api/v1/events", params={"after": asked}) as response:
                assert await response.content.readuntil(b"\n\n") == b"retry: 3000\n: behind 1\n\n"
