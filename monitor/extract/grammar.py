"""The grammar that attribution rests on: subjects, noun phrases, agents, the clause of a cue; over one parse."""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from monitor.extract import cues
from monitor.extract.reading import Sentence
from monitor.extract.tags import FINITE, SUBJECTS, VERBAL
from monitor.extract.vocabulary import words
from monitor.models import Stance

Span = tuple[int, int]
"""Token indices, end exclusive."""

_WHERE = words(
    """
    in at near on outside inside around across over above along between beyond behind from off past through throughout
    to toward towards within
    """
)
_OCCASIONS = cues.TEXTS | frozenset({"conference", "interview", "call", "speech", "meeting"})
_NO_PLACE = words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december telegram twitter facebook tv television
    """
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """One frame. All spans are token ranges, end exclusive; `region` is the cue's own clause, nobody's content.

    `relay` is the source that passed it on ("X cited Y as saying"); `mind` marks attitudes.
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


def child_of(token: Token, *labels: str) -> Token | None:
    return next((child for child in token.children if child.dep_ in labels), None)


def subject_of(verb: Token) -> Token | None:
    """The subject, its own or the one that it shares or that the clause modifies."""
    for _ in range(5):
        own = _own_subject(verb)
        if own is not None:
            return _meant(own, verb)
        if verb.dep_ in {"xcomp", "ccomp"} and verb.head.lemma_ in _CAUSES:
            return child_of(verb.head, "dobj") or child_of(verb, *SUBJECTS)
        if verb.dep_ in {"conj", "xcomp", "advcl", "ccomp", "parataxis"} and verb.head != verb:
            if verb.dep_ == "ccomp" and verb.tag_ != "VBG":
                return None
            verb = verb.head
            continue
        if verb.dep_ == "pcomp" and verb.tag_ == "VBG" and verb.head.dep_ == "prep":
            verb = verb.head.head
            continue
        if verb.dep_ in {"acl", "relcl"} and verb.tag_ == "VBG":
            return verb.head
        return None
    return None


_OF_WHOM = frozenset({"both", "all", "some", "most", "none", "one", "two", "several", "many"})
_CAUSES = frozenset({"prompt", "force", "lead", "push", "compel", "oblige", "cause", "enable", "allow", "drive"})
"""Verbs whose object does what follows: "a raid that prompted officials to announce N"."""


def _meant(subject: Token, verb: Token) -> Token:
    """The subject itself; of "who said" and "both of which have said" whom the pronoun means."""
    of = child_of(subject, "prep") if subject.lower_ in _OF_WHOM else None
    pronoun = child_of(of, "pobj") if of is not None else subject
    if pronoun is not None and pronoun.tag_ in {"WP", "WDT"} and verb.dep_ == "relcl":
        return _antecedent(pronoun, verb.head)
    return subject


def _antecedent(pronoun: Token, head: Token) -> Token:
    """Whom "who" means: of "N collapsed, according to the chief of staff, who said" the chief, whatever the parse."""
    if not head.i < head.head.i < pronoun.i or head.head.tag_ not in VERBAL:
        return head
    near = pronoun.nbor(-1)
    near = near.nbor(-1) if near.text == "," and near.i else near
    while near.dep_ in {"compound", "nmod"} or (near.dep_ == "pobj" and near.head.head.pos_ in {"NOUN", "PROPN"}):
        near = near.head if near.dep_ != "pobj" else near.head.head
    return near if near.pos_ in {"NOUN", "PROPN"} and near.i > head.i else head


def _own_subject(verb: Token) -> Token | None:
    """Of two subjects the one that speaks.

    "P, says X", read as one clause: the one behind the verb. "N reported, channels write": the one behind the comma.
    "The politician Ivan Petrov said": the name, of which the other is the title.
    """
    subjects = [child for child in verb.children if child.dep_ in SUBJECTS]
    behind = [s for s in subjects if s.i > verb.i]
    before = [s for s in subjects if s.i < verb.i]
    if len(subjects) > 1 and behind and verb.i and verb.nbor(-1).text in {",", '"'} and not _beside_aside(before):
        return behind[0]
    if len(before) > 1 and before[-1].pos_ in {"PROPN", "NOUN"}:
        last = before[-1]
        if title_of(last) is not None or (last.left_edge.i and last.left_edge.nbor(-1).text == ","):
            return last
    return subjects[0] if subjects else None


def _beside_aside(before: Sequence[Token]) -> bool:
    """Whether an aside stands between the first subject and its verb: "the legion, for its part, said"."""
    if not before or before[0].left_edge.i:
        return False
    aside = before[0].doc[before[0].right_edge.i + 1 :][:2]
    return len(aside) > 1 and aside[0].text == "," and aside[1].pos_ == "ADP"


def title_of(name: Token) -> Token | None:
    """The title that stands right before the name, where the parser took both for subjects of one verb."""
    if name.dep_ not in SUBJECTS or name.pos_ != "PROPN" or not name.left_edge.i:
        return None
    before = next(
        (c for c in name.head.children if c.dep_ == name.dep_ and c.right_edge.i == name.left_edge.i - 1), None
    )
    if before is None or before.right_edge.tag_ in VERBAL:  # "groups which oppose Putin said"
        return None
    return before if before.pos_ in {"NOUN", "PROPN"} else None


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


