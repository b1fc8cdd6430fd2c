"""From posts to sightings: what is claimed, by whom, where it stands."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.extractor import Extractor
from monitor.extract.parser import parser
from monitor.extract.topic import load_topic
from monitor.models import Post, Sighting, Stance
from tests.unit.extract.threads import ROOT, claimants, evidence, extractor, said, sightings, thread
from tests.unit.making import NOON

LEGION = (
    "A group calling itself the Liberty of Russia Legion - a Ukraine-based Russian militia led by Russian opposition "
    "figure Ilya Ponomarev that says it is working inside Russia for Putin's overthrow - said on Twitter it had "
    '"completely liberated" Kozinka.'
)


def seed(name: str) -> list[Post]:
    """The lines of a seed as the posts of one thread."""
    path = next((ROOT / "seeds").glob(name + "*.txt"))
    text, offset = path.read_bytes().decode("utf-8"), 0
    posts: list[Post] = []
    for line in text.split("\n"):
        if line.strip():
            fields = {"position": len(posts), "offset": offset, "text": line, "id": f"{name}-{len(posts)}"}
            posts.append(thread(line)[0].model_copy(update=fields))
        offset += len(line) + 1
    return posts


def in_seed(name: str, quoted: str) -> Sighting:
    """The sighting of the seed that holds these words, made with the paragraphs before it as context."""
    posts = seed(name)
    found = [s for n, post in enumerate(posts) for s in extractor().extract(post, posts[:n]) if quoted in s.text]
    assert len(found) == 1, evidence(found)
    return found[0]


# --- who


@pytest.mark.parametrize(
    ("name", "quoted", "claimant"),
    [
        ("000", "six people had been wounded", "Vyacheslav Gladkov"),
        ("000", "forward units had reached", "Liberty of Russia Legion"),
        ("000", "two armed Russian opposition groups", "Ukrainian military intelligence"),
        ("000", "power and water had been cut off", "Open Belgorod"),
        ("001", "this operation was carried out by Russian citizens", "Andriy Yusov"),
        ("002", "nuclear weapons", "Andriy Yusov"),
        ("002", "British specialists are in charge", "Rybar"),
        ("002", "killed more than 70 Ukrainian fighters", "Russian defence ministry"),
        ("003", "did not result in any deaths", "Vyacheslav Gladkov"),
        ("004", "buildings housing", "Telegram channels"),
    ],
)
def test_the_seeds_facts_are_those_of_who_said_them(name: str, quoted: str, claimant: str) -> None:
    assert claimant in in_seed(name, quoted).claimant


def test_it_means_the_group_that_spoke_before() -> None:
    (found,) = sightings(LEGION, "It said forward units had reached the district centre of Graivoron, further east.")
    assert found.claimant_key == "freedom-of-russia-legion"
    assert found.text == "forward units had reached the district centre of Graivoron, further east"


@pytest.mark.parametrize(
    ("texts", "claimant"),
    [
        (("Gladkov spoke on Monday.", "He said six people were wounded."), "Vyacheslav Gladkov"),
        (("Gladkov said six people were wounded.", "The governor said two houses burned."), "Vyacheslav Gladkov"),
        (("The Russian army said it fought.", "The army said 70 fighters were killed."), "Russian army"),
        (("Gladkov said six people were wounded.", "“Two houses burned,” he added."), "Vyacheslav Gladkov"),
        (("“Two houses burned. Six people were wounded,” Gladkov said.",), "Vyacheslav Gladkov"),
        (("Gladkov wrote: “Two houses burned.", "“Six people were wounded.”"), "Vyacheslav Gladkov"),
        (("Source: Gladkov on Telegram", "“Six people were wounded,” the message reads."), "Vyacheslav Gladkov"),
        (("Two houses burned in Borisovka. This was reported by Gladkov.",), "Vyacheslav Gladkov"),
        (("Ivan Petrov, a resident of Kozinka, spoke.", "Ivan Petrov said tanks entered the village."), "Ivan Petrov"),
        (("Six people were wounded in Borisovka.",), "outlet"),
        (("Six wounded in Borisovka – Gladkov",), "Vyacheslav Gladkov"),
        (("Gladkov: Six wounded in Borisovka",), "Vyacheslav Gladkov"),
        (("Belgorod raid: Six wounded in Borisovka",), "outlet"),
        (("Raid on Belgorod region blocked and attackers destroyed: Moscow",), "Moscow"),
        (("The mayor of Oleshky, Ivan Petrov, said Kozinka had been shelled.",), "Ivan Petrov"),
        (("Two died in Kozinka, the town's mayor, Ivan Petrov, wrote on Facebook.",), "Ivan Petrov"),
        (("Two houses burned in Kozinka, the regional headquarters told TASS.",), "regional headquarters"),
        (("Baza, citing its own sources, reported that a house burned in Kozinka.",), "Baza"),
        (("According to preliminary information, two people died in Kozinka.",), "outlet"),
        (("An anti-Kremlin militia said it had captured Kozinka.",), "anti-Kremlin militia"),
        (("Reports said Kozinka had been captured.",), "outlet"),
    ],
)  # fmt: skip
def test_the_claimant_is_who_says_it(texts: tuple[str, ...], claimant: str) -> None:
    assert claimants(*texts) == {claimant}


def test_a_known_name_has_the_topics_key_and_an_unknown_one_its_own() -> None:
    (known,) = sightings("Gladkov said six people were wounded.")
    (unknown,) = sightings("Ivan Petrov said six people were wounded in Kozinka.")
    assert known.claimant_key == "vyacheslav-gladkov"
    assert unknown.claimant_key == "ivan-petrov"


def test_the_author_of_a_pasted_tweet_makes_its_claims() -> None:
    (found,) = sightings("Drones hit a house in Borisovka. — Some Name (@some_name) May 22, 2023")
    assert (found.claimant, found.via) == ("Some Name", "Twitter")


# --- what


def test_one_sentence_may_hold_several_claims() -> None:
    found = sightings("Gladkov said at least six people had been wounded and three houses had been damaged.")
    assert evidence(found) == ["at least six people had been wounded", "three houses had been damaged"]
    assert [(s.figure.value, s.figure.what) for s in found if s.figure] == [
        (6, "people wounded"),
        (3, "houses damaged"),
    ]


def test_what_is_denied_or_announced_is_shown_with_its_cue() -> None:
    assert said("Kyiv denied any involvement in the raid on Belgorod.") == [
        ("Kyiv", "denied any involvement in the raid on Belgorod")
    ]


def test_a_denial_behind_a_statement_is_a_claim_of_its_own() -> None:
    assert said("Russia says fighters crossed the border, Kyiv denies") == [
        ("Russia", "fighters crossed the border"),
        ("Kyiv", "denies"),
    ]


def test_two_speakers_of_one_sentence_keep_what_is_theirs() -> None:
    text = "Ukraine denies involvement and two Russian groups opposed to Putin say they were behind the raid."
    assert said(text) == [("Ukraine", "denies involvement"), ("two Russian groups", "they were behind the raid")]


def test_who_speaks_of_anothers_state_of_mind_is_the_speaker() -> None:
    text = "The U.S. is sceptical that its weapons were used in Belgorod, the State Department said."
    assert claimants(text) == {"State Department"}


def test_pictures_are_claims_of_who_published_them_or_of_the_outlet() -> None:
    assert claimants("The Russian Volunteer Corps published a video showing a captured tank.") == {
        "Russian Volunteer Corps"
    }
    assert claimants("Another video showed fighters driving a captured tank.") == {"outlet"}


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Gladkov said six people were wounded.", Stance.ASSERTED),
        ("Gladkov confirmed that six people were wounded.", Stance.CONFIRMED),
        ("Kyiv denied that it had attacked Belgorod.", Stance.DENIED),
        ("Podolyak said Kyiv had nothing to do with the raid.", Stance.DENIED),
        ("Gladkov said fighters had reportedly entered Kozinka.", Stance.UNVERIFIED),
        ("Yusov said the depot had been evacuated, though this was not verified.", Stance.UNVERIFIED),
    ],
)
def test_the_stance_is_the_claimants(text: str, stance: Stance) -> None:
    assert [found.stance for found in sightings(text)] == [stance]


def test_that_nobody_verified_it_is_no_part_of_the_evidence() -> None:
    (found,) = sightings("Yusov said the depot had been evacuated, though this was not verified.")
    assert found.text == "the depot had been evacuated"


def test_where_it_was_said_and_who_passed_it_on_is_the_way_it_came() -> None:
    (posted,) = sightings("Gladkov said on Telegram that six people were wounded.")
    (relayed,) = sightings("Peskov said the attackers had been driven out, RIA Novosti reported.")
    assert (posted.via, posted.cue) == ("Telegram", "say")
    assert (relayed.claimant, relayed.via) == ("Dmitry Peskov", "RIA Novosti")


def test_places_and_actors_are_those_named_in_the_evidence() -> None:
    (found,) = sightings("Gladkov said the Russian Volunteer Corps had entered Kozinka.")
    assert found.actors == ("Russian Volunteer Corps",)
    assert found.places == ("Kozinka",)


@pytest.mark.parametrize(
    "text",
    [
        "Reuters could not verify the reports of six people wounded in Kozinka.",
        "Subscribe to our newsletter about the raid on Belgorod.",
        "“Moving on. Russia will be free!” it wrote.",
        "The ministry declined to comment on the raid.",
        "Belgorod is 40km from the border.",
    ],
)
def test_what_is_no_claim_gives_none(text: str) -> None:
    assert sightings(text) == ()


# --- where it stands


def test_offsets_are_those_of_the_document() -> None:
    before = "Headline\n\nGladkov spoke.\n"
    text = "He said: “Six people were wounded.”"
    (found,) = sightings("Gladkov spoke.", text, offset=len("Headline\n\n"))
    whole = before + text
    assert whole[found.start : found.end] == found.text == "Six people were wounded"


def test_a_post_of_several_lines_is_read_line_by_line() -> None:
    text = "Six wounded in Borisovka\r\n\r\nGladkov said six people were wounded."
    found = sightings(text)
    assert [text[s.start : s.end] for s in found] == evidence(found)
    assert [s.claimant for s in found] == ["outlet", "Vyacheslav Gladkov"]


def test_the_same_post_gives_the_same_sightings_from_a_fresh_extractor() -> None:
    posts = seed("003")
    fresh = Extractor(load_topic(ROOT / "config/topics/belgorod.yaml"))
    assert [fresh.extract(post, posts[:n]) for n, post in enumerate(posts)] == [
        extractor().extract(post, posts[:n]) for n, post in enumerate(posts)
    ]


def test_sightings_of_one_post_have_ids_of_their_own() -> None:
    for name in ("000", "001", "002", "003", "004"):
        posts = seed(name)
        found = [s for n, post in enumerate(posts) for s in extractor().extract(post, posts[:n])]
        assert len({s.id for s in found}) == len(found)


ODDITIES = """
Gladkov Kozinka said that " “ ” ' ’ , . ; : – — and but killed wounded six people houses the RVC he it according to
denied told residents not video showed ( ) <b> \x00 \x1b[31m \u202e день 😀 70 May
"""
WORDS = st.sampled_from([*ODDITIES.split(" "), "\n"])


@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join)))
@settings(max_examples=150, deadline=None)
def test_whatever_the_text_every_sighting_quotes_it(text: str) -> None:
    post = Post(
        id="p", source="s", platform="x", channel="c", text=text, published_at=NOON, received_at=NOON,
        thread="t", doc="d", offset=7,
    )  # fmt: skip
    for found in extractor().extract(post, thread("Gladkov said six people were wounded.")):
        assert 7 <= found.start < found.end <= 7 + len(text)
        assert text[found.start - 7 : found.end - 7] == found.text
        assert any(char.isalpha() for char in found.text)


@pytest.mark.parametrize(
    "text",
    [
        "Gladkov said six people were wounded in Graivoron. " * 2_000,
        "killed and wounded and " * 4_400,
        "Gladkov said he said " * 4_800,
        "“Six were wounded " * 5_500,
        "a: b " * 20_000,
    ],
    ids=["sentences", "and", "cues", "quotes", "colons"],
)
def test_a_hundred_thousand_characters_end_in_bounded_time(text: str) -> None:
    begin = time.monotonic()
    sightings(text)
    assert time.monotonic() - begin < 30


def test_the_seeds_lie_where_the_tests_look() -> None:
    assert [path.name[:3] for path in sorted(Path(ROOT / "seeds").glob("*.txt"))] == ["000", "001", "002", "003", "004"]


def test_what_is_expected_is_parsed_before_it_is_asked_for() -> None:
    short, long = "Gladkov said seven barns had burned down in Kozinka.", "Gladkov said a mill burned down. " * 70
    extractor().expect(thread(short, long))
    with parser().select_pipes(disable=["parser"]):
        assert said(short) == [("Vyacheslav Gladkov", "seven barns had burned down in Kozinka")]
        assert claimants(long) == {"outlet"}, "nobody waits for a long post: without the parser it says nothing"


@pytest.mark.parametrize(
    ("before", "text", "claimant"),
    [
        ("Two were killed, a spokeswoman said.", "Number of wounded rises to 12 - governor", "governor"),
        ("Two were killed, the spokesman said.", "A third man died, the official said.", "spokesman"),
        ("ARMED GROUP SAYS IT HAS CROSSED THE BORDER", "Exiles seize village, brigade says", "brigade"),
    ],
)
def test_a_title_does_not_mean_somebody_who_bears_another(before: str, text: str, claimant: str) -> None:
    assert claimants(before, text) == {claimant}


@pytest.mark.parametrize(
    ("text", "claimant"),
    [
        ("Six houses were damaged, Gladkov said, while three lorries were burnt out.", "Vyacheslav Gladkov"),
        ("Six houses were damaged, Gladkov said, while Kyiv denied any role in the attack.", "Kyiv"),
    ],
)
def test_a_clause_behind_while_is_the_speakers_unless_somebody_else_speaks_in_it(text: str, claimant: str) -> None:
    assert [who for who, _ in said(text)] == ["Vyacheslav Gladkov", claimant]
