"""What each rule is worth: takes them away one at a time, and tells what the numbers lose.

    python -m scripts.quality.ablations [--record]

Extraction is measured alone (F1 of relevance and extraction, on each set), identity alone (B-cubed F1 given perfect
extraction, and disputes found and spurious over the three sets). A rule is taken away by putting something that does
nothing in its place for one run; the product has no switches for this. About two minutes. --record writes
docs/quality.md.
"""

import argparse
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from spacy.tokens import Doc

from monitor import disputes, match
from monitor.extract import attribution, extent, extractor, facts, quotes, reading, who, worth
from monitor.extract.extractor import Extractor
from monitor.extract.relevance import Judge
from monitor.extract.speakers import Speakers
from monitor.extract.topic import load_topic
from monitor.models import Sighting
from scripts.extraction import documents, posts, row, said
from scripts.quality.heldout import Remembered
from scripts.quality.places import EVAL, SETS, scorer
from scripts.quality.record import PAGE
from scripts.quality.table import aligned

Patch = tuple[object, str, Any]
SECTION = re.compile(r"(?<=<!-- made by `make ablations` -->\n).*?(?=<!-- /made -->)", re.DOTALL)


@contextmanager
def without(*patches: Patch) -> Iterator[None]:
    """With these names of modules and classes put otherwise, for as long as this lasts."""
    before = [(holder, name, getattr(holder, name)) for holder, name, _ in patches]
    for holder, name, value in patches:
        setattr(holder, name, value)
    quotes.analyse.cache_clear()
    try:
        yield
    finally:
        for holder, name, value in before:
            setattr(holder, name, value)
        quotes.analyse.cache_clear()


def nothing(*_: object, **__: object) -> Any:
    return None


def none(*_: object, **__: object) -> Any:
    return ()


def empty(*_: object, **__: object) -> Any:
    return []


def yes(*_: object, **__: object) -> Any:
    return True


def no(*_: object, **__: object) -> Any:
    return False


def whole(sentence: Any, span: Any, *, heading: bool = False) -> Any:
    """A statement in one piece."""
    del heading
    trimmed = extractor.trim(sentence, span)
    return (trimmed,) if trimmed is not None else ()


EXTRACTION: Mapping[str, Sequence[Patch]] = {
    "splitting statements": [(extractor, "split", whole)],
    "worth: attributed statements": [(worth, "attributed", yes)],
    "worth: quotes": [(worth, "quoted", yes)],
    "worth: background": [(worth, "background", no)],
    "worth: facts by their form": [(facts, name, no) for name in ("plain", "undergone", "no_such_thing", "appointed")],
    "the outlet's own statements": [(Extractor, "_outlet", none)],
    "quotes without a cue of their own": [(quotes, "_bare_quotes", empty)],
    "footage": [(quotes, "footage", nothing)],
    "X said that P, P, said X": [(attribution, "clausal", none)],
    "according to X": [(attribution, "according", none)],
    "claimed to have": [(attribution, "infinitive", none)],
    "urged Y to do": [(attribution, "directive", none)],
    "announced, blamed, denied N": [(attribution, "nominal", none)],
    "was announced by X": [(attribution, "passive", none)],
    "cited X as saying": [(attribution, "cited", none)],
    "X's claim that P": [(attribution, "noun", none)],
    "X is sure that P": [(attribution, "adjectival", none)],
    "the tail of an inverted cue": [(extent, "tail", nothing)],
    "settling frames within frames": [(quotes, "settled", lambda frames, doc: tuple(f for f in frames if not f.mind))],
    "headings": [(quotes, "heading_frame", nothing)],
    "it, he, she": [(who, "_pronoun", nothing)],
    "the ministry, the group": [(who, "_kindred", nothing)],
    "labels and pasted tweets' authors": [(Speakers, "labelled", nothing)],
    "the relevance gate": [(Extractor, "gate_open", True)],
}


def identity_parts() -> dict[str, Sequence[Patch]]:
    """Each veto, each group of features, each kind of index term and each rule of disputes."""
    parts: dict[str, Sequence[Patch]] = {}
    for veto in match._VETOES:
        rest = tuple(one for one in match._VETOES if one is not veto)
        parts[f"veto {plain(veto)}"] = [(match, "_VETOES", rest)]
    for feature in ("_of_words", "_of_event", "_of_numbers", "_of_speaker"):
        parts[f"likeness {feature[1:].replace('_', ' ')}"] = [(match, feature, none)]
    parts["likeness of unknown names"] = [(match, "_names", lambda *about: (0.0, []))]
    parts["likeness by letters"] = [(match, "grams", lambda one, other: 0.0)]
    parts["rare words before common ones"] = [(match._Rarity, "weight", lambda self, lemma: 1.0)]
    parts["days of silence"] = [(match, "_LONGEST_SILENCE", 0.0)]
    for kind in ("act", "says", "did", "class", "raid", "count", "near", "word"):
        parts[f"index term {kind}"] = [(match.Match, "terms", terms_without(kind, match.Match.terms))]
    for rule in disputes._RULES:
        rest = tuple(one for one in disputes._RULES if one is not rule)
        parts[f"dispute {plain(rule)}"] = [(disputes, "_RULES", rest)]
    return parts


