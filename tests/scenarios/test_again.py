"""What was replayed is replayed again: elsewhere it gives the same log, in the same place nothing at all."""

from pathlib import Path

from tests.processes import SEEDS, configuration, export, run
from tests.scenarios.conftest import Replayed


def test_the_same_feed_gives_a_byte_identical_log(seeds_replayed: Replayed, folder: Path) -> None:
    another_seed = {"PYTHONHASHSEED": "4711"}  # of the order in which sets are gone through
    config = configuration(folder)
    run("replay", SEEDS, "--speed", "max", "--config", config, "--data", folder / "data", variables=another_seed)
    assert (folder / "data/alerts.jsonl").read_bytes() == seeds_replayed.log


def test_what_was_told_before_is_not_told_again(dozen_replayed: Replayed) -> None:
    before, claims = dozen_replayed.log, export("claims", dozen_replayed.data)
    words = ("--speed", "max", "--config", dozen_replayed.config, "--data", dozen_replayed.data)
    done = run("replay", dozen_replayed.feed, *words)
    assert ["alerts", "0"] in [line.split() for line in done.stdout.splitlines()]
    assert dozen_replayed.log == before
    assert export("claims", dozen_replayed.data) == claims
