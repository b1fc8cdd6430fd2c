"""What somebody who watches a replay sees: each alert as it comes, a line that counts, and a summary at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from monitor.app import Summary, Tally, Told
from monitor.cli import render
from monitor.display import safe
from monitor.models import Alert, Kind

PROBLEMS_SHOWN = 20
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
    posts = f"posts of {tally.expected:,}" if tally.expected else "posts"
    parts = ((tally.posts, posts), (tally.sightings, "sightings"), (tally.claims, "claims"), (told, "alerts"))
    text = Text()
    for number, word in parts:
        text.append(f" {number:>5,}", style="bold")
        text.append(f" {word} ", style="dim")
    return text


def print_summary(console: Console, done: Summary) -> None:
    """The numbers of a replay, what was repeated most, and what was wrong with the feed."""
    console.print(_numbers(done), highlight=False)
    if done.most_repeated:
        console.print(Text("\nMost repeated claims", style="bold"))
        console.print(_repeated(done), highlight=False)
    if done.problems:
        console.print(Text(f"\nWrong in the feed: {len(done.problems)}", style="bold yellow"))
        for problem in done.problems[:PROBLEMS_SHOWN]:
            console.print(Text(f"  {safe(problem, limit=500)}"), soft_wrap=True)
        if len(done.problems) > PROBLEMS_SHOWN:
            console.print(Text(f"  and {len(done.problems) - PROBLEMS_SHOWN} more", style="dim"))


def _numbers(done: Summary) -> Table:
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
    return grid


def _by_kind(tally: Tally) -> Text:
    text = Text()
    for kind in Kind:
        if tally.alerts[kind]:
            text.append(" · " if text else "")
            text.append(f"{tally.alerts[kind]:,} {WORDS[kind]}", style=STYLES[kind])
    return text


def _repeated(done: Summary) -> Table:
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
