"""The log: one event a line on stderr, for machines or for people, and nothing in it that a terminal obeys."""

import json
import subprocess
import sys

import pytest

WRITES = r"""
import logging, sys, structlog
from monitor import logs
logs.setup(sys.argv[1], sys.argv[2])
log = structlog.get_logger("monitor.test")
hostile = "a\x1b[31mb\u202ec\x9bd\ud800"
log.debug("quiet", at="debug")
log.info("claim.recorded", text=hostile, number=3, none=None, more=("x",), long="y" * 5000)
logging.getLogger("aiohttp").warning("from a library: %s", hostile)
logging.getLogger("aiohttp").info("not said")
try:
    raise ValueError(hostile)
except ValueError:
    log.exception("post.failed")
"""


def written(level: str, form: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WRITES, level, form], capture_output=True, check=True, timeout=60, encoding="utf-8"
    )
    assert done.stdout == ""
    assert not set(done.stderr) & set("\x1b\u202e\x9b")
    return done.stderr.splitlines()


@pytest.mark.parametrize("form", ["json", "auto"])
def test_what_is_no_terminal_gets_one_json_object_a_line(form: str) -> None:
    recorded, library, failed = (json.loads(line) for line in written("info", form))
    assert list(recorded)[:3] == ["timestamp", "level", "event"]
    assert (recorded["event"], recorded["level"], recorded["number"], recorded["more"]) == (
        *("claim.recorded", "info", 3, ["x"]),
    )
    assert recorded["text"].startswith("a\x1b[31mb\u202ec")
    assert len(recorded["long"]) == 2000
    assert library["event"].startswith("from a library: a\x1b")
    assert "ValueError" in failed["exception"]


def test_people_get_aligned_lines_with_everything_written_out() -> None:
    recorded, library, failed, *trace = written("info", "console")
    assert "claim.recorded" in recorded
    assert "x1b[31mb" in recorded
    assert "u202e" in recorded
    assert "from a library: a\\x1b[31mb" in library
    assert "post.failed" in failed
    assert trace[0] == "Traceback (most recent call last):"


def test_the_level_is_about_the_monitors_own_events() -> None:
    assert json.loads(written("debug", "json")[0])["event"] == "quiet"
    assert len(written("error", "json")) == 2


def test_nobody_who_reads_is_no_reason_to_stop() -> None:
    code = "import sys, structlog; from monitor import logs; logs.setup('info', 'json'); sys.stderr.close()\n"
    code += "structlog.get_logger().error('lost'); print('still here')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60, encoding="utf-8")
    assert done.stdout == "still here\n"
