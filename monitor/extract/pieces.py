"""Cuts what is said into the claims that it makes: "six people were wounded and three houses damaged" is two.

A semicolon always cuts. Coordinated clauses are cut when each has its own subject and something to log (an event,
a place or a number); with a shared subject only when the events differ, both count something, or "but" turns it.
A participle tail (", killing three") is cut when it tells of an event of its own. What is left is trimmed of marks and
conjunctions at both ends.
"""

from collections.abc import Iterator
from itertools import pairwise

from spacy.tokens import Doc, Token

from monitor.extract.grammar import Span, befell, comma_after
from monitor.extract.headings import AFTER
from monitor.extract.joints import coordination, spliced, tail, where
from monitor.extract.reading import Sentence
from monitor.extract.stretches import core, counts, strong, told
from monitor.extract.tags import FINITE, VERBAL
from monitor.extract.vocabulary import words

_EDGE = words("and & but or while that whereas though although then also as yet so")
_HEDGES = words("at least more than about some around up to over nearly almost as many fewer less least")
_SOME = frozenset(["several", "dozens", "hundreds", "scores", "many", "two-thirds"])
_HEADLINE_MARKS = AFTER | {","}


def split(sentence: Sentence, span: Span, *, heading: bool = False) -> tuple[Span, ...]:
    """The claims within the tokens of `span`, in order, each trimmed; none is empty.

    A heading is also cut at its commas and at "as", "after", "amid", when there is an event on either side.
    """
    cuts = sorted(set(_cuts(sentence, span)) | set(_headline_cuts(sentence, span) if heading else ()))
    bounds = [span[0], *cuts, span[1]]
    found = (trim(sentence, part, later=n > 0) for n, part in enumerate(pairwise(bounds)))
    return tuple(piece for piece in found if piece is not None)


def trim(sentence: Sentence, span: Span, *, later: bool = False) -> Span | None:
    """The span without conjunctions before it and marks around it; None when nothing is left."""
    doc = sentence.doc
    first, last = span
    edge = _LATER_EDGE if later else _EDGE
    while (
        first < last
        and (doc[first].is_punct or doc[first].is_space or doc[first].lower_ in edge)
        and not _keeps(doc[first])
    ):
        first += 1
    first += first < last and doc[first].lower_ == "with" and befell(doc, first, last)
    while last > first and (
        doc[last - 1].is_space
        or doc[last - 1].text in _MARKS
        or (doc[last - 1].lower_ in _OPEN_ENDS and doc[last - 1].tag_ != "RP")  # "fighters dig in"
    ):
        last -= 1
    if last < len(doc) and doc[last].lower_ in {"which", "whom"} and doc[last - 1].lower_ in _STRANDED:
        last -= 1  # "a drone attack for which Russia blames Kyiv"
    if last - first > _SHORTEST_LEFT and doc[last - 1].lower_ in _CLAIMS and doc[last - 2].pos_ == "DET":
        last -= 3 if doc[last - 3].text == "," else 0  # "…, a number that X laughed off"
    if last - 1 > first and doc[last - 1].text == '"' and sum(t.text == '"' for t in doc[first:last]) % 2:
        last -= 1
        while last > first and doc[last - 1].text in _MARKS:
            last -= 1
    if first < last and doc[first].text == '"' and sum(t.text == '"' for t in doc[first:last]) % 2:
        first += 1
    return (first, last) if any(t.is_alpha for t in doc[first:last]) else None


_LATER_EDGE = _EDGE | {"when", "where", "after", "before", "because", "since", "amid", "following"}
_OPEN_ENDS = _EDGE | {"with", "in", "which", "whom"}
_STRANDED = frozenset({"for", "of", "from"})
_CLAIMS = words("number figure claim charge accusation allegation assertion statement account")
_SHORTEST_LEFT = 5
"""So many words are left of a statement that loses its ", a number" at the end."""
_MARKS = frozenset({",", ".", ";", ":", "-", "--", "!", "?", "...", "..", "(", "["})


def _keeps(token: Token) -> bool:
    if token.lower_ == "as" and token.i + 1 < len(token.doc) and token.nbor().lower_ == "of":
        return True
    if token.lower_ == "as" and (token.dep_ == "prep" or _counts_as(token)):
        return True
    return token.text in {"#", "[", "("} or (token.lower_ == "that" and token.dep_ in {"nsubj", "nsubjpass"})


def _counts_as(token: Token) -> bool:
    """ "as many as"."""
    return token.i + 1 < len(token.doc) and token.nbor().lower_ in {"many", "much", "few"}


