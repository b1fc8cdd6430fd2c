"""What a person is shown of alerts, claims and a replay. Everything that came from a feed goes through `safe`."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from monitor.alerting import say
from monitor.display import json_safe, safe
from monitor.models import OUTLET, Alert, Claim, Decision, Filing, Kind, Ledger, Link, Sighting, Stance
from monitor.sinks import readable

BADGES = {
    Kind.NEW: ("NEW", "bold black on green"),
    Kind.UPDATED: ("UPDATE", "bold black on yellow"),
    Kind.CORROBORATED: ("CORROBORATED", "bold black on cyan"),
    Kind.DISPUTED: ("DISPUTED", "bold white on red"),
    Kind.SINK_DISABLED: ("SINK DISABLED", "bold white on magenta"),
    Kind.SINK_TEST: ("TEST", "bold"),
}
DECISIONS = {
    Decision.NEW: "green",
    Decision.REPEAT: "dim",
    Decision.UPDATE: "yellow",
    Decision.DISPUTE: "red",
}
STATUSES = {"disputed": "red", "denied": "magenta", "confirmed": "green", "unverified": "dim"}

LONGEST_QUOTE = 600
"""Characters shown of one statement."""
CONSIDERED = 2
"""Claims that a sighting was compared with and that are shown with it, the nearest."""


def short(identifier: str) -> str:
    """An id as people read and type it: `claim_3f2a9c1b0d4e5f60` is `3f2a9c1b`."""
    return safe(identifier.removeprefix("claim_")[:8] if identifier.startswith("claim_") else identifier)


def moment(at: datetime) -> str:
    return f"{at:%d %b %H:%M}"


def quoted(text: str, limit: int = LONGEST_QUOTE) -> str:
    """The statement in quotation marks of its own, on one line."""
    return f"“{safe(' '.join(text.split()), limit=limit)}”"


def as_json(value: dict[str, Any]) -> str:
    """One line; the same value gives the same line."""
    return json_safe(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


# --- alerts


def alert(told: Alert) -> RenderableType:
    """An alert for a terminal: a badge and a few wrapped lines."""
    name, style = BADGES[told.kind]
    row = Table.grid(padding=(0, 1), expand=True)
    row.add_column(width=12, style="dim", no_wrap=True)
    row.add_column(ratio=1)
    first = Text.assemble((f" {name} ", style), " ")
    who, says = _says(told)
    first.append(who, style="bold")
    first.append(says, style="dim")
    row.add_row(moment(told.event_time), first)
    row.add_row("", Text(_said(told)))
    change = _change(told)
    if change is not None:
        row.add_row("", change)
    row.add_row(Text(f"#{told.seq}", justify="right"), Text(_circumstances(told), style="dim"))
    for words in _suppressed(told):
        row.add_row("", Text(words, style="magenta"))
    return Padding(row, (0, 0, 1, 0))


def print_alert(console: Console, told: Alert) -> None:
    """An alert on a terminal, or one line of it for a pipe."""
    if console.is_terminal:
        console.print(alert(told), highlight=False)
    else:
        print_plain(console, [alert_line(told)])


def alert_line(told: Alert) -> Text:
    """All of an alert in one line without colour, for pipes and grep."""
    change = _change(told)
    parts = [
        f"{told.event_time:%Y-%m-%dT%H:%M:%SZ}",
        f"#{told.seq}",
        str(told.kind),
        f"{''.join(_says(told))}:",
        _said(told),
        *(
            f"[{words}]"
            for words in (change.plain if change else "", _circumstances(told), *_suppressed(told))
            if words
        ),
    ]
    return Text(" ".join(parts))


def _says(told: Alert) -> tuple[str, str]:
    """Who, and how: of a claim, or of a sink."""
    if told.claim is None:
        return safe(told.sink.name if told.sink else "", limit=80), f" is {told.status}"
    return readable.who(told, told.claim)


def _said(told: Alert) -> str:
    """The claim's words, or what is about a sink."""
    if told.claim is None:
        return safe(told.reason, limit=300)
    return quoted(readable.said(told, told.claim))


