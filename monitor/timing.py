"""The time that it is, and waiting that ends when the daemon stops."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime


def wall_clock() -> datetime:
    """Now, in UTC: the clock of all that is given no other."""
    return datetime.now(UTC)


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Returns after `seconds`, or as soon as `stopping` is set."""
    # Not `wait_for`: before Python 3.12 it can swallow a cancellation.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()


async def unless_stopped(stopping: asyncio.Event, work: Coroutine[object, object, None]) -> None:
    """Returns when the work is done, or as soon as `stopping` is set: then the work is cancelled."""
    task = asyncio.ensure_future(work)
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    if not task.cancelled():
        task.result()
