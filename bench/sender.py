"""One dispatcher in a process of its own, over the sinks of a configuration file, for the benchmark."""

import asyncio
import signal
import sys
from pathlib import Path

from monitor.destinations import lane, open_sink
from monitor.dispatcher import Dispatcher
from monitor.logs import setup
from monitor.settings import load_settings
from monitor.store import Store


async def main(config: Path, topic: str) -> None:
    setup("info", "json")
    settings = load_settings(config)
    assert settings.redis.url is not None  # noqa: S101 - the benchmark writes the file
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    async with Store(
        settings.redis.url.get_secret_value(), topic=topic, sinks=[sink.name for sink in settings.sinks]
    ) as store:
        sinks = [open_sink(sink, config.parent) for sink in settings.sinks]
        lanes = [lane(sink, one) for sink, one in zip(sinks, settings.sinks, strict=True)]
        await Dispatcher(store.outbox, lanes).run(stopping)
        for sink in sinks:
            await sink.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
