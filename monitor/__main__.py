"""The command line. Each command is a few lines here; what it does stands in `monitor.cli` and `monitor.app`."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from monitor import __version__, logs
from monitor.errors import ConfigError, DataFolderBusy, MonitorError, StoreError
from monitor.settings import Settings, load_settings, parse_speed

EPILOG = """
Exit codes: 0 done; 1 failed while running; 2 wrong usage or configuration; 3 the store can't be reached or used;
4 another daemon has the data folder; 130 interrupted, 143 terminated (run and replay end with 0 on both).
"""

T = TypeVar("T")

CANCEL_AGAIN_S = 2.0

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


@app.command(short_help="Runs the daemon")
def run(config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Runs the daemon until SIGTERM: reads the configured sources, finds claims, sends alerts.

    \b
    Examples:
      monitor run
      monitor run --config /etc/monitor/monitor.yaml
      MONITOR_REDIS_URL=redis://localhost:6379 monitor run
    """
    settings = _settings(config, topic, data)
    if not settings.sources:
        raise ConfigError("sources", "there is none to read; configure one, or use `monitor replay FEED`")
    from monitor import app as daemon  # noqa: PLC0415 - brings the parser along, which takes a second

    _run(daemon.run(settings))


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
    settings = _settings(config, topic, data, quiet=not verbose, sources=[source])
    from monitor import app as daemon  # noqa: PLC0415
    from monitor.cli.watching import print_summary, watching  # noqa: PLC0415

    console = Console()
    with watching(console, alerts=verbose or console.is_terminal, progress=progress) as told:
        done = _run(daemon.replay(settings, told))
    print_summary(console, done)


@app.command(short_help="Follows the alerts")
def tail(
    after: Annotated[int | None, typer.Option(metavar="SEQ", help="Begin behind the alert with this number")] = None,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, metavar="N", help="Without --after: begin with so many")
    ] = 10,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", "-f", help="Go on with each as it comes")] = True,
    json: AsJson = False,
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Shows the alerts, and each new one as it comes.

    \b
    Examples:
      monitor tail
      monitor tail --after 120 --json | jq .claim.text
      monitor tail --no-follow -n 3
    """
    settings = _settings(config, topic, data, quiet=True)
    from monitor.cli.commands import show_tail  # noqa: PLC0415

    _run(show_tail(settings, named=topic is not None, after=after, last=lines, follow=follow, json=json))


@app.command(short_help="Lists the claims")
def claims(json: AsJson = False, config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Lists the claims that are known: who says what, how often it was seen, by how many outlets.

    \b
    Examples:
      monitor claims
      monitor claims --json | jq 'select(.sightings > 3)'
    """
    settings = _settings(config, topic, data, quiet=True)
    from monitor.cli.commands import show_claims  # noqa: PLC0415

    _run(show_claims(settings, named=topic is not None, json=json))


@app.command(short_help="Shows one claim with its sightings")
def show(
    claim: Annotated[
        str, typer.Argument(metavar="CLAIM", help="A claim's id, the beginning of it, or its number as #12")
    ],
    json: AsJson = False,
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Shows a claim: each sighting with its quote and place, its figures over time, and why it was told or not.

    \b
    Examples:
      monitor show 3f2a9c1b
      monitor show '#12' --json
    """
    settings = _settings(config, topic, data, quiet=True)
    from monitor.cli.commands import show_claim  # noqa: PLC0415

    _run(show_claim(settings, claim, named=topic is not None, json=json))


@app.command(short_help="Prints sightings, claims or alerts as JSON Lines")
def export(
    what: Annotated[str, typer.Argument(metavar="sightings|claims|alerts", help="What to print")],
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Prints sightings (in the order of the decisions), claims or alerts as JSON Lines.

    \b
    Examples:
      monitor export sightings --data replayed > sightings.jsonl
      monitor export alerts | jq -r .kind | sort | uniq -c
    """
    if what not in ("sightings", "claims", "alerts"):
        raise typer.BadParameter("must be sightings, claims or alerts", param_hint="what")
    settings = _settings(config, topic, data, quiet=True)
    from monitor.cli.commands import print_export  # noqa: PLC0415

    _run(print_export(settings, what, named=topic is not None))


@app.command(short_help="Receives webhooks and verifies them")
def receive(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="The port; 0 takes a free one")] = 8090,
    secret_env: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="The variable that holds the secret; repeatable")
    ] = None,
    secret_file: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="The file that holds it; repeatable")
    ] = None,
    json: AsJson = False,
    fail_first: Annotated[
        int, typer.Option(min=0, metavar="N", help="Fail so many genuine requests, to see them retried")
    ] = 0,
    fail_status: Annotated[int, typer.Option(min=300, max=599, metavar="STATUS", help="The status to fail with")] = 503,
) -> None:
    """Receives webhooks, verifies their signatures and prints what came: for trying, and as an example.

    \b
    Examples:
      DESK_SECRET=whsec_... monitor receive --secret-env DESK_SECRET
      monitor receive --secret-file desk.secret --json | jq .data.reason
    """
    logs.setup("warning", "auto")
    from monitor.cli.receiving import receive_webhooks  # noqa: PLC0415

    _run(
        receive_webhooks(
            host,
            port,
            envs=secret_env or [],
            files=secret_file or [],
            json=json,
            fail_first=fail_first,
            fail_status=fail_status,
        )
    )


