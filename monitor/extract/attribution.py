"""Who says what: the frames of attribution of one sentence, as ranges of its tokens.

    forward      X said (that) P · X wrote: "P"         inverted    P, X said · "P," said X, "Q"
    inserted     N, X said, was done                    relative    a blast that X says killed three
    infinitive   X claimed to have done                 directive   X urged Y to do
    nominal      X announced N · X blamed Y for N       passive     N was announced by X
    according    according to X, P · as X put it, P · in X's words, P
    cited       X cited Y as saying P
    anaphoric    this was stated by X                   noun        X's claim that P

`attributions(sentence)` gives them as they stand, each alone; `settled` takes from each content what belongs to a
frame within it, and turns one that is left with nothing into the relay ("RIA Novosti reported") of the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from monitor.extract import cues, extent
from monitor.extract.according import according, account, from_what, in_house
from monitor.extract.clauses import clausal, directive, infinitive, inserted, relative
from monitor.extract.grammar import Attribution, Span, child_of, phrase, speaks, subject_of
from monitor.extract.nominals import adjectival, cited, nominal, noun, passive
from monitor.extract.reading import Sentence
from monitor.extract.tags import FINITE, SUBJECTS, VERBAL
from monitor.extract.vocabulary import words
from monitor.models import Stance


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
    if (token.i == 0 and token.lower_ == "read") or _no_speech(token):
        return None  # "READ MORE: …"
    if token.tag_ in VERBAL or token.pos_ in {"VERB", "AUX"}:
        known = cues.VERBS.get(token.lemma_.lower()) or cues.VERBS.get(cues.PAST.get(token.lower_, ""))
        return _together(token) or known or _before_quote(token)
    # a small tagger takes "Moscow claims" and "governor says" for nouns
    if token.tag_ in {"NNS", "NNP", "NNPS", "NN"} and token.lower_ in _MISTAGGED and token.i > 0:
        return cues.VERBS.get(_MISTAGGED[token.lower_]) if child_of(token, *SUBJECTS) is not None else None
    return None


def _no_speech(token: Token) -> bool:
    """Whether it is something done: "deny N access"."""
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
_JOINING = words("and but while that as who which")
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


# --- settling overlaps


def settled(frames: Sequence[Attribution], doc: Doc) -> tuple[Attribution, ...]:
    """The frames with contents that no longer overlap: the innermost keeps it.

    A frame whose content is all another's becomes the relay of that one, when it names a source.
    """
    frames = nested(frames, doc)
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
        if frame.kind == "nominal" and any(g.kind == "noun" and g.source == frame.source for g in inner):
            content = ()  # "dismissed as "nonsense" a report that P"
        out.append(replace(frame, content=tuple(s for s in content if s[1] > s[0])))
    return tuple(_relayed(frames, out, doc))


def nested(frames: Sequence[Attribution], doc: Doc) -> list[Attribution]:
    """The frames, each with all that it holds and with the source that those around it show.

    A cue that only describes another frame's source ("a militia that says it fights for freedom, claimed …") is none.
    """
    frames = [f for f in frames if not any(f is not g and _describes(doc[f.cue], g) for g in frames)]
    # "the US is sceptical that P, the spokesman said": he said it
    frames = [f for f in frames if f.lemma not in cues.STATES or not any(g is not f and _holds(g, f) for g in frames)]
    frames = [_with_outer_source(f, frames, doc) for f in frames]
    frames = [_of_oneself_again(f, frames, doc) for f in frames]
    frames = [_passive_of(f, frames) for f in frames]
    frames = [_rejected(f, frames, doc) for f in frames]
    return [_parted(f, frames) for f in frames]


def _with_outer_source(frame: Attribution, frames: Sequence[Attribution], doc: Doc) -> Attribution:
    """A conjoined cue keeps the earlier speaker unless what it shares its subject with can speak itself.

    "X said the bridge had been hit and called for help": X called.
    """
    cue = doc[frame.cue]
    if frame.source is None and cue.tag_ == "VBG" and cue.i and cue.nbor(-1).text == ",":
        outer = next((g for g in frames if g.kind == "forward" and g.cue < frame.cue and _holds(g, frame)), None)
        return frame if outer is None else replace(frame, source=outer.source)  # "denied that P, maintaining that Q"
    if frame.source is None or frame.kind == "according" or not (cue.dep_ == "conj" or cue.tag_ == "VBG"):
        return frame
    shared = doc[frame.source[0] : frame.source[1]].root
    own = shared.pos_ in {"PROPN", "PRON"} or shared.lemma_.lower() in cues.SPEAKING
    outer = next(
        (g for g in frames if g is not frame and g.cue < frame.cue and any(a <= shared.i < b for a, b in g.content)),
        None,
    )
    beside = outer is not None and outer.kind == "inverted" and cue.tag_ == "VBG" and outer.region[1] >= cue.i - 1
    before = any(c.lower_ == "had" for c in shared.head.children)
    undergoes = shared.dep_ == "nsubjpass" and before and cue.dep_ == "conj" and child_of(cue, "aux", "auxpass") is None
    if outer is not None and (undergoes or _of_itself(shared, frame, doc)):
        return replace(frame, source=outer.source)  # "denied that N had been taken and claimed that P"
    if shared.head == cue or (own and cue.lower_ != "adding" and not beside and not _like_outer(cue, outer, doc)):
        return frame  # but of "residents were told, he said, urging them to leave" he urges
    return replace(frame, source=outer.source) if outer is not None else frame


def _of_itself(shared: Token, frame: Attribution, doc: Doc) -> bool:
    """Whether what is said names whom the cue seems to share its subject with: who speaks says "they".

    "X stated that Russian forces did P and suggested that the Russians did Q": X suggested.
    """
    names = {t.lower_[:_STEM] for t in shared.subtree if t.pos_ in {"PROPN", "ADJ"} and t.text[0].isupper()}
    begin, _ = frame.content[0]
    return shared.head.i < frame.cue and any(t.lower_[:_STEM] in names for t in doc[begin : begin + 3])


_STEM = 6


def _like_outer(cue: Token, outer: Attribution | None, doc: Doc) -> bool:
    """Whether the cue is told as the outer one is, and not as what that says: "stated that N has left and added"."""
    if outer is None:
        return False
    told, helped = doc[outer.cue].tag_, [c for c in cue.head.children if c.dep_ in {"aux", "auxpass"}]
    return cue.tag_ == told and told in FINITE and not any(t.tag_ == told for t in (cue.head, *helped))


def _of_oneself_again(frame: Attribution, frames: Sequence[Attribution], doc: Doc) -> Attribution:
    """Who "it" is in "the ministry said it believes that P", or in "the ministry did P, it said": the ministry."""
    if frame.source is None or frame.source[1] - frame.source[0] != 1:
        return frame
    at = frame.source[0]
    if doc[at].lower_ not in {"he", "she", "it", "they"}:
        return frame
    outer = next((g for g in frames if g.cue < frame.cue and any(a == at for a, _ in g.content)), None)
    if outer is None or outer.source is None:
        told = _teller(frame, doc) if doc[at].lower_ == "it" and frame.kind == "inverted" else None
        told = _doers(doc[frame.cue]) if doc[at].lower_ == "they" else told
        return frame if told is None else replace(frame, source=told)
    return replace(frame, source=outer.source) if _may_mean(doc[at].lower_, outer.source, doc) else frame


def _teller(frame: Attribution, doc: Doc) -> Span | None:
    """The institution or group that what is said is about."""
    begin, end = frame.content[0]
    if any(token.text == '"' for token in doc[begin:end]):
        return None
    verb = doc[begin:end].root
    subject = next((c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"} and begin <= c.i < verb.i), None)
    if subject is None or subject.lemma_.lower() not in cues.AGENCY_NOUNS | cues.GROUP_NOUNS:
        return None
    return None if subject.tag_ in {"NNS", "NNPS"} else phrase(subject, verb.i)


def _doers(cue: Token) -> Span | None:
    """The many whose act the main clause tells: "the groups crossed the border, when they claimed that P"."""
    if cue.dep_ not in {"advcl", "relcl"}:
        return None
    verb = next((t for t in cue.ancestors if t.tag_ in FINITE and t.i < cue.i), None)
    subject = child_of(verb, "nsubj") if verb is not None else None
    many = subject is not None and subject.tag_ in {"NNS", "NNPS"} and speaks(subject)
    return phrase(subject, verb.i) if many and subject is not None and verb is not None else None


def _may_mean(pronoun: str, source: Span, doc: Doc) -> bool:
    """Whether the pronoun agrees with the source, as far as words tell; a name may be anybody's."""
    head = doc[source[0] : source[1]].root
    lemma = head.lemma_.lower()
    if child_of(head, "poss") is not None and lemma not in cues.AGENCY_NOUNS | cues.GROUP_NOUNS:
        return False  # "Gladkov's wife said he …"
    many = bool({"NNS", "NNPS"} & {t.tag_ for t in doc[source[0] : source[1]]})
    several = many or lemma in cues.AGENCY_NOUNS | cues.GROUP_NOUNS
    person = lemma in cues.ROLE_NOUNS | cues.PEOPLE_NOUNS
    if pronoun == "they":
        return several
    return not many and (not person if pronoun == "it" else not several)


