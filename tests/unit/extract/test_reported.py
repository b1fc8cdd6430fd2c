"""What extraction makes of reported speech in all its forms: each passage of `reported.txt` is a test.

A passage that does not work yet is marked in the file with the reason; it fails here as soon as it works.
"""

import pytest

from tests.unit.extract.reported import Passage, faults, passages

MOST_KNOWN_MISSES = 9
"""Mend some, and lower it."""


def _case(passage: Passage) -> object:
    reason = passage.missed_because
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(passage, id=f"{passage.number}-{passage.group.split(':')[0]}", marks=marks)


@pytest.mark.parametrize("passage", [_case(passage) for passage in passages()])
def test_a_passage_gives_its_statements_and_no_others(passage: Passage) -> None:
    assert faults(passage) == []


def test_the_known_misses_grow_no_more() -> None:
    assert sum(passage.missed_because is not None for passage in passages()) <= MOST_KNOWN_MISSES


def test_the_passages_are_many_and_a_good_part_of_them_says_nothing() -> None:
    assert len(passages()) >= 700
    assert sum(not passage.expected for passage in passages()) >= 100
    assert len({passage.posts for passage in passages()}) == len(passages())
