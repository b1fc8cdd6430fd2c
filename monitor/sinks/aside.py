"""Calls that may block for ever, made where they block nobody else."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Busy(Exception):
    """The call before has not come back yet."""


class Aside:
    """Runs calls in threads of their own, one at a time; none of them can hold up the end of the process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._running: Future[Any] | None = None

    async def run(self, call: Callable[[], T]) -> T:
        """What the call returns or raises. Busy while one that was given up still runs: no second one is begun."""
        if self._running is not None and not self._running.done():
            raise Busy("the attempt before has not come back yet")
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from here on giving up waiting cancels nothing

        def work() -> None:
            try:
                future.set_result(call())
            except BaseException as error:  # whoever waits for it gets it, as from any call
                future.set_exception(error)

        self._running = future
        threading.Thread(target=work, name=self._name, daemon=True).start()
        return await asyncio.wrap_future(future)
