"""A desk that routes, mutes and groups: what it gets, and what the log says of what it does not get."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.processes import SEEDS, Receiver, alert_log, configuration, kill, receiving, run, start
from tests.waiting import wait_until_now

MUTED_UNTIL = datetime(2023, 5, 22, 20, tzinfo=UTC)
BY_GLADKOV = 'claimant=~".*Gladkov"'


def digests(folder: Path, receiver: Receiver, *, wait: str = "1s") -> Path:
    """A desk that gets what the same people claim in digests."""
    route = {"sinks": ["desk"], "group_by": ["claimant"], "group_wait": wait, "group_interval": "2s"}
    return configuration(folder, receiver=receiver, route=route)


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    with receiver.lock:
        assert all(len(same) == 1 for same in receiver.bodies.values()), "a webhook id is always about the same"
        return [json.loads(body) for same in receiver.bodies.values() for body in same]


def told(receiver: Receiver) -> Counter[str]:
    """The alerts that were received, alone or in a digest, by id."""
    ids: Counter[str] = Counter()
    for body in bodies(receiver):
        ids.update(one["alert_id"] for one in body["data"].get("alerts", [body["data"]]))
    return ids


def test_a_desk_gets_digests_of_all_but_what_is_muted_and_the_log_says_what_that_is(tmp_path: Path) -> None:
    with receiving() as receiver:
        config = digests(tmp_path, receiver)
        where = ("--config", config, "--data", tmp_path / "data")
        until = MUTED_UNTIL.isoformat()
        muted = run("mute", "add", BY_GLADKOV, "--until", until, "--author", "ada", "--reason", "a drill", *where)
        run("replay", SEEDS, "--speed", "max", *where)
        lines = alert_log(tmp_path / "data")
        got = told(receiver)
        kinds = Counter(body["type"] for body in bodies(receiver))

    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    kept = {line["alert_id"]: line["suppressed"] for line in lines if line["suppressed"]}
    because = f"muted by ada until 2023-05-22T20:00:00Z: a drill ({muted.stdout.strip()})"
    assert set(map(str, kept.values())) == {str([{"sink": "desk", "cause": "muted", "because": because}])}
    assert kept.keys() == {
        line["alert_id"]
        for line in lines
        if line["claim"]["claimant"].endswith("Gladkov") and datetime.fromisoformat(line["ts"]) < MUTED_UNTIL
    }
    assert got == Counter(line["alert_id"] for line in lines if line["alert_id"] not in kept)
    assert kinds["digest"] > 0


def test_a_mute_that_was_expired_mutes_nothing_and_each_filing_says_who_was_not_told(tmp_path: Path) -> None:
    config = configuration(tmp_path, sinks=[{"kind": "log"}, {"kind": "stdout"}])
    where = ("--config", config, "--data", tmp_path / "data")
    options = ("--until", "2030-01-01T00:00Z", "--author", "ada", "--reason", "a drill", *where)
    ended = run("mute", "add", 'kind="claim.new"', *options).stdout.strip()
    kept = run("mute", "add", 'kind="claim.updated"', *options).stdout.strip()
    run("mute", "expire", ended, *where)
    assert [json.loads(line)["id"] for line in run("mute", "list", "--json", *where).stdout.splitlines()] == [kept]
    run("mute", "expire", ended, *where, status=1)

    run("replay", SEEDS, "--speed", "max", *where)
    lines = alert_log(tmp_path / "data")
    assert {line["kind"] for line in lines if line["suppressed"]} == {"claim.updated"}
    again = ("--config", config, "--data", tmp_path / "again")
    run("mute", "add", 'kind="claim.updated"', *options[:6], *again)
    run("replay", SEEDS, "--speed", "max", *again)
    assert (tmp_path / "again/alerts.jsonl").read_bytes() == (tmp_path / "data/alerts.jsonl").read_bytes()
    muted = [
        one for one in run("export", "sightings", *where).stdout.splitlines() if "not to stdout: muted by ada" in one
    ]
    assert len(muted) >= 1


def test_a_daemon_that_is_killed_in_the_middle_of_a_group_still_tells_all_of_it_once(tmp_path: Path) -> None:
    with receiving() as receiver:
        config = digests(tmp_path, receiver, wait="4s")
        where = ("--config", config, "--data", tmp_path / "data")
        log = tmp_path / "data/alerts.jsonl"
        daemon = start("replay", SEEDS, "--speed", "max", *where, log=tmp_path / "daemon.log")
        wait_until_now(lambda: log.exists() and log.read_bytes().count(b"\n") >= 3, "some alerts are in the log")
        kill(daemon.pid)
        daemon.wait()
        waiting = len(alert_log(tmp_path / "data")) - sum(told(receiver).values())
        run("replay", SEEDS, "--speed", "max", *where)
        lines = alert_log(tmp_path / "data")
        assert waiting > 0
        assert told(receiver) == Counter(line["alert_id"] for line in lines)
