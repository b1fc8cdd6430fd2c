"""Who says what: the frames of attribution of one sentence, as ranges of its tokens.

    forward      X said (that) P · X wrote: "P"         inverted    P, X said · "P," said X, "Q"
    infinitive   X claimed to have done                 directive   X urged Y to do
    nominal      X announced N · X blamed Y for N       passive     N was announced by X
    according    according to X, P · as X put it, P     cited       X cited Y as saying P
    anaphoric    this was stated by X                   noun        X's claim that P

`attributions(sentence)` gives them as they stand, each alone; `settled` takes from each content what belongs to a
frame within it, and turns one that is left with nothing into the relay ("RIA Novosti reported") of the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Token

from monitor.extract import cues
from monitor.extract.reading import Sentence
from monitor.models import Stance

Span = tuple[int, int]

FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
VERBAL = FINITE | {"VB", "VBN", "VBG"}
_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
_CLAUSAL = ("ccomp", "xcomp", "parataxis", "advcl", "conj")
_STRONG = frozenset("say claim allege state insist add announce confirm deny warn write tweet report".split())
_ADJUNCT = frozenset({"prep", "advmod", "npadvmod", "dative", "dobj", "pobj", "neg", "aux", "auxpass", "prt", "agent", "intj"})
_DEMONSTRATIVES = frozenset("this that it these which so information".split())
_SAYINGS = frozenset({"saying", "stating", "claiming", "reporting", "telling", "confirming", "declaring", "adding"})


@dataclass(frozen=True, slots=True)
class Attribution:
    """One frame. All spans are token ranges, end exclusive; `region` is the cue's own clause, nobody's content.

    `relay` is the source that passed it on ("X cited Y as saying"); `mind` marks attitudes; `within` that the cue
    stands in a quote.
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


def attributions(sentence: Sentence) -> tuple[Attribution, ...]:
    """The frames of the sentence in the order of their cues, unsettled."""
    found: list[Attribution] = []
    for token in sentence.doc:
        frame = next(_frames(token, sentence), None)
        if frame is not None and frame.content:
            found.append(frame)
    return tuple(found)


