"""What several stories look at: one replay of the seeds, and one of a dozen posts, that nobody disturbed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.processes import SECRET, SEEDS, Request, alert_log, configuration, export, receiving, run
from tests.scenarios import news


@dataclass(frozen=True)
class Replayed:
    """A replay that came to its end: of what, its data folder, what it printed, and what its receiver got.

    `believed` is what the published library makes of that at once: it refuses what is older than five minutes.
    """

    feed: Path
    data: Path
    config: Path
    printed: str
    requests: list[Request]
    believed: list[Any]

    @property
    def log(self) -> bytes:
        return (self.data / "alerts.jsonl").read_bytes()

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return alert_log(self.data)


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder with a short name: the path of a socket may not be long."""
    folder = Path(tempfile.mkdtemp(prefix="monitor-story-"))
    try:
        yield folder
    finally:
        try:
            rmtree(folder)
        except FileNotFoundError:  # a server that was just ending has removed its socket meanwhile
            rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with a_folder() as made:
        yield made


@pytest.fixture(scope="session")
def seeds_replayed() -> Iterator[Replayed]:
    with a_folder() as made, receiving() as receiver:
        config = configuration(made, receiver=receiver)
        done = run("replay", SEEDS, "--speed", "max", "--config", config, "--data", made / "data")
        library = Webhook(SECRET)
        believed = [library.verify(request.body, request.headers) for request in receiver.requests]
        yield Replayed(SEEDS, made / "data", config, done.stdout, receiver.requests, believed)


@pytest.fixture(scope="session")
def sightings(seeds_replayed: Replayed) -> list[dict[str, Any]]:
    return export("sightings", seeds_replayed.data)


@pytest.fixture(scope="session")
def claims(seeds_replayed: Replayed) -> list[dict[str, Any]]:
    return export("claims", seeds_replayed.data)


@pytest.fixture(scope="session")
def dozen_replayed() -> Iterator[Replayed]:
    with a_folder() as made:
        feed = news.write(made / "posts.jsonl", news.posts())
        config = configuration(made)
        done = run("replay", feed, "--speed", "max", "--config", config, "--data", made / "data")
        replayed = Replayed(feed, made / "data", config, done.stdout, [], [])
        assert len(replayed.alerts) >= len(news.STATEMENTS)
        yield replayed
