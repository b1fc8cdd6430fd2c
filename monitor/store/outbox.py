"""The queues: one a sink, in order, its head leased by one sender at a time and settled once."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import structlog

from monitor.models import Alert, Attempt, Delivery, Disabled, Outcome, Rate
from monitor.store import keys, scripts
from monitor.store.alerts import Alerts, Unreadable, read_alert
from monitor.store.connect import Connection
from monitor.store.limits import Limits, milliseconds, seconds

# Of what a receiver or a disk said, so much is kept.
SAID = 500
# An alert goes to many sinks at about the same time; it is read once while it is among the latest so many.
ALERTS_AT_HAND = 128

_log = structlog.get_logger(__name__)


class Outbox:
    """The queues of one topic. Satisfies `protocols.Outbox`. `sinks` are those that are told of a disabled one."""

    def __init__(
        self, connection: Connection, topic: str, limits: Limits, *, alerts: Alerts, sinks: Sequence[str] = ()
    ) -> None:
        self._connection = connection
        self._topic = topic
        self._limits = limits
        self._alerts = alerts
        self._sinks = tuple(sinks)

    async def lease(
        self,
        sink: str,
        now: datetime,
        lease: timedelta,
        rate: Rate | None = None,
        under_way: int = 1,
        most: int = 1,
    ) -> tuple[Delivery, ...] | Disabled | datetime | None:
        """As `protocols.Outbox.lease`. The lease's own attempt counts as made from the next lease on."""
        token = secrets.token_hex(8)
        unreadable: list[Unreadable] = []
        while True:
            found = await self._lease(token, sink, now, lease, rate, under_way, most, unreadable)
            for one in unreadable:
                _log.error("delivery.set_aside", delivery=f"{sink}/{one.seq}", sink=sink, because=one.because)
            if found is None:
                return None
            if isinstance(found, int):
                return time_of(found)
            if isinstance(found, scripts.DisabledFields):
                return Disabled(because=found.because, since=time_of(found.since_ms), by_hand=found.by_hand)
            read = {seq: _alert(seq, document) for one in found.deliveries for seq, document in one.alerts}
            unreadable = [alert for alert in read.values() if isinstance(alert, Unreadable)]
            if not unreadable:
                alerts = {seq: alert for seq, alert in read.items() if isinstance(alert, Alert)}
                failing_since = None if found.failing_since is None else time_of(found.failing_since)
                return tuple(_delivery(sink, token, failing_since, one, alerts) for one in found.deliveries)

    async def _lease(
        self,
        token: str,
        sink: str,
        now: datetime,
        lease: timedelta,
        rate: Rate | None,
        under_way: int,
        most: int,
        unreadable: Sequence[Unreadable],
    ) -> scripts.Leased | scripts.DisabledFields | int | None:
        """Asks once; asked again with the same token, those that turned out `unreadable` are set aside first."""
        of_sink = _keys_of(self._topic, sink)
        return await scripts.lease(
            self._connection,
            queues=of_sink.queues,
            alerts_key=of_sink.alerts,
            sink_key=of_sink.sink,
            delivery_prefix=of_sink.delivery,
            group_prefix=of_sink.group,
            token=token,
            now_ms=ms(now),
            expires_ms=ms(now + lease),
            ttl_s=seconds(self._limits.alerts),
            dead=self._limits.alerts_listed,
            of_digest=self._limits.alerts_in_digest,
            rate=rate.deliveries if rate else None,
            per_ms=milliseconds(rate.per) if rate else 0,
            under_way=under_way,
            most=most,
            attempts=self._limits.attempts_listed,
            unreadable=[
                (one.seq, Attempt(at=now, duration_ms=0, error=_cut(one.because)).model_dump_json())
                for one in unreadable
            ],
        )

    async def settle(
        self,
        delivery: Delivery,
        outcome: Outcome,
        attempt: Attempt,
        next_at: datetime | None,
        disabling: Alert | None = None,
    ) -> bool:
        """As `protocols.Outbox.settle`: what is not delivered is due at `next_at`, or dead without one."""
        kept = attempt.model_copy(update={"error": _cut(attempt.error), "answer": _cut(attempt.answer)})
        of_sink = _keys_of(self._topic, delivery.sink)
        return await scripts.settle(
            self._connection,
            delivery_key=keys.delivery(self._topic, delivery.sink, delivery.seq),
            delivery_prefix=of_sink.delivery,
            queues=of_sink.queues,
            sink_key=of_sink.sink,
            alerts_key=of_sink.alerts,
            counters_key=of_sink.counters,
            others=[
                (queues(self._topic, sink), keys.delivery(self._topic, sink, ""))
                for sink in self._sinks
                if disabling and sink != delivery.sink
            ],
            token=delivery.token,
            seq=delivery.seq,
            verdict=outcome.verdict,
            attempt=kept.model_dump_json(),
            due_ms=None if next_at is None else ms(next_at),
            at_ms=ms(attempt.at),
            because=_cut(outcome.error) or "disabled by its receiver",
            ttl_s=seconds(self._limits.alerts),
            attempts=self._limits.attempts_listed,
            alerts_listed=self._limits.alerts_listed,
            alert=disabling.model_dump_json() if disabling else "",
        )

    async def wait(self, after_seq: int, block_ms: int) -> int:
        return await self._alerts.wait(after_seq, block_ms)

    async def pending(self, sink: str) -> int:
        names = queues(self._topic, sink)
        return sum([int(await self._connection.command("ZCARD", key)) for key in (names.outbox, names.grouped)])

    # --- by hand

    async def disable(self, sink: str, because: str, now: datetime) -> bool:
        """Offers the sink nothing more; False when it was disabled before, and the first reason stays."""
        return await scripts.disable(
            self._connection,
            sink_key=keys.sink(self._topic, sink),
            because=because[:SAID],
            since_ms=ms(now),
            ttl_s=seconds(self._limits.alerts),
        )

    async def enable(self, sink: str, now: datetime) -> bool:
        """Goes on with the oldest pending delivery, at once; False when the sink was not disabled."""
        return await scripts.enable(
            self._connection,
            sink_key=keys.sink(self._topic, sink),
            outbox_key=keys.outbox(self._topic, sink),
            delivery_prefix=keys.delivery(self._topic, sink, ""),
            now_ms=ms(now),
        )