def _frames(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    lower = token.lower_
    if lower in {"according", "per"} or (lower == "as" and token.dep_ != "prep"):
        yield from _according(token, sentence)
    cue = _cue(token)
    if cue is not None and not _refused(token):
        yield from _cited(token, sentence, cue)
        yield from _passive(token, sentence, cue)
        yield from _clausal(token, sentence, cue)
        yield from _infinitive(token, sentence, cue)
        yield from _directive(token, sentence, cue)
        yield from _nominal(token, sentence, cue)
    if token.pos_ == "NOUN":
        yield from _noun(token, sentence)


# --- cues


def _cue(token: Token) -> cues.Cue | None:
    if token.tag_ in VERBAL or token.pos_ in {"VERB", "AUX"}:
        return cues.VERBS.get(token.lemma_.lower())
    # a small tagger takes "Moscow claims" and "governor says" for nouns
    if token.tag_ in {"NNS", "NNP", "NNPS", "NN"} and token.lower_ in _MISTAGGED and token.i > 0:
        return cues.VERBS.get(_MISTAGGED[token.lower_]) if _child(token, *_SUBJECTS) is not None else None
    return None


_MISTAGGED = {
    "says": "say", "claims": "claim", "reports": "report", "denies": "deny", "blames": "blame", "orders": "order",
    "warns": "warn", "confirms": "confirm", "announces": "announce", "tweets": "tweet", "accuses": "accuse",
    "alleges": "allege", "urges": "urge", "vows": "vow", "rejects": "reject", "tells": "tell",
}  # fmt: skip


def _refused(token: Token) -> bool:
    """The cue says that nothing was said: "did not confirm", "declined to comment", "unable to verify", "if he says"."""
    children = {child.lower_ for child in token.children}
    if any(child.dep_ == "neg" for child in token.children) or "neither" in children:
        return True
    if token.tag_ == "VB":
        if children & {"would", "could", "can", "cannot", "may", "might", "should", "must"} - {"would"}:
            return token.lemma_ not in {"say", "confirm", "reveal"}
        head = token.head
        if token.dep_ in {"xcomp", "acl", "ccomp"} and head.lemma_ in {
            "decline", "refuse", "fail", "able", "unable", "available", "reach", "comment", "immediately", "seem", "want", "try",
        }:
            return True
        if token.dep_ == "xcomp" and any(child.dep_ == "neg" for child in head.children):
            return True
    return any(child.dep_ == "mark" and child.lower_ in {"if", "unless", "whether"} for child in token.children)


# --- the parts of a clause


def _child(token: Token, *labels: str) -> Token | None:
    return next((child for child in token.children if child.dep_ in labels), None)


def subject_of(verb: Token) -> Token | None:
    """The subject, its own or the one that it shares or that the clause modifies."""
    for _ in range(5):
        own = _child(verb, *_SUBJECTS)
        if own is not None:
            if own.tag_ in {"WP", "WDT"} and verb.dep_ == "relcl":
                return verb.head
            return own
        if verb.dep_ in {"conj", "xcomp", "advcl", "ccomp", "parataxis"} and verb.head is not verb:
            if verb.dep_ == "ccomp" and verb.tag_ != "VBG":
                return None
            verb = verb.head
            continue
        if verb.dep_ in {"acl", "relcl"} and verb.tag_ == "VBG":
            return verb.head
        return None
    return None


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


def _region(token: Token, subject: Token | None) -> Span:
    """The tokens of the cue's own clause: its subject, auxiliaries, and what it says of time, place and hearer."""
    first, last = token.i, token.i + 1
    for child in token.children:
        if child.dep_ in {"aux", "auxpass", "neg"}:
            first = min(first, child.i)
        if child.dep_ in {"advmod"} and child.i < token.i:
            first = min(first, child.left_edge.i)
    if subject is not None and subject.dep_ != "conj":
        left, right = phrase(subject, token.i if subject.i < token.i else None)
        if subject.i < token.i and _owner(subject) is token:
            first = min(first, left)
        elif subject.i > token.i:
            last = max(last, right)
    return first, last


def _owner(token: Token) -> Token:
    return token.head


def _end(sentence: Sentence) -> int:
    return len(sentence.doc)


def _source(subject: Token | None, cue: Token) -> Span | None:
    if subject is None or subject.lower_ in {"it"} and _child(cue, "auxpass") is not None:
        return None
    return phrase(subject, cue.i)


# --- the frames


def _clausal(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    if not cue.ways & {"clause", "mind"} or _child(token, "auxpass") is not None or token.dep_ == "amod":
        return
    if token.tag_ == "VBN" and not any(child.dep_ == "aux" for child in token.children) and token.dep_ in {"acl", "relcl", "amod"}:
        return
    subject = _speaker(token)
    if subject is not None and subject.lower_ == "what":
        return
    mind = "clause" not in cue.ways
    marked, start = _right(token, sentence, cue, subject)
    source = _source(subject, token)
    first, last = _region(token, subject)
    if start is not None and (marked or cue.lemma not in cues.NEEDS_MARK):
        content: tuple[Span, ...] = ((start, _end(sentence)),)
        left = _left(token, sentence, first) if marked == "quote" else None
        if left is not None:
            content = (left, *content)
        yield Attribution("forward", token.i, cue.lemma, source, content, (first, start), cue.stance, mind=mind)
        return
    if mind or subject is None:
        return
    left = _left(token, sentence, first)
    if left is not None and _spoken(left, token, sentence, cue):
        last = _inverted_end(token, sentence, last)
        content = (left,)
        tail = _tail(sentence, last)
        if tail is not None:
            content = (left, tail)
        yield Attribution("inverted", token.i, cue.lemma, source, content, (first, last), cue.stance)


def _speaker(token: Token) -> Token | None:
    subject = subject_of(token)
    if subject is None and token.dep_ in {"ROOT", "parataxis", "ccomp"} and token.lemma_ in _STRONG:
        # "P, said X" with X taken for an object, or "X says" whose X hangs elsewhere
        after = _child(token, "dobj", "attr", "npadvmod", "oprd")
        if after is not None and after.i - token.i <= 6 and (after.ent_type_ or after.pos_ in {"PROPN", "PRON"}):
            return after
        before = token.doc[token.i - 1] if token.i else None
        if before is not None and before.pos_ in {"PROPN", "PRON", "NOUN"}:
            return before
    return subject


def _right(token: Token, sentence: Sentence, cue: cues.Cue, subject: Token | None) -> tuple[str, int | None]:
    """How the content to the right of the cue begins, and where: after a colon, "that", a quotation mark or at once."""
    doc, end = sentence.doc, _end(sentence)
    inverted = subject is not None and subject.i > token.i
    after = (subject.right_edge.i + 1 if inverted and subject is not None else token.i + 1) if inverted else token.i + 1
    clause = min(
        (child.left_edge.i for child in token.children if child.dep_ == "ccomp" and child.i > token.i and child.left_edge.i > token.i),
        default=None,
    )
    stop = min(end, clause if clause is not None else end, token.i + 22)
    for at in range(after, min(stop + 1, end)):
        here = doc[at]
        if here.text == ":" and at + 1 < end:
            return "colon", at + 1
        if here.text == '"' and sentence.quotes[token.i] == -1 and at + 1 < end and sentence.quotes[at + 1] >= 0:
            if clause is None or at <= clause:
                return "quote", at
        if here.lower_ == "that" and here.dep_ in {"mark", "det", "nsubj"} and here.tag_ == "IN" and at + 2 < end:
            return "that", at + 1
        if here.text == "," and clause is None and not inverted and at + 1 < end and doc[at + 1].text != '"':
            break
        if here.tag_ in FINITE and clause is None:
            break
    if clause is not None:
        while clause < end - 1 and (doc[clause].is_punct and doc[clause].text != '"' or doc[clause].lower_ == "that" and doc[clause].tag_ in {"IN", "DT"} and doc[clause].dep_ in {"mark", "det"} and doc[clause + 1].tag_ not in FINITE):
            clause += 1
        marked = "that" if doc[clause - 1].lower_ == "that" else ""
        if any(child.lower_ == "what" and child.dep_ in {"dobj", "nsubj", "attr"} for child in token.children):
            return "", None
        return marked, clause
    if cue.lemma in _STRONG and not inverted and token.dep_ != "relcl":
        verb = next((t for t in doc[token.i + 1 : end] if t.tag_ in FINITE), None)
        nxt = doc[token.i + 1] if token.i + 1 < end else None
        if verb is not None and nxt is not None and not nxt.is_punct and nxt.tag_ not in FINITE and verb.i - token.i <= 25:
            return "", _past_adjuncts(token, verb)
    return "", None


def _past_adjuncts(token: Token, verb: Token) -> int:
    """The first token behind the cue that is not said of the saying itself ("on Monday", "in a statement")."""
    at = token.i + 1
    for child in sorted(token.children, key=lambda t: t.i):
        if child.left_edge.i == at and child.dep_ in {"prep", "npadvmod", "advmod", "dative"} and child.right_edge.i < verb.i:
            at = child.right_edge.i + 1
    return at


def _left(token: Token, sentence: Sentence, first: int) -> Span | None:
    """What stands before the cue's clause, when a comma or a closing quotation mark parts them."""
    doc = sentence.doc
    if first == 0:
        return None
    before = doc[first - 1]
    parted = before.text in {",", '"', "?", "!", "-", ".", "--"} or before.is_space
    if not parted and not any(child.dep_ == "ccomp" and child.i < first for child in token.children):
        return None
    end = first
    while end > 0 and doc[end - 1].text in {",", "-", "--"}:
        end -= 1
    return (0, end) if end > 1 else None


def _spoken(left: Span, token: Token, sentence: Sentence, cue: cues.Cue) -> bool:
    """Whether the left part can be what is said: it holds a verb or is quoted."""
    doc = sentence.doc
    if token.dep_ in {"relcl", "acl"}:
        return False
    if any(sentence.quotes[i] >= 0 for i in range(*left)) and doc[left[1] - 1].text in {'"', ",", ".", "?", "!"}:
        return True
    if cue.lemma in cues.NEEDS_MARK or token.tag_ == "VBG":
        return False
    if token.dep_ == "conj" and token.head.i < left[1] and subject_of(token) is subject_of(token.head):
        return False
    if token.dep_ == "advcl" and _child(token, "mark") is not None:
        return False
    return any(doc[i].tag_ in VERBAL for i in range(*left))


def _inverted_end(token: Token, sentence: Sentence, last: int) -> int:
    """Where the cue's clause ends: at the next comma or quotation mark that is not within its subject."""
    doc = sentence.doc
    at = last
    while at < len(doc):
        here = doc[at]
        if here.text == '"' or here.text in {";", ":"}:
            break
        if here.text == ",":
            rest = [t for t in doc[at + 1 :]]
            if any(t.tag_ in FINITE for t in rest) or any(t.text == '"' for t in rest):
                inner = next((t for t in doc[last:at] if t.dep_ == "appos"), None)
                del inner
                break
        at += 1
    return at


def _tail(sentence: Sentence, last: int) -> Span | None:
    """The second half of what is said, behind the cue's clause."""
    doc, end = sentence.doc, _end(sentence)
    at = last
    while at < end and doc[at].is_punct and doc[at].text != '"':
        at += 1
    if at >= end - 1 or all(t.is_punct for t in doc[at:end]):
        return None
    if doc[at].lower_ in {"adding", "while", "as", "who", "which", "citing", "after", "when", "referring", "speaking", "in", "on"}:
        return None
    return at, end


def _infinitive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    mind = "infinitive" not in cue.ways
    if not cue.ways & {"infinitive", "mind"}:
        return
    act = next((c for c in token.children if c.dep_ == "xcomp" and c.i > token.i and c.tag_ in {"VB", "VBN"}), None)
    if act is None or not any(c.lower_ == "to" for c in act.children):
        return
    subject = subject_of(token)
    passive = _child(token, "auxpass") is not None
    first, _ = _region(token, subject)
    start = max(act.left_edge.i, token.i + 1)
    source = None if passive else _source(subject, token)
    yield Attribution("infinitive", token.i, cue.lemma, source, ((start, _end(sentence)),), (first, start), cue.stance, mind=mind)


def _directive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    if "order" not in cue.ways:
        return
    passive = _child(token, "auxpass") is not None
    subject = subject_of(token)
    act = next(
        (c for c in token.subtree if c.i > token.i and c.tag_ == "VB" and any(k.lower_ == "to" and k.dep_ == "aux" for k in c.children)),
        None,
    )
    hearer = _child(token, "dobj", "dative") or _child(token, "prep") or _child(token, "ccomp", "xcomp")
    if act is None or (hearer is None and not passive):
        return
    first, _ = _region(token, subject)
    if passive:
        agent = _agent(token)
        left = subject.left_edge.i if subject is not None else token.i
        yield Attribution("directive", token.i, cue.lemma, agent, ((left, _end(sentence)),), (token.i, token.i + 1), cue.stance)
        return
    if subject is None:
        return
    yield Attribution("directive", token.i, cue.lemma, _source(subject, token), ((token.i + 1, _end(sentence)),), (first, token.i + 1), cue.stance)


def _agent(token: Token) -> Span | None:
    by = _child(token, "agent")
    if by is None:
        by = next((c for c in token.children if c.lower_ == "by" and c.dep_ == "prep"), None)
    doer = _child(by, "pobj") if by is not None else None
    return phrase(doer) if doer is not None else None


def _passive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    if token.tag_ not in {"VBN", "VBD"} or _child(token, "auxpass") is None and token.dep_ not in {"acl", "relcl", "advcl"}:
        return
    agent = _agent(token)
    if agent is None:
        if _child(token, "auxpass") is not None and cue.lemma in {"report", "say", "announce", "confirm"}:
            clause = _child(token, "ccomp")
            if clause is not None and clause.left_edge.i > token.i:
                start = clause.left_edge.i
                yield Attribution("passive", token.i, cue.lemma, None, ((start, _end(sentence)),), (0, start), Stance.UNVERIFIED)
        return
    subject = _child(token, "nsubjpass", "nsubj")
    if subject is None:
        return
    region = (_first_aux(token), agent[1])
    if subject.lower_ in _DEMONSTRATIVES:
        yield Attribution("anaphoric", token.i, cue.lemma, agent, (phrase(subject),), (0, _end(sentence)), cue.stance)
        return
    clause = _child(token, "ccomp")
    if clause is not None and clause.i > token.i:
        yield Attribution("passive", token.i, cue.lemma, agent, ((clause.left_edge.i, _end(sentence)),), region, cue.stance)
        return
    if cue.ways & {"noun", "clause"} and cue.lemma not in {"order", "see", "read", "find", "show", "publish", "share", "post", "write"}:
        yield Attribution("passive", token.i, cue.lemma, agent, ((subject.left_edge.i, region[0]),), region, cue.stance)


def _first_aux(token: Token) -> int:
    return min([token.i, *(c.i for c in token.children if c.dep_ in {"aux", "auxpass"})])


def _cited(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X cited Y as saying P; Y was quoted (by X) as saying P; X, citing Y, said P (that one as a relay)."""
    if cue.lemma not in {"cite", "quote"}:
        return
    doc, end = sentence.doc, _end(sentence)
    saying = next(
        (t for t in doc[token.i + 1 : min(end, token.i + 25)] if t.lower_ in _SAYINGS and doc[t.i - 1].lower_ in {"as", "by"}), None
    )
    if saying is None:
        return
    start = saying.i + 1
    while start < end and (doc[start].lower_ == "that" or doc[start].text in {":", ","}):
        start += 1
    relay: Span | None = None
    subject = subject_of(token)
    if _child(token, "auxpass") is not None or (token.tag_ == "VBN" and subject is not None and subject.i < token.i and _child(token, "dobj") is None):
        source = phrase(subject, token.i) if subject is not None else None
        relay = _agent(token)
    else:
        quoted = _child(token, "dobj")
        stop = saying.i - 1
        source = (token.i + 1, stop) if quoted is None else (quoted.left_edge.i, stop)
        relay = phrase(subject, token.i) if subject is not None else None
    if start < end:
        first = relay[0] if relay is not None and relay[0] < token.i else token.i
        yield Attribution("cited", token.i, cue.lemma, source, ((start, end),), (min(first, token.i), start), cue.stance, relay)


def _nominal(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    if "noun" not in cue.ways or token.dep_ == "amod" or _child(token, "auxpass") is not None:
        return
    if token.tag_ == "VBN" and token.dep_ in {"acl", "relcl", "advcl"} and not any(c.dep_ == "aux" for c in token.children):
        return
    subject = subject_of(token)
    if subject is None or subject.tag_ in {"WDT"} and subject.lower_ == "which" and _child(token, "nsubj") is not subject:
        return
    if cue.lemma in {"publish", "release", "share", "put", "document"} or subject.lower_ == "what":
        return
    thing = next((c for c in token.children if c.i > token.i and c.dep_ in {"dobj", "oprd", "attr", "prep", "pcomp", "dative"} and c.lower_ not in {"on", "in", "at", "by", "as", "during", "after", "to"}), None)
    first, _ = _region(token, subject)
    source = _source(subject, token)
    if thing is None or thing.lower_ in _DEMONSTRATIVES and thing.right_edge is thing:
        if cue.stance is Stance.DENIED and token.tag_ in FINITE | {"VBN"}:
            yield Attribution("nominal", token.i, cue.lemma, source, ((token.i, token.i + 1),), (first, token.i), cue.stance)
        return
    start = max(thing.left_edge.i, token.i + 1)
    yield Attribution("nominal", token.i, cue.lemma, source, ((start, _end(sentence)),), (first, start), cue.stance)


def _noun(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """X's claim that P; a statement in which ...: only with a clause of its own."""
    lemma = token.lemma_.lower()
    stance = cues.NOUNS.get(lemma)
    if stance is None and lemma not in cues.MIND_NOUNS:
        return
    clause = next((c for c in token.children if c.dep_ in {"acl", "ccomp"} and c.i > token.i and any(k.lower_ == "that" and k.dep_ == "mark" for k in c.children)), None)
    if clause is None:
        return
    owner = _child(token, "poss")
    if owner is None:
        by = next((c for c in token.children if c.lower_ in {"by", "from"} and c.i < clause.i), None)
        owner = _child(by, "pobj") if by is not None else None
    if owner is None and token.dep_ in {"dobj", "pobj"}:
        owner = subject_of(token.head if token.dep_ == "dobj" else token.head.head)
    source = phrase(owner, token.i if owner.i < token.i else None) if owner is not None else None
    start = clause.left_edge.i + 1
    yield Attribution("noun", token.i, lemma, source, ((start, clause.right_edge.i + 1),), (token.left_edge.i, start), stance or Stance.ASSERTED, mind=stance is None)


def _according(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    doc, end = sentence.doc, _end(sentence)
    if token.lower_ == "according":
        if token.i + 2 >= end or doc[token.i + 1].lower_ != "to":
            return
        begin = token.i + 2
        source = _noun_phrase_from(sentence, begin)
    elif token.lower_ == "per":
        if token.i + 1 >= end or doc[token.i + 1].tag_ not in {"NNP", "NNPS"} or (token.i and doc[token.i - 1].text != ","):
            return
        source = _noun_phrase_from(sentence, token.i + 1)
    else:
        cue = _as_clause(token, sentence)
        if cue is None:
            return
        verb, source = cue
        region_end = _comma_after(sentence, verb.i + 1)
        yield from _around(token, sentence, (token.i, region_end), source, verb.lemma_.lower())
        return
    if source is None:
        return
    yield from _around(token, sentence, (token.i, source[1]), source, "according")


def _as_clause(token: Token, sentence: Sentence) -> tuple[Token, Span | None] | None:
    """"as X said/put it", "as reported by X": the cue and the source."""
    verb = token.head
    doc = sentence.doc
    if token.i + 1 < len(doc) and doc[token.i + 1].tag_ in {"VBN", "VBD"} and doc[token.i + 1].lemma_ in cues.VERBS:
        verb = doc[token.i + 1]
        agent = _agent(verb)
        return (verb, agent) if agent is not None and (token.i == 0 or doc[token.i - 1].text == ",") else None
    if token.dep_ not in {"mark", "advmod"} or verb.i < token.i or verb.lemma_ not in cues.VERBS:
        return None
    if _child(verb, "ccomp", "xcomp") is not None or verb.lemma_ in cues.NEEDS_MARK or verb.i - token.i > 12:
        return None
    if token.i and doc[token.i - 1].text != ",":
        return None
    subject = _child(verb, "nsubj")
    if subject is None or verb.dep_ not in {"advcl", "parataxis", "ccomp"} or (_child(verb, "dobj") is not None and verb.lemma_ != "put"):
        return None
    return verb, phrase(subject, verb.i)


def _comma_after(sentence: Sentence, at: int) -> int:
    doc = sentence.doc
    while at < len(doc) and doc[at].text not in {",", ";", ":"}:
        at += 1
    return at


def _noun_phrase_from(sentence: Sentence, begin: int) -> Span | None:
    """The noun phrase that begins at `begin`, up to the comma that ends it, appositions of names included."""
    doc, end = sentence.doc, _end(sentence)
    at = begin
    while at < end:
        here = doc[at]
        if here.text in {",", ";", ":", '"'} or (here.tag_ in FINITE and at > begin) or here.lower_ in {"that", "who", "which"}:
            break
        at += 1
    while at > begin and doc[at - 1].is_punct and doc[at - 1].text != ")":
        at -= 1
    return (begin, at) if at > begin else None


def _around(token: Token, sentence: Sentence, region: Span, source: Span | None, lemma: str) -> Iterator[Attribution]:
    doc, end = sentence.doc, _end(sentence)
    left = (0, region[0])
    right = region[1]
    while right < end and doc[right].is_punct and doc[right].text != '"':
        right += 1
    content = []
    if any(t.tag_ in VERBAL for t in doc[left[0] : left[1]]):
        content.append(left)
    if right < end and any(t.tag_ in VERBAL for t in doc[right:end]) and (not content or doc[region[1] if region[1] < end else end - 1].text == ","):
        content.append((right, end))
    if content:
        yield Attribution("according", token.i, lemma, source, tuple(content), region)


# --- settling overlaps


def settled(frames: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """The frames with contents that no longer overlap: the innermost keeps it.

    A frame whose content is all another's becomes the relay of that one, when it names a source.
    """
    frames = [f for f in frames if not any(f is not g and g.source and g.source[0] <= f.cue < g.source[1] for g in frames)]
    out = []
    for frame in frames:
        content = frame.content
        inner = [g for g in frames if g is not frame and any(a <= g.cue < b for a, b in content)]
        for g in inner:
            holes: list[Span] = [g.region]
            if not (_holds(g, frame) and _outer(g, frame)):
                holes += g.content
            for hole in holes:
                content = tuple(part for span in content for part in _without(span, hole))
        out.append(replace(frame, content=tuple(s for s in content if s[1] > s[0])))
    return tuple(_relayed(frames, out))


def _holds(outer: Attribution, inner: Attribution) -> bool:
    return any(a <= inner.cue < b for a, b in outer.content)


def _outer(g: Attribution, frame: Attribution) -> bool:
    """Of two frames that hold each other, whether `g` is the outer one: the trailing relay, the according-to."""
    if g.kind in {"inverted", "according"} and frame.kind not in {"inverted", "according"}:
        return True
    return g.kind == frame.kind and g.cue > frame.cue


def _without(span: Span, hole: Span) -> list[Span]:
    if hole[1] <= span[0] or span[1] <= hole[0]:
        return [span]
    return [part for part in ((span[0], hole[0]), (hole[1], span[1])) if part[1] > part[0]]


def _relayed(before: Sequence[Attribution], after: Sequence[Attribution]) -> Iterator[Attribution]:
    """Frames that kept content, with the emptied ones around them as their relay."""
    for old, frame in zip(before, after, strict=True):
        if sum(b - a for a, b in frame.content) < 1:
            continue
        relay = frame.relay
        if relay is None:
            for other, left in zip(before, after, strict=True):
                if other is not old and other.source is not None and _holds(other, old) and sum(b - a for a, b in left.content) < 3:
                    relay = other.source
        yield replace(frame, relay=relay)
