"""Pictures as claims: "X published video of …" is X's, "a video showed …", "there were videos of …" the outlet's."""

from dataclasses import dataclass

from spacy.tokens import Token

from monitor.extract import cues
from monitor.extract.grammar import Span, agent_of, child_of, phrase, subject_of
from monitor.extract.reading import Sentence
from monitor.extract.tags import FINITE
from monitor.extract.vocabulary import words

_BEARING_ON = words("contradict confirm support undermine refute disprove belie corroborate undercut bear back")
_SHOWING = words("show purport appear capture depict reveal feature display emerge see")


_TOLD = frozenset({"dobj", "ccomp", "xcomp", "prep"})


@dataclass(frozen=True, slots=True)
class Footage:
    """A sentence's claim by pictures: the tokens that make it and who published them (None: nobody named).

    `inner` are the tokens of the pictures' own phrase: a cue among them tells what the pictures are said to show.
    """

    content: Span
    publisher: Span | None
    cue: int
    inner: frozenset[int]


def footage(sentence: Sentence) -> Footage | None:
    """What the sentence says that pictures show; None when it says no such thing."""
    for token in sentence.doc:
        if token.lemma_.lower() in cues.FOOTAGE and token.pos_ in {"NOUN", "PROPN"}:
            found = _published(token, sentence) or _shown(token, sentence) or _within(token)
            if found is not None:
                return found
    return None


def _published(picture: Token, sentence: Sentence) -> Footage | None:
    verb = picture.head
    for _ in range(3):
        if verb.pos_ == "VERB" or verb.head == verb:
            break
        verb = verb.head
    if verb.lemma_.lower() not in cues.PUBLISH or verb.tag_ not in {"VBD", "VBZ", "VBP", "VBN", "VBG"}:
        return None
    if picture.i < verb.i or not _tells(picture) or _spoken_in(picture):
        return None
    subject = subject_of(verb)
    if subject is None or subject.lemma_.lower() in cues.FOOTAGE:
        return None
    return Footage((verb.i, verb.right_edge.i + 1), phrase(subject, verb.i), verb.i, _inner(picture))


def _spoken_in(picture: Token) -> bool:
    """Whether somebody speaks in it: "a video in which he said that P"."""
    told = (c for c in picture.children if c.dep_ == "relcl" and child_of(c, "ccomp") is not None)
    said = (cues.VERBS[c.lemma_] for c in told if c.lemma_ in cues.VERBS.keys() - _SHOWING)
    return any("clause" in cue.ways for cue in said)


def _tells(picture: Token) -> bool:
    """Whether the sentence goes on to say what the picture shows."""
    return any(
        t.lemma_.lower() in {"show", "of", "purport", "appear", "depict", "which", "with", "in", "capture"}
        for t in picture.doc[picture.i + 1 : picture.i + 14]
    )


def _shown(picture: Token, sentence: Sentence) -> Footage | None:
    head = picture.head
    while (
        picture.dep_ in {"compound", "conj", "pobj", "prep"} and head != picture and head.lemma_.lower() in cues.FOOTAGE
    ):
        picture, head = head, head.head
    bears = child_of(head, "xcomp")  # "footage appears to contradict X's claim that P"
    if bears is not None and bears.lemma_ in _BEARING_ON:
        return None
    if picture.dep_ in {"nsubj", "nsubjpass"} and head.lemma_.lower() in _SHOWING:
        told = (c for c in head.children if c.i > head.i and c.dep_ in _TOLD and c.lemma_ not in cues.VERBS)
        content = (picture.left_edge.i, head.right_edge.i + 1)
        return Footage(content, _publisher(picture), head.i, _inner(picture, *told))
    if picture.dep_ in {"attr", "nsubj"} and head.lemma_ == "be" and any(c.dep_ == "expl" for c in head.children):
        return Footage((picture.left_edge.i, head.right_edge.i + 1), None, head.i, _inner(picture))
    return None


def _within(picture: Token) -> Footage | None:
    """ "In a video posted by X, armed men are seen at the border": what is seen in it."""
    before, doc = picture.head, picture.doc
    if before.lower_ not in {"in", "on"} or before.i > 1 or picture.dep_ != "pobj":
        return None
    told = picture.right_edge.i + 1
    if told + 3 >= len(doc) or doc[told].text != "," or not any(t.tag_ in FINITE for t in doc[told + 1 :]):
        return None
    publisher = _publisher(picture)
    seen = before.head.i if before.head.i > told else told + 1
    return Footage((told + 1, len(doc)), publisher, seen, _inner(before))


def _publisher(picture: Token) -> Span | None:
    """Who "a video posted by X" is from."""
    handed = next((c for c in picture.children if c.dep_ in {"acl", "relcl"} and c.lemma_ in cues.PUBLISH), None)
    return agent_of(handed) if handed is not None else None


def _inner(*tops: Token) -> frozenset[int]:
    return frozenset(token.i for top in tops for token in top.subtree)
