"""The connection to one Redis or Valkey: how it is opened, checked and asked, and what its errors mean.

Everything that is asked is safe to ask twice, so a lost connection is tried again at once, for about two seconds;
what is still wrong then is StoreUnavailable (trying later may help) or StoreUnsuitable (it will not).
"""

import asyncio
import contextlib
import hashlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from monitor.errors import ConfigError, StoreError, StoreUnavailable, StoreUnsuitable
from monitor.models import Value
from monitor.store.together import Together

MOST_CONNECTIONS = 50
SOCKET_TIMEOUT_S = 15.0
# Blocking reads end well before the socket's own limit, which would break the connection.
LONGEST_BLOCK_MS = 5_000
# Between the tries of a command whose connection was refused or broke. The client itself does not try again: it
# would also do so with a wrong password, and once inside the other.
PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5)
OLDEST_REDIS = (7, 0)
OLDEST_VALKEY = (7, 2)

Answer = Any
"""What the server answers: str, int, None or a list of these."""

# Answers that trying again may change: the disk or memory is full, a failover is under way.
_PASSING = ("MISCONF", "OOM", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "LOADING", "BUSY", "NOREPLICAS")
# Those that it will not: not allowed, or a cluster.
_NEVER = ("NOPERM", "MOVED", "ASK", "CROSSSLOT")
_ADDED = re.compile(r"\.? ?\w+:\w+Error$")  # "network:ConnectionError": what the client appends
_WORDS = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True)
class Script:
    """A Lua script of the folder `lua`, by its name."""

    text: str
    sha: str

    @staticmethod
    @cache
    def named(name: str) -> "Script":
        text = files("monitor.store").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8")
        return Script(text=text, sha=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


class _ScriptUnknown(StoreError):
    """The server does not know the script by its digest."""


class _Disconnected(StoreUnavailable):
    """The connection was refused or broke, or the server just begins: worth trying again at once."""


class About(Value):
    """The server that answers. `warnings` say in words what about its settings endangers the promises."""

    name: str
    version: str
    warnings: tuple[str, ...]


class Connection:
    """A pool of connections to one server. Speaks str; raises StoreError alone. Nothing is opened before it is used."""

    def __init__(self, url: str) -> None:
        self.url = redacted(url)
        self._redis = Redis.from_pool(_pool(url))
        # Answers come as the server gives them, the same from a script and from a command.
        self._redis.response_callbacks.clear()
        self._execute: Callable[..., Awaitable[Answer]] = self._redis.execute_command
        self._together = Together(self._redis)

    async def command(self, *words: str | int) -> Answer:
        return await self._ask(self._execute, *words)

    async def script(self, name: str, keys: Sequence[str], args: Sequence[str | int | float]) -> Answer:
        """Runs a script by its digest; a server that does not know it, for it is new or restarted, is told it."""
        script = Script.named(name)
        try:
            return await self._ask(self._together, "EVALSHA", script.sha, len(keys), *keys, *args)
        except _ScriptUnknown:
            return await self._ask(self._execute, "EVAL", script.text, len(keys), *keys, *args)

    async def check(self) -> About:
        """Who answers; StoreUnsuitable when it is too old, a cluster's node, or not Redis at all."""
        info = _fields(await self.command("INFO"))
        valkey = info.get("valkey_version")
        name, version = ("Valkey", valkey) if valkey else ("Redis", info.get("redis_version", "0"))
        oldest = OLDEST_VALKEY if valkey else OLDEST_REDIS
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < oldest:
            needed = ".".join(str(part) for part in oldest)
            raise StoreUnsuitable(self.url, f"is {name} {version}; {name} {needed} or later is needed")
        if info.get("cluster_enabled") == "1":
            raise StoreUnsuitable(self.url, "is a node of a cluster; give the URL of a single server")
        return About(name=name, version=version, warnings=tuple(_warnings(info)))

    async def await_ready(self, patience: timedelta) -> About:
        """As `check`, once the server answers and has loaded its file; StoreUnavailable after `patience`."""
        deadline = time.monotonic() + patience.total_seconds()
        while True:
            try:
                return await self.check()
            except StoreUnavailable:
                if time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        # A connection that breaks while it is being closed is closed.
        with contextlib.suppress(exceptions.RedisError, OSError):
            await self._redis.aclose(close_connection_pool=True)

    async def _ask(self, execute: Callable[..., Awaitable[Answer]], *words: str | int | float) -> Answer:
        for pause_s in (*PAUSES_S, None):
            try:
                with _cancellable():
                    return await execute(*words)
            except (exceptions.RedisError, OSError) as error:
                translated = _translated(self.url, error)
                if pause_s is None or not isinstance(translated, _Disconnected):
                    raise translated from error
            await asyncio.sleep(pause_s)
        raise AssertionError("the last try returns or raises")


@asynccontextmanager
async def connected(url: str, patience: timedelta = timedelta(0)) -> AsyncIterator[Connection]:
    """A checked connection, closed at the end. Waits `patience` for a server that is away or still loading."""
    connection = Connection(url)
    try:
        await connection.await_ready(patience)
        yield connection
    finally:
        await connection.close()


@contextlib.contextmanager
def _cancellable() -> Iterator[None]:
    """Ends in CancelledError when the task was cancelled inside, also where that got lost.

    `asyncio.wait_for` of Python 3.11, with which the client writes, returns as if nothing had happened when it is
    cancelled at the moment at which it is done; a task that lives in a loop of commands would then never end.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


def redacted(url: str) -> str:
    """The URL without password and options: what an error may show."""
    try:
        parts = urlsplit(url)
        host, port, user = parts.hostname or "", parts.port, parts.username
    except ValueError:
        return "Redis URL"
    where = f"{user}:***@{host}" if parts.password and user else f"***@{host}" if parts.password else host
    return f"{parts.scheme}://{where}{f':{port}' if port else ''}{parts.path}"


def _pool(url: str) -> BlockingConnectionPool:
    options: dict[str, Any] = {
        "decode_responses": True,
        "encoding_errors": "replace",
        "protocol": 2,
        "socket_timeout": SOCKET_TIMEOUT_S,
        "socket_connect_timeout": SOCKET_TIMEOUT_S / 3,
        "health_check_interval": 30,
        "retry": Retry(NoBackoff(), retries=0),
        "client_name": "claim-monitor",
    }
    if not url.startswith("unix:"):
        options["socket_keepalive"] = True
    try:
        pool = BlockingConnectionPool.from_url(
            url, max_connections=MOST_CONNECTIONS, timeout=SOCKET_TIMEOUT_S, **options
        )
    except (ValueError, TypeError) as error:
        raise ConfigError(redacted(url), f"is no Redis URL: {error}") from error
    if pool.connection_kwargs.get("db") not in (None, 0):
        raise ConfigError(redacted(url), "only database 0 is used, so that a cluster can serve it too")
    return pool


def _translated(url: str, error: BaseException) -> StoreError:
    """What an error of the client means. It wraps what happened while connecting, more than once at times."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, exceptions.AuthenticationError | exceptions.AuthorizationError):
            return StoreUnsuitable(url, f"refuses the user or password: {_said(cause)}")
        if isinstance(cause, exceptions.InvalidResponse):
            return StoreUnsuitable(url, "answers, but is neither Redis nor Valkey")
    if isinstance(error, exceptions.ResponseError):
        return _refused(url, error)
    if any(isinstance(cause, exceptions.TimeoutError | TimeoutError) for cause in causes):
        return StoreUnavailable(url, f"does not answer: {_said(error)}")
    if isinstance(error, exceptions.ConnectionError | OSError):
        return _Disconnected(url, f"can't be reached: {_said(error)}")
    return StoreError(url, _said(error))


def _refused(url: str, error: exceptions.ResponseError) -> StoreError:
    """The server answered with an error; its first word says which, and the client keeps that apart for some."""
    said = _said(error)
    code = error.status_code or said.partition(" ")[0]
    said = said if said.startswith(code) else f"{code} {said}"
    if code == "NOSCRIPT":
        return _ScriptUnknown(url, said)
    if code in _PASSING:
        return StoreUnavailable(url, said)
    return StoreUnsuitable(url, said) if code in _NEVER else StoreError(url, said)


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _said(error: BaseException) -> str:
    """The server's own words on one line, without control characters, not endlessly."""
    said = _ADDED.sub("", _WORDS.sub(" ", str(error)).strip())
    return said[:300] or type(error).__name__


def _fields(info: Answer) -> dict[str, str]:
    lines = (line.partition(":") for line in str(info).splitlines() if ":" in line)
    return {name: value for name, _, value in lines}


def _warnings(info: dict[str, str]) -> Iterator[str]:
    if info.get("aof_enabled") != "1":
        yield "appendonly is off: what was written last is lost when the server is killed"
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory", "0") != "0" and policy != "noeviction":
        yield f"maxmemory-policy is {policy}: claims may be thrown away when memory is full; set noeviction"
