"""Where what is said begins and ends around its cue: to the right of it, to the left, behind an inserted speaker."""

from spacy.tokens import Doc, Token
from spacy.tokens import Span as Tokens

from monitor.extract import cues
from monitor.extract.grammar import Span, befell, child_of, harms, is_place, subject_of
from monitor.extract.reading import Sentence
from monitor.extract.tags import FINITE, SUBJECTS, VERBAL
from monitor.extract.vocabulary import words
from monitor.models import Stance

STRONG = words("say claim allege state insist add announce confirm deny warn write tweet report purport")
"""Cues that take a clause even where the parser did not see one."""

_SHORTEST_HEADLINE = 4
"""So many words without a verb may be what a headline's speaker says."""

_CIRCUMSTANCES = words("asked pressed questioned responding replying commenting answering speaking")

TO_HEARERS = frozenset({"tell", "ask", "inform", "remind", "assure", "warn", "call", "describe", "quote", "cite"})

TIMES = words("minutes hours days weeks months hour day week month")
_COUNTING = words("a an just only barely less more than some several nearly almost about")
_LONGEST_COUNT = 4
_ROUGHLY = words("or so to the day")

_HANGING = frozenset({"advcl", "relcl", "acl", "pcomp", "prep", "agent", "pobj", "conj", "xcomp", *SUBJECTS})

_CLOSING = frozenset({",", ";", "and", "but", "while", "as", "after"})

_ADDED = frozenset(
    {"adding", "while", "as", "who", "which", "citing", "after", "when", "referring", "speaking", "in", "on", "without"}
)
"""What begins with one of these behind the cue is said of the saying, not said."""


def when_asked(cue: Token) -> bool:
    """Whether the cue goes on "when asked whether Q"."""
    after = cue.doc[cue.i + 1 : cue.i + 3]
    return len(after) == 2 and after[0].lower_ == "when" and after[1].lower_ in _CIRCUMSTANCES


def circumstance(sentence: Sentence) -> bool:
    """Whether the sentence begins "asked whether Q", "when asked about N" or "speaking to reporters"."""
    doc = sentence.doc
    return doc[doc[0].lower_ == "when" and len(doc) > 1].lower_ in _CIRCUMSTANCES


def right(token: Token, sentence: Sentence, cue: cues.Cue, subject: Token | None) -> tuple[str, int | None]:
    """How the content to the right of the cue begins, and where: after a colon, "that", a quotation mark or at once."""
    doc, end = sentence.doc, len(sentence.doc)
    inverted = subject is not None and subject.i > token.i
    after = subject.right_edge.i + 1 if subject is not None and inverted else token.i + 1
    clausal = (c for c in token.children if c.dep_ == "ccomp" and c.left_edge.i > token.i)
    told = (c.left_edge for c in clausal if not (inverted and subject is not None and c.is_ancestor(subject)))
    said = any(c.dep_ == "ccomp" and c.i < token.i for c in token.children)  # "P, X said on Monday, of whom Q"
    clauses = (begin.i for begin in told if not _added(begin, token, said=said))
    clause = min(clauses, default=None)
    if clause is not None and any(t.text == ";" for t in doc[token.i : clause]):
        clause = None  # "P, X said; Q"
    marked = _mark(token, sentence, after, clause, inverted=inverted)
    if marked is not None:
        return marked
    if clause is not None:
        clause = _past_that(sentence, clause)
        return ("that" if doc[clause - 1].lower_ == "that" else ""), clause
    if cue.lemma == "say" and not inverted and _said_without_subject(token):
        return "", token.i + 1
    if cue.lemma in STRONG and not (inverted or said or token.dep_ == "relcl" or _closed_object(token, end)):
        verb = next((t for t in doc[token.i + 1 : token.i + 26] if t.tag_ in FINITE), None)
        if verb is not None and verb.i > token.i + 1 and not doc[_past_adjuncts(token, verb)].is_punct:
            return "", _past_adjuncts(token, verb)
    later = token.i + 1 < end and doc[token.i + 1].lower_ in _ADDED  # "P, X says after the raid"
    if (
        cue.lemma == "say"
        and token.tag_ in {"VBZ", "VBP"}
        and not (inverted or later)
        and _headline(doc[token.i + 1 : end])
    ):
        return "", token.i + 1
    return "", None


