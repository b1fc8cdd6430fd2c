"""Facts by their form: what a clause says of a thing, whatever event it is about.

The lexicon of events never knows all that happens. "One lane was opened for cars", "two are still missing", "there is
no shortage" are facts by their grammar: something other than the speaker, and what became of it.
"""

import re

from spacy.tokens import Span as Tokens
from spacy.tokens import Token

from monitor.extract import cues, events
from monitor.extract.grammar import child_of
from monitor.extract.parser import text_of
from monitor.extract.tags import FINITE, SUBJECTS, VERBAL
from monitor.extract.vocabulary import words

# what is said of an event and is none itself: "the order came hours after", "the raid raised questions"
OF_EVENTS = words(
    "come follow become raise underscore underline highlight mark pose expose demonstrate illustrate prompt"
)
MODALS = words("may might could would should must can will shall 'll ca wo")
_DESCRIBING = words(
    "make compose comprise designate locate situate base consider know regard found name call style see view lead"
)
_MADE = words("design intend")
_GOING_ON = words("ongoing under intense heavy fierce constant continuous over underway incessant audible visible")
_AHEAD = words("likely unlikely set poised due bound sure certain able ready about expected liable prone")
# what a thing may simply be now, and was not before
_STATES = words(
    """
    missing gone open closed shut empty dry alive dead safe stranded stuck intact upright down offline unhurt unharmed
    free
    """
)
_BY_NOW = words("already still now since today tonight currently meanwhile")
_HABITUAL = words(
    """
    always rarely often ever usually never seldom traditionally historically sometimes generally typically mostly
    largely
    """
)
# of these a clause tells nothing that a desk would log
_ABSTRACT = words(
    """
    story war issue question version claim idea something nothing everything account dispute method map truth point way
    location authenticity identity date origin circumstance
    """
)
# "there is no excuse": that there is none of these is somebody's opinion
_WANTED = words(
    """
    doubt excuse reason justification alternative choice point need chance hope way sense desire will governance
    limit justice logic explanation other question
    """
)
_TOTALS = words("number total toll count")
_NOBODY = words("nobody nothing none neither no-one")
_ACTORS = cues.AGENCY_NOUNS | cues.GROUP_NOUNS | cues.PEOPLE_NOUNS
# what is so for long, or only seems
_STATIVE = words(
    """
    be have control hold include contain involve live lie belong depend rely border mean seem appear look like love
    hate know need want remain deserve matter vary differ cost earn weigh wear serve number line dominate connect
    link stretch run surround adjoin face house
    """
)
_RATE = re.compile(r"\b(?:a|per|every|each) (?:day|night|week|month|year|hour)\b|\bapiece\b")
_SELVES = words("i we you us me our my")
_WHEN = re.compile(
    r"\b(?:by|on|from|at|in|until|since|within) (?:\d|mon|tues|wednes|thurs|fri|satur|sun|midnight|noon|next"
    r"|tomorrow|today|the (?:morning|evening|coming))|\b(?:tomorrow|today|tonight|next (?:week|month))\b",
    re.IGNORECASE,
)


def plain(piece: Tokens, verb: Token, *, heading: bool, company: bool) -> bool:
    """Whether it says what a thing or somebody did, or what was done to it; `verb` is its main verb.

    `company`: a name of the topic or a number stands in it. Without one it must say that something was done, or has
    come about.
    """
    subject = child_of(verb, "nsubj", "nsubjpass")
    if subject is None or subject.pos_ not in {"NOUN", "NUM"} or not piece.start <= subject.i < piece.end:
        return False  # what people known by name do besides ("Kapustin appeared in camouflage") is colour
    follows = verb.lemma_ in OF_EVENTS and child_of(verb, "prt") is None  # a bridge "comes down"
    if _speaks(verb) or follows or verb.lemma_ == "have":
        return False
    if any(t.lower_ in _HABITUAL for t in piece) or not _of_state(verb, subject):
        return False
    if _goes_on(verb, subject, company=company):
        return True
    if not company and (heading or subject.lemma_.lower() in _ABSTRACT or not _done(verb)):
        return False
    return heading or happened(verb) or _is_so_now(verb) or subject.lemma_ in _TOTALS


def _speaks(verb: Token) -> bool:
    """Whether it is a cue, alone or with a word of its own, or "makes a series of claims"."""
    lemma = verb.lemma_.lower()
    if lemma in cues.VERBS or any((lemma, child.lower_) in cues.PHRASES for child in verb.children):
        return True
    return any(t.lemma_.lower() in cues.NOUNS for c in verb.children if c.dep_ == "dobj" for t in c.subtree)


