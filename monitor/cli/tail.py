"""The alerts as they come, like `tail -f`."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog

from monitor.errors import StoreUnavailable
from monitor.models import Alert
from monitor.store import Store

log = structlog.get_logger()

RETRY_S = 0.5


async def tail(store: Store, show: Callable[[Alert], None], *, after: int | None, last: int, follow: bool) -> None:
    """Shows the alerts above `after` (None: the `last` ones), then with `follow` each as it is raised, without end.

    A store that goes away meanwhile is waited for; no alert is left out or shown twice.
    """
    seq = max(0, await store.alerts.last_seq() - last) if after is None else after
    while True:
        try:
            async for alert in _alerts(store, seq, follow=follow):
                if alert.seq > seq + 1 and seq:
                    log.warning("alerts.gone", first=seq + 1, last=alert.seq - 1, hint="kept no longer, or unreadable")
                show(alert)
                seq = alert.seq
        except StoreUnavailable as error:
            if not follow:
                raise
            log.warning("store.unavailable", error=str(error))
            await asyncio.sleep(RETRY_S)
        else:
            return


def _alerts(store: Store, seq: int, *, follow: bool) -> AsyncIterator[Alert]:
    return store.alerts.follow(seq) if follow else store.alerts.all(seq)
