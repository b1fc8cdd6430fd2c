"""The command line as a user starts it, on the test server: what it prints, to a pipe or a person, and how it ends."""

import asyncio
import os
import pty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Server
from tests.processes import ROOT, command, environment

CONTROLS = set("\x1b\x07\r\x00\x9b\u202e\u2066")
HOSTILE = "six \x1b[31mwere\x1b]0;title\x07 \u202ewounded\u2066 \x9b5n\r\x00"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Monitor:
    """Runs commands on the test server."""

    def __init__(self, server: Server) -> None:
        self.env = environment() | {"MONITOR_REDIS_URL": server.url}

    @asynccontextmanager
    async def started(self, *words: str | Path, **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *command(*words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.env | env,
            cwd=ROOT,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def __call__(self, *words: str | Path, **env: str) -> Done:
        async with self.started(*words, **env) as process, asyncio.timeout(60):
            out, err = await process.communicate()
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())

    async def on_terminal(self, *words: str | Path, width: int = 100) -> str:
        """What a person sees of the command; it must end well."""
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *command(*words),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self.env | {"TERM": "xterm-256color", "COLUMNS": str(width), "LINES": "50"},
            cwd=ROOT,
        )
        os.close(theirs)
        shown = await asyncio.to_thread(_read_all, ours)
        os.close(ours)
        assert await process.wait() == 0, shown
        return shown


def _read_all(terminal: int) -> str:
    read = bytearray()
    while True:
        try:
            chunk = os.read(terminal, 65_536)
        except OSError:  # how a terminal says that nobody is left at the other end
            chunk = b""
        if not chunk:
            return read.decode()
        read += chunk
