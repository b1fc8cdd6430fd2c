"""What a statement counts: each number with what it counts and what became of that, the main one first.

    at least six people had been wounded      6  people wounded      from 6 up
    more than 70 Ukrainian fighters (killed)  70 attackers killed    from 70 up
    nine villages (ordered to evacuate)       9  settlements evacuated

Numbers are found by numbers.py. What is counted is the noun that the parse gives, or, where the parse is lost (as in
headings), the noun that follows; nouns are gathered into kinds, and verbs into outcomes, by the lists below.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spacy.tokens import Span, Token

from monitor.extract.numbers import Number, numbers, words_in
from monitor.extract.topic import Topic
from monitor.models import Figure


def _table(rows: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in rows.items() for word in words.split()}


# What counts as the same kind of thing, whatever it is called.
_KINDS = _table(
    {
        "people": "person people resident civilian man woman child adult villager local inhabitant citizen passenger "
        "worker boy girl teenager pensioner driver employee victim evacuee patient pupil farmer family other "
        "individual medic volunteer refugee infant student teacher doctor journalist",
        "soldiers": "soldier serviceman servicemen servicewoman troop officer conscript guard policeman sailor "
        "marine commander general recruit",
        "attackers": "attacker fighter militant saboteur rebel insurgent terrorist nationalist raider gunman "
        "partisan mercenary assailant intruder guerrilla infiltrator",
        "prisoners": "prisoner captive pow hostage",
        "animals": "animal dog cat cow pet",
        "armoured vehicles": "apc humvee mrap carrier bmp btr armour armor",
        "tanks": "tank",
        "vehicles": "vehicle car truck lorry bus minibus pickup van ambulance tractor",
        "aircraft": "aircraft plane jet warplane bomber",
        "helicopters": "helicopter",
        "drones": "drone uav quadcopter",
        "missiles": "missile rocket",
        "shells": "shell mine mortar munition round bomb projectile grenade",
        "explosions": "explosion blast detonation",
        "attacks": "attack strike shelling airstrike bombardment assault",
        "incursions": "incursion raid foray",
        "clashes": "clash battle skirmish engagement",
        "houses": "house home household cottage",
        "apartments": "apartment flat",
        "buildings": "building structure facility",
        "settlements": "settlement village town locality hamlet community",
        "districts": "district municipality",
        "groups": "group unit detachment formation battalion brigade company column",
        "fires": "fire blaze",
    }
)
_EVENTS = frozenset({"explosions", "attacks", "incursions", "clashes", "fires"})
_ANIMATE = frozenset({"people", "soldiers", "attackers", "prisoners", "animals", "groups"})

# What became of what is counted, by the verb (or participle) that it hangs on.
_OUTCOMES = _table(
    {
        "wounded": "wound injure hurt maim wounded injured",
        "killed": "kill slay murder dead massacre execute",
        "damaged": "damage hit strike shell batter",
        "destroyed": "destroy demolish burn raze flatten wreck obliterate torch ruin",
        "eliminated": "eliminate neutralise neutralize liquidate annihilate",
        "captured": "capture seize take liberate occupy retake recapture control overrun",
        "evacuated": "evacuate relocate resettle rehouse displace move",
        "shot down": "down intercept repel",
        "hospitalised": "hospitalise hospitalize",
        "detained": "detain arrest",
        "missing": "missing",
        "flooded": "flood submerge inundate",
        "affected": "affect",
        "rescued": "rescue save",
        "launched": "launch fire",
    }
)
# The same of those who do it themselves.
_OWN = _table(
    {
        "killed": "die perish drown succumb",
        "evacuated": "evacuate flee leave relocate",
        "destroyed": "burn",
    }
)
# The same said with a noun: "the evacuation of nine villages", "deaths".
_NOUNS = _table(
    {
        "killed": "death killing fatality dead",
        "wounded": "injury wound wounded injured wounding injuring",
        "evacuated": "evacuation",
        "captured": "capture seizure liberation",
        "destroyed": "destruction",
        "damaged": "damage",
        "detained": "arrest detention",
        "casualties": "casualty loss",
    }
)
_STATES = words_in("death fatality dead injury wounded injured casualty wound")
_HURT = frozenset({"wounded", "killed", "hospitalised", "detained", "missing", "rescued", "casualties"})

# Nouns whose number is no figure: time, measure, and talk.
_UNCOUNTED = words_in(
    """
    second minute hour day week weekend month year decade century time night morning evening afternoon
    metre meter kilometre kilometer km mile foot feet inch yard cm mm m centimetre centimeter kg kilogram tonne ton
    degree percent percentage dollar euro rouble ruble pound hryvnia cent litre liter calibre caliber
    third quarter half fifth tenth subscriber follower viewer user reader view like
    reason side thing part goal way point source official statement video clip post question photo picture image message
    channel outlet report claim aide spokesman country nation state version stage phase step front direction hand
    generation place term storey story seat member
    """
)
_AREA = words_in("kilometre kilometer km mile metre meter")
_LEVELS = words_in("rise fall drop increase decrease climb swell")
# What people alone do: "20,000 need shelter".
_PEOPLE_DO = words_in("need live flee remain wait shelter leave return stay cross enter face lose")
# Between a number and what became of it: "three confirmed dead", "two left wounded".
_KNOWN = words_in("confirm report fear believe leave find declare pronounce presume say be")
_UNDER_CONTROL = re.compile(r"(?:\w+ )?(?:were |are |is )?(?:now )?under (?:\S+ ){0,3}control\b")
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})


@dataclass(frozen=True)
class _Counted:
    number: Number
    what: str
    rank: int


def figures(span: Span, topic: Topic, offset: int) -> tuple[Figure, ...]:
    """The figures of `span`, the one that its event counts first.

    `offset` is where the text of `span.doc` begins in the document: the figures' offsets are the document's.
    """
    named = [
        (span.start_char + mention.start, span.start_char + mention.end)
        for mention in topic.mentions(span.text)
        if mention.how == "name"
    ]
    found = [
        counted
        for number in numbers(span)
        if not any(start <= span.doc[number.core].idx < end for start, end in named)
        and (counted := _counted(number, span)) is not None
    ]
    found.sort(key=lambda counted: counted.rank)
    return tuple(_figure(counted, span, offset) for counted in found)


def _figure(counted: _Counted, span: Span, offset: int) -> Figure:
    number = counted.number
    words = span.doc[number.first : number.last]
    return Figure(
        what=counted.what,
        value=number.value,
        low=number.low,
        high=number.high,
        text=words.text,
        start=offset + words.start_char,
        end=offset + words.end_char,
    )


def _counted(number: Number, span: Span) -> _Counted | None:
    """What the number counts, and how near that is to the event (0: it is what happened); None for no figure."""
    doc = span.doc
    noun = _noun(number, span)
    if noun is None:
        return _alone(number, span)
    lemma = _lemma(noun)
    if lemma in _UNCOUNTED or noun.lower_ in _UNCOUNTED:
        measured = _measure(noun, number, span)
        return _Counted(number, measured, 0) if measured else None
    kind = _kind(noun)
    if kind is None:
        return None
    outcome = _outcome(noun, kind, span)
    if lemma in _STATES:
        kind, outcome = "people", _NOUNS.get(lemma, outcome)
    elif outcome == "eliminated":
        outcome = "killed" if kind in _ANIMATE else "destroyed"
    one = doc[number.core].lower_ == "one"
    if (one and outcome is None) or (kind == "groups" and outcome is None):
        return None
    return _Counted(number, f"{kind} {outcome}" if outcome else kind, 0 if outcome else 1)


def _noun(number: Number, span: Span) -> Token | None:
    """The noun that is counted, None when the number stands for itself ("eight were injured")."""
    doc = span.doc
    if number.last < span.end and doc[number.last].lower_ == "of" and number.last + 1 < span.end:
        return _after_of(doc[number.last], span)
    head = doc[number.last - 1]
    while number.first <= head.head.i < number.last and head.head.i != head.i:
        head = head.head
    if head.dep_ in ("nummod", "compound", "amod", "quantmod", "advmod", "nmod", "det"):
        noun = head.head
        if noun.i >= number.last and noun.i < span.end and noun.pos_ in ("NOUN", "PROPN") and _near(number, noun):
            return noun
    return _next_noun(number, span)


def _near(number: Number, noun: Token) -> bool:
    between = noun.doc[number.last : noun.i]
    return len(between) <= 7 and not any(
        token.pos_ in ("VERB", "AUX", "ADP") and token.tag_ not in ("VBN", "VBG") for token in between
    )


def _after_of(of: Token, span: Span) -> Token | None:
    """ "Three of the villages", "three of what appeared to be vehicles": the first noun that follows, if any."""
    for token in span.doc[of.i + 1 : min(of.i + 14, span.end)]:
        if token.pos_ in ("PRON", "DET") and token.lower_ in ("them", "these", "those", "which", "whom", "us"):
            return None
        if token.pos_ == "NOUN" and not (
            token.i + 1 < span.end and token.nbor().pos_ in ("NOUN", "PROPN") and token.dep_ == "compound"
        ):
            return token
    return None


def _next_noun(number: Number, span: Span) -> Token | None:
    """The head of the run of adjectives and nouns behind the number; participles of outcome end it."""
    noun = None
    for token in span.doc[number.last : min(number.last + 7, span.end)]:
        if token.pos_ in ("NOUN", "PROPN") and token.lower_ not in _OUTCOMES:
            noun = token
        elif noun is not None or not (
            token.pos_ in ("ADJ", "NUM", "DET")
            or token.tag_ in ("VBN", "VBG", "POS")
            or token.text in ("-", "'", '"', "‘", "’")
        ):
            break
        if token.lower_ in _OUTCOMES and noun is None and _ends_there(token, span):
            break
    return noun


def _ends_there(token: Token, span: Span) -> bool:
    """ "Eight injured in the shelling": the participle stands for the people, no noun follows at once."""
    return token.i + 1 >= span.end or token.nbor().pos_ not in ("NOUN", "PROPN", "ADJ")


def _lemma(token: Token) -> str:
    return token.lemma_.lower()


def _kind(noun: Token) -> str | None:
    """What kind of thing the noun names, as a plural; None for a name that is no kind at all."""
    lemma = _lemma(noun)
    modifiers = {token.lower_ for token in noun.lefts} | {token.lower_ for left in noun.lefts for token in left.lefts}
    if lemma in ("vehicle", "carrier") and modifiers & {
        "armoured",
        "armored",
        "personnel",
        "combat",
        "tactical",
        "fighting",
    }:
        return "armoured vehicles"
    for spelling in (lemma, noun.lower_, noun.lower_.rstrip("s")):
        if spelling in _KINDS:
            return _KINDS[spelling]
    if lemma in _STATES:
        return "people"
    if not lemma.isalpha() or len(lemma) < 3 or (noun.pos_ == "PROPN" and noun.tag_ == "NNP"):
        return None
    if noun.tag_ in ("NNS", "NNPS"):
        return noun.lower_
    return lemma + ("es" if lemma.endswith(("s", "x", "ch", "sh")) else "s")


# --- what became of it


def _outcome(noun: Token, kind: str, span: Span) -> str | None:
    for name in _outcomes(noun, span):
        if _fits(name, kind):
            return name
    return None


def _fits(outcome: str, kind: str) -> bool:
    if kind in _ANIMATE:
        return outcome not in ("damaged", "destroyed", "shot down", "launched", "flooded")
    if kind in _EVENTS or outcome in _HURT:
        return False
    return outcome != "shot down" or kind in ("drones", "missiles", "aircraft", "helicopters", "shells")


def _outcomes(noun: Token, span: Span) -> Iterator[str]:
    """What the text may say became of `noun`, the nearest first."""
    inside = [child for child in noun.children if span.start <= child.i < span.end]
    for child in inside:
        if child.dep_ in ("acl", "amod", "relcl", "appos") and (child.tag_ in ("VBN", "JJ") or child.dep_ == "relcl"):
            yield from _of_verb(child, passive=True)
    yield from _behind(noun, span)
    for other in noun.conjuncts:
        if noun.i < other.i < span.end:
            yield from _behind(other, span)
    top = noun
    while top.dep_ in ("conj", "appos") and top.head.i < top.i and top.head.pos_ in ("NOUN", "PROPN", "NUM", "PRON"):
        top = top.head
    yield from _governed(top)
    yield from _said_behind(noun)


def _behind(noun: Token, span: Span) -> Iterator[str]:
    """The participle that follows at once: "70 attackers killed", "leaving six people wounded"."""
    for token in span.doc[noun.i + 1 : min(noun.i + 6, span.end)]:
        if _lemma(token) in _OWN:
            yield _OWN[_lemma(token)]
            return
        if _lemma(token) in _KNOWN:
            continue
        if token.pos_ in ("VERB", "ADJ") or token.lower_ in _OUTCOMES:
            if token.tag_ in ("VBN", "VBD", "JJ") and not any(child.dep_ == "dobj" for child in token.children):
                yield from _of_verb(token, passive=True)
            return
        if token.pos_ not in ("AUX", "ADV", "PART"):
            return


def _governed(top: Token) -> Iterator[str]:
    """By the verb or noun that `top` hangs on."""
    head = top.head
    if top.dep_ == "nsubjpass":
        yield from _of_verb(head, passive=True)
    elif top.dep_ == "nsubj":
        yield from _of_subject(head)
    elif top.dep_ in ("dobj", "dative", "oprd"):
        if head.lower_ in ("shot", "shooting", "shoot", "brought") and any(c.lower_ == "down" for c in head.children):
            yield "shot down"
        else:
            yield from _of_verb(head, passive=True)
        for child in head.children:
            if child.dep_ in ("xcomp", "ccomp", "oprd", "acomp") and child.i > top.i:
                yield from _of_subject(child)
    elif top.dep_ == "pobj" and head.lower_ == "of":
        over = head.head
        if _lemma(over) in _NOUNS:
            yield _NOUNS[_lemma(over)]
        elif _KINDS.get(_lemma(over)) in _ANIMATE:
            # "residents of nine villages were evacuated": what became of those became of the villages
            yield from (outcome for outcome in _governed(over) if outcome == "evacuated")


def _of_verb(verb: Token, *, passive: bool) -> Iterator[str]:
    lemma = _lemma(verb)
    if lemma in ("shoot", "bring") and any(child.lower_ == "down" for child in verb.children):
        yield "shot down"
    elif passive and lemma in _OUTCOMES:
        yield _OUTCOMES[lemma]
    elif verb.lower_ in _OUTCOMES:
        yield _OUTCOMES[verb.lower_]


def _of_subject(verb: Token) -> Iterator[str]:
    """What becomes of a verb's subject: "three people died", "six suffered injuries", "four are dead"."""
    lemma = _lemma(verb)
    if lemma in _OWN:
        yield _OWN[lemma]
        return
    objects = [child for child in verb.children if child.dep_ in ("dobj", "attr", "acomp", "oprd")]
    if lemma in ("suffer", "sustain", "receive", "get") and any(
        _lemma(thing) in ("injury", "wound", "burn") for thing in objects
    ):
        yield "wounded"
    if lemma in ("be", "remain", "lie", "go"):
        for thing in objects:
            yield from _of_verb(thing, passive=True)
    elif verb.tag_ in ("VBN", "VBD") and not objects:
        # headings leave the auxiliary out, and the parse takes the participle for a past tense
        yield from _of_verb(verb, passive=True)
    for child in verb.children:
        if child.dep_ == "xcomp":
            yield from _of_subject(child)
    if lemma == "lose" and any(_lemma(thing) == "life" for thing in objects):
        yield "killed"


