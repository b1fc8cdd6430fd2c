"""The bodies of webhooks for those who point one straight at Alertmanager's receivers, at Slack or at Discord. Pure.

Each stays within the limits that the service documents, and escapes feed text as it asks for: nothing in a post can
call a channel together, make a link or a heading. A digest names every alert: by a line, or at least by its seq.

    alertmanager   version 4 of its webhook: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
    slack          an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    discord        https://docs.discord.com/developers/resources/webhook#execute-webhook
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from monitor.display import json_safe, safe
from monitor.models import Alert, Delivery, digest
from monitor.sinks import readable
from monitor.sinks.readable import Readable

LABEL_CHARS = 200
MOST_ALERTS = 40
NEVER = "0001-01-01T00:00:00Z"

SLACK_HEADER = 150
SLACK_TEXT = 3000
SLACK_FALLBACK = 1000

DISCORD_TITLE = 256
DISCORD_DESCRIPTION = 4000

_MARKDOWN = re.compile(r"([\\*_~`|<>\[\]()#@+\-:.])")


def compact(value: Any) -> bytes:
    """Canonical JSON: no spaces, keys in the order given, text readable, nothing in it that a terminal would obey."""
    return json_safe(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode("utf-8")


def fitted(text: str, limit: int, escape: Callable[[str], str]) -> str:
    """The escaped text, cut before it grows over `limit` characters, never inside of an escape; "…" where cut."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    kept, room = [], limit - 1
    for character in text:
        written = escape(character)
        room -= len(written)
        if room < 0:
            break
        kept.append(character)
    return escape("".join(kept)) + "…"


def _alerts(delivery: Delivery) -> Sequence[Alert]:
    return delivery.digest_of or (delivery.alert,)


# --- Alertmanager


def alertmanager(delivery: Delivery) -> bytes:
    """One group: the alerts of the delivery, each firing, its claim among its labels; at most MOST_ALERTS of them."""
    alerts = _alerts(delivery)
    shown = [_as_alertmanager(alert) for alert in alerts[:MOST_ALERTS]]
    labels = _common(one["labels"] for one in shown)
    return compact(
        {
            "version": "4",
            "groupKey": f'{{}}:{{delivery="{delivery.id}"}}',
            "truncatedAlerts": len(alerts) - len(shown),
            "status": "firing",
            "receiver": delivery.sink,
            "groupLabels": {"topic": delivery.alert.topic},
            "commonLabels": labels,
            "commonAnnotations": _common(one["annotations"] for one in shown),
            "externalURL": "",
            "alerts": shown,
        }
    )


def _as_alertmanager(alert: Alert) -> dict[str, Any]:
    told = readable.readable(alert)
    labels = {"alertname": str(alert.kind), "topic": alert.topic, "status": alert.status}
    if alert.claim is not None:
        labels |= {
            "claim_id": alert.claim_id or "",
            "claimant": alert.claim.claimant,
            "stance": str(alert.claim.stance),
        }
        labels |= {"place": alert.claim.places[0]} if alert.claim.places else {}
    if alert.sink is not None:
        labels |= {"sink": alert.sink.name}
    labels = {name: safe(value, limit=LABEL_CHARS) for name, value in labels.items() if value}
    url = told.links[0][1] if told.links else ""
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {
            "summary": told.title,
            "description": told.text(),
            "alert_id": alert.alert_id,
            "seq": str(alert.seq),
        },
        "startsAt": alert.ts.isoformat().replace("+00:00", "Z"),
        "endsAt": NEVER,
        "generatorURL": url,
        "fingerprint": digest(*(f"{name}={value}" for name, value in sorted(labels.items()))),
    }


def _common(maps: Iterable[dict[str, str]]) -> dict[str, str]:
    first, *others = maps
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


# --- Slack


def slack(delivery: Delivery) -> bytes:
    """Feed text stands in `plain_text` alone, where nothing is markup; links are made by us, of checked URLs."""
    blocks: list[dict[str, Any]] = [_slack_header(readable.title(delivery))]
    if delivery.digest_of:
        shown, rest = delivery.digest_of[:MOST_ALERTS], delivery.digest_of[MOST_ALERTS:]
        blocks += [_slack_section(readable.line(alert)) for alert in shown]
        blocks += [_slack_section(f"and {len(rest)} more: {readable.numbers(rest)}")] if rest else []
    else:
        blocks += _slack_blocks(readable.readable(delivery.alert))
    fallback = fitted(f"{readable.title(delivery)}\n{readable.text(delivery)}", SLACK_FALLBACK, slack_escape)
    return compact({"text": fallback, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False, "blocks": blocks})


def slack_escape(text: str) -> str:
    """What Slack asks for: without these three, no mention, no link, no date can be written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _slack_header(title: str) -> dict[str, Any]:
    text = fitted(title, SLACK_HEADER, slack_escape)
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _slack_section(text: str) -> dict[str, Any]:
    text = fitted(text, SLACK_TEXT, slack_escape)
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _slack_blocks(told: Readable) -> list[dict[str, Any]]:
    blocks = [_slack_section(told.words())]
    if links := _slack_links(told):
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": links, "verbatim": True}]})
    return blocks


def _slack_links(told: Readable) -> str:
    """As many as there is room for: Slack refuses a message with a text that is too long."""
    shown = ""
    for outlet, url in told.links:
        link = f"<{slack_escape(url)}|{_slack_label(outlet)}>"
        if len(longer := f"{shown} · {link}" if shown else link) <= SLACK_TEXT:
            shown = longer
    return shown


def _slack_label(outlet: str) -> str:
    """An outlet's name as the text of a link: what would end the link or dress it up is left out."""
    return slack_escape(re.sub(r"[|*_~`]", " ", outlet)) or "link"


# --- Discord


def discord(delivery: Delivery) -> bytes:
    """One embed; nobody is ever mentioned, whatever the text says."""
    if delivery.digest_of:
        description = _digest_text(delivery.digest_of)
    else:
        description = _discord_text(readable.readable(delivery.alert))
    embed = {
        "title": fitted(readable.title(delivery), DISCORD_TITLE, discord_escape),
        "description": description,
        "timestamp": delivery.alert.ts.isoformat(),
    }
    return compact({"embeds": [embed], "allowed_mentions": {"parse": []}})


def discord_escape(text: str) -> str:
    r"""Every character that can be markup gets its backslash; a mention's "@" is followed by a mark without width."""
    return _MARKDOWN.sub(r"\\\1", text).replace("@", "@\u200b")


def _discord_text(told: Readable) -> str:
    links = "\n".join(f"[{discord_escape(outlet)}]({url})" for outlet, url in told.links)
    return fitted(told.words(), DISCORD_DESCRIPTION - len(links) - 1, discord_escape) + (f"\n{links}" if links else "")


def _digest_text(alerts: Sequence[Alert]) -> str:
    """As many lines as there is room for; the others by number."""
    lines = [discord_escape(readable.line(alert)) for alert in alerts[:MOST_ALERTS]]
    while True:
        rest = alerts[len(lines) :]
        last = [fitted(f"and {len(rest)} more: {readable.numbers(rest)}", 1500, discord_escape)] if rest else []
        written = "\n".join(lines + last)
        if len(written) <= DISCORD_DESCRIPTION or not lines:
            return written
        lines.pop()
