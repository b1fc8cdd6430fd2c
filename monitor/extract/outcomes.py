"""What became of what is counted: wounded, killed, damaged, destroyed, evacuated, ...

    at least six people had been wounded     by the verb
    the evacuation of nine villages          by a noun
    70 attackers killed                      by what follows, where a heading leaves the grammar out

A verb decides by its object, or as a passive by its subject; what one does oneself ("three people died") is told apart
from what is done to one ("two drones struck a house" does not count what was struck).
"""

import re
from collections.abc import Iterator

from spacy.tokens import Span, Token

from monitor.extract.counted import ANIMATE, EVENTS, KINDS, OUTCOMES, lemma, table
from monitor.extract.numbers import words_in

# The same of those who do it themselves.
OWN = table(
    {
        "killed": "die perish drown succumb",
        "evacuated": "evacuate flee leave relocate",
        "destroyed": "burn",
    }
)
# The same said with a noun: "the evacuation of nine villages", "deaths".
NOUNS = table(
    {
        "killed": "death killing fatality dead",
        "wounded": "injury wound wounded injured wounding injuring",
        "evacuated": "evacuation",
        "captured": "capture seizure liberation control",
        "destroyed": "destruction",
        "damaged": "damage",
        "detained": "arrest detention",
        "casualties": "casualty loss",
    }
)
# One thing by several words: a drone in the air is destroyed when it is shot down, fighters when they are killed.
_SAME = {("drones", "destroyed"): "shot down", ("missiles", "destroyed"): "shot down"} | {
    (kind, "destroyed"): "killed" for kind in ("attackers", "soldiers")
}
HURT = frozenset({"wounded", "killed", "hospitalised", "detained", "missing", "rescued", "casualties"})
# Between a number and what became of it: "three confirmed dead", "two left wounded".
_KNOWN = words_in("confirm report fear believe think understand leave find declare pronounce presume say be")
_TOTALS = words_in("number toll total count tally figure")
_UNDER_CONTROL = re.compile(r"(?:\w+ )?(?:were |are |is )?(?:now )?under (?:\S+ ){0,3}control\b")
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})


def outcome_of(noun: Token, kind: str, span: Span) -> str | None:
    meant = (_SAME.get((kind, name), name) for name in outcomes(noun, span))
    return next((name for name in meant if _fits(name, kind)), None)


def governed(part: Token, kind: str) -> str | None:
    """What the verb that `part` hangs on made of it, whatever else is told of the things."""
    return next((name for name in _governed(part) if _fits(name, kind)), None)


def _fits(outcome: str, kind: str) -> bool:
    if kind in ANIMATE:
        return outcome not in ("damaged", "destroyed", "shot down", "launched", "flooded")
    if kind in EVENTS or outcome in HURT:
        return False
    return outcome != "shot down" or kind in ("drones", "missiles", "aircraft", "helicopters", "shells")


def outcomes(noun: Token, span: Span) -> Iterator[str]:
    """What the text may say became of `noun`, the nearest first."""
    inside = [child for child in noun.children if span.start <= child.i < span.end]
    for child in inside:
        if child.dep_ in ("acl", "amod", "relcl", "appos") and (child.tag_ in ("VBN", "JJ") or child.dep_ == "relcl"):
            yield from _of_verb(child, passive=True)
    yield from behind(noun, span)
    for other in noun.conjuncts:
        if noun.i < other.i < span.end:
            yield from behind(other, span)
    top = noun
    while top.dep_ in ("conj", "appos") and top.head.i < top.i and top.head.pos_ in ("NOUN", "PROPN", "NUM", "PRON"):
        top = top.head
    yield from _governed(top)
    yield from said_behind(noun)


def behind(noun: Token, span: Span) -> Iterator[str]:
    """The participle that follows at once: "70 attackers killed", "leaving six people wounded"."""
    for token in span.doc[noun.i + 1 : min(noun.i + 6, span.end)]:
        if lemma(token) in OWN:
            yield OWN[lemma(token)]
            return
        if lemma(token) in _KNOWN:
            continue
        if token.pos_ in ("VERB", "ADJ") or token.lower_ in OUTCOMES:
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
        yield from _believed(head)
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
        over = head.nbor(-1) if head.i else head.head  # "control of", where the parse has "taken of", too
        if lemma(over) in NOUNS:
            yield NOUNS[lemma(over)]
        elif over.like_num or lemma(over) in _TOTALS:
            yield from _governed(over)  # "killed 70 of the raiders", "a total of 31 civilians were hurt"
        elif KINDS.get(lemma(over)) in ANIMATE:
            # "residents of nine villages were evacuated": what became of those became of the villages
            yield from (outcome for outcome in _governed(over) if outcome == "evacuated")


