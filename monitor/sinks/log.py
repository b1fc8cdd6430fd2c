"""The alert log: JSON Lines, one line an alert, on disk before the delivery counts as made.

One writer, held by a lock on the file. A line is whole or not there: what a crash or a full disk left of one is taken
back. A delivery that comes again (a crash between the line and the settling of the delivery) finds its line, in this
file or in those that were moved aside, and writes no second one. A file that was renamed or removed by logrotate is
left alone from the next line on, and a new one begun; one that was copied and truncated is gone on with. (Where
logrotate moved it, a crash between line and settling leaves one line in each file.)

Once the file is open, a disk that does not answer holds up this sink alone, and the end of the process no longer than
`CLOSE_S`.
"""

import asyncio
import errno
import fcntl
import json
import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog

from monitor.display import json_safe
from monitor.errors import SinkError
from monitor.models import Alert, Delivery, Outcome, Verdict
from monitor.sinks import rotation
from monitor.sinks.aside import Aside, Busy
from monitor.sinks.rotation import BLOCK_BYTES, Rotation
from monitor.timing import wall_clock

SYNC_S = 1.0
TIDY_S = 5.0
CLOSE_S = 5.0
# How each line begins: by it the torn beginning of a line is told from a file that is something else.
OPENING = b'{"v":'

_log = structlog.get_logger(__name__)


def render(alert: Alert) -> bytes:
    """The alert's line, "\\n" included: the same alert gives the same bytes."""
    return json_safe(alert.model_dump_json()).encode("utf-8") + b"\n"


def write_whole(fd: int, line: bytes, *, sync: bool = True) -> None:
    """Appends the line, and has it on disk with `sync`. OSError when it can't; a part may then stand there."""
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(fd, rest) :]
    if sync:
        os.fsync(fd)


@dataclass(frozen=True)
class _Written:
    """The last line of a file."""

    seq: int
    alert_id: str


