"""Posts try to command terminals, to hide, to overwhelm: what is printed of them is text, and the rest goes on."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.display import safe
from tests.processes import ROOT, alert_log, command, configuration, environment, export, run
from tests.scenarios import news
from tests.scenarios.conftest import a_folder

TEXTS = (
    "Vyacheslav Gladkov said three houses \x1b[2J\x1b]0;owned\x07 were destroyed in Kozinka by shelling from Ukraine.",
    "Vyacheslav Gladkov said four houses were \u202edestroyed\u202c in Graivoron by \u200bshelling from Ukraine.\x00",
    "Vyacheslav Gladkov said five houses were destroyed in Shebekino by \x9b31mshelling\r\x08\x08 from Ukraine.",
    "Vyacheslav Gladkov said six houses were destroyed in Glotovo by [bold red]shelling[/] from Ukraine.",
    "\U0001f525 12 345 — ??? !!! …",
    "\u0633\u0645\u0639 \u200f\u0627\u0646\u0641\u062c\u0627\u0631 \u200e\u05d1\u05dc\u05d2\u05d5\u05e8\u05d5\u05d3",
    "x" * 100_000,
    news.STATEMENTS[6] + " " + "y" * 100_000,
    news.STATEMENTS[7],
)
CHANNEL = "chan\x1b[31m\u202enel"
# What a terminal may be told by the monitor itself: colours, the cursor's line, its visibility.
OWN = re.compile(r"\x1b\[[0-9;?]*[mKAhl]|\r")


@pytest.fixture(scope="module")
def hostile() -> Iterator[Path]:
    """The folder of a feed and, in `data`, of its replay."""
    with a_folder() as made:
        posts = [post | {"channel": CHANNEL, "url": "https://x/\x1b[0m"} for post in news.posts(TEXTS)]
        news.write(made / "posts.jsonl", posts)
        words = ("--speed", "max", "--config", configuration(made), "--data", made / "data", "--verbose")
        done = run("replay", made / "posts.jsonl", *words)
        (made / "printed").write_text(done.stdout + done.stderr, encoding="utf-8", newline="")
        yield made


def test_every_post_of_them_that_claims_something_is_told(hostile: Path) -> None:
    told = [alert for alert in alert_log(hostile / "data") if alert["kind"] == "claim.new"]
    towns = ["Kozinka", "Graivoron", "Shebekino", "Glotovo", news.TOWNS[6], news.TOWNS[7]]
    assert [town for town in towns if any(town in alert["claim"]["places"] for alert in told)] == towns


def test_quotes_stand_in_the_posts_character_by_character(hostile: Path) -> None:
    texts = {post["id"]: post["text"] for post in news.posts(TEXTS)}
    for sighting in export("sightings", hostile / "data"):
        assert texts[sighting["doc"]][sighting["start"] : sighting["end"]] == sighting["text"]


def test_a_replay_prints_no_control_character(hostile: Path) -> None:
    printed = (hostile / "printed").read_text(encoding="utf-8")
    assert r"\x1b[2J" in printed, "the hostile text is shown, written out"
    assert safe(printed, lines=True) == printed


@pytest.mark.parametrize(
    "words",
    [
        ("tail", "--no-follow"),
        ("tail", "--no-follow", "--json"),
        ("claims",),
        ("claims", "--json"),
        ("show", "#1"),
        ("export", "sightings"),
    ],
    ids=" ".join,
)
def test_what_is_shown_to_a_pipe_holds_no_control_character(hostile: Path, words: tuple[str, ...]) -> None:
    printed = run(*words, "--data", hostile / "data").stdout
    assert "destroyed" in printed
    assert safe(printed.replace("\t", " "), lines=True) == printed.replace("\t", " ")


def test_the_alert_log_holds_no_control_character(hostile: Path) -> None:
    log = (hostile / "data/alerts.jsonl").read_text(encoding="utf-8")
    assert safe(log, lines=True) == log
    assert "\x1b[2J" in "".join(json.loads(line)["claim"]["text"] for line in log.splitlines())


@pytest.mark.parametrize("words", [("tail", "--no-follow"), ("claims",), ("show", "#1")], ids=" ".join)
def test_a_terminal_is_told_nothing_by_a_post(hostile: Path, words: tuple[str, ...]) -> None:
    printed = on_a_terminal(*words, "--data", str(hostile / "data"))
    assert "destroyed" in printed
    shown = OWN.sub("", printed)
    assert safe(shown, lines=True) == shown


def on_a_terminal(*words: str) -> str:
    """What the command prints to a terminal of its own."""
    ours, theirs = pty.openpty()
    variables = environment({"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"})
    process = subprocess.Popen(command(*words), stdout=theirs, stderr=theirs, env=variables, cwd=ROOT)
    os.close(theirs)
    printed = b""
    with open(ours, "rb", buffering=0) as terminal:
        while more := _read(terminal.fileno()):
            printed += more
    assert process.wait(30) == 0
    return printed.decode("utf-8")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""
