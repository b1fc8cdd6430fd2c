"""Groups of words and phrases, as a topic file writes them, made into one pattern each.

    raid*                 raid, raids, raided, raiders
    (rebel|rebels) took   either word, then the next
    russian ~ village     up to three words between

All in lower case; they match in any case, whole words alone; a space in a phrase may be a hyphen in the text,
and quotation marks between words don't matter.
"""

import re
from collections.abc import Iterable

_PARTS = re.compile(r"(\*)|(~)|([()|])|([\s-]+)|([^\s*~()|-]+)")
_GAP = r"[\s'\"-]+"


def compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern that is found in a text (see `names.normalised`, lower case) that shows any of the phrases.

    Raises ValueError, naming the phrase, when it is empty or its brackets don't match.
    """
    return re.compile(r"(?<!\w)(?:" + "|".join(_pattern(phrase) for phrase in phrases) + r")(?!\w)")


def _pattern(phrase: str) -> str:
    pattern = ""
    for star, gap, bracket, space, word in _PARTS.findall(phrase.strip().lower()):
        if star:
            pattern += r"\w*"
        elif gap:
            pattern = pattern.removesuffix(_GAP) + rf"(?:{_GAP}\w+){{0,3}}?"
        elif bracket:
            pattern += "(?:" if bracket == "(" else bracket
        elif space:
            pattern += _GAP
        elif word:
            pattern += re.escape(word)
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{phrase!r} is no phrase: {error.msg}") from error
    if re.match(pattern, ""):
        raise ValueError(f"{phrase!r} is no phrase: it would be found everywhere")
    return pattern