def _change(told: Alert) -> Text | None:
    if told.kind is Kind.UPDATED and told.figure and len(told.figure.history) > 1:
        before, now = told.figure.history[-2:]
        text = Text(f"{safe(told.figure.what, limit=60)}  ")
        text.append(_number(before.value), style="strike dim")
        text.append(" → ")
        text.append(_number(now.value), style="bold yellow")
        return text
    if told.kind is Kind.NEW and told.figure:
        return Text.assemble(f"{safe(told.figure.what, limit=60)}  ", (_number(told.figure.value), "bold"))
    if told.kind in (Kind.CORROBORATED, Kind.DISPUTED):
        return Text(safe(told.reason, limit=300), style="cyan" if told.kind is Kind.CORROBORATED else "red")
    return None


def _suppressed(told: Alert) -> list[str]:
    """Who is not told, and why."""
    return [f"not to {safe(one.sink, limit=64)}: {safe(one.because, limit=400)}" for one in told.suppressed]


def _circumstances(told: Alert) -> str:
    """Where, who carried it, which claim; for a sink, from which alert on it waits."""
    if told.claim is None or told.claim_id is None or told.counts is None:
        waits = told.sink.oldest_pending if told.sink else None
        return f"waits from #{waits} on" if waits else ""
    outlets = list(dict.fromkeys(safe(source.outlet, limit=60) for source in told.sources))
    rest = told.counts.outlets - min(len(outlets), 3)
    carried = ", ".join(outlets[:3]) + (f" and {rest} more" if rest > 0 else "")
    places = ", ".join(safe(place, limit=60) for place in told.claim.places[:3])
    return " · ".join(part for part in (places, carried, f"claim {short(told.claim_id)}") if part)


def _number(value: float) -> str:
    return f"{value:g}" if value < 1e6 else f"{value:,.0f}"


# --- claims


def claims_table(claims: Sequence[Claim]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, expand=True, header_style="bold", padding=(0, 1), pad_edge=False)
    table.add_column("claim", no_wrap=True, style="cyan")
    table.add_column("first seen", no_wrap=True, style="dim")
    table.add_column("who claims what", ratio=1, min_width=24)
    table.add_column("figure", no_wrap=True, max_width=14)
    table.add_column("seen", justify="right", no_wrap=True)
    table.add_column("by", justify="right", no_wrap=True)
    for one in claims:
        table.add_row(
            short(one.id),
            moment(one.first_seen),
            _who_claims_what(one),
            Text(_figures(one.ledger, last=2)),
            str(one.sightings),
            str(len(one.outlets)),
        )
    return table


def _who_claims_what(one: Claim) -> Text:
    """Of one outlet's own statement, the outlet; the status where it is more than asserted."""
    who = one.outlets[0] if one.claimant == OUTLET else one.claimant
    text = Text(safe(who, limit=60), style="bold")
    if one.status != Stance.ASSERTED:
        text.append(f" ({one.status})", style=STATUSES.get(one.status, ""))
    return Text.assemble(text, ": ", safe(" ".join(one.text.split()), limit=110))


def claims_lines(claims: Iterable[Claim]) -> Iterable[Text]:
    """A claim a line, tabs between the columns, for pipes."""
    for one in claims:
        columns = (
            one.id,
            f"{one.first_seen:%Y-%m-%dT%H:%M:%SZ}",
            one.status,
            safe(one.claimant, limit=80),
            _figures(one.ledger),
            str(one.sightings),
            str(len(one.outlets)),
            safe(" ".join(one.text.split())),
        )
        yield Text("\t".join(columns))


def _figures(ledger: Ledger | None, last: int = 10) -> str:
    return " → ".join(say(reading).replace("at least ", "≥") for reading in ledger.readings[-last:]) if ledger else ""


def claim_page(one: Claim, filings: Sequence[Filing], others: dict[str, Claim]) -> RenderableType:
    """All that is known of a claim: itself, its figures over time, its links, its sightings and why each was told.

    `others` are the claims that it is linked with or that its sightings were compared with, by id.
    """
    parts: list[RenderableType] = [Panel(_about(one), title=Text(one.id), title_align="left", border_style="cyan")]
    if one.ledger:
        parts += [_heading(f"Figures: {safe(one.ledger.what, limit=60)}"), _readings(one.ledger)]
    links = [("disputes", link) for link in one.disputes] + [("disputed by", link) for link in one.disputed_by]
    if links:
        parts += [_heading("Disputes"), *(_link(word, link, others.get(link.claim_id)) for word, link in links)]
    missing = one.sightings - len(filings)
    parts.append(_heading(f"Sightings: {one.sightings}" + (f" (the last {len(filings)} of them)" if missing else "")))
    parts += [_filing(filing, others) for filing in filings]
    return Group(*parts)


