"""The body of Standard Webhooks: `{"type", "timestamp", "data"}`, fewer than BODY_LIMIT_BYTES. Pure.

`data` is the alert as it stands in the log; of a digest, `alert_ids` and the alerts themselves, as many as fit.
"""

import json
import sys
from typing import Any

from monitor.models import Alert, Delivery
from monitor.sinks.shapes import compact

BODY_LIMIT_BYTES = 20_000
FAR_TOO_LARGE_CHARS = 10 * BODY_LIMIT_BYTES
DIGEST = "alerts.digest"


def standard(delivery: Delivery) -> bytes:
    """The body for a delivery: the same delivery gives the same bytes."""
    return render_digest(delivery.digest_of) if delivery.digest_of else render(delivery.alert)


def render_digest(alerts: tuple[Alert, ...]) -> bytes:
    """All ids; then the alerts in order, each as its own body would show it, until there is no room for the next.

    `data.left_out` counts those that are named by their id alone.
    """
    data: dict[str, Any] = {"alert_ids": [alert.alert_id for alert in alerts], "alerts": [], "left_out": {}}
    body = _digest(alerts, data)
    room = BODY_LIMIT_BYTES - len(body) - 50
    for alert in alerts:
        shown = json.loads(render(alert))["data"]
        room -= len(compact(shown)) + 1
        if room < 0:
            break
        data["alerts"].append(shown)
    if len(data["alerts"]) < len(alerts):
        data["left_out"]["alerts"] = len(alerts) - len(data["alerts"])
    return _digest(alerts, data)


def _digest(alerts: tuple[Alert, ...], data: dict[str, Any]) -> bytes:
    return compact({"type": DIGEST, "timestamp": alerts[-1].model_dump(mode="json")["ts"], "data": data})


def render(alert: Alert) -> bytes:
    """The body for an alert: the same alert gives the same bytes, fewer than BODY_LIMIT_BYTES, always valid JSON.

    `data.left_out` counts what had to go: the oldest sources first, then the oldest figures of the history, then
    other lists' ends; only then are texts shortened, with "…". An alert that is far too large begins with the texts,
    so that it costs no more time than others.
    """
    data = alert.model_dump(mode="json")
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
