"""Errors of the API: JSON as in RFC 9457, whatever goes wrong."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import HttpVersion11, web

from monitor.display import json_safe
from monitor.errors import MonitorError, StoreError
from monitor.web.answers import Problem

API = "/api/"
DETAIL_CHARS = 500

_log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """What ends a request: the status, in words why, and the parameter that is at fault, if it is one."""

    def __init__(self, status: int, detail: str, parameter: str | None = None, **headers: str) -> None:
        super().__init__(status, detail, parameter)
        self.status = status
        self.detail = detail
        self.parameter = parameter
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem(
    status: int, detail: str, parameter: str | None = None, headers: dict[str, str] | None = None
) -> web.Response:
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail[:DETAIL_CHARS], parameter=parameter)
    return web.Response(
        status=status,
        text=json_safe(body.model_dump_json()),
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"} | (headers or {}),
    )


@web.middleware
async def told_in_json(request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: PLR0911 - one an error
    """Turns what a handler raises into a problem; what is not of the API is left as it is."""
    if not request.path.startswith(API):
        return await handler(request)
    try:
        return await handler(request)
    except Refused as refused:
        return problem(refused.status, refused.detail, refused.parameter, refused.headers)
    except web.HTTPException as error:
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return problem(error.status, error.text or error.reason, headers=headers)
    except StoreError as error:
        return problem(503, str(error), headers={"Retry-After": "1"})
    except MonitorError as error:
        return problem(404, str(error))
    except web.RequestPayloadError:
        return problem(400, "the body is not what its headers say")
    except ConnectionError:
        return problem(400, "the client is gone")  # which nobody reads
    except Exception:
        _log.exception("request.crashed", method=request.method, path=request.path)
        return problem(500, "a mistake of the monitor's own; its log says more")


async def expected(request: web.Request) -> None:
    """Lets a client go on that asks whether it may. The library's own answer to any other wish fails on odd bytes."""
    if request.version == HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer has not begun
