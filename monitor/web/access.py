"""Who may ask: with a token, whoever has it; without one, this machine alone.

`/healthz` is anybody's, and says nothing but that the process lives. `/readyz` and `/metrics` are also for this machine
without the token, so that a container's health check needs no secret. Who sends no token is answered only under this
machine's own names: a page in a browser that has its own name point here (DNS rebinding) reads nothing. There are no
CORS headers, and what changes something needs a content type that a browser does not send across origins without
asking first.
"""

import hmac
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Middleware

from monitor.web.problems import Handler, problem

OPEN = frozenset({"/healthz"})
OPEN_ON_LOOPBACK = frozenset({"/readyz", "/metrics"})
SCHEME = "bearer "


def guarded(token: str | None, host: str) -> Middleware:
    """`host`: the configured address to listen on, which a request may name too."""
    expected = None if token is None else token.encode()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in OPEN or (request.path in OPEN_ON_LOOPBACK and _is_here(request, host)):
            return await handler(request)
        if expected is not None:
            if not _holds(request, expected):
                return problem(401, "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})
        elif not _names_us(request, host):
            return problem(421, "this name is not the monitor's; ask 127.0.0.1 or localhost, or configure a token")
        return await handler(request)

    return guard


def _holds(request: web.Request, expected: bytes) -> bool:
    """Compared in constant time."""
    sent = request.headers.get("Authorization", "")
    if sent[: len(SCHEME)].lower() != SCHEME:
        return False
    return hmac.compare_digest(sent[len(SCHEME) :].strip().encode("utf-8", "surrogateescape"), expected)


def _is_here(request: web.Request, host: str) -> bool:
    """Whether it comes from this machine, and means it."""
    return _is_loopback(request.remote or "") and _names_us(request, host)


def _names_us(request: web.Request, host: str) -> bool:
    named = request.headers.get("Host", "")
    name = named[1 : named.find("]")] if named.startswith("[") else named.partition(":")[0]
    return name.lower() in ("localhost", host.lower()) or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
