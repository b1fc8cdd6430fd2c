"""Redis goes away or is full while posts come in, and comes back: nothing is lost or told twice."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from monitor.worker import MOST_DELIVERIES
from tests.processes import configuration, export
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import Running, lines, running
from tests.scenarios.servers import Server, serving
from tests.scenarios.test_health import port_of


@contextmanager
def replaying(undisturbed: Replayed, speed: str, folder: Path, binary: Path) -> Iterator[tuple[Server, Running]]:
    """A replay on a server that is then disturbed; in the end all is as it was where nobody did."""
    data, alerts = folder / "data", folder / "data/alerts.jsonl"
    with serving(binary, folder) as server:
        variables = {"MONITOR_REDIS_URL": server.url}
        where = ("--config", configuration(folder), "--data", data)
        words = ("replay", undisturbed.feed, "--speed", speed, *where, "-v")
        with running(*words, log=folder / "log", variables=variables) as replay:
            replay.wait_until(lambda: lines(alerts) >= 2, "two alerts were written")
            yield server, replay
            replay.ends_well()
        for what in ("parked", "claims"):
            assert export(what, data, variables=variables) == export(what, undisturbed.data)
    assert alerts.read_bytes() == undisturbed.log


def test_a_server_that_is_killed_and_comes_back_costs_nothing(
    dozen_replayed: Replayed, folder: Path, server_binary: Path
) -> None:
    with replaying(dozen_replayed, "120", folder, server_binary) as (server, replay):
        server.kill()
        replay.wait_until(lambda: "store.unavailable" in replay.printed, "it says that its store is away")
        server.start()


def test_a_server_that_is_full_for_a_while_costs_nothing(
    seeds_replayed: Replayed, folder: Path, server_binary: Path
) -> None:
    with replaying(seeds_replayed, "max", folder, server_binary) as (server, replay):
        server.limit(1)
        tried = 2 * MOST_DELIVERIES
        replay.wait_until(lambda: replay.printed.count('"worker": ') > tried, "a post is tried again and again")
        server.limit(0)


ASKED = (
    ("GET", "/alerts", None),
    ("GET", "/claims", None),
    ("GET", "/claims/claim_none", None),
    ("GET", "/deliveries?since=1h", None),
    ("GET", "/sinks", None),
    ("GET", "/events", None),
    ("POST", "/redeliver", '{"id": "log/1"}'),
    ("POST", "/redeliver", '{"sink": "log"}'),
    ("POST", "/sinks/log/enable", "{}"),
    ("POST", "/sinks/log/disable", "{}"),
)
"""One question of each kind that needs the store."""


def test_over_http_a_store_that_is_away_is_told_and_the_answers_come_again_with_it(
    dozen_replayed: Replayed, folder: Path, server_binary: Path
) -> None:
    def ask(asked: tuple[str, str, str | None]) -> tuple[int, str, str | None, bytes]:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            method, path, body = asked
            connection.request(method, f"/api/v1{path}", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            kind = answer.headers.get_content_type()
            return answer.status, kind, answer.headers["Retry-After"], answer.read(2000)

    config = configuration(folder, sources=[{"feed": str(dozen_replayed.feed), "speed": "max"}], web={"port": 0})
    where = ("--config", config, "--data", folder / "data")
    with (
        serving(server_binary, folder) as server,
        running("run", *where, log=folder / "log", variables={"MONITOR_REDIS_URL": server.url}) as daemon,
    ):
        port, everything = port_of(daemon), len(dozen_replayed.alerts)
        daemon.wait_until(lambda: lines(folder / "data/alerts.jsonl") == everything, "all alerts were written")
        server.kill()
        with ThreadPoolExecutor(len(ASKED)) as asking:
            answers = list(asking.map(ask, ASKED))
        for asked, (status, kind, retry_after, body) in zip(ASKED, answers, strict=True):
            assert (status, kind, retry_after) == (503, "application/problem+json", "1"), asked
            told = json.loads(body)
            assert told["title"] == "Service Unavailable"
            assert told["detail"].startswith(f"'{server.url}': can't be reached: ")
        assert ask(("POST", "/sinks/nobody/enable", "{}"))[0] == 404, "what needs no store is answered"
        server.start()
        daemon.wait_until(lambda: ask(ASKED[0])[0] == 200, "it answers again")
        again = ask(("GET", f"/alerts?after={everything}", None))
        assert json.loads(again[3]) == {"alerts": [], "after": everything, "first": 1, "last": everything}
        daemon.stop()
    assert "Traceback" not in daemon.printed
