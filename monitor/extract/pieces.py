"""Cuts what is said into the claims that it makes: "six people were wounded and three houses damaged" is two.

A semicolon always cuts. Coordinated clauses are cut when each has its own subject and something to log (an event,
a place or a number); with a shared subject only when the events differ, both count something, or "but" turns it.
A participle tail (", killing three") is cut when it tells of an event of its own. What is left is trimmed of marks and
conjunctions at both ends.
"""

from collections.abc import Iterator
from itertools import pairwise

from spacy.tokens import Doc, Token

from monitor.extract import cues, events
from monitor.extract.grammar import Span, befell, comma_after
from monitor.extract.headings import AFTER
from monitor.extract.reading import Sentence
from monitor.extract.tags import FINITE, VERBAL
from monitor.extract.vocabulary import words

_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_SPINE = words("ccomp xcomp conj ROOT advcl pcomp parataxis acl dep")
_EDGE = words("and & but or while that whereas though although then also as yet so")
_HEDGES = words("at least more than about some around up to over nearly almost as many fewer less least")
_SOME = frozenset(["several", "dozens", "hundreds", "scores", "many", "two-thirds"])
_HEADLINE_MARKS = AFTER | {","}
_NOT_COUNTED = frozenset({"one"})


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
        doc[last - 1].is_space or doc[last - 1].text in _MARKS or doc[last - 1].lower_ in _OPEN_ENDS
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
            cut = _coordination(token, span)
            if cut is not None:
                yield cut
        elif token.dep_ == "relcl" and token.tag_ in VERBAL:
            cut = _where(token, span)
            if cut is not None:
                yield cut
        elif token.dep_ in {"advcl", "acl", "ccomp", "parataxis"} and token.tag_ in VERBAL:
            before = token.dep_ == "ccomp" and token.i < token.head.i
            cut = _spliced(token, span) if before else _tail(token, span)
            if cut is not None:
                yield cut


def _on_spine(token: Token, span: Span) -> bool:
    """Whether only complements and coordination lead from the token to the top of the span."""
    for _ in range(12):
        if not span[0] <= token.i < span[1]:
            return True
        if token.dep_ not in _SPINE:
            return False
        if token.head == token:
            return True
        token = token.head
    return False


def _headline_cuts(sentence: Sentence, span: Span) -> Iterator[int]:
    doc = sentence.doc
    for token in doc[span[0] + 2 : span[1] - 2]:
        if token.lower_ not in _HEADLINE_MARKS or sentence.quotes[token.i] >= 0:
            continue
        a, b = _core(doc, (span[0], token.i)), _core(doc, (token.i + 1, span[1]))
        if a and b and not b <= a and _predicate(doc, (token.i + 1 + (token.text != ","), span[1])):
            yield token.i


def _predicate(doc: Doc, span: Span) -> bool:
    """Whether a stretch says something of what stands before it: "(residents) evacuated", "(guards) dead"."""
    return any(t.tag_ in VERBAL or (t.tag_ == "JJ" and t.i == span[1] - 1) for t in doc[span[0] : span[1]])


def _core(doc: Doc, span: Span) -> frozenset[str]:
    return frozenset(event for event in _told(doc, span) if events.is_core(event))


def _told(doc: Doc, span: Span) -> frozenset[str]:
    """The events of a stretch, weak words counted in the company of a name or a number."""
    named = any(t.pos_ == "PROPN" or t.like_num for t in doc[span[0] : span[1]])
    return frozenset(hit.event for hit in events.of(doc[span[0] : span[1]]) if named or not hit.weak)


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
        a, b = _strong(doc, (span[0], token.i)), _strong(doc, rest)
        if a and b and not b <= a and _counts(doc, (span[0], token.i)):
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
        if token.lower_ not in {"and", "but"} and token.text != ",":
            continue
        clause, since = doc[since : token.i], token.i
        if not any(t.tag_ in VERBAL for t in clause) or not any(t.tag_ in FINITE for t in doc[span[0] : token.i]):
            continue
        if not _clause_at(doc, token.i + 1, span[1]) and (token.text == "," or not _verb_at(doc, token.i + 1, span)):
            continue
        a, b = _told(doc, (span[0], token.i)), _told(doc, (token.i + 1, span[1]))
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
        a, b = _core(doc, (since, token.i)), _core(doc, (token.i, span[1]))
        counted = _counts(doc, (token.i + 1, span[1])) and before.lower_ == "and"
        # that somebody was told is no fact of its own
        again = before.lower_ in {"and", "but"} and _told(doc, (since, token.i)) != {"inform"}
        if again or (a and ((b and not b <= a) or counted)):
            since = token.i
            yield before.i


