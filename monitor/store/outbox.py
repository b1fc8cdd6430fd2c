"""Deliveries: one queue a sink, in order, its head leased by one sender at a time and settled once."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.models import Alert, Attempt, Delivery, DeliveryState, Outcome, UtcTime, Value
from monitor.store import keys, scripts
from monitor.store.alerts import Alerts
from monitor.store.connect import Connection
from monitor.store.limits import Limits, seconds

# Of what a receiver or a disk said, so much is kept.
SAID = 500


class DeliveryRecord(Value):
    """Where one delivery stands. `attempts` holds the latest ones, oldest first; `tries` counts all begun."""

    sink: str
    seq: int
    state: DeliveryState
    tries: int
    due: UtcTime | None
    attempts: tuple[Attempt, ...]


class SinkRecord(Value):
    """Where a sink stands. `disabled` says why it takes nothing more, until it takes something again."""

    sink: str
    pending: int
    dead: int
    delivered: int
    oldest_pending: int | None
    last_attempt: UtcTime | None
    last_success: UtcTime | None
    disabled: str | None


class Outbox:
    """The deliveries of one topic. Satisfies `protocols.Outbox`."""

    def __init__(self, connection: Connection, topic: str, limits: Limits, *, alerts: Alerts) -> None:
        self._connection = connection
        self._topic = topic
        self._limits = limits
        self._alerts = alerts

    async def lease(self, sink: str, now: datetime, lease: timedelta) -> Delivery | datetime | None:
        """As `protocols.Outbox.lease`. The lease's own attempt counts as made from the next lease on."""
        token = secrets.token_hex(8)
        found = await scripts.lease(
            self._connection,
            outbox_key=keys.outbox(self._topic, sink),
            dead_key=keys.dead(self._topic, sink),
            alerts_key=keys.alerts(self._topic),
            delivery_prefix=keys.delivery(self._topic, sink, ""),
            token=token,
            now_ms=_ms(now),
            expires_ms=_ms(now + lease),
            ttl_s=seconds(self._limits.alerts),
            dead=self._limits.alerts_listed,
        )
        if found is None:
            return None
        if isinstance(found, int):
            return _time(found)
        alert = Alert.model_validate_json(found.alert).numbered(found.seq)
        return Delivery(sink=sink, seq=found.seq, alert=alert, attempts=found.attempts, token=token)

    async def settle(self, delivery: Delivery, outcome: Outcome, attempt: Attempt, next_at: datetime | None) -> bool:
        """As `protocols.Outbox.settle`: what is not delivered is due at `next_at`, or dead without one."""
        kept = attempt.model_copy(update={"error": _cut(attempt.error), "answer": _cut(attempt.answer)})
        return await scripts.settle(
            self._connection,
            delivery_key=keys.delivery(self._topic, delivery.sink, delivery.seq),
            outbox_key=keys.outbox(self._topic, delivery.sink),
            dead_key=keys.dead(self._topic, delivery.sink),
            sink_key=keys.sink(self._topic, delivery.sink),
            token=delivery.token,
            seq=delivery.seq,
            verdict=outcome.verdict,
            attempt=kept.model_dump_json(),
            due_ms=None if next_at is None else _ms(next_at),
            at_ms=_ms(attempt.at),
            error=kept.error or "disabled by its receiver",
            ttl_s=seconds(self._limits.alerts),
            attempts=self._limits.attempts_listed,
            dead=self._limits.alerts_listed,
        )

    async def wait(self, after_seq: int, block_ms: int) -> int:
        return await self._alerts.wait(after_seq, block_ms)

    async def pending(self, sink: str) -> int:
        return int(await self._connection.command("ZCARD", keys.outbox(self._topic, sink)))

    async def sink(self, sink: str) -> SinkRecord:
        """Counts and state of one sink; zeros for one that never had a delivery."""
        outbox = keys.outbox(self._topic, sink)
        oldest = await self._connection.command("ZRANGE", outbox, 0, 0)
        [[delivered, attempt, success, disabled]] = await scripts.fetch(
            self._connection,
            keys=[keys.sink(self._topic, sink)],
            fields=["delivered", "last_attempt", "last_success", "disabled"],
        )
        return SinkRecord(
            sink=sink,
            pending=await self.pending(sink),
            dead=int(await self._connection.command("ZCARD", keys.dead(self._topic, sink))),
            delivered=int(delivered or 0),
            oldest_pending=int(oldest[0]) if oldest else None,
            last_attempt=_time(int(attempt)) if attempt else None,
            last_success=_time(int(success)) if success else None,
            disabled=disabled,
        )

    async def deliveries(
        self, sink: str, state: DeliveryState, *, after_seq: int = 0, limit: int = 100
    ) -> list[DeliveryRecord]:
        """Those of a sink in a state, above `after_seq`, by seq. Delivered ones as long as their alert is kept."""
        if state is DeliveryState.DELIVERED:
            return await self._delivered(sink, after_seq, limit)
        key = keys.outbox(self._topic, sink) if state is DeliveryState.PENDING else keys.dead(self._topic, sink)
        found = await self._connection.command("ZRANGEBYSCORE", key, f"({after_seq}", "+inf", "LIMIT", 0, limit)
        return [record for record, _ in await self._records(sink, [int(seq) for seq in found], state)]

    async def _delivered(self, sink: str, after_seq: int, limit: int) -> list[DeliveryRecord]:
        delivered: list[DeliveryRecord] = []
        while len(delivered) < limit and (alerts := await self._alerts.after(after_seq)):
            found = await self._records(sink, [alert.seq for alert in alerts], DeliveryState.DELIVERED)
            delivered += [record for record, noted in found if noted == DeliveryState.DELIVERED]
            after_seq = alerts[-1].seq
        return delivered[:limit]

    async def _records(
        self, sink: str, seqs: Sequence[int], state: DeliveryState
    ) -> list[tuple[DeliveryRecord, str | None]]:
        """The records, each with the state that was noted when it was settled for good."""
        found = await scripts.fetch(
            self._connection,
            keys=[keys.delivery(self._topic, sink, seq) for seq in seqs],
            fields=["attempts", "due", "log", "state"],
        )
        return [
            (
                DeliveryRecord(
                    sink=sink,
                    seq=seq,
                    state=state,
                    tries=int(tries or 0),
                    due=_time(int(due)) if due else None,
                    attempts=tuple(Attempt.model_validate_json(line) for line in (log or "").splitlines()),
                ),
                noted,
            )
            for seq, (tries, due, log, noted) in zip(seqs, found, strict=True)
        ]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _cut(text: str | None) -> str | None:
    return text[:SAID] if text else text
