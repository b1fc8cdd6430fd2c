"""What an operator does by hand: looks, switches and tries sinks, sends again what one did not get.

The same from the command line and over HTTP. Whatever can't be done is a MonitorError that says why.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from monitor.alerting import about_sink
from monitor.errors import MonitorError
from monitor.models import AlertSink, Delivery, DeliveryRecord, DeliveryState, Kind, Redelivered
from monitor.protocols import AlertReader, Deliveries, Sink, Switches
from monitor.timing import wall_clock
from monitor.views import SinkView, TestView, view_sink

BY_HAND = "disabled by hand"
NOT_ARRIVED = (DeliveryState.PENDING, DeliveryState.DEAD)
_ID = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,63})/([0-9]{1,15})")


class Operations:
    """Over one topic's store. `sinks` are those that are configured: the kind of each by its name."""

    def __init__(
        self,
        *,
        sinks: Mapping[str, str],
        alerts: AlertReader,
        deliveries: Deliveries,
        switches: Switches,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self.names = tuple(sinks)
        self._kinds = dict(sinks)
        self._alerts = alerts
        self._deliveries = deliveries
        self._switches = switches
        self._clock = clock

    # --- looking

    async def sinks(self) -> tuple[SinkView, ...]:
        """Where the configured sinks stand."""
        return tuple([await self.sink(name) for name in self.names])

    async def sink(self, sink: str) -> SinkView:
        """Where one stands, also one that is configured no longer."""
        await self._check(sink)
        return view_sink(await self._deliveries.sink(sink), self._kinds.get(sink))

    async def deliveries(
        self,
        sinks: Sequence[str] = (),
        states: Iterable[DeliveryState] = NOT_ARRIVED,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> tuple[list[DeliveryRecord], int]:
        """Those of the sinks (none: all) in one of the states, by seq and sink, of alerts raised at `since` or later.

        At most `limit` above the seq `after`, but never a part of those of one seq; and where the next page begins.
        """
        for sink in sinks:
            await self._check(sink)
        if since is not None:
            after = max(after, await self._alerts.before(since))
        found = await self._deliveries.listed(sinks or self.names, states, after_seq=after, limit=limit)
        return found, found[-1].seq if found else after

    async def delivery(self, delivery_id: str) -> list[DeliveryRecord]:
        """One delivery (`SINK/SEQ`), or an alert by its webhook id: its delivery to each sink."""
        seq, names = await self._named(delivery_id)
        found = [record for name in names if (record := await self._record(name, seq))]
        if not found:
            raise MonitorError(delivery_id, "there is no such delivery")
        return found

    # --- by hand

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
        seq, names = await self._named(delivery_id, sink)
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

    # --- finding

    async def _named(self, delivery_id: str, sink: str | None = None) -> tuple[int, Sequence[str]]:
        """The seq that an id is about, and the sinks that it may be about."""
        matched = _ID.fullmatch(delivery_id)
        if matched:
            if sink is not None and sink != matched[1]:
                raise MonitorError(delivery_id, f"is no delivery to {sink}")
            return int(matched[2]), (matched[1],)
        alert = await self._alerts.named(delivery_id)
        if alert is None:
            raise MonitorError(delivery_id, "there is no such delivery, and no alert of this id; see `deliveries`")
        return alert.seq, self.names if sink is None else (sink,)

    async def _record(self, sink: str, seq: int) -> DeliveryRecord | None:
        """The record of one delivery; None when there is none, or it is kept no longer."""
        for _ in range(3):  # it may be settled between the two questions
            state = await self._deliveries.state(sink, seq)
            found = await self._deliveries.listed([sink], [state], after_seq=seq - 1, limit=1) if state else []
            if state is None or (found and found[0].seq == seq):
                return found[0] if found else None
        return None

    async def _check(self, sink: str) -> None:
        """A name that is neither configured nor has anything in the store is a mistake."""
        if sink not in self.names and not await self._deliveries.known(sink):
            raise unknown(sink, self.names)


class Trial:
    """Tries receivers by hand, from this process. `sinks` names all that are configured, `receivers` can be tried."""

    def __init__(
        self,
        *,
        topic: str,
        sinks: Sequence[str],
        receivers: Mapping[str, Sink],
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._topic = topic
        self._names = tuple(sinks)
        self._receivers = receivers
        self._clock = clock

    async def send(self, sink: str) -> TestView:
        """What the receiver said to a `sink.test`, signed as any alert; it is kept nowhere, and tried once."""
        if sink not in self._receivers:
            if sink in self._names:
                raise MonitorError(sink, "is no receiver; `monitor check` looks at it")
            raise unknown(sink, self._names)
        at, started = self._clock(), time.monotonic()
        alert = about_sink(
            Kind.SINK_TEST, self._topic, AlertSink(name=sink), "a test, sent by hand; nothing is claimed", at
        )
        outcome = await self._receivers[sink].send(
            Delivery(sink=sink, seq=0, alert=alert, attempts=0, token="test")  # noqa: S106 - of no lease
        )
        return TestView(
            sink=sink,
            verdict=outcome.verdict,
            at=at,
            duration_ms=round((time.monotonic() - started) * 1000),
            status=outcome.status,
            error=outcome.error,
            answer=outcome.answer,
        )


def unknown(sink: str, names: Sequence[str]) -> MonitorError:
    return MonitorError(sink, f"there is no such sink; there are {', '.join(names) or 'none'}")
