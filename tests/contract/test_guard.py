"""The guard where it counts: with a server that listens inside, and requests that must not reach it."""

import asyncio
from ipaddress import ip_network

import aiohttp
import pytest

from monitor.models import Verdict
from monitor.sinks.guard import AddressRefused, Guard
from tests.contract.test_webhook import send
from tests.talking import answering, status_line, talking
from tests.unit.test_guard import Book

ONE_ADDRESS = Guard([ip_network("127.0.0.1/32")])
BRIEFLY = status_line(204, "Connection: close")


async def post(url: str, session: aiohttp.ClientSession) -> int:
    """Posts to a name, at the port of the URL, over a new connection."""
    async with session.post(url.replace("127.0.0.1", "desk.example"), data=b"") as response:
        return response.status


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_literal_address_inside_gets_no_request(host: str) -> None:
    connected = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()

    async with talking(talk, host) as url:
        outcome = await send(url, guard=Guard())
    assert outcome.verdict is Verdict.DEAD
    assert "the address is refused" in (outcome.error or "")
    assert not connected.is_set()


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "0", "①②⑦.⓪.⓪.①",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]",
        "169.254.169.254", "100.64.0.1",
    ],
)  # fmt: skip
async def test_an_address_inside_in_disguise_gets_no_request(host: str) -> None:
    connected = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()

    async with talking(talk) as url:
        port = url.rpartition(":")[2].removesuffix("/hook")
        outcome = await send(f"http://{host}:{port}/hook", guard=Guard())
    assert outcome.verdict is Verdict.DEAD
    assert "/hook" not in (outcome.error or "")
    assert not connected.is_set()


async def test_of_a_names_addresses_only_the_allowed_ones_are_connected_to() -> None:
    connector = ONE_ADDRESS.connector(resolver=Book(["127.0.0.2", "10.0.0.1", "127.0.0.1"]))
    async with talking(answering(BRIEFLY)) as url, aiohttp.ClientSession(connector=connector) as session:
        assert await post(url, session) == 204


async def test_a_name_that_moves_inside_after_the_first_request_is_refused() -> None:
    connector = ONE_ADDRESS.connector(resolver=Book(["127.0.0.1"], ["127.0.0.2"]))
    async with talking(answering(BRIEFLY)) as url, aiohttp.ClientSession(connector=connector) as session:
        assert await post(url, session) == 204
        connector.clear_dns_cache()
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await post(url, session)
    assert isinstance(caught.value.os_error, AddressRefused)


async def test_what_is_connected_to_is_checked_even_where_the_look_up_was_not() -> None:
    connector = aiohttp.TCPConnector(resolver=Book(["127.0.0.1"]), socket_factory=Guard().socket)
    async with talking(answering(BRIEFLY)) as url, aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await post(url, session)
    assert isinstance(caught.value.os_error, AddressRefused)


@pytest.mark.parametrize("addresses", [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]])
async def test_an_allowed_address_that_is_down_is_a_failure_and_no_refusal(addresses: list[str]) -> None:
    """A refusal is final: it must not be said of a receiver that will be back."""
    connector = ONE_ADDRESS.connector(resolver=Book(addresses))
    async with talking(answering(BRIEFLY)) as url:
        pass
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await post(url, session)
    assert isinstance(caught.value.os_error, ConnectionRefusedError)


async def test_a_name_that_has_several_addresses_and_none_allowed_is_refused() -> None:
    connector = ONE_ADDRESS.connector(resolver=Book(["127.0.0.2", "10.0.0.1", "::1"]))
    async with talking(answering(BRIEFLY)) as url, aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await post(url, session)
    assert isinstance(caught.value.os_error, AddressRefused)
