"""The alert log moves its file aside and compresses it, and loses or doubles no line by it; logrotate may do so too."""

import asyncio
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.models import Alert, Verdict
from monitor.sinks import rotation
from monitor.sinks.log import LogSink, render
from monitor.sinks.rotation import Rotation, blocks, moved
from tests.contract.test_log import alerts, lines
from tests.delivering import a_delivery, an_alert
from tests.processes import ROOT
from tests.waiting import wait_until, wait_until_now

LINE = len(render(an_alert()))
TWO_LINES = Rotation(size=2 * LINE + 10)
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.jsonl"


@contextmanager
def opened(
    path: Path, rotated: Rotation, clock: Callable[[], datetime] = lambda: NOON
) -> Iterator[Callable[[Alert], Verdict]]:
    """A log, as the function that delivers an alert to it; compressing is over when it is closed."""
    sink = LogSink("log", path, rotated=rotated, clock=clock)
    try:
        yield lambda alert: asyncio.run(sink.send(a_delivery(alert, sink="log"))).verdict
    finally:
        asyncio.run(sink.close())


def write(path: Path, rotated: Rotation, *told: Alert) -> None:
    with opened(path, rotated) as deliver:
        assert [deliver(alert) for alert in told] == [Verdict.DELIVERED] * len(told)


def everything(path: Path) -> bytes:
    """What was moved aside, oldest first, and the file itself."""
    return b"".join(b"".join(blocks(other)) for other in reversed(moved(path))) + path.read_bytes()


def test_a_file_is_moved_aside_before_it_grows_over_its_size(path: Path) -> None:
    write(path, TWO_LINES, *alerts(1, 7))
    assert path.read_bytes() == lines(an_alert(7))
    assert [b"".join(blocks(other)) for other in moved(path)] == [
        lines(*alerts(5, 6)), lines(*alerts(3, 4)), lines(*alerts(1, 2)),
    ]  # fmt: skip


def test_what_was_moved_aside_is_compressed_and_nothing_else_is_left(path: Path) -> None:
    write(path, TWO_LINES, *alerts(1, 5))
    assert [other.suffix for other in moved(path)] == [".gz", ".gz"]
    assert len(list(path.parent.iterdir())) == 3
    assert gzip.decompress(moved(path)[1].read_bytes()) == lines(*alerts(1, 2))