def _said_behind(noun: Token) -> Iterator[str]:
    """Fixed phrases: "people at risk", "villages under Ukrainian control", "soldiers prisoner"."""
    following = noun.doc[noun.i + 1 : noun.i + 8].text.lower()
    if re.match(r"(?:\w+ )?at risk\b", following):
        yield "at risk"
    elif _UNDER_CONTROL.match(following) or re.match(r"(?:prisoner|captive|hostage)s?\b", following):
        yield "captured"


# --- numbers without a noun, and measures


def _alone(number: Number, span: Span) -> _Counted | None:
    """ "Eight were injured", "killing two", "42,000 at risk": people, when what became of them is said."""
    doc = span.doc
    head = doc[number.last - 1]
    while number.first <= head.head.i < number.last and head.head.i != head.i:
        head = head.head
    last = doc[number.last - 1]
    ways = (_outcomes(head, span), _behind(last, span), _said_behind(last), _toll(head))
    outcome = next((outcome for way in ways for outcome in way), None)
    if outcome is None:
        does = number.last < span.end and _lemma(doc[number.last]) in _PEOPLE_DO
        return _Counted(number, "people", 1) if does else None
    if outcome in _HURT or outcome in ("evacuated", "at risk", "affected", "eliminated"):
        return _Counted(number, f"people {'killed' if outcome == 'eliminated' else outcome}", 0)
    return None if doc[number.core].lower_ == "one" else _Counted(number, outcome, 0)


