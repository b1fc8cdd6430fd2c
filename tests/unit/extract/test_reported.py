"""What extraction makes of reported speech in all its forms: each passage of `reported.txt` is a test.

A passage that does not work yet is marked in the file with the reason; what is found in it today is not what should be.
"""

import pytest

from tests.unit.extract.reported import Passage, faults, passages

MOST_KNOWN_MISSES = 1
"""Mend some, and lower it."""


def _case(passage: Passage) -> object:
    return pytest.param(passage, id=f"{passage.number}-{passage.group.split(':')[0]}")


READ = [_case(passage) for passage in passages() if passage.missed_because is None]
NOT_YET = [_case(passage) for passage in passages() if passage.missed_because is not None]


@pytest.mark.parametrize("passage", READ)
def test_a_passage_gives_its_statements_and_no_others(passage: Passage) -> None:
    assert faults(passage) == []


@pytest.mark.parametrize("passage", NOT_YET)
def test_what_is_not_read_yet(passage: Passage) -> None:
    """Fails as soon as it is read: then take the mark out of the file."""
    assert faults(passage) != [], f"no longer missed: {passage.missed_because}"


def test_the_known_misses_grow_no_more() -> None:
    assert len(NOT_YET) <= MOST_KNOWN_MISSES


def test_the_passages_are_many_and_a_good_part_of_them_says_nothing() -> None:
    assert len(passages()) >= 700
    assert sum(not passage.expected for passage in passages()) >= 100
    assert len({passage.posts for passage in passages()}) == len(passages())
