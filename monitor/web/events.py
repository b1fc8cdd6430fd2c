"""The alerts as server-sent events, each as it is raised.

One task waits for new alerts, for all clients; each client then reads what it has not seen, page by page, so that
one that is slow holds a page in memory and no more, and one that takes nothing for `SEND_S` is let go.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from aiohttp import web

from monitor.display import json_safe
from monitor.errors import StoreUnavailable
from monitor.models import Alert
from monitor.protocols import AlertReader
from monitor.timing import pause
from monitor.web.problems import Refused

MOST_CLIENTS = 50
KEEP_ALIVE_S = 15.0
SEND_S = 30.0
PAGE = 20
BLOCK_MS = 1000
STORE_PAUSE_S = 1.0
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # or nginx would keep the events to itself
}

_log = structlog.get_logger(__name__)


class Events:
    """Who follows the alerts over HTTP. `run` must be running; it ends the streams when it ends."""

    def __init__(
        self,
        alerts: AlertReader,
        *,
        most_clients: int = MOST_CLIENTS,
        keep_alive_s: float = KEEP_ALIVE_S,
        send_s: float = SEND_S,
    ) -> None:
        self.clients = 0
        self._alerts = alerts
        self._most_clients = most_clients
        self._keep_alive_s = keep_alive_s
        self._send_s = send_s
        self._newest = 0
        self._changed = asyncio.Event()
        self._over = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Waits for new alerts, and wakes who follows them."""
        try:
            while not stopping.is_set():
                if not self.clients:
                    await self._rest(stopping)
                    continue
                try:
                    newest = await self._alerts.wait(self._newest, BLOCK_MS)
                except StoreUnavailable:  # the dispatcher tells
                    await pause(stopping, STORE_PAUSE_S)
                    continue
                if newest != self._newest:
                    self._newest = newest
                    self._wake()
        finally:
            self.end()

    def end(self) -> None:
        """Ends all streams."""
        self._over = True
        self._wake()

    async def stream(self, request: web.Request, after: int | None) -> web.StreamResponse:
        """The alerts above `after` (None: those that are raised from now on) until one of the two sides goes.

        Refused (503) when too many follow already.
        """
        if self.clients >= self._most_clients:
            raise Refused(503, f"{self._most_clients} clients follow already", Retry_After="30")
        with self._client():
            last = await self._alerts.last_seq()
            seq = last if after is None else min(after, last)
            response = web.StreamResponse(headers=HEADERS)
            await response.prepare(request)
            try:
                await self._send(response, f"retry: 3000\n: behind {seq}\n\n")
                await self._follow(response, seq)
            except TimeoutError:
                _log.warning("events.slow_client", remote=request.remote)
                if request.transport is not None:
                    request.transport.abort()
            except ConnectionError:
                pass  # it is gone, and knows by the last id where to go on
            return response

    async def _follow(self, response: web.StreamResponse, seq: int) -> None:
        while not self._over:
            changed = self._changed  # before looking: what comes while looking wakes again
            try:
                page = await self._alerts.after(seq, PAGE)
            except StoreUnavailable:
                page = []
            for alert in page:
                if alert.seq > seq + 1:
                    await self._send(response, gone(seq + 1, alert.seq - 1))
                await self._send(response, event(alert))
                seq = alert.seq
            if not page and not await _set_within(changed, self._keep_alive_s):
                await self._send(response, ": still here\n\n")

    async def _send(self, response: web.StreamResponse, text: str) -> None:
        async with asyncio.timeout(self._send_s):
            await response.write(text.encode("utf-8"))

    async def _rest(self, stopping: asyncio.Event) -> None:
        """Until somebody follows, or nobody will."""
        waiting = [asyncio.ensure_future(one.wait()) for one in (stopping, self._changed)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    @contextmanager
    def _client(self) -> Iterator[None]:
        self.clients += 1
        self._wake()
        try:
            yield
        finally:
            self.clients -= 1

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def event(alert: Alert) -> str:
    """The event of an alert: its seq as the id that a client goes on from, its kind, the line of the log."""
    return f"id: {alert.seq}\nevent: {alert.kind}\ndata: {json_safe(alert.model_dump_json())}\n\n"


def gone(first: int, last: int) -> str:
    """The event that says which alerts are kept no longer; without an id, so that nothing is skipped by it."""
    return f'event: alerts.gone\ndata: {{"first":{first},"last":{last}}}\n\n'


async def _set_within(changed: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
    return changed.is_set()
