"""The frames whose content is a clause: forward, inverted, inserted, relative, infinitive, directive."""

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from monitor.extract import cues, events, extent
from monitor.extract.grammar import (
    Attribution,
    Span,
    agent_of,
    child_of,
    goes_on,
    has_verb,
    helps,
    is_place,
    phrase,
    predicates,
    region_of,
    source_of,
    speaks,
    subject_of,
)
from monitor.extract.reading import Sentence
from monitor.extract.subjects import neighbour, speaker
from monitor.extract.tags import FINITE, SUBJECTS
from monitor.models import Stance

_OF_THINGS = frozenset({"threaten", "promise", "offer", "propose", "demand", "agree"})
"""What a thing does without saying it: "a war that threatens to spread"."""

_NAMELESS = frozenset({"source", "report", "information", "datum", "data", "correspondent"})
"""Cited with "its own", they leave the speaker who he is."""

_EVIDENCE = frozenset({"information", "datum", "data", "figure", "estimate"})
"""Cited, they leave the speaker who he is, unless somebody gave them."""


_INQUIRIES = frozenset({"investigation", "inquiry", "probe", "study", "survey", "interview", "leak", "intercept"})
"""Things that happen, and what comes out of them is a statement."""

_TELLING = _EVIDENCE | _INQUIRIES | cues.FOOTAGE | cues.RUMOURS | cues.NOUNS.keys()

_BY_THINGS = frozenset({"indicate", "suggest", "show", "imply", "signal", "underline", "underscore", "reveal"})
"""What a fact does without saying it: "a raid, which shows that P"."""

_SHORTEST_ACRONYM = 3
"""Of an institution; shorter ones are countries."""

_LONGEST_ADJUNCT = 12

_CONDITIONS = frozenset({"if", "unless"})

_RELATIVE = frozenset({"that", "which", "who", "whom"})


