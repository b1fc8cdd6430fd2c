"""Lease, send, settle: takes what is in the outbox to the sinks, each in its own order.

    outbox.lease | sink.send | outbox.settle      delivered, again at t, or dead

One task a sink, so that none waits for another, and one for each of its attempts: what has ended is settled, and what
comes next is leased, in one go. What is in flight when a process dies is leased again when its time is over, and goes
out under the same id: at least once. Nothing is held in memory but what is in flight: of each sink one delivery, or as
many as its lane allows.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from monitor import alerting
from monitor.backoff import Schedule
from monitor.errors import StoreUnavailable
from monitor.models import Alert, AlertSink, Attempt, Delivery, Disabled, Kind, Outcome, Rate, Verdict
from monitor.protocols import Outbox, Sink
from monitor.timing import pause, wall_clock

STORE_PAUSE_S = 0.5
# An empty queue is looked at this often even when no new alert woke it: a delivery may be put back by hand, or be
# left behind by another process.
LOOK_AGAIN_S = 2.0
WAIT_BLOCK_MS = 1000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lane:
    """A sink, when it is tried again, and how long a delivery is its own.

    `lease` must be longer than the sink's own time limit: an attempt is cut off after nine tenths of it. A sink that
    fails for `disable_after`, with no success in between, is disabled; None: never. What exceeds `rate` comes later,
    as one digest. With more than one `in_flight`, neighbours may arrive swapped; behind one that failed, all wait.
    """

    sink: Sink
    schedule: Schedule
    lease: timedelta
    disable_after: timedelta | None = None
    rate: Rate | None = None
    in_flight: int = 1


@dataclass(frozen=True)
class _Ended:
    """An attempt that is over and has to be settled; its lease is `until`, by the monotonic clock."""

    delivery: Delivery
    outcome: Outcome
    attempt: Attempt
    next_at: datetime | None
    until: float


@dataclass
class _Place:
    """Where a lane stands: what wakes it, how many attempts are `under_way` and their time limits, those that have
    `ended` and are still counted as under way, when its head is due, why it takes no more.
    """

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    limits: set[asyncio.Timeout] = field(default_factory=set)
    ended: list[_Ended] = field(default_factory=list)
    due: datetime | None = None
    disabled: Disabled | None = None


class Dispatcher:
    """Runs one lane a sink, until told to stop."""

    def __init__(
        self,
        outbox: Outbox,
        lanes: Sequence[Lane],
        *,
        grace: timedelta = timedelta(seconds=5),
        clock: Callable[[], datetime] = wall_clock,
        fraction: Callable[[], float] = random.random,
    ) -> None:
        """`grace`: what an attempt in flight still gets when stopping. `fraction`, 0 to 1: picks the jitter."""
        self._outbox = outbox
        self._lanes = {lane.sink.name: lane for lane in lanes}
        if len(self._lanes) != len(lanes):
            raise ValueError("each sink needs a name of its own")
        self._grace_s = grace.total_seconds()
        self._clock = clock
        self._fraction = fraction
        self._places = {name: _Place() for name in self._lanes}
        self._changed = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Ends once `stopping` is set and each lane has ended or given up its attempt: after `grace` at the latest."""
        async with asyncio.TaskGroup() as group:
            lanes = [
                group.create_task(self._serve(lane, stopping), name=f"dispatch:{name}")
                for name, lane in self._lanes.items()
            ]
            watch = group.create_task(self._watch(stopping), name="dispatch:watch")
            stop = group.create_task(self._stop(stopping), name="dispatch:stop")
            if lanes:
                await asyncio.wait(lanes)
            await stop
            watch.cancel()

    async def drain(self, patience: timedelta) -> None:
        """Returns when nothing is left that goes out within `patience`; meanwhile `run` must be running.

        A queue counts as drained when it is empty, when its head waits longer than `patience` for its next attempt,
        or when its sink is disabled. Dead deliveries count as gone. A head that is due within the sink's lease is
        waited for in any case: a process that died may have had it in its hands.
        """
        while True:
            self._changed.clear()
            if await self._drained(patience):
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._changed.wait()

    def disabled(self) -> dict[str, Disabled]:
        """The sinks that are offered nothing more, as the store said when it was asked last, and why."""
        return {name: place.disabled for name, place in self._places.items() if place.disabled}

    async def _drained(self, patience: timedelta) -> bool:
        try:
            for name, place in self._places.items():
                longest = max(patience, self._lanes[name].lease)
                later = place.due is not None and place.due > self._clock() + longest
                if not place.disabled and not later and await self._outbox.pending(name):
                    return False
        except StoreUnavailable:
            return False
        return True

    # --- one lane

    async def _serve(self, lane: Lane, stopping: asyncio.Event) -> None:
        place = self._places[lane.sink.name]
        async with asyncio.TaskGroup() as tasks:
            while place.under_way or not stopping.is_set():
                place.wake.clear()  # before looking: what comes while looking wakes again
                ended, place.ended = place.ended, []
                place.under_way -= len(ended)
                for one in ended:
                    tasks.create_task(self._settle(place, one, stopping), name="dispatch:settle")
                if ended:
                    await asyncio.sleep(0)  # they ask first; the store is asked for both in one go
                found = await self._look(lane, place, 0 if stopping.is_set() else lane.in_flight - place.under_way)
                if not isinstance(found, tuple):
                    await _rest(place.wake, found)
                    continue
                for delivery in found:
                    place.under_way += 1
                    tasks.create_task(self._attempt(lane, place, delivery, stopping), name="dispatch:attempt")
                if place.under_way == lane.in_flight:
                    await place.wake.wait()  # the end of an attempt

    async def _look(self, lane: Lane, place: _Place, room: int) -> tuple[Delivery, ...] | float:
        """The deliveries that there is room for; or in how many seconds to look again, if nothing wakes the lane."""
        if not room:  # also when stopping, and then there may be nothing left to wait for
            return LOOK_AGAIN_S if place.under_way else 0.0
        try:
            found = await self._outbox.lease(
                lane.sink.name, self._clock(), lane.lease, lane.rate, lane.in_flight, most=room
            )
        except StoreUnavailable:
            return STORE_PAUSE_S
        _note(lane.sink.name, place, found if isinstance(found, Disabled) else None)
        self._changed.set()
        if isinstance(found, Disabled):
            return LOOK_AGAIN_S
        if isinstance(found, tuple):
            place.due = None
            return found
        place.due = found
        wait_s = LOOK_AGAIN_S if found is None else (found - self._clock()).total_seconds()
        return min(max(wait_s, 0.01), LOOK_AGAIN_S)

    async def _attempt(self, lane: Lane, place: _Place, delivery: Delivery, stopping: asyncio.Event) -> None:
        at, started = self._clock(), time.monotonic()
        outcome = await self._send(lane, place, delivery, stopping)
        attempt = Attempt(
            at=at,
            duration_ms=round((time.monotonic() - started) * 1000),
            status=outcome.status,
            error=outcome.error,
            answer=outcome.answer,
        )
        if not stopping.is_set():  # what is cut short by our own end is no failure of the receiver
            outcome = _given_up(lane, delivery, outcome, at)
        next_at = self._next_at(lane, delivery, outcome)
        place.ended.append(_Ended(delivery, outcome, attempt, next_at, started + lane.lease.total_seconds()))
        place.wake.set()

    async def _send(self, lane: Lane, place: _Place, delivery: Delivery, stopping: asyncio.Event) -> Outcome:
        """One attempt, contained: however a sink fails, it is an outcome, and the other sinks never notice."""
        limit_s = lane.lease.total_seconds() * 0.9
        limit = asyncio.timeout(min(limit_s, self._grace_s) if stopping.is_set() else limit_s)
        try:
            async with limit:
                place.limits.add(limit)
                return await lane.sink.send(delivery)
        except TimeoutError:
            because = "stopped before there was an answer" if stopping.is_set() else f"no end after {limit_s:g} s"
            return Outcome(verdict=Verdict.RETRY, error=because)
        except Exception as error:  # a mistake of ours in a sink; told with all that is known of it
            _log.exception("delivery.crashed", sink=lane.sink.name, alert_id=delivery.id)
            return Outcome(verdict=Verdict.RETRY, error=f"the sink failed: {type(error).__name__}")
        finally:
            place.limits.discard(limit)

    def _next_at(self, lane: Lane, delivery: Delivery, outcome: Outcome) -> datetime | None:
        now = self._clock()
        if outcome.verdict is Verdict.DISABLE:
            return now  # stays pending: the sink is at fault, not the alert
        if outcome.verdict is not Verdict.RETRY:
            return None
        wish = None if outcome.retry_after_s is None else timedelta(seconds=min(outcome.retry_after_s, 10**9))
        return lane.schedule.next_at(delivery.attempts + 1, now, wish, self._fraction())

    async def _settle(self, place: _Place, ended: _Ended, stopping: asyncio.Event) -> None:
        settled = await self._settled(ended, stopping)
        if place.due:  # the look came first, where settling had to be asked for twice: it saw what is over as under way
            place.wake.set()
        _tell(ended.delivery, ended.outcome, ended.attempt, ended.next_at, settled)
        self._changed.set()

    async def _settled(self, ended: _Ended, stopping: asyncio.Event) -> bool:
        """Settles, however long the store is away, while the lease lasts; False when it was lost meanwhile."""
        disabling = _disabling(ended.delivery, ended.outcome, ended.attempt.at)
        while True:
            try:
                return await self._outbox.settle(ended.delivery, ended.outcome, ended.attempt, ended.next_at, disabling)
            except StoreUnavailable:
                if stopping.is_set() or time.monotonic() >= ended.until:
                    return False
                await pause(stopping, STORE_PAUSE_S)

    # --- all lanes

    async def _watch(self, stopping: asyncio.Event) -> None:
        """Wakes the lanes when there is a new alert."""
        highest = 0
        while not stopping.is_set():
            try:
                newest = await self._outbox.wait(highest, WAIT_BLOCK_MS)
            except StoreUnavailable as error:
                _log.warning("store.unavailable", error=str(error))  # here alone, not once a lane
                await pause(stopping, STORE_PAUSE_S)
                continue
            if newest != highest:
                highest = newest
                self._wake_all()

    async def _stop(self, stopping: asyncio.Event) -> None:
        """Ends the rests at once, and gives attempts in flight their grace."""
        await stopping.wait()
        self._wake_all()
        over = asyncio.get_running_loop().time() + self._grace_s
        for limit in [limit for place in self._places.values() for limit in place.limits]:
            if (limit.when() or over) >= over:
                limit.reschedule(over)

    def _wake_all(self) -> None:
        for place in self._places.values():
            place.wake.set()