def _is_so_now(verb: Token) -> bool:
    """Whether it says of the present that it was not so before: "19 villages already sit without water"."""
    return verb.tag_ in {"VBZ", "VBP"} and any(t.lower_ in _BY_NOW for t in verb.subtree)


def _goes_on(verb: Token, subject: Token, *, company: bool) -> bool:
    """Whether it says what people do at this moment: "rescuers search the rubble", "30 water carriers go round".

    What "a man" does stands below a picture.
    """
    article = child_of(subject, "det")
    someone = article is not None and article.lower_ in {"a", "an"}
    lasts = verb.lemma_ in _STATIVE or _RATE.search(text_of(verb.doc)) is not None
    if verb.tag_ not in {"VBZ", "VBP"} or lasts or someone:
        return False
    return subject.lemma_.lower() in _ACTORS or (company and subject.tag_ == "NNS" and verb.tag_ == "VBP")


def _of_state(verb: Token, subject: Token) -> bool:
    """Whether it is no "is", or one that says how many it is, that somebody is missing or a thing is shut."""
    like = child_of(verb, "acomp")
    if like is not None:
        return like.lower_ in _STATES or like.tag_ == "VBN"
    return verb.lemma_ != "be" or subject.lemma_ in _TOTALS


def _done(verb: Token) -> bool:
    """Passive or perfect."""
    return any(c.dep_ == "auxpass" or (c.dep_ == "aux" and c.lower_ in {"has", "have"}) for c in verb.children)


def undergone(piece: Tokens) -> bool:
    """Whether somebody else's thing had something done to it: "traffic has been stopped"."""
    subject = child_of(piece.root, "nsubj", "nsubjpass")
    if subject is None or subject.pos_ not in {"NOUN", "PROPN"} or subject.lemma_.lower() in _ABSTRACT:
        return False
    return piece.root.tag_ in VERBAL and _done(piece.root) and not of_oneself(piece)


def no_such_thing(piece: Tokens) -> bool:
    """Whether it says that there is none: "nobody is missing", "no troops in N"."""
    root = piece.root
    if not any(t.tag_ in FINITE for t in piece):
        verbless = root.pos_ in {"NOUN", "PROPN"} and child_of(root, "prep") is not None
        return verbless and piece[0].lower_ == "no" and root.lemma_.lower() not in _ABSTRACT | _WANTED
    if root.tag_ not in VERBAL:
        return False
    if _expletive(root):
        missed = (c.lemma_.lower() for c in root.children if c.dep_ in {"attr", "nsubj", "dobj"})
        return any(t.lower_ in {"no", "not", "n't"} for t in piece) and not _WANTED & set(missed)
    said = ("nsubj", "nsubjpass", "dobj")
    nouns = [child for child in root.children if child.dep_ in said]
    return any(noun.lower_ in _NOBODY or any(c.lower_ == "no" for c in noun.children) for noun in nouns)


def appointed(piece: Tokens) -> bool:
    """Whether it says what will be, and when: "a ferry will start at 14:00"."""
    subject = child_of(piece.root, "nsubj", "nsubjpass")
    if subject is None or subject.pos_ not in {"NOUN", "PROPN"}:
        return False
    return any(t.lower_ in {"will", "'ll", "shall"} for t in piece) and _WHEN.search(text_of(piece)) is not None


def of_oneself(piece: Tokens) -> bool:
    """Whether "I", "we" or "you" stands in it."""
    return any(t.lower_ in _SELVES for t in piece)


def main_verb(piece: Tokens) -> Token | None:
    root = piece.root
    clauses = (c for c in root.children if c.dep_ == "ccomp" and c.i < root.i)
    before = next((c for c in clauses if c.tag_ in FINITE or child_of(c, "auxpass") is not None), None)
    if before is not None and before.i >= piece.start and root.lemma_ not in cues.VERBS and child_of(before, *SUBJECTS):
        return before  # "P, it was the heart"
    if root.tag_ in VERBAL and any(t.tag_ in FINITE or t.tag_ in {"VBN", "VBG"} for t in [root, *root.children]):
        return root
    return next((t for t in piece if t.tag_ in FINITE and t.tag_ != "MD"), None) or next(
        (t for t in piece if t.tag_ in {"VBN", "VBG"}), None
    )