def test_a_line_larger_than_a_file_may_be_has_a_file_of_its_own(path: Path) -> None:
    write(path, Rotation(size=LINE // 2), *alerts(1, 3))
    assert everything(path) == lines(*alerts(1, 3))
    assert len(moved(path)) == 2


def test_a_file_is_moved_aside_when_the_next_period_has_begun(path: Path) -> None:
    now = datetime.now(UTC)
    times = iter([now, now, now + timedelta(days=1), now + timedelta(days=1)])
    with opened(path, Rotation(every=timedelta(days=1)), lambda: next(times)) as deliver:
        for alert in alerts(1, 2):
            deliver(alert)
        assert moved(path) == []
        deliver(an_alert(3))
        assert len(moved(path)) == 1
        os.utime(path, (times_after(now), times_after(now)))
        deliver(an_alert(4))
    assert everything(path) == lines(*alerts(1, 4))
    assert len(moved(path)) == 1


def times_after(now: datetime) -> float:
    return (now + timedelta(days=1)).timestamp()


def test_the_oldest_files_over_the_number_to_keep_are_removed(path: Path) -> None:
    write(path, Rotation(size=LINE + 10, keep=2), *alerts(1, 6))
    write(path, Rotation(size=LINE + 10, keep=2), an_alert(7))
    assert everything(path) == lines(*alerts(5, 7))


def test_what_is_moved_aside_while_older_files_are_compressed_is_tidied_as_well(path: Path) -> None:
    write(path, TWO_LINES, an_alert(1))
    older = path.with_name(f"{path.name}.20200101T000000.000000Z")
    os.mkfifo(older)  # compressing it takes until somebody has written to it
    with opened(path, Rotation(size=LINE + 10, keep=2)) as deliver:
        for alert in alerts(2, 6):
            deliver(alert)
        older.write_bytes(b"")
    assert everything(path) == lines(*alerts(4, 6))
    assert [other.suffix for other in moved(path)] == [".gz", ".gz"]


def spoiled(whole: bytes) -> bytes:
    """With the head of a compressed file, and something else behind it."""
    return whole[:10] + b"\xff" * len(whole[10:])


@pytest.mark.parametrize("damage", [lambda whole: whole[:-20], spoiled, lambda whole: b"no archive" + whole])
def test_a_file_that_is_damaged_holds_up_nothing(path: Path, damage: Callable[[bytes], bytes]) -> None:
    write(path, TWO_LINES, *alerts(1, 5))
    newer, older = moved(path)
    older.write_bytes(damage(older.read_bytes()))
    write(path, TWO_LINES, an_alert(3), an_alert(1), an_alert(6))
    assert (newer in moved(path), path.read_bytes()) == (True, lines(an_alert(6)))
    assert b"".join(blocks(moved(path)[0])) == lines(an_alert(5), an_alert(1))
    path.unlink()
    for other in moved(path):
        other.write_bytes(damage(other.read_bytes()))
    write(path, TWO_LINES, an_alert(7))
    assert path.read_bytes() == lines(an_alert(7))


def test_a_clock_that_was_set_back_removes_no_new_file_before_an_old_one(path: Path) -> None:
    times = (NOON - timedelta(hours=number) for number in range(10))
    with opened(path, Rotation(size=LINE + 10, keep=2), lambda: next(times)) as deliver:
        for alert in alerts(1, 6):
            deliver(alert)
    write(path, Rotation(size=LINE + 10, keep=2), an_alert(7))
    assert everything(path) == lines(*alerts(5, 7))


def test_other_files_beside_the_log_are_left_alone(path: Path) -> None:
    others = [path.with_name(name) for name in ("alerts.jsonl.1", "alerts.jsonl.backup", "alerts.jsonl.2.gz")]
    for other in others:
        other.write_bytes(b"mine")
    write(path, Rotation(size=LINE + 10, keep=1), *alerts(1, 5))
    assert all(other.read_bytes() == b"mine" for other in others)


def test_a_delivery_that_comes_again_after_a_rotation_gets_no_second_line(path: Path) -> None:
    write(path, TWO_LINES, *alerts(1, 5), an_alert(5), an_alert(4), an_alert(1))
    assert everything(path) == lines(*alerts(1, 5))


def test_a_crash_between_line_and_settling_and_a_rotation_give_no_second_line(path: Path) -> None:
    write(path, TWO_LINES, *alerts(1, 2))
    path.rename(path.with_name("alerts.jsonl.20231122T120000.000000Z"))  # killed right after it was moved aside
    write(path, TWO_LINES, *alerts(2, 3))
    assert everything(path) == lines(*alerts(1, 3))


def test_compressing_that_was_broken_off_is_done_again(path: Path) -> None:
    plain = path.with_name("alerts.jsonl.20231122T120000.000000Z")
    plain.write_bytes(lines(*alerts(1, 2)))
    plain.with_name(plain.name + ".part").write_bytes(b"\x1f\x8b half")
    twice = path.with_name("alerts.jsonl.20231121T120000.000000Z")
    twice.write_bytes(lines(an_alert(0)))
    twice.with_name(twice.name + ".gz").write_bytes(gzip.compress(lines(an_alert(0))))
    write(path, TWO_LINES, an_alert(3))
    assert everything(path) == lines(*alerts(0, 3))
    assert all(other.suffix == ".gz" for other in moved(path))
    assert not twice.exists()


def test_a_folder_that_lets_nothing_be_moved_keeps_every_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(rotation, "move_aside", refuse)
    write(path, TWO_LINES, *alerts(1, 5))
    assert path.read_bytes() == lines(*alerts(1, 5))


# --- when lines are on the disk


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size that the log had at each fsync of it."""
    sizes: list[int] = []
    real = os.fsync

    def fsync(fd: int) -> None:
        if not os.path.isdir(f"/proc/self/fd/{fd}"):
            sizes.append(os.fstat(fd).st_size)
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    return sizes


async def test_each_line_is_on_the_disk_before_its_delivery_counts(path: Path, synced: list[int]) -> None:
    sink = LogSink("log", path)
    for alert in alerts(1, 3):
        await sink.send(a_delivery(alert))
    await sink.close()
    assert synced == [LINE, 2 * LINE, 3 * LINE]


async def test_once_a_second_lines_are_forced_to_the_disk_together(path: Path, synced: list[int]) -> None:
    sink = LogSink("log", path, fsync="second")
    for alert in alerts(1, 3):
        await sink.send(a_delivery(alert))
    assert synced == []
    await wait_until(lambda: synced == [3 * LINE], "they are on the disk")
    await sink.send(a_delivery(an_alert(4)))
    await sink.close()
    assert synced == [3 * LINE, 4 * LINE]


async def test_the_lines_of_a_file_that_was_moved_away_are_forced_to_the_disk_too(
    path: Path, synced: list[int]
) -> None:
    sink = LogSink("log", path, fsync="second")
    for alert in alerts(1, 2):
        await sink.send(a_delivery(alert))
    os.rename(path, path.with_name("away"))
    await sink.send(a_delivery(an_alert(3)))
    await sink.close()
    assert (synced[0], synced[-1]) == (2 * LINE, LINE)


async def test_a_log_that_is_never_forced_to_the_disk_is_not(path: Path, synced: list[int]) -> None:
    sink = LogSink("log", path, fsync="never")
    for alert in alerts(1, 3):
        await sink.send(a_delivery(alert))
    await sink.close()
    assert synced == []


# --- logrotate

STEADY_WRITER = """
import asyncio, sys
from pathlib import Path
from monitor.sinks.log import LogSink
from tests.delivering import a_delivery, an_alert

async def main(path):
    sink = LogSink("log", path)
    for seq in range(1, 301):
        await sink.send(a_delivery(an_alert(seq), sink="log"))
        await asyncio.sleep(0.001)
    await sink.close()

asyncio.run(main(Path(sys.argv[1])))
"""


def written_while(path: Path, disturb: Callable[[int], None]) -> list[Path]:
    """300 lines by another process, the log disturbed five times meanwhile; all files, the oldest first."""
    with subprocess.Popen([sys.executable, "-c", STEADY_WRITER, path], cwd=ROOT) as writer:
        for number in range(5):
            wait_until_now(lambda: path.exists() and path.stat().st_size > 20 * LINE, "some lines")
            disturb(number)
        assert writer.wait(60) == 0
    return [*(path.with_name(f"alerts.jsonl.{number}") for number in range(5)), path]


def seqs(files: list[Path]) -> list[int]:
    return [json.loads(line)["seq"] for file in files for line in file.read_bytes().splitlines()]


def test_logrotate_may_move_the_log_at_any_time(path: Path) -> None:
    def move(number: int) -> None:
        path.rename(path.with_name(f"alerts.jsonl.{number}"))

    files = written_while(path, move)
    assert seqs(files) == list(range(1, 301))


def test_logrotate_may_copy_and_truncate_the_log_at_any_time(path: Path) -> None:
    """What comes between its copy and its truncation is lost to it; whole lines in order stay, without a hole."""

    def copytruncate(number: int) -> None:
        shutil.copy(path, path.with_name(f"alerts.jsonl.{number}"))
        os.truncate(path, 0)

    files = written_while(path, copytruncate)
    assert not any(b"\0" in file.read_bytes() for file in files)
    found = seqs(files)
    assert found == sorted(set(found))
    assert len(found) > 250
    assert found[-1] == 300
