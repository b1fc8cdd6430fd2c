"""A real server for all tests that need one, empty at the beginning of each.

`MONITOR_TEST_SERVER` names the binary of another server, so that the same tests run against Redis 7.0 too.
"""

import logging
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from redis.asyncio import Redis

from monitor.store import Limits, Store
from monitor.store.folder import find_binary
from tests.waiting import wait_until_now

TOPIC = "test"
SINKS = ("log", "desk")


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """A command that is run within a test sets up logging for the whole process; the next test knows nothing of it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@dataclass(frozen=True)
class Server:
    """A running server: its URL, and its process number."""

    url: str
    pid: int


@pytest.fixture(scope="session")
def server_binary() -> Path:
    return Path(os.environ.get("MONITOR_TEST_SERVER") or find_binary())


@pytest.fixture(scope="session")
def server(server_binary: Path) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="monitor-test-"))  # short: the path of a socket may not be long
    path = folder / "server.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([server_binary, *options], stdout=log, stderr=log)
    try:
        wait_until_now(lambda: _listens(path), "the test server listens")
        yield Server(url=f"unix://{path}", pid=process.pid)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


@pytest.fixture
async def redis(server: Server) -> AsyncIterator[Redis]:
    """A client of the plain kind, to look at what the store left and to break it; the server is empty."""
    async with Redis.from_url(server.url, decode_responses=True, protocol=2) as client:
        await client.flushall()
        yield client


async def ask(redis: Redis, *words: str | bytes | int) -> Any:
    """A command that the client has no typed method for; strings as the client parses them."""
    execute: Callable[..., Awaitable[Any]] = redis.execute_command
    return await execute(*words)


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
async def store(server: Server, redis: Redis, limits: Limits) -> AsyncIterator[Store]:
    """The state of an empty topic, with two sinks."""
    async with Store(server.url, topic=TOPIC, sinks=SINKS, limits=limits) as opened:
        yield opened
