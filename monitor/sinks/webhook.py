"""Alerts as HTTP requests, signed after Standard Webhooks 1.0: one attempt a call.

What the body looks like is `standard.py`'s and `shapes.py`'s matter. The webhook id is the delivery's id, the same over
all attempts. The bytes that are signed are the bytes that are sent.

    2xx                                   delivered
    408, 429, 5xx, 1xx, 3xx               again (a redirect is never followed: it would leave the guarded address,
                                          and what it says can be temporary)
    no connection, no answer in time      again
    410                                   the receiver is gone: the sink is disabled
    other 4xx, an address that is refused dead
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

import aiohttp
from yarl import URL

from monitor import __version__
from monitor.display import safe
from monitor.errors import ConfigError
from monitor.models import Delivery, Outcome, Verdict
from monitor.signing import Secret, sign
from monitor.sinks.guard import AddressRefused, Guard, opened
from monitor.sinks.shapes import alertmanager, discord, slack
from monitor.sinks.standard import standard
from monitor.timing import wall_clock

ANSWER_LIMIT_CHARS = 500
ANSWER_LIMIT_BYTES = 64 * 1024
ANSWER_LIMIT_S = 2.0


Shape = Literal["standard", "alertmanager", "slack", "discord"]
SHAPES: Mapping[Shape, Callable[[Delivery], bytes]] = {
    "standard": standard,
    "alertmanager": alertmanager,
    "slack": slack,
    "discord": discord,
}


@dataclass(frozen=True)
class Limits:
    """How long one attempt may take, in seconds: over all, to connect (TLS included), between two reads."""

    total_s: float = 15.0
    connect_s: float = 5.0
    read_s: float = 10.0


class WebhookSink:
    """Sends alerts to one URL. Made inside the running loop, closed with `close`."""

    def __init__(
        self,
        name: str,
        url: str,
        secrets: Sequence[Secret],
        guard: Guard,
        *,
        body: Shape = "standard",
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: str | None = None,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """`secrets`: each signs, the newest first. `clock` gives the time of an attempt, always the wall clock's.

        `tls` says whom to trust. Through a `proxy` it is the proxy's address that the guard checks, and the URL's own
        where it is written as one: what a name resolves to there, only the proxy knows. Raises ConfigError for what
        is no http(s) URL, and for a sink with the standard body and no secret.
        """
        self._name = name
        self._url = parse_url(url, f"sink {name}: url")
        self._proxy = parse_url(proxy, f"sink {name}: proxy") if proxy else None
        if body == "standard" and not secrets:
            raise ConfigError(f"sink {name}: secrets", "a webhook needs at least one secret to sign with")
        self._render = SHAPES[body]
        self._guard = guard
        self._secrets = tuple(secrets)
        self._clock = clock
        limits = limits or Limits()
        self._session = aiohttp.ClientSession(
            connector=guard.connector(tls),
            timeout=aiohttp.ClientTimeout(
                total=limits.total_s, connect=limits.connect_s, sock_connect=limits.connect_s, sock_read=limits.read_s
            ),
            headers={
                "User-Agent": f"claim-monitor/{__version__}",
                "Content-Type": "application/json",
                # An answer is kept as it came and cut: nothing in it may be unpacked into more than was sent.
                "Accept-Encoding": "identity",
            },
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    @property
    def name(self) -> str:
        return self._name

    async def send(self, delivery: Delivery) -> Outcome:
        body = self._render(delivery)
        headers = sign(self._secrets, delivery.id, self._clock(), body) if self._secrets else {}
        try:
            if self._proxy and (why := self._guard.literal_refusal(self._url.host or "")):
                raise AddressRefused(why)
            return await self._deliver(body, headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return failed(error)

    async def _deliver(self, body: bytes, headers: dict[str, str]) -> Outcome:
        opened_for_it: list[str] = []
        opened.set(opened_for_it)
        try:
            return await self._post(body, headers)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if opened_for_it:
                raise
            # The receiver closed a connection that was kept for it: no failure of his, and no reason to wait.
            return await self._post(body, headers)

    async def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        request = self._session.post(self._url, data=body, headers=headers, allow_redirects=False, proxy=self._proxy)
        async with request as response:
            answer = await _read_answer(response)
            return judge(response.status, response.headers.get("Retry-After"), answer, self._clock())

    async def close(self) -> None:
        await self._session.close()


def parse_url(text: str, about: str) -> URL:
    """An absolute http(s) URL with a host; ConfigError names `about`, and no part of the URL: it may be secret."""
    try:
        url = URL(text)
        usable = url.scheme in ("http", "https") and bool(url.host) and url.port is not None
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(about, "not an http:// or https:// address with a host")
    return url


def judge(status: int, retry_after: str | None, answer: str | None, now: datetime) -> Outcome:
    """What a status code means for the delivery."""
    if 200 <= status < 300:
        return Outcome(verdict=Verdict.DELIVERED, status=status, answer=answer)
    if status == 410:
        verdict = Verdict.DISABLE
    elif 400 <= status < 500 and status not in (408, 429):
        verdict = Verdict.DEAD
    else:
        verdict = Verdict.RETRY
    wish = seconds_of(retry_after, now) if verdict is Verdict.RETRY else None
    return Outcome(verdict=verdict, status=status, error=f"status {status}", answer=answer, retry_after_s=wish)


def failed(error: Exception) -> Outcome:
    """What an attempt without an answer means for the delivery."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, AddressRefused | aiohttp.InvalidURL):
        return Outcome(verdict=Verdict.DEAD, error=f"the address is refused: {_told(cause)}")
    if isinstance(error, TimeoutError):
        what = "no answer in time"
    else:
        what = "no connection" if cause is not error else "the connection failed"
    return Outcome(verdict=Verdict.RETRY, error=f"{what}: {_told(cause)}")


def seconds_of(retry_after: str | None, now: datetime) -> float | None:
    """A Retry-After header in seconds from now, never below 0: a number of seconds or an HTTP date; None if neither."""
    value = (retry_after or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())


async def _read_answer(response: aiohttp.ClientResponse) -> str | None:
    """The beginning of the answer, for people. It decides nothing, so it may be late, endless or broken off."""
    read = bytearray()
    if response.content.at_eof():  # it has no body, as most have none: no need to watch the clock
        return None
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            while len(read) < ANSWER_LIMIT_BYTES and (chunk := await response.content.read(ANSWER_LIMIT_BYTES)):
                read += chunk
    except (TimeoutError, aiohttp.ClientError, OSError):
        response.close()
    return safe(read.decode("utf-8", "replace")[:ANSWER_LIMIT_CHARS]) or None


def _told(error: BaseException) -> str:
    """One line about an error of the network, without the URL: its path or query can be a secret."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        said: str | None = "hung up before the answer was whole"
    elif isinstance(error, aiohttp.ClientResponseError):
        said = error.message
    elif isinstance(error, aiohttp.InvalidURL):
        said = error.description
    else:
        said = error.strerror if isinstance(error, OSError) else str(error)
    return safe(said or type(error).__name__, limit=200)