def _believed(verb: Token) -> Iterator[str]:
    """As in "ten guards are believed to have been captured"."""
    for act in verb.children:
        if act.dep_ == "xcomp" and lemma(verb) in _KNOWN:
            yield from _of_verb(act, passive=any(child.dep_ == "auxpass" for child in act.children))


def _of_verb(verb: Token, *, passive: bool) -> Iterator[str]:
    word = lemma(verb)
    if word == "take" and (whither := next((child for child in verb.children if child.lower_ == "to"), None)):
        hospital = any(lemma(place) in ("hospital", "clinic") for place in whither.children)
        yield "hospitalised" if hospital else "evacuated"
    elif word == "take" and any(child.lower_ in ("out", "away") for child in verb.children):
        yield "evacuated"
    elif word in ("shoot", "bring") and any(child.lower_ == "down" for child in verb.children):
        yield "shot down"
    elif passive and word in OUTCOMES:
        yield OUTCOMES[word]
    elif verb.lower_ in OUTCOMES:
        yield OUTCOMES[verb.lower_]


def _of_subject(verb: Token) -> Iterator[str]:
    """What becomes of a verb's subject: "three people died", "six suffered injuries", "four are dead"."""
    word = lemma(verb)
    if word in OWN or verb.lower_ == "missing":
        yield OWN.get(word, "missing")
        return
    objects = [child for child in verb.children if child.dep_ in ("dobj", "attr", "acomp", "oprd")]
    if word in ("suffer", "sustain", "receive", "get") and any(
        lemma(thing) in ("injury", "wound", "burn") for thing in objects
    ):
        yield "wounded"
    if word in ("be", "remain", "lie", "go"):
        for thing in objects:
            yield from _of_verb(thing, passive=True)
    elif verb.tag_ in ("VBN", "VBD") and not objects:
        # headings leave the auxiliary out, and the parse takes the participle for a past tense
        yield from _of_verb(verb, passive=True)
    for child in verb.children:
        if child.dep_ == "xcomp":
            yield from _of_subject(child)
    if word == "lose" and any(lemma(thing) == "life" for thing in objects):
        yield "killed"


def said_behind(noun: Token) -> Iterator[str]:
    """Fixed phrases: "people at risk", "villages under Ukrainian control", "soldiers prisoner"."""
    following = noun.doc[noun.i + 1 : noun.i + 8].text.lower()
    if re.match(r"(?:\w+ )?at risk\b", following):
        yield "at risk"
    elif _UNDER_CONTROL.match(following) or re.match(r"(?:prisoner|captive|hostage)s?\b", following):
        yield "captured"


def total(number: Token) -> str | None:
    """What is counted where a total is put, raised or rises to the number.

    "The toll rose to five" counts people killed, "put the number of attackers killed at 70" attackers killed.
    """
    verb = number
    for _ in range(8):
        if (verb.pos_ == "VERB" and verb.dep_ != "acl") or verb.dep_ == "ROOT":
            break
        verb = verb.head
    if number.head.lower_ == "from" and any(token.lower_ == "to" for token in number.doc[number.i + 1 : number.i + 3]):
        return None  # what it was before
    things = [child for child in verb.children if child.dep_ in _SUBJECTS or (child.dep_ == "dobj" and child != number)]
    things += [verb] if lemma(verb) in _TOTALS else []  # a headline's "number of wounded up to 12"
    return next((counted for counted in map(_in_total, things) if counted is not None), None)


def _in_total(thing: Token) -> str | None:
    parts = list(thing.subtree)
    totals = {lemma(part) for part in parts} & _TOTALS
    dead = lemma(thing.head) == "put" and thing.lower_ in OUTCOMES  # "put their dead at 70"
    if thing.dep_ == "dobj" and not (totals or dead):
        return None
    told = ((part, lemma(part) if part.tag_ == "VBN" else part.lower_) for part in parts)
    names = (NOUNS.get(lemma(part)) or OUTCOMES.get(word) for part, word in told)
    outcome = next((name for name in names if name), "killed" if "toll" in totals else None)
    counted = (c for part in parts if part.lower_ == "of" and lemma(part.head) in _TOTALS for c in part.children)
    kind = next((KINDS.get(lemma(noun)) for noun in counted if noun.dep_ == "pobj"), None)
    if outcome == "casualties" or (kind is None and outcome is None):
        return outcome
    kind = kind or "people"
    if outcome == "eliminated":
        outcome = "killed" if kind in ANIMATE else "destroyed"
    return f"{kind} {outcome}" if outcome else kind