def _gapped(doc: Doc, span: Span) -> Iterator[int]:
    """Where a further count of the same stands in another place: "three fell on Oskol and two on Kursk"."""
    for token in doc[span[0] + 4 : span[1] - 2]:
        if token.lower_ == "and" and (preposition := gap_at(doc, token.i + 1, span[1])) is not None:
            before = doc[span[0] : token.i]
            paired = any(t.lower_ == preposition and t.pos_ == "ADP" for t in before)
            if paired and _counts(doc, (span[0], token.i)) and _strong(doc, (span[0], token.i)):
                yield token.i


def _explains(sentence: Sentence, colon: int, span: Span) -> bool:
    """Whether either side of the colon tells of something: "traffic is stopped: an emergency occurred"."""
    doc, sides = sentence.doc, ((span[0], colon), (colon + 1, span[1]))
    if doc[span[0]].tag_ == "WP":  # "What is known: P; Q"
        return True
    told = all(any(t.tag_ in FINITE for t in doc[a:b]) and _core(doc, (a, b)) for a, b in sides)
    return told and sentence.quotes[colon] < 0


def _befallen(doc: Doc, span: Span) -> Iterator[int]:
    """Where ", with two people killed" begins."""
    for token in doc[span[0] + 2 : span[1] - 3]:
        if token.text == "," and befell(doc, token.i + 1, span[1]) and _told(doc, (span[0], token.i)):
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


def _coordination(second: Token, span: Span) -> int | None:
    """Where the second of two coordinated clauses begins, when they are two claims."""
    doc, first = second.doc, second.head
    if not span[0] <= first.i < span[1] or not _on_spine(first, span) or not _coordinates(first, second):
        return None
    start = _begin(second, first)
    left, right = (span[0], start), (start, min(second.right_edge.i + 1, span[1]))
    if right[1] - right[0] < 2 or left[1] - left[0] < 2:
        return None
    if _shows(second):
        two = bool(_told(doc, left))
    elif _has_subject(first) and _has_subject(second):
        two = _full(doc, left) and _full(doc, right)
    else:
        two = _differ(first, second, left, right)
    return start if two else None


def _shows(verb: Token) -> bool:
    """Whether the clause hands out pictures: "… and shared footage of its fighters"."""
    return verb.lemma_ in cues.PUBLISH and any(c.dep_ == "dobj" and c.lemma_ in cues.FOOTAGE for c in verb.children)


def _coordinates(first: Token, second: Token) -> bool:
    """Whether both are clauses, not two words of one: "blocked and destroyed by air strikes"."""
    helped = any(c.dep_ in {"aux", "auxpass"} for c in second.children)
    own = _has_subject(second)
    if first.dep_ in {"acl", "advcl"} and not own and not first.tag_ == second.tag_ == "VBG":
        return False
    if not own_things(first, second) and (second.i - first.i <= 3 or first.dep_ in {"acl", "advcl"}):
        return False
    if second.tag_ == "VBN" and first.tag_ not in {"VBN", "VBD"} and not helped:
        return False
    return second.tag_ in VERBAL or helped or own


def _differ(first: Token, second: Token, left: Span, right: Span) -> bool:
    """Whether clauses that share a subject tell of two things: other events, two counts, or a turn by "but"."""
    doc = second.doc
    a, b = _strong(doc, left), _strong(doc, right)
    turned = any(t.lower_ == "but" for t in doc[right[0] - 1 : second.i])
    if turned and a and b and _negated(first) == _negated(second):
        return True
    if b and second.tag_ in VERBAL and not turned and (a or _placed(first, right[0])):
        said = {hit.event for hit in events.of(doc[right[0] : right[1]]) if second.i in hit.parts and not hit.weak}
        if not said & a if said else b - a:
            return True
    bare = second.tag_ == "VBN" and not any(c.i > second.i for c in second.children)
    return bool(a and b) and not bare and _counts(doc, left) and _counts(doc, right)


def _placed(first: Token, start: int) -> bool:
    """Whether a name stands behind the first verb, before the second clause."""
    return any(t.pos_ == "PROPN" for t in first.doc[first.i : start])


def own_things(first: Token, second: Token) -> bool:
    """Whether the first verb has an object or a complement of its own: "blocked and destroyed by" has not."""
    return any(first.i < c.i < second.i and c.dep_ not in {"cc", "punct", "prt", "advmod"} for c in first.children)


def _begin(second: Token, first: Token) -> int:
    """The first token of the second clause, its conjunction included."""
    start = second.left_edge.i
    while start <= first.i:
        start += 1
    while start - 1 > first.i and (second.doc[start - 1].dep_ == "cc" or second.doc[start - 1].text == ","):
        start -= 1
    return start


