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


def test_the_number_that_somebody_rejects_is_disputed() -> None:
    count = claimed(said("Over 70 fighters had been killed", MINISTRY))
    (rejected,) = sightings('"They didn\'t kill anybody," Kapustin said. He rejected the figure of 70 dead.')[-1:]
    assert disputes(rejected, [count])
    (other,) = sightings("Kapustin said one thing. He rejected the figure of 30 dead.")[-1:]
    assert not disputes(other, [count])


def test_that_there_was_no_evacuation_disputes_that_there_was() -> None:
    none = said("There was no evacuation", GOVERNOR)
    assert disputes(none, [claimed(said("Nine villages had been evacuated", "local media", outlet="BBC"))])
    assert not disputes(none, [claimed(said("The army evacuated an ammunition depot", YUSOV, outlet="BBC"))])
    assert not disputes(none, [claimed(said("Nine villages had been evacuated", GOVERNOR, outlet="BBC"))])
    bus = said("The fighters were not evacuating the wounded", GOVERNOR)
    assert not disputes(bus, [claimed(said("Nine villages had been evacuated", "local media", outlet="BBC"))])


def test_that_the_raid_goes_on_disputes_that_it_was_repelled_before() -> None:
    repelled = said("The raid had been repelled", MINISTRY)
    goes_on = said("The raid was still going on", LEGION, outlet="BBC", after_hours=3)
    assert disputes(goes_on, [claimed(repelled)])
    assert not disputes(said("The raid was still going on", LEGION, outlet="BBC", after_hours=-1), [claimed(repelled)])
    assert not disputes(said("The raid was still going on", GOVERNOR, outlet="BBC", after_hours=3), [claimed(repelled)])


def test_the_wounded_of_one_side_and_of_another_place_are_no_dispute() -> None:
    town = claimed(said("The number of wounded stood at 13", GOVERNOR))
    assert not disputes(said("Ten were wounded", LEGION, outlet="BBC"), [town])


def test_who_has_no_part_in_a_destruction_disputes_who_says_so() -> None:
    accusation = claimed(said("Russian forces blew up the dam", "Volodymyr Zelensky"))
    denial = said("Russia was not involved in the destruction of the dam", PESKOV, outlet="BBC")
    assert disputes(denial, [accusation])


def test_that_one_thing_had_nothing_to_do_with_another_is_no_denial_of_a_deed() -> None:
    accusation = claimed(said("Russian forces attacked the bridge", "Volodymyr Zelensky"))
    assert not disputes(said("The decision was not connected to the attack on the bridge", PESKOV), [accusation])
    assert not disputes(said("Moscow has not said that it was responsible", PESKOV), [accusation])


def test_that_nobody_was_lost_disputes_a_toll_of_attackers() -> None:
    toll = claimed(said("Over 50 militants were killed", MINISTRY))
    assert disputes(said("The legion had not lost a single soldier", LEGION, outlet="BBC"), [toll])
    assert not disputes(said("The army had not lost a single soldier", MINISTRY, outlet="BBC"), [toll])


def test_losses_and_evacuations_of_other_places_are_no_dispute() -> None:
    toll = claimed(said("Over 50 militants were killed in Shebekino", MINISTRY))
    assert not disputes(said("The legion had not lost a single soldier in Kozinka", LEGION, outlet="BBC"), [toll])
    children = claimed(said("Children were evacuated from Kozinka", "local media"))
    assert not disputes(said("There was no evacuation", GOVERNOR, outlet="BBC"), [children])


def test_to_deny_one_deed_is_not_to_deny_another() -> None:
    school = claimed(said("Ukrainian forces destroyed a school in Shebekino", PESKOV))
    assert not disputes(said("Kyiv was not involved in the raid", PODOLYAK, outlet="BBC"), [school])
    vote = said("Russian citizens took part in the vote", YUSOV, outlet="BBC")
    assert not disputes(vote, [claimed(said("Ukrainian saboteurs had crossed the border", GOVERNOR))])


def test_that_nobody_came_into_the_region_disputes_who_is_in_its_villages() -> None:
    inside = claimed(said("Fighters are in the village of Novaya Tavolzhanka", LEGION))
    assert disputes(said("There was no enemy on our territory", GOVERNOR, outlet="BBC"), [inside])
    assert disputes(said("Not a single saboteur set foot in Novaya Tavolzhanka", GOVERNOR, outlet="BBC"), [inside])
    assert not disputes(said("Not a single saboteur set foot in Shebekino", GOVERNOR, outlet="BBC"), [inside])


def test_what_goes_on_elsewhere_or_in_the_air_is_no_dispute() -> None:
    repelled = claimed(said("The army routed the assailants in Kozinka", MINISTRY))
    elsewhere = said("The battles for Bakhmut continue", LEGION, outlet="BBC", after_hours=2)
    assert not disputes(elsewhere, [repelled])
    from_the_air = claimed(said("The drone attack was repelled", MINISTRY))
    assert not disputes(said("The raid was still going on", LEGION, outlet="BBC", after_hours=2), [from_the_air])


def test_that_only_its_own_citizens_take_part_names_another_culprit() -> None:
    accusation = claimed(said("Ukrainian saboteurs had crossed the border", GOVERNOR))
    assert disputes(said("Only Russian citizens were taking part in the raid", YUSOV, outlet="BBC"), [accusation])


def test_how_a_deed_is_judged_disputes_nobody() -> None:
    accusation = claimed(said("Russian forces destroyed the dam", "Volodymyr Zelensky"))
    judged = said("The destruction of the dam has been described as a war crime by Russia", PESKOV, outlet="BBC")
    assert not chosen(judged, accusation).disputes
    assert chosen(said("Ukrainian forces destroyed the dam", PESKOV, outlet="BBC"), accusation).disputes
