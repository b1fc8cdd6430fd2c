"""Deliveries and sinks by hand on the command line: what is printed, over a real store and with real receivers."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from typer.testing import CliRunner

from monitor.__main__ import app
from monitor.models import Group, Outcome, Verdict, Way
from monitor.signing import Secret, verify
from monitor.store import Store, keys
from tests.commanding import CONTROLS, HOSTILE, Done, Monitor
from tests.conftest import TOPIC, ask
from tests.contract.test_alerts import raise_one
from tests.contract.test_outbox import ATTEMPT, LEASE, RETRY, SOON, lease, only
from tests.processes import SECRET, Receiver, Request, configuration, receiving, webhook

REFUSED = Outcome(verdict=Verdict.DEAD, status=400, error=f"status 400 {HOSTILE}", answer=HOSTILE)
GONE = Outcome(verdict=Verdict.DISABLE, status=410, error=f"status 410 {HOSTILE}", answer="gone")


class Desk:
    """Commands with a configuration of the log and the desk."""

    def __init__(self, monitor: Monitor, folder: Path) -> None:
        self.monitor = monitor
        self.where = ("--config", configuration(folder, receiver=Receiver(1)))

    async def __call__(self, *words: str | Path) -> Done:
        return await self.monitor(*words, *self.where)

    async def objects(self, *words: str) -> list[dict[str, Any]]:
        done = await self(*words, "--json")
        assert done.code == 0, done.err
        return [json.loads(line) for line in done.lines]


@pytest.fixture
def desk(monitor: Monitor, tmp_path: Path) -> Desk:
    return Desk(monitor, tmp_path)


async def refuse(store: Store, outcome: Outcome = REFUSED) -> str:
    """The desk's next delivery ends like this; its webhook id."""
    delivery = await lease(store, "desk")
    attempt = ATTEMPT.model_copy(update=outcome.model_dump(include={"status", "error", "answer"}))
    due = SOON if outcome.verdict is Verdict.DISABLE else None
    assert await store.outbox.settle(delivery, outcome, attempt, due)
    return delivery.id


@pytest.fixture
async def dead(store: Store) -> str:
    """Two alerts, the first of which is dead for the desk; its webhook id."""
    for number in range(2):
        await raise_one(store, f"claim {number}")
    return await refuse(store)


def harmless(shown: str) -> bool:
    """Whether it is what a receiver said, written out, and nothing of it raw."""
    return "\\x1b" in shown and not any(raw in shown for raw in ("\x1b]", "\x1b[31mwere", "\x07", "\u202e", "\x9b"))


# --- deliveries


async def test_what_did_not_arrive_is_listed_with_why(desk: Desk, store: Store, dead: str) -> None:
    listed = await desk("deliveries")
    assert not CONTROLS & set(listed.out)
    rows = [line.split("\t") for line in listed.lines]
    assert [row[1:5] for row in rows] == [
        ["desk/1", "claim.new", "dead", "1"],
        ["log/1", "claim.new", "pending", "0"],
        ["desk/2", "claim.new", "pending", "0"],
        ["log/2", "claim.new", "pending", "0"],
    ]
    assert rows[0][5].startswith(r"status 400 six \x1b[31mwere")
    [shown] = await desk.objects("deliveries", "--state", "dead", "--since", "1h")
    assert shown == (await store.deliveries.listed(["desk"], [shown["state"]]))[0].model_dump(mode="json")
    cut = await desk("deliveries", "--sink", "log", "--limit", "1")
    assert [line.split("\t")[1] for line in cut.lines] == ["log/1"]
    assert cut.err == "There are more: go on with --after 1\n"


async def test_every_attempt_of_one_delivery_is_shown(desk: Desk, dead: str) -> None:
    shown = (await desk("deliveries", "desk/1")).out
    assert not CONTROLS & set(shown)
    for words in ("desk/1", "dead", f"{dead} (claim.new)", "2023-05-22T12:00:00Z", "status 400 six", ", 12 ms"):
        assert words in shown
    assert [one["attempts"][0]["answer"] for one in await desk.objects("deliveries", "desk/1")] == [HOSTILE]


async def test_what_went_in_a_digest_is_shown_with_the_digests_attempts(desk: Desk, store: Store) -> None:
    ways = (Way(sink="desk", group=Group(name="g", wait=timedelta(0), interval=timedelta(0))),)
    for number in range(2):
        await raise_one(store, f"claim {number}", ways=ways)
    # Groups go by the wall clock.
    digest = only(await store.outbox.lease("desk", datetime.now(UTC) + LEASE, LEASE))
    assert await store.outbox.settle(digest, RETRY, ATTEMPT, SOON)
    rows = [line.split("\t") for line in (await desk("deliveries")).lines]
    assert [(row[1], row[5]) for row in rows] == [
        ("desk/1", "in the digest desk/2"),
        ("desk/2", "status 200; again at 2023-05-22T12:00:05Z"),
    ]
    first, both = await desk.objects("deliveries", "desk/1")
    assert (first["id"], first["attempts"], both["id"], len(both["attempts"])) == ("desk/1", [], "desk/2", 1)


async def test_nothing_of_a_receiver_reaches_a_terminal_raw(desk: Desk, store: Store, dead: str) -> None:
    await refuse(store, GONE)
    for words in (("deliveries",), ("deliveries", "desk/1"), ("sinks",)):
        assert harmless(await desk.monitor.on_terminal(*words, *desk.where, width=200))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("deliveries", "--since", "soon"), "'soon' is no moment"),
        (("deliveries", "--state", "lost"), "'lost' is not one of"),
        (("deliveries", "desk/1", "--state", "dead"), "one delivery needs no --sink, --state"),
        (("redeliver",), "give an ID, or --sink NAME"),
        (("redeliver", "desk/1", "--since", "1h"), "one delivery needs no --state or --since"),
        (("sinks", "dance"), "No such command 'dance'"),
        (("sinks", "enable"), "Missing argument 'NAME'"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, words, prog_name="monitor")
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


