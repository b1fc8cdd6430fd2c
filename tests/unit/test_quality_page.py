"""docs/quality.md says what was measured, and nothing by hand."""

import json
import re
from pathlib import Path

import pytest

from scripts.quality.paraphrases import reports
from scripts.quality.record import JSON, PAGE, SECTION, last_release, section
from scripts.quality.table import Row, missed, standing, table
from tests.unit.extract.reported import passages

ROOT = Path(__file__).parents[2]
PAGE_TEXT = PAGE.read_text(encoding="utf-8")


def test_the_table_of_numbers_is_the_one_that_the_command_makes_of_what_it_measured() -> None:
    found = SECTION.search(PAGE_TEXT)
    assert found is not None
    assert found.group() == section()
    assert "| wire " in found.group()


def test_every_measured_number_lies_where_the_command_left_it() -> None:
    runs = json.loads(JSON.read_text(encoding="utf-8"))
    assert len({run["version"] for run in runs}) == len(runs)
    assert all(isinstance(value, int | float) for run in runs for value in run["figures"].values())


def test_the_counts_of_passages_and_paraphrases_are_those_of_the_files() -> None:
    due = sum(one.due for passage in passages() for one in passage.expected)
    silent = sum(not passage.expected for passage in passages())
    told = list(reports())
    words = " ".join(PAGE_TEXT.split())
    assert f"are {len(passages())} short passages" in words
    assert f"{due} statements that should come out" in words
    assert f"{silent} passages of which nothing should" in words
    assert f"are {len(told)} statements of four made-up events, {len({one.claim for one in told})} claims" in words


def test_the_last_release_is_the_newest_run_of_another_version() -> None:
    runs = [{"version": "1.1.0"}, {"version": "1.0.0"}, {"version": "0.9.0"}]
    assert last_release(runs, "1.1.0") == {"version": "1.0.0"}
    assert last_release(runs, "1.2.0") == {"version": "1.1.0"}
    assert last_release(runs[:1], "1.1.0") == {}


@pytest.mark.parametrize(
    ("value", "low", "wanted"),
    [
        (0.92, False, "aim"),
        (0.8996, False, "aim"),
        (0.86, False, "floor"),
        (0.7, False, "NOT REACHED"),
        (0.5, True, "aim"),
        (0.95, True, "NOT REACHED"),
    ],
)
def test_a_number_is_held_against_its_floor_and_its_aim_as_it_is_shown(value: float, low: bool, wanted: str) -> None:
    bounds = (0.9, 0.8) if low else (0.8, 0.9)
    assert standing(Row("set", "what", "key", None, *bounds, low=low), value) == wanted


def test_a_floor_that_is_not_reached_is_said_in_words() -> None:
    assert missed({"wire.overall": 0.5}) == ["wire: overall is 0.500, 0.780 is asked"]
    assert missed({"wire.overall": 0.79}) == []


def test_the_table_shows_this_version_beside_the_last_release() -> None:
    head, _, row = table({"wire.overall": 0.9}, {"wire.overall": 0.85}, version="2.0.0", release="1.0.0")
    assert [cell.strip() for cell in head.split("|")[4:6]] == ["1.0.0", "2.0.0"]
    assert [cell.strip() for cell in row.split("|")[1:6]] == ["wire", "overall", "0.690", "0.850", "0.900"]


def test_every_file_that_the_page_sends_one_to_is_there() -> None:
    adding = PAGE_TEXT.split("## How to add")[1]
    named = set(re.findall(r"`((?:monitor|tests|config)/[\w/.]+|[\w]+\.(?:py|yaml))`", adding))
    known = {path.name for folder in ("monitor", "tests") for path in (ROOT / folder).rglob("*.*")}
    assert len(named) > 10
    assert {name for name in named if not ((ROOT / name).exists() or name in known)} == set()
