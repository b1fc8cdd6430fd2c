"""Deliveries and sinks by hand: where they stand, what came of each attempt, again, on and off.

Over the data, whether the daemon runs or not; it takes notice within two seconds. What receivers answered is hostile
text, as posts are.
"""

import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.cli.query import reading
from monitor.cli.render import as_json, print_plain
from monitor.display import safe
from monitor.errors import ConfigError
from monitor.models import Attempt, DeliveryRecord, DeliveryState, Redelivered
from monitor.operations import BY_HAND, NOT_ARRIVED, Operations
from monitor.settings import Settings
from monitor.views import SinkView

LONGEST_REASON = 300
LONGEST_ERROR = 300
STYLES = {
    "pending": "yellow",
    "delivered": "green",
    "dead": "red",
    "ok": "green",
    "failing": "yellow",
    "disabled": "bold red",
}
"""Of the states of deliveries, and of sinks."""


@asynccontextmanager
async def operating(settings: Settings, *, named: bool) -> AsyncIterator[Operations]:
    """What an operator can do, over the data of the topic."""
    async with reading(settings, named=named) as store:
        yield Operations(
            sinks={sink.name: sink.kind for sink in settings.sinks},
            alerts=store.alerts,
            deliveries=store.deliveries,
            switches=store.outbox,
        )


# --- deliveries


async def show_deliveries(
    settings: Settings,
    *,
    named: bool,
    sinks: Sequence[str],
    states: Sequence[DeliveryState] | None,
    since: datetime | None,
    after: int,
    limit: int,
    json: bool,
) -> None:
    """Where they stand: a table, lines for a pipe, or JSON. Says on stderr when there are more."""
    states = states or NOT_ARRIVED
    async with operating(settings, named=named) as operations:
        found, last = await operations.deliveries(sinks, states, since=since, after=after, limit=limit)
        more, _ = await operations.deliveries(sinks, states, after=last, limit=1) if found else ([], 0)
    console = Console(highlight=False)
    if json:
        print_lines(as_json(record.model_dump(mode="json")) for record in found)
    elif not console.is_terminal:
        print_plain(console, [Text("\t".join(_columns(record))) for record in found])
    elif found:
        console.print(_deliveries(found))
    else:
        console.print(Text(f"No delivery is {' or '.join(states)}.", style="dim"))
    if more:
        _note(f"There are more: go on with --after {last}")


async def show_delivery(settings: Settings, wanted: str, *, named: bool, json: bool) -> None:
    """One delivery with every attempt that is kept, or those of an alert to each sink."""
    async with operating(settings, named=named) as operations:
        found = await operations.delivery(wanted)
        # The attempts of a delivery that went in a digest are those of the digest.
        seen = {record.id for record in found}
        digests = {f"{record.sink}/{record.digest}" for record in found if record.digest is not None} - seen
        found += [record for one in sorted(digests) for record in await operations.delivery(one)]
    if json:
        print_lines(as_json(record.model_dump(mode="json")) for record in found)
    else:
        Console(highlight=False, soft_wrap=True).print(Group(*map(_page, found)))


async def redeliver(
    settings: Settings,
    delivery: str | None,
    sink: str | None,
    *,
    named: bool,
    states: Sequence[DeliveryState] | None,
    since: datetime | None,
    json: bool,
) -> bool:
    """One by its id, or all of `sink` in the states; False when something could not be queued again."""
    async with operating(settings, named=named) as operations:
        if delivery is not None:
            done = await operations.redeliver(delivery, sink)
        else:
            done = await operations.redeliver_since(sink or "", since, states or (DeliveryState.DEAD,))
        disabled = [name for name in done if (await operations.sink(name)).disabled]
    if json:
        print_lines(as_json({"sink": name, **one.model_dump()}) for name, one in done.items())
    else:
        print_lines(f"{name}: {_again(one)}" for name, one in done.items())
    for name in disabled:
        _note(f"{name} is disabled and gets nothing before `monitor sinks enable {name}`")
    return not any(one.refused for one in done.values())


def _again(one: Redelivered) -> str:
    said = [f"{one.queued} queued again"]
    said += [f"{one.waiting} waited already and may go at once"] if one.waiting else []
    said += [f"{one.refused} can't: their alert is kept no longer, or the queue is full"] if one.refused else []
    return ", ".join(said)


# --- sinks


async def show_sinks(settings: Settings, *, named: bool, json: bool) -> None:
    """Where the configured sinks stand: a table, lines for a pipe, or JSON."""
    async with operating(settings, named=named) as operations:
        found = await operations.sinks()
    console = Console(highlight=False)
    if json:
        print_lines(as_json(one.model_dump(mode="json")) for one in found)
    elif console.is_terminal:
        console.print(_sinks(found))
    else:
        print_plain(console, [Text("\t".join(_about(one))) for one in found])


