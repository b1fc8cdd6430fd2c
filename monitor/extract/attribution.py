"""Who says what: the frames of attribution of one sentence, as ranges of its tokens.

    forward      X said (that) P · X wrote: "P"         inverted    P, X said · "P," said X, "Q"
    inserted     N, X said, was done                    relative    a blast that X says killed three
    infinitive   X claimed to have done                 directive   X urged Y to do
    nominal      X announced N · X blamed Y for N       passive     N was announced by X
    according    according to X, P · as X put it, P · in X's words, P
    cited       X cited Y as saying P
    anaphoric    this was stated by X                   noun        X's claim that P

`attributions(sentence)` gives them as they stand, each alone; `settling.py` makes of them who says what.
"""

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc, Token

from monitor.extract import cues, extent
from monitor.extract.according import according, account, from_what, in_house
from monitor.extract.clauses import clausal, directive, infinitive, inserted, relative
from monitor.extract.grammar import Attribution, Span, child_of, speaks, subject_of
from monitor.extract.nominals import adjectival, cited, nominal, noun, passive
from monitor.extract.reading import Sentence
from monitor.extract.tags import SUBJECTS, VERBAL
from monitor.extract.vocabulary import words


def attributions(sentence: Sentence) -> tuple[Attribution, ...]:
    """The frames of the sentence in the order of their cues, unsettled.

    "I think" and "we can confirm" within a quote are its speaker's own words, no frame; "I ask you to stay" is none
    anywhere.
    """
    found: list[Attribution] = []
    for token in sentence.doc:
        frame = next(_frames(token, sentence), None)
        if frame is None or not frame.content:
            continue
        oneself = _of_oneself(frame, sentence.doc)
        if not oneself or (sentence.quotes[token.i] < 0 and frame.kind != "directive"):
            found.append(frame)
            found += _explanation(frame, sentence)
    return tuple(found)


def _explanation(frame: Attribution, sentence: Sentence) -> Iterator[Attribution]:
    """What the speaker adds behind the colon to what he denies: "denied the capture of N: no enemy is there"."""
    colon = extent.explained_at(sentence.doc[frame.cue], sentence) if frame.kind == "nominal" else None
    if colon is not None:
        rest, region = (colon + 1, len(sentence.doc)), (colon, colon + 1)
        yield Attribution("forward", colon, ":", frame.source, (rest,), region)


def _of_oneself(frame: Attribution, doc: Doc) -> bool:
    return frame.source is not None and doc[frame.source[0] : frame.source[1]].root.lower_ in {"i", "we", "you"}


