"""The frames whose content is no clause of the cue: passive, cited, nominal, noun, according to."""

from collections.abc import Iterator

from spacy.tokens import Token

from monitor.extract import cues, extent
from monitor.extract.grammar import (
    FINITE,
    SUBJECTS,
    VERBAL,
    Attribution,
    Span,
    agent_of,
    child_of,
    comma_after,
    first_aux,
    goes_on,
    has_verb,
    noun_phrase_from,
    phrase,
    region_of,
    source_of,
    speaks,
    subject_of,
)
from monitor.extract.reading import Sentence
from monitor.extract.vocabulary import words
from monitor.models import Stance

_DEMONSTRATIVES = words("this that it these which so information")
_TRANSITIVE = words("accuse blame report confirm announce condemn declare criticise criticize")
_HANDING = frozenset({"publish", "release", "share", "put", "document"})
_STRIKING = frozenset({"slam", "blast", "hail", "mock", "deride", "pin"})
_SHOWING = words("reveal disclose signal suggest highlight hint")
"""What things do as well: "the raid revealed the army's weakness"."""

_JUDGING = words("condemn denounce decry deplore criticise criticize")
_WANTING = words("demand recommend propose request")
_THINGS = frozenset({"dobj", "oprd", "attr", "prep", "pcomp", "dative"})
_CIRCUMSTANCE = words("in at by as during after to into onto through from near across along")
_GIVING = words("make issue give release publish repeat deny reject dismiss post send voice express")
_NAMING = cues.NAMING - {"dismiss", "declare", "present"}
_DESCRIBING = frozenset({"which", "who", "whose", "whom"})
"""What begins with one of these behind a source tells who that is."""

_SAYINGS = words("saying stating claiming reporting telling confirming declaring adding")


def passive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """N was announced by X; it was reported that P."""
    if token.tag_ not in {"VBN", "VBD"} or (
        child_of(token, "auxpass") is None and token.dep_ not in {"acl", "relcl", "advcl"}
    ):
        return
    agent = agent_of(token)
    if agent is None and any(c.dep_ == "nsubjpass" and c.lower_ in {"this", "it"} for c in token.children):
        agent = _house_of(token)
    if agent is not None and not speaks(token.doc[agent[0] : agent[1]].root):
        return  # "was put out by noon", "was confirmed by pictures"
    if agent is None:
        if child_of(token, "auxpass") is not None and cue.lemma in {"report", "say", "announce", "confirm"}:
            clause = child_of(token, "ccomp")
            if clause is not None and clause.left_edge.i > token.i:
                start = clause.left_edge.i
                yield Attribution(
                    "passive", token.i, cue.lemma, None, ((start, len(sentence.doc)),), (0, start), Stance.UNVERIFIED
                )
        return
    subject = child_of(token, "nsubjpass", "nsubj")
    if subject is None:
        return
    region = (first_aux(token), agent[1])
    clause = child_of(token, "ccomp")
    if subject.lower_ in _DEMONSTRATIVES and not (subject.lower_ == "it" and clause is not None and clause.i > token.i):
        whole = token.dep_ == "ROOT"
        region = (0, len(sentence.doc)) if whole else (token.left_edge.i, token.right_edge.i + 1)
        yield Attribution("anaphoric", token.i, cue.lemma, agent, (phrase(subject),), region, cue.stance)
        return
    if clause is not None and clause.i > token.i:
        begin = clause.left_edge.i
        begin += sentence.doc[begin].lower_ == "that"
        region = (min(subject.left_edge.i, region[0]), begin) if subject.lower_ == "it" else region
        yield Attribution("passive", token.i, cue.lemma, agent, ((begin, len(sentence.doc)),), region, cue.stance)
        return
    if cue.ways & {"noun", "clause"} and cue.lemma not in {
        "order",
        "see",
        "read",
        "find",
        "show",
        "publish",
        "share",
        "post",
        "write",
    }:
        yield Attribution("passive", token.i, cue.lemma, agent, ((subject.left_edge.i, region[0]),), region, cue.stance)