def _passive_of(frame: Attribution, frames: Sequence[Attribution]) -> Attribution:
    """A frame that names nobody has the speaker of the one around it: "they were told to leave, officials said"."""
    if frame.source is not None or frame.kind not in {"directive", "infinitive", "passive"}:
        return frame
    outer = next((g for g in frames if g is not frame and g.source is not None and _holds(g, frame)), None)
    return frame if outer is None else replace(frame, source=outer.source)


def _rejected(frame: Attribution, frames: Sequence[Attribution], doc: Doc) -> Attribution:
    """What a story says that somebody rejects, he denies: "dismissed as "false" a story saying that P"."""
    cue = doc[frame.cue]
    if cue.tag_ != "VBG" or cue.dep_ != "acl" or frame.kind != "forward":
        return frame
    outer = next((g for g in frames if g.kind == "nominal" and g.stance is Stance.DENIED and _holds(g, frame)), None)
    return frame if outer is None else replace(frame, kind="noun", source=outer.source, stance=Stance.DENIED)


def _parted(frame: Attribution, frames: Sequence[Attribution]) -> Attribution:
    """Two who each have their own half: "P, the mayor said, while Q, according to the ministry"."""
    if frame.kind == "inverted" and len(frame.content) > 1:
        last = frame.content[1]
        if any(g.kind == "according" and g.region[0] > last[0] and last[0] <= g.cue < last[1] for g in frames):
            return replace(frame, content=frame.content[:1])
    if frame.kind == "according" and len(frame.content) == 1:
        begin, end = frame.content[0]
        halves = (g.content[1][0] for g in frames if g.kind == "inverted" and len(g.content) > 1 and g.content[1][1] > end)
        half = next((at for at in halves if begin < at < end), begin)
        return replace(frame, content=((half, end),))
    return frame


