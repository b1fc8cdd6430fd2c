"""What the commands that look at the data do, and the receiver: open, print, close."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from monitor import receive
from monitor.cli import check, export, render
from monitor.cli.query import find_claim, reading
from monitor.cli.tail import tail
from monitor.display import json_safe, safe
from monitor.errors import ConfigError
from monitor.models import Alert
from monitor.settings import Settings
from monitor.sinks.signing import Secret


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def show_tail(settings: Settings, *, named: bool, after: int | None, last: int, follow: bool, json: bool) -> None:
    """Alerts as they come, for people or programs."""
    console = Console()

    def show(alert: Alert) -> None:
        if json:
            _line(json_safe(alert.model_dump_json()))
        else:
            render.print_alert(console, alert)

    async with reading(settings, named=named) as store:
        await tail(store, show, after=after, last=last, follow=follow)


async def show_claims(settings: Settings, *, named: bool, json: bool) -> None:
    """All claims: a table, lines, or JSON."""
    console = Console()
    async with reading(settings, named=named) as store:
        if json:
            async for line in export.lines(store, export.What.CLAIMS):
                _line(line)
            return
        claims = [claim async for claim in store.claims.claims()]
    if not console.is_terminal:
        render.print_plain(console, render.claims_lines(claims))
    elif claims:
        console.print(render.claims_table(claims), highlight=False)
    else:
        console.print(Text("Nothing is claimed yet.", style="dim"))


async def show_claim(settings: Settings, wanted: str, *, named: bool, json: bool) -> None:
    """One claim with all that is known of it."""
    console = Console()
    async with reading(settings, named=named) as store:
        claim = await find_claim(store, wanted)
        filings = [filing async for filing in store.claims.filings_of(claim.id)]
        if json:
            sightings = [export.sighting(filing) for filing in filings]
            _line(render.as_json(export.claim(claim) | {"filings": sightings}))
            return
        linked = [link.claim_id for link in (*claim.disputes, *claim.disputed_by)]
        others = {one: found for one in linked if (found := await store.claims.claim(one))}
    console.print(render.claim_page(claim, filings, others), highlight=False)


async def print_export(settings: Settings, what: str, *, named: bool) -> None:
    """JSON Lines of all there is."""
    async with reading(settings, named=named) as store:
        async for line in export.lines(store, export.What(what)):
            sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def show_check(settings: Settings) -> bool:
    """Prints what was found; whether all of it is fine."""
    console = Console(soft_wrap=True, highlight=False)
    fine = True
    async for finding in check.check(settings):
        fine = fine and not finding.problems
        mark, style = ("wrong", "bold red") if finding.problems else ("ok", "green")
        console.print(Text.assemble((f"{mark:<6}", style), f"{safe(finding.what):<14} {safe(finding.said)}"))
        for problem in finding.problems:
            console.print(Text(f"      {safe(problem, limit=500)}"))
    return fine


async def receive_webhooks(
    host: str,
    port: int,
    *,
    envs: Sequence[str],
    files: Sequence[Path],
    json: bool,
    fail_first: int,
    fail_status: int,
) -> None:
    """Receives until SIGTERM or SIGINT. Says on stderr where it listens."""
    secrets = _secrets(envs, files)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)

    def ready(taken: int) -> None:
        believed = f"{len(secrets)} secret{'s'[: len(secrets) != 1]}" if secrets else "NO SECRET: nothing is verified"
        print(f"receiving on http://{host}:{taken}/ with {believed}", file=sys.stderr, flush=True)

    await receive.serve(
        host,
        port,
        secrets,
        sys.stdout,
        stopping,
        json_lines=json,
        fail_first=fail_first,
        fail_status=fail_status,
        ready=ready,
    )


def _secrets(envs: Sequence[str], files: Sequence[Path]) -> list[Secret]:
    secrets = []
    for name in envs:
        if not os.environ.get(name):
            raise ConfigError(f"--secret-env {name}", "the environment variable is not set")
        secrets.append(Secret.parse(os.environ[name], f"--secret-env {name}"))
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"--secret-file {path}", f"can't be read: {error}") from error
        secrets += [Secret.parse(line, f"--secret-file {path}") for line in lines]
    return secrets
