"""The replay source on real files: what it posts and when, and that one bad file or line stays one."""

import asyncio
import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import FeedError
from monitor.models import Post
from monitor.sources.documents import BEGINNING
from monitor.sources.jsonl import LONGEST_LINE
from monitor.sources.pieces import LONGEST_POST
from monitor.sources.replay import ReplaySource, read_feed

FIVE = datetime(2023, 5, 22, 17, 0, tzinfo=UTC)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8"))
    return path


def scheduled(folder: Path, documents: str, every: str = "every: 40s") -> Path:
    write(folder / "feed.yaml", f"{every}\ndocuments:\n{documents}")
    return folder


def posts_file(folder: Path, *lines: dict[str, object] | str, name: str = "posts.jsonl") -> Path:
    return write(folder / name, "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines))


def a_line(**fields: object) -> dict[str, object]:
    return {"id": "1", "published_at": "2023-05-22T17:00:00Z", "channel": "desk", "text": "Six wounded."} | fields


def source_of(path: Path, *, speed: float | None = None, clock: Clock | None = None) -> ReplaySource:
    return ReplaySource(name="replay", feed=read_feed(path), speed=speed or "max", clock=clock or Clock())


async def all_posts(source: ReplaySource, limit: int = 7) -> list[Post]:
    """Polls as the poller does, to the end."""
    posts: list[Post] = []
    cursor: str | None = None
    for _ in range(10_000):
        batch = await source.poll(cursor, limit)
        assert len(batch.posts) <= limit
        posts += batch.posts
        cursor = batch.cursor
        if batch.exhausted:
            return posts
    raise AssertionError("the feed has no end")


async def posts_of(path: Path) -> list[Post]:
    return await all_posts(source_of(path))


def told(path: Path) -> list[str]:
    """What is said about a feed, without the folder that it lies in."""
    return [str(problem).replace(str(path if path.is_dir() else path.parent) + "/", "") for problem in problems(path)]


def problems(path: Path) -> list[FeedError]:
    return read_feed(path).problems.kept


# --- the forms of a feed


async def test_the_paragraphs_of_a_document_are_the_posts_of_one_thread(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "First.\n\n  Second. \n\t\nThird.")
    scheduled(
        tmp_path,
        "- {file: a.txt, platform: twitter, channel: reuters, outlet: Reuters, url: 'https://x.example/1',"
        " published: 2023-05-22T17:00:00Z}",
    )
    posts = await posts_of(tmp_path)
    assert [(post.text, post.position, post.offset) for post in posts] == [
        ("First.", 0, 0),
        ("Second.", 1, 10),
        ("Third.", 2, 21),
    ]
    assert [post.published_at - FIVE for post in posts] == [timedelta(seconds=40 * n) for n in range(3)]
    assert {post.thread for post in posts} == {posts[0].thread}
    assert len({post.id for post in posts}) == 3
    assert all(post.received_at == post.published_at for post in posts)
    assert (posts[0].source, posts[0].platform, posts[0].channel, posts[0].outlet, posts[0].doc, posts[0].url) == (
        *("replay", "twitter", "reuters", "Reuters", "a.txt", "https://x.example/1"),
    )


async def test_documents_are_merged_by_time_and_ties_keep_the_order_of_the_feed(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "a1\na2\na3")
    write(tmp_path / "b.txt", "b1\nb2")
    write(tmp_path / "c.txt", "c1")
    scheduled(
        tmp_path,
        "- {file: a.txt, published: 2023-05-22T17:00:00Z}\n"
        "- {file: b.txt, published: 2023-05-22T17:00:40Z}\n"
        "- {file: c.txt, published: 2023-05-22T20:00:40+03:00}",
    )
    assert [post.text for post in await posts_of(tmp_path)] == ["a1", "a2", "b1", "c1", "a3", "b2"]


async def test_a_folder_of_texts_is_read_in_the_order_of_the_names(tmp_path: Path) -> None:
    write(tmp_path / "b.txt", "b1\nb2")
    write(tmp_path / "a.txt", "a1\na2")
    write(tmp_path / ".hidden.txt", "no")
    write(tmp_path / "notes.md", "no")
    posts = await posts_of(tmp_path)
    assert [(post.text, post.channel, post.doc) for post in posts] == [
        ("a1", "a", "a.txt"),
        ("a2", "a", "a.txt"),
        ("b1", "b", "b.txt"),
        ("b2", "b", "b.txt"),
    ]
    assert [post.published_at - BEGINNING for post in posts] == [timedelta(seconds=40 * n) for n in range(4)]


@pytest.mark.parametrize("packed", [False, True], ids=["jsonl", "jsonl.gz"])
async def test_a_file_of_posts_is_a_feed(tmp_path: Path, packed: bool) -> None:
    path = posts_file(
        tmp_path,
        a_line(id="2", published_at="2023-05-22T19:00:00+01:00", text="Later.", thread="t", extra=[1]),
        a_line(id=1, text="First.\nOf two lines.", platform="telegram", outlet="Desk", url="https://x.example/1"),
        a_line(id="3", published_at="2023-05-22T18:30:00Z", text="In the thread.", thread="t"),
    )
    if packed:
        (tmp_path / "posts.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
        path = tmp_path / "posts.jsonl.gz"
    first, later, last = await posts_of(path)
    assert (first.doc, first.text, first.offset, first.position) == ("1", "First.\nOf two lines.", 0, 0)
    assert (first.platform, first.outlet, first.url) == ("telegram", "Desk", "https://x.example/1")
    assert (later.doc, later.position, last.doc, last.position) == ("2", 0, "3", 1)
    assert later.thread == last.thread != first.thread


async def test_the_same_feed_gives_the_same_posts_and_another_text_is_another_post(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "one\ntwo")
    first = await posts_of(tmp_path)
    assert await posts_of(tmp_path) == first
    write(tmp_path / "a.txt", "one\ntoo")
    changed = await posts_of(tmp_path)
    assert changed[0] == first[0]
    assert changed[1].id != first[1].id


# --- offsets


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffWith a mark.\nNext.",
        "Carriage.\r\n\r\n  Returns. \r\nThird.\rFourth.",
        "\ufeff\r\nBoth.\r\n",
        "Separators\u2028are not\x85line\x0bends.\nNext.",
        "\u200fRight to left.\u202e\n\x1b[31mRed.\x00\nلا حول",
    ],
)
async def test_offsets_are_those_of_the_decoded_file(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.txt", text)
    decoded = path.read_text(encoding="utf-8")
    posts = await posts_of(tmp_path)
    assert len(posts) == sum(bool(line.strip("\ufeff \r\t")) for line in decoded.split("\n"))
    for post in posts:
        assert decoded[post.offset : post.offset + len(post.text)] == post.text
        assert post.text == post.text.strip() != ""
        assert "\ufeff" not in post.text


async def test_one_line_of_five_megabytes_is_several_posts_and_nothing_is_lost(tmp_path: Path) -> None:
    sentence = "The governor said “six people” were wounded there. "
    path = write(tmp_path / "a.txt", sentence * (5_000_000 // len(sentence)))
    decoded = path.read_text(encoding="utf-8")
    posts = await posts_of(tmp_path)
    assert all(LONGEST_POST // 2 <= len(post.text) <= LONGEST_POST for post in posts[:-1])
    assert all(post.text.endswith("there.") for post in posts)
    assert all(decoded[post.offset : post.offset + len(post.text)] == post.text for post in posts)
    assert sum(post.text.count("governor") for post in posts) == decoded.count("governor")
    assert [post.position for post in posts] == list(range(len(posts)))


@pytest.mark.parametrize("text", ["x" * 100_000, "word " * 20_000, "…" * 50_000 + " " * 50_000])
async def test_a_post_of_a_hundred_thousand_characters_is_cut_where_it_can_be(tmp_path: Path, text: str) -> None:
    posts = await posts_of(posts_file(tmp_path, a_line(text=text)))
    assert max(len(post.text) for post in posts) <= LONGEST_POST
    assert "".join(post.text for post in posts).replace(" ", "") == text.replace(" ", "")
    assert all(text[post.offset :].startswith(post.text) for post in posts)
    assert {post.doc for post in posts} == {"1"}


async def test_a_file_of_many_short_lines_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Six people were wounded.\n" * 20_000)
    assert len(await all_posts(source_of(tmp_path), limit=1000)) == 20_000


# --- bad input, each told with its place


async def test_documents_that_can_not_be_read_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    write(tmp_path / "outside.txt", "secret")
    write(folder / "good.txt", "Good.")
    write(folder / "empty.txt", "")
    write(folder / "blank.txt", "\ufeff \r\n\n\t")
    (folder / "latin.txt").write_bytes(b"caf\n\xe9 noir")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "folder.txt").mkdir()
    os.mkfifo(folder / "pipe.txt")
    names = ["empty", "blank", "latin", "missing", "link", "../outside", "folder", "pipe", "good", "good"]
    scheduled(folder, "\n".join(f"- {{file: {name}.txt, published: 2023-05-22T17:00:00Z}}" for name in names))
    assert [post.text for post in await posts_of(folder)] == ["Good."]
    assert told(folder) == [
        "'feed.yaml': line 3: 'empty.txt' is empty",
        "'feed.yaml': line 4: 'blank.txt' is empty",
        "'feed.yaml': line 5: 'latin.txt' is not UTF-8: byte 4 (line 2): 0xe9",
        "'feed.yaml': line 6: 'missing.txt' is missing: there is no such file",
        "'feed.yaml': line 7: 'link.txt' lies outside of the feed's folder",
        "'feed.yaml': line 8: '../outside.txt' lies outside of the feed's folder",
        "'feed.yaml': line 9: 'folder.txt' is no file",
        "'feed.yaml': line 10: 'pipe.txt' is no file",
        "'feed.yaml': line 12: 'good.txt' stands here twice",
    ]


async def test_a_folder_without_a_schedule_tells_the_same(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe")
    write(tmp_path / "c.txt", "Good.")
    assert [post.text for post in await posts_of(tmp_path)] == ["Good."]
    assert told(tmp_path) == ["'a.txt': is empty", "'b.txt': is not UTF-8: byte 0 (line 1): 0xff"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{file: a.txt, published: 2023-05-22T17:00:00}", "published: has no time zone; write for example"),
        ("{file: a.txt, published: 2023-05-22}", "published: has no time zone"),
        ("{file: a.txt, published: yesterday}", "published: must be a valid datetime"),
        ("{file: a.txt, published: 0001-01-01T00:00:00+10:00}", "published: is no time that can be worked with"),
        ("{file: a.txt}", "published: is missing; the document 'a.txt' is left out"),
        ("{published: 2023-05-22T17:00:00Z}", "file: is missing"),
        ("a.txt", "must name a file and its time"),
    ],
)
async def test_a_document_without_a_usable_time_or_file_is_told_and_left_out(
    tmp_path: Path, entry: str, words: str
) -> None:
    write(tmp_path / "a.txt", "Left out.")
    write(tmp_path / "b.txt", "Good.")
    scheduled(tmp_path, f"- {{file: b.txt, published: 2023-05-22T17:00:00Z}}\n- {entry}")
    assert [post.text for post in await posts_of(tmp_path)] == ["Good."]
    (problem,) = told(tmp_path)
    assert problem.startswith("'feed.yaml': line 4: ")
    assert words in problem


async def test_an_unknown_field_is_told_and_the_document_is_posted_all_the_same(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Good.")
    scheduled(tmp_path, "- file: a.txt\n  published: 2023-05-22T17:00:00Z\n  chanel: x", every="evry: 40s")
    assert [post.channel for post in await posts_of(tmp_path)] == ["a"]
    assert told(tmp_path) == [
        "'feed.yaml': line 1: evry: unknown setting; did you mean 'every'?; it is left out",
        "'feed.yaml': line 5: chanel: unknown setting; did you mean 'channel'?; it is left out",
    ]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("", "must hold `documents:`"),
        ("documents: 3", "line 1: documents: must be a valid list"),
        ("every: 5 parsecs\ndocuments: []", "line 1: every: '5 parsecs': the unit"),
        ("documents: [", "line 1: is not YAML"),
        ("documents: []", "holds nothing that can be posted"),
        ("documents: [{file: no.txt, published: 2023-05-22T17:00:00Z}]", "'no.txt' is missing"),
    ],
)
def test_a_schedule_that_can_not_be_worked_with_is_refused(tmp_path: Path, schedule: str, words: str) -> None:
    write(tmp_path / "feed.yaml", schedule)
    with pytest.raises(FeedError) as caught:
        read_feed(tmp_path)
    assert words in str(caught.value)


async def test_bad_lines_are_told_with_their_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = posts_file(
        tmp_path,
        a_line(),
        '{"id": }',
        "",
        a_line(id="2", published_at="2023-05-22T17:00:00"),
        {"id": "3"},
        "[1, 2]",
        a_line(id="4", text=" \n "),
        a_line(id="5", channel=""),
        a_line(id="1", text="Again."),
        '{"id": "6", "text": "\\ud800"}',
        a_line(id="7", published_at="0001-01-01T00:00:00+10:00"),
        "[" * 100_000,
        a_line(id="8", text="?! 123", published_at="2023-05-22T18:00:00Z"),
    )
    assert [post.text for post in await posts_of(path)] == ["Six wounded.", "?! 123"]
    said = told(path)
    assert [problem.split(":")[1].strip() for problem in said] == [
        f"line {number}" for number in (2, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    ]
    assert said[0] == "'posts.jsonl': line 2: is not JSON: expected value at column 8"
    assert "published_at: has no time zone" in said[1]
    assert "published_at: is missing; channel: is missing; text: is missing" in said[2]
    assert said[6] == "'posts.jsonl': line 9: the id '1' stands here twice; the first one counts"


async def test_bytes_that_are_no_text_are_one_bad_line(tmp_path: Path) -> None:
    path = posts_file(tmp_path, a_line(), a_line(id="2"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b'{"id": "\xff"}\n' + b"\x00\n")
    assert len(await posts_of(path)) == 2
    assert [problem.split(":")[1].strip() for problem in told(path)] == ["line 3", "line 4"]


async def test_an_endless_line_is_passed_over(tmp_path: Path) -> None:
    path = posts_file(tmp_path, a_line(), a_line(id="2", text="x" * (LONGEST_LINE * 2)), a_line(id="3"))
    assert [post.doc for post in await posts_of(path)] == ["1", "3"]
    assert told(path) == [f"'posts.jsonl': line 2: is longer than {LONGEST_LINE:,} bytes"]


async def test_a_gzip_bomb_is_not_unpacked_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.sources.jsonl.LARGEST_FEED", 20_000_000)
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(json.dumps(a_line()).encode() + b"\n")
        for _ in range(60):
            file.write(b" " * 1_000_000)
    assert [post.doc for post in await posts_of(path)] == ["1"]
    assert told(path)[-1] == "'bomb.jsonl.gz': line 2: holds over 20,000,000 bytes; the rest is not read"


async def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    lines = [a_line(id=str(number), text=os.urandom(500).hex()) for number in range(200)]
    packed = gzip.compress(posts_file(tmp_path, *lines).read_bytes())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    assert 50 < len(await posts_of(path)) < 200
    (problem,) = told(path)
    assert "can't be read any further: Compressed file ended" in problem
    path.write_bytes(b"no gzip at all")
    with pytest.raises(FeedError, match="Not a gzipped file"):
        read_feed(path)


async def test_a_thousand_bad_lines_are_counted_and_a_hundred_told(tmp_path: Path) -> None:
    feed = read_feed(posts_file(tmp_path, a_line(), *(["{"] * 1000)))
    assert (feed.problems.count, len(feed.problems.kept)) == (1000, 100)


def test_what_is_no_feed_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "posts.csv", "id")
    for path, words in (
        (tmp_path / "nowhere", "there is no such feed"),
        (tmp_path / "posts.csv", "is no feed; a feed is a folder"),
        (tmp_path / "none.jsonl", "there is no such feed"),
        (tmp_path / ("x" * 5000), "can't be read: File name too long"),
        (tmp_path, "holds nothing that can be posted"),
        (posts_file(tmp_path, "{"), "holds nothing that can be posted"),
    ):
        with pytest.raises(FeedError) as caught:
            read_feed(path)
        assert words in str(caught.value)


# --- the simulated clock


@pytest.fixture
def three_posts(tmp_path: Path) -> Path:
    """Posts at 17:00:00, 17:00:40 and 17:01:20."""
    write(tmp_path / "a.txt", "one\ntwo\nthree")
    return scheduled(tmp_path, "- {file: a.txt, published: 2023-05-22T17:00:00Z}")


async def test_posts_are_due_when_the_simulated_clock_reaches_them(three_posts: Path) -> None:
    clock = Clock()
    source = source_of(three_posts, speed=10, clock=clock)
    first = await source.poll(None, 10)
    assert ([post.text for post in first.posts], first.exhausted) == (["one"], False)
    clock.now += 3.9
    assert (await source.poll(first.cursor, 10)).posts == ()
    clock.now += 0.2
    second = await source.poll(first.cursor, 10)
    assert ([post.text for post in second.posts], second.exhausted) == (["two"], False)
    clock.now += 1e12
    third = await source.poll(second.cursor, 10)
    assert ([post.text for post in third.posts], third.exhausted) == (["three"], True)


async def test_the_same_cursor_gives_the_same_posts_again(three_posts: Path) -> None:
    source = source_of(three_posts)
    first = await source.poll(None, 2)
    assert await source.poll(None, 2) == first
    assert (await source.poll(first.cursor, 2)).posts == (await source.poll(first.cursor, 2)).posts


async def test_after_a_restart_the_clock_goes_on_from_the_cursor(three_posts: Path) -> None:
    first = await source_of(three_posts, speed=1).poll(None, 10)
    clock = Clock()
    restarted = source_of(three_posts, speed=1, clock=clock)
    assert [post.text for post in (await restarted.poll(first.cursor, 10)).posts] == ["two"]
    clock.now += 41
    assert [post.text for post in (await restarted.poll(first.cursor, 10)).posts] == ["two", "three"]


async def test_a_cursor_of_another_feed_begins_anew(three_posts: Path) -> None:
    end = (await source_of(three_posts).poll(None, 10)).cursor
    assert (await source_of(three_posts).poll(end, 10)).posts == ()
    write(three_posts / "a.txt", "zero\none\ntwo\nthree")
    assert len((await source_of(three_posts).poll(end, 10)).posts) == 4
    assert len((await source_of(three_posts).poll("nonsense", 10)).posts) == 4


async def test_nothing_waits_at_full_speed(three_posts: Path) -> None:
    async with asyncio.timeout(5):
        assert [post.text for post in await posts_of(three_posts)] == ["one", "two", "three"]