def happened(verb: Token) -> bool:
    """Past, perfect or progressive; of the present what says by itself that it goes on or was seen."""
    if verb.lemma_ in {"refuse", "decline"}:
        return False
    aux = {c.lower_ for c in verb.children if c.dep_ in {"aux", "auxpass"}}
    if verb.tag_ == "VBG":
        shared = verb.dep_ == "conj" and verb.head.dep_ == "advcl" and verb.head.tag_ == "VBG"
        bare = (verb.dep_ == "advcl" or shared) and not aux
        return bool(aux & {"is", "are", "was", "were", "been", "'s", "'re"}) or bare
    if verb.tag_ == "VBN":
        return bool(aux) or any(c.dep_ in {"nsubj", "nsubjpass"} for c in verb.children)
    now = verb.lemma_ in {"hold", "control"} and any(c.lower_ in {"now", "still"} for c in verb.children)
    lasting = (
        now
        or verb.lemma_ in {"continue", "remain", "come", "show", "stand", "operate"}
        or _has_toll(verb)
        or (verb.lemma_ in {"work", "function", "operate", "run"} and child_of(verb, "neg") is not None)
        or (verb.lemma_ == "go" and any(c.lower_ == "on" and c.dep_ == "prt" for c in verb.children))
        or (verb.lemma_ == "be" and (_expletive(verb) or not any(c.dep_ == "attr" for c in verb.children)))
    )
    return verb.tag_ == "VBD" or lasting or bool(aux & {"did", "has", "have", "had"})


def _has_toll(verb: Token) -> bool:
    """Whether it is "we have five victims", "we have five injured" or "five houses have damage"."""
    thing = child_of(verb, "dobj") if verb.lemma_ == "have" else None
    if thing is None or thing.like_num:
        return thing is not None and any(bool(events.lookup(c.lemma_, "VERB")) for c in thing.children)
    who = child_of(verb, *SUBJECTS)
    counted = child_of(thing, "nummod") or (child_of(who, "nummod") if who is not None else None)
    return counted is not None and bool(events.lookup(thing.lemma_, "NOUN"))


def acts(verb: Token) -> bool:
    """Whether who speaks tells what was done or suffered, as in a governor's channel: "we took out 900 people"."""
    thing = child_of(verb, "dobj", "xcomp") if verb.lemma_ in _ASPECTS else None
    act = verb if thing is None else thing  # "we have begun the evacuation", "we have started evacuating"
    done = any(not hit.weak and act.i in hit.parts for hit in events.of(verb.doc[:]))
    return _has_toll(verb) or (done and (verb.lemma_ not in cues.VERBS or act != verb))


_ASPECTS = words("begin start launch continue resume complete finish organise organize conduct carry")


def to_come(verb: Token) -> bool:
    """Whether the clause says what may or will be: "the army could mine the road", "is likely to mine it"."""
    if any(c.lower_ in MODALS for c in verb.children if c.dep_ == "aux"):
        return True
    if verb.lemma_ == "go" and verb.tag_ == "VBG" and child_of(verb, "xcomp") is not None:  # "is going to raise"
        return True
    like = next((c for c in verb.children if c.dep_ == "acomp"), None)
    if verb.lemma_ != "be" or like is None or like.lower_ not in _AHEAD:
        return False
    return any(c.dep_ in {"xcomp", "ccomp"} for c in like.children)


_TALKS = {"agree": "with", "disagree": "with", "comment": "on", "remark": "on", "react": "to", "respond": "to"}
_TALKS |= {"speak": "about", "talk": "about"}


def only_talks(verb: Token) -> bool:
    """Whether it tells that somebody spoke, and not what was said: "agreed with X", "commented on the raid"."""
    if verb.lemma_ == "report" and verb.tag_ == "VBZ" and child_of(verb, "ccomp", "dobj") is None:
        return verb.i + 1 < len(verb.doc) and verb.nbor().lower_ == "on" and child_of(verb.nbor(), "pobj") is not None
    if verb.lemma_ not in _TALKS or child_of(verb, "ccomp", "xcomp", "dobj") is not None:
        return False
    related = {c.lower_ for c in verb.children if c.dep_ in {"prep", "agent"}}
    if verb.lemma_ == "disagree":
        return True
    acts = verb.lemma_ in {"react", "respond"} and any(t.lower_ in {"with", "by"} for t in verb.subtree)
    return _TALKS[verb.lemma_] in related and not acts


def describes(verb: Token) -> bool:
    """Whether the clause says what somebody is ("is made up of"), or only that he speaks ("released a statement")."""
    if verb.lemma_ in cues.PUBLISH and any(c.lemma_ in cues.TEXTS for c in verb.children if c.dep_ == "dobj"):
        return True
    helped = {c.lower_ for c in verb.children if c.dep_ == "auxpass"}
    return bool(helped) and (verb.lemma_ in _MADE or (verb.lemma_ in _DESCRIBING and bool(helped & {"is", "are"})))


def judges(verb: Token) -> bool:
    """Whether the clause says what something is like: "the raid is embarrassing"."""
    like = next((c for c in verb.children if c.dep_ == "acomp"), None)
    return verb.lemma_ == "be" and like is not None and like.lemma_.lower() not in _GOING_ON


def _expletive(verb: Token) -> bool:
    return any(c.dep_ == "expl" for c in verb.children)
