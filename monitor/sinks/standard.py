"""The body of Standard Webhooks: `{"type", "timestamp", "data"}`, fewer than BODY_LIMIT_BYTES. Pure.

`data` is the alert as it stands in the log, but for what other sinks get of it; of a digest, its alerts in short.
"""

import json
import sys
from typing import Any

from monitor.models import Alert, Delivery
from monitor.sinks.latest import Latest
from monitor.sinks.shapes import compact

BODY_LIMIT_BYTES = 20_000
FAR_TOO_LARGE_CHARS = 10 * BODY_LIMIT_BYTES
DIGEST = "digest"
DIGEST_CHARS = (500, 250, 120, 60, 30, 0)
"""How long a text in a digest may be: the first of these with which all its alerts fit."""


ALERTS_AT_HAND = 128
"""So many bodies are kept while their alerts go out to one sink after the other."""


def standard(delivery: Delivery) -> bytes:
    """The body for a delivery: the same delivery gives the same bytes."""
    return render_digest(delivery.digest_of) if delivery.digest_of else _rendered(delivery.alert)


def render_digest(alerts: tuple[Alert, ...]) -> bytes:
    """Every alert in short, in order: each with its id and seq, and with as much of its words as there is room for."""
    body = b""
    for chars in DIGEST_CHARS:
        data = {"count": len(alerts), "alerts": [_short(alert, chars) for alert in alerts]}
        body = compact({"type": DIGEST, "timestamp": alerts[-1].model_dump(mode="json")["ts"], "data": data})
        if len(body) < BODY_LIMIT_BYTES:
            break
    return body


def _short(alert: Alert, chars: int) -> dict[str, Any]:
    """An alert of a digest; no text is longer than that, and with none at all it is its names alone."""
    data = alert.model_dump(mode="json", include={"seq", "alert_id", "kind"})
    if not chars:
        return data
    data |= alert.model_dump(mode="json", include={"claim_id", "event_time", "status", "reason"})
    if alert.claim:
        data |= alert.claim.model_dump(mode="json", include={"text", "claimant"})
    if alert.figure:
        data["figure"] = {"what": alert.figure.what, "value": alert.figure.value}
    short: dict[str, Any] = _squeezed(data, chars, 1)
    return short | {"alert_id": alert.alert_id, "kind": str(alert.kind)}


def render(alert: Alert) -> bytes:
    """The body for an alert: the same alert gives the same bytes, fewer than BODY_LIMIT_BYTES, always valid JSON.

    `data.left_out` counts what had to go: the oldest sources first, then the oldest figures of the history, then
    other lists' ends; only then are texts shortened, with "…". An alert that is far too large begins with the texts,
    so that it costs no more time than others.
    """
    data = alert.model_dump(mode="json", exclude={"suppressed"})
    if len(json.dumps(data)) > FAR_TOO_LARGE_CHARS:
        data = _squeezed(data, 2048, sys.maxsize)
    data["left_out"] = {}
    body = _wrapped(alert, data)
    for shorten in (_fewer_sources, _shorter_history):
        if len(body) >= BODY_LIMIT_BYTES:
            shorten(data, len(body) - BODY_LIMIT_BYTES + 100)
            body = _wrapped(alert, data)
    chars, items = 2048, 64
    while len(body) >= BODY_LIMIT_BYTES:
        data = _squeezed(data, chars, items)
        body = _wrapped(alert, data)
        chars, items = max(chars // 2, 64), max(items // 2, 1)
    return body


_rendered = Latest(render, ALERTS_AT_HAND)


def _wrapped(alert: Alert, data: dict[str, Any]) -> bytes:
    return compact({"type": str(alert.kind), "timestamp": data["ts"], "data": data})


def _fewer_sources(data: dict[str, Any], excess: int) -> None:
    sources: list[dict[str, Any]] = data["sources"]
    oldest_first = sorted(range(len(sources)), key=lambda place: (sources[place]["published_at"], place))
    gone: set[int] = set()
    for place in oldest_first[:-1]:  # one source at least stays: an alert without a quote proves nothing
        if excess <= 0:
            break
        excess -= len(compact(sources[place])) + 1
        gone.add(place)
    if gone:
        data["sources"] = [source for place, source in enumerate(sources) if place not in gone]
        data["left_out"]["sources"] = len(gone)


def _shorter_history(data: dict[str, Any], excess: int) -> None:
    if not data["figure"]:
        return
    history: list[dict[str, Any]] = data["figure"]["history"]
    gone = 0
    while excess > 0 and gone < len(history) - 1:
        excess -= len(compact(history[gone])) + 1
        gone += 1
    if gone:
        data["figure"]["history"] = history[gone:]
        data["left_out"]["history"] = gone


def _squeezed(value: Any, chars: int, items: int) -> Any:
    """A copy in which no text and no list is longer than that; a URL that would be cut is left out instead."""
    if isinstance(value, str):
        return value if len(value) <= chars else value[: chars - 1] + "…"
    if isinstance(value, list):
        return [_squeezed(item, chars, items) for item in value[:items]]
    if isinstance(value, dict):
        return {
            key: None if key == "url" and isinstance(item, str) and len(item) > chars else _squeezed(item, chars, items)
            for key, item in value.items()
        }
    return value
