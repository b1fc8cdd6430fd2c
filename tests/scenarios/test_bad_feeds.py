"""A feed has files that can't be read, are strange, or are huge: each is told with its place, and the rest goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import configuration, export, run
from tests.scenarios import news
from tests.scenarios.conftest import a_folder

DULL = "The weather was fine and the markets were quiet, as they had been the whole of the week before. "
MANY = 5_000_000 // len(DULL)

# What each file holds, and what it is to tell: a claim that stands at its end, or what is wrong with it.
CLAIMED = {
    "a-plain.txt": (b"%s\n", news.STATEMENTS[0]),
    "d-mark.txt": (b"\xef\xbb\xbf%s", news.STATEMENTS[1]),
    "e-crlf.txt": (b"Good morning.\r\n\r\nIt is six o\xe2\x80\x99clock.\r\n%s\r\n", news.STATEMENTS[2]),
    "f-one-line.txt": (DULL.encode() * MANY + b"%s", news.STATEMENTS[3]),
    "g-old-line-ends.txt": (b"Good morning.\r\r%s\r", news.STATEMENTS[4]),
}
WRONG = {
    "b-empty.txt": (b"", "is empty"),
    "c-latin.txt": (b"Good morning.\nA caf\xe9 was hit in Graivoron.\n", "is not UTF-8: byte 19 (line 2): 0xe9"),
    "h-blank.txt": (b" \n\r\n\t\n", "is empty"),
}


class Told:
    """What a replay of the files printed, and what it filed."""

    def __init__(self, feed: Path, data: Path) -> None:
        self.feed = feed
        config = configuration(data.parent)
        done = run("replay", feed, "--speed", "max", "--config", config, "--data", data, variables={"COLUMNS": "300"})
        self.summary, self.log = done.stdout, [json.loads(line) for line in done.stderr.splitlines()]
        self.sightings = export("sightings", data)


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    with a_folder() as made:
        feed = made / "texts"
        feed.mkdir()
        for name, (form, text) in CLAIMED.items():
            (feed / name).write_bytes(form.replace(b"%s", text.encode()))
        for name, (raw, _) in WRONG.items():
            (feed / name).write_bytes(raw)
        yield Told(feed, made / "data")


def test_the_files_that_can_be_read_are_read(told: Told) -> None:
    assert {sighting["doc"] for sighting in told.sightings} == set(CLAIMED)


def test_offsets_are_those_of_the_decoded_file(told: Told) -> None:
    for sighting in told.sightings:
        text = (told.feed / sighting["doc"]).read_text(encoding="utf-8")
        assert text[sighting["start"] : sighting["end"]] == sighting["text"]
        assert sighting["text"] in CLAIMED[sighting["doc"]][1]


def test_each_file_that_can_not_be_read_is_told_with_its_place(told: Told) -> None:
    wrong = [f"'{told.feed / name}': {said}" for name, (_, said) in sorted(WRONG.items())]
    assert [event["problem"] for event in told.log if event["event"] == "feed.problem"] == wrong
    assert f"Wrong in the feed: {len(wrong)}" in told.summary
    assert all(problem in told.summary for problem in wrong)


SCHEDULE = """\
every: 10s
speed: 5
documents:
- {file: a.txt, published: 2023-05-22T17:00:00Z, chanel: local}
- {file: nowhere.txt, published: 2023-05-22T17:00:00Z}
- {file: b.txt, published: 2023-05-22T17:00:00}
- {file: ../monitor.yaml, published: 2023-05-22T17:00:00Z}
"""


def test_a_schedule_with_mistakes_is_told_line_by_line_and_the_rest_is_posted(folder: Path) -> None:
    feed = folder / "feed"
    feed.mkdir()
    (feed / "feed.yaml").write_text(SCHEDULE)
    for name, text in zip("ab", news.STATEMENTS, strict=False):
        (feed / f"{name}.txt").write_text(text)
    told = Told(feed, folder / "data")
    assert {sighting["doc"] for sighting in told.sightings} == {"a.txt"}
    problems = [event["problem"].removeprefix(f"'{feed}/feed.yaml': ") for event in told.log]
    assert [problem.split(":")[0] for problem in problems] == [f"line {number}" for number in (2, 4, 5, 6, 7)]
    for problem, words in zip(
        problems, ("speed", "chanel", "'nowhere.txt' is missing", "zone", "outside"), strict=True
    ):
        assert words in problem


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such feed"),
        ("not json\n", "holds nothing that can be posted"),
    ],
)
def test_a_feed_of_which_nothing_can_be_posted_ends_the_replay(folder: Path, content: str | None, said: str) -> None:
    feed = folder / "posts.jsonl"
    if content is not None:
        feed.write_text(content)
    done = run("replay", feed, "--data", folder / "data", status=1)
    assert f"monitor: '{feed}': " in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "data").exists(), "nothing was begun"
