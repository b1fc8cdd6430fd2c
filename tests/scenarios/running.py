"""Commands of the monitor that run while a story goes on, and end with it."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from tests.processes import start
from tests.waiting import wait_until_now

SOON_S = 10
"""Within so many seconds a process ends that was told to."""


class Running:
    """A running command, all that it prints in `log`."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_until(self, reached: Callable[[], bool], description: str) -> None:
        """Returns once it is so; fails when the process ends before, or it takes too long."""
        wait_until_now(lambda: self.process.poll() is not None or reached(), f"{description}\n{self.printed[-2000:]}")
        assert reached(), f"it ended before this: {description}\n{self.printed[-2000:]}"

    def ends_well(self) -> None:
        assert self.process.wait(90) == 0, self.printed[-2000:]

    def stop(self) -> None:
        """SIGTERM: it must end well, and soon."""
        began = monotonic()
        self.process.terminate()
        self.ends_well()
        assert monotonic() - began < SOON_S


@contextmanager
def running(*words: str | Path, log: Path, variables: dict[str, str] | None = None) -> Iterator[Running]:
    """The command in the background; what is left of it in the end is killed."""
    process = start(*words, log=log, variables=variables)
    try:
        yield Running(process, log)
    finally:
        process.kill()
        process.wait()


def lines(path: Path) -> int:
    """How many lines the file has by now; a file that is not there has none."""
    return path.read_bytes().count(b"\n") if path.exists() else 0