async def enable(settings: Settings, name: str, *, named: bool) -> None:
    async with operating(settings, named=named) as operations:
        changed, one = await operations.enable(name), await operations.sink(name)
    waiting = f"; {one.pending} wait, from #{one.oldest_pending} on" if one.pending else ""
    print(f"{name}: {'is enabled' if changed else 'was not disabled'}{waiting}")


async def disable(settings: Settings, name: str, reason: str | None, *, named: bool) -> None:
    because = " ".join((reason or BY_HAND).split())
    if not because or len(because) > LONGEST_REASON:
        raise ConfigError("--reason", f"must be words, at most {LONGEST_REASON} characters")
    async with operating(settings, named=named) as operations:
        changed, one = await operations.disable(name, because), await operations.sink(name)
    print(f"{name}: {'is disabled' if changed else f'was disabled before: {_why(one)}'}")


# --- what is printed


def print_lines(lines: Iterable[str]) -> None:
    """As they are: JSON, or words of ours."""
    sys.stdout.writelines(line + "\n" for line in lines)
    sys.stdout.flush()


def _note(words: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(words), style="yellow")


def _deliveries(found: Sequence[DeliveryRecord]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("raised", "delivery", "kind", "state", "tries", "last"):
        table.add_column(name, overflow="fold", no_wrap=name in ("raised", "state"))
    for record in found:
        cells = [Text(cell) for cell in _columns(record)]
        cells[3].stylize(STYLES[record.state])
        table.add_row(*cells)
    return table


def _columns(record: DeliveryRecord) -> tuple[str, ...]:
    return _time(record.raised_at), record.id, record.kind or "", record.state, str(record.tries), _last(record)


def _last(record: DeliveryRecord) -> str:
    """What came of the last attempt, and when there will be another."""
    if record.digest is not None and record.digest != record.seq:
        return f"in the digest {record.sink}/{record.digest}"
    last = record.attempts[-1] if record.attempts else None
    said = [came(last.status, last.error)] if last else []
    if record.state is DeliveryState.PENDING and last and record.due:
        said.append(f"again at {_time(record.due)}")
    return "; ".join(said)


def _page(record: DeliveryRecord) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("delivery", Text(record.id, style="bold"))
    grid.add_row("state", Text(record.state, style=STYLES[record.state]))
    grid.add_row("alert", Text(_alert(record)))
    grid.add_row("raised", Text(_time(record.raised_at)))
    if record.digest is not None and record.digest != record.seq:
        grid.add_row("digest", Text(f"{record.sink}/{record.digest}, whose attempts these are:"))
        return Padding(grid, (0, 0, 1, 0))
    if record.state is DeliveryState.PENDING:
        grid.add_row("due", Text(_time(record.due) or "when its digest is, or the one before it has arrived"))
    missing = record.tries - len(record.attempts)
    grid.add_row(
        "tries", Text(f"{record.tries}" + (f", the last {len(record.attempts)} of them:" if missing > 0 else ""))
    )
    for attempt in record.attempts:
        grid.add_row(Text(_time(attempt.at)), Group(*_attempt(attempt)))
    return Padding(grid, (0, 0, 1, 0))


def _alert(record: DeliveryRecord) -> str:
    if record.unreadable:
        return safe(record.unreadable, limit=LONGEST_ERROR)
    return f"{record.alert_id} ({record.kind})" if record.alert_id else "is kept no longer"


def _attempt(attempt: Attempt) -> Iterator[Text]:
    yield Text(f"{came(attempt.status, attempt.error)}, {attempt.duration_ms} ms")
    if attempt.answer:
        yield Text(safe(attempt.answer), style="dim")


def _sinks(found: Sequence[SinkView]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for name in ("sink", "kind", "state", "pending", "dead", "delivered", "oldest pending", "last success", "why"):
        table.add_column(name, overflow="fold")
    for one in found:
        cells = [Text(cell) for cell in _about(one)]
        cells[2].stylize(STYLES[one.state])
        table.add_row(*cells)
    return table


def _about(one: SinkView) -> tuple[str, ...]:
    oldest = f"#{one.oldest_pending} {_time(one.oldest_pending_at)}".strip() if one.oldest_pending else ""
    counts = (str(one.pending), str(one.dead), str(one.delivered))
    return one.sink, one.kind or "", one.state, *counts, oldest, _time(one.last_success), _why(one)


def _why(one: SinkView) -> str:
    if one.disabled:
        return f"{safe(one.disabled.because, limit=LONGEST_ERROR)} (since {_time(one.disabled.since)})"
    return f"failing since {_time(one.failing_since)}" if one.failing_since else ""


def came(status: int | None, error: str | None) -> str:
    """What came of an attempt, in a few words."""
    if error:
        return safe(error, limit=LONGEST_ERROR)
    return f"status {status}" if status is not None else "taken"


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""
