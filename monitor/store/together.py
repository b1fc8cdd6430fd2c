"""Commands that are asked for in the same turn of the loop, or while others are under way, go to the server together.

Packing, sending and waking up once for many costs the process, and the server, much less than once for each, where
many sinks are served; a command that is alone goes out alone, and at once. They are carried out in the order in which
they were asked for. Whoever waits for one is told of its own answer or error; a connection that breaks is told to all
that were under way on it.
"""

import asyncio
from typing import Any

from redis.asyncio import Redis

MOST = 100
"""Commands of one pipeline."""

Words = tuple[str | int | float, ...]


class Together:
    """Called like `Redis.execute_command`, for commands that neither block nor need a connection of their own."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[tuple[Words, asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, *words: str | int | float) -> Any:
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self._waiting.append((words, answer))
        if len(self._waiting) == 1 and not self._running:
            loop.call_soon(self._send)
        return await answer

    def _send(self) -> None:
        now, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._running = asyncio.create_task(self._run(now), name="store:together")
        self._running.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running = None
        if task.cancelled():  # the loop ends
            for _, answer in self._waiting:
                answer.cancel()
        elif self._waiting:
            self._send()

    async def _run(self, waiting: list[tuple[Words, asyncio.Future[Any]]]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for words, _ in waiting:
            pipeline.execute_command(*words)
        try:
            answers = await pipeline.execute(raise_on_error=False)
        except asyncio.CancelledError:
            for _, answer in waiting:
                answer.cancel()
            raise
        except Exception as error:  # each of those who wait translates it, and tries again where that helps
            answers = [error] * len(waiting)
        for (_, answer), said in zip(waiting, answers, strict=True):
            if answer.done():  # who waited has gone
                continue
            if isinstance(said, Exception):
                answer.set_exception(said)
            else:
                answer.set_result(said)
