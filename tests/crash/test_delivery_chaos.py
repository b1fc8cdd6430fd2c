"""Kills the dispatcher, the server and the receiver at random moments while 2,000 alerts are raised and delivered.

In the end every alert has reached the receiver at least once, more often only under the same webhook id, and stands in
the log exactly once, in order (P2, P3). `MONITOR_CHAOS_RUNS` sets how often; `make chaos` does it fifty times.
"""

import asyncio
import os
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from redis import Redis, RedisError

from monitor.alerting import compose
from monitor.errors import StoreUnavailable
from monitor.models import Kind, Raise, Way
from monitor.store import Store, embedded
from tests.contract.test_claims import record
from tests.crash.parts import SINKS, TOPIC
from tests.processes import ROOT, environment, free_port, kill
from tests.unit.making import NOON, a_sighting
from tests.waiting import wait_until

RUNS = int(os.environ.get("MONITOR_CHAOS_RUNS", "2"))
ALERTS = 2000
OF_A_CLAIM = 20
KILLS = 6


class Part:
    """One of the processes: started again at once when it was killed."""

    def __init__(self, log: Path, *words: object) -> None:
        self._log = log
        self._words = [sys.executable, "-m", "tests.crash.parts", *map(str, words)]
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._words, stdout=log, stderr=log, cwd=ROOT, env=environment())

    def kill(self) -> None:
        kill(self.process.pid)
        self.process.wait()
        self.start()

    def end(self) -> None:
        kill(self.process.pid)
        self.process.wait()


@contextmanager
def parts(url: str, folder: Path) -> Iterator[tuple[Part, Part]]:
    """The sender and the receiver."""
    port = free_port()
    receiver = Part(folder / "receiver.log", "receiver", port, folder / "received")
    sender = Part(folder / "sender.log", "sender", url, port, folder / "alerts.jsonl")
    try:
        yield sender, receiver
    finally:
        sender.end()
        receiver.end()


def kill_server(data: Path) -> None:
    with Redis(unix_socket_path=str(data / "store/server.sock")) as redis:
        try:
            pid = int(redis.info("server")["process_id"])
        except RedisError:
            return
    kill(pid)


async def raise_all(store: Store) -> None:
    """All alerts, a few of a claim at a time, however often the server is away meanwhile."""
    for number in range(ALERTS // OF_A_CLAIM):
        await wait_until(partial(raised, store, number), "the server takes the next alerts", 60)


async def raised(store: Store, number: int) -> bool:
    text = f"{number} people were wounded"
    sighting = a_sighting(text)
    try:
        claim = (await record(store, sighting, terms=((text, 1.0),))).claim
        if claim is None:
            return False
        if claim.alerted:  # the answer got lost
            return True
        raises = [Raise(kind=Kind.UPDATED, ordinal=one, reason="chaos") for one in range(OF_A_CLAIM)]
        ways = tuple(Way(sink=sink) for sink in SINKS)
        due = [(one, alert, ways) for one, alert in zip(raises, compose(claim, raises, sighting, NOON), strict=True)]
        return await store.claims.raise_alerts(claim, sighting.id, due, None)
    except StoreUnavailable:
        return False


async def disturb(chance: random.Random, sender: Part, receiver: Part, data: Path) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        for victim in chance.sample(("sender", "receiver", "server"), chance.choice((1, 1, 2, 3))):
            if victim == "server":
                await asyncio.to_thread(kill_server, data)
            else:
                await asyncio.to_thread((sender if victim == "sender" else receiver).kill)


async def delivered(store: Store) -> bool:
    try:
        return sum([await store.outbox.pending(sink) for sink in SINKS]) == 0
    except StoreUnavailable:
        return False


@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", range(RUNS))
async def test_whatever_is_killed_every_alert_arrives_and_stands_in_the_log_once(
    number: int, tmp_path: Path, server_binary: Path
) -> None:
    chance = random.Random(number)  # noqa: S311 - repeatable moments, no secret
    data = tmp_path / "data"
    async with (
        embedded(data, binary=server_binary) as url,
        Store(url, topic=TOPIC, patience=timedelta(seconds=30)) as store,
    ):
        with parts(url, tmp_path) as (sender, receiver):
            await asyncio.gather(raise_all(store), disturb(chance, sender, receiver, data))
            await wait_until(lambda: delivered(store), "all is delivered", 200)
        ids = [alert.alert_id async for alert in store.alerts.all()]
    assert len(ids) == len(set(ids)) == ALERTS
    check_received((tmp_path / "received").read_text(encoding="ascii"), ids)
    check_log((tmp_path / "alerts.jsonl").read_bytes(), ids)


def check_received(lines: str, ids: list[str]) -> None:
    """Every alert at least once, each id always with the same alert, and never a new one before an older one."""
    seqs: dict[str, set[int]] = defaultdict(set)
    firsts: list[int] = []
    for line in lines.splitlines():
        webhook_id, seq = line.split()
        if webhook_id not in seqs:
            firsts.append(int(seq))
        seqs[webhook_id].add(int(seq))
    assert seqs == {alert_id: {seq} for seq, alert_id in enumerate(ids, 1)}
    assert firsts == sorted(firsts)


def check_log(content: bytes, ids: list[str]) -> None:
    lines = content.splitlines()
    assert content.endswith(b"\n")
    assert [line[: len(f'{{"v":1,"seq":{seq},')] for seq, line in enumerate(lines, 1)] == [
        f'{{"v":1,"seq":{seq},'.encode() for seq in range(1, ALERTS + 1)
    ]
    assert all(alert_id.encode() in line for alert_id, line in zip(ids, lines, strict=True))
