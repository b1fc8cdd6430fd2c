"""From the configuration to the bounds of the store, which the daemon and the commands keep to alike."""

from monitor.settings import Settings
from monitor.store import Limits


def limits(settings: Settings) -> Limits:
    return Limits(
        posts=settings.retention.posts,
        threads=settings.retention.threads,
        claims=settings.retention.claims,
        alerts=settings.retention.alerts,
        reclaim_after=settings.worker.reclaim_after,
    )
