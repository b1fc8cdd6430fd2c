"""Matchers, as Alertmanager writes them: `kind="claim.new"`, `claimant=~"Gladkov|Bogomaz"`, `outlets>=3`.

Text is compared with `=`, `!=`, and with the regular expressions of `=~` and `!~`, which must match all of it; numbers
with `=`, `!=`, `>`, `>=`, `<`, `<=`. Of what there may be several (places, actors, sources) one is enough, and a
negated matcher wants none. What an alert has not is the empty text, and no number.
"""

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator

from monitor.models import Alert, Kind, Stance, Value

Words = tuple[str, ...]

WORDS: dict[str, Callable[[Alert], Iterable[str | None]]] = {
    "kind": lambda alert: [str(alert.kind)],
    "claim": lambda alert: [alert.claim_id],
    "claimant": lambda alert: [alert.claim.claimant] if alert.claim else [],
    "stance": lambda alert: [str(alert.claim.stance)] if alert.claim else [],
    "status": lambda alert: [alert.status],
    "place": lambda alert: alert.claim.places if alert.claim else [],
    "actor": lambda alert: alert.claim.actors if alert.claim else [],
    "channel": lambda alert: [source.channel for source in alert.sources],
    "outlet": lambda alert: [source.outlet for source in alert.sources],
    "source": lambda alert: [name for source in alert.sources for name in (source.channel, source.outlet)],
    "what": lambda alert: [alert.figure.what] if alert.figure else [],
}
"""The texts of an alert that can be matched and grouped by. `source` is a channel or an outlet."""

NUMBERS: dict[str, Callable[[Alert], float | None]] = {
    "figure": lambda alert: alert.figure.value if alert.figure else None,
    "sightings": lambda alert: alert.counts.sightings if alert.counts else None,
    "outlets": lambda alert: alert.counts.outlets if alert.counts else None,
    "origins": lambda alert: alert.counts.origins if alert.counts else None,
    "claimants": lambda alert: alert.counts.claimants if alert.counts else None,
}
"""The numbers of an alert that can be matched."""

CLOSED: dict[str, Sequence[str]] = {
    "kind": tuple(str(kind) for kind in Kind if kind.startswith("claim.")),
    "stance": tuple(map(str, Stance)),
}
"""Texts of which it is known what they can be: anything else is a slip of the pen. Alerts about sinks have no route."""

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
LONGEST = 500
"""Characters of a matcher, and of a text that a regular expression is asked about: what came from a feed is hostile."""

_MATCHER = re.compile(r"\s*([A-Za-z_]+)\s*(=~|!~|!=|>=|<=|=|>|<)\s*(.*?)\s*", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\n])')
_EXAMPLES = 'kind="claim.new", claimant=~"Gladkov|Bogomaz" or outlets>=3'


class Labels(Value):
    """What of an alert is matched. A text without a value, or a number that is not there, stands for its absence."""

    words: dict[str, Words]
    numbers: dict[str, float]

    @classmethod
    def of(cls, alert: Alert) -> "Labels":
        numbers = {name: read(alert) for name, read in NUMBERS.items()}
        return cls(
            words={name: tuple(dict.fromkeys(filter(None, read(alert)))) for name, read in WORDS.items()},
            numbers={name: number for name, number in numbers.items() if number is not None},
        )


class Matcher(Value):
    """One condition. `str()` gives it as it is written."""

    name: str
    sign: str
    value: str

    def matches(self, labels: Labels) -> bool:
        negated = self.sign.startswith("!")
        return self._holds(labels, self.sign.removeprefix("!")) != negated

    def _holds(self, labels: Labels, sign: str) -> bool:
        """Without what negates it: `!=` is `=` here, and `!~` the regular expression that `=~` is too."""
        if self.name in NUMBERS:
            number = labels.numbers.get(self.name)
            return number is not None and COMPARISONS[sign](number, float(self.value))
        words = labels.words.get(self.name) or ("",)
        if sign == "=":
            return self.value in words
        return any(_pattern(self.value).fullmatch(word[:LONGEST]) for word in words)

    def __str__(self) -> str:
        if self.name in NUMBERS:
            return f"{self.name}{self.sign}{self.value}"
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{self.sign}"{escaped}"'


@lru_cache(maxsize=1024)
def parse(text: str) -> Matcher:
    """The matcher that is written; ValueError in words for anything else."""
    found = _MATCHER.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:80]!r} is no matcher; write for example {_EXAMPLES}")
    name, sign, written = found.groups()
    value = _unquoted(written)
    if name in NUMBERS:
        _check_number(name, sign, value)
    elif name in WORDS:
        _check_words(name, sign, value)
    else:
        raise ValueError(f"{name!r} can't be matched{instead(name, [*WORDS, *NUMBERS])}")
    return Matcher(name=name, sign=sign, value=value)


def parsed(value: object) -> Matcher:
    """As `parse`, for what a configuration holds."""
    if isinstance(value, Matcher):
        return value
    if not isinstance(value, str):
        raise ValueError(f"is no matcher; write for example {_EXAMPLES}")  # noqa: TRY004 - pydantic tells ValueErrors
    return parse(value)


Written = Annotated[Matcher, BeforeValidator(parsed)]
"""A matcher in a configuration."""


def _unquoted(written: str) -> str:
    if '"' not in written:
        return written
    found = _QUOTED.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r}: a quotation mark is missing, or stands inside without a backslash")
    return _ESCAPED.sub(lambda escaped: "\n" if escaped[1] == "n" else escaped[1], found[1])


def _check_number(name: str, sign: str, value: str) -> None:
    if "~" in sign:
        raise ValueError(f"{name} is a number; it is compared with =, !=, >, >=, < or <=, not with {sign}")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", value, re.ASCII):
        raise ValueError(f"{name} is a number, and {value!r} is none")


def _check_words(name: str, sign: str, value: str) -> None:
    if ">" in sign or "<" in sign:
        raise ValueError(f"{name} is text; it is compared with =, !=, =~ or !~, not with {sign}")
    if "~" in sign:
        try:
            _pattern(value)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{name}: {value!r} is no regular expression: {error}") from error
    elif value and name in CLOSED and value not in CLOSED[name]:
        raise ValueError(f"there is no {name} {value!r}{instead(value, CLOSED[name])}")


@lru_cache(maxsize=1024)
def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(written)


def instead(name: str, known: Sequence[str]) -> str:
    """What could have been meant, or what there is, to end a sentence with."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known)}" if known else ""