def clausal(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X said (that) P; P, X said."""
    if not _says(token, cue):
        return
    subject = speaker(token)
    mind = cue.mind
    if subject is not None and token.tag_ == "VBG" and subject.lower_ in {"some", "others"}:
        subject = subject_of(token.head) or subject  # "officials gave two accounts, some saying that P"
    if subject is not None and _by_itself(subject, token, cue):
        return
    marked, start = ("", None) if extent.when_asked(token) else extent.right(token, sentence, cue, subject)
    source = source_of(subject, token)
    first, last = region_of(token, subject)
    if not marked and token.tag_ != "VBG" and _quote_before(sentence, first):
        start = None  # ""P," X says in a video addressed to N"
    if token.dep_ == "ROOT" and extent.circumstance(sentence):
        first = 0
    if subject is not None and subject.lower_ == "they":
        source = _house(sentence) or source
    cited = _citing(token, subject)
    relay = source if cited is not None else None
    source = cited or source
    if start is not None and (marked or cue.lemma not in cues.NEEDS_MARK):
        content: tuple[Span, ...] = ((start, max(start + 1, extent.end_of(token, sentence, marked))),)
        inverted = subject is not None and subject.i > token.i
        said = any(c.dep_ == "ccomp" and c.i < token.i for c in token.children)
        parted = marked == "quote" or (inverted and said) or (marked == "colon" and (inverted or said))
        left = extent.left(token, sentence, first) if parted else None
        if left is not None:
            content = (left, *content)
        yield Attribution("forward", token.i, cue.lemma, source, content, (first, start), cue.stance, relay, mind)
        return
    hearers = "order" in cue.ways or cue.lemma in extent.TO_HEARERS
    if mind or subject is None or (child_of(token, "dobj") not in {None, subject} and not hearers):
        return
    first = extent.title_before(sentence, first, token)
    # "P, Kyiv denies" is no statement of P
    left = extent.left(token, sentence, first) if cue.stance is not Stance.DENIED else None
    if left is not None and extent.spoken(left, token, sentence, cue, subject):
        region = (first, extent.inverted_end(token, sentence, last))
        yield _inverted(token, sentence, cue, source, left, region)


def _inverted(
    token: Token, sentence: Sentence, cue: cues.Cue, source: Span | None, left: Span, region: Span
) -> Attribution:
    """What stands before the cue's clause, with what goes on behind it."""
    doc, tail, pronoun = sentence.doc, extent.tail(sentence, region[1]), left[1] - 1
    if tail is not None and doc[pronoun].tag_ in {"WP", "WDT"}:
        # "two men who, they said, had helped": of this only the clause of "who" is said
        return Attribution("inserted", token.i, cue.lemma, source, (tail,), (pronoun, tail[0]), cue.stance)
    alone = sum(t.tag_ in FINITE for t in doc[: left[1]]) == 1
    if tail is not None and doc[0].lower_ in _CONDITIONS and alone:  # "Unless P, X said, Q" is Q
        return Attribution("inverted", token.i, cue.lemma, source, (tail,), (0, region[1]), cue.stance)
    content = (left,) if tail is None else (left, tail)
    return Attribution("inverted", token.i, cue.lemma, source, content, region, cue.stance)


def _quote_before(sentence: Sentence, first: int) -> bool:
    """Whether a sentence's quoted beginning ends right before the speaker."""
    mark = first - 1
    return mark > 1 and sentence.doc[mark].text == '"' and sentence.doc[mark - 1].text in {",", "?", "!"}


def _house(sentence: Sentence) -> Span | None:
    """Whose people "they" are in a channel's "in the SBU, they declare that P"."""
    before = sentence.doc[0]
    house = child_of(before, "pobj") if before.lower_ in {"in", "at"} else None
    if house is None:
        return None
    capitals = house.text.isupper() and len(house) >= _SHORTEST_ACRONYM
    return phrase(house) if capitals or house.lemma_.lower() in cues.AGENCY_NOUNS | cues.SEATS else None


def _by_itself(subject: Token, token: Token, cue: cues.Cue) -> bool:
    """Whether the cue tells what happens, and nobody speaks: "the blast suggests", "the fighting went on"."""
    if subject.dep_ == "csubj" and subject.left_edge.lower_ == "what":
        return True  # "what happened confirms that P"
    if cue.lemma == "go on":
        return not speaks(subject) or subject.lower_ == "it"
    return cue.lemma in _BY_THINGS and _is_fact(subject, token)


def _is_fact(subject: Token, cue: Token) -> bool:
    """Whether something happened or is so, and nobody speaks: "this shows", "the blast, which suggests"."""
    if subject.pos_ == "PRON":
        bare = child_of(subject, "relcl", "acl", "prep") is None
        return bare and subject.lower_ in {"this", "that", "which", "these", "those"}
    if subject.pos_ != "NOUN" or speaks(subject) or subject.lemma_.lower() in _TELLING:
        return False
    whole = any(c.tag_ == "WDT" and c.i > 0 and c.nbor(-1).text == "," for c in cue.children)  # "P, which suggests Q"
    return whole or bool(events.lookup(subject.lemma_.lower(), "NOUN"))


def _says(token: Token, cue: cues.Cue) -> bool:
    """Whether the cue stands as a verb that somebody says or thinks something with."""
    if not cue.ways & {"clause", "mind"} or child_of(token, "auxpass") is not None or token.dep_ == "amod":
        return False
    if token.tag_ == "VBN" and token.dep_ in {"acl", "relcl"} and child_of(token, "aux") is None:
        return False
    if "order" in cue.ways and _bare_passive(token):
        return False
    # "what the group said was a fighter" and "a militia that says it is free" are descriptions
    describes = token.dep_ == "relcl" and token.head.dep_ in {"attr", "appos"} and not cue.mind
    return not describes and not any(c.lower_ == "what" for c in token.children)


def _citing(token: Token, subject: Token | None) -> Span | None:
    """Whom "X, citing Y, said P" really has it from."""
    near = [*token.children, *(subject.children if subject is not None else ())]
    citing = next((c for c in near if c.lower_ in {"citing", "quoting"}), None)
    quoted = child_of(citing, "dobj") if citing is not None else None
    placed = quoted is not None and child_of(quoted, "prep") is not None
    if quoted is None or (quoted.lemma_ in _NAMELESS and child_of(quoted, "poss") is not None and not placed):
        return None
    if events.lookup(quoted.lemma_.lower(), "NOUN") and not speaks(quoted):
        return None  # "citing the shelling"
    if quoted.lemma_ in _EVIDENCE and not any(c.dep_ in {"poss", "prep", "acl"} for c in quoted.children):
        return None
    return phrase(quoted)


def _bare_passive(token: Token) -> bool:
    """A headline's passive: "residents told not to return"."""
    doc = token.doc
    if (
        token.tag_ not in {"VBN", "VBD"}
        or child_of(token, "dobj", "dative", "aux", "mark") is not None  # "until told to"
        or token.i + 2 >= len(doc)
    ):
        return False
    at = token.i + 1 + (doc[token.i + 1].lower_ == "not")
    return doc[at].lower_ == "to" and doc[at + 1].tag_ == "VB"


def inserted(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """The raiders, X said, were armed; in N, X said, two were hurt: the cue's clause parts what belongs together."""
    doc, end = sentence.doc, len(sentence.doc)
    own = child_of(token, *SUBJECTS)
    subject = own or neighbour(token)
    if token.tag_ not in FINITE or not _says(token, cue) or cue.mind or cue.lemma in cues.NEEDS_MARK:
        return
    if subject is None or subject.tag_ in {"WP", "WDT"}:
        return
    if own is not None:
        subject = subject_of(token) or own  # of "N, argues X, is P" both are read as subjects
    first, last = region_of(token, subject)
    first = extent.title_before(sentence, first, token)
    while last < end and last - token.i <= 8 and doc[last].text != "," and doc[last].tag_ not in FINITE:
        last += 1
    between_commas = 1 < first < last < end - 2 and doc[first - 1].text == "," and doc[last].text == ","
    if not between_commas or any(t.lower_ == "that" for t in doc[token.i : last]):
        return
    left, right, source = (0, first - 1), (last + 1, end), source_of(subject, token)
    if (not predicates(sentence, left) and goes_on(sentence, last + 1)) or helps(doc, first - 2, last + 1):
        yield Attribution("inserted", token.i, cue.lemma, source, (left, right), (first, last), cue.stance)
    elif _adjunct(sentence, left) and _begins_clause(sentence, last + 1):
        tells = is_place(sentence, left) or (has_verb(sentence, left) and doc[0].lower_ not in _CONDITIONS)
        content, region = ((left, right), (first, last)) if tells else ((right,), (0, last))
        yield Attribution("inserted", token.i, cue.lemma, source, content, region, cue.stance)


def _adjunct(sentence: Sentence, left: Span) -> bool:
    """Whether the words only say when, where or how: "On Monday", "Two days after the raid", "By destroying a tank"."""
    doc = sentence.doc
    begin = int(doc[0].pos_ == "CCONJ")
    if not begin < left[1] <= _LONGEST_ADJUNCT or any(t.tag_ in FINITE for t in doc[: left[1]]):
        return False
    timed = doc[begin].pos_ == "NUM" and any(t.lower_ in {"after", "before", "later", "ago"} for t in doc[: left[1]])
    return timed or doc[begin].pos_ in {"ADP", "ADV", "SCONJ", "PART"}


def _begins_clause(sentence: Sentence, at: int) -> bool:
    """Whether a clause of its own begins here, none that is joined to what stands before."""
    here = sentence.doc[at]
    joined = here.pos_ == "CCONJ" or here.lower_ in _RELATIVE
    return not joined and any(t.tag_ in FINITE for t in sentence.doc[at:])


def relative(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """An attack that X says killed three: X says the rest of the clause. "The town X says it took" says nothing new."""
    doc, start = sentence.doc, token.i + 1
    if token.tag_ not in FINITE or "clause" not in cue.ways or cue.lemma in cues.NEEDS_MARK or start + 1 >= len(doc):
        return
    subject = child_of(token, *SUBJECTS) or neighbour(token)
    if subject is None or subject.i > token.i or subject.tag_ in {"WP", "WDT"}:
        return
    source = source_of(subject, token)
    if source is None or not source[0]:
        return
    before = doc[source[0] - 1]
    marked = before.lower_ in _RELATIVE
    within = marked and before.i > 0 and before.nbor(-1).pos_ == "ADP"  # "a video in which they said P"
    described = token.dep_ == "relcl" and (marked or before.pos_ in {"NOUN", "PROPN"})
    verb = start + (doc[start].pos_ in {"PRON", "ADV"})
    if doc[verb].tag_ not in FINITE or not (described or (marked and doc[start].pos_ != "PRON")):
        return
    content = ((start, _clause_end(doc, verb)),) if within or doc[start].pos_ != "PRON" else ()
    region = (before.i - within if marked else source[0], start)
    yield Attribution("relative", token.i, cue.lemma, source, content, region, cue.stance)


def _clause_end(doc: Doc, verb: int) -> int:
    """Where the clause of a verb ends: at a comma or a further verb that nothing joins to it, before "and which"."""
    joined = False
    for token in doc[verb + 1 :]:
        if token.text in {";", ":"} or (token.text == "," and not _continues(token)):
            return token.i
        if token.lower_ in _RELATIVE and token.nbor(-1).pos_ == "CCONJ":
            return token.i - 1
        joined = joined or token.text == "," or token.dep_ == "mark" or token.tag_ in {"WDT", "WP", "WRB"}
        joined = joined or (token.dep_ == "cc" and token.head.pos_ in {"VERB", "AUX"})
        if token.tag_ in FINITE:
            if not joined:
                return token.i
            joined = False
    return len(doc) - doc[-1].is_punct


def _continues(comma: Token) -> bool:
    """Whether the clause has a further verb behind the comma: "killed two people, wounded three and …"."""
    after = comma.nbor() if comma.i + 1 < len(comma.doc) else None
    if after is None or after.tag_ not in FINITE | {"VBN"} or child_of(after, *SUBJECTS) is not None:
        return False
    return after.dep_ in {"conj", "advcl", "dep"}


def infinitive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X claimed to have done; X vowed to do."""
    mind = "infinitive" not in cue.ways
    if not cue.ways & {"infinitive", "mind"}:
        return
    act = next((c for c in token.children if c.dep_ == "xcomp" and c.i > token.i and c.tag_ in {"VB", "VBN"}), None)
    if act is None or not any(c.lower_ == "to" for c in act.children):
        return
    subject = subject_of(token)
    if subject is None and token.dep_ == "acl" and token.head.dep_ == "ROOT" and token.head.pos_ == "PROPN":
        subject = token.head  # "Ivan Petrov, its founder, offered to …", read as a name and a participle
    passive = child_of(token, "auxpass") is not None
    if subject is not None and cue.lemma in _OF_THINGS and not speaks(subject):
        return
    first, _ = region_of(token, subject)
    start = max(act.left_edge.i, token.i + 1)
    end = act.right_edge.i + 1 if token.dep_ in {"acl", "relcl"} else extent.end_of(token, sentence, "")
    end = max(end, start + 1)
    source = None if passive else source_of(subject, token)
    yield Attribution("infinitive", token.i, cue.lemma, source, ((start, end),), (first, start), cue.stance, mind=mind)


def directive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X urged Y to do; Y was told (by X) to do."""
    if "order" not in cue.ways:
        return
    passive = child_of(token, "auxpass") is not None or _bare_passive(token)
    subject = subject_of(token)
    hearer = child_of(token, "dobj", "dative") or child_of(token, "prep") or child_of(token, "ccomp", "xcomp")
    if not _to_do(token, sentence) or (hearer is None and not passive and not _for_whom(token)):
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
        ((token.i + 1, max(token.i + 2, extent.end_of(token, sentence, ""))),),
        (first, token.i + 1),
        cue.stance,
    )


def _for_whom(token: Token) -> bool:
    """Whether it is told who should: "called for residents to leave"."""
    acts = (child for child in token.children if child.dep_ == "advcl")
    return any(mark.lower_ == "for" and mark.i == token.i + 1 for act in acts for mark in act.children)


def _to_do(token: Token, sentence: Sentence) -> bool:
    """Whether the cue goes on "to do"; in a headline's "army to "dislodge" enemy" the verb may look like a noun."""
    for to in sentence.doc[token.i + 1 : -1]:
        if to.tag_ == "WRB" or to.lower_ in {"if", "whether"}:
            return False  # "asked why they were able to"
        if to.lower_ != "to" or not token.is_ancestor(to):
            continue
        act = to.nbor(2) if to.nbor().text == '"' and to.i + 2 < len(to.doc) else to.nbor()
        if (to.dep_ == "aux" and to.head.tag_ == "VB") or (act.pos_ == "NOUN" and events.lookup(act.lemma_, "VERB")):
            return True
    return False
