"""Alerts as signed HTTP requests, after Standard Webhooks 1.0: one attempt a call.

The body is `{"type", "timestamp", "data"}`: the alert's kind, its time, and the alert as it stands in the log. The
webhook id is the alert's id, the same over all attempts. The bytes that are signed are the bytes that are sent.

    2xx                                   delivered
    408, 429, 5xx, 1xx, 3xx               again (a redirect is never followed: it would leave the guarded address,
                                          and what it says can be temporary)
    no connection, no answer in time      again
    410                                   the receiver is gone: the sink is disabled
    other 4xx, an address that is refused dead
"""

import asyncio
import json
import ssl
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from yarl import URL

from monitor import __version__
from monitor.display import json_safe, safe
from monitor.errors import ConfigError
from monitor.models import Alert, Delivery, Outcome, Verdict
from monitor.sinks.guard import AddressRefused, Guard
from monitor.sinks.signing import Secret, sign

BODY_LIMIT_BYTES = 20_000
FAR_TOO_LARGE_CHARS = 10 * BODY_LIMIT_BYTES
ANSWER_LIMIT_CHARS = 500
ANSWER_LIMIT_BYTES = 64 * 1024
ANSWER_LIMIT_S = 2.0


@dataclass(frozen=True)
class Limits:
    """How long one attempt may take, in seconds: over all, to connect (TLS included), between two reads."""

    total_s: float = 15.0
    connect_s: float = 5.0
    read_s: float = 10.0


def _now() -> datetime:
    return datetime.now(UTC)


class WebhookSink:
    """Sends alerts to one URL. Made inside the running loop, closed with `close`."""

    def __init__(
        self,
        name: str,
        url: str,
        secrets: Sequence[Secret],
        guard: Guard,
        *,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """`secrets`: each signs, the newest first. `clock` gives the time of an attempt, always the wall clock's.

        Raises ConfigError for what is no http(s) URL and for a sink without a secret.
        """
        self._name = name
        self._url = parse_url(url, f"sink {name}: url")
        if not secrets:
            raise ConfigError(f"sink {name}: secrets", "a webhook needs at least one secret to sign with")
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
            trace_configs=[_note_reuse()],
            trust_env=False,
        )

    @property
    def name(self) -> str:
        return self._name

    async def send(self, delivery: Delivery) -> Outcome:
        body = render(delivery.alert)
        headers = sign(self._secrets, delivery.alert.alert_id, self._clock(), body)
        try:
            return await self._deliver(body, headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return failed(error)

    async def _deliver(self, body: bytes, headers: dict[str, str]) -> Outcome:
        used = _Connection()
        try:
            return await self._post(body, headers, used)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if not used.before:
                raise
            # The receiver closed a connection that was kept for it: no failure of his, and no reason to wait.
            return await self._post(body, headers, used)

    async def _post(self, body: bytes, headers: dict[str, str], used: "_Connection") -> Outcome:
        request = self._session.post(
            self._url, data=body, headers=headers, allow_redirects=False, trace_request_ctx=used
        )
        async with request as response:
            answer = await _read_answer(response)
            return judge(response.status, response.headers.get("Retry-After"), answer, self._clock())

    async def close(self) -> None:
        await self._session.close()


@dataclass
class _Connection:
    """Whether a request went over a connection that had been used before."""

    before: bool = False


def _note_reuse() -> aiohttp.TraceConfig:
    """Lets aiohttp tell what it does with the connections of a request."""

    async def reused(
        _session: aiohttp.ClientSession, context: Any, _params: aiohttp.TraceConnectionReuseconnParams
    ) -> None:
        context.trace_request_ctx.before = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(reused)
    return trace


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
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            while len(read) < ANSWER_LIMIT_BYTES and (chunk := await response.content.read(ANSWER_LIMIT_BYTES)):
                read += chunk
    except (TimeoutError, aiohttp.ClientError, OSError):
        response.close()
    return safe(read.decode("utf-8", "replace")[:ANSWER_LIMIT_CHARS]) or None


def _told(error: BaseException) -> str:
    """One line about an error of the network, without the URL: its path or query can be a secret."""
    if isinstance(error, aiohttp.ClientResponseError):
        said: str | None = error.message
    elif isinstance(error, aiohttp.InvalidURL):
        said = error.description
    else:
        said = error.strerror if isinstance(error, OSError) else str(error)
    return safe(said or type(error).__name__, limit=200)


# --- the body


def render(alert: Alert) -> bytes:
    """The body for an alert: the same alert gives the same bytes, fewer than BODY_LIMIT_BYTES, always valid JSON.

    `data.left_out` counts what had to go: the oldest sources first, then the oldest figures of the history, then
    other lists' ends; only then are texts shortened, with "…". An alert that is far too large begins with the texts,
    so that it costs no more time than others.
    """
    data = alert.model_dump(mode="json")
    if len(json.dumps(data)) > FAR_TOO_LARGE_CHARS:
        data = _squeezed(data, 2048, sys.maxsize)
    data["left_out"] = {}
    body = _wrapped(alert, data)
    for shorten in (_fewer_sources, _shorter_history):
        if len(body) >= BODY_LIMIT_BYTES:
            shorten(data, len(body) - BODY_LIMIT_BYTES + 100)
            body = _wrapped(alert, data)
    chars, items = 2048, 64
    while len(body) >= BODY_LIMIT_BYTES:
        data = _squeezed(data, chars, items)
        body = _wrapped(alert, data)
        chars, items = max(chars // 2, 64), max(items // 2, 1)
    return body


def _wrapped(alert: Alert, data: dict[str, Any]) -> bytes:
    return compact({"type": str(alert.kind), "timestamp": data["ts"], "data": data})


def compact(value: Any) -> bytes:
    """Canonical JSON: no spaces, keys in the order given, text readable, nothing in it that a terminal would obey."""
    return json_safe(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode("utf-8")


def _fewer_sources(data: dict[str, Any], excess: int) -> None:
    sources: list[dict[str, Any]] = data["sources"]
    oldest_first = sorted(range(len(sources)), key=lambda place: (sources[place]["published_at"], place))
    gone: set[int] = set()
    for place in oldest_first[:-1]:  # one source at least stays: an alert without a quote proves nothing
        if excess <= 0:
            break
        excess -= len(compact(sources[place])) + 1
        gone.add(place)
    if gone:
        data["sources"] = [source for place, source in enumerate(sources) if place not in gone]
        data["left_out"]["sources"] = len(gone)


def _shorter_history(data: dict[str, Any], excess: int) -> None:
    if not data["figure"]:
        return
    history: list[dict[str, Any]] = data["figure"]["history"]
    gone = 0
    while excess > 0 and gone < len(history) - 1:
        excess -= len(compact(history[gone])) + 1
        gone += 1
    if gone:
        data["figure"]["history"] = history[gone:]
        data["left_out"]["history"] = gone


def _squeezed(value: Any, chars: int, items: int) -> Any:
    """A copy in which no text and no list is longer than that; a URL that would be cut is left out instead."""
    if isinstance(value, str):
        return value if len(value) <= chars else value[: chars - 1] + "…"
    if isinstance(value, list):
        return [_squeezed(item, chars, items) for item in value[:items]]
    if isinstance(value, dict):
        return {
            key: None if key == "url" and isinstance(item, str) and len(item) > chars else _squeezed(item, chars, items)
            for key, item in value.items()
        }
    return value
