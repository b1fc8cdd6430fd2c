"""The alert log on a real file system: whole lines, once each, whatever happened before or happens meanwhile."""

import asyncio
import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.errors import SinkError
from monitor.models import Alert, Verdict
from monitor.sinks import log
from monitor.sinks.log import LogSink, render, write_whole
from monitor.sinks.rotation import BLOCK_BYTES
from tests.delivering import a_delivery, a_source, an_alert
from tests.processes import ROOT
from tests.waiting import wait_until, wait_until_now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.jsonl"


@contextmanager
def opened(path: Path) -> Iterator[Callable[[Alert], Verdict]]:
    """A log, as the function that delivers an alert to it."""
    sink = LogSink("log", path)
    try:
        yield lambda alert: asyncio.run(sink.send(a_delivery(alert, sink="log"))).verdict
    finally:
        asyncio.run(sink.close())


def write(path: Path, *alerts: Alert) -> list[Verdict]:
    with opened(path) as deliver:
        return [deliver(alert) for alert in alerts]


def lines(*alerts: Alert) -> bytes:
    return b"".join(render(alert) for alert in alerts)


def alerts(first: int, last: int) -> list[Alert]:
    return [an_alert(seq) for seq in range(first, last + 1)]


# --- what a line is


def test_a_line_can_be_read_back_as_the_alert() -> None:
    alert = an_alert(sources=(a_source(quote='Он сказал: "шестеро"\nи ещё\x1b[31m\u202e\u2028\x85'),))
    line = render(alert)
    assert line.count(b"\n") == 1
    assert len(line.decode("utf-8").splitlines()) == 1
    assert Alert.model_validate_json(line) == alert


def test_a_line_is_readable_and_obeyed_by_no_terminal() -> None:
    line = render(an_alert(reason="Гладков\x1b[2J\u202e\x9b"))
    assert r"Гладков\u001b[2J\u202e\u009b".encode() in line


def test_the_fields_stand_in_the_order_of_the_documentation() -> None:
    fields = "v seq ts event_time kind alert_id topic claim_id revision supersedes status claim figure disputes sources"
    assert list(json.loads(render(an_alert()))) == [*fields.split(), "counts", "sink", "suppressed", "reason"]


# --- writing


def test_alerts_stand_in_the_file_in_the_order_they_were_delivered(path: Path) -> None:
    assert write(path, *alerts(1, 5)) == [Verdict.DELIVERED] * 5
    assert path.read_bytes() == lines(*alerts(1, 5))


def test_a_log_is_gone_on_with(path: Path) -> None:
    write(path, *alerts(1, 2))
    write(path, *alerts(3, 4))
    assert path.read_bytes() == lines(*alerts(1, 4))


def test_a_line_is_there_when_its_delivery_is_made(path: Path) -> None:
    with opened(path) as deliver:
        for alert in alerts(1, 3):
            deliver(alert)
            assert path.read_bytes().endswith(render(alert))


def test_a_delivery_that_comes_again_gets_no_second_line(path: Path) -> None:
    assert write(path, *alerts(1, 3), an_alert(3), an_alert(1), an_alert(2)) == [Verdict.DELIVERED] * 6
    assert path.read_bytes() == lines(*alerts(1, 3))


def test_a_crash_between_the_line_and_the_settling_gives_no_second_line(path: Path) -> None:
    write(path, *alerts(1, 3))
    write(path, *alerts(3, 4))
    assert path.read_bytes() == lines(*alerts(1, 4))


def test_a_store_that_begins_again_at_one_is_not_swallowed(path: Path) -> None:
    """The numbers start over when somebody empties Redis and keeps the log: the alerts are others, and must be told."""
    write(path, *alerts(1, 9))
    other = an_alert(1, alert_id="alert_other")
    write(path, other, an_alert(2, alert_id="alert_another"))
    assert path.read_bytes() == lines(*alerts(1, 9), other, an_alert(2, alert_id="alert_another"))


def test_lines_longer_than_a_block_are_found_again(path: Path) -> None:
    long = an_alert(2, sources=tuple(a_source(number, quote="б" * 500) for number in range(300)))
    write(path, an_alert(1), long)
    assert len(render(long)) > 2 * 64 * 1024
    write(path, long, an_alert(1), an_alert(3))
    assert path.read_bytes() == lines(an_alert(1), long, an_alert(3))


def test_an_alert_is_found_where_two_blocks_meet(path: Path) -> None:
    second = an_alert(2)
    place = render(second).index(second.alert_id.encode()) + 5
    padding = BLOCK_BYTES - len(render(an_alert(1, reason=""))) - place
    first = an_alert(1, reason="x" * padding)
    assert lines(first, second)[BLOCK_BYTES - 5 :].startswith(second.alert_id.encode())
    write(path, first, second, an_alert(3), second)
    assert path.read_bytes() == lines(first, second, an_alert(3))


