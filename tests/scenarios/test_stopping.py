"""SIGTERM in the midst of work: the process ends well and soon, and the next one goes on as if nothing had been."""

from pathlib import Path

from tests.processes import SEEDS, configuration, run
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import lines, running


def test_a_replay_that_is_stopped_and_continued_ends_like_an_undisturbed_one(
    seeds_replayed: Replayed, folder: Path
) -> None:
    data, alerts = folder / "data", folder / "data/alerts.jsonl"
    words = ("replay", SEEDS, "--speed", "max", "--config", configuration(folder), "--data", data)
    with running(*words, log=folder / "log") as replay:
        replay.wait_until(lambda: lines(alerts) >= 5, "five alerts were written")
        replay.stop()
    assert lines(alerts) < len(seeds_replayed.alerts), "it was stopped in the midst"
    run(*words)
    assert alerts.read_bytes() == seeds_replayed.log


def test_a_daemon_that_is_stopped_and_started_tells_the_rest(dozen_replayed: Replayed, folder: Path) -> None:
    everything = len(dozen_replayed.alerts)
    a_daemon_that_is_stopped(folder, dozen_replayed.feed, speed=60, alerts=2)  # a post a second
    assert lines(folder / "data/alerts.jsonl") < everything, "it was stopped in the midst"
    a_daemon_that_is_stopped(folder, dozen_replayed.feed, speed="max", alerts=everything)
    assert (folder / "data/alerts.jsonl").read_bytes() == dozen_replayed.log


def a_daemon_that_is_stopped(folder: Path, feed: Path, *, speed: int | str, alerts: int) -> None:
    """Runs the daemon on the folder's data until it has written so many alerts in all."""
    config = configuration(folder, sources=[{"kind": "replay", "feed": str(feed), "speed": speed}])
    with running("run", "--config", config, "--data", folder / "data", log=folder / "log") as daemon:
        daemon.wait_until(lambda: lines(folder / "data/alerts.jsonl") >= alerts, f"{alerts} alerts were written")
        daemon.stop()
