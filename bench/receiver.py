"""A receiver in a process of its own, for the benchmark: paths that answer late, fail, hang, or are dead for a while.

/ok/NAME     204 after the delay      /fail    500 at once
/hang        never answers            /gate    503 until POST /open, then 204
GET /report  how many of each path came, in order or not, and when which webhook id was first seen
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

from aiohttp import web


class Received:
    """What came: counts by path, the time of each id, and whether seqs of a path ever went back."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s
        self.counts: Counter[str] = Counter()
        self.at: dict[str, float] = {}
        self.last: dict[str, int] = {}
        self.swapped = 0
        self.open = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        path = request.path
        if path == "/gate" and not self.open.is_set():
            return web.Response(status=503)
        self.at.setdefault(request.headers.get("webhook-id", ""), time.monotonic())
        self.counts[path] += 1
        seq = int(body[body.index(b'"seq":') + 6 :].partition(b",")[0])
        self.swapped += seq < self.last.get(path, 0)
        self.last[path] = seq
        if path == "/fail":
            return web.Response(status=500)
        if path == "/hang":
            await asyncio.sleep(3600)
        if self.delay_s and path.startswith("/ok/"):
            await asyncio.sleep(self.delay_s)
        return web.Response(status=204)

    async def report(self, _: web.Request) -> web.Response:
        told: dict[str, Any] = {"counts": self.counts, "at": self.at, "swapped": self.swapped}
        self.at, self.counts = {}, Counter()
        return web.json_response(told)

    async def opened(self, _: web.Request) -> web.Response:
        self.open.set()
        return web.Response(status=204)


async def main(delay_s: float) -> None:
    received = Received(delay_s)
    app = web.Application()
    app.router.add_get("/report", received.report)
    app.router.add_post("/open", received.opened)
    app.router.add_post("/{path:.*}", received.take)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps(runner.addresses[0][1]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
