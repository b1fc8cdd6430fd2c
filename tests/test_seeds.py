"""The seeds are the acceptance test: byte for byte what they were given as, and all of them are posted."""

import hashlib
from pathlib import Path

from monitor.sources.replay import read_feed

SEEDS = Path(__file__).parents[1] / "seeds"
DIGESTS = {
    "000_a64f628ed7747643.txt": "c0c4f47f213d3a64f5cc578d0e4960fb56c749fce95ba529c5a5fdf9ffd9e241",
    "001_a957ed31f091b23a.txt": "b45dbd5113bd1a9b36724f57964eac7a06753811129a062703e31cf6cebadb3c",
    "002_d8fbdb9412827b2f.txt": "4e64c915d535f304536dedcd0701abad9d0ba0dac59355a21e9a820f30f709ef",
    "003_fb9aa3b32827ca50.txt": "0a2a244570cd53bf150adecd503b5b161a1945dbe94e2d92a730a9e59a0944a2",
    "004_06c27f291b6d8def.txt": "f2f74d5e776d80d78a2fffad87e8c984de8d8ebcbe9a32273983b8c7268da666",
    "feed.yaml": "de68f80ac33ed3f1e33f890aa81a879572d2c4f3d500cf216337cf6b25167e9f",
}


def test_the_seeds_are_byte_for_byte_what_they_were_given_as() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SEEDS.iterdir()}
    assert found == DIGESTS


def test_every_paragraph_of_every_seed_is_a_post_that_stands_in_it() -> None:
    feed = read_feed(SEEDS)
    assert feed.problems.kept == []
    for name in DIGESTS.keys() - {"feed.yaml"}:
        text = (SEEDS / name).read_text(encoding="utf-8")
        items = [item for item in feed.items if item.doc == name]
        assert [item.text for item in items] == [line.strip() for line in text.splitlines() if line.strip()]
        assert all(text[item.offset : item.offset + len(item.text)] == item.text for item in items)
        assert [item.position for item in items] == list(range(len(items)))
