"""What an operator does by hand: looks at sinks, switches and tries them, sends again what they did not get.

The same from the command line and over HTTP. Whatever can't be done is a MonitorError that says why.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from monitor.alerting import about_sink
from monitor.errors import MonitorError
from monitor.models import AlertSink, Attempt, Delivery, DeliveryState, Kind, Redelivered, SinkRecord, Verdict
from monitor.protocols import AlertReader, Deliveries, Sink, Switches

BY_HAND = "disabled by hand"
_ID = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,63})/([0-9]{1,15})")


def _now() -> datetime:
    return datetime.now(UTC)


class Operations:
    """Over one topic's store. `sinks` are the names of those that are configured."""

    def __init__(
        self,
        *,
        topic: str,
        sinks: Sequence[str],
        alerts: AlertReader,
        deliveries: Deliveries,
        switches: Switches,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.names = tuple(sinks)
        self._topic = topic
        self._alerts = alerts
        self._deliveries = deliveries
        self._switches = switches
        self._clock = clock

    async def sinks(self) -> tuple[SinkRecord, ...]:
        """Where the configured sinks stand."""
        return tuple([await self._deliveries.sink(name) for name in self.names])

    async def enable(self, sink: str) -> bool:
        """Goes on with the oldest pending delivery; False when it was not disabled."""
        await self._check(sink)
        return await self._switches.enable(sink, self._clock())

    async def disable(self, sink: str, because: str = BY_HAND) -> bool:
        """Offers the sink nothing more; False when it was disabled before."""
        await self._check(sink)
        return await self._switches.disable(sink, because, self._clock())

    async def redeliver(self, delivery_id: str, sink: str | None = None) -> dict[str, Redelivered]:
        """One delivery (`SINK/SEQ`), or an alert by its webhook id to all sinks that had it, or to `sink` alone."""
        matched = _ID.fullmatch(delivery_id)
        if matched:
            name, seq = matched[1], int(matched[2])
            if sink is not None and sink != name:
                raise MonitorError(delivery_id, f"is no delivery to {sink}")
            names: Iterable[str] = (name,)
        else:
            alert = await self._alerts.named(delivery_id)
            if alert is None:
                raise MonitorError(delivery_id, "there is no such delivery, and no alert of this id; see `deliveries`")
            seq, names = alert.seq, self.names if sink is None else (sink,)
        having = [name for name in names if await self._deliveries.state(name, seq)]
        if not having:
            raise MonitorError(delivery_id, "there is no such delivery")
        now = self._clock()
        return {name: await self._deliveries.redeliver(name, [seq], now) for name in having}

    async def redeliver_since(
        self, sink: str, since: datetime | None, states: Iterable[DeliveryState]
    ) -> dict[str, Redelivered]:
        """All of a sink in one of the states whose alert was raised at `since` or later; None: all that are kept."""
        await self._check(sink)
        after = 0 if since is None else await self._alerts.before(since)
        return {sink: await self._deliveries.redeliver_since(sink, states, after, self._clock())}

    async def test(self, sink: Sink) -> tuple[Verdict, Attempt]:
        """Sends a `sink.test` from this process, signed as any alert; kept nowhere, and tried once."""
        at, started = self._clock(), time.monotonic()
        about = AlertSink(name=sink.name)
        alert = about_sink(Kind.SINK_TEST, self._topic, about, "a test, sent by hand; nothing is claimed", at)
        outcome = await sink.send(Delivery(sink=sink.name, seq=0, alert=alert, attempts=0, token="test"))  # noqa: S106
        attempt = Attempt(
            at=at,
            duration_ms=round((time.monotonic() - started) * 1000),
            status=outcome.status,
            error=outcome.error,
            answer=outcome.answer,
        )
        return outcome.verdict, attempt

    def tested(self, sink: str, testable: Mapping[str, Sink]) -> Sink:
        """The sink, if it is one that can be tried; MonitorError in words if not."""
        if sink in testable:
            return testable[sink]
        if sink in self.names:
            raise MonitorError(sink, "is no receiver; `monitor check` looks at it")
        raise self._unknown(sink)

    async def _check(self, sink: str) -> None:
        """A name that is neither configured nor has anything in the store is a mistake."""
        if sink not in self.names and not await self._deliveries.known(sink):
            raise self._unknown(sink)

    def _unknown(self, sink: str) -> MonitorError:
        return MonitorError(sink, f"there is no such sink; there are {', '.join(self.names) or 'none'}")
