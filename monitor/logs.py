"""One event a line, to stderr: JSON for machines, aligned and coloured on a terminal.

Whatever a value holds, nothing of it reaches a terminal or a log reader raw.
"""

import contextlib
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal, TextIO, cast

import structlog

from monitor.display import json_safe, safe

LONGEST_VALUE = 2_000
"""Characters of one value; a traceback may have ten times as many."""


class _Stderr:
    """What `sys.stderr` is at the moment, so that a live display can keep the lines above itself.

    Where nobody reads any more, or a disk is full, the line is lost and the work goes on.
    """

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            return sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def setup(level: str, form: Literal["auto", "json", "console"]) -> None:
    """Sends structlog and the standard library's logging to stderr: our own events from `level` ("debug", ...) on,
    those of libraries when something is wrong.

    Our own go straight there, not through the standard library: there is one for each delivery, and so it costs half.
    """
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    last: list[structlog.typing.Processor] = [
        _escape if console else _shorten,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if console else _render_json,
    ]
    structlog.configure(
        processors=[*shared, *last],
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Stderr())),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


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