def plain(function: Callable[..., object]) -> str:
    return function.__name__.strip("_").replace("_", " ")


def terms_without(kind: str, terms: Callable[..., Any]) -> Callable[..., Any]:
    def kept(self: match.Match, sighting: Sighting) -> tuple[tuple[str, float], ...]:
        return tuple(term for term in terms(self, sighting) if not term[0].startswith(kind + ":"))

    return kept


class Texts:
    """The documents of a set and its gold, read once."""

    def __init__(self, name: str) -> None:
        folder, topic = SETS[name]
        self._topic = load_topic(topic)
        self._scorer = scorer(EVAL / "score.py")
        self._gold, self._texts, self._key_of, self._mentions = self._scorer.load_gold(EVAL / f"{name}.gold.yaml")
        self._threads = [list(posts(path, published)) for path, published in documents(folder)]

    def figures(self) -> tuple[float, float]:
        """F1 of extraction and accuracy of claimants, of the extractor as it is now."""
        extractor = Extractor(self._topic)
        judge = None if getattr(Extractor, "gate_open", False) else Judge(self._topic)
        found = [
            {**row(sighting), "doc": self._key_of[sighting.doc]}
            for thread in self._threads
            for sighting in said(thread, extractor, judge)
        ]
        report, _ = self._scorer.score(self._gold, self._mentions, found, self._texts)
        return float(report["extraction"]["F1"]), float(report["claimant_accuracy"])


def extraction() -> list[list[str]]:
    """F1 and claimants of each set as it is, and what they lose without each rule."""
    parsed: dict[str, Doc] = {}
    parse = reading.parse

    def once(sentences: Sequence[str]) -> list[Doc]:
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in parsed]
        parsed.update(zip(new, parse(new), strict=True))
        return [parsed[sentence] for sentence in sentences]

    Extractor.gate_open = False  # type: ignore[attr-defined]
    with without((reading, "parse", once)):
        texts = {name: Texts(name) for name in SETS}
        base = [value for one in texts.values() for value in one.figures()]
        rows = [["nothing", *(f"{value:.3f}" for value in base)]]
        for name, patches in EXTRACTION.items():
            with without(*patches):
                rows.append([name, *changes(base, [value for one in texts.values() for value in one.figures()])])
    return rows


def identity() -> list[list[str]]:
    """B-cubed F1 of each set as it is, and what it loses without each part; disputes found and spurious."""
    sets = {name: Remembered(name) for name in SETS}

    def now() -> tuple[list[float], str]:
        reports = [one.report() for one in sets.values()]
        told = [sum(report["disputes"][part] for report in reports) for part in ("found", "due", "spurious")]
        return [report["clustering"]["b3_F1"] for report in reports], "/".join(map(str, told))

    base, told = now()
    rows = [["nothing", *(f"{value:.3f}" for value in base), told]]
    for name, patches in identity_parts().items():
        with without(*patches):
            values, told = now()
            rows.append([name, *changes(base, values), told])
    return rows


def changes(base: Sequence[float], values: Sequence[float]) -> list[str]:
    return ["" if round(b - a, 3) == 0 else f"{b - a:+.3f}" for a, b in zip(base, values, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the tables to docs/quality.md")
    given = parser.parse_args()
    heads = [f"{name} {what}" for name in SETS for what in ("F1", "who")]
    lines = [
        "Extraction: F1 and accuracy of claimants.",
        "",
        *aligned([["taken away", *heads], *extraction()], left=1),
        "",
        "Identity, given perfect extraction: B³ F1, and disputes found/due/spurious over the three.",
        "",
        *aligned([["taken away", *SETS, "disputes"], *identity()], left=1),
    ]
    print(*lines, sep="\n")
    if given.record:
        made = "\n".join([*lines, ""])
        PAGE.write_text(SECTION.sub(lambda _: made, PAGE.read_text(encoding="utf-8"), count=1), encoding="utf-8")


if __name__ == "__main__":
    main()
