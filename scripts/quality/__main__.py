"""Measures the monitor on texts: `make quality`. Prints one table: this version, the last release, floors and aims.

    python -m scripts.quality [PART ...] [--all] [--verbose] [--record] [--keep FOLDER]

Parts: seeds wire dam distractors firehose polnear shootings held-out made-up paraphrases time; all of them when none is
given. The stream of shootings is read for its first 400 documents, with --all for all 1,880, which takes two minutes
more. The texts lie in ../shared/eval beside the checkout and are for measuring alone; without them this ends with a
message.
--record writes the numbers to docs/quality.json and the table to docs/quality.md.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from monitor import __version__
from scripts.quality import external, heldout, paraphrases, record, replayed, timing
from scripts.quality.places import EVAL, SETS
from scripts.quality.table import missed, table

PARTS = (*SETS, "distractors", "firehose", "polnear", "shootings", "held-out", "made-up", "paraphrases", "time")


def measured(wanted: Sequence[str], scratch: Path, *, whole: bool, verbose: bool) -> replayed.Figures:
    """The figures of the wanted parts."""
    found = replayed.sets([name for name in SETS if name in wanted], scratch, verbose=verbose)
    parts: dict[str, Callable[[], replayed.Figures]] = {
        "distractors": lambda: replayed.distractors(scratch, verbose=verbose),
        "firehose": lambda: external.firehose(verbose=verbose),
        "polnear": external.polnear,
        "shootings": lambda: external.shootings(whole=whole),
        "held-out": heldout.figures,
        "made-up": lambda: replayed.made_up(scratch, verbose=verbose),
        "paraphrases": paraphrases.figures,
        "time": timing.figures,
    }
    for name, measure in parts.items():
        if name in wanted:
            found |= measure()
    return found


def machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to measure (default: everything)")
    parser.add_argument("--all", action="store_true", help="read the whole stream of shootings")
    parser.add_argument("--verbose", action="store_true", help="also list what was missed, split, merged")
    parser.add_argument(
        "--record", action="store_true", help="write docs/quality.json and the table in docs/quality.md"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the data folders here")
    given = parser.parse_args()
    if unknown := sorted(set(given.parts) - set(PARTS)):
        parser.error(f"unknown part {unknown[0]!r}; known are {' '.join(PARTS)}")
    if not EVAL.is_dir():
        sys.exit("the evaluation data is not there: ../shared/eval beside the checkout")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        found = measured(given.parts or PARTS, given.keep or Path(made), whole=given.all, verbose=given.verbose)
    release = record.last_release(record.runs(), __version__)
    last = release.get("figures", {})
    print(*table(found, last, version=__version__, release=release.get("version")), sep="\n")
    print(f"\n{machine()}; {time.monotonic() - begun:.0f} s", *told(found), sep="\n")
    if given.record:
        record.record(__version__, machine(), found)


def told(found: replayed.Figures) -> list[str]:
    """What the table does not say."""
    notes = [f"NOT REACHED: {line}" for line in missed(found)]
    if "together.disputes.due" in found:
        of = f"{found['together.disputes.found']:.0f} of {found['together.disputes.due']:.0f}"
        notes.append(f"disputes over seeds, wire and dam: {of} found")
    if "sample.B3" in found:
        notes.append(f"shootings: the first {external.SAMPLE} documents of 1,880; --all reads them all")
    return notes


if __name__ == "__main__":
    main()
