"""Draws docs/alerts.svg, the picture in the README: some alerts of a replay of the seeds, as a terminal shows them."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI

from monitor.cli import render
from monitor.models import Alert, Kind

ROOT = Path(__file__).parent.parent
WIDTH = 104
# One alert of each kind that the replay gives, and some more new ones, in the order in which they came.
WANTED = {Kind.NEW: 3, Kind.UPDATED: 1, Kind.CORROBORATED: 1, Kind.DISPUTED: 1}
# Rich's own template fetches its font from elsewhere; the reader's is good enough, and nothing is fetched.
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def alerts() -> list[Alert]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "monitor", "replay", "seeds", "--speed", "max", "--data", folder],
            check=True,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        lines = (Path(folder) / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    return [Alert.model_validate(json.loads(line)) for line in lines]


def chosen(told: list[Alert]) -> list[Alert]:
    left = dict(WANTED)
    found = []
    for alert in sorted(told, key=lambda alert: (alert.figure is None, alert.seq)):
        if left[alert.kind] and len(alert.claim.text) < 160:
            left[alert.kind] -= 1
            found.append(alert)
    return sorted(found, key=lambda alert: alert.seq)


def main() -> None:
    console = Console(record=True, width=WIDTH, file=open("/dev/null", "w"), force_terminal=True)  # noqa: SIM115
    for alert in chosen(alerts()):
        console.print(render.alert(alert))
    svg = console.export_svg(title="monitor replay seeds", theme=DIMMED_MONOKAI)
    before, _, rest = svg.partition("<style>")
    _, _, rules = rest.partition(".terminal-")
    svg = f"{before}<style>\n    .terminal-{rules}".replace("Fira Code", "monospace")
    (ROOT / "docs/alerts.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