def _cuts(sentence: Sentence, span: Span) -> Iterator[int]:
    doc = sentence.doc
    yield from _counted(sentence, span)
    yield from _seen(doc, span)
    yield from _listed(doc, span)
    yield from _gapped(doc, span)
    yield from _befallen(doc, span)
    for token in doc[span[0] : span[1]]:
        if token.text == ";" or (token.text == ":" and _explains(sentence, token.i, span)):
            yield token.i
        elif token.dep_ == "conj" and token.tag_ in VERBAL | {"JJ"} | {"NNS", "NN"}:
            cut = coordination(token, span)
            if cut is not None:
                yield cut
        elif token.dep_ == "relcl" and token.tag_ in VERBAL:
            cut = where(token, span)
            if cut is not None:
                yield cut
        elif token.dep_ in {"advcl", "acl", "ccomp", "parataxis"} and token.tag_ in VERBAL:
            before = token.dep_ == "ccomp" and token.i < token.head.i
            cut = spliced(token, span) if before else tail(token, span)
            if cut is not None:
                yield cut


def _headline_cuts(sentence: Sentence, span: Span) -> Iterator[int]:
    doc = sentence.doc
    for token in doc[span[0] + 2 : span[1] - 2]:
        if token.lower_ not in _HEADLINE_MARKS or sentence.quotes[token.i] >= 0:
            continue
        a, b = core(doc, (span[0], token.i)), core(doc, (token.i + 1, span[1]))
        if a and b and not b <= a and _predicate(doc, (token.i + 1 + (token.text != ","), span[1])):
            yield token.i


def _predicate(doc: Doc, span: Span) -> bool:
    """Whether a stretch says something of what stands before it: "(residents) evacuated", "(guards) dead"."""
    return any(t.tag_ in VERBAL or (t.tag_ == "JJ" and t.i == span[1] - 1) for t in doc[span[0] : span[1]])


def _counted(sentence: Sentence, span: Span) -> Iterator[int]:
    """Where a count and its event follow another pair: "six people were wounded and three houses damaged"."""
    doc, since = sentence.doc, span[0]
    for token in doc[span[0] + 2 : span[1] - 2]:
        if token.lower_ not in {"and", "while"} and token.text != ",":
            continue
        clause, since = (since, token.i), token.i
        rest = (token.i + 1, span[1])
        if not _count_at(doc, token, span[1]) or not (_past(doc, clause) and _past(doc, rest)):
            continue
        if (
            token.text != ","
            and token.head.pos_ == "NOUN"
            and not _past(doc, (rest[0], comma_after(sentence, rest[0])))
        ):
            continue  # "backed by two tanks and four trucks, attacked"
        if token.text == "," and doc[token.i + 1].lower_ != "and" and not _past(doc, (token.i + 2, token.i + 6)):
            continue
        a, b = strong(doc, (span[0], token.i)), strong(doc, rest)
        if a and b and not b <= a and counts(doc, (span[0], token.i)):
            yield token.i


def _count_at(doc: Doc, mark: Token, end: int) -> bool:
    """Whether "and three", ", and at least three" stands here."""
    at = mark.i + 1
    if doc[at].lower_ in {"and", "another", "a"} and at + 2 < end:
        at += 1
    while at < end - 1 and doc[at].lower_ in _HEDGES:
        at += 1
    return doc[at].like_num or doc[at].lower_ in _SOME


def _past(doc: Doc, span: Span) -> bool:
    return any(t.tag_ in {"VBN", "VBD"} for t in doc[span[0] : span[1]])


def _seen(doc: Doc, span: Span) -> Iterator[int]:
    """Coordination that the words show though the parse may not: "… and units had reached", "… and took Kozinka"."""
    since = span[0]
    for token in doc[span[0] + 2 : span[1] - 2]:
        if token.lower_ not in {"and", "but"} and (token.text != "," or token.nbor().lower_ in {"and", "but"}):
            continue
        clause, since = doc[since : token.i], token.i
        if not any(t.tag_ in VERBAL for t in clause) or not any(t.tag_ in FINITE for t in doc[span[0] : token.i]):
            continue
        if not _clause_at(doc, token.i + 1, span[1]) and (token.text == "," or not _verb_at(doc, token.i + 1, span)):
            continue
        a, b = told(doc, (span[0], token.i)), told(doc, (token.i + 1, span[1]))
        if a and b and not b <= a:
            yield token.i


