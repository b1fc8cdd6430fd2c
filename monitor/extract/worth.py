"""Is it a claim at all? The last sieve of extraction.

Attributed speech needs an event, a number, a name or a denial; a quote besides must be no slogan and not about "us";
what an outlet says in its own voice needs a core event that has happened or goes on, or a fact's form (`facts.py`): no
plan, no background, no remark of the outlet about itself.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from spacy.tokens import Span as Tokens
from spacy.tokens import Token

from monitor.extract import cues, events, facts
from monitor.extract.counted import OUTCOMES
from monitor.extract.grammar import HARM, child_of
from monitor.extract.parser import text_of
from monitor.extract.tags import FINITE, SUBJECTS, VERBAL
from monitor.extract.vocabulary import words

_BOILERPLATE = re.compile(
    r"(?:could|was|were|is|are|has|have|had)(?: not|n't| un)?\s*(?:been )?"
    r"(?:able|unable|independently|immediately)?[\w ]{0,25}(?:un)?(?:verif|authenticat|confirm the (?:location|date))"
    r"|(?:unable|impossible|no way) to (?:\w+ )?(?:verify|confirm|reach|say|determine)"
    r"|not (?:been )?(?:able|possible) to"
    r"|\bno (?:immediate |official |further )?(?:comment|response|reaction|word|details)\b"
    r"|\b(?:it is|it was|it remains|it's) (?:still )?(?:not (?:yet )?(?:clear|known)|unclear|unknown)"
    r"|(?:not|n't) (?:\w+ )?(?:return|answer)\w* (?:\w+ ){0,4}(?:calls?|messages?|e?-?mails?|questions?)\b"
    r"|not (?:immediately|yet) (?:available|respond|comment|clear)|did not (?:immediately )?(?:respond|reply|comment)"
    r"|^\W*(?:[\w'’.]+ ){1,5}(?:offer|provid|present|produc|g[ai]v|cit)(?:ed|es?|s|e) no (?:\w+ )?"
    r"(?:evidence|proof|details|explanation|source|names?)\b"
    r"|\b(?:has|have|had) (?:observed|seen|found|received) no (?:\w+ )?(?:confirmation|corroboration|verification)"
    r"|\b(?:has|have|had) yet to (?:supply|provide|present|offer|produce) (?:\w+ )?(?:evidence|proof|details)"
    r"|\b(?:is|are) (?:still |now )?being (?:established|clarified|determined|ascertained|specified)\W*$"
    r"|\b(?:tell|told)s? an? (?:\w+ )?different story"
    r"|\bpaint(?:s|ed)? an? (?:\w+ )?(?:different|other|brighter|bleaker|grimmer|similar) picture"
    r"|\breporting (?:was contributed )?by\b|^\W*additional (?:reporting|sources?)\b"
    r"|\b(?:stuck|sticks?) to \w+ (?:line|story)\b"
    r"|^\W*(?:we(?: are)? hold(?:ing)? on|hold on)\W*$"
    r"|subscribe\b|newsletter|sign up|read more|continue reading|related (?:articles|posts)|all rights reserved"
    r"|copyright|follow us|our (?:podcast|app|coverage|journalist|correspondent)|click here|advertisement"
    r"|getty images|photo(?:graph)?:|support our|donat(?:e|ion)|live updates|latest (?:news|updates)|listen to"
    r"|correspondents? [\w ]{0,40}reports?|(?:taken|takes) a look|put together"
    r"|(?:interesting|quick|short|long) (?:analysis|piece|read|thread)"
    r"|^(?:explain(?:ed|er)|analysis|opinion|editorial|comment|column|podcast|timeline|profile|factbox|q&a) ?[:|]"
    r"|(?:do|does|did)(?: not|n't) know (?:who|what|how|where|whether|when|why)"
    r"|latest (?:images|pictures|photos)|(?:conflicting|differing|contradictory) (?:accounts|versions|explanations)"
    r"|campaign assessment|updated: |collection for|card number|pinned message"
    r"|\bno (?:official )?confirmation (?:of (?:this|that|it) )?from\b"
    r"|\b(?:reported|wrote) from [^,;]+(?:, \w+ \w+ (?:wrote|reported) from|$)"
    r"|\b(?:sur)?names? (?:not )?(?:to )?be (?:\w+ ){0,2}(?:published|used|withheld|printed|disclosed|given|changed)"
    r"|\bendnotes\b|\bwritten (?:using|with) (?:material|files|reports?)\b|\bwith files from\b"
    r"|\blive (?:page|blog|coverage|feed) is (?:now )?(?:closed|paused|over)|^\W*dear readers?\b|we need your help"
    r"|granted anonymity"
    r"|if you(?:'re| are) just joining|while you(?:'re| are) here|stay with us"
    r"|remains? to be seen|what we know|here(?:'s| is) what|what you need to know|you can (?:read|watch)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\ban? (?:earlier|previous) version (?:said|of (?:this|our|the (?:article|story|report|post|text))\b)"
    r"|^\W*correction:|\beditor.s note\b"
    r"|\bour (?:\d+[:.]\d\d|earlier|previous) post\b"
    r"|\bthis (?:article|story|text|post|piece|report|entry) (?:was|has been) (?:\w+ )?(?:updated|corrected|amended)",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r",? but [\w' ]{2,30}? (?:has|have|had|was|were|could|can|did)(?: not|n't) (?:\w+ ){0,4}?"
    r"(?:verif|confirm|corroborat)\w*.*$"
    r"|,?\s*an? (?:\w+ )?(?:claim|figure|statement|report|assertion|allegation) (?:that |which )?[\w ]{2,24}?"
    r" (?:has|have|had|is|was|are|were|could|can)(?: not|n't|not| un) ?(?:yet )?(?:been )?(?:able to )?"
    r"(?:independently |immediately )?(?:verif|confirm|corroborat)\w*.*$"
    r"|,?\s*an? (?:\w+ )?(?:claim|figure|number|toll|statement|assertion) for which\b.*$"
    r"|,?\s*(?:though|although|but|which|while|and)?\s*"
    r"(?:(?:an? (?:\w+ )?(?:claim|figure|statement|report|assertion|allegation) (?:that|which))"
    r"|this|that|the claims?|which|it|these claims?|the reports?)?\s*"
    r"(?:has|have|had|is|are|was|were|could|can)\s*(?:not|n't|yet|never)(?: been| be| yet been| yet to be| to be)?\s*"
    r"(?:independently |immediately )?(?:verified|confirmed|corroborated|authenticated)\b.*$"
    r"|(?:,?\s*\b(?:though|although|but|and|while)\b|^)[^,;.]{0,40}?\b(?:has|have|had|did|could)(?: not|n't| yet to)\b"
    r" (?:\w+ ){0,2}?(?:observ|see|found|find|receiv)\w* (?:\w+ ){0,3}?"
    r"(?:confirmation|verification|corroboration|evidence|proof) (?:of|for|to support|supporting)"
    r" (?:this|these|those|that|such|(?:the|its|their) (?:claim|report|assertion|statement|allegation)s?)\b.*$",
    re.IGNORECASE,
)
# Looked for first: the whole pattern takes twenty times as long.
_CHECKED = re.compile(r"verif|confirm|corroborat|authenticat|evidence|proof", re.IGNORECASE)
_KEPT_BACK = (
    r"(?:no|any|few|further|more)\s+(?:\w+\s+){0,2}?(?:details?|evidence|proof|comment|explanation|specifics)\b"
)
_REMARK = re.compile(
    rf",?\s*(?:though|although|but|and|while)\b[^,;.]{{0,30}}?\b(?:g[ai]v|provid|offer|present|shar)\w*\s+{_KEPT_BACK}.*$"
    rf"|,?\s*without (?:\w+ing {_KEPT_BACK}|\w+ing (?:details|evidence|proof|specifics)|elaborating|specifying)\b.*$",
    re.IGNORECASE,
)
_MONTHS = (
    "", "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = re.compile(
    r"\b(?:in|last|since|early|late|back in|of|on|from)\s+(?:early |late |mid-?)?(" + "|".join(_MONTHS[1:]) + r")\b",
    re.I,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PAST = re.compile(
    r"\b(?:since the (?:start|beginning|outbreak|invasion)|since (?:the )?(?:war|russia|moscow|february|then)"
    r"|last (?:month|year|week|summer|winter|spring|autumn|fall)|earlier this (?:month|year)"
    r"|(?:months|years|weeks) ago|previously|in the past|historically|for (?:months|years)"
    r"|in recent (?:months|weeks|years)|over the past|so far this year|since (?:last|early|late)"
    r"|that (?:autumn|fall|winter|spring|summer|year|month)"
    r"|often|regularly|usually|rarely|routinely|typically|was founded|is known|is located|lies )\b",
    re.IGNORECASE,
)
# "the biggest attack since the start of the war" speaks of today
_RECORD = re.compile(
    r"\b(?:(?:the|its|their|his|a|'s) first(?! (?:\w+ )?(?:hours?|days?|weeks?|months?|years?|half)\b)|most \w+|worst"
    r"|(?!\w*west|(?:rest|test|forest|arrest|protest|interest|request|guest|contest|harvest)\b)\w+est)\b"
    r"[^.;]{0,80}?\b(?:since|in|of|for)\b.*$",
    re.IGNORECASE,
)
_FOUNDED = re.compile(
    r"\b(?:was|were) (?:founded|formed|set up|established|created) (?:\w+ ){0,4}?"
    r"(?:last (?:spring|summer|autumn|fall|winter|year|month)|in (?:(?:early|late) )?(?:19|20)\d\d"
    r"|(?:years?|months?|decades?) ago)\b",
    re.IGNORECASE,
)
_BORN = re.compile(r"\bborn in (?:19|20)\d\d\b")
_SLOGAN = re.compile(
    r"\b(?:glory to|long live|will be free|join us|victory (?:is|will|to)|god (?:bless|help)|let's|let us|moving on)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\W*(?:how|why|what|who|where|when|which|is|are|does|do|can|could|will|should)\b", re.IGNORECASE
)
_SPEECH_ACTS = words(
    """
    appeal thank ask urge wish congratulate hope want call believe think invite apologise apologize
    """
)
_INTENDING = frozenset({"want", "hope", "believe", "need", "will", "'ll", "shall", "going"})
_FORCES = frozenset({"enemy", "troop", "soldier", "fighter", "saboteur", "militant"})
_WITNESSING = words("see hear watch witness notice")


def is_boilerplate(text: str) -> bool:
    """An outlet's words about itself, its readers or what it could not check."""
    at = remark_at(text)
    return bool(_BOILERPLATE.search(text[:at] if at else text))


