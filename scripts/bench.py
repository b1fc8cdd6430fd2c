"""Measures time and memory: `make bench`. Benchmarks and ratios, printed with the machine; never a test.

seeds at full speed         the replay's own time, after the start (server, parser, names)
firehose at full speed      4,606 posts of two days, if ../shared/eval is beside the checkout
one post of 280 characters  extraction and matching together, one core
memory at rest              of `monitor run` after a replay of the seeds
SIGTERM                     from the signal during a replay to the end of the process
"""

import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIREHOSE = ROOT.parent / "shared/eval/firehose/2023-05-22_23.jsonl.gz"
MONITOR = [sys.executable, "-m", "monitor"]
RUNS = 3


def took(feed: Path) -> tuple[float, float]:
    """The replay's own seconds and its peak memory in MB, as its summary says."""
    with tempfile.TemporaryDirectory() as data:
        done = subprocess.run(
            [*MONITOR, "replay", feed, "--speed", "max", "--data", data],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    found = re.search(r"took\s+([\d.]+) s\s+(\d+) MB", done.stdout)
    assert found, done.stdout  # noqa: S101 - the summary's own words
    return float(found[1]), float(found[2])


def show(name: str, values: Sequence[float], unit: str, asked: str) -> None:
    middle = statistics.median(values)
    print(f"{name:<28} median {middle:8.2f} {unit}  (min {min(values):.2f}, max {max(values):.2f})   asked {asked}")


def replays(name: str, feed: Path, asked: str) -> None:
    results = [took(feed) for _ in range(RUNS)]
    show(f"{name} at full speed", [seconds for seconds, _ in results], "s", asked)
    show("  peak memory", [memory for _, memory in results], "MB", "-")


def one_post() -> None:
    """Extraction and the choice among the claims that the seeds make, for each paragraph of 200 to 360 characters."""
    from scripts.quality import timing  # noqa: PLC0415 - the parser is loaded for this alone

    times = timing.one_post()
    show("one post of 280 characters", [taken for each in times for taken in each], "ms", "12 ms median")
    show("  the quickest round of each", [min(each) for each in times], "ms", "-")


def at_rest() -> None:
    """Resident memory of `monitor run` once it has replayed the seeds and waits for more."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "monitor.yaml"
        sources = [{"kind": "replay", "name": "seeds", "feed": str(ROOT / "seeds"), "speed": "max"}]
        settings = {"topic": str(ROOT / "config/topics/belgorod.yaml"), "sources": sources, "web": {"enabled": False}}
        config.write_text(json.dumps(settings), encoding="utf-8")
        data = Path(folder) / "data"
        process = subprocess.Popen(
            [*MONITOR, "run", "--config", config, "--data", data], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_quiet(data / "alerts.jsonl")
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            resident = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]
            show("memory at rest", [resident], "MB", "at most 350 MB")
        finally:
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        show("SIGTERM at rest", [time.monotonic() - began], "s", f"10 s, exit 0 (it was {process.returncode})")


def during_a_replay() -> None:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [*MONITOR, "replay", "seeds", "--speed", "max", "--data", folder], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        while not (log := Path(folder) / "alerts.jsonl").exists() or not log.stat().st_size:
            time.sleep(0.02)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        show("SIGTERM during a replay", [time.monotonic() - began], "s", f"10 s, exit 0 (it was {process.returncode})")


def wait_for_quiet(log: Path) -> None:
    """Until the log has not grown for three seconds."""
    size, since = -1, time.monotonic()
    while time.monotonic() - since < 3 or size <= 0:
        now = log.stat().st_size if log.exists() else 0
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(0.1)


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%F}")
    replays("seeds", ROOT / "seeds", "at most 20 s")
    if FIREHOSE.exists():
        replays("firehose", FIREHOSE, "at most 30 s")
    one_post()
    at_rest()
    during_a_replay()


if __name__ == "__main__":
    main()
