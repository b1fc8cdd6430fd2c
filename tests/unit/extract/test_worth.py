"""Is it a claim at all?"""

from datetime import UTC, datetime

import pytest

from monitor.extract import worth
from monitor.extract.reading import read
from tests.unit.extract.threads import extractor, thread

PUBLISHED = datetime(2023, 5, 22, 12, tzinfo=UTC)


def own(text: str, *, heading: bool = False) -> bool:
    (sentence,) = read(text).sentences
    return worth.own(sentence.doc[:], PUBLISHED, heading=heading, named=False)


@pytest.mark.parametrize(
    "text",
    [
        "Drones struck two houses overnight.",
        "Eight people have been wounded.",
        "Rescuers are evacuating residents.",
        "Both civilians were hospitalized.",
        "It was the biggest attack since the start of the war and wounded eight people.",
    ],
)
def test_what_happened_is_a_claim_of_the_outlet(text: str) -> None:
    assert own(text)


@pytest.mark.parametrize(
    "text",
    [
        "Drones might strike the town again.",
        "Drones strike the town every year.",
        "In January drones struck two houses.",
        "Drones struck two houses last year.",
        "The news agency could not independently verify that drones struck the town.",
        "It is unclear who attacked the town.",
        "Who attacked the town?",
        "Subscribe to our newsletter about the attacks that killed eight people.",
        "The region lies next to Ukraine.",
    ],
)
def test_plans_background_and_remarks_are_none(text: str) -> None:
    assert not own(text)


@pytest.mark.parametrize(
    "text",
    [
        "Three lanes were opened for cars.",
        "Two of the miners are still missing.",
        "All lessons have been moved online.",
        "Some 300 lorries queued at the port.",
        "Sales are limited to ten litres.",
    ],
)
def test_a_fact_is_told_by_its_form_whatever_it_is_about(text: str) -> None:
    assert own(text)


@pytest.mark.parametrize(
    "text",
    [
        "The damage is considerable.",
        "The method has not been explained.",
        "Two bridges often freeze.",
        "Drivers cursed.",
        "Kapustin wore a helmet with two stickers.",
        "How 300 lorries queued at the port.",
    ],
)
def test_what_a_thing_is_like_or_what_somebody_does_besides_is_none(text: str) -> None:
    assert not own(text)


@pytest.mark.parametrize(
    "text",
    [
        "Gladkov said there was no shortage.",
        "Gladkov said nobody was missing.",
        "Gladkov said a ferry would run and that it will leave at 14:00 on Tuesday.",
        "“The school will open on Monday,” Gladkov said.",
        "“The line has been switched off,” Gladkov said.",
        "“We heard three explosions,” a woman said.",
    ],
)
def test_what_there_is_not_what_will_be_and_what_was_heard_is_worth_telling(text: str) -> None:
    assert len(extractor().extract(thread(text)[0], ())) == 1


def test_that_there_is_no_excuse_is_an_opinion() -> None:
    assert extractor().extract(thread("“There is no excuse, no doubt and no hope,” a resident said.")[0], ()) == ()


def test_what_is_asked_is_none() -> None:
    assert extractor().extract(thread("“Has the line been switched off?” Gladkov asked.")[0], ()) == ()


def test_a_headline_speaks_in_the_present() -> None:
    assert own("Drones strike houses in border town", heading=True)
    assert not own("Why drones strike houses in border town", heading=True)


@pytest.mark.parametrize(
    "text",
    [
        "“Moving on. Russia will be free!” the group wrote.",
        "“We want our children to grow up in peace,” Gladkov said.",
        "“I thank the rescuers who evacuated the village,” Gladkov said.",
    ],
)
def test_slogans_and_wishes_are_no_claims(text: str) -> None:
    (post,) = thread(text)
    assert extractor().extract(post, []) == ()
