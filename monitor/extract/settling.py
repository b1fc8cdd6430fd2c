"""What is whose, where frames of attribution of one sentence hold or touch each other.

`settled` takes from each content what belongs to a frame within it, and turns one that is left with nothing into the
relay ("RIA Novosti reported") of the other; `nested` leaves contents whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from monitor.extract import cues
from monitor.extract.grammar import Attribution, Span, child_of, phrase, speaks
from monitor.extract.tags import FINITE, SUBJECTS
from monitor.extract.vocabulary import words
from monitor.models import Stance

_JOINING = words("and but while that as who which")


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
        halves = (
            g.content[1][0] for g in frames if g.kind == "inverted" and len(g.content) > 1 and g.content[1][1] > end
        )
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
