"""`run` and `replay`: the daemon."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from monitor.cli.options import Config, Data, Topic, configured, finish
from monitor.errors import ConfigError
from monitor.settings import parse_speed

app = typer.Typer()


@app.command(short_help="Runs the daemon")
def run(config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Runs the daemon until SIGTERM: reads the configured sources, finds claims, sends alerts.

    \b
    Examples:
      monitor run
      monitor run --config /etc/monitor/monitor.yaml
      MONITOR_REDIS_URL=redis://localhost:6379 monitor run
    """
    settings = configured(config, topic, data)
    if not settings.sources:
        raise ConfigError("sources", "there is none to read; configure one, or use `monitor replay FEED`")
    from monitor import app as daemon  # noqa: PLC0415 - brings the parser along, which takes a second

    finish(daemon.run(settings))


@app.command(short_help="Replays a feed to its end and sums up")
def replay(
    feed: Annotated[
        Path, typer.Argument(metavar="FEED", help="A folder with a feed.yaml or .txt files, or a .jsonl[.gz] file")
    ],
    speed: Annotated[str, typer.Option(metavar="FACTOR|max", help="How many times as fast as it happened")] = "1",
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
    progress: Annotated[bool, typer.Option("--progress/--no-progress", help="The counting line on a terminal")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Alerts also when piped, and the log")] = False,
) -> None:
    """Replays a feed to its end as if it happened now, tells what is claimed in it, and sums up.

    On a terminal the alerts are shown as they come. What was replayed before into the same data is not told again.

    \b
    Examples:
      monitor replay seeds --speed 1400
      monitor replay posts.jsonl.gz --speed max --data replayed --topic config/topics/belgorod.yaml
    """
    source = {
        "kind": "replay",
        "feed": str(feed.absolute()),
        "speed": _speed(speed),
        "every": "100ms",
    }
    settings = configured(config, topic, data, quiet=not verbose, sources=[source])
    from monitor import app as daemon  # noqa: PLC0415
    from monitor.cli.watching import print_summary, watching  # noqa: PLC0415

    console = Console()
    with watching(console, alerts=verbose or console.is_terminal, progress=progress) as told:
        done = finish(daemon.replay(settings, told))
    print_summary(console, done)


def _speed(written: str) -> float | str:
    try:
        return parse_speed(written)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--speed") from error
