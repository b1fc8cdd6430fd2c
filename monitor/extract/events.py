"""Which words of a sentence say that something happened, and what.

The classes and their words are in `events.yaml`: general knowledge of how news English reports conflict, read once.
Everything here is pure; a look-up costs a dictionary access a token.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml
from spacy.tokens import Doc, Span, Token

from monitor.extract.vocabulary import gerund, participle

GAP = "..."
GAP_WORDS = 5
"""How many words a `...` of a phrase may stand for."""

_POS = {"verbs": "VERB", "nouns": "NOUN", "adjectives": "ADJ", "adverbs": "ADV"}
# A power station has not lost its power.
_WORKS = frozenset(
    {"station", "plant", "unit", "line", "grid", "pipeline", "company", "facility", "worker", "engineer"}
)
_AS_NOUN = {"PROPN": "NOUN", "AUX": "VERB"}
_WHOSE = frozenset({"occupied", "held", "controlled", "annexed"})
_IN_CHARGE = frozenset({"service", "authority", "agency", "department", "body", "official", "ministry"})
_MONTHS = frozenset({"March"})


class Hit(NamedTuple):
    """A class that a word may say. `weak`: only in company of an object, place or number of the event's kind."""

    event: str
    weak: bool


class EventHit(NamedTuple):
    """A class said at a token: `token` is its index in the document; `parts` are all tokens that say it."""

    token: int
    event: str
    weak: bool
    parts: tuple[int, ...]


class _Phrase(NamedTuple):
    event: str
    weak: bool
    words: tuple[frozenset[str] | None, ...]
    """One set of lemmas a place; None is a gap."""
    last: frozenset[str]


class _Lexicon(NamedTuple):
    words: dict[tuple[str, str], tuple[Hit, ...]]
    phrases: dict[str, tuple[_Phrase, ...]]
    core: frozenset[str]
    kin: dict[str, frozenset[str]]
    act: dict[str, str]


def classes() -> tuple[str, ...]:
    """All classes, in the order of the file."""
    return tuple(_lexicon().kin)


def is_core(event: str) -> bool:
    """Whether the class is by itself a fact that a desk would log."""
    return event in _lexicon().core


def kin(event: str) -> frozenset[str]:
    """The classes that another report of the same event may use instead; empty for an unknown class."""
    return _lexicon().kin.get(event, frozenset())


def act(event: str) -> str:
    """The wider act that the class tells of, else the class itself: who entered, who attacked, who was behind it."""
    return _lexicon().act.get(event, event)


def lookup(lemma: str, pos: str) -> tuple[Hit, ...]:
    """The classes that a lemma may say as this part of speech (spaCy's universal tags), strong ones first.

    Headlines mislead the tagger: a noun that is only known as a strong verb, or the other way round, counts too.
    """
    words = _lexicon().words
    lemma, pos = lemma.lower(), _AS_NOUN.get(pos, pos)
    if found := words.get((lemma, pos)):
        return found
    if pos not in ("NOUN", "VERB", "ADJ"):
        return ()
    others = (hit for other in ("VERB", "NOUN", "ADJ") for hit in words.get((lemma, other), ()))
    return tuple(dict.fromkeys(hit for hit in others if not hit.weak))


def of(span: Span) -> tuple[EventHit, ...]:
    """The events said in the span, in the order of the text; a phrase takes its words' own classes away."""
    known = span.doc.user_data  # many parts of the extraction ask for the same few spans
    key = f"events {span.start} {span.end}"
    if key not in known:
        known[key] = _said(span)
    found: tuple[EventHit, ...] = known[key]
    return found


def _said(span: Span) -> tuple[EventHit, ...]:
    unmarked = [token for token in span if token.text != '"']  # a headline's "in control" of the village
    lemmas, at = [lemma_of(token) for token in unmarked], [token.i for token in unmarked]
    present = frozenset(lemmas)
    hits = [hit for start in range(len(lemmas)) for hit in _phrases_at(lemmas, start, at, present)]
    hits = _longest([hit for hit in hits if not _a_house(hit, span.doc)], span.doc)
    taken = {index for hit in hits for index in hit.parts}
    for token in span:
        if token.i not in taken:
            hits += [EventHit(token.i, hit.event, hit.weak, (token.i,)) for hit in _word(token)]
    return tuple(sorted(hits))


def _a_house(hit: EventHit, doc: Doc) -> bool:
    """Whether what looks like "block the street" is a block on a street."""
    first = doc[hit.parts[0]]
    return first.pos_ == "NOUN" and first.lower_ in ("block", "blocks") and len(hit.parts) > 1


