"""Reads numbers as news English writes them: digits, words, hedges and ranges.

    six    1,995    twenty-five    two hundred    half a dozen    1.5 million    at least 70    two to four

What only looks like a number is left out here: dates, years, times of day, ages, money, percentages, model names and
the number inside a hyphenated word ("15-month").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Span, Token


def words_in(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_ONES.split())}
_SMALL |= {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
_BIG = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_FEW = {"couple": 2, "pair": 2}
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}(?:\.\d{1,3})?")
_RANGE = re.compile(r"(\d{1,6})[-–](\d{1,6})")
_MONTHS = words_in(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
_IN_TIME = words_in("in since of by until during early late ,") | _MONTHS
# Before a big number these make it vague: "several hundred" is no figure.
_VAGUE = words_in("several few many tens dozens hundreds thousands")

# The words before a number that say which bound it is; the longest first.
_FLOOR = "at least|more than|no fewer than|no less than|not less than|upwards of|in excess of|a minimum of|over|above"
_CEILING = (
    "no more than|not more than|at most|as many as|up to|fewer than|less than|a maximum of|close to|nearly|almost|under"
)
_ABOUT = "approximately|an estimated|estimated|around|about|roughly|some|circa|~|a total of|the total of"
_HEDGES = sorted(
    (
        (tuple(words.split()), kind)
        for kind, phrases in (("floor", _FLOOR), ("ceiling", _CEILING), ("about", _ABOUT))
        for words in phrases.split("|")
    ),
    key=lambda hedge: -len(hedge[0]),
)


@dataclass(frozen=True)
class Number:
    """A number and its bounds. Tokens `first` to `last` (exclusive) with its hedge; `core` is its first word."""

    first: int
    core: int
    last: int
    value: int | float
    low: int | float | None
    high: int | float | None


def numbers(span: Span) -> Iterator[Number]:
    """The numbers of `span` that may count something, in its order."""
    tokens = span.doc[:]
    at = span.start
    while at < span.end:
        read = _plain(tokens, at, span.end)
        if read is None:
            at += 1
            continue
        value, last = read
        number = _hedged(tokens, span.start, at, *_ranged(tokens, at, last, span.end, value))
        if not _counts_nothing(tokens, number):
            yield number
        at = max(number.last, at + 1)


def _plain(tokens: Span, at: int, end: int) -> tuple[int | float, int] | None:
    """The bare number that begins at this token, and the token after it."""
    word = tokens[at].lower_
    following = tokens[at + 1].lower_ if at + 1 < end else ""
    if word in ("a", "an") and (following in _BIG or following in _FEW):
        return _FEW.get(following) or _BIG[following], _past_of(tokens, at + 2, end)
    if word == "half" and following in ("a", "an") and at + 2 < end and tokens[at + 2].lower_ in _BIG:
        return _BIG[tokens[at + 2].lower_] // 2, at + 3
    if word in _SMALL:
        return _spelled(tokens, at, end)
    if _DIGITS.fullmatch(word):
        return _digits(tokens, at, end)
    if _RANGE.fullmatch(word):
        return int(word.replace("–", "-").split("-")[0]), at + 1
    return None


def _past_of(tokens: Span, at: int, end: int) -> int:
    """In "a couple of houses" the "of" belongs to the number."""
    return at + 1 if at < end and tokens[at].lower_ == "of" and tokens[at - 1].lower_ in _FEW else at


def _digits(tokens: Span, at: int, end: int) -> tuple[int | float, int]:
    word, last = tokens[at].text.replace(",", ""), at + 1
    while last < end and re.fullmatch(r"\d{3}", tokens[last].text) and len(word) <= 6 and len(tokens[at].text) <= 3:
        word, last = word + tokens[last].text, last + 1
    value: int | float = float(word) if "." in word else int(word)
    while last < end and tokens[last].lower_ in _BIG:
        value, last = value * _BIG[tokens[last].lower_], last + 1
    return int(value) if value == int(value) else value, last


def _spelled(tokens: Span, at: int, end: int) -> tuple[int, int]:
    """As in "three hundred and twenty-five": what stands before a big word is multiplied, what follows is added."""
    total = group = 0
    last = at
    while last < end:
        word = tokens[last].lower_
        if word in _SMALL and (group % 100 == 0 or (group % 10 == 0 and group % 100 >= 20 and _SMALL[word] < 10)):
            group += _SMALL[word]
        elif word in _BIG and group:
            scale = _BIG[word]
            group, total = (group * scale, total) if scale <= 100 else (0, total + group * scale)
        elif not (last > at and word in ("-", "and") and _goes_on(tokens, last, end)):
            break
        last += 1
    return total + group, last


def _goes_on(tokens: Span, at: int, end: int) -> bool:
    before, after = tokens[at - 1].lower_, tokens[at + 1].lower_ if at + 1 < end else ""
    if tokens[at].lower_ == "-":
        return _SMALL.get(before, 0) >= 20 and 0 < _SMALL.get(after, 0) < 10
    return before in ("hundred", "thousand") and after in _SMALL


def _ranged(
    tokens: Span, at: int, last: int, end: int, value: int | float
) -> tuple[int, int | float, int | float | None, int | float | None]:
    """Where the number ends, its value and bounds, with the other end of a range ("two to four") read, too."""
    whole = _RANGE.fullmatch(tokens[at].text)
    if whole:
        return last, value, value, int(whole[2])
    if last + 1 < end and tokens[last].lower_ in ("to", "or", "-", "–", "and"):
        joint = tokens[last].lower_
        before = tokens[at - 1].lower_ if at else ""
        other = _plain(tokens, last + 1, end)
        if other is not None and other[0] > value and (joint != "and" or before == "between"):
            if joint == "to" and before == "from":
                return other[1], other[0], other[0], other[0]
            return other[1], value, value, other[0]
    if last + 1 < end and tokens[last].lower_ == "or" and tokens[last + 1].lower_ == "more":
        return last + 2, value, value, None
    if last < end and tokens[last].text == "+":
        return last + 1, value, value, None
    return last, value, value, value


def _hedged(
    tokens: Span,
    begin: int,
    core: int,
    last: int,
    value: int | float,
    low: int | float | None,
    high: int | float | None,
) -> Number:
    first = core
    if low == high or low is None:
        for words, kind in _HEDGES:
            at = core - len(words)
            if at >= begin and tuple(token.lower_ for token in tokens[at:core]) == words:
                first = at
                low = value if kind == "floor" else None
                high = value if kind == "ceiling" else None
                if "total" in words:
                    low = high = value
                break
    return Number(first, core, last, value, low, high)


# --- what only looks like a count


def _counts_nothing(tokens: Span, number: Number) -> bool:
    before: Sequence[Token] = list(tokens[max(0, number.core - 3) : number.core])
    after: Sequence[Token] = list(tokens[number.last : number.last + 3])
    previous = before[-1].lower_ if before else ""
    following = after[0].lower_ if after else ""
    return (
        _is_date(tokens, number, [token.lower_.rstrip(".") for token in before], [t.lower_ for t in after])
        or _is_joined(tokens, number)
        or _is_label(tokens[number.core])
        or previous in _VAGUE
        or previous in ("$", "€", "£", "₴", "₽", "#", "no.", "aged", "age", "number")
        or following in ("%", "percent", "per", "am", "pm", "a.m.", "p.m.", "o'clock", "gmt", "st", "nd", "rd", "th")
        or (previous == "," and following in (",", ")") and _is_digits(tokens[number.core]))
        or (previous == "no" and tokens[number.core].lower_ == "one")
    )


def _is_digits(token: Token) -> bool:
    return token.text[:1].isdigit()


def _is_label(token: Token) -> bool:
    """Does the number name what stands before it: "Article 205", "day 456"?"""
    return (
        _is_digits(token)
        and token.i > 0
        and token.dep_ in ("nummod", "appos", "npadvmod")
        and token.head.i == token.i - 1
        and token.head.pos_ in ("NOUN", "PROPN")
    )


def _is_date(tokens: Span, number: Number, before: Sequence[str], after: Sequence[str]) -> bool:
    """As in "22 May", "May 22", "May 22 and 23", "22nd of May", "in 2014"; "may" in small letters is no month."""
    value, core = number.value, tokens[number.core]
    if not _is_digits(core) or "," in core.text:
        return False
    if value <= 31:
        return _months_near(tokens, number, before, after)
    if not 1900 <= value <= 2100 or len(core.text) != 4:
        return False
    following = tokens[number.last] if number.last < len(tokens) else None
    return (bool(before) and before[-1] in _IN_TIME) or following is None or following.tag_ != "NNS"


def _months_near(tokens: Span, number: Number, before: Sequence[str], after: Sequence[str]) -> bool:
    words = tokens[max(0, number.core - 3) : number.core]
    named = [word in _MONTHS and token.text[0].isupper() for word, token in zip(before, words, strict=True)]
    if named and named[-1]:
        return True
    if len(named) > 1 and named[-2] and before[-1] in ("-", ","):
        return True
    if len(named) > 2 and named[-3] and before[-2].isdigit():
        return True
    later = [word in _MONTHS and tokens[number.last + at].text[0].isupper() for at, word in enumerate(after)]
    return bool(later) and (later[0] or (after[0] in ("of", "and", "-") and any(later)))


def _is_joined(tokens: Span, number: Number) -> bool:
    """Is it a part of a hyphenated word or a model name: "15-month", "Belgorod-22", "24/7", "Su 34"?"""
    last = tokens[number.last - 1]
    if number.last < len(tokens) and not last.whitespace_:
        following = tokens[number.last]
        if following.text in ("-", "–", "/", ":") and not following.whitespace_:
            return True
    if number.core and not tokens[number.core - 1].whitespace_:
        return (
            tokens[number.core - 1].text in ("-", "–", "/", ":", ".", "+")
            or tokens[number.core - 1].text[-1:].isalpha()
        )
    return False