def _toll(number: Token) -> Iterator[str]:
    """ "The death toll rose to five", "the number of wounded has risen to 12"."""
    verb = number
    for _ in range(3):
        if verb.pos_ == "VERB" or verb.dep_ == "ROOT":
            break
        verb = verb.head
    for subject in verb.children:
        if subject.dep_ in _SUBJECTS:
            for token in subject.subtree:
                name = _NOUNS.get(_lemma(token)) or _OUTCOMES.get(token.lower_)
                if name:
                    yield name


def _measure(noun: Token, number: Number, span: Span) -> str | None:
    """The measures that are events: an area that is held or flooded, water that rises by so much."""
    before = span.doc[number.last : noun.i].text.lower()
    if _lemma(noun) in _AREA and any(word in before for word in ("square", "sq")):
        return f"square {'miles' if _lemma(noun) == 'mile' else 'kilometres' if _lemma(noun)[0] == 'k' else 'metres'}"
    after = span.doc[noun.i + 1 : noun.i + 3].text.lower()
    governor = noun.head if noun.head.pos_ == "VERB" else noun.head.head
    if after.startswith("of water") or (_lemma(governor) in _LEVELS and noun.dep_ in ("npadvmod", "dobj", "pobj")):
        lemma = _lemma(noun)
        return {"foot": "feet", "feet": "feet", "metre": "metres", "meter": "metres"}.get(lemma)
    return None