def _added(begin: Token, cue: Token, *, said: bool) -> bool:
    """Whether the clause is said of the saying: ", as Q", or of "P, X said, two months after Q" what begins there."""
    if begin.text == ",":
        return begin.nbor().lower_ in _ADDED
    return said and begin.i == cue.i + 2 and (time_told(begin) is not None or begin.lower_ == "while")


def time_told(begin: Token) -> int | None:
    """Where what it happened before or after begins: "two months to the day after P", "less than a day before P"."""
    doc, at = begin.doc, begin.i
    while at < min(begin.i + _LONGEST_COUNT, len(doc)) and (doc[at].like_num or doc[at].lower_ in _COUNTING):
        at += 1
    if at >= len(doc) or doc[at].lower_ not in TIMES:
        return None
    at += 1
    while at < len(doc) and doc[at].lower_ in _ROUGHLY:
        at += 1
    return at + 1 if at + 1 < len(doc) and doc[at].lower_ in {"after", "before"} else None


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
    parted = clause is not None and clause > after and doc[after].text == doc[clause - 1].text == ","
    if clause is not None and parted and doc[clause].lower_ == "that":
        after = clause  # "wrote, citing the "ministry", that P"
    for at in range(after, min(stop + 1, end)):
        here = doc[at]
        if here.text == ":" and at + 1 < end:
            return ("colon", at + 1) if explained_at(token, sentence) != at else None
        if here.text == '"' and sentence.quotes[token.i] == -1 and at + 1 < end and sentence.quotes[at + 1] >= 0:
            return _quoted_from(token, sentence, after, at)
        if here.lower_ == "that" and doc[at - 1].lower_ in {"and", "but"} and not inverted:
            return None  # "stated that Ukraine is observing but that Q": what is observed is not Q
        if here.lower_ == "that" and _conjunction(here, token) and at + 2 < end:
            return "that", at + 1
        if here.text == "," and clause is None and not inverted and at + 1 < end and doc[at + 1].text != '"':
            that = _past_parenthesis(at, stop, doc)
            return ("that", that + 1) if that is not None and that + 2 < end else None
        if here.tag_ in FINITE and clause is None:
            break
    return None


def explained_at(token: Token, sentence: Sentence) -> int | None:
    """The colon behind what is denied, which its explanation follows: "denied the capture of N: no enemy is there"."""
    cue, thing = cues.VERBS.get(token.lemma_.lower()), child_of(token, "dobj")
    if cue is None or cue.stance is not Stance.DENIED or thing is None or thing.i < token.i:
        return None
    colon = thing.right_edge.i + 1
    doc = sentence.doc
    if colon + 2 >= len(doc) or doc[colon].text != ":":
        return None
    return colon if sentence.quotes[colon] < 0 else None


def _quoted_from(token: Token, sentence: Sentence, after: int, at: int) -> tuple[str, int] | None:
    """What is said, from the quotation mark at `at`; None where that only quotes a word."""
    doc, thing = sentence.doc, child_of(token, "dobj")
    before = doc[at - 1]
    if at > after and before.pos_ in {"NUM", "ADJ", "DET"} and before.head.i > at:
        return "", after  # "claims 70 "terrorists" killed"
    spoken = any(t.tag_ in FINITE for t in doc[at:] if sentence.quotes[t.i] >= 0)
    named = token.lemma_ in cues.NAMING and not spoken
    # "ordered the evacuation because of "unrest"" quotes a word; "told her: "…"" speaks
    word = thing is not None and thing.i < at and (named or token.lemma_ not in TO_HEARERS)
    # so does "dismissed as "lies" reports of N"
    return None if word or (before.lower_ == "as" and not spoken) else ("quote", at)


