"""Which statements are one claim, and which are not, however alike their words."""

import pytest

from monitor.match import LONGEST_TERM, MOST_TERMS, THRESHOLD, Match
from monitor.models import Frame, Sighting
from tests.unit.saying import GOVERNOR, LEGION, MINISTRY, PESKOV, PODOLYAK, chosen, claimed, said

ISW, YUSOV, BLOG = "Institute for the Study of War", "Andriy Yusov", "Open Belgorod"


def first(text: str, claimant: str = "outlet") -> Sighting:
    return said(text, claimant, outlet="Reuters")


def later(text: str, claimant: str = "outlet", *, after_hours: float = 3) -> Sighting:
    return said(text, claimant, outlet="ITV News", after_hours=after_hours)


ONE_CLAIM = [
    (
        LEGION,
        'it had "completely liberated" the border town of Kozinka',
        ISW,
        "captured Kozinka, a settlement near Graivoron",
    ),
    (GOVERNOR, "at least six people had been wounded", GOVERNOR, "Six residents were injured in the shelling"),
    (PODOLYAK, "Kyiv had nothing to do with the incursion", PODOLYAK, "Kyiv was not involved"),
    (
        GOVERNOR,
        "a counter-terrorist operation regime was introduced",
        GOVERNOR,
        "he had imposed a counter-terrorism regime",
    ),
    (YUSOV, "Russian citizens were behind the assault", YUSOV, "the raid had been carried out by Russian citizens"),
    (LEGION, "forward units had reached the centre of Graivoron", LEGION, "Forward units have entered Graivoron"),
    (
        BLOG,
        "power and water had been cut off in several villages",
        GOVERNOR,
        "Several villages were left without power",
    ),
    (MINISTRY, "more than 70 attackers were killed", MINISTRY, "its troops had killed over 70 attackers"),
    (
        MINISTRY,
        "eleven drones were destroyed over the Belgorod region",
        MINISTRY,
        "air defences shot down 11 drones over the Belgorod region",
    ),
    (LEGION, "it had captured two Russian soldiers", BLOG, "the Legion showed two captive Russian soldiers"),
    (GOVERNOR, "drones hit an oil depot in Shebekino", BLOG, "a facility in Shebekino was hit by drones"),
    (
        MINISTRY,
        "nine drones were shot down over the Belgorod region",
        MINISTRY,
        "air defence destroyed nine devices over the Belgorod region",
    ),
    (GOVERNOR, "a depot is burning in Kozinka", GOVERNOR, "the depot in Kozinka is still burning"),
    (PODOLYAK, "Kyiv was not involved in the raid", PODOLYAK, "Kyiv continues to deny any involvement in the raid"),
    (
        LEGION,
        "Kozinka has been captured by the Legion",
        LEGION,
        "the Legion has completely cleared Kozinka of soldiers",
    ),
    (GOVERNOR, "Fourteen villages are without electricity", GOVERNOR, "14 villages had no electricity"),
    (PODOLYAK, "Russian soldiers blew up the dam", BLOG, "Russia destroyed the giant dam"),
    (GOVERNOR, "the counter-terrorist regime has been lifted", BLOG, "Gladkov scrapped the counter-terrorist regime"),
]


@pytest.mark.parametrize(("claimant", "one", "another", "other"), ONE_CLAIM)
def test_two_wordings_of_one_fact_are_one_claim(claimant: str, one: str, another: str, other: str) -> None:
    choice = chosen(later(other, another), claimed(first(one, claimant)))
    assert choice.claim is not None, choice.considered
    assert choice.because


