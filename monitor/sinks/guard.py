"""No request leaves for an address inside: private, loopback, link-local, shared, or one of these in disguise.

A webhook's URL is configuration, and still must not become a way into the network that the monitor runs in: a name
can resolve to 127.0.0.1, or to another address at the second look-up. So what counts is the address that is really
connected to: aiohttp makes each socket through `socket_factory`, with the address that it then connects to, for
names, for literals and for each of several addresses. The resolver is guarded as well, so that of several
addresses the allowed ones are used, and a name that has none is refused as such.
"""

import errno
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

Network = IPv4Network | IPv6Network

_MULTICAST = IPv4Network("224.0.0.0/4")
_RELAYS = IPv4Network("192.88.99.0/24")
_GLOBAL = IPv6Network("2000::/3")
_SPECIAL = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")


opened: ContextVar[list[str]] = ContextVar("opened")
"""The addresses that connections were opened to, noted in the list of whoever set one: what aiohttp does for a request
runs in the context of the request. (Its own traces tell the same, for a tenth of what a request costs.)"""


class AddressRefused(OSError):
    """The configuration does not allow requests to this address. Trying again does not help."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EACCES, message)


class Guard:
    """Says which addresses may be connected to: public ones, and those in `allow`."""

    def __init__(self, allow: Iterable[Network] = ()) -> None:
        self._allow = tuple(allow)

    def refusal(self, host: str) -> str | None:
        """Why there must be no connection to this address; None when there may.

        What is no address in its usual notation ("127.1", "0x7f000001") is refused: the system may read it as one.
        """
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return f"{host!r} is no IP address in its usual notation"
        if isinstance(address, IPv6Address):
            # The zone is no part of what networks are compared by; a mapped address *is* the IPv4 one.
            address = IPv6Address(int(address))
            address = address.ipv4_mapped or address
        if any(address in network for network in self._allow) or _public(address):
            return None
        return f"{address} is not a public address, and no allowed network holds it"

    def literal_refusal(self, host: str) -> str | None:
        """The refusal of a host that is written as an address, in whatever notation; None for a name.

        For requests through a proxy, which resolves names itself: the last label of a name is never a number, and what
        ends in "localhost" is this machine.
        """
        last = host.rstrip(".").rpartition(".")[2].lower()
        if last == "localhost" or ":" in host or last.isdigit() or last.startswith("0x"):
            return self.refusal(host)
        return None

    def socket(self, address: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """aiohttp's `socket_factory`: a socket for this address, which is connected next. Raises AddressRefused."""
        family, kind, proto, _, where = address
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise AddressRefused("only IPv4 and IPv6 are spoken")
        if why := self.refusal(str(where[0])):
            raise AddressRefused(why)
        if (noted := opened.get(None)) is not None:
            noted.append(str(where[0]))
        return socket.socket(family, kind, proto)

    def connector(
        self, tls: ssl.SSLContext | None = None, resolver: AbstractResolver | None = None
    ) -> aiohttp.TCPConnector:
        """A connector that opens no other connections. `resolver` answers for names; by default the system does."""
        guarded = GuardedResolver(self, resolver or aiohttp.ThreadedResolver())
        return aiohttp.TCPConnector(
            resolver=guarded, socket_factory=self.socket, ssl=tls if tls is not None else True, ttl_dns_cache=10
        )


class GuardedResolver(AbstractResolver):
    """The allowed ones among the addresses of a name; AddressRefused when it has addresses and none is allowed."""

    def __init__(self, guard: Guard, inner: AbstractResolver) -> None:
        self._guard = guard
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        refusals = {result["host"]: self._guard.refusal(result["host"]) for result in found}
        allowed = [result for result in found if refusals[result["host"]] is None]
        if found and not allowed:
            raise AddressRefused("; ".join(sorted(why for why in refusals.values() if why)))
        return allowed

    async def close(self) -> None:
        await self._inner.close()


def _public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it belongs to the open internet; an IPv6 address that stands for an IPv4 one goes by that."""
    if isinstance(address, IPv4Address):
        return address.is_global and address not in _MULTICAST and address not in _RELAYS
    if address in _NAT64:
        return _public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None:
        return _public(address.sixtofour)
    return address in _GLOBAL and not any(address in network for network in _SPECIAL)