_BEGINNING = frozenset({"begin", "start", "continue", "go", "keep", "resume", "cease", "stop", "use", "take", "seize"})


def region_of(token: Token, subject: Token | None) -> Span:
    """The tokens of the cue's own clause: its subject, auxiliaries, and what it says of time, place and hearer."""
    first, last = token.i, token.i + 1
    for child in token.children:
        if child.dep_ in {"aux", "auxpass", "neg"}:
            first = min(first, child.i)
        if child.dep_ in {"advmod"} and child.i < token.i:
            first = min(first, child.left_edge.i)
    if subject is not None and (subject.dep_ != "conj" or (subject.i < token.i and _borders(subject, token))):
        left, right = phrase(subject, token.i if subject.i < token.i else None)
        title = title_of(subject)
        left = left if title is None else title.left_edge.i
        caused = token.dep_ == "xcomp" and token.head.lemma_ in _CAUSES and subject.head == token.head
        if caused:
            first = min(first, token.head.left_edge.i if token.head.dep_ == "relcl" else token.head.i)
        begun = token.dep_ == "xcomp" and token.head.lemma_ in _BEGINNING and subject.head == token.head
        if begun and subject.i < token.i:  # "X began reporting"
            first = min(first, left)
        elif subject.i < token.i and (subject.head == token or _borders(subject, token)):
            first = min(first, left, subject.left_edge.i if subject.head == token else left)
        elif subject.i > token.i:
            last = max(last, right)
    return first, last


def _borders(subject: Token, cue: Token) -> bool:
    """Whether the subject stands right before the cue, with one comma or with modifiers alone between."""
    if subject.i == cue.i - 1 or (subject.i == cue.i - 2 and cue.nbor(-1).text == ","):
        return True
    between = (t for t in subject.doc[subject.i + 1 : cue.i] if t.head != cue or t.dep_ != "aux")
    return (
        subject.dep_ not in SUBJECTS and subject.i < cue.i and not any(t.tag_ in FINITE or t.is_punct for t in between)
    )


def source_of(subject: Token | None, cue: Token) -> Span | None:
    if subject is None or (subject.lower_ == "it" and child_of(cue, "auxpass") is not None):
        return None
    title = title_of(subject)
    first, last = phrase(subject, cue.i)
    return (first if title is None else title.left_edge.i), last


def speaks(subject: Token) -> bool:
    """Whether the subject is somebody, or something that speaks."""
    return subject.pos_ in {"PROPN", "PRON"} or subject.lemma_.lower() in cues.SPEAKING | cues.TEXTS


def agent_of(token: Token) -> Span | None:
    by = child_of(token, "agent")
    if by is None:
        by = next((c for c in token.children if c.lower_ == "by" and c.dep_ == "prep"), None)
    doer = child_of(by, "pobj") if by is not None else None
    return phrase(doer) if doer is not None else None


_HOUSES = cues.AGENCY_NOUNS | cues.GROUP_NOUNS | cues.SEATS


def house_of(verb: Token) -> Span | None:
    """In whose house it was said: "reported in the ministry", "as noted at the General Staff", "said on channel N"."""
    for where in (c for c in verb.children if c.lower_ in {"in", "at", "on"} and c.dep_ == "prep"):
        house = child_of(where, "pobj")
        if house is not None and house.lemma_.lower() in (cues.MEDIA if where.lower_ == "on" else _HOUSES):
            return phrase(house)
    return None


def first_aux(token: Token) -> int:
    return min([token.i, *(c.i for c in token.children if c.dep_ in {"aux", "auxpass"})])


def has_verb(sentence: Sentence, span: Span) -> bool:
    return any(t.tag_ in VERBAL for t in sentence.doc[span[0] : span[1]])


def has_subject(sentence: Sentence, span: Span) -> bool:
    """Whether a clause with its subject stands in the span, by the parse or by its first words: "Shelling wounded"."""
    doc = sentence.doc
    if any(t.dep_ in {*SUBJECTS, "expl"} for t in doc[span[0] : span[1]]):
        return True
    verb = next((t for t in doc[span[0] + 1 : min(span[0] + 7, span[1])] if t.tag_ in FINITE or t.is_punct), None)
    return (
        verb is not None and verb.tag_ in FINITE and (verb.nbor(-1).pos_ in {"NOUN", "PROPN"} or verb.i == span[0] + 1)
    )


def goes_on(sentence: Sentence, at: int) -> bool:
    """Whether a finite verb stands here, maybe behind an adverb: the predicate of what stands before."""
    doc = sentence.doc
    at += at + 1 < len(doc) and doc[at].pos_ == "ADV"
    return doc[at].tag_ in FINITE


