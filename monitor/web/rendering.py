"""How an answer becomes bytes: JSON in which nothing hides, and that no cache keeps."""

from aiohttp import web
from pydantic import BaseModel

from monitor.display import json_safe


def answered(answer: BaseModel) -> web.Response:
    return web.Response(
        text=json_safe(answer.model_dump_json()),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
