"""The state of one topic, composed: posts, claims, alerts, outbox, over one connection."""

from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

from monitor.store.alerts import Alerts
from monitor.store.claims import Claims
from monitor.store.connect import About, Connection
from monitor.store.deliveries import Deliveries
from monitor.store.limits import Limits
from monitor.store.mutes import Mutes
from monitor.store.outbox import Outbox
from monitor.store.posts import Posts


class Store:
    """What Redis holds of one topic. `async with` connects, checks the server, and closes at the end.

    `sinks` names those that are told when one of them is disabled; one that only reads needs none.
    Entering raises StoreUnavailable when the server is not there, or still loading, after `patience`, and
    StoreUnsuitable when it is not what is needed. ConfigError: the URL is none.
    """

    about: About

    def __init__(
        self,
        url: str,
        *,
        topic: str,
        sinks: Sequence[str] = (),
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        patience: timedelta = timedelta(seconds=30),
    ) -> None:
        self._connection = Connection(url)
        self._patience = patience
        self.posts = Posts(self._connection, topic, limits)
        self.claims = Claims(self._connection, topic, limits, posts=self.posts)
        self.mutes = Mutes(self._connection, topic, limits)
        self.alerts = Alerts(self._connection, topic)
        self.outbox = Outbox(self._connection, topic, limits, alerts=self.alerts, sinks=sinks)
        self.deliveries = Deliveries(self._connection, topic, limits, alerts=self.alerts)

    async def __aenter__(self) -> Self:
        try:
            self.about = await self._connection.await_ready(self._patience)
        except BaseException:
            await self._connection.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()
