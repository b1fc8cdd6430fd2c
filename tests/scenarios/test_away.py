"""Redis goes away while posts come in, stays away for a while, and comes back: nothing is lost or told twice."""

from pathlib import Path

from tests.processes import configuration, export
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import lines, running
from tests.scenarios.servers import serving


def test_a_server_that_is_killed_and_comes_back_costs_nothing(
    dozen_replayed: Replayed, folder: Path, server_binary: Path
) -> None:
    data, alerts = folder / "data", folder / "data/alerts.jsonl"
    with serving(server_binary, folder) as server:
        variables = {"MONITOR_REDIS_URL": server.url}
        words = (
            "replay",
            dozen_replayed.feed,
            "--speed",
            "120",
            "--config",
            configuration(folder),
            "--data",
            data,
            "-v",
        )
        with running(*words, log=folder / "log", variables=variables) as replay:
            replay.wait_until(lambda: lines(alerts) >= 2, "two alerts were written")
            server.kill()
            replay.wait_until(lambda: "store.unavailable" in replay.printed, "it says that its store is away")
            server.start()
            replay.ends_well()
        assert export("claims", data, variables=variables) == export("claims", dozen_replayed.data)
    assert alerts.read_bytes() == dozen_replayed.log
