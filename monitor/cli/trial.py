"""Tries a sink from here: one signed `sink.test`, and what came back. Needs no data, and no daemon."""

from rich.console import Console
from rich.text import Text

from monitor.cli.deliveries import came, print_lines
from monitor.cli.render import as_json
from monitor.destinations import open_sink, receivers
from monitor.display import safe
from monitor.extract.topic import load_topic
from monitor.models import Verdict
from monitor.operations import Trial
from monitor.settings import Settings
from monitor.views import TestView

NOT_DELIVERED = {
    Verdict.RETRY: "not delivered; an alert would be tried again",
    Verdict.DEAD: "not delivered; an alert would be dead",
    Verdict.DISABLE: "not delivered; an alert would disable the sink",
}


async def try_sink(settings: Settings, name: str, *, json: bool) -> bool:
    """Sends it and prints what came back; whether it arrived. MonitorError when there is no such receiver."""
    topic, configured = load_topic(settings.topic).name, receivers(settings.sinks)
    opened = {name: open_sink(configured[name], settings.data)} if name in configured else {}
    try:
        done = await Trial(topic=topic, sinks=[sink.name for sink in settings.sinks], receivers=opened).send(name)
    finally:
        for sink in opened.values():
            await sink.close()
    if json:
        print_lines([as_json(done.model_dump(mode="json"))])
    else:
        Console(highlight=False, soft_wrap=True).print(_tested(done))
    return done.verdict is Verdict.DELIVERED


def _tested(done: TestView) -> Text:
    arrived = done.verdict is Verdict.DELIVERED
    said = Text(f"{done.sink}: ")
    said.append("delivered" if arrived else NOT_DELIVERED[done.verdict], style="green" if arrived else "red")
    said.append(f" ({came(done.status, done.error)}, {done.duration_ms} ms)")
    return said.append(f"\nanswer: {safe(done.answer)}") if done.answer else said