TWO_CLAIMS = [
    ("Drones struck the FSB building in Belgorod", "Drones struck three houses in Belgorod", "target"),
    ("Russia blew up the bridge dam", "Russia shelled the village", "target"),
    ("A large dam was destroyed", "Ukraine destroyed the dam", "who did it"),
    ("The rebels captured the village of Kozinka", "The rebels captured the village of Glotovo", "place"),
    ("three people were killed", "three houses were damaged", "counts"),
    ("five people were killed in Graivoron", "five people were wounded in Graivoron", "counts"),
    ("No one was killed in Graivoron", "One person was killed in Graivoron", "polarity"),
    ("Kyiv had nothing to do with the incursion", "Ukrainian saboteurs were behind the incursion", "denies"),
    ("Ukrainian saboteurs carried out the attack", "Russian citizens carried out the attack", "somebody else"),
    ("The counter-terrorist regime was introduced", "The counter-terrorist regime was lifted", "state"),
    ("The rebels captured the town of Graivoron", "Russian forces retook the town of Graivoron", "opposite"),
    ("Residents were evacuated from Graivoron", "Power was cut off in Graivoron", "event"),
    ("Hundreds of residents were evacuated from Graivoron", "Hundreds of residents fled Graivoron", "event"),
    (
        "The shelling of the market in Graivoron was called an act of terror",
        "The shelling of the market in Graivoron will have consequences for trade",
        "too little in common",
    ),
]


@pytest.mark.parametrize(("one", "other", "because"), TWO_CLAIMS)
def test_another_fact_is_another_claim_and_the_reason_is_told(one: str, other: str, because: str) -> None:
    claim = claimed(first(one, GOVERNOR))
    choice = chosen(later(other, GOVERNOR), claim)
    assert choice.claim is None
    (considered,) = choice.considered
    assert considered.claim_id == claim.id
    assert because in considered.because


def test_a_new_number_of_the_same_thing_stays_with_its_claim() -> None:
    claim = claimed(first("at least six people had been wounded", GOVERNOR))
    choice = chosen(later("at least eight people had been wounded", GOVERNOR), claim)
    assert choice.claim == claim.model_copy(update={"number": 1})
    assert "people wounded" in choice.because


def test_what_is_counted_the_same_is_one_event_by_whatever_verb() -> None:
    claim = claimed(first("Around 900 residents had been evacuated from Kozinka", GOVERNOR))
    choice = chosen(later("More than 900 people had left Kozinka", GOVERNOR), claim)
    assert choice.claim is not None
    assert "same number of people evacuated" in choice.because


def test_of_several_numbers_the_one_that_is_the_same_is_named() -> None:
    claim = claimed(first("six people were wounded and two people were killed", GOVERNOR))
    choice = chosen(later("eight people were wounded and two people were killed", GOVERNOR), claim)
    assert choice.claim is not None
    assert "same number of people killed" in choice.because


def test_two_statements_of_one_sentence_are_two_claims() -> None:
    one = first("three houses were damaged")
    other = one.model_copy(update={"id": "other", "start": one.end + 5, "end": one.end + 30})
    assert chosen(other, claimed(one)).claim is None


def test_the_best_of_several_claims_is_chosen_and_the_others_are_explained() -> None:
    kozinka = claimed(first('it had "completely liberated" the town of Kozinka', LEGION))
    wounded = claimed(first("six people were wounded", GOVERNOR))
    left = claimed(first("most residents had left the town", GOVERNOR))
    choice = chosen(later("the Legion had liberated Kozinka"), wounded, kozinka, left)
    assert choice.claim is not None
    assert choice.claim.id == kozinka.id
    assert {link.claim_id for link in choice.considered} == {wounded.id, left.id}
    assert all(link.because for link in choice.considered)


def test_the_order_of_the_candidates_does_not_matter() -> None:
    claims = [
        claimed(first("forward units had reached Graivoron", LEGION)),
        claimed(first('it had "completely liberated" Kozinka', LEGION)),
        claimed(first("the rebels crossed the border", GOVERNOR)),
    ]
    numbered = [claim.model_copy(update={"number": number}) for number, claim in enumerate(claims, 1)]
    sighting = later("the rebels have taken Kozinka")
    forwards, backwards = (Match().choose(sighting, order) for order in (numbered, numbered[::-1]))
    assert forwards.claim == backwards.claim
    assert forwards.because == backwards.because