def _word(token: Token) -> tuple[Hit, ...]:
    if token.dep_ == "compound" and lemma_of(token.head) in _WORKS:
        return tuple(hit for hit in lookup(lemma_of(token), token.pos_) if not hit.weak)
    if (token.text in _MONTHS and token.pos_ == "PROPN") or token.lower_ == "powers":
        return ()
    if token.lower_ in _WHOSE and token.dep_ in ("amod", "compound", "nmod") and token.i < token.head.i:
        return ()  # "occupied Kherson", "the Ukrainian-held bank"
    if token.lower_ == "responsible" and token.head.lemma_ in _IN_CHARGE and token.i < token.head.i:
        return ()  # "the responsible services"
    found = lookup(lemma_of(token), token.pos_)
    return found or (lookup(token.lower_, token.pos_) if token.lower_ != token.lemma_ else ())


def lemma_of(token: Token) -> str:
    """The lemma in lower case; a headline's capitals make the parser see names, so those lose their plural here."""
    lemma = token.lemma_.lower()
    if lemma in ("n't", "n’t", "never", "neither"):
        return "not"
    named = token.pos_ == "PROPN" and len(lemma) > 3 and lemma.endswith("s") and not lemma.endswith(("ss", "us", "is"))
    return lemma[:-1] if named else lemma


def _phrases_at(lemmas: list[str], start: int, at: list[int], present: frozenset[str]) -> Iterator[EventHit]:
    for phrase in _lexicon().phrases.get(lemmas[start], ()):
        if phrase.last.isdisjoint(present):  # a cheap question first: most phrases end here
            continue
        if parts := _match(lemmas, start, phrase.words):
            yield EventHit(at[parts[0]], phrase.event, phrase.weak, tuple(at[part] for part in parts))


def _match(lemmas: list[str], start: int, words: tuple[frozenset[str] | None, ...]) -> tuple[int, ...]:
    """The places of the phrase's words, the first gap filled as shortly as can be; empty when it isn't there."""
    parts: list[int] = []
    position, reach = start, 1
    for word in words:
        if word is None:
            reach = GAP_WORDS + 1
            continue
        window = range(position, min(position + reach, len(lemmas)))
        found = next((index for index in window if lemmas[index] in word), None)
        if found is None:
            return ()
        parts.append(found)
        position, reach = found + 1, 1
    return tuple(parts)


def _longest(hits: list[EventHit], doc: Doc) -> list[EventHit]:
    """Without those whose words a longer phrase holds; strong before weak, a verb's before a noun's, then in order."""

    def rank(hit: EventHit) -> tuple[int, bool, bool, int, int]:
        return (-len(hit.parts), hit.weak, doc[hit.token].pos_ == "NOUN", hit.token, hit.parts[-1])

    kept: list[EventHit] = []
    for hit in sorted(hits, key=rank):
        shared = [other for other in kept if set(other.parts) & set(hit.parts)]
        if not shared or all(other.parts == hit.parts for other in shared):
            kept.append(hit)
    return kept


@cache
def _lexicon() -> _Lexicon:
    raw: dict[str, dict[str, Any]] = yaml.safe_load(files(__package__).joinpath("events.yaml").read_text("utf-8"))
    words: dict[tuple[str, str], list[Hit]] = {}
    phrases: dict[str, list[_Phrase]] = {}
    for event, entry in raw.items():
        for lemma, pos, weak in _entries(entry):
            words.setdefault((lemma, pos), []).append(Hit(event, weak))
        for line in entry.get("phrases", ()):
            phrase = _phrase(event, line)
            for first in phrase.words[0] or ():
                phrases.setdefault(first, []).append(phrase)
    return _Lexicon(
        words={key: _distinct(hits) for key, hits in words.items()},
        phrases={first: tuple(found) for first, found in phrases.items()},
        core=frozenset(event for event, entry in raw.items() if entry.get("core")),
        kin=_symmetric({event: entry.get("kin", ()) for event, entry in raw.items()}),
        act={event: entry["act"] for event, entry in raw.items() if "act" in entry},
    )


def _entries(entry: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for section, pos in _POS.items():
        for word in (entry.get(section) or "").split():
            lemma, weak = word.removeprefix("~"), word.startswith("~")
            yield lemma, pos, weak
            if pos == "VERB":
                yield participle(lemma), "ADJ", weak
                yield gerund(lemma), "NOUN", weak


def _distinct(hits: list[Hit]) -> tuple[Hit, ...]:
    """Strong before weak, one of a class."""
    best: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.weak):
        best.setdefault(hit.event, hit)
    return tuple(best.values())


def _phrase(event: str, line: str) -> _Phrase:
    weak = line.startswith("~")
    words = line.removeprefix("~").split()
    places = tuple(None if word == GAP else frozenset(word.split("|")) for word in words)
    return _Phrase(event, weak, places, places[-1] or frozenset())


def _symmetric(kin: dict[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    both: dict[str, set[str]] = {event: set(near) for event, near in kin.items()}
    for event, near in kin.items():
        for other in near:
            both[other].add(event)
    return {event: frozenset(near) for event, near in both.items()}
