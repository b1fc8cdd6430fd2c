"""Sightings, claims, alerts and parked posts as JSON Lines, for programs."""

from collections.abc import AsyncIterator
from enum import StrEnum

from monitor.display import json_safe
from monitor.store import Store
from monitor.views import view_claim, view_filing


class What(StrEnum):
    """What can be exported."""

    SIGHTINGS = "sightings"
    CLAIMS = "claims"
    ALERTS = "alerts"
    PARKED = "parked"


async def lines(store: Store, what: What) -> AsyncIterator[str]:
    """One JSON object a line: sightings in the order of the decisions, claims by number, alerts by seq,
    parked posts as they were set aside.
    """
    if what is What.SIGHTINGS:
        async for filing in store.claims.filings():
            yield json_safe(view_filing(filing).model_dump_json())
    elif what is What.CLAIMS:
        async for one in store.claims.claims():
            yield json_safe(view_claim(one).model_dump_json())
    elif what is What.ALERTS:
        async for alert in store.alerts.all():
            yield json_safe(alert.model_dump_json())
    else:
        async for parked in store.posts.parked():
            yield json_safe(parked.model_dump_json())
