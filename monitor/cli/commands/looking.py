"""`tail`, `claims`, `show` and `export`: what is known, and what was told."""

from typing import Annotated

import typer

from monitor.cli.options import AsJson, Config, Data, Topic, configured, finish

app = typer.Typer()


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
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.looking import show_tail  # noqa: PLC0415

    finish(show_tail(settings, named=topic is not None, after=after, last=lines, follow=follow, json=json))


@app.command(short_help="Lists the claims")
def claims(json: AsJson = False, config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Lists the claims that are known: who says what, how often it was seen, by how many outlets.

    \b
    Examples:
      monitor claims
      monitor claims --json | jq 'select(.sightings > 3)'
    """
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.looking import show_claims  # noqa: PLC0415

    finish(show_claims(settings, named=topic is not None, json=json))


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
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.looking import show_claim  # noqa: PLC0415

    finish(show_claim(settings, claim, named=topic is not None, json=json))


@app.command(short_help="Prints sightings, claims, alerts or parked posts as JSON Lines")
def export(
    what: Annotated[str, typer.Argument(metavar="sightings|claims|alerts|parked", help="What to print")],
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Prints sightings (in the order of the decisions), claims or alerts as JSON Lines.

    `parked` are the posts that could not be handled, each with the reason.

    \b
    Examples:
      monitor export sightings --data replayed > sightings.jsonl
      monitor export alerts | jq -r .kind | sort | uniq -c
      monitor export parked | jq -r .because
    """
    if what not in ("sightings", "claims", "alerts", "parked"):
        raise typer.BadParameter("must be sightings, claims, alerts or parked", param_hint="what")
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.looking import print_export  # noqa: PLC0415

    finish(print_export(settings, what, named=topic is not None))