def corrects(text: str) -> bool:
    """Whether an outlet mends or dates its own text: "An earlier version of this article said that …"."""
    return _CORRECTION.search(text) is not None


def status_at(text: str) -> int | None:
    """Where ", though this was not verified" begins in the text; None when it is not there."""
    found = _STATUS.search(text) if _CHECKED.search(text) else None
    return found.start() if found else None


def remark_at(text: str) -> int | None:
    """Where that, or ", but gave no details", begins."""
    remark = _REMARK.search(text)
    found = (status_at(text), remark.start() if remark else None)
    return min((at for at in found if at is not None), default=None)


def attributed(piece: Tokens, *, named: bool) -> bool:
    """Worth of something that somebody says. `named`: a place or an actor of the topic stands in it."""
    words = [t for t in piece if t.is_alpha or t.like_num]
    if not words or is_boilerplate(text_of(piece)) or _FOUNDED.search(text_of(piece)) or _only_where(piece):
        return False
    hits = events.of(piece)
    if any(not hit.weak for hit in hits) or facts.no_such_thing(piece) or facts.appointed(piece):
        return True
    verb = any(t.tag_ in VERBAL for t in piece)
    if len(words) < 3:
        return bool(hits) and words[0].pos_ == "NOUN" and words[-1].tag_ == "VBN"  # "raiders crushed"
    if hits and (named or _number(piece) or verb):
        return True
    if _number(piece) and verb:
        return True
    return verb and (
        named or _statement(piece) or (any(t.dep_ == "neg" for t in piece) and any(t.pos_ == "PROPN" for t in piece))
    )


