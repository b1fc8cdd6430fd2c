"""What somebody who watches a replay sees: each alert as it comes, a line that counts, and a summary at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from monitor.app import Summary, Tally, Told
from monitor.cli import render
from monitor.display import safe
from monitor.models import Alert, Kind

WORDS = {Kind.NEW: "new", Kind.UPDATED: "updated", Kind.CORROBORATED: "corroborated", Kind.DISPUTED: "disputed"}
STYLES = {Kind.NEW: "green", Kind.UPDATED: "yellow", Kind.CORROBORATED: "cyan", Kind.DISPUTED: "red"}


@contextmanager
def watching(console: Console, *, alerts: bool, progress: bool) -> Iterator[Told]:
    """Shows alerts, and below them on a terminal how far it is, while the context lasts."""

    def show(alert: Alert) -> None:
        if alerts:
            render.print_alert(console, alert)

    if not (progress and console.is_terminal):
        yield Told(alert=show, progress=lambda tally: None)
        return
    spinner = Spinner("dots", text=_counts(Tally()), style="cyan")
    with Live(spinner, console=console, refresh_per_second=10, transient=True):
        yield Told(alert=show, progress=lambda tally: spinner.update(text=_counts(tally)))


def _counts(tally: Tally) -> Text:
    told = sum(tally.alerts.values())
    parts = ((tally.posts, "posts"), (tally.sightings, "sightings"), (tally.claims, "claims"), (told, "alerts"))
    text = Text()
    for number, word in parts:
        text.append(f" {number:>5,}", style="bold")
        text.append(f" {word} ", style="dim")
    return text


def summary(done: Summary) -> RenderableType:
    """The numbers of a replay, what was wrong with its feed, and what was repeated most."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(justify="right", style="bold", no_wrap=True)
    grid.add_column()
    tally = done.tally
    grid.add_row("posts", f"{tally.posts:,}", Text(f"{tally.relevant:,} about the topic", style="dim"))
    grid.add_row("sightings", f"{tally.sightings:,}", "")
    grid.add_row("claims", f"{tally.claims:,}", "")
    grid.add_row("alerts", f"{sum(tally.alerts.values()):,}", _by_kind(tally))
    grid.add_row("took", f"{done.seconds:.1f} s", Text(f"{done.peak_memory_mb:.0f} MB at most", style="dim"))
    rows: list[RenderableType] = [grid]
    if done.most_repeated:
        rows.append(Padding(Text("Most repeated claims", style="bold"), (1, 0, 0, 0)))
        rows.append(_repeated(done))
    if done.problems:
        rows.append(Padding(Text(f"Wrong in the feed: {len(done.problems)}", style="bold yellow"), (1, 0, 0, 0)))
        rows += [Text(f"  {safe(problem, limit=300)}") for problem in done.problems[:20]]
        if len(done.problems) > 20:
            rows.append(Text(f"  and {len(done.problems) - 20} more", style="dim"))
    whole = Table.grid()
    whole.add_column()
    for row in rows:
        whole.add_row(row)
    return whole


def _by_kind(tally: Tally) -> Text:
    text = Text()
    for kind in Kind:
        if tally.alerts[kind]:
            text.append(" · " if text else "")
            text.append(f"{tally.alerts[kind]:,} {WORDS[kind]}", style=STYLES[kind])
    return text


def _repeated(done: Summary) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", style="bold", no_wrap=True)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(no_wrap=True, style="cyan")
    grid.add_column()
    for claim in done.most_repeated:
        outlets = f"{len(claim.outlets)} outlet{'s'[: len(claim.outlets) != 1]}"
        text = Text.assemble((f"{safe(claim.claimant, limit=40)}: ", "bold"), render.quoted(claim.text, 120))
        grid.add_row(f"{claim.sightings}×", outlets, render.short(claim.id), text)
    return grid
