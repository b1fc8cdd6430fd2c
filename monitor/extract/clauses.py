"""The frames whose content is a clause: forward, inverted, infinitive, directive."""

from collections.abc import Iterator

from spacy.tokens import Doc, Token
from spacy.tokens import Span as Tokens

from monitor.extract import cues
from monitor.extract.grammar import (
    FINITE,
    SUBJECTS,
    VERBAL,
    Attribution,
    Span,
    agent_of,
    child_of,
    goes_on,
    has_verb,
    phrase,
    region_of,
    source_of,
    speaks,
    subject_of,
)
from monitor.extract.reading import Sentence
from monitor.extract.vocabulary import words
from monitor.models import Stance

STRONG = words("say claim allege state insist add announce confirm deny warn write tweet report purport")
"""Cues that take a clause even where the parser did not see one."""


SHORTEST_HEADLINE = 4
"""So many words without a verb may be what a headline's speaker says."""

_OF_THINGS = frozenset({"threaten", "promise", "offer", "propose", "demand", "agree"})
"""What a thing does without saying it: "a war that threatens to spread"."""

_NAMELESS = frozenset({"source", "report", "information", "datum", "data", "correspondent"})
"""Cited with "its own", they leave the speaker who he is."""

_EVIDENCE = frozenset({"information", "datum", "data", "figure", "estimate"})
"""Cited, they leave the speaker who he is, unless somebody gave them."""

_CIRCUMSTANCES = words("asked pressed questioned responding replying commenting answering speaking")

_TO_HEARERS = frozenset({"tell", "ask", "inform", "remind", "assure", "warn", "call", "describe", "quote", "cite"})

_CLOSING = frozenset({",", ";", "and", "but", "while", "as", "after"})


