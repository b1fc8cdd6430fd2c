"""The alerts that were raised, by seq: a range of them, or as they come."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

import structlog
from pydantic import ValidationError

from monitor.models import Alert
from monitor.store import keys
from monitor.store.connect import LONGEST_BLOCK_MS, Connection
from monitor.store.unreadable import why

_log = structlog.get_logger(__name__)


class Unreadable(NamedTuple):
    """An alert that can't be read, and in words why: the place in it, and what is wrong there.

    A newer version wrote it, or its value is damaged.
    """

    seq: int
    because: str


def read_alert(seq: int, document: str) -> Alert | Unreadable:
    try:
        return Alert.model_validate_json(document).numbered(seq)
    except ValidationError as error:
        return Unreadable(seq, f"the alert can't be read: {why(error)}")


class Alerts:
    """The alerts of one topic. `seq` has no gaps; what is no longer kept is missing at the beginning.

    One that can't be read is left out and told in the log; its seq is missing.
    """

    def __init__(self, connection: Connection, topic: str) -> None:
        self._connection = connection
        self._key = keys.alerts(topic)
        self._told = 0  # up to here: who asks again and again is not told each time

    async def after(self, seq: int, limit: int = 100) -> list[Alert]:
        """The alerts above `seq`, in order, at most `limit`; none when there are no more."""
        alerts: list[Alert] = []
        while not alerts and (entries := await self._entries(seq, limit)):
            alerts = [alert for entry in entries if (alert := self._read(*entry))]
            seq = entries[-1][0]
        return alerts

    async def seqs(self, after_seq: int, limit: int = 100) -> list[int]:
        """Those of the alerts above `after_seq`, in order, at most `limit`, whether they can be read or not."""
        return [seq for seq, _ in await self._entries(after_seq, limit)]

    async def last_seq(self) -> int:
        """The seq of the newest alert, 0 before the first."""
        newest = await self._connection.command("XREVRANGE", self._key, "+", "-", "COUNT", 1)
        return _seq(newest[0][0]) if newest else 0

    async def first_seq(self) -> int:
        """The seq of the oldest alert that is kept, 0 when there is none."""
        oldest = await self._connection.command("XRANGE", self._key, "-", "+", "COUNT", 1)
        return _seq(oldest[0][0]) if oldest else 0

    async def before(self, at: datetime) -> int:
        """The seq of the last alert that was raised before `at` by the server's clock, 0 when there is none.

        What is no longer kept counts as raised before.
        """
        low, high = await self.first_seq(), await self.last_seq()
        if not high:
            return 0
        while low <= high:  # the seqs are without gaps, and rise with the time
            middle = (low + high) // 2
            found = await self._connection.command("XRANGE", self._key, f"{middle}-0", "+", "COUNT", 1)
            if found and int(found[0][1][3]) >= at.timestamp():
                high = middle - 1
            else:
                low = middle + 1
        return high

    async def named(self, alert_id: str) -> Alert | None:
        """The alert with this id, if it is kept. Walks over all of them."""
        async for alert in self.all():
            if alert.alert_id == alert_id:
                return alert
        return None

    async def all(self, after_seq: int = 0) -> AsyncIterator[Alert]:
        """The alerts above `after_seq` that there are now."""
        while found := await self.after(after_seq):
            for alert in found:
                yield alert
            after_seq = found[-1].seq

    async def follow(self, after_seq: int = 0) -> AsyncIterator[Alert]:
        """The alerts above `after_seq`, then each as it is raised, without end."""
        while True:
            newest = await self.last_seq()
            async for alert in self.all(after_seq):
                yield alert
                after_seq = alert.seq
            after_seq = max(after_seq, newest)  # further than the last alert, if the newest can't be read
            await self.wait(after_seq, LONGEST_BLOCK_MS)

    async def wait(self, after_seq: int, block_ms: int) -> int:
        """Blocks until an alert above `after_seq` exists, for `LONGEST_BLOCK_MS` at most; the newest seq it saw."""
        last = await self.last_seq()
        if last > after_seq or block_ms <= 0:
            return last
        found = await self._connection.command(
            "XREAD", "COUNT", 1, "BLOCK", min(block_ms, LONGEST_BLOCK_MS), "STREAMS", self._key, f"{after_seq}-0"
        )
        return _seq(found[0][1][0][0]) if found else last  # who waits for an alert is not kept waiting for another look

    async def _entries(self, after_seq: int, limit: int) -> list[tuple[int, str]]:
        """The alerts as they lie there."""
        found = await self._connection.command("XRANGE", self._key, f"({after_seq}-0", "+", "COUNT", limit)
        return [(_seq(entry_id), fields[1]) for entry_id, fields in found]

    def _read(self, seq: int, document: str) -> Alert | None:
        alert = read_alert(seq, document)
        if isinstance(alert, Alert):
            return alert
        if seq > self._told:
            _log.warning("alert.unreadable", seq=seq, because=alert.because)
            self._told = seq
        return None


def _seq(entry_id: str) -> int:
    return int(entry_id.partition("-")[0])
