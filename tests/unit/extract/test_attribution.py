"""Who says what in one sentence: one table line a frame."""

import pytest

from monitor.extract.attribution import attributions
from monitor.extract.grammar import Attribution
from monitor.extract.reading import Sentence, read
from monitor.extract.settling import settled
from monitor.models import Stance


def frames(text: str) -> tuple[Sentence, list[Attribution]]:
    (sentence,) = read(text).sentences
    return sentence, list(settled([f for f in attributions(sentence) if not f.mind], sentence.doc))


def words(sentence: Sentence, span: tuple[int, int] | None) -> str:
    return sentence.doc[span[0] : span[1]].text.strip('".,') if span is not None else ""


def told(text: str) -> list[tuple[str, str, list[str]]]:
    """Kind, source and contents of each settled frame."""
    sentence, found = frames(text)
    return [(f.kind, words(sentence, f.source), [words(sentence, part) for part in f.content]) for f in found]


@pytest.mark.parametrize(
    ("text", "kind", "source", "content"),
    [
        ("The governor said that six were wounded.", "forward", "The governor", ["six were wounded"]),
        ('The army wrote: "Two drones were shot down."', "forward", "The army", ["Two drones were shot down"]),
        ("The army says it has lost two tanks.", "forward", "The army", ["it has lost two tanks"]),
        ("Governor says six wounded", "forward", "Governor", ["six wounded"]),
        ("Six people were wounded, the governor said.", "inverted", "the governor", ["Six people were wounded"]),
        ('"Six people were wounded," said the governor.', "inverted", "the governor", ["Six people were wounded"]),
        ("Saboteurs cross border, governor says", "inverted", "governor", ["Saboteurs cross border"]),
        ('"The town," she said, "was shelled all night."', "forward", "she", ["The town", "was shelled all night"]),
        ("The rebels claimed to have taken the village.", "infinitive", "The rebels", ["to have taken the village"]),
        ("The mayor urged residents to stay indoors.", "directive", "The mayor", ["residents to stay indoors"]),
        ("Residents told not to return", "directive", "", ["Residents told not to return"]),
        ("The army announced the capture of the village.", "nominal", "The army", ["the capture of the village"]),
        ("Moscow blamed Kyiv for the raid.", "nominal", "Moscow", ["Kyiv for the raid"]),
        ("Kyiv denies", "nominal", "Kyiv", ["denies"]),
        ("The attack was confirmed by the governor.", "passive", "the governor", ["The attack"]),
        ("According to Baza, two villages were shelled.", "according", "Baza", ["two villages were shelled"]),
        ("Two villages were shelled, according to Baza.", "according", "Baza", ["Two villages were shelled"]),
        ("As the governor put it, the town was shelled.", "according", "the governor", ["the town was shelled"]),
        ("The fighter was quoted as saying the town had fallen.", "cited", "The fighter", ["the town had fallen"]),
        ("The governor made the claim that six were wounded.", "noun", "The governor", ["six were wounded"]),
    ],
)  # fmt: skip
def test_each_frame_gives_source_and_content(text: str, kind: str, source: str, content: list[str]) -> None:
    assert told(text) == [(kind, source, content)]


@pytest.mark.parametrize(
    "text",
    [
        "The governor did not say how many people were wounded.",
        "The ministry declined to comment on the raid.",
        "Officials could not confirm the reports.",
        "What the group said was a tank stood in the field.",
        "Neither side said who had fired.",
        "Russia accused of staging the attack",
    ],
)
def test_what_is_not_said_is_no_frame(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "source", "relay"),
    [
        ("The spokesman said the attackers had been driven out, RIA Novosti reported.", "The spokesman", "RIA Novosti"),
        ("Hromadske cited military intelligence as saying two groups fled.", "military intelligence", "Hromadske"),
        ("Hromadske, citing military intelligence, said two groups had crossed.", "military intelligence", "Hromadske"),
    ],
)  # fmt: skip
def test_who_passes_it_on_is_the_relay_not_the_source(text: str, source: str, relay: str) -> None:
    sentence, found = frames(text)
    assert [(words(sentence, f.source), words(sentence, f.relay)) for f in found] == [(source, relay)]


def test_a_later_cue_with_the_same_subject_ends_the_content_of_the_first() -> None:
    first, second = told("The governor said the town was calm and added that power had been restored.")
    assert first == ("forward", "The governor", ["the town was calm and"])
    assert second == ("forward", "The governor", ["power had been restored"])


def test_a_third_party_within_the_content_keeps_what_is_its_own() -> None:
    first, second = told("Officials say the raid is over, while residents say the shelling goes on.")
    assert (first[1], second[1]) == ("Officials", "residents")
    assert second[2] == ["the shelling goes on"]


def test_a_conjoined_cue_is_not_given_to_a_thing_that_cannot_speak() -> None:
    text = "The mayor said the bridge had been hit and called for boats for 10 villages."
    assert [source for _, source, _ in told(text)] == ["The mayor", "The mayor"]


def test_a_source_that_is_described_by_what_it_says_says_one_thing() -> None:
    text = "A militia that says it fights for freedom claimed the attack."
    assert told(text) == [("nominal", "A militia", ["the attack"])]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Kyiv denied that it had crossed the border.", Stance.DENIED),
        ("The governor confirmed that two people had died.", Stance.CONFIRMED),
        ("The ministry alleged that Kyiv had sent the fighters.", Stance.UNVERIFIED),
        ("The ministry said that Kyiv had sent the fighters.", Stance.ASSERTED),
    ],
)
def test_the_cue_tells_how_the_source_stands_to_it(text: str, stance: Stance) -> None:
    _, (frame,) = frames(text)
    assert frame.stance is stance
