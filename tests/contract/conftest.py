"""Every contract test also checks what it left behind: each key is known, and bounded or on its way out."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from monitor.store import Limits, keys
from tests.commanding import Monitor
from tests.conftest import Server, ask

# Of a stream or set, the count; of a hash, the fields.
_SIZE = {"stream": "XLEN", "zset": "ZCARD", "hash": "HLEN"}


async def unbounded(redis: Redis, limits: Limits) -> list[str]:
    """What is wrong with the keys that lie in the server, in words; an empty list is as it should be."""
    wrong = []
    async for key in redis.scan_iter(count=1000):
        kind = keys.kind(key)
        if kind is None:
            wrong.append(f"{key}: the monitor knows no such key")
            continue
        if await redis.type(key) != kind.type:
            wrong.append(f"{key}: is no {kind.type}")
        elif kind.expires and await redis.ttl(key) < 0:
            wrong.append(f"{key}: never expires")
        elif kind.most and await ask(redis, _SIZE[kind.type], key) > kind.most(limits):
            wrong.append(f"{key}: is over its bound")
        elif not kind.expires and not kind.most:
            wrong.append(f"{key}: has neither a time nor a bound")
    return wrong


@pytest.fixture(autouse=True)
async def leaves_nothing_unbounded(server: Server, limits: Limits) -> AsyncIterator[None]:
    yield
    async with Redis.from_url(server.url, decode_responses=True, protocol=2) as client:
        assert await unbounded(client, limits) == []


@pytest.fixture
def monitor(server: Server) -> Monitor:
    return Monitor(server)