def _only_where(piece: Tokens) -> bool:
    """Whether it only says when or where: "in a call with his counterpart"."""
    where = piece[0].lower_ in {"in", "at", "on", "during", "after", "before"} and piece.root == piece[0]
    return where and not any(t.tag_ in VERBAL for t in piece)


def _statement(piece: Tokens) -> bool:
    """A whole clause about a third party that leaves no future open."""
    root = piece.root
    subject = next((c for c in root.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
    if subject is None or (subject.pos_ == "PRON" and not _backdrop(root)) or len(piece) < 6:
        return False
    return not any(c.lower_ in facts.MODALS for c in root.children if c.dep_ == "aux")


def _backdrop(verb: Token) -> bool:
    """Whether something else goes on beside it: "they hid in cellars as gunships circled"."""
    beside = (c for c in verb.children if c.dep_ == "advcl" and c.tag_ in FINITE)
    return any(
        k.dep_ == "nsubj" and k.pos_ in {"NOUN", "PROPN"}
        for act in beside
        if any(m.lower_ in {"as", "while", "when", "after", "before"} for m in act.children)
        for k in act.children
    )


def quoted(piece: Tokens, *, named: bool) -> bool:
    """Worth of a quote's sentence."""
    if not attributed(piece, named=named):
        undergone = facts.undergone(piece) and not (_asks(piece) or is_boilerplate(text_of(piece)))
        return undergone or _witnessed(piece)
    if piece[0].tag_ in {"WRB", "WDT"} and piece.root.i > piece.start:
        return False  # ""…," said X, "where they were hit"": a part of what stands before
    text = text_of(piece)
    strong = any(not hit.weak for hit in events.of(piece))
    if (_SLOGAN.search(text) and len(piece) < 14) or _asks(piece):
        return False
    if any(t.lower_ in {"i", "we"} and t.head.lemma_ in _SPEECH_ACTS for t in piece if t.dep_ == "nsubj"):
        return False
    if any(t.lower_ in {"i", "we", "you"} and t.dep_ in {"nsubj", "nsubjpass"} for t in piece):
        return _witnessed(piece) or (strong and not any(t.lower_ in _INTENDING for t in piece))
    told = facts.no_such_thing(piece) or facts.undergone(piece) or facts.appointed(piece)
    return strong or named or told or _number(piece)


def _asks(piece: Tokens) -> bool:
    """Whether it is asked or exclaimed."""
    after = piece.doc[piece.end].text if piece.end < len(piece.doc) else ""
    root = piece.root
    told = root.tag_ == "VB" and not any(c.dep_ in {"aux", "auxpass", *SUBJECTS} for c in root.children)  # "go home"
    return told or after == "?" or text_of(piece).rstrip('" ').endswith(("!", "?"))


def _witnessed(piece: Tokens) -> bool:
    """Whether somebody tells what he saw or heard of others: "I saw a helicopter come down", "we heard a bang"."""
    root = piece.root
    if root.lemma_ not in _WITNESSING or not any(c.lower_ in {"i", "we"} for c in root.children if c.dep_ == "nsubj"):
        return False
    if any(c.dep_ in {"neg", "aux"} for c in root.children):
        return False
    seen = (t.i for c in root.children if c.dep_ == "dobj" for t in c.subtree)
    if {hit.token for hit in events.of(piece)} & set(seen):
        return True
    acts = (c for c in root.children if c.dep_ in {"ccomp", "xcomp"} and c.tag_ in VERBAL)
    return any(k.dep_ == "nsubj" and k.pos_ in {"NOUN", "PROPN"} for act in acts for k in act.children)


def own(piece: Tokens, published: datetime, *, heading: bool, named: bool) -> bool:
    """Worth of what the outlet says itself."""
    text = text_of(piece)
    question = text_of(piece.doc).rstrip('" ').endswith("?")
    no_news = question or is_boilerplate(text_of(piece.doc)) or background(text, published)
    if no_news or _beside(piece, heading=heading):
        return heading and not no_news and toll(piece)
    company = named or _number(piece)
    hits = [hit for hit in events.of(piece) if events.is_core(hit.event) and (company or not hit.weak)]
    main = facts.main_verb(piece)
    talks = main is not None and facts.only_talks(main)
    if heading and not talks and any(not hit.weak for hit in hits):
        return _QUESTION.match(text) is None and not (_adverbial(piece) or _name_of(piece))
    if main is None:
        counted = any(hit.token == piece.root.i for hit in hits) and child_of(piece.root, "nummod") is not None
        return heading and company and (counted or facts.no_such_thing(piece))  # "120 strikes on N in a day"
    if talks or facts.to_come(main) or facts.describes(main):
        return False
    if hits and _tells(main, hits) and (heading or facts.happened(main)):
        return piece[0].tag_ != "WRB"
    told = ((company or _of_forces(piece)) and facts.no_such_thing(piece)) or facts.plain(
        piece, main, heading=heading, company=company
    )
    return told and piece[0].tag_ != "WRB" and _QUESTION.match(text) is None


def _beside(piece: Tokens, *, heading: bool) -> bool:
    """Whether it is only what somebody was asked, or where or when he spoke: "the ministry, asked about N"."""
    first, root = piece[0], piece.root
    if not heading and (root.dep_ == "prep" or first.lower_ in _ASKED):
        return True
    if root.lower_ in _ASKED and root.i > piece.start and root.nbor(-1).text == ",":
        return True
    return first.tag_ in {"WP", "WDT", "WP$"} or _too_short(piece, heading=heading)


_ASKED = frozenset({"asked", "pressed", "questioned"})


def toll(piece: Tokens) -> bool:
    """Whether a count and what became of it are all that stands there: "five wounded in Shebekino", "Dead: two"."""
    colon = next((n for n, t in enumerate(piece) if t.text == ":"), 0)
    if colon and (piece[0].lemma_.lower() in HARM or piece[0].lower_ in OUTCOMES):
        return any(t.like_num or t.lower_ in {"none", "no"} for t in piece[colon + 1 :])  # "Wounded in N: six."
    at = next((n for n, t in enumerate(piece[:4]) if t.like_num), None)
    if at is None or any(t.pos_ in {"VERB", "PROPN", "PUNCT"} for t in piece[:at]):
        return False
    outcomes = (t for t in piece[at + 1 : at + 4] if {t.lower_, t.lemma_} & OUTCOMES.keys())
    became = next((t for t in outcomes if t.dep_ != "amod" or t.head.i < t.i), None)  # not "one dead end"
    others = (t for t in piece if t != became and not {t.lower_, t.lemma_} & OUTCOMES.keys())
    return became is not None and not any(t.tag_ in FINITE or t.pos_ == "AUX" for t in others)


def _tells(verb: Token, hits: Sequence[events.EventHit]) -> bool:
    """Whether the clause tells of the events, not only what "came" or "followed" or what they are like."""
    return not (verb.lemma_ in facts.OF_EVENTS or facts.judges(verb)) or not _all_in_subject(hits, verb)


def _adverbial(piece: Tokens) -> bool:
    """A headline's "after the raid", which tells when and not what."""
    first = next((t for t in piece if t.is_alpha), piece[0])
    return (first.tag_ == "IN" or first.lower_ == "about") and not any(t.tag_ in FINITE | {"VBN"} for t in piece)


def _name_of(piece: Tokens) -> bool:
    """A headline's "the Grayvoron raid", which says what it is about."""
    plain = not any(t.tag_ in VERBAL or t.like_num or t.pos_ == "ADP" for t in piece)
    return plain and piece[0].lower_ == "the" and piece.root.pos_ in {"NOUN", "PROPN"}


def _all_in_subject(hits: Sequence[events.EventHit], verb: Token) -> bool:
    """Whether the events are only what "came" or "followed": "the order comes hours after …"."""
    subject = {t.i for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"} for t in c.subtree}
    if any(len(hit.parts) >= _WHOLE_CLAUSE for hit in hits):
        return False
    return all(hit.token == verb.i or subject.issuperset({*hit.parts} - {verb.i}) for hit in hits)


_WHOLE_CLAUSE = 3
"""Words of a phrase that tells of something by itself: "come into the territory"."""


def _too_short(piece: Tokens, *, heading: bool) -> bool:
    """Fewer than three words; a headline's "One killed" is enough."""
    behind = next((n + 1 for n, t in enumerate(piece) if t.text == ":"), 0)
    count = sum(t.is_alpha or t.like_num for t in piece[behind:])
    brief = _number(piece) or piece[0].lower_ == "one" or _headline(piece)
    tail = piece[0].tag_ == "VBG" and piece.root == piece[0]  # ", flooding villages"
    return count < (2 if (heading and brief) or tail else 3)


def _headline(piece: Tokens) -> bool:
    """ "Residents evacuated", "guards dead": a noun and what became of it."""
    hit = any(hit.token == piece[-1].i and not hit.weak for hit in events.of(piece))
    return (
        hit and len(piece) == 2 and piece[0].pos_ in {"NOUN", "PROPN"} and piece[-1].tag_ in {"VBN", "VBD", "JJ", "VBG"}
    )


def background(text: str, published: datetime) -> bool:
    """Whether the text dates itself to before the event: another month, another year, "since the start of the war"."""
    here = {published.month, (published.month - 2) % 12 + 1 if published.day <= 4 else published.month}
    text = _BORN.sub("", _RECORD.sub("", text))
    for found in _MONTH.finditer(text):
        if found.group(1) == "may":
            continue
        if _MONTHS.index(found.group(1).lower()) not in here:
            return True
    if any(int(year.group()) != published.year for year in _YEAR.finditer(text)):
        return True
    return bool(_PAST.search(text))


def _of_forces(piece: Tokens) -> bool:
    return any(t.lemma_.lower() in cues.GROUP_NOUNS | _FORCES for t in piece)


def _number(piece: Tokens) -> bool:
    return any(t.like_num and t.lower_ != "one" for t in piece)
