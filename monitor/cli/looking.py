"""What the commands that look at the data do: open, print, close."""

import sys

from rich.console import Console
from rich.text import Text

from monitor.cli import export, render
from monitor.cli.query import find_claim, reading
from monitor.cli.tail import tail
from monitor.display import json_safe
from monitor.models import Alert
from monitor.settings import Settings
from monitor.views import view_claim, view_filing


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
            sightings = [
                view_filing(filing).model_dump(mode="json")
                | {"considered": [link.model_dump(mode="json") for link in filing.considered]}
                for filing in filings
            ]
            _line(render.as_json(view_claim(claim).model_dump(mode="json") | {"filings": sightings}))
            return
        linked = {link.claim_id for link in (*claim.disputes, *claim.disputed_by)}
        linked |= {link.claim_id for filing in filings for link in filing.considered[: render.CONSIDERED]}
        others = {one: found for one in linked if (found := await store.claims.claim(one))}
    console.print(render.claim_page(claim, filings, others), highlight=False)


async def print_export(settings: Settings, what: str, *, named: bool) -> None:
    """JSON Lines of all there is."""
    async with reading(settings, named=named) as store:
        async for line in export.lines(store, export.What(what)):
            sys.stdout.write(line + "\n")
    sys.stdout.flush()
