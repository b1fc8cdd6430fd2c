"""Which sink gets an alert, and how: at once, in a digest with others, or not at all. Pure: reads no clock.

The tree is Alertmanager's. An alert enters at the top and goes down into the first route that matches it, and into
the next ones after a route with `continue`; where no route below matches, it leaves to the sinks of the one that it
is in. What a route does not say itself it has from the one above, all but `matchers`, `continue` and
`mute_time_intervals`. A sink gets an alert once, whoever leads to it: by the first route that is not quiet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from monitor.durations import Duration
from monitor.models import Alert, Cause, Group, Mute, Suppressed, Value, Way, digest
from monitor.routing.matchers import NUMBERS, WORDS, Labels, Matcher, Written, instead, parse
from monitor.routing.times import NamedTimes

GROUP_WAIT = timedelta(seconds=30)
GROUP_INTERVAL = timedelta(minutes=5)

NotNegative = Annotated[Duration, Field(ge=timedelta(0))]


def _grouped_by(value: object) -> str:
    if value not in WORDS:
        known = f"{value} is a number" if value in NUMBERS else f"there is no {value!r}"
        raise ValueError(f"{known}; alerts are grouped by {', '.join(WORDS)}")
    return str(value)


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Route(Value):
    """One route of the tree, as it is configured; None: as the one above."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    matchers: Annotated[tuple[Written, ...], BeforeValidator(_listed)] = Field(
        (),
        description='What an alert must be, all of it: `kind="claim.new"`, `claimant=~".*TASS"`, `outlets>=3`.',
    )
    sinks: Annotated[tuple[str, ...] | None, BeforeValidator(_listed)] = Field(
        None, description="Where it goes: names of sinks. At the top, none means all of them."
    )
    go_on: bool = Field(False, alias="continue", description="Whether the routes after this one are asked too.")
    group_by: tuple[Annotated[str, BeforeValidator(_grouped_by)], ...] | None = Field(
        None, description="Alerts that are alike in these come together, in one digest; `[]`: all of the route."
    )
    group_wait: NotNegative | None = Field(
        None, description="How long a digest waits for more after its first alert; 30s for a route that groups."
    )
    group_interval: NotNegative | None = Field(
        None, description="How long after a digest the next one of its group comes; 5m for a route that groups."
    )
    mute_time_intervals: tuple[str, ...] = Field((), description="Names of `time_intervals` in which it is quiet.")
    routes: tuple["Route", ...] = Field((), description="The routes below, asked in order.")


@dataclass(frozen=True)
class Plan:
    """All that is configured about who gets what. `logs` are the sinks that get everything, at once."""

    sinks: tuple[str, ...]
    logs: frozenset[str] = frozenset()
    tree: Route = field(default_factory=Route)
    times: tuple[NamedTimes, ...] = ()


class Routing(Value):
    """What becomes of one alert: each configured sink stands in `ways` or in `suppressed`, once; all with a reason."""

    ways: tuple[Way, ...]
    suppressed: tuple[Suppressed, ...]


@dataclass(frozen=True)
class _Exit:
    """Where an alert leaves the tree, with all that is inherited; None: said nowhere. `name` is no other route's."""

    name: str
    matchers: tuple[Matcher, ...]
    sinks: tuple[str, ...]
    group_by: tuple[str, ...] | None = None
    wait: timedelta | None = None
    interval: timedelta | None = None
    quiet: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"route {', '.join(map(str, self.matchers))}" if self.matchers else "the top route"


def route(alert: Alert, plan: Plan, mutes: Sequence[Mute]) -> Routing:
    """What each sink gets of the alert. Mutes and quiet hours hold by the alert's own clock."""
    return decide(Labels.of(alert), alert.ts, plan, mutes)


def decide(labels: Labels, at: datetime, plan: Plan, mutes: Sequence[Mute]) -> Routing:
    """As `route`, from what is matched alone."""
    exits = _exits(plan.tree, labels, _Exit("", (), plan.sinks), "0")
    muted = next((_muted(mute) for mute in mutes if at < mute.until and _all_match(mute, labels)), None)
    times = {one.name: one for one in plan.times}
    found = [
        _to_log(sink) if sink in plan.logs else _to_sink(sink, labels, exits, muted, times, at) for sink in plan.sinks
    ]
    return Routing(
        ways=tuple(one for one in found if isinstance(one, Way)),
        suppressed=tuple(one for one in found if isinstance(one, Suppressed)),
    )


