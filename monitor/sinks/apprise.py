"""Alerts as readable messages through Apprise, which speaks to a hundred services: mail, Telegram, Matrix, ntfy, …

The library is an extra: `pip install claim-monitor[apprise]`. It is called in a thread, as it blocks; how a service
is reached is its matter, so the guard of the webhooks does not hold here.
"""

import asyncio
import importlib
import logging
import re
from typing import Any

from monitor.errors import ConfigError
from monitor.models import Delivery, Outcome, Verdict
from monitor.sinks import readable
from monitor.sinks.aside import Aside, Busy

TITLE_CHARS = 200
BODY_CHARS = 3500
EXTRA = "claim-monitor[apprise]"

_FOREIGN = str.maketrans({"<": "‹", ">": "›", "@": "＠", "*": "∗", "`": "ˋ", "[": "(", "]": ")"})


class AppriseSink:
    """Sends to one service, `timeout_s` at most for one message.

    The library is loaded at once: ConfigError when it is not there or refuses the URL.
    """

    def __init__(self, name: str, url: str, *, timeout_s: float = 30.0) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._service = _service(name, url)
        self._aside = Aside(f"sink {name}")

    @property
    def name(self) -> str:
        return self._name

    async def send(self, delivery: Delivery) -> Outcome:
        """DELIVERED when the service took it. The library does not say why one did not: that is RETRY."""
        title, body = message(delivery)
        try:
            async with asyncio.timeout(self._timeout_s):
                taken = await self._aside.run(lambda: self._service.notify(title=title, body=body, body_format="text"))
        except TimeoutError:  # also the library's own
            return Outcome(verdict=Verdict.RETRY, error=f"no answer within {self._timeout_s:g} s")
        except Busy as error:
            return Outcome(verdict=Verdict.RETRY, error=str(error))
        except Exception as error:  # a plug-in's own; its words can hold the URL, and with it a secret
            return Outcome(verdict=Verdict.RETRY, error=f"the library failed: {type(error).__name__}")
        if taken:
            return Outcome(verdict=Verdict.DELIVERED)
        return Outcome(verdict=Verdict.RETRY, error="the service did not take it")

    async def close(self) -> None:
        """A message under way may still go out; it holds up nothing."""


def message(delivery: Delivery) -> tuple[str, str]:
    """Title and body: the words made harmless, then the links as they are."""
    title = harmless(readable.title(delivery), TITLE_CHARS)
    if delivery.digest_of:
        return title, harmless(readable.text(delivery), BODY_CHARS)
    told = readable.readable(delivery.alert)
    links = "\n".join(f"{harmless(outlet, TITLE_CHARS)}: {url}" for outlet, url in told.links)
    return title, f"{harmless(told.words(), BODY_CHARS - len(links) - 1)}\n{links}".strip()


def harmless(text: str, limit: int) -> str:
    """The text, cut, with look-alikes of what one of the services would take for markup, a mention or an address."""
    written = re.sub(r"(?<=\w)://(?=\S)", ":⁄⁄", text).translate(_FOREIGN)
    return written if len(written) <= limit else written[: limit - 1] + "…"


def _service(name: str, url: str) -> Any:
    try:
        library = importlib.import_module("apprise")
    except ImportError:
        about = f"sink {name}"
        raise ConfigError(about, f"needs the library Apprise, which is not installed: pip install {EXTRA!r}") from None
    # What it logs can hold the URL, and with it a secret: also of one that it refuses.
    logging.getLogger("apprise").propagate = False
    service = library.Apprise()
    if not service.add(url):
        raise ConfigError(f"sink {name}: url", "Apprise knows no such service, or something is missing in the URL")
    return service
