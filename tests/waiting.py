"""Waiting for what is not our own doing: a predicate, polled, with a deadline. Tests never just sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable

DEADLINE_S = 30.0
POLL_S = 0.01


def wait_until_now(predicate: Callable[[], bool], description: str) -> None:
    """For code without a loop. Fails with the description after `DEADLINE_S`."""
    deadline = time.monotonic() + DEADLINE_S
    while not predicate():
        assert time.monotonic() < deadline, f"never happened: {description}"
        time.sleep(POLL_S)


async def wait_until(
    predicate: Callable[[], bool | Awaitable[bool]], description: str, seconds: float = DEADLINE_S
) -> None:
    """The same, letting other tasks run; the predicate may be async."""
    deadline = time.monotonic() + seconds
    while True:
        found = predicate()
        if await found if isinstance(found, Awaitable) else found:
            return
        assert time.monotonic() < deadline, f"never happened: {description}"
        await asyncio.sleep(POLL_S)
