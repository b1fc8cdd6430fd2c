"""The sets with gold, and the distractors, replayed with the command line as a user would, and scored."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.quality.places import EVAL, LOOKED_AT, MADE_UP, ROOT, SETS, TOPICS, scorer

Figures = dict[str, float]
"""Each number by its dotted name: "wire.extraction.F1"."""


def monitor(*words: str | Path) -> str:
    """What the command prints; its log and its progress are thrown away."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *map(str, words)],
        capture_output=True, text=True, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"monitor {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def replayed(feed: Path, topic: Path, data: Path) -> float:
    """Replays at full speed, leaves data/sightings.jsonl, and gives the seconds that the whole command took."""
    begun = time.monotonic()
    monitor("replay", feed, "--speed", "max", "--topic", topic, "--data", data)
    seconds = time.monotonic() - begun
    (data / "sightings.jsonl").write_text(monitor("export", "sightings", "--data", data), encoding="utf-8")
    return seconds


def sets(names: Sequence[str], scratch: Path, *, verbose: bool = False) -> Figures:
    """Every figure of the scorer for each of these sets, the seconds, and what is told of the three together."""
    found = Figures()
    for name in names:
        found |= scored(name, *SETS[name], EVAL / f"{name}.gold.yaml", scratch, verbose=verbose)
    return found | (together(found) if set(names) == set(SETS) else {})


def made_up(scratch: Path, *, verbose: bool = False) -> Figures:
    """The means over the made-up events that were looked at, and over those that never were.

    Of the latter nothing is listed: who reads what went wrong there has looked at them.
    """
    found, means = Figures(), Figures()
    for name, looked in LOOKED_AT.items():
        paths = (MADE_UP / name, MADE_UP / f"{name}.topic.yaml", MADE_UP / f"{name}.claims.yaml")
        found |= scored(name, *paths, scratch, verbose=verbose and looked)
    for which, wanted in (("looked", True), ("new", False)):
        names = [name for name, looked in LOOKED_AT.items() if looked == wanted]
        for key in ("overall", "extraction.F1", "claimant_accuracy", "clustering.b3_F1", "alerts.exactly_one_new"):
            means[f"made_up.{which}.{key}"] = sum(found[f"{name}.{key}"] for name in names) / len(names)
    return means


def scored(name: str, feed: Path, topic: Path, gold_file: Path, scratch: Path, *, verbose: bool) -> Figures:
    """Every figure of the scorer for one set, and the seconds of the whole command."""
    score, found = scorer(EVAL / "score.py"), Figures()
    found[f"{name}.seconds"] = replayed(feed, topic, scratch / name)
    gold, texts, key_of, mentions = score.load_gold(gold_file)
    sightings = score.load_sightings(scratch / name / "sightings.jsonl", texts, key_of)
    report, details = score.score(gold, mentions, sightings, texts)
    found |= {f"{name}.{key}": float(value) for key, value in score.flat(report)}
    right, due = figures_right(score.align(mentions, sightings, texts), mentions, sightings)
    found |= {f"{name}.figures.right": right, f"{name}.figures.due": due}
    if verbose:
        show(name, details)
    return found


def figures_right(
    got: Mapping[int, int], mentions: Sequence[Mapping[str, Any]], sightings: Sequence[Mapping[str, Any]]
) -> tuple[int, int]:
    """Of the found statements with a number, how many bear the right one, and how many there are."""
    both = [
        (mentions[i]["figure"], sightings[j].get("figure"))
        for i, j in got.items()
        if not mentions[i].get("optional") and mentions[i].get("figure") is not None
    ]
    return sum(str(due) == str(said) for due, said in both), len(both)


def together(found: Figures) -> Figures:
    """Disputes, updates and figures of the three sets as one."""

    def add(name: str) -> float:
        return sum(found[f"{one}.{name}"] for one in SETS)

    return {
        "together.disputes.share": add("disputes.found") / add("disputes.due"),
        "together.disputes.found": add("disputes.found"),
        "together.disputes.due": add("disputes.due"),
        "together.disputes.spurious": add("disputes.spurious"),
        "together.updates.spurious": add("updates.spurious"),
        "together.figures": add("figures.right") / add("figures.due"),
    }


def distractors(scratch: Path, *, verbose: bool = False) -> Figures:
    """Sightings in articles about other things: each is one too many."""
    replayed(EVAL / "distractors", TOPICS / "belgorod.yaml", scratch / "distractors")
    lines = (scratch / "distractors" / "sightings.jsonl").read_text(encoding="utf-8").splitlines()
    if verbose:
        print(*lines, sep="\n")
    return {"distractors.sightings": len(lines)}


def show(name: str, details: Mapping[str, Any]) -> None:
    """What was missed, spurious, split, merged and misattributed."""
    for kind, rows in details.items():
        print(f"\n--- {name}: {kind}")
        for row in rows.items() if isinstance(rows, dict) else rows:
            print("  ", *row, sep=" | ")
