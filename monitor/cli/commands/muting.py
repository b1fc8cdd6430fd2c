"""`mute add`, `list` and `expire`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor.cli.options import AsJson, Config, Data, Topic, configured, finish

app = typer.Typer(help="Keeps alerts from all sinks but the log for a while: add, list, expire.", no_args_is_help=True)


@app.command("add", short_help="Mutes what matches")
def add(
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
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.mutes import add_mute, made  # noqa: PLC0415

    wanted = made(matcher, lasting=lasting, until=until, author=author, reason=reason, now=datetime.now(UTC))
    finish(add_mute(settings, wanted, named=topic is not None))


@app.command("list", short_help="Lists the mutes")
def listed(json: AsJson = False, config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Lists the mutes by their end; those that are over stay listed for a week.

    \b
    Examples:
      monitor mute list
      monitor mute list --json | jq -r .reason
    """
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.mutes import show_mutes  # noqa: PLC0415

    finish(show_mutes(settings, named=topic is not None, json=json))


@app.command("expire", short_help="Ends a mute now")
def expire(
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
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.mutes import expire_mute  # noqa: PLC0415

    finish(expire_mute(settings, mute_id, named=topic is not None))
