"""Values for tests of delivery: alerts and deliveries with what a test does not care about filled in."""

import base64
from datetime import UTC, datetime

from monitor.models import Alert, AlertClaim, AlertSource, Counts, Delivery, Kind, Stance
from monitor.signing import PREFIX, Secret

NOON = datetime(2023, 5, 22, 12, 0, tzinfo=UTC)
SECRET_TEXT = PREFIX + base64.b64encode(b"a key of the tests, thirty-two b").decode()
OTHER_SECRET_TEXT = PREFIX + base64.b64encode(b"another key, twenty-four").decode()
SECRET = Secret.parse(SECRET_TEXT)
OTHER_SECRET = Secret.parse(OTHER_SECRET_TEXT)


def a_source(number: int = 0, **fields: object) -> AlertSource:
    defaults: dict[str, object] = {
        "post_id": f"post-{number}",
        "channel": "reuters",
        "outlet": "Reuters",
        "url": f"https://example.org/{number}",
        "published_at": NOON.replace(second=number % 60, minute=number // 60),
        "quote": "Six people were wounded, Gladkov said.",
        "start": 0,
        "end": 38,
    }
    return AlertSource.model_validate(defaults | fields)


def an_alert(seq: int = 1, **fields: object) -> Alert:
    defaults: dict[str, object] = {
        "seq": seq,
        "ts": NOON,
        "event_time": NOON,
        "kind": Kind.NEW,
        "alert_id": f"alert_{seq:024x}",
        "topic": "belgorod",
        "claim_id": f"claim_{seq:016x}",
        "revision": 1,
        "supersedes": None,
        "status": "asserted",
        "claim": AlertClaim(
            text="six people were wounded",
            claimant="Vyacheslav Gladkov",
            stance=Stance.ASSERTED,
            places=("Graivoron",),
            actors=(),
        ),
        "figure": None,
        "disputes": (),
        "sources": (a_source(),),
        "counts": Counts(sightings=1, outlets=1, origins=1, claimants=1),
        "reason": "first told by Vyacheslav Gladkov",
    }
    return Alert.model_validate(defaults | fields)


def a_delivery(alert: Alert | None = None, *, sink: str = "desk", attempts: int = 0) -> Delivery:
    alert = alert or an_alert()
    return Delivery(sink=sink, seq=alert.seq, alert=alert, attempts=attempts, token=f"lease-{alert.seq}-{attempts}")
