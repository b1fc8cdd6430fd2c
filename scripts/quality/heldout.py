"""Does identity hold on texts that it was not set on? What is set by number is chosen on two sets, told on the third.

Perfect extraction: the sightings are those of the gold, streamed through the matcher. The grid holds the threshold
and how far words count beside everything else; the setting with the best mean B-cubed F1 of two sets is the one that
the third is measured with. So the numbers do not see the set that they are told of; the rules may have.
"""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from monitor import match
from monitor.extract.topic import load_topic
from monitor.models import Sighting
from scripts.identity import Gold, Index, row, run
from scripts.quality.places import EVAL, SETS
from scripts.quality.replayed import Figures

THRESHOLDS = (3.5, 4.0, 4.5, 5.0, 5.5)
WORDS = (0.8, 1.0, 1.2)
Setting = tuple[float, float]


class Remembered:
    """The gold sightings of a set, read once and streamed as often as is wanted."""

    def __init__(self, name: str) -> None:
        self._gold = Gold(EVAL / f"{name}.gold.yaml", load_topic(SETS[name][1]))
        self._sightings = list(self._gold.sightings())

    def sightings(self) -> Iterator[tuple[Mapping[str, Any], Sighting]]:
        return iter(self._sightings)

    def report(self) -> dict[str, Any]:
        """What the scorer says of the matcher as it is now."""
        filed = [row(*one) for one in run(self, Index())]  # type: ignore[arg-type] - reads the sightings alone
        report, _ = self._gold.scorer.score(self._gold.gold, self._gold.mentions, filed, self._gold.texts)
        return dict(report)

    def b3(self) -> float:
        return float(self.report()["clustering"]["b3_F1"])


@contextmanager
def setting(threshold: float, words: float) -> Iterator[None]:
    """The matcher with another threshold and another weight of words, for as long as this lasts."""
    before = match.THRESHOLD, match._of_words
    of_words = match._of_words
    match.THRESHOLD = threshold
    match._of_words = lambda *about: ((worth * words, why) for worth, why in of_words(*about))
    try:
        yield
    finally:
        match.THRESHOLD, match._of_words = before


def grid() -> dict[Setting, dict[str, float]]:
    """B-cubed F1 of every set with every setting."""
    known = {name: Remembered(name) for name in SETS}
    found: dict[Setting, dict[str, float]] = {}
    for threshold, words in itertools.product(THRESHOLDS, WORDS):
        with setting(threshold, words):
            found[threshold, words] = {name: gold.b3() for name, gold in known.items()}
    return found


def figures() -> Figures:
    """Of each set what the setting reaches on it that is best on the two others; of equal ones the middle one."""
    found, told = grid(), Figures()
    for held in SETS:
        others = [name for name in SETS if name != held]
        best = max(
            found, key=lambda one: (sum(found[one][name] for name in others), -abs(one[0] - 4.5), -abs(one[1] - 1))
        )
        told[f"held.{held}"] = found[best][held]
    return told | {"held.mean": sum(told.values()) / len(told)}
