"""The grammar that attribution rests on: subjects, noun phrases, agents, the clause of a cue; over one parse."""

from dataclasses import dataclass

from spacy.tokens import Token

from monitor.extract.reading import Sentence
from monitor.models import Stance

Span = tuple[int, int]
"""Token indices, end exclusive."""

FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
VERBAL = FINITE | {"VB", "VBN", "VBG"}
SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")


@dataclass(frozen=True, slots=True)
class Attribution:
    """One frame. All spans are token ranges, end exclusive; `region` is the cue's own clause, nobody's content.

    `relay` is the source that passed it on ("X cited Y as saying"); `mind` marks attitudes.
    """

    kind: str
    cue: int
    lemma: str
    source: Span | None
    content: tuple[Span, ...]
    region: Span
    stance: Stance = Stance.ASSERTED
    relay: Span | None = None
    mind: bool = False


def child_of(token: Token, *labels: str) -> Token | None:
    return next((child for child in token.children if child.dep_ in labels), None)


def subject_of(verb: Token) -> Token | None:
    """The subject, its own or the one that it shares or that the clause modifies."""
    for _ in range(5):
        own = _own_subject(verb)
        if own is not None:
            if own.tag_ in {"WP", "WDT"} and verb.dep_ == "relcl":
                return verb.head
            return own
        if verb.dep_ in {"conj", "xcomp", "advcl", "ccomp", "parataxis"} and verb.head != verb:
            if verb.dep_ == "ccomp" and verb.tag_ != "VBG":
                return None
            verb = verb.head
            continue
        if verb.dep_ == "pcomp" and verb.tag_ == "VBG" and verb.head.dep_ == "prep":
            verb = verb.head.head
            continue
        if verb.dep_ in {"acl", "relcl"} and verb.tag_ == "VBG":
            return verb.head
        return None
    return None


def _own_subject(verb: Token) -> Token | None:
    """Of two subjects ("P, says X" read as one clause) the one behind the verb."""
    subjects = [child for child in verb.children if child.dep_ in SUBJECTS]
    behind = [s for s in subjects if s.i > verb.i]
    if len(subjects) > 1 and behind and verb.i and verb.nbor(-1).text in {",", '"'}:
        return behind[0]
    return subjects[0] if subjects else None


def phrase(head: Token, limit: int | None = None) -> Span:
    """The noun phrase of `head` without its relative clauses and what a comma or bracket adds behind them."""
    first, last = head.left_edge.i, head.right_edge.i + 1
    for child in head.children:
        if child.i > head.i and child.dep_ in {"relcl", "acl", "punct", "advcl", "cc", "parataxis", "ccomp", "dep"}:
            if child.dep_ == "cc" or (child.dep_ == "punct" and child.text in {",", "("} and _named_after(child)):
                continue
            last = min(last, child.left_edge.i)
    if limit is not None and head.i < limit:
        last = min(last, limit)
    doc = head.doc
    while last - 1 > head.i and doc[last - 1].is_punct and doc[last - 1].text not in {'"', ")"}:
        last -= 1
    while first < head.i and doc[first].is_punct and doc[first].text != '"':
        first += 1
    return first, max(last, head.i + 1)


def _named_after(comma: Token) -> bool:
    """Whether an apposition or a further member follows the mark."""
    return any(child.i > comma.i and child.dep_ in {"appos", "conj"} for child in comma.head.children)


def region_of(token: Token, subject: Token | None) -> Span:
    """The tokens of the cue's own clause: its subject, auxiliaries, and what it says of time, place and hearer."""
    first, last = token.i, token.i + 1
    for child in token.children:
        if child.dep_ in {"aux", "auxpass", "neg"}:
            first = min(first, child.i)
        if child.dep_ in {"advmod"} and child.i < token.i:
            first = min(first, child.left_edge.i)
    if subject is not None and (subject.dep_ != "conj" or (subject.i < token.i and _borders(subject, token))):
        left, right = phrase(subject, token.i if subject.i < token.i else None)
        if subject.i < token.i and (subject.head == token or _borders(subject, token)):
            first = min(first, left, subject.left_edge.i if subject.head == token else left)
        elif subject.i > token.i:
            last = max(last, right)
    return first, last


def _borders(subject: Token, cue: Token) -> bool:
    """Whether the subject stands right before the cue, with one comma or with modifiers alone between."""
    if subject.i == cue.i - 1 or (subject.i == cue.i - 2 and cue.nbor(-1).text == ","):
        return True
    between = subject.doc[subject.i + 1 : cue.i]
    return (
        subject.dep_ not in SUBJECTS and subject.i < cue.i and not any(t.tag_ in FINITE or t.is_punct for t in between)
    )


def source_of(subject: Token | None, cue: Token) -> Span | None:
    if subject is None or (subject.lower_ == "it" and child_of(cue, "auxpass") is not None):
        return None
    return phrase(subject, cue.i)


def agent_of(token: Token) -> Span | None:
    by = child_of(token, "agent")
    if by is None:
        by = next((c for c in token.children if c.lower_ == "by" and c.dep_ == "prep"), None)
    doer = child_of(by, "pobj") if by is not None else None
    return phrase(doer) if doer is not None else None


def first_aux(token: Token) -> int:
    return min([token.i, *(c.i for c in token.children if c.dep_ in {"aux", "auxpass"})])


def comma_after(sentence: Sentence, at: int) -> int:
    doc = sentence.doc
    while at < len(doc) and doc[at].text not in {",", ";", ":"}:
        at += 1
    return at


def noun_phrase_from(sentence: Sentence, begin: int) -> Span | None:
    """The noun phrase that begins at `begin`, up to the comma or verb that ends it."""
    doc, end = sentence.doc, len(sentence.doc)
    at = begin
    while at < end:
        here = doc[at]
        if (
            here.text in {",", ";", ":", '"'}
            or (here.tag_ in FINITE and at > begin)
            or here.lower_ in {"that", "who", "which"}
        ):
            break
        at += 1
    while at > begin and doc[at - 1].is_punct and doc[at - 1].text != ")":
        at -= 1
    return (begin, at) if at > begin else None
