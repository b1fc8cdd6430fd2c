"""`receive` and `check`: what somebody tries who sets it up."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor import logs
from monitor.cli.options import AsJson, Config, Data, Topic, configured, finish

app = typer.Typer()


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

    finish(
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
    settings = configured(config, topic, data)
    if route:
        from monitor.cli.routes import show_route  # noqa: PLC0415

        show_route(settings, route, datetime.now(UTC))
        return
    logs.setup("error", settings.log.format)  # what is found is printed, not logged
    from monitor.cli.check import show_check  # noqa: PLC0415

    if not finish(show_check(settings)):
        raise typer.Exit(2)
