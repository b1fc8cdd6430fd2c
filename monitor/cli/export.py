"""Sightings, claims and alerts as JSON Lines, for programs."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any

from monitor.cli.render import as_json
from monitor.display import json_safe
from monitor.models import Claim, Filing
from monitor.store import Store


class What(StrEnum):
    """What can be exported."""

    SIGHTINGS = "sightings"
    CLAIMS = "claims"
    ALERTS = "alerts"


async def lines(store: Store, what: What) -> AsyncIterator[str]:
    """One JSON object a line: sightings in the order of the decisions, claims by number, alerts by seq."""
    if what is What.SIGHTINGS:
        async for filing in store.claims.filings():
            yield as_json(sighting(filing))
    elif what is What.CLAIMS:
        async for one in store.claims.claims():
            yield as_json(claim(one))
    else:
        async for alert in store.alerts.all():
            yield json_safe(alert.model_dump_json())


def sighting(filing: Filing) -> dict[str, Any]:
    """A filed sighting, flat. `start` and `end` are characters of the document `doc` as Python reads it as text."""
    seen = filing.sighting
    fields = seen.model_dump(mode="json", exclude={"frame", "source", "platform", "received_at", "thread"})
    return {
        **{name: fields.pop(name) for name in ("doc", "start", "end", "text")},
        "claim_id": filing.claim_id,
        "claimant": seen.claimant,
        "decision": str(filing.decision),
        "figure": seen.figure.value if seen.figure else None,
        "disputes": [link.claim_id for link in filing.disputes],
        "number": filing.number,
        **fields,
        "because": filing.because,
        "told": filing.told,
    }


def claim(one: Claim) -> dict[str, Any]:
    """A claim without the sightings that it is compared by; those are in the sightings."""
    return one.model_dump(mode="json", exclude={"exemplars"}) | {"status": one.status}
