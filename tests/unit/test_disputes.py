"""Which claims contradict each other."""

import pytest

from monitor.disputes import disputes
from tests.unit.extract.threads import sightings
from tests.unit.saying import GOVERNOR, LEGION, MINISTRY, PESKOV, PODOLYAK, chosen, claimed, said

YUSOV = "Andriy Yusov"


def test_a_denial_disputes_the_accusation_and_the_accusation_the_denial() -> None:
    accusation = said("Ukrainian saboteurs had entered the district", GOVERNOR)
    denial = said("Kyiv had nothing to do with the incursion", PODOLYAK, outlet="BBC")
    (link,) = chosen(denial, claimed(accusation)).disputes
    assert link.claim_id == claimed(accusation).id
    assert link.because == f"{PODOLYAK} denied the accusation"
    assert chosen(accusation, claimed(denial)).disputes


def test_the_accused_name_another_culprit() -> None:
    accusation = claimed(said("Ukrainian saboteurs had crossed the border", GOVERNOR))
    answer = said("Russian citizens were behind the cross-border assault", YUSOV, outlet="BBC")
    assert [link.claim_id for link in chosen(answer, accusation).disputes] == [accusation.id]


def test_two_sides_accuse_each_other_of_one_deed() -> None:
    accusation = claimed(said("Russian forces blew up the dam", "Volodymyr Zelensky"))
    answer = said("Ukrainian forces shelled the dam", PESKOV, outlet="BBC")
    assert chosen(answer, accusation).disputes
    elsewhere = said("Ukrainian forces shelled the village", PESKOV, outlet="BBC")
    assert not chosen(elsewhere, accusation).disputes


def test_a_doubt_disputes_what_it_doubts() -> None:
    claim = claimed(said("American vehicles were used in the raid on Belgorod"))
    doubt = said("Washington was skeptical that American vehicles were used in the raid", "White House", outlet="BBC")
    assert chosen(doubt, claim).disputes


def test_no_casualties_dispute_casualties_of_the_same_place() -> None:
    claim = claimed(said("two people were wounded in Graivoron"))
    assert chosen(said("no people were wounded in Graivoron", GOVERNOR, outlet="BBC"), claim).disputes
    assert not chosen(said("no people were wounded in Kozinka", GOVERNOR, outlet="BBC"), claim).disputes


def test_two_sides_are_at_odds_about_who_holds_a_place() -> None:
    claim = claimed(said("its fighters captured the village of Kozinka", LEGION))
    pushed = chosen(said("the attackers were driven out of Kozinka", MINISTRY, outlet="BBC"), claim)
    denied = chosen(said("Kozinka was not captured", MINISTRY, outlet="BBC"), claim)
    (denial,) = sightings("Gladkov denied reports of the capture of Kozinka.")
    reported = chosen(denial, claim)
    assert reported.claim is None
    assert [link.because for link in reported.disputes] == [f"{GOVERNOR} said otherwise about who holds Kozinka"]
    for choice in (pushed, denied):
        assert [link.because for link in choice.disputes] == [f"{MINISTRY} said otherwise about who holds Kozinka"]
    assert not chosen(said("the attackers were driven out of Glotovo", MINISTRY, outlet="BBC"), claim).disputes
    assert not chosen(said("its fighters withdrew from Kozinka", LEGION, outlet="BBC"), claim).disputes


def test_who_says_that_nobody_is_there_is_at_odds_with_who_says_that_he_is() -> None:
    claim = claimed(said("its forward units had entered Graivoron", LEGION))
    assert chosen(said("the enemy is not in Graivoron and was not", GOVERNOR, outlet="BBC"), claim).disputes
    assert chosen(said("there is no enemy in the Belgorod region", GOVERNOR, outlet="BBC"), claim).disputes
    assert not chosen(said("there is no enemy in Kozinka", GOVERNOR, outlet="BBC"), claim).disputes
    assert not chosen(said("there are saboteurs in Graivoron", GOVERNOR, outlet="BBC"), claim).disputes


def test_two_sides_count_the_same_losses_otherwise() -> None:
    claim = claimed(said("more than 70 fighters were killed", MINISTRY))
    other = chosen(said("two fighters were killed", LEGION, outlet="BBC"), claim)
    assert other.claim is None
    assert [link.because for link in other.disputes] == [f"{LEGION} gave another number of attackers killed"]
    assert not chosen(said("75 fighters were killed", LEGION, outlet="BBC"), claim).disputes
    own = chosen(
        said("80 fighters were killed", MINISTRY, outlet="BBC"), claimed(said("70 fighters were killed", MINISTRY))
    )
    assert own.claim is not None
    assert not own.disputes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kyiv had nothing to do with the incursion", "Russian citizens carried out the attack"),
        ("Kyiv had nothing to do with the incursion", "six people were wounded"),
        ("Ukrainian saboteurs crossed the border", "the saboteurs were driven back"),
        ("three houses were damaged", "an office was damaged"),
    ],
)
def test_what_can_both_be_true_is_no_dispute(one: str, other: str) -> None:
    claim = claimed(said(one, PODOLYAK))
    assert disputes(said(other, YUSOV, outlet="BBC"), [claim]) == ()


def test_one_stray_sighting_makes_no_dispute_of_a_claim() -> None:
    stray = said("Ukrainian saboteurs had entered the district", GOVERNOR)
    others = [said(text, GOVERNOR, outlet=text) for text in ("six people were wounded", "six residents were injured")]
    denial = said("Kyiv had nothing to do with the incursion", PODOLYAK, outlet="BBC")
    assert disputes(denial, [claimed(*others, stray)]) == ()
