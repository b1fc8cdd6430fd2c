"""Who did it, and to what: the nouns that act in an event and those that it is done to. Pure."""

import re
from collections.abc import Iterator

from spacy.tokens import Span, Token

from monitor.extract import events
from monitor.extract.kinds import terms
from monitor.extract.parser import text_of
from monitor.extract.vocabulary import words

_OBJECTS = frozenset({"dobj", "nsubjpass", "dative", "oprd"})
_SUBJECTS = frozenset({"nsubj", "csubj"})
_HITS_AT = frozenset({"on", "at", "against", "of", "to", "into", "over"})
_AMOUNTS = words(
    """
    dozen score hundred thousand number team handful pair couple lot most majority part section span stretch half third
    some several many all group series rest
    """
)
STRUCTURES = frozenset({"dam", "bridge", "plant", "energy", "road", "pipe", "port", "airport"})
"""Whatever befalls these, they did not do it."""
# Whose these are is who did it: "in the captivity of the raiders".
_IN_WHOSE = frozenset({"captivity", "custody"})
_DOERS = frozenset({"by", "with"})
# Whoever does one of these to an event is not who made it.
_FOUGHT = frozenset({"fight", "repel", "deny-involvement", "contradict", "investigate", "shoot-down"})
_EACH_OTHER = re.compile(r"\b(each other|one another)\b")


def mutual(piece: Span) -> bool:
    """Whether the sides do it to one another, so that nobody is the one who did it."""
    return bool(_EACH_OTHER.search(text_of(piece)))


def inside(token: Token, piece: Span) -> bool:
    return piece.start <= token.i < piece.end


def objects(token: Token) -> Iterator[Token]:
    """The nouns that something is done to, coordinated ones too."""
    participle = token.tag_ == "VBN"
    found = [child for child in token.children if child.dep_ in _OBJECTS]
    if (token.dep_ == "amod" and token.tag_ in ("VBN", "JJ", "VBD")) or (token.dep_ == "acl" and participle):
        found.append(token.head)
    if not found and participle:
        found = [child for child in token.children if child.dep_ == "nsubj"]
    if token.pos_ in ("NOUN", "PROPN"):
        before = [child for child in token.children if child.dep_ in ("compound", "poss")]
        found += [child for child in before if child.pos_ == "NOUN" or child.lower_ in terms().kind]  # a "Dam Blast"
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in _HITS_AT and token.lemma_.lower() not in _IN_WHOSE:
            found += [noun for noun in child.children if noun.dep_ == "pobj"]
    if token.dep_ == "pobj" and token.head.lower_ == "under":
        found += [child for child in token.head.head.children if child.dep_ in ("nsubj", "nsubjpass")]
    if not found and participle and token.head.pos_ == token.pos_:  # "was reported wounded", "was hit and wounded"
        found = [child for child in token.head.children if child.dep_ == "nsubjpass"]
    for noun in found:
        yield from _counted(noun)
        for other in _coordinated(noun):
            yield from _counted(other)


def _counted(noun: Token) -> Iterator[Token]:
    """The noun, and what there is so many of: "dozens of cars", "two of the raiders", "a team of doctors"."""
    yield noun
    if noun.pos_ == "NUM" or noun.lemma_.lower() in _AMOUNTS:
        of = next((child for child in noun.children if child.lower_ == "of"), None)
        yield from (child for child in (of.children if of is not None else ()) if child.dep_ == "pobj")


def accused(token: Token) -> Iterator[Token]:
    """Whom the verb blames: "blamed X for it", "blamed it on X"."""
    things = list(objects(token))
    blamed_on = [
        noun
        for holder in (token, *things)
        for prep in holder.children
        if prep.dep_ == "prep" and (prep.lower_ == "on" or (prep.lower_ == "at" and holder.lower_ == "finger"))
        for noun in prep.children
        if noun.dep_ == "pobj"
    ]
    for noun in blamed_on or things:
        yield noun
        for prep in noun.children:
            if prep.lower_ == "by":
                yield from (child for child in prep.children if child.dep_ == "pobj")


def _coordinated(noun: Token) -> Iterator[Token]:
    for child in noun.children:
        if child.dep_ == "conj":
            yield child
            yield from _coordinated(child)


def actors(event: Token, piece: Span) -> list[Token]:
    """The subjects, by-agents and owners of the event; one without its own takes its governor's."""
    token = event
    before = token.nbor(-1) if token.lower_ == "behind" and inside(token, piece) and token.i > piece.start else None
    if before is not None and before.pos_ in ("NOUN", "PROPN"):  # a headline's "Russia behind blast"
        return [before]
    for _ in range(4):
        found = [child for child in token.children if child.dep_ in _SUBJECTS]
        passive = [child for child in token.children if child.dep_ == "agent" or child.lower_ in _DOERS]
        found = [noun for by in passive for noun in by.children if noun.dep_ == "pobj"] or found
        if token.dep_ == "nsubj" and token.head.lemma_ == "be":
            found += [child for child in token.head.children if child.dep_ == "attr"]
        if token.pos_ in ("NOUN", "PROPN"):
            found += [
                child for child in token.children if child.dep_ in ("poss", "compound", "amod") and not _site(child)
            ]
        if found:
            return [actor for noun in found for actor in (noun, *_coordinated(noun))]
        if token.head.i == token.i or not inside(token.head, piece) or _against(token):
            break
        token = token.head
    return []


def _site(noun: Token) -> bool:
    """Whether a compound says to what it was done, and of whose land: "the Ukraine dam collapse"."""
    beside = (child for child in noun.head.children if child.dep_ == "compound" and child.i >= noun.i)
    return noun.dep_ == "compound" and any(terms().kind.get(child.lower_) in STRUCTURES for child in beside)


def _against(token: Token) -> bool:
    """Whether what governs the event is done against it: who "battles an incursion" does not make it."""
    governor = token.head.head if token.dep_ == "pobj" else token.head
    acts = {events.act(hit.event) for hit in events.lookup(events.lemma_of(governor), governor.pos_)}
    return token.pos_ in ("NOUN", "PROPN") and bool(acts & _FOUGHT)


def agents(piece: Span) -> Iterator[Token]:
    """Those by whom anything in the piece is said to be done."""
    for token in piece:
        if token.lower_ == "by":
            yield from (child for child in token.children if child.dep_ == "pobj")


def quoted(piece: Span) -> bool:
    """Whether the piece is quoted, so that "they" are others than who speaks."""
    before = text_of(piece.doc)[: piece.start_char]
    inside = before.count('"') % 2 == 1 or before.count("“") > before.count("”")
    return inside or text_of(piece).startswith(('"', "“"))


def phrase(noun: Token) -> Span:
    """The noun with what stands before it."""
    return noun.doc[noun.left_edge.i : noun.i + 1]


def official(noun: Token) -> bool:
    """Whether the building is said to be a public one."""
    return bool({"administrative", "administration", "government", "governmental"} & {t.lower_ for t in phrase(noun)})