def helps(doc: Doc, at: int, after: int) -> bool:
    """Whether an auxiliary ends at `at` whose verb begins at `after`: "it would not, he said, stop the attack"."""
    at -= doc[at].dep_ == "neg" or doc[at].lower_ == "not"
    return (doc[at].pos_ == "AUX" or doc[at].lemma_ == "have") and doc[after].tag_ in {"VB", "VBN", "VBG"}


def is_place(sentence: Sentence, span: Span) -> bool:
    """Whether the span says where: "in Kozinka", "just outside Kozinka"; "on Monday" says when."""
    told = sentence.doc[span[0] : span[1]]
    names = {token.lower_ for token in told if token.pos_ == "PROPN"}
    if any(token.lemma_ in _OCCASIONS for token in told):
        return False  # "in a statement from Belgorod", "at a briefing in Belgorod"
    return any(token.lower_ in _WHERE for token in told[:2]) and bool(names) and not names & _NO_PLACE


def rejoined(sentence: Sentence, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans, as one what a clause parts: "the raiders, X said, were armed", "in Kozinka, X said, two died"."""
    out: list[Span] = []
    for span in spans:
        after = next((i for i in range(*span) if not sentence.doc[i].is_punct), span[0])
        rest = out and not predicates(sentence, out[-1])
        where = (after, comma_after(sentence, after))  # "two drones were shot down, X said, near Shebekino"
        whole = rest and (goes_on(sentence, after) or is_place(sentence, out[-1]))
        whole = whole or (is_place(sentence, where) and not has_verb(sentence, where))
        if out and (whole or helps(sentence.doc, out[-1][1] - 1, after)):
            out[-1] = (out[-1][0], span[1])
        else:
            out.append(span)
    return tuple(out)


def predicates(sentence: Sentence, span: Span) -> bool:
    """Whether a verb stands in the span that does more than describe a noun: "those hurt"."""
    return any(t.tag_ in VERBAL and t.dep_ not in {"acl", "amod", "relcl"} for t in sentence.doc[span[0] : span[1]])


_SOME = frozenset({"several", "dozen", "dozens", "hundreds"})
HARM = frozenset({"survivor", "casualty", "injury", "death", "victim", "loss", "fatality", "toll"})
"""What is counted of those whom it befell."""

_TOTALLING = frozenset({"take", "bring", "raise", "push", "put", "lift", "increase"})
_TOTALS = HARM | {"number", "total", "count", "tally", "figure"}
_FARTHEST_TOTAL = 14
_HARMING = frozenset({"kill", "wound", "injure", "hurt", "destroy", "damage", "leave"})
_BEFALLEN = frozenset({"hurt", "dead", "wounded", "injured", "missing"})


def befell(doc: Doc, at: int, end: int) -> bool:
    """Whether a count and what befell it stands here: "with 29 houses damaged", "and a dozen more hurt"."""
    near = doc[at : min(end, at + 10)]
    if not len(near) or near[0].lower_ not in {"with", "and"}:
        return False
    if near[0].lower_ == "with" and len(near) > 2 and near[1].lower_ == "no" and near[2].lemma_.lower() in HARM:
        return True  # "with no survivors"
    counted = next((t.i for t in near if t.like_num or t.lower_ in _SOME), None)
    if counted is None or (near[0].lower_ == "and" and counted > at + 2):
        return False
    return any(t.i > counted and (t.tag_ == "VBN" or t.lower_ in _BEFALLEN) for t in near) or (
        near[0].lower_ == "with" and any(t.lower_ == "having" for t in near)  # "with the legion having lost two men"
    )


def harms(doc: Doc, at: int) -> bool:
    """Whether it is told here how many came to harm: "killing upward of 70", "bringing the toll to five"."""
    harming = at < len(doc) and doc[at].tag_ == "VBG" and doc[at].lemma_ in _HARMING
    return totals(doc, at) or (harming and any(t.like_num or t.lower_ in _SOME for t in doc[at + 1 : at + 6]))


def totals(doc: Doc, at: int) -> bool:
    """Whether it is told here how many they are by now: "bringing the death toll in N to five"."""
    adds = at < len(doc) and doc[at].tag_ == "VBG" and doc[at].lemma_ in _TOTALLING
    what = adds and any(t.lemma_.lower() in _TOTALS for t in doc[at + 1 : at + 5])
    return what and any(t.like_num for t in doc[at + 2 : at + _FARTHEST_TOTAL])


def comma_after(sentence: Sentence, at: int) -> int:
    doc = sentence.doc
    while at < len(doc) and doc[at].text not in {",", ";", ":"}:
        at += 1
    return at


def noun_phrase_from(sentence: Sentence, begin: int) -> Span | None:
    """The noun phrase that begins at `begin`, up to the comma or verb that ends it."""
    doc, end = sentence.doc, len(sentence.doc)
    at = begin
    while at < end:
        here = doc[at]
        if (
            here.text in {",", ";", ":", '"'}
            or (here.tag_ in FINITE and at > begin)
            or here.lower_ in {"that", "who", "which"}
        ):
            break
        at += 1
    while at > begin and doc[at - 1].is_punct and doc[at - 1].text != ")":
        at -= 1
    return (begin, at) if at > begin else None
