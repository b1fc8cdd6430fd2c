"""An orchestrator asks the daemon how it is."""

import json
import re
from pathlib import Path

from tests.processes import ask, configuration, run
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import Running, lines, running
from tests.scenarios.servers import serving


def port_of(daemon: Running) -> int:
    """The free port that the daemon took, as it says in its log."""
    daemon.wait_until(lambda: "web.listening" in daemon.printed, "it listens")
    (event,) = [json.loads(line) for line in daemon.printed.splitlines() if "web.listening" in line]
    return int(event["port"])


def counted(metrics: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0


def test_the_daemon_is_ready_then_not_then_ready_again_with_its_store(
    dozen_replayed: Replayed, folder: Path, server_binary: Path
) -> None:
    source = {"kind": "replay", "name": "news", "feed": str(dozen_replayed.feed), "speed": "max"}
    config = configuration(folder, sources=[source], web={"port": 0})
    everything = len(dozen_replayed.alerts)
    with (
        serving(server_binary, folder) as server,
        running(
            "run", "--config", config, "--data", folder, log=folder / "log", variables={"MONITOR_REDIS_URL": server.url}
        ) as daemon,
    ):
        port = port_of(daemon)
        assert ask(port, "/healthz") == (200, '{"live": true}')
        daemon.wait_until(lambda: lines(folder / "alerts.jsonl") >= everything, "all alerts were written")
        assert ask(port, "/readyz") == (200, '{"ready": true, "failing": {}}')
        metrics = ask(port, "/metrics")[1]
        assert counted(metrics, 'monitor_posts_polled_total{source="news"}') == everything
        assert counted(metrics, 'monitor_alerts_total{kind="claim.new"}') == everything
        assert counted(metrics, 'monitor_delivery_attempts_total{sink="log",verdict="delivered"}') == everything
        assert counted(metrics, "monitor_backlog_posts") == 0
        assert counted(metrics, "monitor_parked_posts") == 0
        server.kill()
        status, said = ask(port, "/readyz")
        assert status == 503
        assert list(json.loads(said)["failing"]) == ["store"]
        assert ask(port, "/healthz")[0] == 200, "restarting it would not bring the store back"
        server.start()
        daemon.wait_until(lambda: ask(port, "/readyz")[0] == 200, "it is ready again")
        daemon.stop()


def test_a_port_that_is_taken_is_told_and_ends_the_start(dozen_replayed: Replayed, folder: Path) -> None:
    source = {"kind": "replay", "feed": str(dozen_replayed.feed)}
    config = configuration(folder, sources=[source], web={"port": 0})
    with running("run", "--config", config, "--data", folder / "first", log=folder / "log") as daemon:
        port = port_of(daemon)
        taken = {"MONITOR_WEB_PORT": str(port)}
        done = run("run", "--config", config, "--data", folder / "second", status=1, variables=taken)
    assert f"monitor: '127.0.0.1:{port}': can't listen there" in done.stderr
    assert "Traceback" not in done.stderr
