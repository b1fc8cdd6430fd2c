"""An alert as people read it: what, who says so, where, the figure old and new, who denies it, the quote, the links.

Pure, and the one place that words alerts for chats, mails and standard output; `cli.render` sets them for terminals,
and asks here who says what. All text that came from a feed has gone
through `safe` and is cut; what a service would take for markup or a mention is its own shape's matter (`shapes.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from monitor.display import safe
from monitor.models import OUTLET, Alert, AlertClaim, Delivery, Kind, Stance

QUOTE_CHARS = 800
NAME_CHARS = 80
LINKS = 5
URL_CHARS = 500
HEADS = {
    Kind.NEW: "New",
    Kind.UPDATED: "Update",
    Kind.CORROBORATED: "Corroborated",
    Kind.DISPUTED: "Disputed",
    Kind.SINK_DISABLED: "Sink disabled",
    Kind.SINK_TEST: "Test",
}


@dataclass(frozen=True)
class Readable:
    """One alert in words: a headline, the quote ("" if it is not about a claim), facts by name, links by outlet."""

    title: str
    quote: str
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """All but the title, a line each."""
        return "\n".join([self.words(), *(f"{outlet}: {url}" for outlet, url in self.links)])

    def words(self) -> str:
        """The quote and the facts: what feeds had a say in."""
        lines = [self.quote] if self.quote else []
        return "\n".join([*lines, *(f"{name}: {value}" for name, value in self.facts)])


def readable(alert: Alert) -> Readable:
    if alert.claim is None:
        about = safe(alert.sink.name, limit=NAME_CHARS) if alert.sink else ""
        facts = [("why", safe(alert.reason, limit=QUOTE_CHARS)), *_waiting(alert), ("alert", f"#{alert.seq}")]
        return Readable(f"{HEADS[alert.kind]}: {about}", "", tuple(facts), ())
    return Readable(
        title=f"{HEADS[alert.kind]}: {''.join(who(alert, alert.claim))}",
        quote=f"“{_one_line(said(alert, alert.claim), QUOTE_CHARS)}”",
        facts=tuple((name, value) for name, value in _facts(alert, alert.claim) if value),
        links=_links(alert),
    )


def line(alert: Alert) -> str:
    """The alert in one line, for a digest."""
    told = readable(alert)
    quote_ = told.quote if len(told.quote) <= 200 else told.quote[:198] + "…”"
    figure = next((value for name, value in told.facts if name == "figure"), "")
    return " ".join(part for part in (f"#{alert.seq}", told.title, quote_, f"({figure})" if figure else "") if part)


def title(delivery: Delivery) -> str:
    alerts = delivery.digest_of
    return f"{len(alerts)} alerts" if alerts else readable(delivery.alert).title


def text(delivery: Delivery) -> str:
    """All of a delivery but its title: one alert in full, or a line for each alert of a digest."""
    if delivery.digest_of:
        return "\n".join(line(alert) for alert in delivery.digest_of)
    return readable(delivery.alert).text()


def numbers(alerts: Sequence[Alert]) -> str:
    """The alerts by seq, neighbours as a range: "#3, #7 to #12"."""
    runs: list[list[int]] = []
    for seq in sorted(alert.seq for alert in alerts):
        if runs and seq == runs[-1][1] + 1:
            runs[-1][1] = seq
        else:
            runs.append([seq, seq])
    return ", ".join(f"#{first}" if first == last else f"#{first} to #{last}" for first, last in runs)


def web_url(url: str | None) -> str | None:
    """The URL if it is one of the web and not too long, with all that could end or dress up a link written as %XX."""
    try:
        parts = urlsplit(url or "")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    written = quote(url or "", safe=":/?#@!$&+,;=%-._~") if usable else ""
    return written if 0 < len(written) <= URL_CHARS else None


def _one_line(words: str, limit: int) -> str:
    return safe(" ".join(words.split()), limit=limit)


def who(alert: Alert, claim: AlertClaim) -> tuple[str, str]:
    """Who, and how where it is not plainly asserted; without a verb, as who may be one or many.

    An outlet that states something in its own voice is named.
    """
    how = "" if claim.stance is Stance.ASSERTED else f" ({claim.stance})"
    if claim.claimant == OUTLET and alert.sources:
        return _one_line(alert.sources[0].outlet, NAME_CHARS), f" reports{how}"
    return _one_line(claim.claimant, NAME_CHARS), how


def said(alert: Alert, claim: AlertClaim) -> str:
    """As it came: a changed figure stands in the latest quote; anything else is about the claim as it was made."""
    if alert.kind is Kind.UPDATED and alert.sources:
        return max(alert.sources, key=lambda source: source.published_at).quote
    return claim.text


def _facts(alert: Alert, claim: AlertClaim) -> list[tuple[str, str]]:
    denials = list(dict.fromkeys(_one_line(link.because, 200) for link in alert.disputes))
    return [
        ("figure", _figure(alert)),
        ("where", _listed(claim.places)),
        ("about", _listed(claim.actors)),
        ("disputed", "; ".join(denials[:3])),
        ("told by", _told_by(alert)),
        ("why", _one_line(alert.reason, 300)),
        ("alert", f"#{alert.seq}, {alert.claim_id}"),
    ]


def _figure(alert: Alert) -> str:
    if alert.figure is None:
        return ""
    what, history = _one_line(alert.figure.what, NAME_CHARS), alert.figure.history
    if len(history) > 1:
        return f"{what} {_number(history[-2].value)} → {_number(history[-1].value)}"
    return f"{what} {_number(alert.figure.value)}"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}"


def _listed(names: Sequence[str]) -> str:
    rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(_one_line(name, NAME_CHARS) for name in names[:5]) + rest


def _told_by(alert: Alert) -> str:
    if alert.counts is None:
        return ""
    outlets, origins = alert.counts.outlets, alert.counts.origins
    return f"{outlets} outlet{'s'[: outlets != 1]}, {origins} independent origin{'s'[: origins != 1]}"


def _waiting(alert: Alert) -> list[tuple[str, str]]:
    oldest = alert.sink.oldest_pending if alert.sink else None
    return [("waits", f"from #{oldest} on")] if oldest else []


def _links(alert: Alert) -> tuple[tuple[str, str], ...]:
    """The latest sources that have a link, one an outlet."""
    found: dict[str, str] = {}
    for source in sorted(alert.sources, key=lambda source: source.published_at, reverse=True):
        if url := web_url(source.url):
            found.setdefault(_one_line(source.outlet, NAME_CHARS), url)
    return tuple(found.items())[:LINKS]
