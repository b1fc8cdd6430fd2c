"""Waiting for what is not our own doing: a predicate, polled, with a deadline. Tests never just sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable

DEADLINE_S = 30.0
PROCESS_S = 90.0
"""So long is waited for what another process does."""
POLL_S = 0.01


def wait_until_now(predicate: Callable[[], bool], description: str) -> None:
    """For code without a loop. Fails with the description after `PROCESS_S`."""
    deadline = time.monotonic() + PROCESS_S
    while not predicate():
        assert time.monotonic() < deadline, f"never happened: {description}"
        time.sleep(POLL_S)


async def wait_until(
    predicate: Callable[[], bool | Awaitable[bool]], description: str, seconds: float = DEADLINE_S
) -> None:
    """The same, letting other tasks run, for `seconds`; the predicate may be async."""
    deadline = time.monotonic() + seconds
    while True:
        found = predicate()
        if await found if isinstance(found, Awaitable) else found:
            return
        assert time.monotonic() < deadline, f"never happened: {description}"
        await asyncio.sleep(POLL_S)
