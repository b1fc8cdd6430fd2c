"""Five articles are posted paragraph by paragraph; whoever listens is told each claim once, with proof."""

import json
from collections import Counter
from itertools import groupby
from typing import Any

from tests.processes import SEEDS
from tests.scenarios.conftest import Replayed

COUNTED = ("posts", "sightings", "claims", "alerts")


def documents() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")}


def test_the_summary_counts_what_the_log_and_the_store_hold(
    seeds_replayed: Replayed, sightings: list[dict[str, Any]], claims: list[dict[str, Any]]
) -> None:
    rows = [line.split() for line in seeds_replayed.printed.splitlines()]
    counted = {row[0]: int(row[1].replace(",", "")) for row in rows if len(row) > 1 and row[0] in COUNTED}
    assert counted == {
        "posts": sum(len([line for line in text.splitlines() if line.strip()]) for text in documents().values()),
        "sightings": len(sightings),
        "claims": len(claims),
        "alerts": len(seeds_replayed.alerts),
    }


def test_every_claim_is_told_as_new_exactly_once(seeds_replayed: Replayed, claims: list[dict[str, Any]]) -> None:
    new = Counter(alert["claim_id"] for alert in seeds_replayed.alerts if alert["kind"] == "claim.new")
    assert new == Counter(claim["id"] for claim in claims)


def test_the_alerts_of_a_claim_follow_one_another_from_its_first(seeds_replayed: Replayed) -> None:
    by_claim = sorted(seeds_replayed.alerts, key=lambda alert: (alert["claim_id"], alert["seq"]))
    for _, alerts in groupby(by_claim, key=lambda alert: alert["claim_id"]):
        chain = list(alerts)
        assert chain[0]["kind"] == "claim.new"
        assert [alert["supersedes"] for alert in chain] == [None, *(alert["alert_id"] for alert in chain[:-1])]


def test_the_numbers_of_the_alerts_have_no_gap(seeds_replayed: Replayed) -> None:
    assert [alert["seq"] for alert in seeds_replayed.alerts] == list(range(1, len(seeds_replayed.alerts) + 1))


def test_every_quote_stands_in_its_document_where_the_alert_says(
    seeds_replayed: Replayed, sightings: list[dict[str, Any]]
) -> None:
    texts = documents()
    document = {sighting["post_id"]: sighting["doc"] for sighting in sightings}
    quotes = [source for alert in seeds_replayed.alerts for source in alert["sources"]]
    assert len(quotes) >= len(seeds_replayed.alerts)
    for quote in quotes:
        assert texts[document[quote["post_id"]]][quote["start"] : quote["end"]] == quote["quote"]


def test_every_sighting_and_figure_stands_in_its_document(sightings: list[dict[str, Any]]) -> None:
    texts = documents()
    for sighting in sightings:
        assert texts[sighting["doc"]][sighting["start"] : sighting["end"]] == sighting["text"]
        for figure in sighting["figures"]:
            assert texts[sighting["doc"]][figure["start"] : figure["end"]] == figure["text"]


def test_a_claim_is_told_in_words_that_stand_in_a_document(seeds_replayed: Replayed) -> None:
    texts = documents().values()
    assert all(any(alert["claim"]["text"] in text for text in texts) for alert in seeds_replayed.alerts)


def test_every_sighting_can_say_why_it_was_told_or_not(sightings: list[dict[str, Any]]) -> None:
    assert [sighting["number"] for sighting in sightings] == list(range(1, len(sightings) + 1))
    assert all(sighting["because"] and sighting["told"] for sighting in sightings)
    repeats = [sighting for sighting in sightings if not sighting["told"].startswith("alerted")]
    assert repeats
    assert all(sighting["claim_id"] in sighting["told"] for sighting in repeats)


def test_the_claimed_six_wounded_are_one_claim_and_the_eight_its_update(seeds_replayed: Replayed) -> None:
    wounded = [alert for alert in seeds_replayed.alerts if alert["figure"] and "wounded" in alert["figure"]["what"]]
    updates = [alert for alert in wounded if alert["kind"] == "claim.updated"]
    assert [(one["figure"]["value"], [was["value"] for was in one["figure"]["history"]]) for one in updates] == [
        (8, [6, 8])
    ]
    assert sum(alert["claim_id"] == updates[0]["claim_id"] and alert["kind"] == "claim.new" for alert in wounded) == 1


def test_a_receiver_with_the_published_library_believes_each_webhook_once_in_order(seeds_replayed: Replayed) -> None:
    bodies = seeds_replayed.believed
    assert [body["data"]["seq"] for body in bodies] == [alert["seq"] for alert in seeds_replayed.alerts]
    assert [request.id for request in seeds_replayed.requests] == [one["alert_id"] for one in seeds_replayed.alerts]
    assert [body["type"] for body in bodies] == [alert["kind"] for alert in seeds_replayed.alerts]


def test_a_webhook_says_what_the_log_says(seeds_replayed: Replayed) -> None:
    for request, logged in zip(seeds_replayed.requests, seeds_replayed.alerts, strict=True):
        data = json.loads(request.body)["data"]
        assert {name: data[name] for name in ("seq", "claim_id", "claim", "reason", "figure")} == {
            name: logged[name] for name in ("seq", "claim_id", "claim", "reason", "figure")
        }
        assert len(request.body) < 20_000
