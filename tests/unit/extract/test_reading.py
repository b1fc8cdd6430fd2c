"""A text is read as sentences whose offsets stay those of the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.reading import LONGEST_SENTENCE, MOST_PARAGRAPHS, paragraphs, prepare, quotes, read

MARKS = st.text(alphabet=st.sampled_from("ab A.,!?\"'“”‘’«»–—-;:()<>/\n\t\x00\x1b\u202e1…"), max_size=300)


@pytest.mark.parametrize(
    ("line", "poster"),
    [
        ("Oleg Petrov @petrov · 15:46", "Oleg Petrov"),
        ("Oleg Petrov, head of the Graivoron district, 08:14", "Oleg Petrov"),
        ("Updated Tuesday, May 23, 10:15", None),
        ("Belgorod, Russia, 14:30", None),
        ("Drones Attack Belgorod, two people killed in Shebekino, 08:14", None),
    ],
)
def test_a_line_may_say_who_wrote_what_follows(line: str, poster: str | None) -> None:
    reading = read(line)
    assert reading.poster == poster
    assert bool(reading.sentences) == (poster is None)


@given(st.one_of(st.text(max_size=300), MARKS))
@settings(max_examples=300, deadline=None)
def test_prepared_text_is_as_long_as_the_text(text: str) -> None:
    assert len(prepare(text)) == len(text)


@given(MARKS)
@settings(max_examples=100, deadline=None)
def test_paragraphs_hold_all_that_is_not_space_in_order(text: str) -> None:
    found = list(paragraphs(text))
    assert all(start < end for start, end in found)
    assert [span for pair in found for span in pair] == sorted(span for pair in found for span in pair)
    outside = "".join(
        text[a:b] for a, b in zip([0, *(e for _, e in found)], [*(s for s, _ in found), None], strict=True)
    )
    assert not outside.strip("\n")


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("He said “we are here” and left.", ["we are here"]),
        ("He said ‘we are here’ and left.", ["we are here"]),
        ("It 'completely liberated' the town.", ["completely liberated"]),
        ("The residents' homes and Russia's border were hit.", []),
        ("“They took the ‘trophy’ tank,” he said.", ['They took the "trophy" tank,']),
        ("‘The drones hit Belgorod’s market,’ she said.", ["The drones hit Belgorod's market,"]),
        ("“This goes on in the next paragraph.", ["This goes on in the next paragraph."]),
        ("«We are here», he wrote.", ["We are here"]),
    ],
)
def test_what_is_quoted_is_found_whatever_the_marks(text: str, inside: list[str]) -> None:
    plain = prepare(text)
    assert [plain[quote.start : quote.end] for quote in quotes(plain)] == inside


def test_a_quote_without_an_end_is_told_from_one_with_it() -> None:
    assert [quote.closed for quote in quotes(prepare("“We are here."))] == [False]
    assert [quote.closed for quote in quotes(prepare("“We are here.”"))] == [True]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Six were hurt. Two died.", ["Six were hurt.", "Two died."]),
        (
            "Mr. Gladkov spoke to Gen. Lapin at 5 p.m. on Monday.",
            ["Mr. Gladkov spoke to Gen. Lapin at 5 p.m. on Monday."],
        ),
        ("“Leave now!” Gladkov said. They left.", ["“Leave now!” Gladkov said.", "They left."]),
        ("The U.S. said no. Kyiv agreed.", ["The U.S. said no.", "Kyiv agreed."]),
        ("MOSCOW, May 22 (Reuters) - Drones hit a house.", ["Drones hit a house."]),
        ("Details: Drones hit a house.", ["Drones hit a house."]),
        ("12:40 Drones hit a house.", ["Drones hit a house."]),
        ("— 12 —", []),
    ],
)
def test_sentences_end_where_they_end(text: str, sentences: list[str]) -> None:
    assert [text[s.start : s.end] for s in read(text).sentences] == sentences


def test_a_label_names_the_speaker() -> None:
    assert read("Quote from Gladkov: “Six people were wounded.”").label == "Gladkov"
    source = read("Source: Vyacheslav Gladkov, governor, on Telegram")
    assert source.label == "Vyacheslav Gladkov, governor, on Telegram"
    assert not source.sentences


def test_a_pasted_tweet_has_an_author_and_its_signature_is_no_sentence() -> None:
    text = "Drones hit a house in Borisovka. — Some Name (@some_name) May 22, 2023"
    assert read(text).author == "Some Name (@some_name)"
    assert [text[s.start : s.end] for s in read(text).sentences] == ["Drones hit a house in Borisovka."]


def test_a_title_in_capitals_is_parsed_like_a_sentence() -> None:
    (sentence,) = read("Russia Shells Flooded City as Thousands Flee Homes").sentences
    assert "flee" in [token.lower_ for token in sentence.doc if token.pos_ == "VERB"]
    assert sentence.doc[0].text == "Russia"


def test_hard_wrapped_lines_are_one_paragraph_and_a_headline_is_its_own() -> None:
    wrapped = (
        "The governor of the Belgorod region said that six people had been\n"
        "wounded when a group of fighters crossed the border from Ukraine\n"
        "on Monday morning, and that three houses had been damaged in the\n"
        "village of Kozinka.\n"
    )
    assert len(list(paragraphs(wrapped))) == 1
    assert len(list(paragraphs("Six wounded in Belgorod\nThe governor said six people were wounded."))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "word " * 20_000,
        "Six people were wounded in Graivoron. " * 2_600,
        "Six people were wounded in Graivoron\n" * 2_600,
        "\"'“‘" * 25_000,
        "\x00\x1b[31m\x07\u202e" * 12_000,
        "(" * 100_000,
        " " * 100_000,
        "Губернатор заявил, что шесть человек ранены. " * 2_200,
        "<a " * 33_000,
        "KYIV (" + "A" * 100_000,
        "Aa Aa Aa (" + "Aa" * 50_000,
        "Aa " * 33_000 + "@aa",
    ],
    ids=[
        *("one token", "no marks", "sentences", "lines", "marks", "control", "brackets", "space", "cyrillic", "tags"),
        *("capitals", "words in capitals", "names"),
    ],
)
def test_a_hundred_thousand_characters_take_bounded_time(text: str) -> None:
    begin = time.monotonic()
    parts = list(paragraphs(text))
    sentences = [s for start, end in parts for s in read(text[start:end]).sentences]
    assert len(parts) <= MOST_PARAGRAPHS
    assert all(s.end - s.start <= LONGEST_SENTENCE for s in sentences)
    assert time.monotonic() - begin < 30
