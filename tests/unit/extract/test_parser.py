"""The parser that remembers how its rules see a token says what the one that doesn't would say."""

import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from monitor.extract import parser as parsing
from monitor.extract.parser import RememberedRules, parse, parse_ahead, parser, plain
from monitor.extract.reading import paragraphs, prepare

SEEDS = Path(__file__).resolve().parents[3] / "seeds"

# What the rules of several tokens, of spelling and of space are about.
ODD = [
    "They are gonna leave, and he's gotta go.",
    "Let's see: there is nothing, there were two, and they ain't here.",
    "Nothin' was hit; y'all saw it, didn't you?",
    "The  town   was shelled.",
    "She's been told that that is so, but it's what it is.",
    "Do they have what I had? I'd say they do.",
    "",
]


@pytest.fixture(scope="module")
def forgetful() -> Language:
    return plain()


def texts() -> Iterator[str]:
    for path in sorted(SEEDS.glob("*.txt")):
        text = prepare(path.read_text(encoding="utf-8"))
        for start, end in paragraphs(text):
            yield text[start:end]
    yield from ODD


def said(doc: Doc) -> list[tuple[str, ...]]:
    return [(t.text, t.tag_, t.pos_, t.dep_, str(t.head.i), t.lemma_, str(t.morph)) for t in doc]


def test_nothing_is_said_otherwise(forgetful: Language) -> None:
    """Once with words new to it, once with all of them known."""
    expected = [said(forgetful(text)) for text in texts()]
    assert len(expected) > 100
    for _ in range(2):
        assert [said(parser()(text)) for text in texts()] == expected


def test_the_rules_are_asked_once_for_each_kind_of_token(forgetful: Language) -> None:
    asked = []

    class Ruler:
        """The ruler, and how often it is asked."""

        vocab, patterns = forgetful.vocab, forgetful.get_pipe("attribute_ruler").patterns  # type: ignore[attr-defined]

        def __call__(self, doc: Doc) -> Doc:
            asked.append(doc.text)
            return forgetful.get_pipe("attribute_ruler")(doc)

    rules = RememberedRules(Ruler())  # type: ignore[arg-type]
    with forgetful.select_pipes(disable=["attribute_ruler", "lemmatizer"]):
        for text in ("The town was shelled.", "The village was shelled.", "Let's go.", "Let's go."):
            rules(forgetful(text))
    assert asked == ["The town was shelled . ", "Let's go.", "Let's go."]


def test_what_is_forgotten_is_worked_out_anew(monkeypatch: pytest.MonkeyPatch, forgetful: Language) -> None:
    monkeypatch.setattr(parsing, "MOST_WORDS", 5)
    for text in texts():
        assert said(parser()(text)) == said(forgetful(text))


def test_new_words_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "The governor said that six people were wounded."
    before = said(parse([sentence])[0])
    loaded = len(plain().vocab)
    monkeypatch.setattr(parsing, "LARGEST_VOCABULARY", loaded + 50)
    before_all = weakref.ref(parser())
    for n in range(40):
        parse([" ".join(f"word{n}x{m}" for m in range(10))])
        assert len(parser().vocab) <= loaded + 100
    assert said(parse([sentence])[0]) == before
    assert before_all() is None


def test_company_changes_nothing() -> None:
    sentences = list(texts())
    alone = [said(doc) for sentence in sentences for doc in parse([sentence])]
    assert [said(doc) for doc in parse(sentences)] == alone
    parse_ahead(sentences)
    assert [said(doc) for sentence in sentences for doc in parse([sentence])] == alone


def test_what_was_parsed_ahead_is_not_parsed_again_until_it_was_asked_for() -> None:
    parse_ahead(["The town was shelled."])
    with parser().select_pipes(disable=["parser"]):
        ahead, new, again = (
            parse([sentence])[0] for sentence in ("The town was shelled.", "The dam broke.", "The town was shelled.")
        )
    assert [doc.has_annotation("DEP") for doc in (ahead, new, again)] == [True, False, False]
