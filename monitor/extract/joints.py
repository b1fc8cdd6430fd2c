"""Where the parse shows that a second claim begins: coordinated clauses, tails, spliced clauses, ", where P"."""

from spacy.tokens import Token

from monitor.extract import cues, events
from monitor.extract.grammar import Span, totals
from monitor.extract.stretches import core, counts, full, logs, strong, told
from monitor.extract.tags import FINITE, VERBAL
from monitor.extract.vocabulary import words

_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_SPINE = words("ccomp xcomp conj ROOT advcl pcomp parataxis acl dep")


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


def coordination(second: Token, span: Span) -> int | None:
    """Where the second of two coordinated clauses begins, when they are two claims."""
    doc, first = second.doc, second.head
    if not span[0] <= first.i < span[1] or not _on_spine(first, span) or not _coordinates(first, second):
        return None
    start = _begin(second, first)
    left, right = (span[0], start), (start, min(second.right_edge.i + 1, span[1]))
    if right[1] - right[0] < 2 or left[1] - left[0] < 2:
        return None
    if _shows(second):
        two = bool(told(doc, left))
    elif _has_subject(first) and _has_subject(second):
        two = full(doc, left) and (full(doc, right) or _undergoes(second)) and not _again(first, second)
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
    if not _own_things(first, second) and (second.i - first.i <= 3 or first.dep_ in {"acl", "advcl"}):
        return False
    if second.tag_ == "VBN" and first.tag_ not in {"VBN", "VBD"} and not helped:
        return False
    return second.tag_ in VERBAL or helped or own


def _again(first: Token, second: Token) -> bool:
    """Whether the second clause only says it once more: "there was no enemy and there is none"."""
    there = all(any(c.dep_ == "expl" for c in verb.children) for verb in (first, second))
    one, other = (next((c.lemma_ for c in verb.children if c.dep_ == "attr"), None) for verb in (first, second))
    return there and other in {one, "none"}


def _undergoes(verb: Token) -> bool:
    """Whether the clause tells what was done to a thing: "… and a depot was struck"."""
    thing = next((c for c in verb.children if c.dep_ == "nsubjpass"), None)
    return thing is not None and thing.pos_ == "NOUN" and any(verb.i in hit.parts for hit in events.of(verb.doc[:]))


def _differ(first: Token, second: Token, left: Span, right: Span) -> bool:
    """Whether clauses that share a subject tell of two things: other events, two counts, or a turn by "but"."""
    doc = second.doc
    a, b = strong(doc, left), strong(doc, right)
    turned = any(t.lower_ == "but" for t in doc[right[0] - 1 : second.i])
    if turned and a and b and _negated(first) == _negated(second):
        return True
    if b and second.tag_ in VERBAL and not turned and (a or _placed(first, right[0])):
        said = {hit.event for hit in events.of(doc[right[0] : right[1]]) if second.i in hit.parts and not hit.weak}
        if not said & a if said else b - a:
            return True
    bare = second.tag_ == "VBN" and not any(c.i > second.i for c in second.children)
    return bool(a and b) and not bare and counts(doc, left) and counts(doc, right)


def _placed(first: Token, start: int) -> bool:
    """Whether a name stands behind the first verb, before the second clause."""
    return any(t.pos_ == "PROPN" for t in first.doc[first.i : start])


def _own_things(first: Token, second: Token) -> bool:
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


def tail(token: Token, span: Span) -> int | None:
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
    a, b = strong(doc, left), strong(doc, right)
    if token.tag_ == "VBG" and token.dep_ == "advcl" and (parted or doc[start].lower_ == "while"):
        return start if a and ((b and not b <= a) or totals(doc, token.i)) else None
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
        return start if logs(doc, left) and logs(doc, right) else None
    if (
        _has_subject(token)
        and subject is not None
        and subject.pos_ != "PRON"
        and word in {"after", "as", "before", "when"}
        and a
        and b
        and core(doc, left)
        and core(doc, right)
        and not a & b
        and left[1] - left[0] >= 3
    ):
        return start
    return None


def spliced(token: Token, span: Span) -> int | None:
    """Where the second of two clauses begins that a comma alone joins, the first read as what the second says."""
    doc, start = token.doc, token.right_edge.i + 1
    if not span[0] <= token.i < start < token.head.i < span[1] or doc[start].text != ",":
        return None
    if token.head.lemma_ in cues.VERBS or token.head.dep_ != "ROOT":
        return None
    own = any(c.dep_ in _SUBJECTS and c.pos_ != "PRON" and c.i > start for c in token.head.children)
    two = own and _has_subject(token) and token.tag_ in FINITE | {"VBN"}
    return start if two and logs(doc, (span[0], start)) and logs(doc, (start, span[1])) else None


def where(token: Token, span: Span) -> int | None:
    """Where ", where P" begins that tells of another event."""
    doc, start = token.doc, token.left_edge.i
    subject = next((c for c in token.children if c.dep_ in _SUBJECTS), None)
    if start <= span[0] + 2 or doc[start].lower_ != "where" or doc[start - 1].text != ",":
        return None
    if subject is None or subject.pos_ == "PRON":
        return None
    a, b = core(doc, (span[0], start)), core(doc, (start, min(token.right_edge.i + 1, span[1])))
    said = any(t.tag_ in VERBAL for t in doc[span[0] : start])
    return start if said and b and not b <= a else None


def _has_subject(token: Token) -> bool:
    return any(child.dep_ in _SUBJECTS for child in token.children)


def _negated(token: Token) -> bool:
    return any(child.dep_ == "neg" for child in token.children)
