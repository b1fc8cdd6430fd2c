"""`/healthz`, `/readyz`, `/metrics` and the API over HTTP.

GET /healthz    200 as long as the process answers at all: restart it when it does not
GET /readyz     200, or 503 with what is wrong: {"ready": false, "failing": {"store": "…"}}
GET /metrics    Prometheus' text form
/api/v1/...     as in `api`; who may ask, as in `access`
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from monitor.errors import MonitorError
from monitor.web import health
from monitor.web.access import guarded
from monitor.web.api import Api
from monitor.web.metrics import CONTENT_TYPE, Metrics
from monitor.web.problems import Handler, expected, told_in_json

SHUTDOWN_S = 2.0
LINGERING_S = 2.0
"""So long the rest of a refused body is read and thrown away, so that the client sees the answer."""
BODY_BYTES = 16_384
IDLE_S = 75.0
"""A connection on which no whole request comes for so long is closed, also one on which none came yet."""


def application(
    metrics: Metrics,
    checks: Mapping[str, health.Check],
    refresh: Callable[[], Awaitable[None]],
    api: Api | None = None,
    *,
    token: str | None = None,
    host: str = "127.0.0.1",
) -> web.Application:
    """`refresh` reads the gauges (backlog, queues) before the metrics are rendered; it may raise MonitorError."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def readyz(_: web.Request) -> web.Response:
        failing = await health.run(checks)
        return web.json_response({"ready": not failing, "failing": failing}, status=503 if failing else 200)

    async def show_metrics(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(health.CHECK_S):
                await refresh()
        except (MonitorError, TimeoutError):  # the counters of this process are true all the same
            pass
        return web.Response(body=metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application(client_max_size=BODY_BYTES, middlewares=[told_in_json, guarded(token, host)])
    for path, handler in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", show_metrics)):
        app.router.add_get(path, handler, expect_handler=expected)
    if api is not None:
        api.add_to(app)
    _answer_the_rest(app.router)
    return app


def _answer_the_rest(router: web.UrlDispatcher) -> None:
    """404 and 405 by routes of our own: the library's fail on an odd `Expect` before anything of ours is asked."""

    def refusing(allowed: set[str]) -> Handler:
        async def refuse(request: web.Request) -> web.StreamResponse:
            raise web.HTTPMethodNotAllowed(request.method, allowed)

        return refuse

    async def unknown(_: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound

    for resource in [one for one in router.resources() if isinstance(one, web.Resource)]:
        refuse = refusing({route.method for route in resource})
        resource.add_route("*", refuse, expect_handler=expected)
    router.add_route("*", "/{unknown:.*}", unknown, expect_handler=expected)


async def serve(
    app: web.Application,
    host: str,
    port: int,
    stopping: asyncio.Event,
    ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Serves until `stopping`. Calls `ready` with the port once it listens. MonitorError when it can't listen there."""
    logger = logging.getLogger(f"{__name__}.http")
    logger.addFilter(_no_clients_fault)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=SHUTDOWN_S,
        lingering_time=LINGERING_S,
        keepalive_timeout=IDLE_S,
        logger=logger,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise MonitorError(f"{host}:{port}", f"can't listen there: {error.strerror or error}") from error
        ready(int(runner.addresses[0][1]))
        await stopping.wait()
    finally:
        await runner.cleanup()


def _no_clients_fault(record: logging.LogRecord) -> bool:
    """Garbage at the door is answered (400), and not logged: anybody could fill the disk with it."""
    faults = HttpProcessingError | web.RequestPayloadError | ConnectionError
    return not (record.exc_info and isinstance(record.exc_info[1], faults))
