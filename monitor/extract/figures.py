"""What a statement counts: each number with what it counts and what became of that, the main one first.

    at least six people had been wounded      6  people wounded      from 6 up
    more than 70 Ukrainian fighters (killed)  70 attackers killed    from 70 up
    nine villages (ordered to evacuate)       9  settlements evacuated

numbers.py reads the numbers, counted.py finds the noun and its kind, outcomes.py what became of it.
"""

from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from monitor.extract.counted import ANIMATE, OUTCOMES, STATES, UNCOUNTED, counted_noun, kind_of, lemma
from monitor.extract.numbers import Number, numbers, words_in
from monitor.extract.outcomes import HURT, NOUNS, behind, governed, outcome_of, outcomes, said_behind, total
from monitor.extract.parser import text_of
from monitor.extract.topic import Topic
from monitor.models import Figure

_AREA = words_in("kilometre kilometer km mile metre meter")
_LEVELS = words_in("rise fall drop increase decrease climb swell")
# What people alone do: "20,000 need shelter".
_PEOPLE_DO = words_in("need live flee remain wait shelter leave return stay cross enter face lose")
# Before a number these say which ones.
_WHICH = words_in("the their its his her our these those both all other first last next")


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
        for mention in topic.mentions(text_of(span))
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
    noun = counted_noun(number, span)
    if noun is None:
        return _alone(number, span)
    word = lemma(noun)
    if word in UNCOUNTED or noun.lower_ in UNCOUNTED:
        measured = _measure(noun, number, span)
        return _Counted(number, measured, 0) if measured else None
    kind = kind_of(noun)
    if kind is None:
        return None
    whole = _is_whole(number, span)
    outcome = _participle(noun, span) if whole else _outcome(number, noun, kind, span)
    if word in STATES:
        kind, outcome = "people", NOUNS.get(word, outcome)
    elif outcome == "eliminated":
        outcome = "killed" if kind in ANIMATE else "destroyed"
    if outcome is None and (kind == "groups" or doc[number.core].lower_ == "one" or _is_known(number, span)):
        return None
    if outcome == "casualties":
        return _Counted(number, outcome, 0)
    return _Counted(number, f"{kind} {outcome}" if outcome else kind, 0 if outcome and not whole else 1)


def _outcome(number: Number, noun: Token, kind: str, span: Span) -> str | None:
    part = _part(number, noun, span.doc)
    return (governed(part, kind) if part is not None else None) or outcome_of(noun, kind, span)


def _participle(noun: Token, span: Span) -> str | None:
    """What the very next word says of the things: "drones launched"."""
    after = span.doc[noun.i + 1 : min(noun.i + 2, span.end)]
    return next((OUTCOMES.get(lemma(token)) for token in after if token.tag_ == "VBN"), None)


def _part(number: Number, noun: Token, doc: Doc) -> Token | None:
    """Of "downed 17 of 23 drones launched" what hangs on the verb that tells of the 17 alone."""
    of = number.last
    if not (of < noun.i and doc[of].lower_ == "of" and any(c.dep_ == "nummod" and c.i > of for c in noun.children)):
        return None
    return noun if doc[number.core].dep_ == "quantmod" else doc[number.core]


def _is_whole(number: Number, span: Span) -> bool:
    """Is it what another number is a part of: the 29 of "25 of 29 drones were shot down"?"""
    of = number.first - 1
    return of > span.start and span.doc[of].lower_ in ("of", "out") and span.doc[of - 1].like_num


def _is_known(number: Number, span: Span) -> bool:
    """Does it say which, not how many: "the two sides", "their two armies"?"""
    return number.first > span.start and span.doc[number.first - 1].lower_ in _WHICH


# --- numbers without a noun, and measures


def _alone(number: Number, span: Span) -> _Counted | None:
    """As in "eight were injured", "42,000 at risk": people, when what became of them is said."""
    doc = span.doc
    head = doc[number.last - 1]
    while number.first <= head.head.i < number.last and head.head.i != head.i:
        head = head.head
    last = doc[number.last - 1]
    ways = (outcomes(head, span), behind(last, span), said_behind(last))
    outcome = next((outcome for way in ways for outcome in way), None)
    counted = total(head) if outcome is None else None
    if counted is not None:
        return _Counted(number, counted, 0)
    if outcome is None:
        does = number.last < span.end and lemma(doc[number.last]) in _PEOPLE_DO
        return _Counted(number, "people", 1) if does else None
    if outcome == "casualties":
        return _Counted(number, outcome, 0)
    if outcome in HURT or outcome in ("evacuated", "at risk", "affected", "eliminated"):
        return _Counted(number, f"people {'killed' if outcome == 'eliminated' else outcome}", 0)
    return None if doc[number.core].lower_ == "one" else _Counted(number, outcome, 0)


def _measure(noun: Token, number: Number, span: Span) -> str | None:
    """The measures that are events: an area that is held or flooded, water that rises by so much."""
    before = span.doc[number.last : noun.i].text.lower()
    if lemma(noun) in _AREA and any(word in before for word in ("square", "sq")):
        return f"square {'miles' if lemma(noun) == 'mile' else 'kilometres' if lemma(noun)[0] == 'k' else 'metres'}"
    after = span.doc[noun.i + 1 : noun.i + 3].text.lower()
    governor = noun.head if noun.head.pos_ == "VERB" else noun.head.head
    if after.startswith("of water") or (lemma(governor) in _LEVELS and noun.dep_ in ("npadvmod", "dobj", "pobj")):
        word = lemma(noun)
        return {"foot": "feet", "feet": "feet", "metre": "metres", "meter": "metres"}.get(word)
    return None
