"""What people see of alerts, claims and summaries: the right words, aligned, coloured, and nothing of a feed raw."""

import io
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from monitor import filing
from monitor.app import Summary, Tally
from monitor.cli import render
from monitor.cli.watching import print_summary, watching
from monitor.models import (
    AlertFigure,
    Claim,
    Decision,
    FigureReading,
    Filing,
    Kind,
    Link,
    Sighting,
    Stance,
)
from tests.delivering import NOON, a_source, an_alert
from tests.unit.making import a_sighting, no_claim

HOSTILE = "\x1b[2J\x07[bold]a\u202eb\r\n\x9bc"

AN_ALERT = an_alert()
assert AN_ALERT.claim
assert AN_ALERT.counts
A_CLAIM, COUNTS = AN_ALERT.claim, AN_ALERT.counts


def console(*, terminal: bool, width: int = 80) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=terminal, width=width, color_system="truecolor" if terminal else None
    )


def shown(to: Console) -> str:
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


def alert_on(terminal: bool, **fields: Any) -> str:
    to = console(terminal=terminal)
    render.print_alert(to, an_alert(**fields))
    return shown(to)


def a_claim(sighting: Sighting) -> Claim:
    return filing.file(sighting, no_claim(), "belgorod")[0]


A_CHANGE = AlertFigure(
    value=8,
    what="people wounded",
    low=6,
    high=8,
    history=tuple(FigureReading(value=value, claimant="Gladkov", at=NOON) for value in (5, 6, 8)),
)


# --- alerts


@pytest.mark.parametrize(
    ("kind", "badge", "colour"),
    [
        (Kind.NEW, " NEW ", "42m"),
        (Kind.UPDATED, " UPDATE ", "43m"),
        (Kind.CORROBORATED, " CORROBORATED ", "46m"),
        (Kind.DISPUTED, " DISPUTED ", "41m"),
    ],
)
def test_each_kind_has_a_badge_of_its_own(kind: Kind, badge: str, colour: str) -> None:
    assert f"{colour}{badge}\x1b[0m" in alert_on(True, kind=kind)
    assert f"#1 {kind} " in alert_on(False, kind=kind)


def test_an_alert_says_who_what_where_when_and_which_claim() -> None:
    for said in (alert_on(True), alert_on(False)):
        for words in ("Vyacheslav Gladkov", "“six people were wounded”", "Graivoron", "Reuters", "claim 00000000"):
            assert words in said
    assert "22 May 12:00" in alert_on(True)
    assert alert_on(False).startswith("2023-05-22T12:00:00Z #1 claim.new ")


def test_an_alert_is_one_line_without_colour_in_a_pipe() -> None:
    said = alert_on(False, claim=A_CLAIM.model_copy(update={"text": "six\npeople " * 100}))
    assert said.count("\n") == 1
    assert "\x1b" not in said


def test_a_changed_figure_is_shown_with_the_one_before_and_in_the_latest_words() -> None:
    later = a_source(1, quote="eight people were hurt", published_at=NOON + timedelta(hours=2))
    fields = {"kind": Kind.UPDATED, "figure": A_CHANGE, "sources": (a_source(), later)}
    assert "people wounded  6 → 8" in alert_on(False, **fields)
    assert "“eight people were hurt”" in alert_on(False, **fields)
    assert "\x1b[1;33m8" in alert_on(True, **fields)


def test_an_outlet_that_speaks_for_itself_is_named() -> None:
    claim = A_CLAIM.model_copy(update={"claimant": "outlet"})
    assert "Reuters reports: “" in alert_on(False, claim=claim)
    unverified = claim.model_copy(update={"stance": Stance.UNVERIFIED})
    assert "Reuters reports (unverified): “" in alert_on(False, claim=unverified)


@pytest.mark.parametrize(("stance", "mark"), [("denied", " (denied)"), ("confirmed", " (confirmed)"), ("asserted", "")])
def test_a_stance_is_marked_without_a_verb_as_who_may_be_one_or_many(stance: str, mark: str) -> None:
    claim = A_CLAIM.model_copy(update={"stance": Stance(stance)})
    assert f"Vyacheslav Gladkov{mark}: “" in alert_on(False, claim=claim)


def test_many_outlets_are_counted() -> None:
    sources = tuple(a_source(n, outlet=f"Outlet {n}") for n in range(5))
    counts = COUNTS.model_copy(update={"outlets": 9})
    assert "Outlet 0, Outlet 1, Outlet 2 and 6 more" in alert_on(False, sources=sources, counts=counts)


