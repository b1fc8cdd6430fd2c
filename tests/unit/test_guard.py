"""Which addresses a request may go to, however they are written."""

import socket
from ipaddress import ip_network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.sinks.guard import AddressRefused, Guard, GuardedResolver

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0",  # noqa: S104 - nothing is bound
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1",
    "2001:db8::1", "2001::1", "2001:10::1", "3fff::1", "5f00::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]
ODD = ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "127.000.000.001", "localhost", "", "1.1.1.1 "]


class Book(AbstractResolver):
    """Answers with the next list of addresses at each look-up: a name whose owner changes his mind."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=int(family), proto=0, flags=0)
            for address in answer
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused(address: str) -> None:
    assert "not a public address" in (Guard().refusal(address) or "")


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_not_refused(address: str) -> None:
    assert Guard().refusal(address) is None


@pytest.mark.parametrize("address", ODD)
def test_odd_notations_are_refused_even_when_all_addresses_are_allowed(address: str) -> None:
    assert Guard([ip_network("0.0.0.0/0"), ip_network("::/0")]).refusal(address)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "desk.localhost", "127.1", "0x7f.1", "::1"])
def test_this_machine_is_no_name_for_a_proxy_to_resolve(host: str) -> None:
    assert Guard().literal_refusal(host)
    assert Guard().literal_refusal("localhost.example.org") is None


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::7", "fd00::7%eth0"])
def test_an_allowed_network_may_be_reached(address: str) -> None:
    assert Guard([ip_network("10.1.0.0/16"), ip_network("fd00::/8")]).refusal(address) is None


@pytest.mark.parametrize("address", ["10.2.0.1", "127.0.0.1", "64:ff9b::10.1.2.3", "2002:a01:203::1"])
def test_an_allowed_network_allows_no_other_and_no_way_round(address: str) -> None:
    assert Guard([ip_network("10.1.0.0/16")]).refusal(address)


@pytest.mark.parametrize("address", INSIDE)
def test_a_socket_to_an_address_inside_is_not_even_made(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(AddressRefused, match="not a public address"):
        Guard().socket((family, socket.SOCK_STREAM, 0, "", (address, 443)))


def test_a_socket_of_another_family_is_refused() -> None:
    with pytest.raises(AddressRefused, match="only IPv4 and IPv6"):
        Guard().socket((socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("1.1.1.1",)))


def test_a_socket_to_a_public_address_is_made() -> None:
    with Guard().socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 443))) as made:
        assert made.family is socket.AF_INET


async def test_of_several_addresses_the_public_ones_are_used() -> None:
    resolver = GuardedResolver(Guard(), Book(["10.0.0.1", "1.1.1.1", "::1"]))
    assert [result["host"] for result in await resolver.resolve("mixed.example", 443)] == ["1.1.1.1"]


async def test_a_name_that_has_only_addresses_inside_is_refused_with_each_of_them() -> None:
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1 .*; 127\.0\.0\.1 "):
        await GuardedResolver(Guard(), Book(["10.0.0.1", "127.0.0.1"])).resolve("inside.example", 443)