def _describes(cue: Token, frame: Attribution) -> bool:
    """Whether the cue stands in the frame's source, in a clause that modifies it, or is its own "as saying"."""
    if frame.kind == "cited" and frame.cue < cue.i < frame.region[1]:
        return True
    if frame.source is None:
        return False
    if frame.source[0] <= cue.i < frame.source[1]:
        return True
    head = cue.doc[frame.source[0] : frame.source[1]].root
    # "the mayor, saying that P, denied Q" says both; so does "who on Monday said P, denied Q"
    aside = (cue.tag_ == "VBG" and cue.i > 0 and cue.nbor(-1).text == ",") or _beside(cue)
    return not aside and (
        cue.i < frame.cue and cue.i > head.i and head.is_ancestor(cue) and frame.cue not in {t.i for t in head.subtree}
    )


def _beside(cue: Token) -> bool:
    """Whether its relative clause tells of another statement, and not which speaker is meant."""
    who = child_of(cue, *SUBJECTS)
    told = cue.tag_ == "VBD" or (cue.tag_ == "VBN" and child_of(cue, "aux") is not None)
    return cue.dep_ == "relcl" and told and who is not None and who.i > 0 and who.nbor(-1).text == ","


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


def _relayed(before: Sequence[Attribution], after: Sequence[Attribution], doc: Doc) -> Iterator[Attribution]:
    """Frames that kept content, with the emptied ones around them as their relay."""
    for old, frame in zip(before, after, strict=True):
        if not frame.content:
            continue
        relay = frame.relay
        for other, left in zip(before, after, strict=True):
            if relay is None and other is not old and _holds(other, old) and _emptied(left, doc):
                relay = other.source
        yield replace(frame, relay=relay)


def _emptied(frame: Attribution, doc: Doc) -> bool:
    """Whether nothing is left of the content but what joins it to the rest."""
    return not any(t.is_alpha and t.lower_ not in _JOINING for span in frame.content for t in doc[span[0] : span[1]])
