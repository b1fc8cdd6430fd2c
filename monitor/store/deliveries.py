"""Deliveries to look at and to send again: where each stands, what became of its attempts, the state of the sinks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import ValidationError

from monitor.models import (
    Alert,
    Attempt,
    DeliveryRecord,
    DeliveryState,
    Disabled,
    Redelivered,
    SinkRecord,
    digest,
)
from monitor.store import keys, scripts
from monitor.store.alerts import Alerts, Unreadable, read_alert
from monitor.store.connect import Connection
from monitor.store.limits import Limits, seconds
from monitor.store.outbox import ms, queues, time_of
from monitor.store.unreadable import Told

AT_ONCE = 200
"""Deliveries that are put back in one step."""


class Deliveries:
    """The deliveries of one topic. Satisfies `protocols.Deliveries`."""

    def __init__(self, connection: Connection, topic: str, limits: Limits, *, alerts: Alerts) -> None:
        self._connection = connection
        self._topic = topic
        self._limits = limits
        self._alerts = alerts
        self._told = Told()

    async def sink(self, sink: str) -> SinkRecord:
        """Counts and state of one sink; zeros for one that never had a delivery."""
        names = queues(self._topic, sink)
        pending, grouped, dead = [
            int(await self._connection.command("ZCARD", key)) for key in (names.outbox, names.grouped, names.dead)
        ]
        oldest = next(iter(await self._waiting(sink, DeliveryState.PENDING, 0, 1)), None)
        [found] = await scripts.fetch(
            self._connection,
            keys=[keys.sink(self._topic, sink)],
            fields=["delivered", "last_attempt", "last_success", "failing_since", "disabled", "disabled_at", "by_hand"],
        )
        delivered, attempt, success, failing, disabled, disabled_at, by_hand = found
        waiting = await self._records(sink, [oldest] if oldest else [], DeliveryState.PENDING)
        return SinkRecord(
            sink=sink,
            pending=pending + grouped,
            dead=dead,
            delivered=int(delivered or 0),
            oldest_pending=oldest,
            oldest_pending_at=waiting[0][0].raised_at if waiting else None,
            last_attempt=_time(attempt),
            last_success=_time(success),
            failing_since=_time(failing),
            disabled=Disabled(because=disabled, since=time_of(int(disabled_at or 0)), by_hand=by_hand == "1")
            if disabled is not None
            else None,
        )

    async def known(self, sink: str) -> bool:
        """Whether there is or was anything for a sink of this name."""
        names = [noun(self._topic, sink) for noun in (keys.sink, keys.outbox, keys.dead)]
        return bool(await self._connection.command("EXISTS", *names))

    async def listed(
        self,
        sinks: Sequence[str],
        states: Iterable[DeliveryState],
        *,
        after_seq: int = 0,
        limit: int = 100,
    ) -> list[DeliveryRecord]:
        """Those of the sinks in one of the states, by seq and sink, above `after_seq`.

        At most `limit`, but that all of the last seq are there: the next page begins above it.
        """
        found: list[DeliveryRecord] = []
        for state in states:
            for sink in sinks:
                found += await self.of_sink(sink, state, after_seq=after_seq, limit=limit)
        found.sort(key=lambda record: (record.seq, record.sink))
        last = found[limit - 1].seq if len(found) > limit else None
        return [record for record in found if last is None or record.seq <= last]

    async def of_sink(
        self, sink: str, state: DeliveryState, *, after_seq: int = 0, limit: int = 100
    ) -> list[DeliveryRecord]:
        """Those of a sink in a state, above `after_seq`, by seq. Delivered ones as long as their alert is kept."""
        if state is DeliveryState.DELIVERED:
            return await self._delivered(sink, after_seq, limit)
        seqs = await self._waiting(sink, state, after_seq, limit)
        return [record for record, _ in await self._records(sink, seqs, state)]

    async def state(self, sink: str, seq: int) -> DeliveryState | None:
        """Where one delivery stands; None when the sink never had it, or it is forgotten."""
        names = queues(self._topic, sink)
        for key in names.outbox, names.grouped, names.dead:
            if await self._connection.command("ZSCORE", key, seq):
                return DeliveryState.DEAD if key == names.dead else DeliveryState.PENDING
        noted = await self._connection.command("HGET", keys.delivery(self._topic, sink, seq), "state")
        return DeliveryState.DELIVERED if noted == DeliveryState.DELIVERED else None

    # --- again

    async def redeliver(self, sink: str, seqs: Sequence[int], now: datetime) -> Redelivered:
        """Offers these to the sink again, in their order, each under the webhook id that it had."""
        queued = waiting = refused = 0
        for start in range(0, len(seqs), AT_ONCE):
            done = await scripts.redeliver(
                self._connection,
                queues=queues(self._topic, sink),
                alerts_key=keys.alerts(self._topic),
                delivery_prefix=keys.delivery(self._topic, sink, ""),
                now_ms=ms(now),
                ttl_s=seconds(self._limits.alerts),
                queued=self._limits.alerts_listed,
                seqs=seqs[start : start + AT_ONCE],
            )
            queued, waiting, refused = queued + done[0], waiting + done[1], refused + done[2]
        return Redelivered(queued=queued, waiting=waiting, refused=refused)

    async def redeliver_since(
        self, sink: str, states: Iterable[DeliveryState], after_seq: int, now: datetime
    ) -> Redelivered:
        """The same for all of a sink in one of the states above `after_seq`."""
        seqs: list[int] = []
        for state in states:
            after = after_seq
            while page := await self._page(sink, state, after):
                seqs += page
                after = page[-1]
        return await self.redeliver(sink, sorted(seqs), now)

    async def _page(self, sink: str, state: DeliveryState, after_seq: int) -> list[int]:
        if state is DeliveryState.DELIVERED:
            return [record.seq for record in await self._delivered(sink, after_seq, AT_ONCE)]
        return await self._waiting(sink, state, after_seq, AT_ONCE)

    # --- reading

    async def _waiting(self, sink: str, state: DeliveryState, after_seq: int, limit: int) -> list[int]:
        """The first of the pending ones, in the queue or for a digest, or of the dead, above `after_seq`."""
        names = queues(self._topic, sink)
        found: set[int] = set()
        for key in (names.outbox, names.grouped) if state is DeliveryState.PENDING else (names.dead,):
            words = await self._connection.command("ZRANGEBYSCORE", key, f"({after_seq}", "+inf", "LIMIT", 0, limit)
            found.update(map(int, words))
        return sorted(found)[:limit]

    async def _delivered(self, sink: str, after_seq: int, limit: int) -> list[DeliveryRecord]:
        delivered: list[DeliveryRecord] = []
        while len(delivered) < limit and (seqs := await self._alerts.seqs(after_seq)):
            found = await self._records(sink, seqs, DeliveryState.DELIVERED)
            delivered += [record for record, noted in found if noted == DeliveryState.DELIVERED]
            after_seq = seqs[-1]
        return delivered[:limit]

    async def _records(
        self, sink: str, seqs: Sequence[int], state: DeliveryState
    ) -> list[tuple[DeliveryRecord, str | None]]:
        """The records, each with the state that was noted when it was settled for good."""
        found = await scripts.deliveries(
            self._connection,
            alerts_key=keys.alerts(self._topic),
            delivery_prefix=keys.delivery(self._topic, sink, ""),
            seqs=seqs,
        )
        return [(self._record(sink, seq, state, fields), fields.state) for seq, fields in zip(seqs, found, strict=True)]

    def _record(self, sink: str, seq: int, state: DeliveryState, fields: scripts.DeliveryFields) -> DeliveryRecord:
        found = None if fields.alert is None else read_alert(seq, fields.alert)
        alert = found if isinstance(found, Alert) else None
        return DeliveryRecord(
            id=f"{sink}/{seq}",
            sink=sink,
            seq=seq,
            alert_id=alert.alert_id if alert else None,
            kind=alert.kind if alert else None,
            unreadable=found.because if isinstance(found, Unreadable) else None,
            raised_at=time_of(int(fields.raised_s) * 1000) if fields.raised_s else None,
            state=state,
            digest=int(fields.digest) if fields.digest else None,
            tries=int(fields.tries or 0),
            due=_time(fields.due_ms),
            attempts=tuple(self._attempts(f"{sink}/{seq}", fields.log or "")),
        )

    def _attempts(self, delivery: str, log: str) -> Iterator[Attempt]:
        for line in filter(None, log.split("\n")):
            try:
                yield Attempt.model_validate_json(line.partition(" ")[2])
            except ValidationError as error:
                self._told.unreadable("attempt", error, delivery=delivery, attempt=digest(line))


def _time(milliseconds: str | None) -> datetime | None:
    return time_of(int(milliseconds)) if milliseconds else None