def _conjunction(that: Token, cue: Token) -> bool:
    """Whether "that" begins what is said; of "told a briefing that P" a small parser makes a relative clause."""
    if that.i + 3 < len(that.doc) and that.nbor(2).lemma_ in STRONG and that.nbor(3).tag_ in FINITE:
        return False  # "posted a photo of a carrier that it said had been captured"
    if _told(cue) and that.i + 1 < len(that.doc) and that.nbor().tag_ not in FINITE:
        return True
    if that.tag_ == "IN":
        if that.dep_ == "det" and that.head.dep_ == "dobj" and _ends_before_verb(that.head):
            return False  # "acknowledged that attack last month"
        return that.dep_ in {"mark", "det", "nsubj"} or (that.dep_ == "dobj" and cue.lemma_ in STRONG)
    first_time = that.nbor(-1).lower_ == "time"  # "admitted for the first time that P"
    return first_time or (that.dep_ == "mark" and cue.lemma_ in TO_HEARERS | STRONG)


def _ends_before_verb(noun: Token) -> bool:
    """Whether a comma or the end stands behind the noun before any finite verb does."""
    ends = next((t for t in noun.doc[noun.i + 1 :] if t.is_punct or t.tag_ in FINITE), None)
    return ends is None or ends.is_punct


def _told(cue: Token) -> bool:
    """Whether the cue names its hearers and has no clause yet: "told reporters on a call that P"."""
    return cue.lemma_ in TO_HEARERS and child_of(cue, "dobj") is not None and child_of(cue, "ccomp") is None


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
    return (after < end and token.doc[after].lower_ in _CLOSING | {":"}) or child_of(thing, "cc") is not None


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


def end_of(token: Token, sentence: Sentence, marked: str) -> int:
    """Where what is said ends: before the main clause, if the cue's is not that ("while X said P, drones hit Q")."""
    doc, last = sentence.doc, token.right_edge.i + 1
    last -= last - 1 > token.i and doc[last - 1].text == ","
    if last < len(doc) and doc[last].text == "," and marked != "quote" and _subordinate(token, last):
        return last
    another = next((c for c in token.children if c.dep_ == "conj" and child_of(c, *SUBJECTS) is not None), None)
    cue = cues.VERBS.get(token.lemma_)
    if another is not None and cue is not None and cue.stance is Stance.DENIED and another.left_edge.i > token.i:
        return another.left_edge.i  # "X denies P, and Y does Q"
    return next((i for i in range(token.i + 1, len(doc) - 2) if _goes_beyond(sentence, i, token)), len(doc))


def _subordinate(cue: Token, last: int) -> bool:
    """Whether the cue's clause hangs on a verb behind it: "a group, which claims that P, did Q"."""
    while cue.dep_ in _HANGING:
        cue = cue.head
        if cue.i >= last:
            return True
    return False


def _goes_beyond(sentence: Sentence, at: int, cue: Token) -> bool:
    """Whether the mark at `at` ends what is said: "X said P; Y said otherwise", "X said P, hours after Q"."""
    doc, mark = sentence.doc, sentence.doc[at].text
    if mark not in {",", ";"} or sentence.quotes[at] >= 0 or sentence.quotes[cue.i] >= 0:
        return False
    if mark == ";":
        verb = next((t for t in doc[at + 1 :] if t.tag_ in FINITE), None)
        return verb is not None and verb.lemma_ in STRONG and child_of(verb, *SUBJECTS) is not None
    behind = next((t for t in doc[at + 1 : at + 5] if t.lower_ in {"after", "before"}), None)
    return behind is not None and behind.nbor(-1).lower_ in TIMES


def left(token: Token, sentence: Sentence, first: int) -> Span | None:
    """What stands before the cue's clause, when a comma or a closing quotation mark parts them."""
    doc = sentence.doc
    if first == 0 or circumstance(sentence) or doc[first - 1].text == ";":
        return None
    before = doc[first - 1]
    parted = before.text in {",", '"', "?", "!", "-", ".", "--"} or before.is_space
    if not parted and not any(child.dep_ == "ccomp" and child.i < first for child in token.children):
        return None
    end = first
    while end > 0 and doc[end - 1].text in {",", "-", "--"}:
        end -= 1
    return (0, end) if end > 1 else None