def test_a_conflict_with_half_of_a_claims_sightings_forbids() -> None:
    damaged = first("three houses were damaged", GOVERNOR)
    hit = said("three offices were damaged", GOVERNOR, outlet="TASS")
    other_target = later("three houses were damaged", GOVERNOR)
    assert chosen(other_target, claimed(damaged)).claim is not None
    assert chosen(other_target, claimed(damaged, hit)).claim is None


def test_without_candidates_nothing_is_chosen_and_that_is_said() -> None:
    choice = Match().choose(first("six people were wounded"), [])
    assert choice.claim is None
    assert choice.because


def test_a_choice_says_how_far_it_was_from_the_threshold() -> None:
    choice = chosen(later("the tanks crossed the river"), claimed(first("a man was arrested for arson")))
    assert choice.claim is None
    chosen_one = chosen(later("a man was arrested for arson"), claimed(first("a man was arrested for arson")))
    assert f"of {THRESHOLD}" in chosen_one.because


def test_words_without_any_known_event_still_find_themselves_again() -> None:
    text = "the liberation of our motherland can become something that contributes to the correct end of this war"
    assert chosen(later(text, PODOLYAK), claimed(first(text, PODOLYAK))).claim is not None


def test_terms_are_few_and_shared_by_two_wordings() -> None:
    one, other = first("Fighters took control of Kozinka", LEGION), later("Kozinka was captured", ISW)
    terms = [dict(Match().terms(sighting)) for sighting in (one, other)]
    assert all(0 < len(found) <= MOST_TERMS for found in terms)
    assert set(terms[0]) & set(terms[1])


def test_terms_of_a_long_statement_stay_few() -> None:
    text = "Officials said " + ", ".join(f"word{letter}thing" for letter in "abcdefghijklmnopqrstuvwxyz" * 2)
    assert len(Match().terms(first(text, PESKOV))) <= MOST_TERMS


def test_the_same_words_after_long_silence_tell_of_another_event() -> None:
    claim = claimed(first("Drones struck an oil depot in the Belgorod region", GOVERNOR))
    words = "A drone hit an oil depot in the Belgorod region"
    assert chosen(later(words, GOVERNOR, after_hours=3), claim).claim is not None
    choice = chosen(later(words, GOVERNOR, after_hours=24 * 30), claim)
    assert choice.claim is None
    assert "30 days of silence" in choice.considered[0].because


def test_a_name_that_few_others_give_speaks_for_one_claim_also_after_a_while() -> None:
    claim = claimed(first("Guards were arrested over the blast at the Malinovka crossing"))
    same = chosen(later("Guards were arrested again over the Malinovka blast", after_hours=24 * 20), claim)
    other = chosen(later("Guards were arrested again over the Sosnovka blast", after_hours=24 * 20), claim)
    assert same.claim is not None, same.considered
    assert other.claim is None


def test_a_bare_denial_is_the_denial_that_is_known() -> None:
    claim = claimed(first("Kyiv denied direct involvement", PODOLYAK))
    assert chosen(later("Kyiv denies", PODOLYAK), claim).claim is not None
    assert chosen(later("Moscow denies", PESKOV), claim).claim is None


def test_who_is_blamed_for_it_is_blamed_for_what_he_did() -> None:
    claim = claimed(first("Russia destroyed the bridge", PODOLYAK))
    blamed = chosen(later("he blamed Russia for it", PODOLYAK), claim)
    assert "another event" not in (blamed.because + "".join(link.because for link in blamed.considered))


def test_a_word_of_a_hundred_thousand_letters_makes_no_long_term() -> None:
    sighting = first("The raiders captured " + "x" * 100_000)
    assert all(len(term) <= LONGEST_TERM for term, _ in Match().terms(sighting))
    assert all(len(lemma) <= LONGEST_TERM for lemma in sighting.frame.lemmas)


def test_a_sighting_of_which_nothing_is_understood_is_filed_all_the_same() -> None:
    empty = first("…").model_copy(update={"frame": Frame()})
    assert Match().terms(empty)
    assert chosen(empty, claimed(first("six people were wounded"))).claim is None
