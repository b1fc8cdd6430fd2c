"""Which numbers are figures, and of what."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from monitor.extract.figures import figures
from monitor.extract.numbers import numbers
from monitor.extract.topic import Topic

Parse = Callable[[str], Doc]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # as the seeds say it
        (
            "He said at least six people had been wounded and three houses and an administrative building damaged.",
            [(6, "people wounded"), (3, "houses damaged")],
        ),
        ("At least eight people were wounded and several buildings were damaged.", [(8, "people wounded")]),
        (
            "Gladkov yesterday said at least eight people had been wounded, and one 82-year-old woman died.",
            [(8, "people wounded"), (1, "people killed")],
        ),
        ("About 900 of the city's residents were evacuated.", [(900, "people evacuated")]),
        ("A total of 31 civilians have been injured.", [(31, "people wounded")]),
        ("there were indications of fighting in three settlements along the main road", [(3, "settlements")]),
        (
            "Russian authorities have ordered residents of nine villages to evacuate their homes",
            [(9, "settlements evacuated")],
        ),
        (
            "Russian forces killed more than 70 Ukrainian fighters and destroyed four armoured vehicles",
            [(70, "attackers killed"), (4, "armoured vehicles destroyed")],
        ),
        (
            "The group says it has made at least three incursions into the Bryansk region since March.",
            [(3, "incursions")],
        ),
        # who is counted, and what became of them
        ("eight were injured", [(8, "people wounded")]),
        ("Eight wounded in shelling of Shebekino", [(8, "people wounded")]),
        ("70 attackers killed in cross-border raid", [(70, "attackers killed")]),
        ("Two people were killed and 12 injured, the governor said.", [(2, "people killed"), (12, "people wounded")]),
        ("killing two people and injuring at least 10", [(2, "people killed"), (10, "people wounded")]),
        ("Shelling left two dead and six wounded", [(2, "people killed"), (6, "people wounded")]),
        ("Three confirmed dead", [(3, "people killed")]),
        ("four people suffered shrapnel wounds", [(4, "people wounded")]),
        ("The death toll rose to five", [(5, "people killed")]),
        ("The toll has risen to six", [(6, "people killed")]),
        ("The injury toll rose to 12", [(12, "people wounded")]),
        ("The number of wounded rose from six to 12", [(12, "people wounded")]),
        ("The ministry put the number of attackers killed at more than 70", [(70, "attackers killed")]),
        ("Moscow put the number of dead at more than 70.", [(70, "people killed")]),
        ("The governor raised the number of wounded to 13", [(13, "people wounded")]),
        ("The number of wounded in Grayvoron district rose to 12", [(12, "people wounded")]),
        ("The number of evacuated villages reached nine", [(9, "settlements evacuated")]),
        ("Officials lowered the death toll from 14 to 12.", [(12, "people killed")]),
        ("Moscow estimated the number of attackers at 70", [(70, "attackers")]),
        ("Two Ukrainian saboteurs were eliminated", [(2, "attackers killed")]),
        ("The Legion said it had taken 10 Russian soldiers prisoner", [(10, "soldiers captured")]),
        ("The RVC took two Russian soldiers prisoner.", [(2, "soldiers captured")]),
        ("25 of 29 drones were shot down", [(25, "drones shot down"), (29, "drones")]),
        ("up to 1,000 Ukrainian troops had crossed the border", [(1000, "soldiers")]),
        ("Casualties rose to 66, including nine children", [(66, "casualties"), (9, "people")]),
        ("Twenty-one people were taken to hospital", [(21, "people hospitalised")]),
        ("Some 140 people were taken out of the villages", [(140, "people evacuated")]),
        ("Ten of the wounded remain in hospital", [(10, "people wounded")]),
        ("2 dead, 7 wounded in Belgorod shelling", [(2, "people killed"), (7, "people wounded")]),
        # things
        ("Ukrainian troops had taken control of 28 settlements", [(28, "settlements captured")]),
        ("fired more than 500 artillery shells", [(500, "shells launched")]),
        ("Air defences shot down 11 drones over the Belgorod region", [(11, "drones shot down")]),
        ("Eleven drones were destroyed over the region", [(11, "drones shot down")]),
        ("Two firefighters were injured", [(2, "people wounded")]),
        ("More than 30 militants and four cars were destroyed", [(30, "attackers killed"), (4, "vehicles destroyed")]),
        ("Three fuel tanks were destroyed", [(3, "storage tanks destroyed")]),
        ("Two dozen houses were damaged and 15 cars burned", [(24, "houses damaged"), (15, "vehicles destroyed")]),
        ("28 settlements are under Ukrainian control", [(28, "settlements captured")]),
        ("Ukraine holds 1,000 square kilometres of the region", [(1000, "square kilometres")]),
        ("Water levels rise over three feet", [(3, "feet")]),
        ("Some four of what looked like tactical vehicles took part in the attack", [(4, "armoured vehicles")]),
    ],
)
def test_a_figure_is_a_number_with_what_it_counts(
    parse: Parse, topic: Topic, text: str, wanted: list[tuple[int, str]]
) -> None:
    assert [(figure.value, figure.what) for figure in figures(parse(text)[:], topic, 0)] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "two armed Russian opposition groups, the Legion and the RVC, had carried out the attack",
        "one of the biggest cross-border incursions from Ukraine of the 15-month war",
        "They captured a BTR-82A and a T-72 near Belgorod-22",
        "Belgorod is 40km from the border with Ukraine",
        "causing a 20 metre-wide crater",
        "after more than nine months of attritional fighting",
        "The attack lasted 24 hours",
        "It happened on 22 May 2023",
        "On May 22 the Legion attacked",
        "between May 22 and 23",
        "since the war began in 2022",
        "at 7.30 a.m. and 10:15 on Monday",
        "Ivanov, 42, said so",
        "a 10-year-old boy and a woman aged 61",
        "the second such attack, the 3rd this year",
        "several hundred fighters and dozens of people",
        "a case under Article 205 on day 456 of the war",
        "5% of the $4 million",
        "No one was hurt",
        "between their two armies",
        "the channel with more than a million subscribers",
    ],
)
def test_what_only_looks_like_a_count_is_no_figure(parse: Parse, topic: Topic, text: str) -> None:
    assert figures(parse(text)[:], topic, 0) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("six men", (6, 6, 6)),
        ("at least six men", (6, 6, None)),
        ("More than 1,200 men", (1200, 1200, None)),
        ("up to ten men", (10, None, 10)),
        ("nearly 10 men", (10, None, 10)),
        ("about 300 men", (300, None, None)),
        ("two to four men", (2, 2, 4)),
        ("between 10 and 15 men", (10, 10, 15)),
        ("10-15 men", (10, 10, 15)),
        ("10 or more men", (10, 10, None)),
        ("70+ men", (70, 70, None)),
        ("a total of 24 men", (24, 24, 24)),
        ("twenty-five men", (25, 25, 25)),
        ("two hundred and fifty men", (250, 250, 250)),
        ("three thousand five hundred men", (3500, 3500, 3500)),
        ("1.5 million men", (1_500_000, 1_500_000, 1_500_000)),
        ("42 000 men", (42_000, 42_000, 42_000)),
        ("half a dozen men", (6, 6, 6)),
        ("a couple of men", (2, 2, 2)),
        ("a hundred men", (100, 100, 100)),
    ],
)
def test_a_hedge_gives_the_bounds(parse: Parse, text: str, wanted: tuple[int, int | None, int | None]) -> None:
    assert [(number.value, number.low, number.high) for number in numbers(parse(text)[:])] == [wanted]


def test_what_happened_goes_before_where_it_happened(parse: Parse, topic: Topic) -> None:
    found = figures(parse("In two districts, seven people were wounded")[:], topic, 0)
    assert [figure.what for figure in found] == ["people wounded", "districts"]


def test_a_figure_stands_at_its_offsets_in_the_document(parse: Parse, topic: Topic) -> None:
    before, said = "Earlier. ", "He said at least six people had been wounded."
    (figure,) = figures(parse(said)[1:], topic, len(before))
    assert (before + said)[figure.start : figure.end] == figure.text == "at least six"


def test_only_the_span_is_read(parse: Parse, topic: Topic) -> None:
    doc = parse("Two people were killed and 12 injured")
    assert [figure.value for figure in figures(doc[5:], topic, 0)] == [12]


_TEXT = "at least two to 10-15 hundred dozen a half of one May 22 2023 , - + people wounded killed km Belgorod-22 and"
_WORDS = st.sampled_from(_TEXT.split())


@settings(max_examples=150, deadline=None)
@given(words=st.one_of(st.lists(_WORDS, max_size=25).map(" ".join), st.text(max_size=60)))
def test_every_figure_quotes_the_text(parse: Parse, topic: Topic, words: str) -> None:
    doc = parse(words)
    if len(doc):
        for figure in figures(doc[:], topic, 5):
            assert words[figure.start - 5 : figure.end - 5] == figure.text
            assert figure.what
