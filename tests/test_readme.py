"""The README says what the code does: its table of settings, its commands, its examples of verification."""

import base64
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from monitor import __version__
from monitor.cli.settings_table import settings_table
from monitor.models import Alert
from tests.processes import ROOT, SECRET, command, environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
BODY = b'{"type":"claim.new","timestamp":"2023-05-22T17:00:00Z","data":{}}'
WEBHOOK_ID = "alert_0123456789abcdef01234567"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def signed(body: bytes) -> dict[str, str]:
    """The headers of a genuine request, made by the published library."""
    now = datetime.now(UTC)
    signature = standardwebhooks.Webhook(SECRET).sign(WEBHOOK_ID, now, body.decode())
    return {"webhook-id": WEBHOOK_ID, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


def test_table_of_settings_is_that_of_the_code() -> None:
    assert settings_table() in README


def monitor_commands() -> list[tuple[str, list[str]]]:
    """Each use of the command in a shell block: subcommand and its options."""
    uses = re.findall(r"\bmonitor (?!monitor)((?:mute|sinks) \w+|\w+)((?: [^#|\n]*)?)", "\n".join(blocks("sh")))
    return [(name, re.findall(r"(?<= )--?[a-z][a-z-]*", words)) for name, words in uses]


@pytest.mark.parametrize("subcommand", sorted({one for one, _ in monitor_commands()}))
def test_commands_and_options_exist(subcommand: str) -> None:
    shown = subprocess.run(
        command(*subcommand.split(), "--help"), capture_output=True, text=True, check=True, env=environment(), cwd=ROOT
    ).stdout
    for one, options in monitor_commands():
        if one == subcommand:
            assert all(option in shown for option in options), f"{one}: {options}"


def test_table_of_commands_is_that_of_the_help() -> None:
    shown = subprocess.run(
        command("--help"), capture_output=True, text=True, check=True, env=environment(), cwd=ROOT
    ).stdout
    listed = re.findall(r"^  (\w+) +(\w.*)$", shown.split("Commands:")[1].split("Exit codes")[0], re.MULTILINE)
    rows = re.findall(r"^\| `monitor (\w+)` \| (.*) \|$", README, re.MULTILINE)
    assert rows == listed


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE)) <= targets


def test_fields_of_an_alert_are_all_explained() -> None:
    table = README[README.index("### Fields of an alert") : README.index("## Configuration")]
    rows = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(Alert.model_fields)


def test_exit_codes_are_those_of_the_help() -> None:
    shown = subprocess.run(
        command("--help"), capture_output=True, text=True, check=True, env=environment(), cwd=ROOT
    ).stdout
    for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE):
        assert re.search(rf"\b{code} ", shown), code


def test_linked_files_exist() -> None:
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)\)", README):
        assert (ROOT / target).is_file(), target


def test_python_example_tells_genuine_from_forged() -> None:
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)  # noqa: S102 - the README's own example
    headers = signed(BODY)
    assert names["genuine"](SECRET, headers, BODY)
    assert not names["genuine"](SECRET, headers, BODY + b" ")
    other = "whsec_" + base64.b64encode(b"another secret of thirty-two byt").decode()
    assert not names["genuine"](other, headers, BODY)


def test_shell_example_tells_genuine_from_forged(tmp_path: Path) -> None:
    script = next(block for block in blocks("sh") if "openssl dgst" in block)
    headers = signed(BODY)
    variables = {
        "SECRET": SECRET,
        "id": headers["webhook-id"],
        "timestamp": headers["webhook-timestamp"],
        "signature": headers["webhook-signature"],
    }
    for body, verdict in ((BODY, "genuine\n"), (BODY + b" ", "forged\n")):
        (tmp_path / "body.json").write_bytes(body)
        done = subprocess.run(
            ["sh", "-euc", script],
            cwd=tmp_path,
            env={**environment(), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == (verdict, "")


def test_version_is_the_packages() -> None:
    shown = subprocess.run(
        command("--version"), capture_output=True, text=True, check=True, env=environment(), cwd=ROOT
    )
    assert __version__ in shown.stdout