async def _rest(wake: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()


def _given_up(lane: Lane, delivery: Delivery, outcome: Outcome, at: datetime) -> Outcome:
    """The outcome, or that the sink is to be disabled: it has failed for too long, and fails again."""
    since = delivery.failing_since
    if outcome.verdict in (Verdict.DELIVERED, Verdict.DISABLE) or lane.disable_after is None or since is None:
        return outcome
    if at - since < lane.disable_after:
        return outcome
    because = f"no success since {since:%Y-%m-%d %H:%M} UTC; the last: {outcome.error}"
    return outcome.model_copy(update={"verdict": Verdict.DISABLE, "error": because})


def _disabling(delivery: Delivery, outcome: Outcome, at: datetime) -> Alert | None:
    """What the other sinks are told when this outcome disables the sink."""
    if outcome.verdict is not Verdict.DISABLE:
        return None
    sink = AlertSink(
        name=delivery.sink,
        disabled=outcome.error,
        failing_since=delivery.failing_since,
        oldest_pending=min([delivery.seq, *(alert.seq for alert in delivery.digest_of)]),
    )
    reason = f"{outcome.error}; its alerts wait, from #{sink.oldest_pending} on, until it is enabled"
    return alerting.about_sink(Kind.SINK_DISABLED, delivery.alert.topic, sink, reason, at)


def _note(sink: str, place: _Place, disabled: Disabled | None) -> None:
    """Says, once, that the sink was disabled or enabled, by whatever process and for whatever reason."""
    if disabled and not place.disabled:
        _log.error("sink.disabled", sink=sink, because=disabled.because, since=disabled.since.isoformat())
    if place.disabled and not disabled:
        _log.warning("sink.enabled", sink=sink)
    place.disabled = disabled


def _tell(delivery: Delivery, outcome: Outcome, attempt: Attempt, next_at: datetime | None, settled: bool) -> None:
    _log.info(
        "delivery.attempted",
        sink=delivery.sink,
        alert_id=delivery.id,
        alerts=len(delivery.digest_of) or 1,
        seq=delivery.seq,
        attempt=delivery.attempts + 1,
        verdict=str(outcome.verdict if outcome.verdict is not Verdict.RETRY or next_at else Verdict.DEAD),
        settled=settled,
        duration_ms=attempt.duration_ms,
        status=outcome.status,
        error=outcome.error,
        next_at=next_at.isoformat() if next_at else None,
    )
