"""Somebody who knows nothing of it asks what it can do."""

import re

import pytest
from typer.testing import CliRunner

from monitor import __version__
from monitor.__main__ import app
from tests.processes import run

COMMANDS = (
    "run",
    "replay",
    "tail",
    "claims",
    "show",
    "export",
    "deliveries",
    "redeliver",
    "sinks",
    "mute",
    "receive",
    "check",
)


def help_of(*command: str) -> str:
    return CliRunner().invoke(app, [*command, "--help"], prog_name="monitor").output


def test_the_version_is_told() -> None:
    assert run("--version").stdout == f"monitor {__version__}\n"


def test_the_help_lists_the_commands_and_the_exit_codes() -> None:
    printed = help_of()
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\w", printed, re.MULTILINE)
    for code in ("0 done", "1 failed", "2 wrong usage or configuration", "3 the store", "4 another daemon", "130"):
        assert code in " ".join(printed.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples(command: str) -> None:
    first = {"sinks": ("sinks", "list"), "mute": ("mute", "add")}.get(command, (command,))  # of a group
    assert re.search(rf"Examples:\n(    .+\n)*    .*monitor {command}\b", help_of(*first))


@pytest.mark.parametrize("words", [("fly",), ("replay",), ("replay", "seeds", "--speed", "fast"), ("run", "--not")])
def test_wrong_usage_is_told_with_exit_code_2(words: tuple[str, ...]) -> None:
    done = run(*words, status=2)
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr
