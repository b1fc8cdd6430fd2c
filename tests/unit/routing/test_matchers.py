"""Matchers: what an operator writes, what it matches, and what is said of what is none."""

import re

import pytest

from monitor.models import AlertClaim, AlertFigure, AlertSink, Counts, Kind, Stance
from monitor.routing.matchers import LONGEST, NUMBERS, WORDS, Labels, parse, parsed
from tests.delivering import a_source, an_alert

ALERT = an_alert(
    kind=Kind.UPDATED,
    claim=AlertClaim(
        text="eight people were wounded",
        claimant="Vyacheslav Gladkov",
        stance=Stance.ASSERTED,
        places=("Graivoron", "Kozinka"),
        actors=(),
    ),
    figure=AlertFigure(value=8, what="people wounded", low=6, high=8, history=()),
    sources=(a_source(), a_source(1, channel="t.me/tass", outlet="TASS")),
    counts=Counts(sightings=5, outlets=3, origins=2, claimants=1),
)
OF_A_SINK = an_alert(
    kind=Kind.SINK_DISABLED, claim=None, claim_id=None, counts=None, sources=(), sink=AlertSink(name="desk")
)


@pytest.mark.parametrize(
    "written",
    [
        'kind="claim.updated"',
        "kind=claim.updated",
        ' kind = "claim.updated" ',
        'kind!="claim.new"',
        'kind=~"claim\\\\.(new|updated)"',
        'kind!~"claim"',
        'claimant=~".*Gladkov|Bogomaz"',
        'place="Kozinka"',
        'place=~"Graiv.*"',
        'place!="Belgorod"',
        'actor=""',
        'actor!="Freedom of Russia Legion"',
        'stance="asserted"',
        'source="reuters"',
        'source="TASS"',
        'channel="t.me/tass"',
        'outlet=~"Reuters|AP"',
        'what="people wounded"',
        "figure=8",
        "figure>=8",
        "figure<8.5",
        "figure!=7",
        "outlets>=3",
        "origins<3",
        "sightings>4",
        "claimants<=1",
    ],
)
def test_what_an_alert_is_matches_it(written: str) -> None:
    assert parse(written).matches(Labels.of(ALERT))


@pytest.mark.parametrize(
    "written",
    [
        'kind="claim.new"',
        'kind!="claim.updated"',
        'claimant="Gladkov"',
        'claimant=~"Gladkov"',
        'claimant!~".*Gladkov"',
        'place!="Kozinka"',
        'place!~"Koz.*"',
        'actor=~".+"',
        'source=""',
        "figure>8",
        "figure!=8",
        "outlets<3",
    ],
)
def test_what_it_is_not_does_not_match(written: str) -> None:
    assert not parse(written).matches(Labels.of(ALERT))


@pytest.mark.parametrize("written", ["figure=0", "figure>=0", "outlets<100", 'claimant="Gladkov"', 'place=~".+"'])
def test_what_an_alert_has_not_compares_with_nothing(written: str) -> None:
    assert not parse(written).matches(Labels.of(OF_A_SINK))
    negated = {"=": "!=", "=~": "!~"}.get(parse(written).sign)
    if negated:
        assert parse(written).model_copy(update={"sign": negated}).matches(Labels.of(OF_A_SINK))


@pytest.mark.parametrize("name", [*WORDS, *NUMBERS])
def test_every_name_can_be_matched_and_is_read_back_as_written(name: str) -> None:
    written = f"{name}>=3" if name in NUMBERS else f'{name}=~"a \\"b\\" \\\\\\\\ c"'
    assert str(parse(written)) == written
    assert parse(str(parse(written))) == parse(written)
    Labels.of(ALERT), Labels.of(OF_A_SINK)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("kind", "is no matcher; write for example"),
        ("", "is no matcher"),
        ("3>outlets", "is no matcher"),
        ("kind=" + "a" * LONGEST, "is no matcher"),
        ('clamant="x"', "'clamant' can't be matched; did you mean 'claimant'?"),
        ('severity="x"', "'severity' can't be matched; there are kind, claim, "),
        ('kind="claim.nwe"', "there is no kind 'claim.nwe'; did you mean 'claim.new'?"),
        ('stance!="true"', "there is no stance 'true'"),
        ('outlets=~"3"', "outlets is a number; it is compared with"),
        ("outlets>=many", "outlets is a number, and 'many' is none"),
        ("outlets>=", "outlets is a number, and '' is none"),
        ("claimant>=3", "claimant is text; it is compared with"),
        ('claimant=~"("', "claimant: '(' is no regular expression: missing )"),
        ('claimant="Gladkov', "a quotation mark is missing"),
        ('claimant="a"b"', "a quotation mark is missing, or stands inside without a backslash"),
    ],
)
def test_what_is_no_matcher_is_refused_in_words(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse(written)


@pytest.mark.parametrize("value", [3, None, {"kind": "claim.new"}])
def test_a_configuration_that_holds_something_else_is_told_so(value: object) -> None:
    with pytest.raises(ValueError, match="is no matcher"):
        parsed(value)
