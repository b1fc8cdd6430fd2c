"""A configuration has mistakes: each is told in words with its place, no secret is shown, nothing is begun."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.processes import SECRET, SEEDS, configuration, free_port, run

SECRETS = ("hunter2", SECRET.removeprefix("whsec_"))


def desk(**settings: str) -> dict[str, Any]:
    return {"kind": "webhook", "name": "desk", "url": "https://desk.example.org/", "secret": SECRET, **settings}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sinks": [desk(url="desk")]}, "sinks[0].url: is no webhook URL; it must begin with https:// or http://"),
        ({"sinks": [desk(url="https://:hunter2@/")]}, "sinks[0].url: is no webhook URL: it names no host"),
        ({"sinks": [desk() | {"secret": "hunter2"}]}, "is no webhook secret: it must begin with whsec_"),
        ({"sinks": [desk() | {"secret": "whsec_hunter2"}]}, "is no webhook secret: "),
        ({"redis": {"url": "http://me:hunter2@localhost"}}, "redis.url: must begin with redis://"),
        ({"redis": {"url": "redis://me:hunter2@localhost:port"}}, "redis.url: is no URL"),
        ({"redis": {"url": "redis://localhost/3"}}, "redis.url: names database '3'"),
        ({"worker": {"drain": 8}}, "worker.drain: 8 has no unit"),
    ],
)
def test_a_wrong_setting_is_told_with_its_line_and_exit_code_2(
    folder: Path, settings: dict[str, Any], said: str
) -> None:
    config = configuration(folder, **settings)
    done = run("replay", SEEDS, "--config", config, "--data", folder / "data", status=2)
    assert done.stderr.startswith(f"monitor: '{config}': line 1: ")
    assert said in done.stderr
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
    assert not (folder / "data").exists()


TOPIC = """\
name: test
people:
- {name: Ann Smith, aliases: [Annie]}
- {name: Anna Jones, aliases: [Annie]}
relevance:
  rules:
  - {because: it is, all: [raid]}
  words:
    raid: [raid*]
"""


def test_an_alias_of_two_people_is_told_with_both_places(folder: Path) -> None:
    topic = folder / "topic.yaml"
    topic.write_text(TOPIC)
    told = run("check", "--topic", topic, "--data", folder / "data", status=2).stdout
    assert f"'{topic}': line 4: " in told
    for word in ("Annie", "Anna Jones", "Ann Smith"):
        assert word in told


@contextmanager
def answering(info: str) -> Iterator[int]:
    """The port of something that answers as a Redis of another kind would."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            # One answer a command, however many of them come in one packet.
            while begin := self.rfile.readline():
                words = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2] for _ in range(int(begin[1:]))]
                said = f"${len(info)}\r\n{info}\r\n" if words == [b"INFO"] else "+OK\r\n"
                self.wfile.write(said.encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_is_too_old_is_told_at_once(folder: Path) -> None:
    with answering("redis_version:6.0.0\r\ncluster_enabled:0\r\n") as port:
        url = f"redis://127.0.0.1:{port}"
        done = run("claims", "--config", configuration(folder), status=3, variables={"MONITOR_REDIS_URL": url})
    assert done.stderr.splitlines() == [f"monitor: '{url}': is Redis 6.0.0; Redis 7.0 or later is needed"]


def test_a_server_that_is_not_there_is_told_without_its_password(folder: Path) -> None:
    port = free_port()
    away = {"MONITOR_REDIS_URL": f"redis://me:hunter2@127.0.0.1:{port}"}
    told = run("claims", "--config", configuration(folder), status=3, variables=away).stderr
    assert told.startswith(f"monitor: 'redis://me:***@127.0.0.1:{port}': can't be reached")
    assert "hunter2" not in told
    assert "Traceback" not in told


def test_check_says_that_all_is_well_and_begins_nothing(folder: Path) -> None:
    source = {"kind": "replay", "name": "seeds", "feed": str(SEEDS)}
    config = configuration(folder, sources=[source], sinks=[{"kind": "log"}, desk()])
    done = run("check", "--config", config, "--data", folder / "data")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 5
    assert json.loads(config.read_text())["sinks"][1]["secret"] not in done.stdout
    assert not (folder / "data").exists()
