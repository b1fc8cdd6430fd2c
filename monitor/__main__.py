"""The command line: composed of the groups in `monitor.cli.commands`, and how it ends when something goes wrong."""

import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from monitor import __version__
from monitor.cli.commands import delivering, looking, muting, running, trying
from monitor.errors import ConfigError, DataFolderBusy, MonitorError, StoreError

EPILOG = """
Exit codes: 0 done; 1 failed while running; 2 wrong usage or configuration; 3 the store can't be reached or used;
4 another daemon has the data folder; 130 interrupted, 143 terminated (run and replay end with 0 on both).
"""

app = typer.Typer(
    name="monitor",
    help="Watches a feed of posts and tells, once, when somebody claims something new.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for group in (running, looking, delivering):
    app.add_typer(group.app)
app.add_typer(muting.app, name="mute", short_help="Keeps alerts from all sinks but the log for a while")
app.add_typer(trying.app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="The version")] = False,
) -> None:
    """What stands before the command."""


def _exit(code: int, words: str = "") -> NoReturn:
    if words:
        Console(stderr=True, highlight=False, soft_wrap=True).print(words, style="red", markup=False)
    sys.exit(code)


CODES: tuple[tuple[type[MonitorError], int], ...] = (
    (ConfigError, 2),
    (DataFolderBusy, 4),
    (StoreError, 3),
    (MonitorError, 1),
)


def main(command: Callable[[], Any] = app) -> None:
    """Runs the command line; whatever goes wrong on purpose is a line in words and an exit code."""
    from monitor.display import safe  # noqa: PLC0415

    try:
        command()
    except MonitorError as error:
        _exit(next(code for kind, code in CODES if isinstance(error, kind)), f"monitor: {safe(str(error), lines=True)}")


if __name__ == "__main__":
    main()