def spoken(left: Span, token: Token, sentence: Sentence, cue: cues.Cue, subject: Token) -> bool:
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
    # "P, X has posted on Telegram": what is posted is a thing, too, unless the clause before it is what is posted
    posted = cue.lemma == "post" and any(c.dep_ == "ccomp" and c.i < left[1] for c in token.children)
    posted = posted or (token.i + 2 >= len(doc) and not cue.mind)  # "P, he repeated."
    if (cue.lemma in cues.NEEDS_MARK and not posted) or token.tag_ == "VBG" or shared or subordinate:
        return False
    return any(doc[i].tag_ in VERBAL for i in range(*left))


def _headline(left: Tokens) -> bool:
    """Whether the words are a headline without its verb: "Sudzha back under Russian control"."""
    if len(left) < _SHORTEST_HEADLINE or (left[0].is_punct and left[0].text != '"'):
        return False
    said = sum(t.is_alpha or t.like_num for t in left)
    return said >= _SHORTEST_HEADLINE and left.root.pos_ in {"NOUN", "PROPN", "NUM"}


def _placed(sentence: Sentence, at: int) -> bool:
    """Whether what is left says where it happened, and not where the speaker is from."""
    rest = (at, len(sentence.doc))
    return at < rest[1] and sentence.doc[at].lower_ not in {"from", "according"} and is_place(sentence, rest)


def inverted_end(token: Token, sentence: Sentence, last: int) -> int:
    """Where the cue's clause ends: at the next comma or quotation mark that is not within its subject."""
    doc = sentence.doc
    at = last
    while at < len(doc):
        here = doc[at]
        if here.text == '"' or here.text in {";", ":"}:
            break
        if here.text == "," and any(t.tag_ in FINITE or t.text == '"' for t in doc[at + 1 :]):
            break
        first = here.text == "," and not any(t.text == "," for t in doc[token.i : at])
        told = befell(doc, at + 1, len(doc)) or harms(doc, at + 1)
        if first and (told or (at == token.i + 1 and _placed(sentence, at + 1))):
            break
        at += 1
    return at


def tail(sentence: Sentence, last: int) -> Span | None:
    """The second half of what is said, behind the cue's clause."""
    doc, end = sentence.doc, len(sentence.doc)
    at = last
    while at < end and doc[at].is_punct and doc[at].text != '"':
        at += 1
    if at >= end - 1 or all(t.is_punct for t in doc[at:end]):
        return None
    if doc[last].text == ";" and doc[at].text != '"':
        return None  # "P, X said; Q"
    if time_told(doc[at]) is not None:
        return None
    if doc[at].lower_ in _ADDED and not _goes_on(doc, at) and not is_place(sentence, (at, end)):
        return None
    return at, end


def _goes_on(doc: Doc, at: int) -> bool:
    """Whether what is said goes on: "…, the governor said, while two are still missing", and nobody else speaks."""
    verb = doc[at].head
    subject = child_of(verb, *SUBJECTS)
    if doc[at].lower_ != "while" or subject is None or subject.pos_ == "PRON":
        return False
    finite = verb.tag_ in FINITE or any(c.tag_ in FINITE for c in verb.children if c.dep_ in {"aux", "auxpass"})
    return finite and not any(t.lemma_.lower() in cues.VERBS for t in doc[at:] if t.tag_ in VERBAL and t.dep_ != "acl")


def title_before(sentence: Sentence, first: int, token: Token) -> int:
    """Where the speaker's phrase begins: "…, its exiled mayor Ivan Petrov said", "…, the mayor, Petrov, said"."""
    doc = sentence.doc
    between_commas = first > 0 and doc[first - 1].text == "," and doc[token.i - 1].text == ","
    last = first - 1 if between_commas else first
    at = last
    while at > 0 and last - at <= 8 and doc[at - 1].text not in {",", '"', "?", "!"}:
        at -= 1
    chunk = doc[at:last]
    title = any(t.lemma_.lower() in cues.ROLE_NOUNS for t in chunk)
    clause = any(t.tag_ in VERBAL and t.dep_ != "amod" for t in chunk)  # "the surrounding region"
    return at if title and at > 0 and last - at <= 8 and not clause else first
