"""A daemon whose disk is full: alerts wait, health and metrics say so, and all comes when there is room."""

import json
import resource
import signal
from pathlib import Path

import pytest

from tests.processes import SEEDS, alert_log, ask, configuration, free_port, start
from tests.waiting import wait_until_now

ROOM = 5_000


@pytest.mark.timeout(180)
def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of the daemon's own files stands for the disk; its server keeps its room."""
    data, port = tmp_path / "data", free_port()
    feed = {"kind": "replay", "name": "seeds", "feed": str(SEEDS), "speed": "max"}
    config = configuration(tmp_path, sources=[feed], web={"port": port})
    process = start("run", "--config", config, "--data", data, log=tmp_path / "log")
    try:
        wait_until_now((data / "store/server.sock").exists, "the server is started")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
        wait_until_now(lambda: ask(port, "/readyz")[0] == 503, "not ready")
        assert "File too large" in json.loads(ask(port, "/readyz")[1])["failing"]["sinks"]
        assert 'monitor_sink_failing{sink="log"} 1.0' in ask(port, "/metrics")[1]
        assert (data / "alerts.jsonl").stat().st_size <= ROOM
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_until_now(lambda: ask(port, "/readyz")[0] == 200, "ready again")
        wait_until_now(
            lambda: 'monitor_pending_deliveries{sink="log"} 0.0' in ask(port, "/metrics")[1], "all is written"
        )
        assert 'monitor_sink_failing{sink="log"} 0.0' in ask(port, "/metrics")[1]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    seqs = [alert["seq"] for alert in alert_log(data)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) > 10