async def test_a_sink_that_is_not_there_is_told(desk: Desk, dead: str) -> None:
    done = await desk("deliveries", "--sink", "nobody")
    assert (done.code, done.err) == (1, "monitor: 'nobody': there is no such sink; there are log, desk\n")


# --- again


async def test_what_goes_out_again_is_told_and_what_can_not(desk: Desk, store: Store, dead: str, redis: Redis) -> None:
    assert (await desk("redeliver", "desk/1")).out == "desk: 1 queued again\n"
    delivery = await lease(store, "desk")
    assert delivery.id == dead
    assert (await desk("redeliver", dead)).lines == [
        "log: 0 queued again, 1 waited already and may go at once",
        "desk: 0 queued again, 1 waited already and may go at once",
    ]
    assert await store.outbox.settle(delivery, REFUSED, ATTEMPT, None)
    await refuse(store, GONE)
    await ask(redis, "XTRIM", keys.alerts(TOPIC), "MINID", "2-0")
    done = await desk("redeliver", "--sink", "desk", "--since", "1d", "--state", "dead", "--state", "pending", "--json")
    assert (done.code, json.loads(done.out)) == (0, {"sink": "desk", "queued": 0, "waiting": 1, "refused": 0})
    assert done.err == "desk is disabled and gets nothing before `monitor sinks enable desk`\n"
    done = await desk("redeliver", "desk/1")
    assert (done.code, done.out) == (
        1,
        "desk: 0 queued again, 1 can't: their alert is kept no longer, or the queue is full\n",
    )


# --- sinks


async def test_sinks_are_listed_with_their_state_and_why(desk: Desk, store: Store, dead: str) -> None:
    await refuse(store, GONE)
    log, to_desk = [line.split("\t") for line in (await desk("sinks")).lines]
    assert log[:6] == ["log", "log", "ok", "2", "0", "0"]
    assert log[6].startswith("#1 ")
    assert to_desk[:6] == ["desk", "webhook", "disabled", "1", "1", "0"]
    assert to_desk[8].startswith(r"status 410 six \x1b[31mwere")
    found = await desk.objects("sinks", "list")
    assert [(one["sink"], one["kind"], one["state"]) for one in found] == [
        ("log", "log", "ok"),
        ("desk", "webhook", "disabled"),
    ]


async def test_a_sink_is_disabled_and_enabled_by_hand(desk: Desk, store: Store, redis: Redis) -> None:
    await raise_one(store)
    shorter = {"MONITOR_RETENTION_ALERTS": "7d"}
    disabling = await desk.monitor("sinks", "disable", "desk", "--reason", "moves  house", *desk.where, **shorter)
    assert disabling.out == "desk: is disabled\n"
    assert await redis.ttl(keys.sink(TOPIC, "desk")) <= 7 * 86_400, "kept as long as the daemon would keep it"
    disabled = (await store.deliveries.sink("desk")).disabled
    assert disabled
    assert (disabled.because, disabled.by_hand) == ("moves house", True)
    again = (await desk("sinks", "disable", "desk")).out
    assert again.startswith("desk: was disabled before: moves house (since ")
    assert (await desk("sinks", "enable", "desk")).out == "desk: is enabled; 1 wait, from #1 on\n"
    assert (await desk("sinks", "enable", "desk")).out == "desk: was not disabled; 1 wait, from #1 on\n"


# --- a test


async def tried(
    monitor: Monitor, folder: Path, status: int, *options: str, **settings: Any
) -> tuple[Done, list[Request]]:
    """`sinks test desk` with a receiver that answers so, and what it got; there is no data, and no server."""
    got: list[Request] = []

    def answer(request: Request) -> int:
        got.append(request)
        return status

    with receiving(answer) as receiver:
        config = configuration(folder, sinks=[{"kind": "log"}, webhook(receiver, **settings)])
        where = ("--config", config, "--data", folder / "none")
        done = await monitor("sinks", "test", "desk", *options, *where, MONITOR_REDIS_URL="")
    assert not (folder / "none").exists()
    return done, got


async def test_a_test_is_signed_and_ends_well_when_it_arrived(monitor: Monitor, tmp_path: Path) -> None:
    done, [request] = await tried(monitor, tmp_path, 204)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("desk: delivered (status 204, ")
    body = json.loads(request.body)
    assert body["type"] == "sink.test"
    at = datetime.fromisoformat(body["timestamp"])
    assert verify([Secret.parse(SECRET)], request.headers, request.body, at).genuine


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "desk: not delivered; an alert would be dead (status 400, "),
        (503, "desk: not delivered; an alert would be tried again (status 503, "),
        (410, "desk: not delivered; an alert would disable the sink (status 410, "),
    ],
)
async def test_a_test_that_does_not_arrive_ends_with_1(
    monitor: Monitor, tmp_path: Path, status: int, said: str
) -> None:
    done, got = await tried(monitor, tmp_path, status)
    assert (done.code, len(got)) == (1, 1)
    assert done.out.startswith(said)


async def test_a_test_to_an_address_that_is_not_allowed_leaves_nothing(monitor: Monitor, tmp_path: Path) -> None:
    done, got = await tried(monitor, tmp_path, 204, "--json", allow_networks=[])
    assert (done.code, got) == (1, [])
    assert json.loads(done.out)["error"].startswith("the address is refused: ")