def _house_of(verb: Token) -> Span | None:
    """In whose house it was said: "this was reported in the ministry", "as noted at the General Staff"."""
    where = next((c for c in verb.children if c.lower_ in {"in", "at"} and c.dep_ == "prep"), None)
    house = child_of(where, "pobj") if where is not None else None
    houses = cues.AGENCY_NOUNS | cues.GROUP_NOUNS | cues.SEATS
    return phrase(house) if house is not None and house.lemma_.lower() in houses else None


def cited(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X cited Y as saying P; Y was quoted (by X) as saying P; X, citing Y, said P (that one as a relay)."""
    if cue.lemma not in {"cite", "quote"}:
        return
    doc, end = sentence.doc, len(sentence.doc)
    saying = next(
        (
            t
            for t in doc[token.i + 1 : min(end, token.i + 25)]
            if t.lower_ in _SAYINGS and doc[t.i - 1].lower_ in {"as", "by"}
        ),
        None,
    )
    if saying is None:
        return
    start = saying.i + 1
    while start < end and (doc[start].lower_ == "that" or doc[start].text in {":", ","}):
        start += 1
    relay: Span | None = None
    subject = subject_of(token)
    if child_of(token, "auxpass") is not None or (
        token.tag_ == "VBN" and subject is not None and subject.i < token.i and child_of(token, "dobj") is None
    ):
        source = source_of(subject, token)
        relay = agent_of(token)
    else:
        quoted = child_of(token, "dobj")
        stop = saying.i - 1
        source = (token.i + 1, stop) if quoted is None else (quoted.left_edge.i, stop)
        relay = source_of(subject, token)
    if start < end:
        first = relay[0] if relay is not None and relay[0] < token.i else token.i
        yield Attribution(
            "cited", token.i, cue.lemma, source, ((start, end),), (min(first, token.i), start), cue.stance, relay
        )


def nominal(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X announced N; X blamed Y for N; a denial also without an object: "Kyiv denies"."""
    subject = subject_of(token)
    if "noun" not in cue.ways or subject is None or subject.lower_ in {"what", "which"}:
        return
    if _no_statement(token, sentence, cue) or (_by_things(cue) and not speaks(subject)):
        return
    judged = _judged(token, cue)
    if judged is not None:
        first, _ = region_of(token, subject)
        content, region = (judged, len(sentence.doc)), (first, judged)
        yield Attribution("nominal", token.i, cue.lemma, source_of(subject, token), (content,), region, cue.stance)
        return
    thing = _thing(token, cue)
    patient = thing is not None and (
        _lacks_object(token, cue, thing) or (thing.tag_ in {"JJ", "VBN"} and not _gerund(thing))
    )
    if token.tag_ in {"VBN", "VBD"} and patient:
        return
    first, _ = region_of(token, subject)
    source = source_of(subject, token)
    end = token.right_edge.i + 1 if token.dep_ == "relcl" else len(sentence.doc)
    if token.tag_ == "VBG":
        end = extent.end_of(token, sentence, "")
    end = extent.explained_at(token, sentence) or end
    if thing is not None and not (thing.lower_ in _DEMONSTRATIVES and thing.right_edge == thing):
        start = max(thing.left_edge.i, token.i + 1)
        content, region = (start, max(end, start + 1)), (first, start)
    elif cue.stance is Stance.DENIED and (called := _called(token)) is not None:
        content, region = (called, len(sentence.doc)), (first, called)
    elif cue.stance is Stance.DENIED and token.tag_ in FINITE | {"VBN"}:
        content, region = (token.i, token.i + 1), (first, token.i)
    else:
        return
    yield Attribution("nominal", token.i, cue.lemma, source, (content,), region, cue.stance)


def _judged(token: Token, cue: cues.Cue) -> int | None:
    """Where the "what he called a crime" begins that somebody condemns."""
    clause = child_of(token, "ccomp", "dobj") if cue.lemma in _JUDGING else None
    begins = clause is not None and clause.left_edge.i == token.i + 1 and clause.left_edge.lower_ == "what"
    return token.i + 1 if begins else None


def _called(token: Token) -> int | None:
    """Where the "as lies reports of N" begins that somebody dismisses."""
    called = next((c for c in token.children if c.lower_ == "as" and c.i == token.i + 1), None)
    return called.i if called is not None else None


def _by_things(cue: cues.Cue) -> bool:
    """Whether things do it, too: "the raid revealed N", "official figures put the number at N"."""
    return cue.lemma in _SHOWING or " " in cue.lemma


def _no_statement(token: Token, sentence: Sentence, cue: cues.Cue) -> bool:
    """Whether the cue only names or describes: "what they called", "calling itself", "published a video"."""
    if token.dep_ == "amod" or child_of(token, "auxpass") is not None or cue.lemma in _HANDING:
        return True
    if token.tag_ == "VBN" and token.dep_ in {"acl", "relcl", "advcl"} and child_of(token, "aux") is None:
        return True
    if token.tag_ == "VBG" and (cue.lemma in {"cite", "note", "mention"} or _names(token, sentence, cue)):
        return True
    named = {c.lower_ for c in token.children if c.dep_ in {"dobj", "attr", "oprd", "nsubj"}}
    oneself = cue.lemma in _NAMING and any(word.endswith(("self", "selves")) for word in named)
    thanks = cue.lemma == "thank" and "you" in named
    wanted = (token.tag_ in {"VB", "VBP"} or token.lower_ == token.lemma_) and _unsaid(token)
    return oneself or thanks or wanted or "following" in named or ("what" in named and cue.lemma not in _JUDGING)


def _names(token: Token, sentence: Sentence, cue: cues.Cue) -> bool:
    """Whether ", calling it N" only goes on from another cue."""
    return cue.lemma in _NAMING and any(t.lemma_ in cues.VERBS for t in sentence.doc[: token.i])


def _unsaid(act: Token) -> bool:
    """Whether it is only wanted, to come, or a matter of opinion: "that the West condemn it", "would report on it"."""
    helped = {c.lower_ for c in act.children if c.dep_ == "aux"}
    if not helped:
        return (
            act.dep_ == "ccomp"
            and child_of(act, "nsubj") is not None
            and (act.tag_ == "VB" or act.head.lemma_ in _WANTING)
        )
    subject = child_of(act.head, "nsubj")
    judged = "to" in helped and act.head.lemma_ == "be" and subject is not None and subject.lower_ == "it"
    return judged or bool(helped & {"would", "will", "'ll"})


def _thing(token: Token, cue: cues.Cue) -> Token | None:
    """What is announced, denied or blamed: the object, or what a preposition adds."""
    passed = _DEMONSTRATIVES | {"them", "him", "her"} if cue.lemma in _NAMING else frozenset()
    return next(
        (
            child
            for child in token.children
            if child.i > token.i
            and (child.dep_ in _THINGS or (child.dep_ == "xcomp" and _gerund(child)))
            and not (child.dep_ == "prep" and cue.lemma in _STRIKING)
            and child.lower_ not in _CIRCUMSTANCE
            and child.lower_ not in passed
        ),
        None,
    )


def _gerund(act: Token) -> bool:
    """Whether the act is "planning", "having planned", "being behind"."""
    named = act.dep_ == "xcomp" and act.lower_ in {"hearing", "seeing"}  # read as a noun
    return act.tag_ == "VBG" or named or any(c.tag_ == "VBG" and c.dep_ in {"aux", "auxpass"} for c in act.children)


def _lacks_object(token: Token, cue: cues.Cue, thing: Token) -> bool:
    """A headline's passive: "Russia accused of staging", "fighting reported in Belgorod"."""
    told_of = thing.lower_ in {"on", "about"} and token.tag_ == "VBD"
    bare = thing.dep_ == "prep" and child_of(token, "dobj", "ccomp", "aux") is None
    return bare and cue.lemma in _TRANSITIVE and not told_of


def adjectival(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """X is sceptical that P; in headlines without the verb."""
    clause = child_of(token, "ccomp")
    if clause is None or clause.left_edge.i < token.i:
        return
    subject = child_of(token.head, *SUBJECTS) if token.dep_ == "acomp" else None
    if subject is None:
        before = next((t for t in reversed(sentence.doc[: token.i]) if not t.is_punct), None)
        subject = before if before is not None and before.pos_ in {"NOUN", "PROPN"} else None
    if subject is not None and subject.i < token.i:
        first, last = phrase(subject, token.i)
        content = ((token.i + 1, len(sentence.doc)),)
        yield Attribution("nominal", token.i, token.lower_, (first, last), content, (first, token.i + 1))


def noun(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """X's claim that P; a statement in which ...: only with a clause of its own."""
    lemma = token.lemma_.lower()
    stance = cues.NOUNS.get(lemma)
    if stance is None and lemma not in cues.MIND_NOUNS:
        return
    clause = next(
        (
            c
            for c in token.children
            if c.dep_ in {"acl", "ccomp"}
            and c.i > token.i
            and any(k.lower_ == "that" and k.dep_ == "mark" for k in c.children)
        ),
        None,
    )
    owner = child_of(token, "poss")
    if clause is None:
        if owner is not None and stance is not None:
            yield from _told_of(token, owner, stance)
        return
    if owner is None:
        by = next((c for c in token.children if c.lower_ in {"by", "from"} and c.i < clause.i), None)
        owner = child_of(by, "pobj") if by is not None else None
    verb = cues.VERBS.get(token.head.lemma_)
    told = verb is not None and verb.stance in {Stance.DENIED, Stance.CONFIRMED}
    if owner is None and token.dep_ == "dobj" and (told or token.head.lemma_ in _GIVING):
        owner = subject_of(token.head)
        stance = verb.stance if told and verb is not None else stance
    if owner is None and token.dep_ == "pobj" and token.head.lower_ == "as":
        # "rejected as false reports that P"
        denial = cues.VERBS.get(token.head.head.lemma_)
        if denial is not None and denial.stance is Stance.DENIED:
            owner, stance = subject_of(token.head.head), Stance.DENIED
    if owner is None:
        return
    source = phrase(owner, token.i if owner.i < token.i else None)
    start = clause.left_edge.i + 1
    yield Attribution(
        "noun",
        token.i,
        lemma,
        source,
        ((start, clause.right_edge.i + 1),),
        (token.left_edge.i, start),
        stance or Stance.ASSERTED,
        mind=stance is None,
    )


def _told_of(token: Token, owner: Token, stance: Stance) -> Iterator[Attribution]:
    """X's report of N."""
    of = next((c for c in token.children if c.lower_ == "of" and c.i > token.i), None)
    thing = child_of(of, "pobj") if of is not None else None
    if of is None or thing is None or token.lemma_ in {"statement", "message", "post", "word", "news"}:
        return
    content = ((of.i + 1, thing.right_edge.i + 1),)
    region = (token.left_edge.i, of.i + 1)
    yield Attribution("noun", token.i, token.lemma_, phrase(owner, token.i), content, region, stance)


_MOST_ASIDES = 3


def according(token: Token, sentence: Sentence) -> Iterator[Attribution]:
    """According to X, P; per X, P; as X put it, P."""
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
    if begins.lower_ in {"who", "which", "whose"} or begins.tag_ == "VBN":
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


def _as_clause(token: Token, sentence: Sentence) -> tuple[Token, Span | None] | None:
    """ "as X said/put it", "as reported by X": the cue and the source."""
    verb = token.head
    doc = sentence.doc
    if token.i + 1 < len(doc) and doc[token.i + 1].tag_ in {"VBN", "VBD"} and doc[token.i + 1].lemma_ in cues.VERBS:
        verb = doc[token.i + 1]
        agent = agent_of(verb) or _house_of(verb)
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
    doc, end = sentence.doc, len(sentence.doc)
    left = (0, region[0])
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
