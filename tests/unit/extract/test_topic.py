"""The names of a topic in a text, and the file they come from."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.extract.topic import Topic, load_topic
from tests.unit.extract.conftest import ROOT

SHIPPED = load_topic(ROOT / "config/topics/belgorod.yaml")


def named(topic: Topic, text: str) -> list[tuple[str, str]]:
    return [(mention.surface, mention.entity.name) for mention in topic.mentions(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Vyacheslav Gladkov wrote", [("Vyacheslav Gladkov", "Vyacheslav Gladkov")]),
        ("Hladkov wrote", [("Hladkov", "Vyacheslav Gladkov")]),
        (
            "Belgorod’s Governor Gladkov said",
            [("Belgorod’s Governor", "Vyacheslav Gladkov"), ("Gladkov", "Vyacheslav Gladkov")],
        ),
        ("the Freedom of Russia Legion", [("Freedom of Russia Legion", "Freedom of Russia Legion")]),
        ("“Liberty of Russia” Legion", [("Liberty of Russia” Legion", "Freedom of Russia Legion")]),
        ("‘Freedom of Russia’ Legion", [("Freedom of Russia’ Legion", "Freedom of Russia Legion")]),
        ("GRAIVORON AND KOZINKA HIT", [("GRAIVORON", "Graivoron"), ("KOZINKA", "Kozinka")]),
        ("Gora Podol and Gora-Podol", [("Gora Podol", "Gora-Podol"), ("Gora-Podol", "Gora-Podol")]),
        ("Novaya\nTavolzhanka", [("Novaya\nTavolzhanka", "Novaya Tavolzhanka")]),
        ("#Belgorod and @Podolyak_M", [("Belgorod", "Belgorod region"), ("Podolyak_M", "Mykhailo Podolyak")]),
        ("kremlin spokesperson said", [("kremlin spokesperson", "Dmitry Peskov")]),
        ("the U.S. State Department", [("U.S. State Department", "State Department")]),
        ("Russia's defence ministry", [("Russia's defence ministry", "Russian Defence Ministry")]),
        ("Ukraine's defence ministry", [("Ukraine's defence ministry", "Ukrainian Defence Ministry")]),
        ("the Defence Ministry", [("Defence Ministry", "Defence Ministry")]),
        ("the British defence ministry", [("British defence ministry", "UK Ministry of Defence")]),
        ("the Belgorod-22 facility", [("Belgorod-22 facility", "Belgorod-22")]),
    ],
)
def test_a_name_is_found_in_its_spellings_and_as_the_entity_that_is_meant(
    topic: Topic, text: str, wanted: list[tuple[str, str]]
) -> None:
    assert named(topic, text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "anti-Kremlin fighters",
        "a pro-Ukraine group",
        "the Kyiv-based centre",
        "they told us so",
        "read https://example.org/Belgorod/Graivoron",
        "Kremlinology",
        "a mash of potatoes",
    ],
)
def test_what_only_holds_a_name_names_nobody(topic: Topic, text: str) -> None:
    assert all(mention.how == "role" for mention in topic.mentions(text))
    assert not [
        mention for mention in topic.mentions(text) if mention.entity.kind in ("government", "place", "channel")
    ]


def test_the_longest_name_wins_and_names_do_not_overlap(topic: Topic) -> None:
    mentions = topic.mentions("Belgorod governor Vyacheslav Gladkov, Ukrainian military intelligence, Belgorod region")
    assert [mention.surface for mention in mentions] == [
        "Belgorod governor",
        "Vyacheslav Gladkov",
        "Ukrainian military intelligence",
        "Belgorod region",
    ]
    assert [mention.how for mention in mentions] == ["role", "name", "name", "name"]


def test_a_place_knows_the_places_that_hold_it(topic: Topic) -> None:
    assert topic.ancestors("kozinka") == ("graivoron-district", "belgorod-region")
    assert topic.ancestors("belgorod-region") == ()


def test_one_voice_has_one_family(topic: Topic) -> None:
    families = {topic.entity(key).family for key in ("freedom-of-russia-legion", "russian-volunteer-corps", "raiders")}
    assert families == {"rebels"}
    assert topic.entity("dmitry-peskov").family == topic.entity("kremlin").family


def test_the_shipped_topic_knows_the_border_regions_by_village(topic: Topic) -> None:
    regions = ("belgorod-region", "bryansk-region", "kursk-region")
    settlements = [
        entity
        for entity in topic.entities
        if entity.level == "settlement" and any(region in topic.ancestors(entity.key) for region in regions)
    ]
    assert len(settlements) > 150


def test_another_event_has_a_topic_file_of_the_same_form() -> None:
    topic = load_topic(ROOT / "config/topics/kakhovka.yaml")
    assert named(topic, "the Nova Kakhovka dam, Kyiv said") == [
        ("Nova Kakhovka dam", "Kakhovka dam"),
        ("Kyiv", "Ukraine"),
    ]


# Letters of names, marks that may stand around them, and anything else.
_PIECES = st.one_of(
    st.sampled_from(
        [entity.name for entity in SHIPPED.entities] + ["governor", " ", "\n", "’s ", "-", "“", "”", "#", "@"]
    ),
    st.text(max_size=8),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=20).map("".join))
def test_every_mention_quotes_the_text_at_its_offsets(text: str) -> None:
    at = 0
    for mention in SHIPPED.mentions(text):
        assert at <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.surface
        at = mention.end


# --- the file

HEAD = "name: test\ntitle: A test\nsince: 2023-05-22\n"
RULES = "relevance: {words: {raid: [raid*]}, rules: [{because: a raid, all: [raid]}]}\n"


def loaded(folder: Path, text: str | bytes) -> Topic:
    path = folder / "topic.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_topic(path)


def test_a_topic_needs_little(tmp_path: Path) -> None:
    topic = loaded(tmp_path, HEAD + "people: [{name: Ann Example, aliases: [Ann]}]\n" + RULES)
    assert named(topic, "Ann said") == [("Ann", "Ann Example")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("- a list\n", "holds fields"),
        ("name: [\n", "line 2, column 1: not YAML"),
        (b"name: caf\xe9\n", "not UTF-8: byte 9 is 0xe9"),
        (HEAD, "the field 'relevance' is missing"),
        (HEAD.replace("name: test", "name: Test Topic") + RULES, "name: 'Test Topic' must be small letters"),
        (HEAD + "persons: []\n" + RULES, "unknown field 'persons'"),
        (HEAD + "name: again\n" + RULES, "line 4, column 1: not YAML: the field 'name' stands here twice"),
        (HEAD + "[a]: b\n" + RULES, "line 4, column 1: not YAML: a field needs a name, not ['a']"),
        (HEAD.replace("2023-05-22", "yesterday") + RULES, "since: input should be a valid date"),
        (HEAD + "relevance: {rules: []}\n", "relevance.rules: tuple should have at least 1 item"),
        (HEAD + "people: Ann\n" + RULES, "people: a list of entries is needed"),
        (HEAD + "people: [Ann]\n" + RULES, "people: entry 1 ('Ann') has no fields"),
        (HEAD + "people: [{aliases: [Ann]}]\n" + RULES, "line 4: people: 'entry 1': a name is needed"),
        (HEAD + "people:\n- {name: Ann, alias: [A]}\n" + RULES, "line 5: people: 'Ann': unknown field 'alias'"),
        (HEAD + "people:\n- {name: Ann, aliases: A}\n" + RULES, "line 5: people: 'Ann': aliases: a list is needed"),
        (HEAD + "people:\n- {name: Ann, within: b}\n" + RULES, "places alone have them"),
        (HEAD + "people:\n- {name: Ann}\n- {name: Ann}\n" + RULES, "line 6: 'Ann' is already there, in line 5"),
        (
            HEAD + "people:\n- {name: Ann Lee, aliases: [Lee]}\n- {name: Bo Lee, aliases: [Lee]}\n" + RULES,
            "line 6: 'Lee' is a name of 'Bo Lee' and, in line 5, of 'Ann Lee'",
        ),
        (HEAD + "places:\n- {name: Here}\n" + RULES, "line 5: places: 'Here': a place needs its level"),
        (
            HEAD + "places:\n- {name: Here, level: site, within: there}\n" + RULES,
            "no place of this file has the key 'there'",
        ),
        (HEAD + "places:\n- {name: Here, level: site, within: here}\n" + RULES, "the place would lie within itself"),
        (HEAD + RULES.replace("all: [raid]", "all: [war]"), "rule 'a raid': unknown word group 'war'"),
        (HEAD + RULES.replace("[raid*]", "['(raid']"), "relevance: words: '(raid' is no phrase"),
        (HEAD + RULES.replace("[raid*]", "['*']"), "it would be found everywhere"),
        (HEAD + RULES.replace("words:", "actors: [ann], words:"), "actors: no entity of this file has the key 'ann'"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    assert complaint in str(caught.value)
    assert caught.value.about == str(tmp_path / "topic.yaml")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file"):
        load_topic(tmp_path / "nowhere.yaml")