def _exits(here: Route, labels: Labels, above: _Exit, name: str) -> list[_Exit]:
    """Where an alert leaves `here` and what is below it; empty when it does not come here."""
    if not all(matcher.matches(labels) for matcher in here.matchers):
        return []
    own = _Exit(
        name=name,
        matchers=here.matchers,
        sinks=above.sinks if here.sinks is None else here.sinks,
        group_by=above.group_by if here.group_by is None else here.group_by,
        wait=above.wait if here.group_wait is None else here.group_wait,
        interval=above.interval if here.group_interval is None else here.group_interval,
        quiet=here.mute_time_intervals,
    )
    found: list[_Exit] = []
    for number, below in enumerate(here.routes):
        further = _exits(below, labels, own, f"{name}.{number}")
        found += further
        if further and not below.go_on:
            break
    return found or [own]


def _to_log(sink: str) -> Way:
    return Way(sink=sink, because="a log gets everything")


def _to_sink(
    sink: str,
    labels: Labels,
    exits: Sequence[_Exit],
    muted: str | None,
    times: Mapping[str, NamedTimes],
    at: datetime,
) -> Way | Suppressed:
    leading = [one for one in exits if sink in one.sinks]
    if not leading:
        words = "; ".join(one.words for one in exits)
        return Suppressed(sink=sink, cause=Cause.UNROUTED, because=f"no route leads there; by {words}")
    if muted:
        return Suppressed(sink=sink, cause=Cause.MUTED, because=muted)
    quiet = [next((name for name in one.quiet if times[name].hold(at)), None) for one in leading]
    for one, name in zip(leading, quiet, strict=True):
        if name is None:
            return Way(sink=sink, group=_group(sink, one, labels), because=f"by {one.words}")
    because = f"quiet hours {quiet[0]!r} of {leading[0].words}"
    return Suppressed(sink=sink, cause=Cause.QUIET, because=because)


def _group(sink: str, one: _Exit, labels: Labels) -> Group | None:
    """None where nothing is waited for."""
    if one.group_by is None and one.wait is None and one.interval is None:
        return None
    wait = GROUP_WAIT if one.wait is None else one.wait
    interval = GROUP_INTERVAL if one.interval is None else one.interval
    if not wait and not interval:
        return None
    alike = (f"{name}={labels.words.get(name, ())}" for name in one.group_by or ())
    return Group(name=digest(sink, one.name, *alike), wait=wait, interval=interval)


def _all_match(mute: Mute, labels: Labels) -> bool:
    try:
        return all(parse(matcher).matches(labels) for matcher in mute.matchers)
    except ValueError:  # another version's: what can't be understood keeps nothing back
        return False


def _muted(mute: Mute) -> str:
    return f"muted by {mute.author} until {mute.until:%Y-%m-%dT%H:%M:%SZ}: {mute.reason} ({mute.id})"


def mistakes(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What in the tree can't be meant so: the place of each, as the configuration names it, and the words."""
    if plan.tree.matchers:
        yield ("route", "matchers"), "every alert comes in at the top; write matchers in `routes` below it"
    yield from _mistakes(plan.tree, ("route",), plan.sinks, tuple(one.name for one in plan.times))


def _mistakes(
    here: Route, place: tuple[str | int, ...], sinks: Sequence[str], times: Sequence[str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for number, sink in enumerate(here.sinks or ()):
        if sink not in sinks:
            yield (*place, "sinks", number), f"there is no sink {sink!r}{instead(sink, sinks)}"
    for number, name in enumerate(here.mute_time_intervals):
        if name not in times:
            yield (*place, "mute_time_intervals", number), f"there are no time_intervals {name!r}{instead(name, times)}"
    for number, below in enumerate(here.routes):
        yield from _mistakes(below, (*place, "routes", number), sinks, times)
