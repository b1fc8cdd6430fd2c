"""The frames whose source is only referred to: "according to X, P", "as X put it, P", "in the words of X, P"."""

from collections.abc import Iterator

from spacy.tokens import Token

from monitor.extract import cues
from monitor.extract.grammar import (
    Attribution,
    Span,
    agent_of,
    child_of,
    comma_after,
    goes_on,
    has_verb,
    house_of,
    noun_phrase_from,
    phrase,
    source_of,
)
from monitor.extract.reading import Sentence
from monitor.extract.tags import SUBJECTS, VERBAL

_DESCRIBING = frozenset({"which", "who", "whose", "whom"})
"""What begins with one of these behind a source tells who that is."""

_MOST_ASIDES = 3


def according(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """According to X, P; per X, P; as X put it, P; P, if X is to be believed."""
    doc, end = sentence.doc, len(sentence.doc)
    if token.lower_ == "according":
        if token.i + 2 >= end or doc[token.i + 1].lower_ != "to":
            return
        begin = token.i + 2
        source = noun_phrase_from(sentence, begin)
    elif token.lower_ == "per":
        if (
            token.i + 1 >= end
            or doc[token.i + 1 + (doc[token.i + 1].pos_ == "DET")].tag_ not in {"NNP", "NNPS", "JJ"}
            or (token.i and doc[token.i - 1].text != ",")
        ):
            return
        source = noun_phrase_from(sentence, token.i + 1)
    elif token.lower_ == "if":
        yield from _believed(token, sentence)
        return
    else:
        cue = _as_clause(token, sentence)
        if cue is None:
            return
        verb, source = cue
        region_end = comma_after(sentence, verb.i + 1)
        yield from _around(token, sentence, (token.i, region_end), source, verb.lemma_.lower())
        return
    if source is None:
        return
    source, last = _with_asides(sentence, source)
    yield from _around(token, sentence, (token.i, last), source, "according")


def _believed(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """P, if X is to be believed."""
    verb, doc = token.head, sentence.doc
    subject, last = child_of(verb, "nsubj", "nsubjpass"), verb.i + 4
    if verb.i > token.i and subject is not None and doc[verb.i : last].text.endswith("to be believed"):
        yield from _around(token, sentence, (token.i, last), source_of(subject, verb), "according")


def _with_asides(sentence: Sentence, source: Span) -> tuple[Span, int]:
    """The source with the name or title that commas part from it, and where all that is told of it ends.

    "According to the governor, Ivan Petrov, P"; "according to Petrov, who is known as N, P".
    """
    doc, last = sentence.doc, source[1]
    for _ in range(_MOST_ASIDES):
        stop = next((t.i for t in doc[last + 1 :] if t.text == ","), len(doc) - doc[-1].is_punct)
        if last + 1 >= stop or doc[last].text != "," or not _describes_source(sentence, source, (last + 1, stop)):
            break
        source = (source[0], stop) if not has_verb(sentence, (last, stop)) else source
        last = stop
    return source, last


def _describes_source(sentence: Sentence, source: Span, chunk: Span) -> bool:
    """Whether the words between two commas are the source's name or title, or tell who or what it is."""
    doc = sentence.doc
    begins, named = doc[chunk[0]], doc[source[1] - 1].pos_ == "PROPN"
    last = chunk[1] >= len(doc) - 1
    if begins.lower_ in _DESCRIBING or begins.tag_ == "VBN":
        return not last
    apart = last or (chunk[1] + 1 < len(doc) and not _predicate_follows(sentence, chunk[1]))
    if not apart or has_verb(sentence, chunk) or any(t.pos_ == "CCONJ" for t in doc[chunk[0] : chunk[1] + 2]):
        return False
    if all(t.pos_ == "PROPN" for t in doc[chunk[0] : chunk[1]]):
        return not named and any(t.lemma_.lower() in cues.SPEAKING for t in doc[source[0] : source[1]])
    head = doc[chunk[0] : chunk[1]].root
    return named and head.pos_ == "NOUN" and head.lemma_.lower() in cues.SPEAKING


def _predicate_follows(sentence: Sentence, comma: int) -> bool:
    """Whether the clause goes on without a new subject: "…, Shebekino, a border town, was shelled"."""
    doc = sentence.doc
    later = next((t.i for t in doc[comma + 1 :] if t.text == ","), None)
    return goes_on(sentence, comma + 1) or (
        later is not None
        and later + 1 < len(doc)
        and not has_verb(sentence, (comma, later))
        and goes_on(sentence, later + 1)
    )


def from_what(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """From what X has written, P; judging by what X says, P."""
    doc = sentence.doc
    if token.i + 3 >= len(doc) or token.nbor().lower_ != "what":
        return
    verb = next((t for t in doc[token.i + 2 : token.i + 14] if t.tag_ in VERBAL and t.lemma_ in cues.VERBS), None)
    subject = child_of(verb, "nsubj") if verb is not None else None
    if verb is None or subject is None or subject.i < token.i:
        return
    first = token.i - (token.i == 1 and doc[0].tag_ == "VBG")
    region = (first, comma_after(sentence, verb.i + 1))
    if region[0] == 0:
        yield from _around(token, sentence, region, source_of(subject, verb), "according")


def account(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """In the words of X, P; P, by X's account."""
    told = child_of(token, "pobj")
    if told is None or told.lower_ not in cues.ACCOUNTS or (token.i and sentence.doc[token.i - 1].text != ","):
        return
    of = next((c for c in told.children if c.lower_ == "of"), None)
    owner = child_of(told, "poss") or (child_of(of, "pobj") if of is not None else None)
    if owner is None:
        return
    source = (owner.left_edge.i, owner.i + 1) if owner.dep_ == "poss" else phrase(owner)
    yield from _around(token, sentence, (token.i, max(told.i + 1, source[1])), source, "according")


def in_house(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """P, reported in the ministry; P, remind at the General Staff."""
    doc, house = sentence.doc, house_of(token)
    if house is None or house[0] > token.i + 3 or not token.i or token.nbor(-1).text != ",":
        return
    if child_of(token, *SUBJECTS) is not None:
        return
    if house[1] >= len(doc) - doc[-1].is_punct:
        yield from _around(token, sentence, (token.i - 1, house[1]), house, token.lemma_.lower())


def _as_clause(token: Token, sentence: Sentence) -> tuple[Token, Span | None] | None:
    """ "as X said/put it", "as reported by X": the cue and the source."""
    verb = token.head
    doc = sentence.doc
    if token.i + 1 < len(doc) and doc[token.i + 1].tag_ in {"VBN", "VBD"} and doc[token.i + 1].lemma_ in cues.VERBS:
        verb = doc[token.i + 1]
        agent = agent_of(verb) or house_of(verb)
        return (verb, agent) if agent is not None and (token.i == 0 or doc[token.i - 1].text == ",") else None
    if token.dep_ not in {"mark", "advmod"} or verb.i < token.i or verb.lemma_ not in cues.VERBS:
        return None
    if child_of(verb, "ccomp", "xcomp") is not None or verb.lemma_ in cues.NEEDS_MARK or verb.i - token.i > 12:
        return None
    if token.i and doc[token.i - 1].text != ",":
        return None
    subject = child_of(verb, "nsubj")
    if (
        subject is None
        or verb.dep_ not in {"advcl", "parataxis", "ccomp"}
        or (child_of(verb, "dobj") is not None and verb.lemma_ != "put")
    ):
        return None
    return verb, source_of(subject, verb)


def _around(token: Token, sentence: Sentence, region: Span, source: Span | None, lemma: str) -> Iterator[Attribution]:
    doc, quote = sentence.doc, sentence.quotes[token.i]
    # within a quote it ends with that: ""According to the list, P," X said"
    end = max((i + 1 for i, index in enumerate(sentence.quotes) if index == quote >= 0), default=len(doc))
    parted = region[0] > 1 and doc[region[0] - 1].text == ","
    relative = parted and doc[region[0] - 2].tag_ in {"WP", "WDT"}  # "people who, by X's count, have fled"
    left = (0, 0) if relative else (0, region[0])
    right = region[1]
    while right < end and doc[right].is_punct and doc[right].text != '"':
        right += 1
    content = []
    if has_verb(sentence, left) or (left[1] > 1 and right < end and goes_on(sentence, right)):
        content.append((0, left[1] - (doc[left[1] - 1].text == ",")) if left[1] else left)
    if (
        right < end
        and doc[right].lower_ not in _DESCRIBING
        and (not left[1] or any(t.tag_ in VERBAL for t in doc[right:end]))
        and (not content or doc[region[1] if region[1] < end else end - 1].text == ",")
    ):
        content.append((right, end))
    if content:
        yield Attribution("according", token.i, lemma, source, tuple(content), region)
