"""One event a line, to stderr: JSON for machines, aligned and coloured on a terminal.

Whatever a value holds, nothing of it reaches a terminal or a log reader raw.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

import structlog

from monitor.display import json_safe, safe

LONGEST_VALUE = 2_000
"""Characters of one value; a traceback may have ten times as many."""


class _Stderr:
    """What `sys.stderr` is at the moment, so that a live display can keep the lines above itself."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def setup(level: str, form: Literal["auto", "json", "console"]) -> None:
    """Sends structlog and the standard library's logging to stderr, from `level` ("debug", ...) on."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _escape if console else _shorten,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if console else _render_json,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # Libraries speak up when something is wrong; the monitor's own events are what the level is about.
    logging.getLogger("monitor").setLevel(level.upper())


def _escape(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {
        safe(str(key)): _safe_value(value, lines=key == "exception") if key != "level" else value
        for key, value in event.items()
    }


def _safe_value(value: Any, *, lines: bool) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    return safe(str(value), lines=lines, limit=LONGEST_VALUE * (10 if lines else 1))


def _shorten(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {
        key: value[: LONGEST_VALUE * (10 if key == "exception" else 1)] if isinstance(value, str) else value
        for key, value in event.items()
    }


def _render_json(logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
    first = {key: event.pop(key) for key in ("timestamp", "level", "event") if key in event}
    rendered = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)(logger, name, first | dict(event))
    return json_safe(str(rendered))
