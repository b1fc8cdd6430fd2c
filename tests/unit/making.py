"""Values for tests of pure judgement: each function makes one, with what a test does not care about filled in."""

from datetime import UTC, datetime, timedelta

from monitor.models import Claim, Figure, Post, Sighting, digest
from monitor.protocols import Choice

NOON = datetime(2023, 5, 22, 12, 0, tzinfo=UTC)


def a_post(text: str = "Gladkov said six people were wounded.", **fields: object) -> Post:
    defaults: dict[str, object] = {
        "id": digest("post", text, *fields.values()),
        "source": "desk",
        "platform": "telegram",
        "channel": "reuters",
        "text": text,
        "published_at": NOON,
        "received_at": NOON,
        "thread": "thread-" + digest(text),
        "doc": "doc.txt",
    }
    return Post.model_validate(defaults | fields)


def a_figure(value: int, what: str = "people wounded", **fields: object) -> Figure:
    defaults: dict[str, object] = {
        "what": what,
        "value": value,
        "low": value,
        "high": value,
        "text": str(value),
        "start": 0,
        "end": 1,
    }
    return Figure.model_validate(defaults | fields)


def a_sighting(text: str = "six people were wounded", *, after_hours: float = 0, **fields: object) -> Sighting:
    at = NOON + timedelta(hours=after_hours)
    outlet = fields.get("outlet", "Reuters")
    defaults: dict[str, object] = {
        "id": digest("sighting", text, outlet, at, *fields.values()),
        "post_id": digest("post", text, outlet),
        "source": "desk",
        "platform": "telegram",
        "channel": "reuters",
        "outlet": outlet,
        "published_at": at,
        "received_at": at,
        "thread": digest("thread", outlet),
        "doc": "doc.txt",
        "start": 0,
        "end": len(text),
        "text": text,
        "claimant": "Vyacheslav Gladkov",
        "claimant_key": "vyacheslav-gladkov",
    }
    return Sighting.model_validate(defaults | fields)


def no_claim(because: str = "nothing like it") -> Choice:
    return Choice(claim=None, because=because)


def same_as(claim: Claim, because: str = "same event") -> Choice:
    return Choice(claim=claim, because=because)
