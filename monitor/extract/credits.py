"""Whose copy a text is: the agency or outlet that it was taken over from, as far as the text says so.

BELGOROD, Russia (AP) - ...               a dateline: holds for the rest of the thread
..., Reuters reported. He told Reuters    a credit: holds for its sentence
"""

import re
from collections.abc import Iterable

from monitor.extract.topic import Topic

_DATELINE = re.compile(r"[^()\n]{0,60}\(([^()\n]{2,40})\)\s*[-–—:,]")
_AFTER = re.compile(r"(?: news agency)?,?(?: has| had)? report(?:ed|s)\b")
_BEFORE = re.compile(
    r"\b(?:told|citing|according to|(?:cited|quoted|reported|carried) by|a report by|an interview with)"
    r"(?: the)?(?: state)?(?: news)?(?: agency)? $"
)


def dateline(texts: Iterable[str], topic: Topic) -> str | None:
    """The outlet in the first dateline of a thread's texts."""
    found = (match for text in texts if (match := _DATELINE.match(text)))
    return next((name for match in found if (name := outlet(match[1], topic))), None)


def credit(sentence: str, topic: Topic) -> str | None:
    """The outlet that the sentence says had it first."""
    return next(
        (
            mention.entity.name
            for mention in topic.mentions(sentence)
            if mention.entity.kind == "outlet"
            and (_AFTER.match(sentence, mention.end) or _BEFORE.search(sentence[: mention.start]))
        ),
        None,
    )


def outlet(name: str, topic: Topic) -> str | None:
    """The name that the topic knows an outlet by: "AP" is the Associated Press; None for one that it doesn't know."""
    known = topic.mentions(name)
    whole = len(known) == 1 and (known[0].start, known[0].end) == (0, len(name))
    return known[0].entity.name if whole and known[0].entity.kind == "outlet" else None
