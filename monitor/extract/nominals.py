"""The frames whose content is no clause of the cue: passive, cited, nominal, adjectival, noun."""

from collections.abc import Iterator

from spacy.tokens import Token

from monitor.extract import cues, events, extent, facts
from monitor.extract.grammar import (
    Attribution,
    Span,
    agent_of,
    child_of,
    first_aux,
    has_verb,
    house_of,
    phrase,
    region_of,
    source_of,
    speaks,
    subject_of,
)
from monitor.extract.reading import Sentence
from monitor.extract.tags import FINITE, SUBJECTS, VERBAL
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
_DONE_TO_THINGS = words("order see read find show publish share post write")
_THINGS = frozenset({"dobj", "oprd", "attr", "prep", "pcomp", "dative"})
_CIRCUMSTANCE = words("in at by as during after to into onto through from near across along")
_GIVING = words("make issue give release publish repeat deny reject dismiss post send voice express")
_NAMING = cues.NAMING - {"dismiss", "declare", "present"}

_SHORTEST_SAID = 3
_FARTHEST_THAT = 8
_SAYINGS = words("saying stating claiming reporting telling confirming declaring adding")


def passive(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """N was announced by X; it was reported that P."""
    if token.tag_ not in {"VBN", "VBD"} or (
        child_of(token, "auxpass") is None and token.dep_ not in {"acl", "relcl", "advcl"}
    ):
        return
    agent = agent_of(token) or _caller(token)
    if agent is None and any(c.dep_ == "nsubjpass" and c.lower_ in {"this", "it"} for c in token.children):
        agent = house_of(token)
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
        yield from _anaphoric(token, sentence, cue, subject, agent)
        return
    if clause is not None and clause.i > token.i:
        begin = clause.left_edge.i
        begin += sentence.doc[begin].lower_ == "that"
        region = (min(subject.left_edge.i, region[0]), begin) if subject.lower_ == "it" else region
        yield Attribution("passive", token.i, cue.lemma, agent, ((begin, len(sentence.doc)),), region, cue.stance)
        return
    if cue.ways & {"noun", "clause"} and cue.lemma not in _DONE_TO_THINGS:
        region = (agent[0] - 1, agent[1]) if _named_as(token, agent) else region  # what it was called is said, too
        yield Attribution("passive", token.i, cue.lemma, agent, ((subject.left_edge.i, region[0]),), region, cue.stance)


def _caller(token: Token) -> Span | None:
    """Who closes "N was described as a crime against all of us by X", whom the parser gave to another word."""
    named = token.lemma_ in cues.NAMING and child_of(token, "auxpass") is not None
    by = next((t for t in reversed(list(token.subtree)) if t.lower_ == "by"), None) if named else None
    whom = child_of(by, "pobj") if by is not None and by.i > token.i else None
    return phrase(whom) if whom is not None and speaks(whom) else None


def _named_as(token: Token, agent: Span) -> bool:
    """Whether it is told what N was called: "N was described as a crime by X"."""
    called = any(token.i < c.i < agent[0] and (c.dep_ == "oprd" or c.lower_ == "as") for c in token.children)
    return token.lemma_ in cues.NAMING and called


def _anaphoric(
    token: Token, sentence: Sentence, cue: cues.Cue, subject: Token, agent: Span | None
) -> Iterator[Attribution]:
    """This was stated by X; P, it was claimed by X."""
    stop = subject.i - 1
    if subject.lower_ == "it" and stop > 1 and sentence.doc[stop].text == "," and has_verb(sentence, (0, stop)):
        region = (stop, token.right_edge.i + 1)
        yield Attribution("inverted", token.i, cue.lemma, agent, ((0, stop),), region, cue.stance)
        return
    whole = token.dep_ == "ROOT"
    region = (0, len(sentence.doc)) if whole else (token.left_edge.i, token.right_edge.i + 1)
    yield Attribution("anaphoric", token.i, cue.lemma, agent, (phrase(subject),), region, cue.stance)


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
    before = _said_before(token, subject, start)
    if before:  # "P, the agency quoted him as saying", "P, X was quoted as saying by the agency"
        if source is not None and doc[source[0]].lower_ == "it":  # who P is about
            about = child_of(doc[: before - 1].root, *SUBJECTS)
            source = phrase(about) if about is not None else source
        yield Attribution("cited", token.i, cue.lemma, source, ((0, before),), (before, end), cue.stance, relay)
    elif start < end:
        first = relay[0] if relay is not None and relay[0] < token.i else token.i
        yield Attribution(
            "cited", token.i, cue.lemma, source, ((start, end),), (min(first, token.i), start), cue.stance, relay
        )


def _said_before(token: Token, subject: Token | None, start: int) -> int:
    """Where what was said ends, if it stands before who is quoted; 0 if not. Behind "saying" nothing is told then."""
    if token.lemma_ != "quote" or subject is None or any(t.tag_ in VERBAL for t in token.doc[start:]):
        return 0
    first = region_of(token, subject)[0]
    return first if first > _SHORTEST_SAID else 0


def nominal(token: Token, sentence: Sentence, cue: cues.Cue) -> Iterator[Attribution]:
    """X announced N; X blamed Y for N; a denial also without an object: "Kyiv denies"."""
    subject = subject_of(token)
    if "noun" not in cue.ways or subject is None or subject.lower_ in {"what", "which"}:
        return
    if cue.lemma == "report" and _to_a_superior(token):
        return
    thing_acts = subject.pos_ == "NOUN" and bool(events.lookup(subject.lemma_, "NOUN"))  # "drones blast the roof"
    judged = _judged(token, cue) or _as_what(token, cue)
    befell = _by_things(cue) and subject.dep_ == "nsubjpass"  # "two were hurt, raising the toll to nine"
    nobody = befell or ((_by_things(cue) or thing_acts) and not speaks(subject))
    if nobody or (judged is None and _no_statement(token, sentence, cue)):
        return
    if judged is not None:
        first, _ = region_of(token, subject)
        content, region = (judged, len(sentence.doc)), (first, judged)
        yield Attribution("nominal", token.i, cue.lemma, source_of(subject, token), (content,), region, cue.stance)
        return
    thing = _thing(token, cue)
    patient = thing is not None and (
        _lacks_object(token, cue, thing)
        or (thing.tag_ in {"JJ", "VBN"} and not _gerund(thing) and " " not in cue.lemma)  # but "put their dead at 70"
    )
    if token.tag_ in {"VBN", "VBD"} and patient:
        return
    first, _ = region_of(token, subject)
    source = source_of(subject, token)
    before = token.dep_ == "advcl" and token.i < token.head.i  # "while X put the number at eight, P"
    end = token.right_edge.i + 1 if token.dep_ == "relcl" or before else len(sentence.doc)
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


def _as_what(token: Token, cue: cues.Cue) -> int | None:
    """Where the "an attack by N" begins that somebody describes "what happened" as."""
    if cue.lemma not in _NAMING or token.nbor(min(1, len(token.doc) - 1 - token.i)).lower_ != "what":
        return None
    return next((t.i + 1 for t in token.subtree if t.lower_ == "as" and t.i > token.i + 1), None)


def _called(token: Token) -> int | None:
    """Where the "as lies reports of N" or "it as a lie" begins that somebody dismisses."""
    thing = child_of(token, "dobj")
    last = token if thing is None or thing.right_edge.i != token.i + 1 else thing
    called = any(c.lower_ == "as" and c.i == last.i + 1 for c in token.children)
    return token.i + 1 if called else None


def _by_things(cue: cues.Cue) -> bool:
    """Whether things do it, too: "the raid revealed N", "official figures put the number at N"."""
    return cue.lemma in _SHOWING or " " in cue.lemma


def _no_statement(token: Token, sentence: Sentence, cue: cues.Cue) -> bool:
    """Whether the cue only names or describes: "what they called", "calling itself", "published a video"."""
    if token.dep_ == "amod" or child_of(token, "auxpass") is not None or cue.lemma in _HANDING:
        return True
    if facts.only_talks(token):
        return True  # "the air force reports on its work"
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
            and (child.lower_ not in _CIRCUMSTANCE or cue.lemma.endswith(f" {child.lower_}"))  # "admitted to"
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
    if clause is None and owner is not None and token.head.lemma_ == "be" and token.dep_ == "nsubj":
        stated = child_of(token.head, "ccomp")  # "the ministry's line is that P"
        clause = stated if stated is not None and stated.left_edge.lower_ == "that" else None
    if clause is None and owner is None and stance is not None:
        yield from _parted(token, stance)
        return
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


def _parted(token: Token, stance: Stance) -> Iterator[Attribution]:
    """Accusations from X that P, whose clause the parser gave to another word."""
    doc, by = token.doc, token.i + 1
    if by + 3 >= len(doc) or doc[by].lower_ not in {"from", "by"}:
        return
    that = next((t for t in doc[by + 2 : by + _FARTHEST_THAT] if t.lower_ == "that"), None)
    if that is None or that.dep_ != "mark" or any(t.is_punct or t.tag_ in VERBAL for t in doc[by : that.i]):
        return
    content = ((that.i + 1, that.head.right_edge.i + 1),)
    yield Attribution(
        "noun", token.i, token.lemma_.lower(), (by + 1, that.i), content, (token.left_edge.i, that.i + 1), stance
    )


def _to_a_superior(report: Token) -> bool:
    """Whether something is reported "to the president", which is told by who tells of it."""
    thing = child_of(report, "dobj")
    near = (*report.children, *thing.children) if thing is not None else ()
    to = next((c for c in near if c.lower_ == "to" and c.dep_ in {"prep", "dative"}), None)
    whom = child_of(to, "pobj") if to is not None else None
    return whom is not None and any(t.lemma_.lower() in cues.ROLE_NOUNS for t in whom.subtree)


def _told_of(token: Token, owner: Token, stance: Stance) -> Iterator[Attribution]:
    """X's report of N."""
    of = next((c for c in token.children if c.lower_ == "of" and c.i > token.i), None)
    thing = child_of(of, "pobj") if of is not None else None
    if of is None or thing is None or token.lemma_ in {"statement", "message", "post", "word", "news", "line"}:
        return
    content = ((of.i + 1, thing.right_edge.i + 1),)
    region = (token.left_edge.i, of.i + 1)
    yield Attribution("noun", token.i, token.lemma_, phrase(owner, token.i), content, region, stance)