# --- what a crash left


@pytest.mark.parametrize("length", [1, 5, 6, 100, -2])
def test_a_torn_line_is_taken_back_and_delivered_again(path: Path, length: int) -> None:
    path.write_bytes(lines(*alerts(1, 2)) + render(an_alert(3))[:length])
    write(path, *alerts(3, 4))
    assert path.read_bytes() == lines(*alerts(1, 4))


def test_a_torn_first_line_is_taken_back(path: Path) -> None:
    path.write_bytes(render(an_alert(1))[:50])
    write(path, an_alert(1))
    assert path.read_bytes() == lines(an_alert(1))


def test_a_line_that_lacks_but_its_end_is_completed(path: Path) -> None:
    path.write_bytes(lines(*alerts(1, 3))[:-1])
    write(path)
    assert path.read_bytes() == lines(*alerts(1, 3))


def test_zeros_after_a_power_cut_are_taken_back(path: Path) -> None:
    path.write_bytes(lines(an_alert(1)) + render(an_alert(2))[:70] + b"\0" * 5000)
    write(path, an_alert(2))
    assert path.read_bytes() == lines(*alerts(1, 2))


@pytest.mark.parametrize(
    "content", [b"root:x:0:0", b"root:x:0:0\n", b'{"v":1}\n', b"\n", b"\xff\xfe\n", b"[1]\n", b"7\n"]
)
def test_a_file_that_is_no_alert_log_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SinkError, match="left as it is"):
        LogSink("log", path)
    assert path.read_bytes() == content


# --- moved by somebody


def test_a_renamed_log_is_begun_anew(path: Path) -> None:
    with opened(path) as deliver:
        deliver(an_alert(1))
        path.rename(path.with_suffix(".1"))
        deliver(an_alert(2))
        deliver(an_alert(3))
    assert path.with_suffix(".1").read_bytes() == lines(an_alert(1))
    assert path.read_bytes() == lines(*alerts(2, 3))


def test_a_removed_log_is_begun_anew(path: Path) -> None:
    with opened(path) as deliver:
        deliver(an_alert(1))
        path.unlink()
        deliver(an_alert(2))
    assert path.read_bytes() == lines(an_alert(2))


def test_a_delivery_that_comes_again_after_a_rename_gets_no_second_line(path: Path) -> None:
    with opened(path) as deliver:
        deliver(an_alert(1))
        path.rename(path.with_suffix(".1"))
        deliver(an_alert(1))
    assert path.read_bytes() == b""


def test_a_log_that_was_copied_and_truncated_is_gone_on_with(path: Path) -> None:
    with opened(path) as deliver:
        deliver(an_alert(1))
        path.with_suffix(".1").write_bytes(path.read_bytes())
        os.truncate(path, 0)
        deliver(an_alert(2))
    assert path.read_bytes() == lines(an_alert(2))


def test_a_folder_that_is_away_for_a_while_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    with opened(folder / "alerts.jsonl") as deliver:
        assert deliver(an_alert(1)) is Verdict.DELIVERED
        folder.rename(tmp_path / "elsewhere")
        assert deliver(an_alert(2)) is Verdict.RETRY
        (tmp_path / "elsewhere").rename(folder)
        assert deliver(an_alert(2)) is Verdict.DELIVERED
    assert (folder / "alerts.jsonl").read_bytes() == lines(*alerts(1, 2))


# --- who can't open it


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="can't be opened: Is a directory"):
        LogSink("log", tmp_path)


def test_a_log_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="can't be opened: No such file or directory"):
        LogSink("log", tmp_path / "missing" / "alerts.jsonl")


def test_a_device_is_no_log() -> None:
    with pytest.raises(SinkError, match="ordinary file"):
        LogSink("log", Path("/dev/null"))


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may open everything: where the tests run as root, this does not."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_log_without_permission_is_told(path: Path) -> None:
    path.touch(0o000)
    with as_nobody(), pytest.raises(SinkError, match="can't be opened: Permission denied"):
        LogSink("log", path)


def test_a_log_has_one_writer(path: Path) -> None:
    with opened(path), pytest.raises(SinkError, match="another process writes"):
        LogSink("log", path)
    write(path, an_alert(1))


# --- a disk that does not answer


