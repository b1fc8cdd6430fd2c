"""The processes that the chaos of deliveries kills: `tests.crash.parts sender URL PORT LOG`, `receiver PORT FILE`.

The sender is one dispatcher to the alert log and a webhook, as the daemon has it, only that it tries again sooner. The
receiver notes each request on the disk before it answers.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from aiohttp import web

from monitor.backoff import Schedule
from monitor.dispatcher import Dispatcher, Lane
from monitor.sinks.guard import Guard
from monitor.sinks.log import LogSink
from monitor.sinks.webhook import Limits, WebhookSink
from monitor.store import Store
from tests.delivering import SECRET

TOPIC = "chaos"
SINKS = ("log", "desk")
SOON = Schedule((timedelta(0), timedelta(seconds=0.05), timedelta(seconds=0.2)), jitter=0.5, endless=True)
LEASE = timedelta(seconds=1)


async def send(url: str, port: int, path: Path) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    async with Store(url, topic=TOPIC, sinks=SINKS) as store:
        log = LogSink("log", path)
        guard = Guard([ip_network("127.0.0.0/8")])
        limits = Limits(total_s=0.8, connect_s=0.5, read_s=0.5)
        desk = WebhookSink("desk", f"http://127.0.0.1:{port}/", [SECRET], guard, limits=limits)
        await Dispatcher(store.outbox, [Lane(log, SOON, LEASE), Lane(desk, SOON, LEASE)]).run(stopping)
        await desk.close()
        await log.close()


async def receive(port: int, path: Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def take(request: web.Request) -> web.Response:
        seq = json.loads(await request.read())["data"]["seq"]
        os.write(file, f"{request.headers['webhook-id']} {seq}\n".encode())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    role, *words = sys.argv[1:]
    if role == "sender":
        asyncio.run(send(words[0], int(words[1]), Path(words[2])))
    else:
        asyncio.run(receive(int(words[0]), Path(words[1])))
