"""What all commands share: their options, the settings that these make, and how a command's work is run."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from monitor import logs
from monitor.settings import Settings, load_settings

T = TypeVar("T")

CANCEL_AGAIN_S = 2.0

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="MONITOR_CONFIG",
        metavar="FILE",
        help="Configuration; else config/monitor.yaml, if any",
    ),
]
Topic = Annotated[
    Path | None, typer.Option("--topic", metavar="FILE", help="The topic file, instead of the configured one")
]
Data = Annotated[
    Path | None, typer.Option("--data", metavar="FOLDER", help="The data folder, instead of the configured one")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line")]


def configured(
    config: Path | None, topic: Path | None, data: Path | None, *, quiet: bool = False, **overrides: Any
) -> Settings:
    """The settings with what the command line says, and the log set up; `quiet`: warnings alone, unless asked for."""
    if topic is not None:
        overrides["topic"] = str(topic.absolute())
    if data is not None:
        overrides["data"] = str(data.absolute())
    if quiet and not os.environ.get("MONITOR_LOG_LEVEL"):
        overrides["log"] = {"level": "warning"}
    settings = load_settings(config, overrides)
    logs.setup(settings.log.level, settings.log.format)
    return settings


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end; SIGINT and SIGTERM cancel it, unless it deals with them itself, so that all is closed."""
    received: list[int] = []

    async def interruptible() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - for the type checker

        def interrupt(number: int) -> None:
            received.append(number)
            cancel()

        def cancel() -> None:
            # Once more after a while: what is awaited may take a cancellation for its own time limit, and go on.
            task.cancel()
            loop.call_later(CANCEL_AGAIN_S, cancel)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupt, number)
        return await work

    try:
        return asyncio.run(interruptible())
    except asyncio.CancelledError:
        if not received:
            raise
        raise typer.Exit(128 + received[0]) from None
    except BrokenPipeError:
        # Whoever read the output has seen enough. What is still buffered must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