mute = typer.Typer(help="Keeps alerts from all sinks but the log for a while: add, list, expire.", no_args_is_help=True)
app.add_typer(mute, name="mute")


@mute.command("add", short_help="Mutes what matches")
def mute_add(
    matcher: Annotated[
        list[str], typer.Argument(metavar="MATCHER...", help="What an alert must be to be muted, all of it")
    ],
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Why; stands in each alert that is muted")],
    lasting: Annotated[str | None, typer.Option("--for", metavar="DURATION", help="How long from now on")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Or until when, by the clock of the alerts")] = None,
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who wants it so; else the user")] = None,
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Mutes what matches from the next alert on: it stands in the log with the reason, and goes nowhere else.

    \b
    Examples:
      monitor mute add 'kind="claim.corroborated"' --for 2h --author ada --reason "known by now"
      monitor mute add 'claimant=~".*Gladkov"' 'outlets<3' --until 2026-05-22T17:00Z --reason drill
    """
    settings = _settings(config, topic, data, quiet=True)
    from monitor.cli.mutes import add_mute, made  # noqa: PLC0415

    wanted = made(matcher, lasting=lasting, until=until, author=author, reason=reason, now=datetime.now(UTC))
    _run(add_mute(settings, wanted, named=topic is not None))


@mute.command("list", short_help="Lists the mutes")
def mute_list(json: AsJson = False, config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Lists the mutes by their end; those that are over stay listed for a week.

    \b
    Examples:
      monitor mute list
      monitor mute list --json | jq -r .reason
    """
    settings = _settings(config, topic, data, quiet=True)
    from monitor.cli.mutes import show_mutes  # noqa: PLC0415

    _run(show_mutes(settings, named=topic is not None, json=json))


@mute.command("expire", short_help="Ends a mute now")
def mute_expire(
    mute_id: Annotated[str, typer.Argument(metavar="ID", help="The mute's id, as `add` printed it")],
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Ends a mute now.

    \b
    Examples:
      monitor mute expire mute_3f2a9c1b
    """
    settings = _settings(config, topic, data, quiet=True)
    from monitor.cli.mutes import expire_mute  # noqa: PLC0415

    _run(expire_mute(settings, mute_id, named=topic is not None))


@app.command(short_help="Looks for what is wrong with the configuration")
def check(
    route: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL=VALUE", help="Instead: where an alert with this would go now; repeatable"),
    ] = None,
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Looks at the configuration and all that it names: topic, feeds, sinks, Redis. Says what is wrong, and where.

    \b
    Examples:
      monitor check
      monitor check --config config/compose.yaml
      monitor check --route kind=claim.new --route claimant=TASS --route outlets=4
    """
    settings = _settings(config, topic, data)
    if route:
        from monitor.cli.routes import show_route  # noqa: PLC0415

        show_route(settings, route, datetime.now(UTC))
        return
    logs.setup("error", settings.log.format)  # what is found is printed, not logged
    from monitor.cli.check import show_check  # noqa: PLC0415

    if not _run(show_check(settings)):
        raise typer.Exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="The version")] = False,
) -> None:
    """What stands before the command."""


def _settings(
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


def _speed(written: str) -> float | str:
    try:
        return parse_speed(written)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--speed") from error


def _run(work: Coroutine[Any, Any, T]) -> T:
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
