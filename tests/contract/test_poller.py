"""The poller, whatever its sources and the store do."""

import asyncio
import logging
from datetime import timedelta

import pytest

from monitor.poller import Poller
from monitor.protocols import Batch
from monitor.store import Store


class Endless:
    """A source whose answer never comes."""

    name = "endless"

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def poll(self, cursor: str | None, limit: int) -> Batch:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError("nothing ends the wait")


async def test_a_turn_under_way_is_given_up_at_the_end_without_a_word(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    source, stopping = Endless(), asyncio.Event()
    poller = Poller(sources=[(source, timedelta(milliseconds=10))], posts=store.posts)
    running = asyncio.create_task(poller.run(stopping))
    await source.asked.wait()
    under_way = asyncio.all_tasks()
    stopping.set()
    await running
    await asyncio.wait(under_way - {asyncio.current_task(), running}, timeout=5)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
