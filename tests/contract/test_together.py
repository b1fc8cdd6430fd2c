"""Scripts that are asked for at the same moment share a pipeline, and nothing else: not an error, not an end."""

import asyncio

from redis.asyncio import Redis

from monitor.errors import StoreError, StoreUnavailable
from monitor.store import Store, keys, scripts
from monitor.store.connect import Connection, connected
from tests.conftest import TOPIC, Server


async def known(server: Server, redis: Redis, count: int) -> list[str]:
    """So many hashes, each holding its own number."""
    names = [keys.claim(TOPIC, str(number)) for number in range(count)]
    for number, name in enumerate(names):
        await redis.hset(name, "number", str(number))
        await redis.expire(name, 100)
    return names


async def test_each_gets_its_own_answer(server: Server, redis: Redis) -> None:
    names = await known(server, redis, 250)
    async with connected(server.url) as connection:
        found = await asyncio.gather(*(scripts.fetch(connection, keys=[name], fields=["number"]) for name in names))
    assert found == [[[str(number)]] for number in range(250)]


async def test_those_asked_at_once_go_out_at_once(server: Server, redis: Redis) -> None:
    names = await known(server, redis, 50)
    async with connected(server.url) as connection:
        await scripts.fetch(connection, keys=names[:1], fields=["number"])  # the server knows the script now
        before = int((await redis.info("stats"))["total_connections_received"])
        await asyncio.gather(*(scripts.fetch(connection, keys=[name], fields=["number"]) for name in names))
        after = int((await redis.info("stats"))["total_connections_received"])
    assert after == before


async def test_an_error_is_told_to_who_caused_it_alone(server: Server, redis: Redis) -> None:
    [good, other, bad] = await known(server, redis, 3)
    await redis.delete(bad)
    await redis.set(bad, "no hash", ex=100)
    async with connected(server.url) as connection:
        await scripts.fetch(connection, keys=[good], fields=["number"])
        found = await asyncio.gather(
            *(scripts.fetch(connection, keys=[name], fields=["number"]) for name in (good, bad, other)),
            return_exceptions=True,
        )
    await redis.delete(bad)
    assert (found[0], found[2]) == ([["0"]], [["1"]])
    assert isinstance(found[1], StoreError)


async def test_who_is_cancelled_takes_nobody_along(server: Server, redis: Redis) -> None:
    names = await known(server, redis, 3)
    async with connected(server.url) as connection:
        asked = [asyncio.create_task(scripts.fetch(connection, keys=[name], fields=["number"])) for name in names]
        await asyncio.sleep(0)
        asked[1].cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert (found[0], found[2]) == ([["0"]], [["2"]])
    assert isinstance(found[1], asyncio.CancelledError)


async def test_a_connection_that_breaks_under_many_is_no_loss(store: Store, server: Server, redis: Redis) -> None:
    names = await known(server, redis, 40)
    async with connected(server.url) as connection:
        for _ in range(5):
            asked = [asyncio.create_task(scripts.fetch(connection, keys=[name], fields=["number"])) for name in names]
            await asyncio.sleep(0)
            await redis.client_kill_filter(_type="normal", skipme=True)
            assert await asyncio.gather(*asked) == [[[str(number)]] for number in range(40)]


async def test_a_server_that_is_not_there_is_told_to_all(server: Server) -> None:
    connection = Connection(server.url + ".missing")
    asked = (scripts.fetch(connection, keys=[keys.claim(TOPIC, str(number))], fields=["number"]) for number in range(3))
    found = await asyncio.gather(*asked, return_exceptions=True)
    await connection.close()
    assert all(isinstance(one, StoreUnavailable) for one in found)