class _SinkKeys(NamedTuple):
    """The keys that every delivery to a sink needs; `delivery` and `group` are the beginnings of many."""

    queues: scripts.QueueKeys
    sink: str
    delivery: str
    group: str
    alerts: str
    counters: str


@lru_cache(maxsize=1024)
def _keys_of(topic: str, sink: str) -> _SinkKeys:
    return _SinkKeys(
        queues=queues(topic, sink),
        sink=keys.sink(topic, sink),
        delivery=keys.delivery(topic, sink, ""),
        group=keys.group(topic, sink, ""),
        alerts=keys.alerts(topic),
        counters=keys.counters(topic),
    )


@lru_cache(maxsize=ALERTS_AT_HAND)
def _alert(seq: int, document: str) -> Alert | Unreadable:
    return read_alert(seq, document)


def _delivery(
    sink: str, token: str, failing_since: datetime | None, fields: scripts.LeasedFields, read: Mapping[int, Alert]
) -> Delivery:
    alerts = tuple(read[seq] for seq, _ in fields.alerts)
    return Delivery(
        sink=sink,
        seq=fields.seq,
        alert=alerts[-1],
        digest_of=alerts if len(alerts) > 1 else (),
        attempts=fields.attempts,
        token=token,
        failing_since=failing_since,
    )


def queues(topic: str, sink: str) -> scripts.QueueKeys:
    return scripts.QueueKeys(
        outbox=keys.outbox(topic, sink),
        dead=keys.dead(topic, sink),
        grouped=keys.grouped(topic, sink),
        groups=keys.groups(topic, sink),
    )


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def time_of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _cut(text: str | None) -> str | None:
    return text[:SAID] if text else text
