"""Alerts on a stream that somebody collects: a line of JSON each, as in the log, or some readable lines.

At least once, like every sink: a crash between the write and the settling writes an alert again, under the same id.
"""

from typing import IO, Literal

from monitor.models import Delivery, Outcome, Verdict
from monitor.sinks import log, readable
from monitor.sinks.aside import Aside, Busy


class StdoutSink:
    """Writes to the stream. A reader that takes nothing more holds up this sink alone."""

    def __init__(self, name: str, stream: IO[bytes], form: Literal["json", "text"]) -> None:
        self._name = name
        self._stream = stream
        self._form = form
        self._aside = Aside(f"sink {name}")

    @property
    def name(self) -> str:
        return self._name

    async def send(self, delivery: Delivery) -> Outcome:
        """DELIVERED once the stream has taken it; RETRY when it is closed, broken or still full."""
        written = _json(delivery) if self._form == "json" else _text(delivery)
        try:
            await self._aside.run(lambda: self._write(written))
        except (OSError, ValueError, Busy) as error:
            return Outcome(verdict=Verdict.RETRY, error=f"the output takes nothing: {error}")
        return Outcome(verdict=Verdict.DELIVERED)

    async def close(self) -> None:
        """The stream is not ours to close."""

    def _write(self, written: bytes) -> None:
        self._stream.write(written)
        self._stream.flush()


def _json(delivery: Delivery) -> bytes:
    return b"".join(log.render(alert) for alert in delivery.digest_of or (delivery.alert,))


def _text(delivery: Delivery) -> bytes:
    return f"{readable.title(delivery)}\n{readable.text(delivery)}\n\n".encode()