@pytest.mark.parametrize("terminal", [True, False])
def test_an_alert_from_a_hostile_feed_is_harmless(terminal: bool) -> None:
    said = alert_on(
        terminal,
        claim=A_CLAIM.model_copy(update={"text": HOSTILE, "claimant": HOSTILE, "places": (HOSTILE,)}),
        sources=(a_source(outlet=HOSTILE),),
        figure=A_CHANGE.model_copy(update={"what": HOSTILE}),
        reason=HOSTILE,
    )
    for raw in ("\x1b[2J", "\x07", "\u202e", "\r", "\x9b"):
        assert raw not in said
    assert "\\x1b[2J" in said
    assert "[bold]" in said, "rich's own markup is text, too"


# --- claims


def test_a_disputed_claim_is_shown_with_both_sides() -> None:
    other = a_claim(a_sighting("Kyiv was not behind it", claimant="Mykhailo Podolyak"))
    link = Link(claim_id=other.id, because="denies what this asserts")
    claim = a_claim(a_sighting("Kyiv was behind it")).model_copy(update={"disputed_by": (link,)})
    filed = Filing(
        number=1,
        sighting=claim.exemplars[0],
        claim_id=claim.id,
        decision=Decision.NEW,
        because="no claim like it",
        told="alerted: claim.new",
    )
    to = console(terminal=True, width=160)
    to.print(render.claim_page(claim, [filed], {other.id: other}))
    for words in (
        "disputed by",
        "Mykhailo Podolyak: “Kyiv was not behind it”",
        "denies what this asserts",
        "disputed (made as",
    ):
        assert words in shown(to)


def test_a_sighting_is_shown_with_the_claims_that_it_is_not() -> None:
    near = a_claim(a_sighting("two were wounded in Malinovka"))
    claim = a_claim(a_sighting("six people were wounded"))
    reasons = ["vetoed: other place malinovka", "too little in common: few words (2.0 of 4.5)", "vetoed: other event"]
    filed = Filing(
        number=1,
        sighting=claim.exemplars[0],
        claim_id=claim.id,
        decision=Decision.NEW,
        because="unlike every known claim",
        considered=tuple(
            Link(claim_id=near.id if not n else f"claim_{n}", because=why) for n, why in enumerate(reasons)
        ),
    )
    to = console(terminal=True, width=160)
    to.print(render.claim_page(claim, [filed], {near.id: near}))
    for words in ("“two were wounded in Malinovka” vetoed: other place malinovka", "few words", "nor 1 more: 1 vetoed"):
        assert words in shown(to)


def test_a_claim_whose_older_sightings_are_gone_says_so() -> None:
    claim = a_claim(a_sighting()).model_copy(update={"sightings": 12})
    to = console(terminal=False)
    to.print(render.claim_page(claim, [], {}))
    assert "Sightings: 12 (the last 0 of them)" in shown(to)


# --- a replay


def summary(problems: tuple[str, ...] = ()) -> Summary:
    tally = Tally(posts=147, relevant=140, sightings=120, claims=80)
    tally.alerts.update({Kind.NEW: 80, Kind.DISPUTED: 2})
    claim = a_claim(a_sighting()).model_copy(update={"sightings": 7, "outlets": ("a", "b")})
    return Summary(tally=tally, most_repeated=(claim,), problems=problems, seconds=3.21, peak_memory_mb=176.4)


def test_a_summary_counts_posts_sightings_claims_and_alerts_by_kind() -> None:
    to = console(terminal=False)
    print_summary(to, summary())
    rows = [" ".join(line.split()) for line in shown(to).splitlines()]
    assert rows[:5] == [
        "posts 147 140 about the topic",
        "sightings 120",
        "claims 80",
        "alerts 82 80 new · 2 disputed",
        "took 3.2 s 176 MB at most",
    ]
    assert any(row.startswith("7× 2 outlets ") and "Gladkov: “six people were wounded”" in row for row in rows)


def test_what_was_wrong_in_a_feed_is_summed_up_and_harmless() -> None:
    to = console(terminal=False)
    print_summary(to, summary(tuple(f"'feed/{n}.txt': is {HOSTILE}" for n in range(25))))
    assert "Wrong in the feed: 25" in shown(to)
    assert shown(to).count("is \\x1b[2J") == 20
    assert "and 5 more" in shown(to)


def test_somebody_who_watches_sees_alerts_and_how_far_it_is() -> None:
    to = console(terminal=True)
    with watching(to, alerts=True, progress=True) as told:
        told.alert(an_alert())
        told.progress(Tally(posts=12))
    assert " NEW " in shown(to)
    assert "posts" in shown(to)


def test_a_pipe_gets_no_counting_line() -> None:
    to = console(terminal=False)
    with watching(to, alerts=False, progress=True) as told:
        told.alert(an_alert())
        told.progress(Tally(posts=12))
    assert shown(to) == ""
