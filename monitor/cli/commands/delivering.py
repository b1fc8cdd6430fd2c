"""`deliveries`, `redeliver` and `sinks`: what arrived, what did not, and what can be done about it."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from monitor.cli.options import AsJson, Config, Data, Topic, configured, finish
from monitor.durations import parse_moment
from monitor.models import DeliveryState

app = typer.Typer()

STATES = "|".join(DeliveryState)

Since = Annotated[
    str | None, typer.Option(metavar="TIME|AGO", help="Of alerts raised since then: 2h, 7d, or 2026-05-22T17:00Z")
]
NamedSink = Annotated[str, typer.Argument(metavar="NAME", help="The sink")]


@app.command(short_help="Lists deliveries, or shows one")
def deliveries(
    delivery: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Instead: all attempts of one, SINK/SEQ, or of an alert by its webhook id"),
    ] = None,
    sink: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Of this sink alone; repeatable")] = None,
    state: Annotated[
        list[DeliveryState] | None,
        typer.Option(metavar=STATES, help="Those that are; repeatable; else pending and dead"),
    ] = None,
    since: Since = None,
    after: Annotated[int, typer.Option(min=0, metavar="SEQ", help="Behind the alert with this number")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="At most so many")] = 100,
    json: AsJson = False,
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Lists what did not arrive yet, or never will, and why; or shows every attempt of one delivery.

    \b
    Examples:
      monitor deliveries --sink desk --state dead --since 1d
      monitor deliveries --state delivered --json | jq .attempts
      monitor deliveries desk/12
    """
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli import deliveries as doing  # noqa: PLC0415

    if delivery is not None:
        if sink or state or since or after:
            raise typer.BadParameter("one delivery needs no --sink, --state, --since or --after", param_hint="ID")
        finish(doing.show_delivery(settings, delivery, named=topic is not None, json=json))
        return
    finish(
        doing.show_deliveries(
            settings,
            named=topic is not None,
            sinks=sink or (),
            states=state or None,
            since=_moment(since),
            after=after,
            limit=limit,
            json=json,
        )
    )


@app.command(short_help="Sends again what did not arrive")
def redeliver(
    delivery: Annotated[
        str | None, typer.Argument(metavar="ID", help="One delivery, SINK/SEQ, or an alert by its webhook id")
    ] = None,
    sink: Annotated[str | None, typer.Option(metavar="NAME", help="To this sink; without an ID all of it")] = None,
    state: Annotated[
        list[DeliveryState] | None,
        typer.Option(metavar=STATES, help="Without an ID: those that are; repeatable; else dead"),
    ] = None,
    since: Since = None,
    json: AsJson = False,
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Sends one delivery again, or all that a sink did not get; each under the webhook id that it had.

    \b
    Examples:
      monitor redeliver desk/12
      monitor redeliver --sink desk --since 2d
      monitor redeliver --sink desk --state dead --state delivered --since 2026-05-22T17:00Z
    """
    if delivery is None and sink is None:
        raise typer.BadParameter("give an ID, or --sink NAME", param_hint="ID")
    if delivery is not None and (state or since):
        raise typer.BadParameter("one delivery needs no --state or --since", param_hint="ID")
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli import deliveries as doing  # noqa: PLC0415

    done = doing.redeliver(
        settings, delivery, sink, named=topic is not None, states=state or None, since=_moment(since), json=json
    )
    if not finish(done):
        raise typer.Exit(1)


class ListsByDefault(TyperGroup):
    """A group whose first command is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = [self.list_commands(ctx)[0], *args]
        return super().parse_args(ctx, args)


sinks = typer.Typer(cls=ListsByDefault, help="Lists the sinks: where they stand. Enables, disables and tests one.")
app.add_typer(sinks, name="sinks", short_help="Lists the sinks; enables, disables and tests one")


@sinks.command("list", short_help="Lists the sinks (also without `list`)")
def sinks_list(json: AsJson = False, config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Lists the sinks: state, queue, the oldest alert that waits, the last success, and why one is disabled.

    \b
    Examples:
      monitor sinks
      monitor sinks --json | jq 'select(.state != "ok")'
    """
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli import deliveries as doing  # noqa: PLC0415

    finish(doing.show_sinks(settings, named=topic is not None, json=json))


@sinks.command("enable", short_help="Goes on with the oldest delivery")
def sinks_enable(name: NamedSink, config: Config = None, topic: Topic = None, data: Data = None) -> None:
    """Takes a disabled sink into service again: it gets all that waits for it, in order.

    \b
    Examples:
      monitor sinks enable desk
    """
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli import deliveries as doing  # noqa: PLC0415

    finish(doing.enable(settings, name, named=topic is not None))


@sinks.command("disable", short_help="Offers it nothing more; what comes waits")
def sinks_disable(
    name: NamedSink,
    reason: Annotated[str | None, typer.Option(metavar="WORDS", help="Why; listed with it")] = None,
    config: Config = None,
    topic: Topic = None,
    data: Data = None,
) -> None:
    """Offers a sink nothing more until it is enabled. What comes meanwhile waits for it.

    \b
    Examples:
      monitor sinks disable desk --reason "moves house until noon"
    """
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli import deliveries as doing  # noqa: PLC0415

    finish(doing.disable(settings, name, reason, named=topic is not None))


@sinks.command("test", short_help="Sends a sink.test and shows the answer")
def sinks_test(
    name: NamedSink, json: AsJson = False, config: Config = None, topic: Topic = None, data: Data = None
) -> None:
    """Sends a signed `sink.test`, once, from here, and shows what came back. Ends with 1 when it did not arrive.

    \b
    Examples:
      monitor sinks test desk
    """
    settings = configured(config, topic, data, quiet=True)
    from monitor.cli.trial import try_sink  # noqa: PLC0415

    if not finish(try_sink(settings, name, json=json)):
        raise typer.Exit(1)


def _moment(written: str | None) -> datetime | None:
    try:
        return None if written is None else parse_moment(written, datetime.now(UTC))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from error