@pytest.fixture
async def waiting(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[LogSink, threading.Event]:
    """A log whose first line was given up while the disk did not answer, and what lets the disk answer."""
    sink = LogSink("log", path)
    asked, answers, force = threading.Event(), threading.Event(), os.fsync

    def silent(fd: int) -> None:
        asked.set()
        answers.wait()
        force(fd)

    monkeypatch.setattr(os, "fsync", silent)
    given_up = asyncio.create_task(sink.send(a_delivery(an_alert(1), sink="log")))
    await wait_until(asked.is_set, "the line is forced to the disk")
    given_up.cancel()
    return sink, answers


async def test_a_disk_that_hangs_holds_up_this_log_alone(
    path: Path, waiting: tuple[LogSink, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, answers = waiting
    monkeypatch.setattr(log, "CLOSE_S", 0.1)
    for _ in range(100):  # more than the process has worker threads
        outcome = await sink.send(a_delivery(an_alert(1), sink="log"))
        assert (outcome.verdict, outcome.error) == (
            Verdict.RETRY,
            f"{str(path)!r}: the attempt before has not come back yet",
        )
    assert await asyncio.to_thread(path.exists)
    await sink.close()  # nor the end
    answers.set()

    async def delivered() -> bool:
        return (await sink.send(a_delivery(an_alert(1), sink="log"))).verdict is Verdict.DELIVERED

    await wait_until(delivered, "the log goes on")
    await sink.close()
    assert await asyncio.to_thread(path.read_bytes) == lines(an_alert(1))


async def test_a_write_that_is_still_under_way_is_waited_for_at_the_end(
    path: Path, waiting: tuple[LogSink, threading.Event]
) -> None:
    sink, answers = waiting
    closing = asyncio.create_task(sink.close())
    done, _ = await asyncio.wait([closing], timeout=0.2)
    assert not done
    answers.set()
    await closing
    again = LogSink("log", path)  # nobody holds it any more
    assert (await again.send(a_delivery(an_alert(1), sink="log"))).verdict is Verdict.DELIVERED
    await again.close()
    assert await asyncio.to_thread(path.read_bytes) == lines(an_alert(1))


# --- a disk that is full


def test_a_full_device_is_an_error_of_the_write() -> None:
    fd = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match="No space left") as caught:
            write_whole(fd, b"line\n")
    finally:
        os.close(fd)
    assert caught.value.errno == errno.ENOSPC


# A limit on the size of files stands for the disk: the kernel writes what fits of a line, then says no.
FULL_DISK = """
import asyncio, os, resource, signal, sys
from pathlib import Path
from monitor.sinks.log import LogSink, render
from tests.delivering import a_delivery, an_alert

async def main(path):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sink = LogSink("log", path)
    room = 2 * len(render(an_alert(1))) + 100
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    for seq in (1, 2, 3, 3):
        outcome = await sink.send(a_delivery(an_alert(seq), sink="log"))
        print(outcome.verdict, outcome.error or "", os.path.getsize(path) % len(render(an_alert(1))), sep="|")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for seq in (3, 4):
        print((await sink.send(a_delivery(an_alert(seq), sink="log"))).verdict)
    await sink.close()

asyncio.run(main(Path(sys.argv[1])))
"""


def test_when_the_disk_is_full_alerts_wait_and_come_when_there_is_room(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, cwd=ROOT, check=True)
    full = f"retry|{str(path)!r}: File too large|0"
    assert done.stdout.splitlines() == ["delivered||0", "delivered||0", full, full, "delivered", "delivered"]
    assert path.read_bytes() == lines(*alerts(1, 4))


# --- killed in the middle


ENDLESS_WRITER = """
import asyncio, sys
from pathlib import Path
from monitor.sinks.log import LogSink
from tests.delivering import a_delivery, a_source, an_alert

async def main(path, first):
    sink = LogSink("log", path)
    print("open", flush=True)
    seq = first
    while True:
        alert = an_alert(seq, sources=tuple(a_source(number) for number in range(50)))
        await sink.send(a_delivery(alert, sink="log"))
        seq += 1

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("written", [1, 3, 10])
def test_a_writer_that_is_killed_leaves_a_log_without_gap_or_repeat(path: Path, written: int) -> None:
    first = 1
    for _ in range(2):
        target = first + written
        with subprocess.Popen(
            [sys.executable, "-c", ENDLESS_WRITER, path, str(first)], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"open\n"
            wait_until_now(lambda: path.read_bytes().count(b"\n") >= target, "so many lines")  # noqa: B023
            writer.kill()
        first = path.read_bytes().count(b"\n")  # the last whole line was perhaps never settled: it comes again
    write(path, an_alert(first), an_alert(first + 1))
    seqs = [json.loads(line)["seq"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert seqs == list(range(1, first + 2))
