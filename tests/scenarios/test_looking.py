"""Somebody looks at what is known: while the daemon runs, and when nobody does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.processes import TOPIC, configuration, run
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import lines, running


def look(data: Path, *words: str | Path, status: int = 0, **more: Any) -> str:
    """What the command prints of this data."""
    return run(*words, "--topic", TOPIC, "--data", data, status=status, **more).stdout


def objects(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_tail_shows_what_comes_behind_a_number(dozen_replayed: Replayed) -> None:
    printed = look(dozen_replayed.data, "tail", "--no-follow", "--after", "9", "--json")
    assert objects(printed) == dozen_replayed.alerts[9:]


def test_tail_shows_the_last_ones_a_line_each_for_a_pipe(dozen_replayed: Replayed) -> None:
    last = dozen_replayed.alerts[-1]
    (printed,) = look(dozen_replayed.data, "tail", "--no-follow", "-n", "1").splitlines()
    assert f"#{last['seq']} {last['kind']} {last['claim']['claimant']}" in printed
    assert last["claim"]["text"] in printed


def test_claims_are_a_line_each_for_a_pipe_and_whole_as_json(dozen_replayed: Replayed) -> None:
    rows = [line.split("\t") for line in look(dozen_replayed.data, "claims").splitlines()]
    claims = objects(look(dozen_replayed.data, "claims", "--json"))
    assert [row[0] for row in rows] == [claim["id"] for claim in claims]
    assert [row[-1] for row in rows] == [claim["text"] for claim in claims]
    assert claims == objects(look(dozen_replayed.data, "export", "claims"))


def test_a_claim_is_shown_by_the_beginning_of_its_id_with_its_quotes_and_reasons(
    seeds_replayed: Replayed, sightings: list[dict[str, Any]], claims: list[dict[str, Any]]
) -> None:
    claim = max(claims, key=lambda one: one["sightings"])
    printed = look(seeds_replayed.data, "show", claim["id"].removeprefix("claim_")[:10], variables={"COLUMNS": "400"})
    own = [sighting for sighting in sightings if sighting["claim_id"] == claim["id"]]
    assert len(own) == claim["sightings"] > 1
    assert claim["claimant"] in printed
    for sighting in own:
        assert sighting["text"] in printed
        assert f"{sighting['doc']}:{sighting['start']}-{sighting['end']}" in printed
        assert sighting["told"] in printed


def test_a_claim_is_shown_by_its_number_as_json(dozen_replayed: Replayed) -> None:
    (shown,) = objects(look(dozen_replayed.data, "show", "#3", "--json"))
    assert shown["number"] == 3
    assert [filing["claim_id"] for filing in shown["filings"]] == [shown["id"]]


def test_alerts_are_exported_as_they_stand_in_the_log(dozen_replayed: Replayed) -> None:
    assert look(dozen_replayed.data, "export", "alerts").encode() == dozen_replayed.log


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("show", "#99"), 1, "'#99': there is no such claim"),
        (("export", "everything"), 2, "must be sightings, claims, alerts or parked"),
        (("show",), 2, "Missing argument 'CLAIM'"),
        (("tail", "--after", "x"), 2, "--after"),
    ],
)
def test_what_can_not_be_shown_is_told(
    dozen_replayed: Replayed, words: tuple[str, ...], status: int, said: str
) -> None:
    done = run(*words, "--data", dozen_replayed.data, status=status)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_data_has_nothing_to_show(folder: Path) -> None:
    done = run("claims", "--data", folder / "nowhere", status=3)
    assert done.stderr.splitlines() == [f"monitor: '{folder}/nowhere': holds no data of the monitor"]
    assert not (folder / "nowhere").exists()


def test_a_running_daemon_is_looked_at_through_its_own_server(dozen_replayed: Replayed, folder: Path) -> None:
    """While posts come in, one follows the alerts and others look; nobody disturbs anybody."""
    data, alerts = folder / "data", folder / "data/alerts.jsonl"
    config = configuration(folder, sources=[{"kind": "replay", "feed": str(dozen_replayed.feed), "speed": 120}])
    with running("run", "--config", config, "--data", data, log=folder / "log") as daemon:
        daemon.wait_until(lambda: lines(alerts) >= 1, "an alert was written")
        early = [claim["id"] for claim in objects(look(data, "claims", "--json"))]
        with running("tail", "--after", "0", "--json", "--data", data, log=folder / "tailed") as tail:
            tail.wait_until(lambda: lines(tail.log) >= len(dozen_replayed.alerts), "all alerts were followed")
        claims = [claim["id"] for claim in objects(look(data, "export", "claims"))]
        daemon.stop()
    assert (folder / "tailed").read_bytes() == alerts.read_bytes() == dozen_replayed.log
    assert 0 < len(early) < len(claims)
    assert claims[: len(early)] == early