def _tail(token: Token, span: Span) -> int | None:
    """Where ", killing three" or ", while P" begins."""
    doc = token.doc
    start = token.left_edge.i
    parted = doc[start - 1].text == ","
    # "routed militants who attacked the town, killing 70": the last verb is not always whose tail it is
    on_spine = _on_spine(token.head, span) or (parted and token.tag_ == "VBG" and token.head.dep_ == "relcl")
    if start <= span[0] + 2 or not span[0] <= token.head.i < start or not on_spine:
        return None
    ends = (
        c.left_edge.i
        for c in token.children
        if c.dep_ == "advcl" and c.left_edge.i > token.i and c.left_edge.nbor(-1).text == ","
    )
    left, right = (span[0], start), (start, min([token.right_edge.i + 1, span[1], *ends]))
    a, b = _strong(doc, left), _strong(doc, right)
    if token.tag_ == "VBG" and token.dep_ == "advcl" and (parted or doc[start].lower_ == "while"):
        return start if a and b and not b <= a else None
    subject = next((c for c in token.children if c.dep_ in _SUBJECTS), None)
    if subject is not None and subject.lower_ in {"both", "all", "each", "which", "who", "that", "most"}:
        return None
    mark = next((c for c in token.children if c.dep_ in {"mark", "advmod"} and c.i < token.i), None)
    word = mark.lower_ if mark is not None else ""
    if (
        _has_subject(token)
        and token.tag_ in FINITE | {"VBN", "VBG"}
        and (word in {"while", "whereas", "but", "and"} or (parted and not word))
    ):
        return start if _logs(doc, left) and _logs(doc, right) else None
    if (
        _has_subject(token)
        and subject is not None
        and subject.pos_ != "PRON"
        and word in {"after", "as", "before", "when"}
        and a
        and b
        and _core(doc, left)
        and _core(doc, right)
        and not a & b
        and left[1] - left[0] >= 3
    ):
        return start
    return None


def _spliced(token: Token, span: Span) -> int | None:
    """Where the second of two clauses begins that a comma alone joins, the first read as what the second says."""
    doc, start = token.doc, token.right_edge.i + 1
    if not span[0] <= token.i < start < token.head.i < span[1] or doc[start].text != ",":
        return None
    if token.head.lemma_ in cues.VERBS or token.head.dep_ != "ROOT":
        return None
    own = any(c.dep_ in _SUBJECTS and c.pos_ != "PRON" and c.i > start for c in token.head.children)
    two = own and _has_subject(token) and token.tag_ in FINITE | {"VBN"}
    return start if two and _logs(doc, (span[0], start)) and _logs(doc, (start, span[1])) else None


def _where(token: Token, span: Span) -> int | None:
    """Where ", where P" begins that tells of another event."""
    doc, start = token.doc, token.left_edge.i
    subject = next((c for c in token.children if c.dep_ in _SUBJECTS), None)
    if start <= span[0] + 2 or doc[start].lower_ != "where" or doc[start - 1].text != ",":
        return None
    if subject is None or subject.pos_ == "PRON":
        return None
    a, b = _core(doc, (span[0], start)), _core(doc, (start, min(token.right_edge.i + 1, span[1])))
    told = any(t.tag_ in VERBAL for t in doc[span[0] : start])
    return start if told and b and not b <= a else None


def _has_subject(token: Token) -> bool:
    return any(child.dep_ in _SUBJECTS for child in token.children)


def _negated(token: Token) -> bool:
    return any(child.dep_ == "neg" for child in token.children)


def _strong(doc: Doc, span: Span) -> frozenset[str]:
    return frozenset(hit.event for hit in events.of(doc[span[0] : span[1]]) if not hit.weak)


def _logs(doc: Doc, span: Span) -> bool:
    """Whether a stretch holds something to log: an event, a number or a name."""
    if events.of(doc[span[0] : span[1]]):
        return True
    return any((t.like_num and t.lower_ not in _NOT_COUNTED) or t.pos_ == "PROPN" for t in doc[span[0] : span[1]])


def _counts(doc: Doc, span: Span) -> bool:
    return any(t.like_num or t.lower_ in {"several", "dozens", "hundreds", "many", "a"} for t in doc[span[0] : span[1]])


def _full(doc: Doc, span: Span) -> bool:
    """Whether a stretch holds a core event or a count."""
    return bool(_core(doc, span)) or any(t.like_num and t.lower_ not in _NOT_COUNTED for t in doc[span[0] : span[1]])
