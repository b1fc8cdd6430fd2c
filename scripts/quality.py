"""Measures the monitor on texts: `make quality`. Prints one table, and each floor beside the number reached.

Each set is replayed with the command line as a user would (`monitor replay FEED --speed max`), its sightings are
exported and compared with the gold by ../shared/eval/score.py. The texts and the gold are for measuring alone; without
../shared beside the checkout only the seeds can't be scored either, and the script says so and ends with 2.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
EVAL = SHARED / "eval"
BELGOROD = ROOT / "config/topics/belgorod.yaml"
KAKHOVKA = ROOT / "config/topics/kakhovka.yaml"

SETS = {
    "seeds": (ROOT / "seeds", BELGOROD),
    "wire": (EVAL / "wire", BELGOROD),
    "dam": (EVAL / "dam", KAKHOVKA),
}
# (set, figure as score.py prints it, floor). A floor that begins with "<" is a ceiling.
FLOORS = {
    ("seeds", "overall"): 0.80,
    ("seeds", "extraction.F1"): 0.90,
    ("seeds", "claimant_accuracy"): 0.90,
    ("seeds", "alerts.exactly_one_new"): 0.62,
    ("wire", "overall"): 0.66,
    ("wire", "extraction.F1"): 0.74,
    ("wire", "claimant_accuracy"): 0.80,
}
COLUMNS = (
    ("overall", "overall"),
    ("extraction.precision", "P"),
    ("extraction.recall", "R"),
    ("extraction.F1", "F1"),
    ("claimant_accuracy", "claimant"),
    ("figure_accuracy", "figures"),
    ("clustering.b3_F1", "B3 F1"),
    ("alerts.exactly_one_new", "one new"),
)
COUNTS = ("updates", "disputes")
MONITOR = [sys.executable, "-m", "monitor"]


def monitor(*words: str | Path) -> str:
    """What the command prints; its log and its progress are thrown away."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    done = subprocess.run(
        [*MONITOR, *map(str, words)], capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"monitor {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def replayed(feed: Path, topic: Path, data: Path) -> tuple[list[dict[str, object]], float]:
    """The exported sightings of a replay at full speed, and the seconds that the whole command took."""
    begun = time.monotonic()
    monitor("replay", feed, "--speed", "max", "--topic", topic, "--data", data)
    seconds = time.monotonic() - begun
    lines = monitor("export", "sightings", "--data", data)
    (data / "sightings.jsonl").write_text(lines, encoding="utf-8")
    return [json.loads(line) for line in lines.splitlines()], seconds


def scored(gold: str, sightings: Path, *, verbose: bool) -> dict[str, object]:
    """What score.py says, flattened to dotted names."""
    done = subprocess.run(
        [sys.executable, EVAL / "score.py", EVAL / f"{gold}.gold.yaml", sightings, *(["--verbose"] if verbose else [])],
        capture_output=True,
        text=True,
        check=True,
    )
    report, end = json.JSONDecoder().raw_decode(done.stdout)
    if verbose:
        print(f"\n--- {gold}{done.stdout[end:]}")
    return dict(flat(report))


def flat(report: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for name, value in report.items():
        pairs += flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [(prefix + name, value)]
    return pairs


def machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def show_scores(names: list[str], scratch: Path, *, verbose: bool) -> None:
    head = "".join(f"{short:>9}" for _, short in COLUMNS) + "".join(f"{name + ' f/d/s':>17}" for name in COUNTS)
    reports = {}
    rows = []
    for name in names:
        feed, topic = SETS[name]
        _, seconds = replayed(feed, topic, scratch / name)
        report = reports[name] = scored(name, scratch / name / "sightings.jsonl", verbose=verbose)
        row = "".join(f"{report[column]:9.3f}" for column, _ in COLUMNS)
        for count in COUNTS:
            row += f"{'/'.join(str(report[f'{count}.{part}']) for part in ('found', 'due', 'spurious')):>17}"
        rows.append(f"{name:<8}{row}   {seconds:5.1f} s")
    print(f"\n{'':<8}{head}   whole command")
    print(*rows, sep="\n")
    print("\nfloors")
    for (name, figure), floor in FLOORS.items():
        if name in reports:
            value = float(str(reports[name][figure]))
            print(
                f"  {name:<6} {figure:<24} {value:.3f}  asked {floor:.2f}  {'ok' if value >= floor else 'NOT REACHED'}"
            )


def show_distractors(scratch: Path) -> None:
    sightings, _ = replayed(EVAL / "distractors", BELGOROD, scratch / "distractors")
    print(f"\ndistractors: {len(sightings)} sightings in 12 articles, asked at most 3")
    for sighting in sightings:
        print(f"  {sighting['doc']}: {sighting['text']!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help="seeds, wire, dam, distractors, firehose (default: all)")
    parser.add_argument("--verbose", action="store_true", help="also list what was missed, split, merged")
    parser.add_argument("--keep", type=Path, help="keep the data folders here")
    arguments = parser.parse_args()
    if not EVAL.is_dir():
        sys.exit("the evaluation data is not there: ../shared/eval beside the checkout")
    wanted = arguments.sets or [*SETS, "distractors", "firehose"]
    print(machine())
    with tempfile.TemporaryDirectory() as made:
        scratch = arguments.keep or Path(made)
        show_scores([name for name in wanted if name in SETS], scratch, verbose=arguments.verbose)
        if "distractors" in wanted:
            show_distractors(scratch)
        if "firehose" in wanted:
            subprocess.run([sys.executable, ROOT / "scripts/firehose.py"], check=True)


if __name__ == "__main__":
    main()
