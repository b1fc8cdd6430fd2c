"""A server that the stories start, kill and start again, as an operator would run one beside the monitor."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError

from tests.processes import free_port
from tests.waiting import wait_until_now


class Server:
    """An append-only Redis on a port of the loopback; its data outlives it."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command = [str(binary), *where, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until_now(self._answers, "the server answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def limit(self, memory: int) -> None:
        """From now on so many bytes are its bound; 0 is none."""
        with Redis(port=self.port) as redis:
            redis.config_set("maxmemory", memory)

    def _answers(self) -> bool:
        with Redis(port=self.port) as redis:
            try:
                return bool(redis.ping())
            except RedisError:
                return False


@contextmanager
def serving(binary: Path, folder: Path) -> Iterator[Server]:
    server = Server(binary, folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
