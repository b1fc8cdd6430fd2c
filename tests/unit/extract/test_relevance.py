"""What is about the raids and what isn't, by the shipped topic file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.names import normalised
from monitor.extract.phrases import compiled
from monitor.extract.relevance import judge
from monitor.extract.topic import Topic, load_topic
from tests.unit.extract.conftest import ROOT

SHIPPED = load_topic(ROOT / "config/topics/belgorod.yaml")
HEADING = "Russian governor says 'counter-terrorist operation' regime imposed in Belgorod"


@pytest.mark.parametrize(
    "text",
    [
        # as the seeds say it
        HEADING,
        "Anti-Putin 'sabotage' groups attack Russian city on Ukraine border",
        "The RVC published video footage late on Monday on their Telegram social media channel",
        "Drones hit Russia's Belgorod region after incursion by pro-Ukraine forces",
        "Smoke was seen pouring from the facility in Dyatkovo after several explosions",
        # without a name
        "Russia says it drove back fighters who crossed the border from Ukraine",
        "Moscow blames Ukrainian saboteurs for attack on border village",
        "Russian partisans say they are fighting on Russian soil",
        "Pro-Ukrainian militia shows prisoners taken inside Russia",
        "Russia's armed opposition groups: who is behind the border raids?",
        "Gunmen took hostages in a Russian border village, the Kremlin says",
        "US-made armoured vehicles were used in attack on Russia",
        # what it does to those who live there
        "Trains to Nezhegol cancelled, buses run from Shebekino",
        "More than 600 evacuees from the Shebekino district were put up in Belgorod",
        # the sequels
        "Shebekino residents flee as shelling intensifies",
        "Governor Bogomaz says a village was shelled overnight",
        "Siberian Battalion enters Tyotkino",
        "Ukrainian troops push deeper into Russia in surprise offensive",
        "Kyiv says its forces control 1,000 sq km of Russian territory",
        "IAEA urges restraint as fighting nears Kursk nuclear power plant",
        "Russian border town evacuates children after days of shelling",
    ],
)
def test_a_post_about_a_raid_is_relevant_by_itself(topic: Topic, text: str) -> None:
    assert judge(text, (), topic).relevant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "…",
        "Russia launches missiles from Belgorod at Kharkiv",
        "The submarine Belgorod test-fired a torpedo",
        "A film about the battle of Kursk in the second world war",
        "Drones hit an oil depot and an airfield in the Kursk region",
        "Drone attack on Moscow damages buildings",
        "Wagner fighters capture Bakhmut, Prigozhin says",
        "Ukraine liberates a village in the Donetsk region",
        "Russian saboteurs detained in Kyiv, SBU says",
        "Border patrol agents raid a house in Texas",
        "Militants attack a border post in Pakistan",
        "Navalny ally says the anti-Putin movement will go on",
        "The Foreign Legion of France turns 190",
    ],
)
def test_a_post_about_something_else_is_not(topic: Topic, text: str) -> None:
    assert not judge(text, (), topic).relevant


def test_a_paragraph_without_a_name_is_carried_by_the_ones_before(topic: Topic) -> None:
    claim = "He said at least six people had been wounded and three houses and an administrative building damaged."
    assert not judge(claim, (), topic).relevant
    assert judge(claim, (HEADING, "Gladkov spoke on Telegram."), topic).relevant


def test_a_thread_carries_its_posts_while_it_stays_with_the_topic(topic: Topic) -> None:
    claim = "“Law enforcement forces are doing everything necessary,” he wrote."
    beside = ("He spoke on Monday.", "It was late.", "More was to come.")
    assert judge(claim, (HEADING, "Fighting went on in Graivoron.", *beside), topic).relevant
    assert not judge(claim, (HEADING, *(beside * 4)), topic).relevant


def test_a_thread_with_a_heading_that_says_nothing_carries_its_posts_once_they_are_about_the_topic(
    topic: Topic,
) -> None:
    claim = "“Law enforcement forces are doing everything necessary,” he wrote."
    about = ("Fighting went on in Graivoron.", "Drones hit Shebekino.", "The RVC is back.")
    beside = ("He spoke on Monday.", "It was late.", "More was to come.")
    assert judge(claim, ("What we know so far", *about, *beside), topic).relevant
    assert not judge(claim, ("What we know so far", *about[:2], *(beside * 4)), topic).relevant


def test_one_of_a_threads_first_posts_may_say_what_it_is_about(topic: Topic) -> None:
    claim = "Six villages are without light."
    about, beside = "Fighting went on in Graivoron.", ("He spoke on Monday.", "It was late.", "More was to come.")
    assert judge(claim, ("The governor's channel", "Good morning!", about, *beside), topic).relevant
    assert not judge(claim, (*beside, about, *beside), topic).relevant
    points = ("- Governor speaks", "• It was a long night", "By ANN OTHER for the paper")
    assert judge(claim, ("Border families in tears", *points, about, *beside), topic).relevant
    assert judge(claim, ("Border families in tears", f"- {about}", *beside), topic).relevant
    late = ("By Monday evening it was late.", *beside[1:])
    assert not judge(claim, (*late, about, *beside), topic).relevant


def test_the_posts_before_the_first_that_is_about_the_topic_are_about_it_too(topic: Topic) -> None:
    opening, about = (
        ("Chaos on the border", "It was a long night.", "Residents fled."),
        "Fighting went on in Graivoron.",
    )
    assert judge(about, opening, topic).earlier == 3
    assert judge(about, (*opening, about), topic).earlier == 0
    assert judge("It rained", opening, topic).earlier == 0
    assert judge(about, opening * 4, topic).earlier == 5


def test_a_post_that_strays_is_not_brought_in_by_a_later_one(topic: Topic) -> None:
    stray = "Russia says capturing Bakhmut opens the way to the Donbas."
    assert judge("Fighting went on in Graivoron.", ("It was a long night.", stray, "They fled."), topic).earlier == 1


def test_a_paragraph_about_another_place_is_not_carried_along(topic: Topic) -> None:
    about_bakhmut = (
        "Russia says capturing Bakhmut opens the way to further advances in the Donbas eastern industrial region."
    )
    verdict = judge(about_bakhmut, (HEADING, "Fighting went on in Graivoron."), topic)
    assert (verdict.relevant, verdict.because) == (False, "names places elsewhere")


def test_what_the_raid_is_for_may_name_another_place(topic: Topic) -> None:
    aim = "Peskov described the action as an attempt by Ukraine to divert attention from the eastern city of Bakhmut."
    assert judge(aim, (HEADING, "Fighting went on in Graivoron."), topic).relevant


def test_the_verdict_names_the_rule(topic: Topic) -> None:
    assert judge("The RVC is back", (), topic).because == "names a group that raids"
    assert judge("It rained", (), topic).because == "no rule of the topic holds"


def test_most_paragraphs_of_the_seeds_are_relevant_and_none_with_the_governor_is_lost(topic: Topic) -> None:
    relevant = total = 0
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        earlier: list[str] = []
        for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
            verdict = judge(line, tuple(earlier), topic)
            assert verdict.relevant or "Gladkov" not in line, line
            total, relevant = total + 1, relevant + verdict.relevant
            earlier.append(line)
    assert relevant / total > 0.9


@pytest.mark.parametrize(
    ("phrase", "found", "not_found"),
    [
        ("raid*", "two raids", "a braid"),
        ("border raid", "a border-raid", "border by raid"),
        ("anti putin militia", "‘anti-Putin’ militia", "anti-Putinist militia"),
        ("(rebel|rebels) took", "Rebels took it", "rebel forces took"),
        ("russian ~ village", "a Russian border village", "a Russian town and, later, a village"),
        ("u.s. made", "U.S.-made", "us made"),
    ],
)
def test_a_phrase_of_the_topic_file_finds_what_it_says(phrase: str, found: str, not_found: str) -> None:
    pattern = compiled([phrase])
    assert pattern.search(normalised(found).lower())
    assert not pattern.search(normalised(not_found).lower())


@pytest.mark.parametrize("phrase", ["(raid", "raid)", "*", "", "(|raid)"])
def test_a_phrase_that_is_none_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="is no phrase"):
        compiled([phrase])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=100), max_size=8))
def test_any_text_is_judged_with_a_reason(text: str, context: list[str]) -> None:
    assert judge(text, context, SHIPPED).because