class LogSink:
    """Appends alerts to the file at `path`. Opens it at once: SinkError when that can't be done."""

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        fsync: Literal["line", "second", "never"] = "line",
        rotated: Rotation | None = None,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """`fsync`: when lines are forced to the disk. `rotated`: when the file is moved aside; None: never by us.

        `clock` is the wall clock's time, for moving aside alone.
        """
        self._name = name
        self._path = path
        self._fsync = fsync
        self._rotated = rotated
        self._clock = clock
        self._writing = Aside(f"sink {name}")
        self._forcing = Aside(f"sync {name}")
        self._lock = threading.Lock()
        self._fd = -1
        self._last: _Written | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._tidying: threading.Thread | None = None
        self._untidy = False
        self._tidy_lock = threading.Lock()
        self._open()
        self._tidy()

    @property
    def name(self) -> str:
        return self._name

    async def send(self, delivery: Delivery) -> Outcome:
        """DELIVERED once the line is on disk; RETRY when the disk is full, broken or still busy with the attempt
        before, or the file can't be opened again.
        """
        try:
            outcome = await self._writing.run(lambda: self._send(delivery.alert))
        except Busy as error:
            return Outcome(verdict=Verdict.RETRY, error=f"{str(self._path)!r}: {error}")
        if self._fsync == "second" and (self._syncing is None or self._syncing.done()):
            self._syncing = asyncio.create_task(self._sync_soon(), name=f"sync:{self._name}")
        return outcome

    async def close(self) -> None:
        """What was written is on disk then, unless it is never to be forced there, or the disk does not answer."""
        if self._syncing is not None:
            self._syncing.cancel()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._writing.rest()
                await self._writing.run(self._close)
        except TimeoutError:
            _log.error("log.not_closed", sink=self._name, path=str(self._path), error="the disk does not answer")

    async def _sync_soon(self) -> None:
        await asyncio.sleep(SYNC_S)
        await self._forcing.run(self._sync)

    def _sync(self) -> None:
        with self._lock:
            self._force()

    def _force(self) -> None:
        """To the disk with what was written; what goes wrong is told: the deliveries are made."""
        try:
            if self._fd >= 0:
                os.fsync(self._fd)
        except OSError as error:
            _log.error("log.not_on_disk", sink=self._name, path=str(self._path), error=_told(error))

    def _send(self, alert: Alert) -> Outcome:
        with self._lock:  # an attempt that was given up may still be writing
            try:
                self._follow_rename()
                if not self._holds(alert):
                    self._append(alert)
            except SinkError as error:
                return Outcome(verdict=Verdict.RETRY, error=str(error))
            except OSError as error:
                return Outcome(verdict=Verdict.RETRY, error=f"{str(self._path)!r}: {_told(error)}")
            return Outcome(verdict=Verdict.DELIVERED)

    def _close(self) -> None:
        if self._fsync == "second":
            self._sync()
        if (tidying := self._tidying) is not None:
            tidying.join(TIDY_S)  # what is not done by then is done after the next start
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    # --- the file

    def _open(self) -> None:
        about = str(self._path)
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
        except OSError as error:
            raise SinkError(about, f"the alert log can't be opened: {_told(error)}") from error
        try:
            last = _take(fd, about)
            _sync_folder(self._path.parent)
        except OSError as error:
            os.close(fd)
            raise SinkError(about, f"the alert log can't be read: {_told(error)}") from error
        except SinkError:
            os.close(fd)
            raise
        self._fd = fd
        self._last = last or self._last or self._last_moved()

    def _follow_rename(self) -> None:
        """Opens the path anew when it is no longer the file that is written to."""
        if self._fd >= 0:
            try:
                there = os.stat(self._path)
                here = os.fstat(self._fd)
                if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino):
                    return
            except FileNotFoundError:
                pass
            if self._fsync == "second":
                self._force()  # the next time it is the new file's turn
            os.close(self._fd)
            self._fd = -1
            _log.info("log.reopened", sink=self._name, path=str(self._path))
        self._open()

    def _holds(self, alert: Alert) -> bool:
        """Whether this very alert has its line. Numbers alone don't say: a store that was emptied begins again at 1."""
        if self._last is None or alert.seq > self._last.seq:
            return False
        if alert.alert_id == self._last.alert_id or self._contain(f'"alert_id":"{alert.alert_id}"'.encode()):
            return True
        _log.warning("log.sequence_restarted", sink=self._name, last=self._last.seq, seq=alert.seq)
        return False

    def _contain(self, wanted: bytes) -> bool:
        """Whether the bytes stand in the file or, where we move files aside, in one of those, the newest first."""
        if _contains(_blocks(self._fd), wanted):
            return True
        moved = rotation.moved(self._path) if self._rotated else []
        return any(self._stands_in(other, wanted) for other in moved)

    def _stands_in(self, other: Path, wanted: bytes) -> bool:
        """Of a damaged file nobody can tell: a second line is better than none for all that waits behind it."""
        try:
            return _contains(rotation.blocks(other), wanted)
        except rotation.DAMAGED as error:
            _log.warning("log.damaged", sink=self._name, path=str(other), error=str(error))
            return False

    def _append(self, alert: Alert) -> None:
        line = render(alert)
        self._rotate(len(line))
        size = os.fstat(self._fd).st_size
        try:
            write_whole(self._fd, line, sync=self._fsync == "line")
        except OSError:
            self._take_back(size)
            raise
        self._last = _Written(alert.seq, alert.alert_id)

    def _take_back(self, size: int) -> None:
        """Cuts off what a failed write left. Where even that fails, the file is let go: opening it mends it."""
        try:
            os.ftruncate(self._fd, size)
        except OSError:
            os.close(self._fd)
            self._fd = -1

    # --- moving aside

    def _rotate(self, more: int) -> None:
        """Moves the file aside when it is due. Where that fails, it is gone on with: a line matters more."""
        here = os.fstat(self._fd)
        now = self._clock()
        if self._rotated is None or not self._rotated.due(here.st_size, here.st_mtime, more, now.timestamp()):
            return
        try:
            os.fsync(self._fd)
            aside = rotation.move_aside(self._path, now)
        except OSError as error:
            _log.warning("log.not_rotated", sink=self._name, path=str(self._path), error=_told(error))
            return
        _log.info("log.rotated", sink=self._name, path=str(self._path), to=aside.name)
        os.close(self._fd)
        self._fd = -1
        self._open()
        self._tidy()

    def _tidy(self) -> None:
        """Compresses and removes beside the deliveries: a line does not wait for it."""
        if self._rotated is None:
            return
        with self._tidy_lock:
            self._untidy = True
            if self._tidying is None:
                self._tidying = threading.Thread(target=self._tidy_now, args=(self._rotated.keep,), daemon=True)
                self._tidying.start()

    def _tidy_now(self, keep: int) -> None:
        """Once more for what was moved aside meanwhile."""
        while self._is_untidy():
            try:
                rotation.tidy(self._path, keep)
            except OSError as error:
                _log.warning("log.not_compressed", sink=self._name, path=str(self._path), error=_told(error))

    def _is_untidy(self) -> bool:
        with self._tidy_lock:
            untidy, self._untidy = self._untidy, False
            if not untidy:
                self._tidying = None  # whoever moves a file from now on begins anew
            return untidy

    def _last_moved(self) -> _Written | None:
        """The last line of the file that was moved aside last; None when there is none, or none can be read."""
        try:
            newest = next(iter(rotation.moved(self._path)), None) if self._rotated else None
            return _parse(_last_line(rotation.blocks(newest))) if newest else None
        except (OSError, *rotation.DAMAGED):
            return None


