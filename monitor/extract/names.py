"""Finds the topic's names in a text: entities, their spellings and roles, and where they stand.

A text is cut into words once; each word is looked up by its first letters' case-folded form, and the longest name
that begins there wins. So the cost grows with the text, not with the number of names.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from monitor.models import Value

Kind = Literal["person", "group", "agency", "government", "channel", "outlet", "place"]
Level = Literal["site", "settlement", "district", "region", "country"]
How = Literal["name", "role"]

REMEMBERED = 256
LONGEST_REMEMBERED = 1_000
"""Of so many texts, up to so many characters long, it is remembered who is named in them."""


class Entity(Value):
    """Somebody or something that the topic knows by name. `key` is the slug of `name`.

    `aliases` are further names, told by their case; `roles` describe the entity ("Kremlin spokesman") and match in
    any case. `family` is the key under which its claims count as the same voice (a ministry and its spokesman).
    `generic` marks names that say what somebody is, not who: "the defence ministry" is some country's.
    `level` and `within` (the key of the next bigger place) belong to places alone.
    """

    key: str
    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    side: str | None = None
    family: str | None = None
    generic: bool = False
    level: Level | None = None
    within: str | None = None


class Mention(Value):
    """An entity named in a text: `surface` is exactly the text from `start` to `end` (end exclusive)."""

    start: int
    end: int
    entity: Entity
    surface: str
    how: How


class Word(NamedTuple):
    """A run of letters, digits and underscores; `folded` without case; `gap` stands between it and the word before."""

    text: str
    folded: str
    start: int
    end: int
    gap: str


@dataclass(frozen=True)
class _Name:
    """One name of an entity, as the words and separators that a text must show."""

    entity: Entity
    how: How
    first: str
    folded: tuple[str, ...]
    gaps: tuple[str, ...]

    def matches(self, words: Sequence[Word], at: int) -> bool:
        """Do the words from `at` on spell this name? The first letter's case counts in names, not in roles."""
        if self.how == "name" and words[at].text not in (self.first, self.first.upper()):
            return False
        if at + len(self.folded) > len(words):
            return False
        for behind in range(1, len(self.folded)):
            word = words[at + behind]
            if word.folded != self.folded[behind] or word.gap != self.gaps[behind]:
                return False
        return True


# One character for one, so that offsets stay those of the text.
_SAME_LENGTH = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
    | {"‐": "-", "‑": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)
_WORD = re.compile(r"\w+")
_LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|t\.me/)\S+")


def normalised(text: str) -> str:
    """The text with typographic quotes, hyphens and spaces made plain; every offset stays what it was."""
    return text.translate(_SAME_LENGTH)


def _gap(between: str) -> str:
    """What a separator means for a name: a space and a hyphen are the same, quotation marks are nothing."""
    if between in (" ", "-"):
        return " "
    bare = between.replace('"', "")
    spaced = bare.strip("'")  # a closing or an opening quotation mark; an apostrophe has no space beside it
    if bare == "-" or (spaced.isspace() and spaced.count("\n") < 2):
        return " "
    return bare.replace(". ", ".")


def words_of(text: str) -> list[Word]:
    """The words of a text in order; what stands in links is no word."""
    plain = _LINK.sub(lambda link: "\0" * len(link.group()), normalised(text))
    found: list[Word] = []
    before = 0
    for match in _WORD.finditer(plain):
        word, (start, end) = match.group(), match.span()
        found.append(Word(word, word.casefold(), start, end, _gap(plain[before:start])))
        before = end
    return found


def _names(entity: Entity) -> Iterator[_Name]:
    spellings: list[tuple[How, str]] = [("name", name) for name in (entity.name, *entity.aliases)]
    spellings += [("role", role) for role in entity.roles]
    for how, spelling in spellings:
        words = words_of(spelling)
        if words:
            yield _Name(entity, how, words[0].text, tuple(w.folded for w in words), tuple(w.gap for w in words))


class NameIndex:
    """All names of a topic, ready to be looked for. Built once; holds no state that changes."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        # By their first two words, so that the many names that begin with "the" or "Russian" cost nothing.
        by_words: defaultdict[tuple[str, ...], list[_Name]] = defaultdict(list)
        for entity in entities:
            for name in _names(entity):
                by_words[name.folded[:2]].append(name)
        # The longest first; of equally long ones a name goes before a role.
        self._by_words = {
            words: sorted(names, key=lambda name: (-len(name.folded), name.how)) for words, names in by_words.items()
        }
        # Many parts of the extraction ask for the names of the same few phrases.
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._found)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Every name in the order of the text, none overlapping another.

        A name inside a hyphenated word ("anti-Kremlin", "Kyiv-based") names nobody; a possessive 's is not part
        of the mention.
        """
        return self._remembered(text) if len(text) <= LONGEST_REMEMBERED else self._found(text)

    def _found(self, text: str) -> tuple[Mention, ...]:
        words = words_of(text)
        found: list[Mention] = []
        at = 0
        while at < len(words):
            name = self._at(text, words, at)
            if name is None or self._hides(text, words, at, name):
                at += 1
                continue
            start, end = words[at].start, words[at + len(name.folded) - 1].end
            end += "." in text[start:end] and text[end : end + 1] == "."  # "U.K." has its last full stop, too
            found.append(Mention(start=start, end=end, entity=name.entity, surface=text[start:end], how=name.how))
            at += len(name.folded)
        return tuple(found)

    def _hides(self, text: str, words: Sequence[Word], at: int, name: _Name) -> bool:
        """Does "the governor" stand where "governor of Belgorod" goes on?"""
        if words[at].folded != "the" or name.how != "role":
            return False
        behind = self._at(text, words, at + 1)
        return behind is not None and 1 + len(behind.folded) > len(name.folded)

    def _at(self, text: str, words: Sequence[Word], at: int) -> _Name | None:
        if at >= len(words):
            return None
        pair = (words[at].folded, words[at + 1].folded if at + 1 < len(words) else "")
        for key in (pair, pair[:1]):
            for name in self._by_words.get(key, ()):
                end = at + len(name.folded) - 1
                if name.matches(words, at) and not _in_compound(text, words[at].start, words[end].end):
                    return name
        return None


_HYPHENS = "-‐‑–"


def _in_compound(text: str, start: int, end: int) -> bool:
    before = start > 1 and text[start - 1] in _HYPHENS and text[start - 2].isalnum()
    after = end + 1 < len(text) and text[end] in _HYPHENS and text[end + 1].isalnum()
    return before or after
