"""Receivers that are down, fail or hang at first: the log is complete at once, and each gets all in order later."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from tests.processes import Receiver, Request, configuration, free_port, receiving, webhook
from tests.scenarios.conftest import Replayed
from tests.scenarios.running import running

HANG_S = 60


def fails_first(failure: Callable[[], int]) -> Callable[[Request], int]:
    """Answers the first request with `failure`, the others well."""
    failed = Event()

    def answer(_: Request) -> int:
        if failed.is_set():
            return 200
        failed.set()
        return failure()

    return answer


def test_receivers_that_fail_at_first_get_everything_in_order(dozen_replayed: Replayed, folder: Path) -> None:
    log, over = folder / "data/alerts.jsonl", Event()

    def hang() -> int:
        over.wait(HANG_S)
        return 500

    with ExitStack() as stack:
        fails = stack.enter_context(receiving(fails_first(lambda: 500)))
        hangs = stack.enter_context(receiving(fails_first(hang)))
        stack.callback(over.set)
        port = free_port()
        sinks = [
            {"kind": "log"},
            webhook(fails, "fails"),
            webhook(hangs, "hangs", timeout="1s"),
            webhook(Receiver(port), "down"),
        ]
        words = ("--speed", "max", "--config", configuration(folder, sinks=sinks), "--data", folder / "data")
        replay = stack.enter_context(running("replay", dozen_replayed.feed, *words, log=folder / "log"))
        replay.wait_until(lambda: log.exists() and log.read_bytes() == dozen_replayed.log, "the log is complete")
        assert not fails.requests + hangs.requests, "the log waited for nobody"
        up = stack.enter_context(receiving(port=port))
        replay.ends_well()
    for receiver in (fails, hangs, up):
        assert [request.id for request in receiver.requests] == [alert["alert_id"] for alert in dozen_replayed.alerts]