def _listed(doc: Doc, span: Span) -> Iterator[int]:
    """Where a further "that" begins: "a drone had fallen, that nobody was hurt and that gas was cut off"."""
    since = span[0]
    for token in doc[span[0] + 2 : span[1] - 2]:
        before = token.nbor(-1)
        if token.lower_ != "that" or not (before.text == "," or before.lower_ in {"and", "but"}):
            continue
        subject = token.nbor()
        clause = any(t.tag_ in FINITE for t in doc[token.i + 2 : min(token.i + 12, span[1])])
        if subject.tag_ in FINITE or not clause or not any(t.tag_ in FINITE for t in doc[since : token.i]):
            continue
        a, b = core(doc, (since, token.i)), core(doc, (token.i, span[1]))
        counted = counts(doc, (token.i + 1, span[1])) and before.lower_ == "and"
        # that somebody was told is no fact of its own
        again = before.lower_ in {"and", "but"} and told(doc, (since, token.i)) != {"inform"}
        if again or (a and ((b and not b <= a) or counted)):
            since = token.i
            yield before.i


def _gapped(doc: Doc, span: Span) -> Iterator[int]:
    """Where a further count of the same stands in another place: "three fell on Oskol and two on Kursk"."""
    for token in doc[span[0] + 4 : span[1] - 2]:
        if token.lower_ == "and" and (preposition := gap_at(doc, token.i + 1, span[1])) is not None:
            before = doc[span[0] : token.i]
            paired = any(t.lower_ == preposition and t.pos_ == "ADP" for t in before)
            if paired and counts(doc, (span[0], token.i)) and strong(doc, (span[0], token.i)):
                yield token.i


def _explains(sentence: Sentence, colon: int, span: Span) -> bool:
    """Whether either side of the colon tells of something: "traffic is stopped: an emergency occurred"."""
    doc, sides = sentence.doc, ((span[0], colon), (colon + 1, span[1]))
    if doc[span[0]].tag_ == "WP":  # "What is known: P; Q"
        return True
    both = all(any(t.tag_ in FINITE for t in doc[a:b]) and core(doc, (a, b)) for a, b in sides)
    return both and sentence.quotes[colon] < 0


def _befallen(doc: Doc, span: Span) -> Iterator[int]:
    """Where ", with two people killed" begins."""
    for token in doc[span[0] + 2 : span[1] - 3]:
        if token.text == "," and befell(doc, token.i + 1, span[1]) and told(doc, (span[0], token.i)):
            yield token.i


def gap_at(doc: Doc, at: int, end: int) -> str | None:
    """The preposition of a count and a place without noun and verb ("two more over Kursk"), if one begins here."""
    if not (doc[at].like_num or doc[at].lower_ == "another") or any(t.tag_ in VERBAL for t in doc[at:end]):
        return None
    at += 1 + (doc[at + 1].lower_ in {"more", "others", "further"} if at + 1 < end else 0)
    named = at < end and doc[at].pos_ == "ADP" and any(t.pos_ == "PROPN" for t in doc[at + 1 : end])
    return doc[at].lower_ if named else None


def _clause_at(doc: Doc, at: int, end: int) -> bool:
    """Whether a noun phrase and a compound verb ("had reached", "were being") begin here."""
    if doc[at].lower_ == "that" and at + 2 < end:
        at += 1
    begin = at
    if doc[at].tag_ in {"WP", "WDT", "WP$", "WRB", "IN"}:
        return False
    while (
        at < min(end, begin + 9)
        and doc[at].tag_ not in VERBAL
        and not doc[at].is_punct
        and doc[at].lower_ not in {"and", "or"}
    ):
        at += 1
    return (
        begin < at < end - 1
        and doc[at].tag_ in FINITE
        and doc[at].lemma_ in {"have", "be"}
        and doc[at + 1].tag_ in {"VBN", "VBG"}
        and doc[at - 1].pos_ in {"NOUN", "PROPN", "PRON"}
        and doc[at - 1].tag_ not in {"WDT", "WP"}
    )


def _verb_at(doc: Doc, at: int, span: Span) -> bool:
    """Whether a past verb with an object of its own begins here, after a verb that has one."""
    if doc[at].tag_ == "RB" and at + 2 < span[1]:
        at += 1
    return (
        2 <= at < span[1] - 1
        and doc[at].tag_ in {"VBN", "VBD"}
        and doc[at - 2].tag_ not in VERBAL
        and (doc[at + 1].pos_ in {"PROPN", "DET", "NUM"} or doc[at + 1].tag_ in {"PRP$", "RP"})
    )
