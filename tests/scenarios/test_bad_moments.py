"""The machine is not as it should be: a full disk, a folder that is taken, a server that will not do."""

import json
import resource
import sys
from pathlib import Path

import pytest

from tests.processes import ask, configuration, free_port, receiving, run
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import lines, running
from tests.scenarios.servers import serving
from tests.waiting import wait_until_now

ROOM = 4000
"""Bytes: a few alerts."""


def failing(port: int) -> dict[str, str]:
    """What the daemon says is not as it should be."""
    found: dict[str, str] = json.loads(ask(port, "/readyz")[1])["failing"]
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="room is taken and given by prlimit")
def test_a_full_disk_delays_the_log_alone_and_costs_it_nothing(
    dozen_replayed: Replayed, folder: Path, server_binary: Path
) -> None:
    alerts, everything = folder / "data/alerts.jsonl", len(dozen_replayed.alerts)
    source = {"kind": "replay", "feed": str(dozen_replayed.feed), "speed": 120}
    with serving(server_binary, folder) as server, receiving() as receiver:
        port = free_port()
        config = configuration(folder, receiver=receiver, sources=[source], web={"port": port}, log={"level": "error"})
        words = ("run", "--config", config, "--data", folder / "data")
        with running(*words, log=folder / "log", variables={"MONITOR_REDIS_URL": server.url}) as daemon:
            daemon.wait_until(lambda: lines(alerts) >= 1, "an alert was written")
            limit(daemon.process.pid, ROOM)
            daemon.wait_until(lambda: len(receiver.requests) >= everything, "the webhook has all")
            wait_until_now(lambda: list(failing(port)) == ["sinks"], "it says that the log takes nothing")
            assert "File too large" in failing(port)["sinks"]
            assert 1 <= lines(alerts) < everything
            limit(daemon.process.pid, resource.RLIM_INFINITY)
            daemon.wait_until(lambda: lines(alerts) >= everything, "the log is complete")
            daemon.wait_until(lambda: not failing(port), "all is well again")
            daemon.stop()
    assert alerts.read_bytes() == dozen_replayed.log
    assert set(receiver.ids.values()) == {1}


def limit(pid: int, largest_file: int) -> None:
    """No file of the process may grow over so many bytes: to it, the disk is full."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))


def test_a_second_daemon_on_a_folder_is_refused_and_the_first_goes_on(dozen_replayed: Replayed, folder: Path) -> None:
    data, alerts = folder / "data", folder / "data/alerts.jsonl"
    source = {"kind": "replay", "feed": str(dozen_replayed.feed), "speed": 240}
    words = ("--config", configuration(folder, sources=[source]), "--data", data)
    with running("run", *words, log=folder / "log") as first:
        first.wait_until(lambda: lines(alerts) >= 1, "an alert was written")
        said = f"monitor: '{data}': is served by another monitor, process {first.process.pid}\n"
        assert run("run", *words, status=4).stderr == said
        assert run("replay", dozen_replayed.feed, *words, status=4).stderr == said
        first.wait_until(lambda: lines(alerts) >= len(dozen_replayed.alerts), "all alerts were written")
        first.stop()
    assert alerts.read_bytes() == dozen_replayed.log


def test_a_data_folder_that_can_not_be_one_is_told(folder: Path) -> None:
    (folder / "file").write_text("in the way")
    done = run("replay", "seeds", "--data", folder / "file", status=2)
    assert f"monitor: '{folder}/file': can't be the data folder: " in done.stderr
    assert "Traceback" not in done.stderr
