"""When a log's file is moved aside, under which name, and what becomes of it: compressed, and the oldest removed.

`alerts.jsonl` becomes `alerts.jsonl.20231122T120000.000042Z`, and soon `….gz`: names sort as their times do. A
compressed file takes the place of the plain one in one step; what a crash left half done is done again.
"""

import gzip
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BLOCK_BYTES = 64 * 1024
_ASIDE = re.compile(r"\.\d{8}T\d{6}\.\d{6}Z(\.gz)?")
_STAMP = ".%Y%m%dT%H%M%S.%fZ"
UNFINISHED = ".part"

DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading a compressed file raises that is cut off or spoiled."""


@dataclass(frozen=True)
class Rotation:
    """A file is moved aside before it grows over `size` bytes, and before the first line of another period `every`.

    Periods are counted from 1970 in UTC, so that a day ends at midnight there, however often the log was opened. Of
    what was moved aside, `keep` files are kept.
    """

    size: int | None = None
    every: timedelta | None = None
    keep: int = 30

    def due(self, size: int, written_at: float, more: int, now: float) -> bool:
        """Whether a file of `size` bytes, last written at `written_at`, is moved before `more` bytes come at `now`."""
        if size == 0:
            return False
        if self.size is not None and size + more > self.size:
            return True
        if self.every is None:
            return False
        period = self.every.total_seconds()
        return now // period > written_at // period


def move_aside(path: Path, now: datetime) -> Path:
    """Renames the file; where it is then. Its name sorts after all others, also when the clock was set back."""
    newest = next(iter(moved(path)), None)
    if newest is not None:
        latest = newest.name.removeprefix(path.name).removesuffix(".gz")
        now = max(now, datetime.strptime(latest, _STAMP).replace(tzinfo=UTC) + timedelta(microseconds=1))
    aside = path.with_name(path.name + now.astimezone(UTC).strftime(_STAMP))
    path.rename(aside)
    return aside


def moved(path: Path) -> list[Path]:
    """What was moved aside of the log at `path`, the newest first; a file that is there twice, once."""
    found = {
        other.name.removesuffix(".gz"): other
        for other in sorted(path.parent.glob(f"{_escaped(path.name)}.*"))
        if _ASIDE.fullmatch(other.name.removeprefix(path.name))
    }
    return [found[name] for name in sorted(found, reverse=True)]


def tidy(path: Path, keep: int) -> None:
    """Compresses what was moved aside and is not compressed, and removes the oldest over `keep`. May raise OSError."""
    for other in moved(path)[keep:]:
        other.unlink(missing_ok=True)
    for other in moved(path):
        plain = other.with_name(other.name.removesuffix(".gz"))
        if other != plain:
            plain.unlink(missing_ok=True)  # a crash came between the last two steps
        else:
            _compress(plain)


def _compress(plain: Path) -> None:
    unfinished = plain.with_name(plain.name + UNFINISHED)
    try:
        with plain.open("rb") as source, unfinished.open("wb") as raw:
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=int(plain.stat().st_mtime)) as target:
                shutil.copyfileobj(source, target, BLOCK_BYTES)
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.rename(_compressed(plain))
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    plain.unlink()


def blocks(path: Path) -> Iterator[bytes]:
    """The content of a file that was moved aside, decompressed."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _compressed(plain: Path) -> Path:
    return plain.with_name(plain.name + ".gz")


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)