def _frames(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    lower = token.lower_
    if lower in {"according", "per", "if"} or (lower == "as" and token.dep_ != "prep"):
        yield from according(token, sentence)
    if lower in {"in", "by", "on"}:
        yield from account(token, sentence)
    if lower in {"from", "by"}:
        yield from from_what(token, sentence)
    cue = _cue(token)
    if cue is not None and not _refused(token) and not _found_so(token):
        yield from in_house(token, sentence)
        yield from cited(token, sentence, cue)
        if "mind" not in cue.ways:
            yield from infinitive(token, sentence, cue)
        if child_of(token, "auxpass") is not None:
            yield from directive(token, sentence, cue)
        yield from passive(token, sentence, cue)
        yield from inserted(token, sentence, cue)
        yield from relative(token, sentence, cue)
        yield from clausal(token, sentence, cue)
        yield from infinitive(token, sentence, cue)
        yield from directive(token, sentence, cue)
        yield from nominal(token, sentence, cue)
    if token.lower_ in cues.STATES:
        yield from adjectival(token, sentence)
    if token.pos_ == "NOUN":
        yield from noun(token, sentence)


def _cue(token: Token) -> cues.Cue | None:
    if _no_speech(token):
        return None
    if token.tag_ in VERBAL or token.pos_ in {"VERB", "AUX"}:
        known = cues.VERBS.get(token.lemma_.lower()) or cues.VERBS.get(cues.PAST.get(token.lower_, ""))
        return _together(token) or known or _before_quote(token)
    # a small tagger takes "Moscow claims" and "governor says" for nouns
    if token.tag_ in {"NNS", "NNP", "NNPS", "NN"} and token.lower_ in _MISTAGGED and token.i > 0:
        return cues.VERBS.get(_MISTAGGED[token.lower_]) if child_of(token, *SUBJECTS) is not None else None
    return None


def _no_speech(token: Token) -> bool:
    """Whether it is something done: "deny N access"; or to be done: "READ MORE: …"."""
    if token.i == 0 and token.lower_ == "read":
        return True
    thing = child_of(token, "dobj")
    return thing is not None and thing.i > token.i and token.lemma_ == "deny" and thing.lemma_ in _WITHHELD


_WITHHELD = words("access entry permission passage visa bail chance opportunity right asylum accreditation boarding")


def _before_quote(token: Token) -> cues.Cue | None:
    """Any verb speaks that a colon and a quotation mark follow: somebody "hid a smile", or wept, and this is why."""
    if token.tag_ not in {"VBD", "VBZ", "VBP", "VBG"}:
        return None
    thing = child_of(token, "dobj")
    colon = (thing.right_edge.i if thing is not None and thing.i > token.i else token.i) + 1
    marked = token.doc[colon : colon + 2].text in {':"', ': "'}
    return cues.Cue(token.lemma_.lower(), frozenset({"clause"})) if marked else None


def _together(token: Token) -> cues.Cue | None:
    """The cue that a verb is with a word of its own ("brush aside"), with what it is alone."""
    lemma = token.lemma_.lower()
    if lemma not in _PHRASED:
        return None
    found = (cues.PHRASES.get((lemma, child.lower_)) for child in token.children if child.i > token.i)
    cue = next((cue for cue in found if cue is not None), None)
    alone = cues.VERBS.get(lemma)
    return cue if cue is None or alone is None else replace(cue, ways=cue.ways | alone.ways)


_PHRASED = frozenset(verb for verb, _ in cues.PHRASES)
_MISTAGGED = {
    "says": "say", "claims": "claim", "reports": "report", "denies": "deny", "blames": "blame", "orders": "order",
    "warns": "warn", "confirms": "confirm", "announces": "announce", "tweets": "tweet", "accuses": "accuse",
    "alleges": "allege", "urges": "urge", "vows": "vow", "rejects": "reject", "tells": "tell",
}  # fmt: skip


_NOTHING = frozenset({"nothing", "little"})
_NOBODY = frozenset({"neither", "nobody", "none", "no", "nor", "no-one"})


_UNSAID = words(
    """
    decline refuse fail able unable available reach comment immediately seem want try struggle impossible possible hard
    """
)


def _refused(token: Token) -> bool:
    """The cue says that nothing was said: "did not confirm", "declined to comment", "unable to verify"."""
    children = {child.lower_ for child in token.children}
    if child_of(token, "neg") is not None or "neither" in children or _nor(token):
        return True
    thing = child_of(token, "dobj")
    if thing is not None and thing.i > token.i and thing.lower_ in _NOTHING:
        return True
    subject = subject_of(token) if child_of(token, *SUBJECTS) is not None else None
    if (
        subject is not None
        and subject.dep_ != "nsubjpass"
        and ({subject.lower_, subject.left_edge.lower_, *(c.lower_ for c in subject.children)} & _NOBODY)
    ):
        return True
    if token.tag_ == "VB" and (_unsaid(token, children) or _impersonal(token) or _unnamed(token)):
        return True
    if token.i and token.nbor(-1).lower_ in ({"when", "until", "unless"} if token.tag_ == "VBN" else {"without"}):
        return True  # "when asked about N", "until told to", "without specifying who"
    return any(child.dep_ == "mark" and child.lower_ in {"if", "unless", "whether"} for child in token.children)


def _nor(token: Token) -> bool:
    """Whether it is the second of "neither confirmed nor denied"."""
    return token.dep_ == "conj" and any(c.lower_ == "neither" for c in token.head.children)


def _unnamed(token: Token) -> bool:
    """Whether it is why a source is not named: "spoke on condition of anonymity to discuss the findings"."""
    return any(t.lower_ == "anonymity" for above in token.ancestors if above.lemma_ == "speak" for t in above.subtree)


def _found_so(token: Token) -> bool:
    """Whether nobody says it: "three confirmed dead", "one feared killed", "president briefed on raid"."""
    if token.tag_ not in {"VBN", "VBD"} or token.i + 1 >= len(token.doc) or child_of(token, "aux") is not None:
        return False
    state, subject = token.nbor(), child_of(token, *SUBJECTS)
    if token.lemma_ == "report" and state.pos_ == "ADP" and subject is not None and not speaks(subject):
        return child_of(token, "dobj", "ccomp", "auxpass") is None  # "drones reported over N"
    if token.lemma_ == "brief" and state.lower_ in {"on", "about"}:
        return True
    last = state.i + 1 >= len(token.doc)
    return state.lower_ in _STATES and (last or state.nbor().pos_ not in {"NOUN", "PROPN", "ADJ", "NUM", "CCONJ"})


_STATES = words("dead missing killed wounded injured hurt captured alive safe destroyed lost")


def unsaid(sentence: Sentence) -> tuple[Span, ...]:
    """What the sentence says that nobody said ("neither side told how many died"), but for clauses that tell more."""
    out: list[Span] = []
    for token in sentence.doc:
        if token.lower_ == "without" and any(c.dep_ == "pcomp" and _cue(c) is not None for c in token.children):
            out.append((token.i, token.right_edge.i + 1))
        if (
            token.dep_ in {"ROOT", "conj"}
            and sentence.quotes[token.i] < 0
            and (cue := _cue(token)) is not None
            and cue.lemma != "order"  # that nobody ordered it is told of the event
            and _refused(token)
        ):
            more = {t.i for c in token.subtree if c != token and _tells_more(c) for t in c.subtree}
            out += [(t.i, t.i + 1) for t in token.subtree if t.i not in more]
    return tuple(out)


def _tells_more(clause: Token) -> bool:
    """Whether the clause is more than a part of what was not said: "the circumstances in which it was filmed"."""
    if clause.dep_ == "relcl":
        return clause.left_edge.lower_ not in {"in", "under", "at"}
    return clause.dep_ in {"advcl", "conj"}


_JUDGING = words(
    "fair unfair safe early late hard difficult easy possible impossible wrong right clear premature tempting"
)


def _impersonal(token: Token) -> bool:
    """Whether nobody is meant to say it: "it is fair to say", "it was too early to tell"."""
    verb = token.head.head if token.head.pos_ == "ADJ" else token.head
    subject = child_of(verb, *SUBJECTS) if verb.lemma_ == "be" else None
    judged = child_of(verb, "acomp")
    return subject is not None and subject.lower_ == "it" and judged is not None and judged.lemma_ in _JUDGING


def _unsaid(token: Token, children: set[str]) -> bool:
    """Whether an infinitive leaves open that it was said: "could blame", "will respond", "refused to confirm"."""
    if children & {"would", "will", "'ll"} and token.lemma_ in cues.NEEDS_MARK:
        return True
    if children & {"could", "can", "cannot", "may", "might", "should", "must"}:
        return token.lemma_ not in {"say", "confirm", "reveal"}
    head = token.head
    if token.dep_ in {"xcomp", "acl", "ccomp"} and head.lemma_ in _UNSAID:
        return True
    if token.dep_ in {"acl", "relcl"} and "to" in children and any(c.lower_ == "no" for c in head.children):
        return True  # "no information to suggest that P"
    return token.dep_ == "xcomp" and child_of(head, "neg") is not None