def _take(fd: int, about: str) -> _Written | None:
    """Makes sure of the file: an ordinary one, nobody else's, ending with a whole line; says what that is about."""
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        raise SinkError(about, "the alert log must be an ordinary file")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Other errors: a file system without locks. The log works there; nobody guards it against a second writer.
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise SinkError(about, "another process writes this alert log") from error
    return _mend(fd, about)


def _sync_folder(folder: Path) -> None:
    """A new file survives a power cut only when its folder is on disk too."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _told(error: OSError) -> str:
    return error.strerror or type(error).__name__


# --- reading backwards, mending


def _mend(fd: int, about: str) -> _Written | None:
    """Makes the file end with a whole line, and says which alert that line is about; None for an empty file.

    A last line that lacks but its line feed is completed; a torn one is cut off: its delivery was never settled, and
    comes again. A file that is no alert log is left as it is: SinkError.
    """
    size = os.fstat(fd).st_size
    whole = _after_last_line_feed(fd, size)
    if whole < size:
        tail = _read(fd, whole, size)
        written = _parse(tail)
        if written is not None:
            write_whole(fd, b"\n")
            return written
        # After a power cut a file can end in zeros.
        torn = tail.rstrip(b"\0")
        if torn[: len(OPENING)] != OPENING[: len(torn)]:
            raise SinkError(about, "this file is no alert log; it is left as it is")
        _log.warning("log.mended", path=about, cut_bytes=size - whole)
        os.ftruncate(fd, whole)
        os.fsync(fd)
    if whole == 0:
        return None
    written = _parse(_read(fd, _after_last_line_feed(fd, whole - 1), whole))
    if written is None:
        raise SinkError(about, "its last line is no alert; it is left as it is")
    return written


def _after_last_line_feed(fd: int, end: int) -> int:
    """Where the line begins that `end` stands in: after the last line feed before `end`, else 0."""
    while end > 0:
        start = max(0, end - BLOCK_BYTES)
        found = os.pread(fd, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _read(fd: int, start: int, end: int) -> bytes:
    parts = []
    while start < end and (part := os.pread(fd, end - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def _parse(line: bytes) -> _Written | None:
    try:
        alert = json.loads(line)
        return _Written(int(alert["seq"]), str(alert["alert_id"]))
    except (ValueError, KeyError, TypeError):
        return None


def _blocks(fd: int) -> Iterator[bytes]:
    place = 0
    while block := os.pread(fd, BLOCK_BYTES, place):
        yield block
        place += len(block)


def _contains(blocks: Iterable[bytes], wanted: bytes) -> bool:
    """Whether the bytes stand anywhere in the blocks."""
    kept = b""
    for block in blocks:
        if wanted in kept + block:
            return True
        kept = block[-len(wanted) :]
    return False


def _last_line(blocks: Iterable[bytes]) -> bytes:
    kept = b""
    for block in blocks:
        lines = (kept + block).rstrip(b"\n").rpartition(b"\n")
        kept = lines[2] + (b"\n" if block.endswith(b"\n") else b"")
    return kept