def _heading(words: str) -> RenderableType:
    return Padding(Text(words, style="bold"), (1, 0, 0, 0))


def _about(one: Claim) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    grid.add_row("says", Text(safe(one.claimant), style="bold"))
    grid.add_row("that", Text(quoted(one.text)))
    grid.add_row("status", Text(f"{one.status} (made as {one.stance})" if one.status != one.stance else one.status))
    grid.add_row("where", Text(safe(", ".join(one.places)) or "not said"))
    grid.add_row("about", Text(safe(", ".join(one.actors)) or "not said"))
    grid.add_row("seen", Text(f"{one.first_seen:%Y-%m-%d %H:%M} to {one.last_seen:%Y-%m-%d %H:%M} UTC"))
    grid.add_row("by", Text(safe(", ".join(one.outlets))))
    grid.add_row("claimants", Text(safe(", ".join(one.claimants))))
    grid.add_row("roots", Text(f"{len(one.origins)} independent"))
    grid.add_row("told as", Text(", ".join(one.alerted) or "nothing yet"))
    return grid


def _readings(ledger: Ledger) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for reading in ledger.readings:
        grid.add_row(
            "", Text(moment(reading.at), style="dim"), Text(say(reading), style="bold"), Text(safe(reading.claimant))
        )
    return grid


def _link(word: str, link: Link, other: Claim | None) -> RenderableType:
    text = Text.assemble((f"  {word} ", "red"), (short(link.claim_id), "cyan"))
    if other:
        text.append(f"  {safe(other.claimant, limit=60)}: {quoted(other.text, 200)}")
    text.append(f"  {safe(link.because, limit=200)}", style="dim")
    return text


def _filing(filing: Filing, others: dict[str, Claim]) -> RenderableType:
    seen = filing.sighting
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=12, style="dim", no_wrap=True)
    grid.add_column()
    head = Text.assemble((f"{filing.decision}", DECISIONS[filing.decision]), f"  {safe(seen.outlet)}")
    head.append(f"  {safe(seen.doc)}:{seen.start}-{seen.end}", style="dim")
    grid.add_row(moment(seen.published_at), head)
    grid.add_row(Text(f"#{filing.number}", justify="right"), Text(quoted(seen.text)))
    grid.add_row("", Text(_attribution(seen), style="dim"))
    if seen.url:
        grid.add_row("", Text(safe(seen.url, limit=300), style="dim"))
    grid.add_row("", Text(f"filed: {safe(filing.because, limit=400)}", style="dim"))
    for link in filing.considered[:CONSIDERED]:
        grid.add_row("", _refused(link, others.get(link.claim_id)))
    if rest := filing.considered[CONSIDERED:]:
        vetoed = sum(link.because.startswith("vetoed") for link in rest)
        more = f"nor {len(rest)} more: {vetoed} vetoed, {len(rest) - vetoed} with too little in common"
        grid.add_row("", Text(more, style="dim"))
    grid.add_row("", Text(safe(filing.told or "not decided yet", limit=400), style="dim"))
    return Padding(grid, (0, 0, 1, 0))


def _refused(link: Link, other: Claim | None) -> Text:
    """A claim that the sighting was compared with, and why it is not that one."""
    text = Text.assemble(("not ", "dim"), (short(link.claim_id), "cyan"), style="dim")
    if other:
        text.append(f" {safe(other.claimant, limit=40)}: {quoted(other.text, 80)}")
    return text.append(f" {safe(link.because, limit=200)}")


def _attribution(seen: Sighting) -> str:
    said = f"{safe(seen.claimant)} ({seen.stance})"
    said += f", “{safe(seen.cue)}”" if seen.cue else ""
    said += f", via {safe(seen.via)}" if seen.via else ""
    said += f", first with {safe(seen.credit)}" if seen.credit else ""
    figures = "; ".join(f"{safe(figure.text)} {safe(figure.what)}" for figure in seen.figures)
    places = safe(", ".join(seen.places))
    return " · ".join(part for part in (said, figures, places) if part)


def print_plain(console: Console, lines: Iterable[Text]) -> None:
    """One line each, however long and with its tabs, for pipes."""
    for line in lines:
        console.file.write(line.plain + "\n")
    console.file.flush()
