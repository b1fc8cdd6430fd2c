"""Where an alert would go: the route tree, tried."""

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from monitor.display import safe
from monitor.durations import write_duration
from monitor.errors import ConfigError
from monitor.models import Way
from monitor.routing.matchers import NUMBERS, Labels, parse
from monitor.routing.tree import decide
from monitor.settings import Settings


def labels(written: Iterable[str]) -> Labels:
    """What an alert is, from `kind=claim.new`, `outlets=3`, ...; ConfigError in words for anything else."""
    words: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, float] = {}
    for one in written:
        try:
            matcher = parse(one)
        except ValueError as error:
            raise ConfigError("--route", str(error)) from error
        if matcher.sign != "=":
            raise ConfigError("--route", f"{one!r} says not what an alert is; write {matcher.name}=VALUE")
        if matcher.name in NUMBERS:
            numbers[matcher.name] = float(matcher.value)
        else:
            words[matcher.name] = (*words.get(matcher.name, ()), matcher.value)
    return Labels(words=words, numbers=numbers)


def show_route(settings: Settings, written: Iterable[str], at: datetime) -> None:
    """Prints what each sink would get, and why. Mutes are not asked: they are in the store."""
    console = Console(soft_wrap=True, highlight=False)
    routing = decide(labels(written), at, settings.plan, ())
    for way in routing.ways:
        console.print(Text.assemble((f"{_when(way):<34}", "green"), f"{way.sink:<14} {safe(way.because)}"))
    for one in routing.suppressed:
        console.print(Text.assemble((f"{'nothing':<34}", "yellow"), f"{one.sink:<14} {safe(one.because)}"))


def _when(way: Way) -> str:
    if way.group is None:
        return "at once"
    return f"digest after {write_duration(way.group.wait)}, then every {write_duration(way.group.interval)}"
