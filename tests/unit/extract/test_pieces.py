"""What is said is cut into the claims that it makes."""

import pytest

from monitor.extract.pieces import split
from monitor.extract.reading import read


def cut(text: str, *, heading: bool = False) -> list[str]:
    (sentence,) = read(text).sentences
    return [sentence.doc[a:b].text for a, b in split(sentence, (0, len(sentence.doc)), heading=heading)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "Six people had been wounded and three houses had been damaged.",
            ["Six people had been wounded", "three houses had been damaged"],
        ),
        (
            "At least six people had been wounded and three houses and an administrative building damaged.",
            ["At least six people had been wounded", "three houses and an administrative building damaged"],
        ),
        ("Troops killed 70 fighters and destroyed four tanks.", ["Troops killed 70 fighters", "destroyed four tanks"]),
        ("The group crossed the border and captured Kozinka.", ["The group crossed the border", "captured Kozinka"]),
        ("Drones hit a depot, killing two people.", ["Drones hit a depot", "killing two people"]),
        (
            "The shelling had stopped but residents should not return home.",
            ["The shelling had stopped", "residents should not return home"],
        ),
        ("Six people were wounded; three houses burned.", ["Six people were wounded", "three houses burned"]),
    ],
)
def test_two_facts_are_two_claims(text: str, pieces: list[str]) -> None:
    assert cut(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "The attackers were blocked and destroyed by air strikes.",
        "Drones struck a house and a school in Belgorod.",
        "Residents of Kozinka and Glotovo were evacuated.",
        "The president had been informed and work was under way to drive the group out.",
    ],
)
def test_one_fact_stays_one_claim(text: str) -> None:
    assert cut(text) == [text.rstrip(".")]


def test_a_headline_is_cut_where_its_facts_part() -> None:
    text = "One killed, child wounded as armed group opens fire on car"
    assert cut(text, heading=True) == ["One killed", "child wounded", "armed group opens fire on car"]


def test_no_piece_keeps_a_lone_quotation_mark() -> None:
    assert cut('"Two villages were shelled," and six people were hurt.')[0].count('"') % 2 == 0
