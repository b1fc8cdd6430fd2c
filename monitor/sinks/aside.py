"""Calls that may block for ever, made where they block nobody else."""

import asyncio
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_Call = tuple[Callable[[], Any], Future[Any]]


class Busy(Exception):
    """The call before has not come back yet."""


class Aside:
    """Runs calls in a thread of its own, one at a time; none of them can hold up the end of the process.

    The thread ends with whoever has this.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._running: Future[Any] | None = None
        threading.Thread(target=_work, args=(self._calls,), name=name, daemon=True).start()
        weakref.finalize(self, self._calls.put, None)

    async def rest(self) -> None:
        """Waits until the call before has come back, whatever came of it."""
        if self._running is not None and not self._running.done():
            await asyncio.wait([asyncio.wrap_future(self._running)])

    async def run(self, call: Callable[[], T]) -> T:
        """What the call returns or raises. Busy while one that was given up still runs: no second one is begun."""
        if self._running is not None and not self._running.done():
            raise Busy("the attempt before has not come back yet")
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # from here on giving up waiting cancels nothing
        self._running = future
        self._calls.put((call, future))
        return await asyncio.wrap_future(future)


def _work(calls: "SimpleQueue[_Call | None]") -> None:
    while (taken := calls.get()) is not None:
        call, future = taken
        try:
            future.set_result(call())
        except BaseException as error:  # whoever waits for it gets it, as from any call
            future.set_exception(error)
        del taken, call, future  # what was called may be all that keeps this thread
