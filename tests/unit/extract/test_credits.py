"""Whose copy a text is, as far as it says so."""

import pytest

from monitor.extract.credits import credit, dateline, outlet
from tests.unit.saying import topic


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("BELGOROD, Russia (AP) - Shells fell on a village.", "Associated Press"),
        ("KYIV (Reuters) — The corps crossed the border.", "Reuters"),
        ("May 23 (Reuters) - The corps crossed the border.", "Reuters"),
        ("The corps (RVC) - a small group - crossed the border.", None),
        ("Shells fell on a village.", None),
    ],
)
def test_a_dateline_names_the_agency(text: str, name: str | None) -> None:
    assert dateline([text], topic()) == name


def test_the_dateline_of_a_thread_is_its_first() -> None:
    assert dateline(["Shelling.", "KYIV (Reuters) - Shells fell.", "KYIV (AP) - More."], topic()) == "Reuters"


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Two villages were shelled, Reuters reported.", "Reuters"),
        ("TASS reports that two villages were shelled.", "TASS"),
        ("Two villages were shelled, according to the state news agency TASS.", "TASS"),
        ("An official told Reuters that two villages were shelled.", "Reuters"),
        ("The minister met the head of TASS.", None),
    ],
)
def test_a_sentence_credits_who_had_it_first(sentence: str, name: str | None) -> None:
    assert credit(sentence, topic()) == name


def test_an_outlet_is_known_by_its_short_name_alone() -> None:
    assert outlet("AP", topic()) == "Associated Press"
    assert outlet("AP and others", topic()) is None
    assert outlet("The Village Gazette", topic()) is None