def clausal(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X said (that) P; P, X said."""
    if not _says(token, cue):
        return
    subject = _speaker(token)
    mind = mind_of(cue)
    marked, start = _right(token, sentence, cue, subject)
    source = source_of(subject, token)
    first, last = region_of(token, subject)
    cited = _citing(token, subject)
    relay = source if cited is not None else None
    source = cited or source
    if start is not None and (marked or cue.lemma not in cues.NEEDS_MARK):
        content: tuple[Span, ...] = ((start, max(start + 1, _content_end(token, sentence, marked))),)
        left = _left(token, sentence, first) if marked == "quote" else None
        if left is not None:
            content = (left, *content)
        yield Attribution("forward", token.i, cue.lemma, source, content, (first, start), cue.stance, relay, mind)
        return
    if mind or subject is None or (child_of(token, "dobj") not in {None, subject} and "order" not in cue.ways):
        return
    first = _title_before(sentence, first, token)
    # "P, Kyiv denies" is no statement of P
    left = _left(token, sentence, first) if cue.stance is not Stance.DENIED else None
    if left is not None and _spoken(left, token, sentence, cue, subject):
        last = _inverted_end(token, sentence, last)
        content = (left,)
        tail = _tail(sentence, last)
        if tail is not None:
            content = (left, tail)
        yield Attribution("inverted", token.i, cue.lemma, source, content, (first, last), cue.stance)


def _says(token: Token, cue: cues.Cue) -> bool:
    """Whether the cue stands as a verb that somebody says or thinks something with."""
    if not cue.ways & {"clause", "mind"} or child_of(token, "auxpass") is not None or token.dep_ == "amod":
        return False
    if token.tag_ == "VBN" and token.dep_ in {"acl", "relcl"} and child_of(token, "aux") is None:
        return False
    if "order" in cue.ways and _bare_passive(token):
        return False
    # "what the group said was a fighter" and "a militia that says it is free" are descriptions
    describes = token.dep_ == "relcl" and token.head.dep_ in {"attr", "appos"} and not mind_of(cue)
    return not describes and not any(c.lower_ == "what" for c in token.children)


def mind_of(cue: cues.Cue) -> bool:
    """Whether the cue tells of an attitude, not of a statement."""
    return "clause" not in cue.ways


def _citing(token: Token, subject: Token | None) -> Span | None:
    """Whom "X, citing Y, said P" really has it from."""
    near = [*token.children, *(subject.children if subject is not None else ())]
    citing = next((c for c in near if c.lower_ in {"citing", "quoting"}), None)
    quoted = child_of(citing, "dobj") if citing is not None else None
    placed = quoted is not None and child_of(quoted, "prep") is not None
    if quoted is None or (quoted.lemma_ in _NAMELESS and child_of(quoted, "poss") is not None and not placed):
        return None
    if quoted.lemma_ in _EVIDENCE and not any(c.dep_ in {"poss", "prep", "acl"} for c in quoted.children):
        return None
    return phrase(quoted)


def _bare_passive(token: Token) -> bool:
    """A headline's passive: "residents told not to return"."""
    doc = token.doc
    if (
        token.tag_ not in {"VBN", "VBD"}
        or child_of(token, "dobj", "dative", "aux") is not None
        or token.i + 2 >= len(doc)
    ):
        return False
    at = token.i + 1 + (doc[token.i + 1].lower_ == "not")
    return doc[at].lower_ == "to" and doc[at + 1].tag_ == "VB"


def _speaker(token: Token) -> Token | None:
    """Who says it: its subject, or who stands where a subject would when the parser saw another."""
    finite = token.tag_ in FINITE
    bare = finite and child_of(token, *SUBJECTS) is None
    seen = _neighbour(token) or _joined_subject(token) if bare else None
    subject = seen if seen is not None else subject_of(token)
    if subject is not None:
        return subject
    before = token.nbor(-1) if token.i else None
    if token.dep_ in {"ROOT", "parataxis", "ccomp"} and token.lemma_ in STRONG:
        # "P, said X" with X taken for an object, or "X says" whose X hangs elsewhere
        after = child_of(token, "dobj", "attr", "npadvmod", "oprd")
        if after is not None and after.i - token.i <= 6 and after.pos_ in {"PROPN", "PRON"}:
            return after
        if before is not None and before.pos_ in {"PROPN", "PRON", "NOUN"}:
            return before
    if finite and before is not None and before.lower_ in {";", ",", "but", "and"}:
        return next((t for t in token.doc[: token.i] if t.dep_ in SUBJECTS), None)
    return None


def _neighbour(token: Token) -> Token | None:
    """The noun right before a cue without a subject, or the name that a comma parts from it."""
    before = token.nbor(-1) if token.i else None
    if before is not None and before.pos_ in {"PROPN", "NOUN"} and before.dep_ not in {"dobj", "pobj", "npadvmod"}:
        return before
    if before is None or before.text != "," or token.i <= 3:
        return None
    named = token.nbor(-2)
    return named if named.pos_ == "PROPN" and named.dep_ in {"appos", "nsubj", "conj"} else None


def _joined_subject(token: Token) -> Token | None:
    """The subject of "… and two groups opposed to X say", which the parser took for an object of the verb before."""
    if token.tag_ not in FINITE or child_of(token, *SUBJECTS) is not None or token.dep_ not in {"conj", "dep"}:
        return None
    at = token.i - 1
    while at > 0 and token.i - at <= 14 and token.doc[at].lower_ not in {"and", "but", "while"}:
        if token.doc[at].tag_ in FINITE or token.doc[at].is_punct:
            return None
        at -= 1
    phrase_before = token.doc[at + 1 : token.i]
    if at == 0 or token.i - at > 14 or not len(phrase_before):
        return None
    return phrase_before.root if phrase_before.root.pos_ in {"NOUN", "PROPN"} else None


def _right(token: Token, sentence: Sentence, cue: cues.Cue, subject: Token | None) -> tuple[str, int | None]:
    """How the content to the right of the cue begins, and where: after a colon, "that", a quotation mark or at once."""
    doc, end = sentence.doc, len(sentence.doc)
    inverted = subject is not None and subject.i > token.i
    after = subject.right_edge.i + 1 if subject is not None and inverted else token.i + 1
    clauses = (c.left_edge.i for c in token.children if c.dep_ == "ccomp" and c.left_edge.i > token.i)
    clause = min(clauses, default=None)
    marked = _mark(token, sentence, after, clause, inverted=inverted)
    if marked is not None:
        return marked
    if clause is not None:
        clause = _past_that(sentence, clause)
        return ("that" if doc[clause - 1].lower_ == "that" else ""), clause
    if cue.lemma == "say" and not inverted and _said_without_subject(token):
        return "", token.i + 1
    if cue.lemma in STRONG and not inverted and token.dep_ != "relcl" and not _closed_object(token, end):
        verb = next((t for t in doc[token.i + 1 : token.i + 26] if t.tag_ in FINITE), None)
        if verb is not None and verb.i > token.i + 1 and not doc[_past_adjuncts(token, verb)].is_punct:
            return "", _past_adjuncts(token, verb)
    if cue.lemma == "say" and token.tag_ in {"VBZ", "VBP"} and not inverted and _headline(doc[token.i + 1 : end]):
        return "", token.i + 1
    return "", None


def _said_without_subject(token: Token) -> bool:
    """A headline's "Kyiv says captured village": what looks like an object is a clause without its subject."""
    thing = child_of(token, "dobj")
    return thing is not None and thing.left_edge.i == token.i + 1 and thing.left_edge.tag_ in {"VBN", "VBD"}


def _mark(
    token: Token, sentence: Sentence, after: int, clause: int | None, *, inverted: bool
) -> tuple[str, int] | None:
    """The colon, quotation mark or "that" between the cue and its clause, and where the content begins."""
    doc, end = sentence.doc, len(sentence.doc)
    stop = min(end, clause if clause is not None else end, token.i + 22)
    for at in range(after, min(stop + 1, end)):
        here = doc[at]
        if here.text == ":" and at + 1 < end:
            return "colon", at + 1
        if here.text == '"' and sentence.quotes[token.i] == -1 and at + 1 < end and sentence.quotes[at + 1] >= 0:
            return _quoted_from(token, sentence, after, at)
        if here.lower_ == "that" and _conjunction(here, token) and at + 2 < end:
            return "that", at + 1
        if here.text == "," and clause is None and not inverted and at + 1 < end and doc[at + 1].text != '"':
            that = _past_parenthesis(at, stop, doc)
            return ("that", that + 1) if that is not None and that + 2 < end else None
        if here.tag_ in FINITE and clause is None:
            break
    return None


def _quoted_from(token: Token, sentence: Sentence, after: int, at: int) -> tuple[str, int] | None:
    """What is said, from the quotation mark at `at`; None where that only quotes a word."""
    doc, thing = sentence.doc, child_of(token, "dobj")
    before = doc[at - 1]
    if at > after and before.pos_ in {"NUM", "ADJ", "DET"} and before.head.i > at:
        return "", after  # "claims 70 "terrorists" killed"
    spoken = any(t.tag_ in FINITE for t in doc[at:] if sentence.quotes[t.i] >= 0)
    named = token.lemma_ in cues.NAMING and not spoken
    # "ordered the evacuation because of "unrest"" quotes a word; "told her: "…"" speaks
    word = thing is not None and thing.i < at and (named or token.lemma_ not in _TO_HEARERS)
    # so does "dismissed as "lies" reports of N"
    return None if word or (before.lower_ == "as" and not spoken) else ("quote", at)


def _content_end(token: Token, sentence: Sentence, marked: str) -> int:
    """Where what is said ends: before the main clause, if the cue's is not that ("while X said P, drones hit Q")."""
    doc, last = sentence.doc, token.right_edge.i + 1
    before_main = token.dep_ == "advcl" and token.head.i >= last and marked != "quote"
    return last if before_main and last < len(doc) and doc[last].text == "," else len(doc)


def _conjunction(that: Token, cue: Token) -> bool:
    """Whether "that" begins what is said; of "told a briefing that P" a small parser makes a relative clause."""
    if that.tag_ == "IN":
        return that.dep_ in {"mark", "det", "nsubj"} or (that.dep_ == "dobj" and cue.lemma_ in STRONG)
    first_time = that.nbor(-1).lower_ == "time"  # "admitted for the first time that P"
    return first_time or (that.dep_ == "mark" and cue.lemma_ in _TO_HEARERS | STRONG)


def _past_parenthesis(comma: int, stop: int, doc: Doc) -> int | None:
    """The "that" behind what stands between two commas: "reported, citing the governor, that P"."""
    at = next((t.i for t in doc[comma + 2 : stop] if t.text == ","), None)
    return at + 1 if at is not None and at + 1 < len(doc) and doc[at + 1].lower_ == "that" else None


def _past_that(sentence: Sentence, at: int) -> int:
    """The first token of a clause behind the marks and the "that" it begins with."""
    doc = sentence.doc
    while at < len(doc) - 1:
        here = doc[at]
        conjunction = here.lower_ == "that" and here.dep_ in {"mark", "det"} and doc[at + 1].tag_ not in FINITE
        if not conjunction and not (here.is_punct and here.text != '"'):
            break
        at += 1
    return at


def _closed_object(token: Token, end: int) -> bool:
    """Whether the cue has a plain object that ends before a further clause: "denied involvement, saying …"."""
    thing = child_of(token, "dobj")
    if thing is None:
        return False
    after = thing.right_edge.i + 1
    if any(t.tag_ in FINITE for t in thing.subtree if t.i > thing.i):
        return True
    return (after < end and token.doc[after].lower_ in _CLOSING) or child_of(thing, "cc") is not None


def _past_adjuncts(token: Token, verb: Token) -> int:
    """The first token behind the cue that is not said of the saying itself ("on Monday", "in a statement")."""
    at = token.i + 1
    for child in sorted(token.children, key=lambda t: t.i):
        if (
            child.left_edge.i == at
            and child.dep_ in {"prep", "npadvmod", "advmod", "dative"}
            and child.right_edge.i < verb.i
        ):
            at = child.right_edge.i + 1
    return at


def _title_before(sentence: Sentence, first: int, token: Token) -> int:
    """Where the speaker's phrase begins: "…, its exiled mayor Ivan Petrov said", "…, the mayor, Petrov, said"."""
    doc = sentence.doc
    between_commas = first > 0 and doc[first - 1].text == "," and doc[token.i - 1].text == ","
    last = first - 1 if between_commas else first
    at = last
    while at > 0 and last - at <= 8 and doc[at - 1].text not in {",", '"', "?", "!"}:
        at -= 1
    chunk = doc[at:last]
    title = any(t.lemma_.lower() in cues.ROLE_NOUNS for t in chunk)
    return at if title and at > 0 and last - at <= 8 and not any(t.tag_ in VERBAL for t in chunk) else first


def _left(token: Token, sentence: Sentence, first: int) -> Span | None:
    """What stands before the cue's clause, when a comma or a closing quotation mark parts them."""
    doc = sentence.doc
    if first == 0 or doc[doc[0].lower_ == "when"].lower_ in _CIRCUMSTANCES:
        return None
    before = doc[first - 1]
    parted = before.text in {",", '"', "?", "!", "-", ".", "--"} or before.is_space
    if not parted and not any(child.dep_ == "ccomp" and child.i < first for child in token.children):
        return None
    end = first
    while end > 0 and doc[end - 1].text in {",", "-", "--"}:
        end -= 1
    return (0, end) if end > 1 else None


def _spoken(left: Span, token: Token, sentence: Sentence, cue: cues.Cue, subject: Token) -> bool:
    """Whether the left part can be what is said: it holds a verb or is quoted."""
    doc = sentence.doc
    if token.dep_ in {"relcl", "acl"}:
        return False
    if any(sentence.quotes[i] >= 0 for i in range(*left)) and doc[left[1] - 1].text in {'"', ",", ".", "?", "!"}:
        return True
    if token.tag_ in {"VBZ", "VBP"} and cue.lemma not in cues.NEEDS_MARK and _headline(doc[left[0] : left[1]]):
        return True
    shared = token.dep_ == "conj" and token.head.i < left[1] and subject == subject_of(token.head)
    subordinate = token.dep_ == "advcl" and child_of(token, "mark") is not None
    if cue.lemma in cues.NEEDS_MARK or token.tag_ == "VBG" or shared or subordinate:
        return False
    return any(doc[i].tag_ in VERBAL for i in range(*left))


def _headline(left: Tokens) -> bool:
    """Whether the words are a headline without its verb: "Sudzha back under Russian control"."""
    if len(left) < SHORTEST_HEADLINE or (left[0].is_punct and left[0].text != '"'):
        return False
    said = sum(t.is_alpha or t.like_num for t in left)
    return said >= SHORTEST_HEADLINE and left.root.pos_ in {"NOUN", "PROPN", "NUM"}


def _inverted_end(token: Token, sentence: Sentence, last: int) -> int:
    """Where the cue's clause ends: at the next comma or quotation mark that is not within its subject."""
    doc = sentence.doc
    at = last
    while at < len(doc):
        here = doc[at]
        if here.text == '"' or here.text in {";", ":"}:
            break
        if here.text == "," and any(t.tag_ in FINITE or t.text == '"' for t in doc[at + 1 :]):
            break
        at += 1
    return at


def _tail(sentence: Sentence, last: int) -> Span | None:
    """The second half of what is said, behind the cue's clause."""
    doc, end = sentence.doc, len(sentence.doc)
    at = last
    while at < end and doc[at].is_punct and doc[at].text != '"':
        at += 1
    if at >= end - 1 or all(t.is_punct for t in doc[at:end]):
        return None
    if doc[at].lower_ in {
        "adding",
        "while",
        "as",
        "who",
        "which",
        "citing",
        "after",
        "when",
        "referring",
        "speaking",
        "in",
        "on",
    }:
        return None
    return at, end


def inserted(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """The raiders, X said, were armed: the cue's clause stands between a subject and its verb."""
    doc, end = sentence.doc, len(sentence.doc)
    subject = child_of(token, *SUBJECTS)
    if token.tag_ not in FINITE or not _says(token, cue) or mind_of(cue) or cue.lemma in cues.NEEDS_MARK:
        return
    if subject is None or subject.tag_ in {"WP", "WDT"}:
        return
    first, last = region_of(token, subject)
    while last < end and last - token.i <= 8 and doc[last].text != "," and doc[last].tag_ not in FINITE:
        last += 1
    closed = 1 < first < last < end - 2 and doc[first - 1].text == "," and doc[last].text == ","
    if closed and not has_verb(sentence, (0, first - 1)) and goes_on(sentence, last + 1):
        content = ((0, first - 1), (last + 1, end))
        yield Attribution("inserted", token.i, cue.lemma, source_of(subject, token), content, (first, last), cue.stance)


def infinitive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X claimed to have done; X vowed to do."""
    mind = "infinitive" not in cue.ways
    if not cue.ways & {"infinitive", "mind"}:
        return
    act = next((c for c in token.children if c.dep_ == "xcomp" and c.i > token.i and c.tag_ in {"VB", "VBN"}), None)
    if act is None or not any(c.lower_ == "to" for c in act.children):
        return
    subject = subject_of(token)
    passive = child_of(token, "auxpass") is not None
    if subject is not None and cue.lemma in _OF_THINGS and not speaks(subject):
        return
    first, _ = region_of(token, subject)
    start = max(act.left_edge.i, token.i + 1)
    end = act.right_edge.i + 1 if token.dep_ in {"acl", "relcl"} else len(sentence.doc)
    source = None if passive else source_of(subject, token)
    yield Attribution("infinitive", token.i, cue.lemma, source, ((start, end),), (first, start), cue.stance, mind=mind)


def directive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X urged Y to do; Y was told (by X) to do."""
    if "order" not in cue.ways:
        return
    passive = child_of(token, "auxpass") is not None or _bare_passive(token)
    subject = subject_of(token)
    act = next(
        (
            c
            for c in token.subtree
            if c.i > token.i and c.tag_ == "VB" and any(k.lower_ == "to" and k.dep_ == "aux" for k in c.children)
        ),
        None,
    )
    hearer = child_of(token, "dobj", "dative") or child_of(token, "prep") or child_of(token, "ccomp", "xcomp")
    if act is None or (hearer is None and not passive):
        return
    first, _ = region_of(token, subject)
    if passive:
        agent = agent_of(token)
        left = subject.left_edge.i if subject is not None else token.i
        yield Attribution(
            "directive", token.i, cue.lemma, agent, ((left, len(sentence.doc)),), (token.i, token.i + 1), cue.stance
        )
        return
    if subject is None:
        return
    yield Attribution(
        "directive",
        token.i,
        cue.lemma,
        source_of(subject, token),
        ((token.i + 1, len(sentence.doc)),),
        (first, token.i + 1),
        cue.stance,
    )
