"""What was measured of each version: docs/quality.json, and from it the table in docs/quality.md.

The file holds one run a version, the newest first; the last release is the version after it.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.quality.places import ROOT
from scripts.quality.table import table

JSON = ROOT / "docs" / "quality.json"
PAGE = ROOT / "docs" / "quality.md"
SECTION = re.compile(r"(?<=<!-- made by `make quality-record` -->\n).*?(?=<!-- /made -->)", re.DOTALL)


def runs(path: Path = JSON) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def last_release(known: list[dict[str, Any]], version: str) -> dict[str, Any]:
    """The newest run of another version; empty when there is none."""
    return next((run for run in known if run["version"] != version), {})


def record(version: str, machine: str, figures: Mapping[str, float]) -> None:
    """Puts the run in place of the version's former one; numbers that were not measured this time stay."""
    known = runs()
    former = next((run["figures"] for run in known if run["version"] == version), {})
    merged = {name: round(value, 4) for name, value in sorted({**former, **figures}.items())}
    others = [run for run in known if run["version"] != version]
    known = [{"version": version, "machine": machine, "figures": merged}, *others]
    JSON.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(SECTION.sub(lambda _: section(), PAGE.read_text(encoding="utf-8"), count=1), encoding="utf-8")


def section() -> str:
    """The table of the newest version, as it stands in docs/quality.md."""
    known = runs()
    newest = known[0]
    release = last_release(known, newest["version"])
    lines = table(
        newest["figures"], release.get("figures", {}), version=newest["version"], release=release.get("version")
    )
    return "\n".join([f"Measured on: {newest['machine']}.", "", *lines, ""])
