"""An operator deals with receivers that are gone or refuse: looks, enables, sends again, beside the running daemon."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from tests.processes import Request, ask, configuration, receiving, run, webhook
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import lines, running
from tests.scenarios.test_health import counted, port_of


def by_hand(folder: Path, config: Path, *words: str, **more: Any) -> str:
    """What the command prints, beside the daemon."""
    return run(*words, "--config", config, "--data", folder / "data", **more).stdout


def objects(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def until(over: Event, status: int) -> Callable[[Request], int]:
    """Answers with `status`, and well once it is over."""
    return lambda _: 204 if over.is_set() else status


def test_a_receiver_that_is_gone_is_disabled_loudly_and_gets_everything_in_order_once_it_is_enabled(
    dozen_replayed: Replayed, folder: Path
) -> None:
    back = Event()
    with receiving(until(back, 410)) as desk, receiving() as watch:
        config = configuration(
            folder,
            sinks=[{"kind": "log"}, webhook(desk, "desk"), webhook(watch, "watch")],
            sources=[{"feed": str(dozen_replayed.feed), "speed": "max"}],
            web={"port": 0},
        )
        with running("run", "--config", config, "--data", folder / "data", log=folder / "log") as daemon:
            port = port_of(daemon)
            everything = len(dozen_replayed.alerts) + 1
            daemon.wait_until(lambda: lines(folder / "data/alerts.jsonl") == everything, "all alerts, and of the sink")
            daemon.wait_until(lambda: len(watch.requests) == everything, "the other receiver was told")

            said = [json.loads(line) for line in daemon.printed.splitlines() if '"sink.disabled"' in line]
            assert [(one["level"], one["sink"], one["because"]) for one in said] == [("error", "desk", "status 410")]
            assert counted(ask(port, "/metrics")[1], 'monitor_sink_disabled{sink="desk"}') == 1
            bodies = [json.loads(request.body) for request in watch.requests]
            [told] = [body["data"] for body in bodies if body["type"] == "sink.disabled"]
            assert told["sink"]["name"] == "desk"
            assert told["sink"]["oldest_pending"] == 1
            assert told["reason"] == "status 410; its alerts wait, from #1 on, until it is enabled"

            rows = {row[0]: row for row in (line.split("\t") for line in by_hand(folder, config, "sinks").splitlines())}
            assert rows["desk"][1:4] == ["webhook", "disabled", str(len(dozen_replayed.alerts))]
            assert rows["desk"][6].startswith("#1 ")
            assert rows["desk"][8].startswith("status 410 (since ")
            assert rows["watch"][2:4] == ["ok", "0"]

            assert not desk.requests
            back.set()
            assert by_hand(folder, config, "sinks", "enable", "desk").startswith("desk: is enabled; ")
            daemon.wait_until(lambda: len(desk.requests) == len(dozen_replayed.alerts), "it got what waited")
            daemon.wait_until(lambda: '"sink.enabled"' in daemon.printed, "it is said")
            metrics = ask(port, "/metrics")[1]
            assert counted(metrics, 'monitor_sink_disabled{sink="desk"}') == 0
            assert counted(metrics, 'monitor_pending_deliveries{sink="desk"}') == 0
            daemon.stop()
    assert [request.id for request in desk.requests] == [alert["alert_id"] for alert in dozen_replayed.alerts]


def test_a_dead_letter_is_found_with_its_attempt_and_goes_out_again_under_the_same_id(
    dozen_replayed: Replayed, folder: Path
) -> None:
    third, mended = dozen_replayed.alerts[2], Event()
    with receiving(lambda request: 400 if request.id == third["alert_id"] and not mended.is_set() else 204) as desk:
        config = configuration(folder, receiver=desk, sources=[{"feed": str(dozen_replayed.feed), "speed": "max"}])
        rest = len(dozen_replayed.alerts) - 1
        with running("run", "--config", config, "--data", folder / "data", log=folder / "log") as daemon:
            daemon.wait_until(lambda: len(desk.requests) == rest, "all but one arrived")

            [dead] = objects(by_hand(folder, config, "deliveries", "--state", "dead", "--json"))
            assert (dead["id"], dead["alert_id"], dead["state"]) == ("desk/3", third["alert_id"], "dead")
            assert [attempt["status"] for attempt in dead["attempts"]] == [400]
            assert "status 400" in by_hand(folder, config, "deliveries", "desk/3")

            mended.set()
            assert by_hand(folder, config, "redeliver", "desk/3") == "desk: 1 queued again\n"
            daemon.wait_until(lambda: len(desk.requests) == rest + 1, "it came after all")
            daemon.stop()
        assert desk.requests[-1].id == third["alert_id"]
        assert json.loads(desk.requests[-1].body)["data"]["seq"] == 3
        # Also when no daemon runs; it goes out with the next one's start.
        assert objects(by_hand(folder, config, "deliveries", "--json")) == []
        [again] = objects(by_hand(folder, config, "redeliver", third["alert_id"], "--sink", "desk", "--json"))
        assert again == {"sink": "desk", "queued": 1, "waiting": 0, "refused": 0}
        with running("run", "--config", config, "--data", folder / "data", log=folder / "log") as daemon:
            daemon.wait_until(lambda: len(desk.requests) == rest + 2, "it came once more")
            daemon.stop()
    assert desk.ids[third["alert_id"]] == 2
    assert len(desk.bodies[third["alert_id"]]) == 1, "and the same each time"
