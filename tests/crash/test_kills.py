"""Kills the daemon, its server, or both at random moments of a replay, and compares what is left in the end.

Each run must end with the same claims and a byte-identical alert log as the undisturbed run, and the receiver must
have all alerts, duplicates only under the same webhook id with the same body (P1, P2, P3).
"""

import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from redis import Redis, RedisError

from tests.processes import SEEDS, Receiver, configuration, export, kill, receiving, run, start
from tests.waiting import wait_until_now

RUNS = int(os.environ.get("MONITOR_CRASH_RUNS", "30"))
KILLS_A_RUN = 1


@dataclass(frozen=True)
class Undisturbed:
    claims: list[dict[str, Any]]
    log: bytes
    ids: frozenset[str]
    ready_s: float
    total_s: float


def replay(config: Path, data: Path, log: Path | None = None) -> "subprocess.Popen[bytes]":
    return start("replay", SEEDS, "--speed", "max", "--config", config, "--data", data, log=log)


def has_alerts(data: Path) -> bool:
    log = data / "alerts.jsonl"
    return log.exists() and log.stat().st_size > 0


def server_pid(data: Path) -> int | None:
    """The process of the embedded server of this data folder; None when it does not answer."""
    with Redis(unix_socket_path=str(data / "store/server.sock")) as redis:
        try:
            return int(redis.info("server")["process_id"])
        except RedisError:
            return None


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    data = folder / "data"
    with receiving() as receiver:
        config = configuration(folder, receiver=receiver)
        began = monotonic()
        process = replay(config, data)
        wait_until_now(lambda: has_alerts(data) or process.poll() is not None, "the first alert was written")
        ready_s = monotonic() - began
        assert process.wait(60) == 0
        total_s = monotonic() - began
    assert receiver.ids
    assert set(receiver.ids.values()) == {1}
    return Undisturbed(
        claims=export("claims", data),
        log=(data / "alerts.jsonl").read_bytes(),
        ids=frozenset(receiver.ids),
        ready_s=ready_s,
        total_s=total_s,
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(RUNS))
def test_killed_and_continued_ends_like_undisturbed(number: int, tmp_path: Path, undisturbed: Undisturbed) -> None:
    chance = random.Random(number)  # noqa: S311 - repeatable moments, no secret
    data = tmp_path / "data"
    with receiving() as receiver:
        config = configuration(tmp_path, receiver=receiver)
        for _ in range(KILLS_A_RUN):
            victims = chance.choice(("daemon", "server", "both"))
            disturb(config, data, victims, chance.uniform(undisturbed.ready_s, undisturbed.total_s), tmp_path / "log")
        run("replay", SEEDS, "--speed", "max", "--config", config, "--data", data)
    compare(data, receiver, undisturbed)


def disturb(config: Path, data: Path, victims: str, after_s: float, log: Path) -> None:
    """Starts a replay and kills the victims after so many seconds; a daemon that lost its server must end well."""
    process = replay(config, data, log)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        pid = server_pid(data)
        if victims in ("daemon", "both"):
            kill(process.pid)
        if victims in ("server", "both") and pid is not None:
            kill(pid)
    status = process.wait(90)
    assert status == 0 or victims != "server", f"the daemon ended with {status}\n{log.read_text()[-3000:]}"


def compare(data: Path, receiver: Receiver, undisturbed: Undisturbed) -> None:
    assert export("claims", data) == undisturbed.claims
    assert (data / "alerts.jsonl").read_bytes() == undisturbed.log
    assert receiver.ids.keys() == undisturbed.ids
    assert all(len(bodies) == 1 for bodies in receiver.bodies.values())
