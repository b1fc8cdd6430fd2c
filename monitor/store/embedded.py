"""A server of the monitor's own, on a Unix socket in the data folder, kept on disk and kept alive.

Every process that needs the data of a folder stands ready to serve it: whoever gets the server's lock starts a
server, the others use it, and when it dies one of them starts it again. The server holds the lock itself, so there
are never two on one folder, also not while an old one is still writing its last; it ends with the process that
started it (SIGTERM, on which it completes its file). So a daemon, `monitor tail` and `monitor claims` may come and
go in any order; who was connected meanwhile connects again.
"""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import structlog

from monitor.errors import StoreUnavailable
from monitor.store import with_parent
from monitor.store.folder import Folder, find_binary, locked

START_S = 30.0
STOP_S = 30.0
LOG_CHECK_S = 60.0
TAKE_OVER_S = 0.1
LONGEST_PAUSE_S = 5.0
# A server that lives shorter than this did not really start: the next try waits.
SHORTEST_LIFE_S = 1.0

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def embedded(data: Path, *, binary: Path | None = None) -> AsyncIterator[str]:
    """The URL of the server of the folder `data`, for its daemon: there is one at a time.

    Raises DataFolderBusy when another daemon has the folder, StoreUnavailable when the server does not start (with
    its last words), StoreUnsuitable when there is none to start, ConfigError when the folder can't be written.
    """
    folder = Folder(data)
    folder.make()
    with folder.held_by_daemon():
        async with _served(folder, binary) as url:
            yield url


@asynccontextmanager
async def attach(data: Path, *, binary: Path | None = None) -> AsyncIterator[str]:
    """The URL of the server of `data`, for anyone who looks at its data, whether a daemon is running or not."""
    folder = Folder(data)
    if not folder.path.is_dir():
        raise StoreUnavailable(str(data), "holds no data of the monitor")
    async with _served(folder, binary) as url:
        yield url


@asynccontextmanager
async def _served(folder: Folder, binary: Path | None) -> AsyncIterator[str]:
    server = _Server(folder, binary or find_binary())
    keeping = asyncio.create_task(server.keep(), name="embedded-server")
    try:
        await server.ready(keeping)
        yield f"unix://{quote(str(server.socket))}"
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await server.stop()
        if not keeping.cancelled():
            keeping.result()  # it ends by itself for a mistake alone


class _Server:
    """The server of a folder, started by this process whenever it is nobody else's."""

    def __init__(self, folder: Folder, binary: Path) -> None:
        self.folder = folder
        self.socket = folder.socket()
        self._binary = binary
        self._process: asyncio.subprocess.Process | None = None
        self._began = 0.0
        self._last_words: str | None = None

    async def keep(self) -> None:
        """Starts the server whenever there is none, until cancelled; the running one is left to `stop`."""
        pause_s = TAKE_OVER_S
        while True:
            self._last_words = await self._live()
            _log.warning("store.server_ended", said=self._last_words)
            if time.monotonic() - self._began < SHORTEST_LIFE_S:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                pause_s = TAKE_OVER_S

    async def _live(self) -> str:
        """One life of the server, begun as soon as there is no other; its last words."""
        with self.folder.server_lock() as lock:
            while not locked(lock):  # noqa: ASYNC110 (another process lets go of it: there is no event)
                await asyncio.sleep(TAKE_OVER_S)
            self._began = time.monotonic()
            try:
                process = self._process = await self._start(lock)
            except OSError as error:
                return f"it can't be started: {error.strerror}"
        await self._watch(process)
        return self.folder.last_words()

    async def ready(self, keeping: asyncio.Task[None]) -> None:
        """Returns when the server answers. Reading a long file back may take its time."""
        deadline = time.monotonic() + START_S
        while (answer := await _ping(self.socket)) != "+PONG":
            if keeping.done():
                keeping.result()
            if self._last_words is not None:
                raise StoreUnavailable(str(self.folder.data), f"its server ended: {self._last_words}")
            if answer.startswith("-LOADING"):
                deadline = time.monotonic() + START_S
            elif time.monotonic() > deadline:
                raise StoreUnavailable(str(self.folder.data), f"its server does not answer; see {self.folder.log}")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Ends the server if this process started it; its file is complete then."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
        await process.wait()

    async def _start(self, lock: int) -> asyncio.subprocess.Process:
        self.folder.bound_log()
        with self.folder.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", with_parent.__file__, str(os.getpid()), str(self._binary), *self._options(),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(lock,), start_new_session=True,
            )  # fmt: skip

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        while process.returncode is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOG_CHECK_S):  # wait_for of Python 3.11 can lose a cancellation
                    await process.wait()
            self.folder.bound_log()

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder.path),
            "logfile": str(self.folder.log),
            "databases": "1",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "auto-aof-rewrite-min-size": "16mb",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]


async def _ping(socket: Path) -> str:
    """The server's answer to PING; "" when nobody answers."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                writer.write(b"PING\r\n")
                return (await reader.readline()).decode("ascii", "replace").strip()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return ""
