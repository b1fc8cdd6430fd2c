"""What people and chats are shown of an alert, and that nothing in a post becomes a mention, a link or markup there."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from monitor.models import (
    Alert,
    AlertClaim,
    AlertFigure,
    AlertSink,
    Cause,
    Counts,
    Delivery,
    FigureReading,
    Kind,
    Link,
    Stance,
    Suppressed,
)
from monitor.sinks import apprise, readable, shapes
from monitor.sinks.standard import BODY_LIMIT_BYTES, standard
from tests.delivering import NOON, a_delivery, a_source, an_alert

HOSTILE = (
    "<!channel> <@U123> @everyone @here <https://evil.example|Reuters> [Reuters](https://evil.example) "
    "**bold** _it_ ~no~ `code` > quote # head ||spoiler|| & <script> https://evil.example \x1b[2J \u202e"
)


def a_reading(value: float) -> FigureReading:
    return FigureReading(value=value, claimant="Vyacheslav Gladkov", at=NOON)


def an_update() -> Alert:
    return an_alert(
        7,
        kind=Kind.UPDATED,
        figure=AlertFigure(value=8, what="people wounded", low=6, high=8, history=(a_reading(6), a_reading(8))),
        disputes=(Link(claim_id="claim_2", because="Kyiv denied the accusation"),),
        sources=(
            a_source(1, quote="Six were wounded."),
            a_source(2, outlet="BBC", quote="Eight were wounded.", published_at=NOON + timedelta(hours=1)),
        ),
        counts=Counts(sightings=4, outlets=3, origins=2, claimants=1),
    )


def a_hostile_alert(size: int = 1) -> Alert:
    text = HOSTILE * size
    claim = AlertClaim(text=text, claimant=text, stance=Stance.ASSERTED, places=(text,) * 9, actors=(text,))
    sources = tuple(a_source(number, outlet=f"{number}{text}", quote=text) for number in range(9))
    return an_alert(claim=claim, sources=sources, reason=text)


def a_digest(count: int) -> Delivery:
    alerts = tuple(an_alert(seq) for seq in range(1, count + 1))
    return a_delivery(alerts[-1]).model_copy(update={"digest_of": alerts})


def body(shape: bytes) -> dict[str, Any]:
    parsed = json.loads(shape)
    assert isinstance(parsed, dict)
    return parsed


# --- what people read


def test_an_update_says_who_what_where_both_figures_who_denies_it_and_how_widely_it_is_told() -> None:
    told = readable.readable(an_update())
    assert told.title == "Update: Vyacheslav Gladkov"
    assert told.text().splitlines() == [
        "“Eight were wounded.”",
        "figure: people wounded 6 → 8",
        "where: Graivoron",
        "disputed: Kyiv denied the accusation",
        "told by: 3 outlets, 2 independent origins",
        "why: first told by Vyacheslav Gladkov",
        f"alert: #7, {an_update().claim_id}",
        "BBC: https://example.org/2",
        "Reuters: https://example.org/1",
    ]


def test_a_statement_of_the_outlets_own_names_the_outlet() -> None:
    claim = an_alert().claim
    assert claim is not None
    told = readable.readable(an_alert(claim=claim.model_copy(update={"claimant": "outlet"})))
    assert told.title == "New: Reuters reports"


@pytest.mark.parametrize(
    ("stance", "words"),
    [(Stance.DENIED, "(denied)"), (Stance.CONFIRMED, "(confirmed)"), (Stance.UNVERIFIED, "(unverified)")],
)
def test_the_stance_is_said(stance: Stance, words: str) -> None:
    claim = an_alert().claim
    assert claim is not None
    told = readable.readable(an_alert(claim=claim.model_copy(update={"stance": stance})))
    assert told.title == f"New: Vyacheslav Gladkov {words}"


def test_an_alert_about_a_sink_says_which_and_why() -> None:
    alert = an_alert(
        kind=Kind.SINK_DISABLED,
        claim=None,
        counts=None,
        sources=(),
        sink=AlertSink(name="desk", disabled="status 410", oldest_pending=4),
        reason="status 410",
    )
    told = readable.readable(alert)
    assert told.title == "Sink disabled: desk"
    assert told.text() == "why: status 410\nwaits: from #4 on\nalert: #1"


def test_a_digest_is_a_line_an_alert() -> None:
    delivery = a_digest(3)
    assert readable.title(delivery) == "3 alerts"
    assert [line.split()[0] for line in readable.text(delivery).splitlines()] == ["#1", "#2", "#3"]


def test_numbers_of_neighbours_are_told_as_a_range() -> None:
    assert readable.numbers([an_alert(seq) for seq in (9, 1, 2, 3, 7)]) == "#1 to #3, #7, #9"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "ftp://example.org/a",
        "https://",
        "https://reuters.com@evil.example/",
        "https://[::1",
        "https://example.org/" + "x" * 600,
    ],
)
def test_what_is_no_link_of_the_web_is_not_shown_as_one(url: str | None) -> None:
    assert readable.web_url(url) is None


def test_a_link_can_not_end_early() -> None:
    url = readable.web_url("https://example.org/a b|c>d)e]f\n*`“")
    assert url is not None
    assert not re.search(r"[\s|<>()\[\]*`“”]", url)


# --- Slack


def test_slack_is_shown_feed_text_as_plain_text_alone() -> None:
    message = body(shapes.slack(a_delivery(a_hostile_alert())))
    for block in message["blocks"]:
        if block["type"] in ("header", "section"):
            assert block["text"]["type"] == "plain_text"
            assert not re.search(r"<|>", block["text"]["text"])
    assert not re.search(r"<|>", message["text"])
    assert (message["mrkdwn"], message["unfurl_links"]) == (False, False)


def test_slack_gets_no_link_but_ours() -> None:
    message = body(shapes.slack(a_delivery(a_hostile_alert())))
    [context] = [block for block in message["blocks"] if block["type"] == "context"]
    [element] = context["elements"]
    assert element["verbatim"] is True
    links = re.findall(r"<([^|>]*)\|([^<>|]*)>", element["text"])
    assert [url for url, _ in links] == [f"https://example.org/{number}" for number in (8, 7, 6, 5, 4)]
    assert "<" not in re.sub(r"<[^<>]*>", "", element["text"])


def test_slacks_own_limits_hold_for_an_alert_that_is_far_too_large() -> None:
    for delivery in (a_delivery(a_hostile_alert(100)), a_digest(3000)):
        message = body(shapes.slack(delivery))
        assert len(message["blocks"]) <= 50
        assert len(message["blocks"][0]["text"]["text"]) <= 150
        assert all(len(block["text"]["text"]) <= 3000 for block in message["blocks"] if "text" in block)


def test_links_that_escaping_makes_long_stay_within_slacks_limit() -> None:
    urls = [f"https://example.org/{number}?{'&' * 470}" for number in range(4)]
    sources = [a_source(number, outlet=f"{number}{'&' * 79}", url=url) for number, url in enumerate(urls)]
    sources.append(a_source(4, url="https://example.org/short", published_at=NOON - timedelta(hours=1)))
    message = body(shapes.slack(a_delivery(an_alert(sources=tuple(sources)))))
    [element] = message["blocks"][-1]["elements"]
    assert len(element["text"]) <= 3000
    assert re.findall(r"<(https:[^|]*)\|", element["text"]) == [
        urls[-1].replace("&", "&amp;"), "https://example.org/short",
    ]  # fmt: skip


def test_an_escape_is_never_cut_in_two() -> None:
    assert shapes.fitted("a&&&", 12, shapes.slack_escape) == "a&amp;&amp;…"
    assert shapes.fitted("a&b", 7, shapes.slack_escape) == "a&amp;b"


def test_every_alert_of_a_digest_is_named_to_slack() -> None:
    text = json.dumps(body(shapes.slack(a_digest(90)))["blocks"])
    assert all(f"#{seq} New" in text for seq in range(1, 41))
    assert "and 50 more: #41 to #90" in text


# --- Discord


def test_discord_mentions_nobody_and_reads_no_markup() -> None:
    message = body(shapes.discord(a_delivery(a_hostile_alert())))
    assert message["allowed_mentions"] == {"parse": []}
    assert set(message) == {"embeds", "allowed_mentions"}
    [embed] = message["embeds"]
    words = embed["title"] + embed["description"].partition("\n[")[0]
    assert "@everyone" not in words
    assert not re.search(r"(?<!\\)[*_~`|<>\[\]()#]", words.replace(r"\\", ""))
    assert not re.search(r"(?<!\\)://", words)


def test_discord_gets_links_of_ours_alone() -> None:
    [embed] = body(shapes.discord(a_delivery(a_hostile_alert())))["embeds"]
    links = re.findall(r"(?<!\\)\]\(([^)]*)\)", embed["description"])
    assert links == [f"https://example.org/{number}" for number in (8, 7, 6, 5, 4)]


def test_discords_own_limits_hold_for_an_alert_that_is_far_too_large() -> None:
    for delivery in (a_delivery(a_hostile_alert(100)), a_digest(3000)):
        [embed] = body(shapes.discord(delivery))["embeds"]
        assert len(embed["title"]) <= 256
        assert len(embed["description"]) <= 4096
        assert len(embed["title"]) + len(embed["description"]) <= 6000


def test_every_alert_of_a_digest_is_named_to_discord() -> None:
    [embed] = body(shapes.discord(a_digest(90)))["embeds"]
    text = embed["description"].replace("\\", "")
    lines = text.splitlines()
    shown = len(lines) - 1
    assert [line.split()[0] for line in lines[:-1]] == [f"#{seq}" for seq in range(1, shown + 1)]
    assert lines[-1] == f"and {90 - shown} more: #{shown + 1} to #90"


# --- Alertmanager


def test_alertmanagers_receivers_get_version_4() -> None:
    group = body(shapes.alertmanager(a_delivery(an_update())))
    assert group["version"] == "4"
    assert (group["status"], group["receiver"], group["truncatedAlerts"]) == ("firing", "desk", 0)
    [alert] = group["alerts"]
    assert alert["labels"] == group["commonLabels"]
    assert alert["labels"] == {
        "alertname": "claim.updated",
        "topic": "belgorod",
        "status": "asserted",
        "claim_id": an_update().claim_id,
        "claimant": "Vyacheslav Gladkov",
        "stance": "asserted",
        "place": "Graivoron",
    }
    assert alert["annotations"]["summary"] == "Update: Vyacheslav Gladkov"
    assert (alert["startsAt"], alert["endsAt"]) == ("2023-05-22T12:00:00Z", "0001-01-01T00:00:00Z")
    assert alert["generatorURL"] == "https://example.org/2"
    assert re.fullmatch(r"[0-9a-f]{16}", alert["fingerprint"])


def test_a_group_shares_what_all_its_alerts_have_and_counts_those_left_out() -> None:
    group = body(shapes.alertmanager(a_digest(50)))
    assert len(group["alerts"]) == 40
    assert group["truncatedAlerts"] == 10
    assert "claim_id" not in group["commonLabels"]
    assert group["commonLabels"]["claimant"] == "Vyacheslav Gladkov"


# --- Standard Webhooks


@pytest.mark.parametrize("count", [2, 20, 200])
def test_a_digest_lists_every_alert_and_as_much_of_its_words_as_there_is_room_for(count: int) -> None:
    delivery = a_digest(count)
    written = standard(delivery)
    assert len(written) < BODY_LIMIT_BYTES
    told = body(written)
    assert (told["type"], told["data"]["count"]) == ("digest", count)
    shown = told["data"]["alerts"]
    assert [(alert["seq"], alert["alert_id"], alert["kind"]) for alert in shown] == [
        (alert.seq, alert.alert_id, str(alert.kind)) for alert in delivery.digest_of
    ]
    if count < 200:
        assert {alert["text"] for alert in shown} == {"six people were wounded"}


def test_a_digest_of_the_longest_alerts_is_small_enough_too() -> None:
    alerts = tuple(a_hostile_alert(1000).numbered(99_800 + number) for number in range(200))
    assert len(standard(a_delivery(alerts[-1]).model_copy(update={"digest_of": alerts}))) < BODY_LIMIT_BYTES


def test_who_else_gets_an_alert_is_nobodys_business() -> None:
    alert = an_alert(suppressed=(Suppressed(sink="other", cause=Cause.MUTED, because="muted by ada"),))
    assert b"ada" not in standard(a_delivery(alert))


# --- Apprise


def test_a_message_through_apprise_holds_nothing_that_a_service_would_obey() -> None:
    title, text = apprise.message(a_delivery(a_hostile_alert()))
    words, *links = text.split("\n8")[0], *re.findall(r"https://\S+", text)
    assert not re.search(r"[<>@*`\[\]]", title + words)
    assert "://" not in title + words
    assert links == [f"https://example.org/{number}" for number in (8, 7, 6, 5, 4)]
    assert len(apprise.message(a_delivery(a_hostile_alert(100)))[1]) <= apprise.BODY_CHARS + 2500
